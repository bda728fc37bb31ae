"""Two versions of a schema, resolved against each other both ways: the new reads the old's data, the old the new's.

Source: the Avro 1.12 specification, "Schema Resolution" and "Aliases".
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from runbook_tui.contracts.avro.defaults import has_usable_default
from runbook_tui.contracts.avro.findings import Findings, Thing
from runbook_tui.contracts.avro.matching import Choices, choices_of, names_match
from runbook_tui.contracts.avro.model import (
    PROMOTIONS,
    Array,
    Enum,
    Field,
    Fixed,
    Logical,
    Map,
    Named,
    Primitive,
    Record,
    Schema,
    Subject,
    Union,
    resolved,
)
from runbook_tui.contracts.model import Direction

MAX_PAIRS = 100_000
"""Pairs of schemas that are resolved; types that go round in circles of different lengths can make billions."""


class TooManyPairsError(Exception):
    """The two versions meet in more combinations than are looked at."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """One pair that is to be resolved."""

    reader: Schema
    writer: Schema
    by_new: bool
    """The new version reads."""
    direction: Direction


@dataclass(slots=True)
class Resolver:
    """Resolves pairs of schemas; what they reach together is resolved once."""

    findings: Findings = field(default_factory=Findings)
    _waiting: deque[_Reading] = field(default_factory=deque)
    _seen: set[_Reading] = field(default_factory=set)
    _choices: dict[Schema, Choices] = field(default_factory=dict)

    def resolve(self, old: Schema, new: Schema, direction: Direction) -> None:
        """Add to the findings how each version reads what the other writes.

        Raises:
            TooManyPairsError: what is found until then is kept.
        """
        self._wait(_Reading(new, old, True, direction), new, old)
        self._wait(_Reading(old, new, False, direction), old, new)
        while self._waiting:
            self._pair(self._waiting.popleft())

    def _wait(self, like: _Reading, reader: Schema, writer: Schema) -> None:
        found, written = resolved(reader), resolved(writer)
        if found is None or written is None:
            return
        reading = _Reading(found, written, like.by_new, like.direction)
        if reading not in self._seen:
            if len(self._seen) >= MAX_PAIRS:
                raise TooManyPairsError
            self._seen.add(reading)
            self._waiting.append(reading)

    def _note(
        self,
        at: _Reading,
        rule: str,
        reader: Thing | None,
        writer: Thing | None,
        *,
        fails: bool = False,
        within: Subject | None = None,
    ) -> None:
        if at.by_new:
            self.findings.add(rule, at.direction, writer, reader, new_fails=fails, within=within)
        else:
            self.findings.add(rule, at.direction, reader, writer, old_fails=fails, within=within)

    def _accepted(self, schema: Schema) -> Choices:
        if schema not in self._choices:
            self._choices[schema] = choices_of(schema)
        return self._choices[schema]

    def _pair(self, at: _Reading) -> None:
        reader, writer = at.reader, at.writer
        if isinstance(reader, Union) or isinstance(writer, Union):
            self._branches(at)
        elif isinstance(reader, Array) and isinstance(writer, Array):
            self._wait(at, reader.items, writer.items)
        elif isinstance(reader, Map) and isinstance(writer, Map):
            self._wait(at, reader.values, writer.values)
        elif isinstance(reader, Primitive) and isinstance(writer, Primitive):
            self._primitives(at, reader, writer)
        elif isinstance(reader, Named) and type(reader) is type(writer) and isinstance(writer, Named):
            self._named(at, reader, writer)
        else:
            self._note(at, "type-changed", reader, writer, fails=True)

    def _branches(self, at: _Reading) -> None:
        accepted, written = self._accepted(at.reader), self._accepted(at.writer)
        # what the other way round meets an unread branch is the same type, changed
        same = {written.choose(branch): branch for branch in accepted.branches}
        for branch in written.branches:
            chosen = accepted.choose(branch)
            if chosen is not None:
                self._wait(at, chosen, branch)
            elif branch in same:
                rule = "type-renamed" if isinstance(branch, Named) else "type-changed"
                self._note(at, rule, same[branch], branch, fails=True)
            else:
                self._lacking(at, written.written_as[branch])

    def _lacking(self, at: _Reading, branch: Schema) -> None:
        rule = "union-branch-removed" if at.by_new else "union-branch-added"
        union = at.writer if isinstance(at.writer, Union) else at.reader
        self._note(at, rule, at.reader, branch, fails=True, within=union.subject)

    def _primitives(self, at: _Reading, reader: Primitive, writer: Primitive) -> None:
        if reader.type != writer.type:
            promoted = reader.type in PROMOTIONS.get(writer.type, ())
            self._note(at, "type-changed", reader, writer, fails=not promoted)
        else:
            self._logical(at, reader, writer, reader.logical, writer.logical)

    def _logical(
        self, at: _Reading, reader: Schema, writer: Schema, mine: Logical | None, theirs: Logical | None
    ) -> None:
        """Logical types do not matter to resolution, but decimals of another scale are other numbers.

        The specification lets decimals match only if precision and scale are equal; a reader of a higher precision gets
        every number right all the same.
        """
        if mine == theirs:
            return
        if mine is None or theirs is None or {mine.name, theirs.name} != {"decimal"}:
            self._note(at, "logical-type-changed", reader, writer)
        elif mine.scale != theirs.scale:
            self._note(at, "decimal-scale-changed", reader, writer, fails=True)
        else:
            self._note(
                at, "decimal-precision-changed", reader, writer, fails=mine.precision < theirs.precision
            )

    def _named(self, at: _Reading, reader: Named, writer: Named) -> None:
        known = names_match(reader, writer)
        if reader.short != writer.short:
            self._note(at, "type-renamed", reader, writer, fails=not known)
            if not known and not names_match(writer, reader):
                return  # two types that have nothing to do with each other
        elif reader.name != writer.name:
            self._note(at, "namespace-changed", reader, writer)
        if isinstance(reader, Record) and isinstance(writer, Record):
            self._records(at, reader, writer)
        elif isinstance(reader, Enum) and isinstance(writer, Enum):
            self._symbols(at, reader, writer)
        elif isinstance(reader, Fixed) and isinstance(writer, Fixed):
            if reader.size != writer.size:
                self._note(at, "fixed-size-changed", reader, writer, fails=True)
            self._logical(at, reader, writer, reader.logical, writer.logical)

    def _symbols(self, at: _Reading, reader: Enum, writer: Enum) -> None:
        if any(symbol not in reader.symbols for symbol in writer.symbols):
            rule = "enum-symbol-removed" if at.by_new else "enum-symbol-added"
            self._note(at, rule, reader, writer, fails=reader.default is None)

    def _records(self, at: _Reading, reader: Record, writer: Record) -> None:
        pairs = [(mine, _written(mine, writer)) for mine in reader.fields]
        read = {written.name for _, written in pairs if written is not None}
        # fields that the other version finds under an alias of its own are renamed: neither added nor removed
        claimed = {
            found.name: field for field in writer.fields if (found := _written(field, reader)) is not None
        }
        for mine, written in pairs:
            if written is not None:
                self._fields(at, mine, written)
            elif mine.name in claimed:
                missing = not has_usable_default(mine)
                self._note(at, "field-renamed", mine, claimed[mine.name], fails=missing)
            else:
                rule = "field-added" if at.by_new else "field-removed"
                self._note(at, rule, mine, None, fails=not has_usable_default(mine))
        for ignored in writer.fields:
            if ignored.name not in read and _written(ignored, reader) is None:
                self._note(at, "field-removed" if at.by_new else "field-added", None, ignored)
        shared = [field.name for field in reader.fields if field.name in writer.by_name]
        if shared != [field.name for field in writer.fields if field.name in reader.by_name]:
            self._note(at, "fields-reordered", reader, writer)

    def _fields(self, at: _Reading, mine: Field, written: Field) -> None:
        if written.name != mine.name:
            self._note(at, "field-renamed", mine, written)
        if (mine.has_default, mine.default) != (written.has_default, written.default):
            self._note(at, "default-changed", mine, written)
        self._wait(at, mine.schema, written.schema)


def _written(field: Field, writer: Record) -> Field | None:
    """The field of the writer that a reader's field gets its value from."""
    names = (field.name, *field.aliases)
    return next((writer.by_name[name] for name in names if name in writer.by_name), None)
