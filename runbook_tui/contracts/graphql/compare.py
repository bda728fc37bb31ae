"""Two schemas, compared type by type and directive by directive."""

from __future__ import annotations

from runbook_tui.contracts.format import Report
from runbook_tui.contracts.graphql.changes import Recorder, Subject, subject_of
from runbook_tui.contracts.graphql.compare_directives import compare_directives
from runbook_tui.contracts.graphql.compare_types import TypeComparison
from runbook_tui.contracts.graphql.model import Operation, Schema, Shape, Type, Value
from runbook_tui.contracts.graphql.uses import led_to, uses_of
from runbook_tui.contracts.model import Action, Effect, Kind


def compare_schemas(old: Schema, new: Schema, report: Report) -> None:
    """Add every difference between two versions of a schema."""
    record = Recorder(report)
    comparison = TypeComparison(old, new, uses_of(old, new), record)
    told = _roots(old, new, comparison)
    if (old.types and new.types) or not told:
        _types(old, new, comparison, told)
    compare_directives(old.directives, new.directives, record)
    used = [*new.applied, *old.applied]
    if used:
        texts = ([each.name for each in schema.applied] for schema in (old, new))
        record.applied(Subject("", "the schema"), used[0].place, *texts)


def _roots(old: Schema, new: Schema, comparison: TypeComparison) -> frozenset[str]:
    """Compare root types that have no or another name in one version.

    Gives:
        The names of these types: their existence needs not be told as well.
    """
    told = set()
    for operation in Operation:
        before, after = old.roots.get(operation), new.roots.get(operation)
        if (before and before.name) == (after and after.name):
            continue
        told |= {root.name for root in (before, after) if root}
        if before and after:
            _renamed(operation, before, after, comparison.record)
        comparison.fields(_type_of(old, before), _type_of(new, after))
    return frozenset(told)


def _type_of(schema: Schema, root: Value | None) -> Type | None:
    return schema.types.get(root.name) if root else None


def _renamed(operation: Operation, old: Value, new: Value, record: Recorder) -> None:
    """Fragments on the old name are rejected from now on, those on the new one were before."""
    subject = Subject(new.name, f"the {operation} type", (old.name,))
    text = f"calls {subject.label} {new.name} in place of {old.name}"
    record.add("root-type-changed", subject, new.place, Effect.NEITHER, text, kind=Kind.STRUCTURE)


def _types(old: Schema, new: Schema, comparison: TypeComparison, told: frozenset[str]) -> None:
    record, led = comparison.record, led_to(old, new)
    for name, each in old.types.items():
        if name not in new.types and name not in told:
            record.removed("type-removed", subject_of(each), each.place)
    for name, each in new.types.items():
        if name not in old.types and name not in told:
            effect = None if name in led else Effect.WIDENS
            record.added("type-added", subject_of(each), each.place, effect=effect)
        elif name in old.types:
            _kept(old.types[name], each, comparison)


def _kept(old: Type, new: Type, comparison: TypeComparison) -> None:
    if old.shape is new.shape:
        comparison.compare(old, new)
        return
    text = f"makes {old.shape.value} {old.name} {_A[new.shape]}"
    comparison.record.add(
        "type-kind-changed",
        subject_of(new),
        new.place,
        Effect.NEITHER,
        text,
        kind=Kind.TYPE,
        action=Action.CHANGE,
    )


_A = {
    Shape.SCALAR: "a scalar",
    Shape.OBJECT: "an object type",
    Shape.INTERFACE: "an interface",
    Shape.UNION: "a union",
    Shape.ENUM: "an enum",
    Shape.INPUT: "an input type",
}
