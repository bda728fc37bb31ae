"""Directives that a schema declares: documents written against it may use them."""

from __future__ import annotations

from collections.abc import Mapping

from runbook_tui.contracts.graphql.changes import Recorder, Subject
from runbook_tui.contracts.graphql.compare_inputs import compare_inputs
from runbook_tui.contracts.graphql.model import BUILT_IN_DIRECTIVES, Directive
from runbook_tui.contracts.model import Action, Effect, Kind


def compare_directives(old: Mapping[str, Directive], new: Mapping[str, Directive], record: Recorder) -> None:
    """Compare the directives of two schemas, without those that every server has.

    Directives on definitions are compared like those of operations: the documents that use them are the schemas of
    others, such as the parts of a federation.
    """
    before, after = old.keys() - BUILT_IN_DIRECTIVES, new.keys() - BUILT_IN_DIRECTIVES
    for name in before - after:
        record.removed("directive-removed", _subject(name), old[name].place)
    for name in after - before:
        record.added("directive-added", _subject(name), new[name].place)
    for name in before & after:
        _kept(old[name], new[name], record)


def _kept(old: Directive, new: Directive, record: Recorder) -> None:
    def argument(name: str) -> Subject:
        label = f"the argument {name} of directive @{new.name}"
        return Subject(f"@{new.name}({name}:)", label, (name,), (new.name,))

    compare_inputs("directive-argument", argument, old.arguments, new.arguments, record)
    subject = _subject(new.name)
    for location in new.locations - old.locations:
        text = f"allows @{new.name} on {location}"
        record.added("directive-location-added", subject, new.place, text)
    for location in old.locations - new.locations:
        text = f"no longer allows @{new.name} on {location}"
        record.removed("directive-location-removed", subject, new.place, text)
    if old.repeatable != new.repeatable:
        _repeatable(new, record)


def _repeatable(new: Directive, record: Recorder) -> None:
    rule, effect, action, text = (
        ("directive-became-repeatable", Effect.WIDENS, Action.GENERALIZE, "allows @{} more than once")
        if new.repeatable
        else ("directive-became-unique", Effect.NARROWS, Action.SPECIALIZE, "allows @{} only once")
    )
    said = f"{text.format(new.name)} in one place"
    record.add(rule, _subject(new.name), new.place, effect, said, kind=Kind.CONSTRAINTS, action=action)


def _subject(name: str) -> Subject:
    return Subject(f"@{name}", f"directive @{name}", (name,))
