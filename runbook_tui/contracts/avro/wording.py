"""Findings as changes: what they say, where they are, and what to search for."""

from __future__ import annotations

from collections.abc import Iterator

from runbook_tui.contracts.avro.findings import Finding
from runbook_tui.contracts.avro.model import Enum, Named, Place, Schema, resolved
from runbook_tui.contracts.avro.sentences import SENTENCES, both, lacking
from runbook_tui.contracts.model import Change

_MOST_NAMES = 50


def change_of(finding: Finding) -> Change:
    """A finding as a change of the contract."""
    text, kind, action = SENTENCES[finding.rule](finding)
    place = _place(finding)
    line, column = place.locate(place.pointer)
    names = tuple(dict.fromkeys(_names(finding)))[:_MOST_NAMES]
    return Change(
        finding.rule,
        finding.direction,
        kind,
        action,
        place.pointer,
        place.path,
        line,
        finding.effect,
        text,
        names,
        column,
    )


def _place(finding: Finding) -> Place:
    """Where the new version has it, or the old one what the new one lacks."""
    if finding.rule.startswith("enum-symbol"):
        one, other = both(finding, Enum)
        if finding.rule == "enum-symbol-added":
            one, other = other, one
        return one.place.at("symbols", list(one.symbols).index(lacking(one, other)[0]))
    thing = finding.old if finding.new is None or finding.rule == "union-branch-removed" else finding.new
    assert thing is not None
    return thing.place


def _names(finding: Finding) -> Iterator[str]:
    if finding.rule.startswith("enum-symbol"):
        old, new = both(finding, Enum)
        yield from lacking(new, old) if finding.rule == "enum-symbol-added" else lacking(old, new)
    if finding.within is not None:
        branch = finding.old if finding.rule == "union-branch-removed" else finding.new
        found = resolved(branch) if isinstance(branch, Schema) else None
        yield from found.subject.names if isinstance(found, Named) else ()
        yield from finding.within.names
    for thing in (finding.old, finding.new):
        yield from thing.subject.names if thing is not None else ()
