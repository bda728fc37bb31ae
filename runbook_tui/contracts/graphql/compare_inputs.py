"""What may be given: arguments of fields and directives, and the fields of input types."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from runbook_tui.contracts.graphql.changes import Recorder, Subject, short
from runbook_tui.contracts.graphql.model import Input
from runbook_tui.contracts.graphql.references import effect_of
from runbook_tui.contracts.model import Action, Effect, Kind

_ACTIONS = {
    Effect.WIDENS: Action.GENERALIZE,
    Effect.NARROWS: Action.SPECIALIZE,
    Effect.NEITHER: Action.CHANGE,
}


def compare_inputs(
    what: str,
    subject: Callable[[str], Subject],
    old: Mapping[str, Input],
    new: Mapping[str, Input],
    record: Recorder,
) -> None:
    """Compare the arguments of one field, or the fields of one input type.

    Args:
        what: how the rules begin: ``argument``, ``input-field`` or ``directive-argument``.
        subject: of the argument with a name.
    """
    for name in old.keys() - new.keys():
        _removed(what, subject(name), old[name], record)
    for name in new.keys() - old.keys():
        _added(what, subject(name), new[name], record)
    for name in old.keys() & new.keys():
        _kept(what, subject(name), old[name], new[name], record)


def _added(what: str, subject: Subject, new: Input, record: Recorder) -> None:
    if new.required:
        # the old server rejects it as unknown, the new one rejects requests without it
        text = f"requires {subject.label}, which did not exist"
        kind, action = Kind.REQUIREDNESS, Action.ADD
        rule = f"required-{what}-added"
        record.add(rule, subject.left_out, new.place, Effect.NEITHER, text, kind=kind, action=action)
    else:
        record.added(f"{what}-added", subject, new.place, f"accepts {subject.label}")


def _removed(what: str, subject: Subject, old: Input, record: Recorder) -> None:
    text = f"no longer accepts {subject.label}"
    if old.required:
        kind, action = Kind.REQUIREDNESS, Action.REMOVE
        rule, text = f"required-{what}-removed", f"{text}, which was required"
        record.add(rule, subject, old.place, Effect.NEITHER, text, kind=kind, action=action)
    else:
        record.removed(f"{what}-removed", subject, old.place, text)


def _kept(what: str, subject: Subject, old: Input, new: Input, record: Recorder) -> None:
    effect = effect_of(old.type, new.type)
    if effect is not None:
        record.add(
            f"{what}-{_TYPE_RULES[effect]}",
            subject.left_out if effect is Effect.NARROWS else subject,
            new.place,
            effect,
            _type_text(subject, old, new, effect),
            kind=Kind.TYPE if effect is Effect.NEITHER else Kind.REQUIREDNESS,
            action=_ACTIONS[effect],
        )
    if old.default != new.default:
        _default(what, subject, old, new, record)
    record.notes(what, subject, new.place, old.notes, new.notes)


_TYPE_RULES = {
    Effect.WIDENS: "became-nullable",
    Effect.NARROWS: "became-non-null",
    Effect.NEITHER: "type-changed",
}


def _type_text(subject: Subject, old: Input, new: Input, effect: Effect) -> str:
    types = f"{old.type} before, {new.type} now"
    if effect is Effect.WIDENS:
        return f"accepts null for {subject.label} ({types})"
    if effect is Effect.NARROWS:
        refuses = "requires" if new.required and not old.required else "refuses null for"
        return f"{refuses} {subject.label} ({types})"
    return f"changes the type of {subject.label} from {old.type} to {new.type}"


def _default(what: str, subject: Subject, old: Input, new: Input, record: Recorder) -> None:
    """A default decides what leaving something out means.

    A new one takes nothing away from anybody: leaving it out was allowed, or becomes so. Where one is gone or another,
    a consumer that means the old value has to say so before the provider changes: the writer goes first.
    """
    action, effect, text = _DEFAULTS[(old.default is not None, new.default is not None)]
    if action is Action.ADD and old.required and new.type.endswith("!"):
        effect = Effect.WIDENS
    said = (
        text.format(old=short(old.default or ""), new=short(new.default or ""))
        + f" where {subject.label} is left out"
    )
    rule = f"{what}-default-{_PAST[action]}"
    record.add(rule, subject.left_out, new.place, effect, said, kind=Kind.VALUES, action=action)


_DEFAULTS: dict[tuple[bool, bool], tuple[Action, Effect | None, str]] = {
    (False, True): (Action.ADD, None, "takes {new}"),
    (True, False): (Action.REMOVE, Effect.NARROWS, "no longer takes {old}"),
    (True, True): (Action.CHANGE, Effect.NARROWS, "takes {new} in place of {old}"),
}
_PAST = {Action.ADD: "added", Action.REMOVE: "removed", Action.CHANGE: "changed"}
