"""What each kind of finding says, and which kind of change it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from runbook_tui.contracts.avro.defaults import has_usable_default
from runbook_tui.contracts.avro.findings import Finding
from runbook_tui.contracts.avro.model import (
    Enum,
    Field,
    Fixed,
    Logical,
    Named,
    Primitive,
    Record,
    Schema,
    type_name,
)
from runbook_tui.contracts.model import Action, Effect, Kind

Sentence = tuple[str, Kind, Action]
T = TypeVar("T")
_MOST_SHOWN = 6


def lacking(enum: Enum, other: Enum) -> list[str]:
    """The symbols of one enumeration that another does not have, in their order."""
    return [symbol for symbol in enum.symbols if symbol not in other.symbols]


def both(finding: Finding, kind: type[T]) -> tuple[T, T]:
    """Old and new of a finding that always has two of this kind."""
    assert isinstance(finding.old, kind) and isinstance(finding.new, kind)
    return finding.old, finding.new


def _field_added(finding: Finding) -> Sentence:
    assert isinstance(finding.new, Field)
    return f"adds {finding.new.subject.text}, {_default(finding.new)}", Kind.EXISTENCE, Action.ADD


def _field_removed(finding: Finding) -> Sentence:
    assert isinstance(finding.old, Field)
    return f"removes {finding.old.subject.text}, {_default(finding.old)}", Kind.EXISTENCE, Action.REMOVE


def _default(field: Field) -> str:
    if not field.has_default:
        return "which has no default"
    return "which has a default" if has_usable_default(field) else "whose default does not fit its type"


def _field_renamed(finding: Finding) -> Sentence:
    old, new = both(finding, Field)
    return f"renames {old.subject.text} to {new.name}", Kind.STRUCTURE, Action.CHANGE


def _default_changed(finding: Finding) -> Sentence:
    old, new = both(finding, Field)
    if old.has_default and new.has_default:
        return f"changes the default of {new.subject.text}", Kind.VALUES, Action.CHANGE
    if new.has_default:
        return f"gives {new.subject.text} a default", Kind.VALUES, Action.ADD
    return f"takes the default from {new.subject.text}", Kind.VALUES, Action.REMOVE


def _fields_reordered(finding: Finding) -> Sentence:
    _, new = both(finding, Record)
    return f"changes the order of the fields of {new.name}", Kind.STRUCTURE, Action.CHANGE


def _type_changed(finding: Finding) -> Sentence:
    old, new = both(finding, Schema)
    unnamed = next((each for each in (new, old) if not isinstance(each, Named)), None)
    what = type_name(old) if unnamed is None else f"{unnamed.subject.text} from {type_name(old)}"
    action = Action.CHANGE
    if finding.effect in (Effect.WIDENS, Effect.NARROWS):
        action = Action.GENERALIZE if finding.effect is Effect.WIDENS else Action.SPECIALIZE
    return f"changes {what} to {type_name(new)}", Kind.TYPE, action


def _type_renamed(finding: Finding) -> Sentence:
    old, new = both(finding, Named)
    return f"renames {type_name(old)} to {new.name}", Kind.STRUCTURE, Action.CHANGE


def _symbols_added(finding: Finding) -> Sentence:
    old, new = both(finding, Enum)
    text = f"adds {_listed(lacking(new, old))} to {type_name(new)}"
    taken = f", which the old version takes for {old.default}" if old.default is not None else ""
    return text + taken, Kind.VALUES, Action.ADD


def _symbols_removed(finding: Finding) -> Sentence:
    old, new = both(finding, Enum)
    text = f"removes {_listed(lacking(old, new))} from {type_name(new)}"
    taken = f", which it takes for {new.default}" if new.default is not None else ""
    return text + taken, Kind.VALUES, Action.REMOVE


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _MOST_SHOWN} more" if len(names) > _MOST_SHOWN else ""
    return ", ".join(names[:_MOST_SHOWN]) + more


def _branch_added(finding: Finding) -> Sentence:
    _, new = both(finding, Schema)
    assert finding.within is not None
    return f"allows {type_name(new)} in {finding.within.text}", Kind.STRUCTURE, Action.ADD


def _branch_removed(finding: Finding) -> Sentence:
    old, _ = both(finding, Schema)
    assert finding.within is not None
    return f"no longer allows {type_name(old)} in {finding.within.text}", Kind.STRUCTURE, Action.REMOVE


def _size_changed(finding: Finding) -> Sentence:
    old, new = both(finding, Fixed)
    action = Action.INCREASE if new.size > old.size else Action.DECREASE
    text = f"changes the size of {type_name(new)} from {old.size} to {new.size} bytes"
    return text, Kind.CONSTRAINTS, action


def _scale_changed(finding: Finding) -> Sentence:
    old, new, subject = _decimals(finding)
    text = f"changes the scale of {subject} from {old.scale} to {new.scale}"
    return text, Kind.CONSTRAINTS, Action.CHANGE


def _precision_changed(finding: Finding) -> Sentence:
    old, new, subject = _decimals(finding)
    text = f"changes the precision of {subject} from {old.precision} to {new.precision}"
    return text, Kind.CONSTRAINTS, Action.INCREASE if new.precision > old.precision else Action.DECREASE


def _decimals(finding: Finding) -> tuple[Logical, Logical, str]:
    old, new = both(finding, Schema)
    before, after = _logical(old), _logical(new)
    assert before is not None and after is not None
    return before, after, new.subject.text


def _logical_changed(finding: Finding) -> Sentence:
    old, new = both(finding, Schema)
    before, after, subject = _logical(old), _logical(new), new.subject.text
    if after is None:
        text = f"no longer marks {subject} as {before.name if before else ''}"
    elif before is None:
        text = f"marks {subject} as {after.name}"
    else:
        text = f"marks {subject} as {after.name}, not {before.name}: the same bytes mean something else"
    return text, Kind.TYPE, Action.CHANGE


def _logical(schema: Schema) -> Logical | None:
    return schema.logical if isinstance(schema, (Primitive, Fixed)) else None


def _namespace_changed(finding: Finding) -> Sentence:
    old, new = both(finding, Named)
    return f"moves {type_name(old)} to {new.name}", Kind.STRUCTURE, Action.CHANGE


SENTENCES: dict[str, Callable[[Finding], Sentence]] = {
    "field-added": _field_added,
    "field-removed": _field_removed,
    "field-renamed": _field_renamed,
    "default-changed": _default_changed,
    "fields-reordered": _fields_reordered,
    "type-changed": _type_changed,
    "type-renamed": _type_renamed,
    "namespace-changed": _namespace_changed,
    "enum-symbol-added": _symbols_added,
    "enum-symbol-removed": _symbols_removed,
    "union-branch-added": _branch_added,
    "union-branch-removed": _branch_removed,
    "fixed-size-changed": _size_changed,
    "decimal-scale-changed": _scale_changed,
    "decimal-precision-changed": _precision_changed,
    "logical-type-changed": _logical_changed,
}
"""By the rule of the finding."""
