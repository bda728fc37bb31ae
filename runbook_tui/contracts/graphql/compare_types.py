"""Two versions of one type."""

from __future__ import annotations

from dataclasses import dataclass

from runbook_tui.contracts.graphql.changes import Recorder, Subject, subject_of
from runbook_tui.contracts.graphql.compare_inputs import compare_inputs
from runbook_tui.contracts.graphql.compare_members import MemberComparison
from runbook_tui.contracts.graphql.model import Field, Operation, Schema, Type
from runbook_tui.contracts.graphql.references import effect_of
from runbook_tui.contracts.graphql.uses import Uses
from runbook_tui.contracts.model import Action, Direction, Effect, Kind


@dataclass(frozen=True, slots=True)
class TypeComparison:
    """Compares types of two schemas, knowing how the whole schemas use them."""

    old: Schema
    new: Schema
    uses: Uses
    record: Recorder

    def compare(self, old: Type, new: Type) -> None:
        """Compare two versions of a type that is of the same kind in both."""
        self.fields(old, new)
        self._inputs(old, new)
        members = MemberComparison(self.uses, self.record)
        members.values(old, new)
        members.members(old, new)
        members.interfaces(old, new)
        self.record.applied(subject_of(new), new.place, old.applied, new.applied)

    def fields(self, old: Type | None, new: Type | None) -> None:
        """Compare the fields of an object or interface; of a root type also when one version has none."""
        before, after = (old.fields if old else {}), (new.fields if new else {})
        for name in before.keys() - after.keys():
            if old:
                self.record.removed("field-removed", _field(self.old, old, name), before[name].place)
        for name in after.keys() - before.keys():
            if new:
                self.record.added("field-added", _field(self.new, new, name), after[name].place)
        for name in before.keys() & after.keys():
            if new:
                self._field(new, before[name], after[name])

    def _field(self, owner: Type, old: Field, new: Field) -> None:
        subject = _field(self.new, owner, new.name)
        self._returned(owner, subject, old, new)

        def argument(name: str) -> Subject:
            label = f"the argument {name} of {subject.label}"
            return Subject(f"{subject.pointer}({name}:)", label, (name,), (new.name,))

        compare_inputs("argument", argument, old.arguments, new.arguments, self.record)
        self.record.notes("field", subject, new.place, old.notes, new.notes)

    def _returned(self, owner: Type, subject: Subject, old: Field, new: Field) -> None:
        effect = effect_of(old.type, new.type)
        if effect is None:
            return
        rule, action, text = _RETURNED[effect]
        if effect is not Effect.NEITHER:
            text += " ({old} before, {new} now)"
        root = self.new.roots.get(Operation.SUBSCRIPTION)
        self.record.add(
            f"field-{rule}",
            subject,
            new.place,
            effect,
            text.format(label=subject.label, old=old.type, new=new.type),
            kind=Kind.TYPE if effect is Effect.NEITHER else Kind.REQUIREDNESS,
            action=action,
            direction=Direction.EVENT if root and root.name == owner.name else Direction.RESPONSE,
        )

    def _inputs(self, old: Type, new: Type) -> None:
        def given(name: str) -> Subject:
            return Subject(f"{new.name}.{name}", f"{name} in input {new.name}", (name,), (new.name,))

        compare_inputs("input-field", given, old.inputs, new.inputs, self.record)
        if bool(old.one_of) != bool(new.one_of):
            self._one_of(new)

    def _one_of(self, new: Type) -> None:
        """``@oneOf`` allows exactly one of the fields: some requests that were legal are so no more."""
        place = new.one_of[0] if new.one_of else new.place
        rule, effect, action, text = (
            ("one-of-added", Effect.NARROWS, Action.SPECIALIZE, "takes exactly one field of {}")
            if new.one_of
            else ("one-of-removed", Effect.WIDENS, Action.GENERALIZE, "takes any number of fields of {}")
        )
        subject = subject_of(new)
        said = text.format(subject.label)
        self.record.add(rule, subject, place, effect, said, kind=Kind.CONSTRAINTS, action=action)


def _field(schema: Schema, owner: Type, name: str) -> Subject:
    pointer = f"{owner.name}.{name}"
    operation = next((each for each, root in schema.roots.items() if root.name == owner.name), None)
    return Subject(pointer, f"{operation} {name}" if operation else pointer, (name,))


_RETURNED = {
    Effect.WIDENS: ("became-nullable", Action.GENERALIZE, "may return null in {label}"),
    Effect.NARROWS: ("became-non-null", Action.SPECIALIZE, "no longer returns null in {label}"),
    Effect.NEITHER: ("type-changed", Action.CHANGE, "changes the type of {label} from {old} to {new}"),
}
