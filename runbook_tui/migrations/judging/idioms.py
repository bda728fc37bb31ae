"""Changes of one file that mean something else together than one by one."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from runbook_tui.migrations.changes import (
    ADD_COLUMN,
    ALTER_COLUMN,
    RESTATE_COLUMN,
    Change,
    Column,
    Default,
    table_key,
)
from runbook_tui.migrations.engine import Engine
from runbook_tui.migrations.judging.schema import Schema, Table

_RECREATED = {
    "drop-trigger": "create-trigger",
    "drop-function": "create-function",
    "drop-view": "create-view",
}
_Key = tuple[str, str]
_CLEARING = frozenset({"drop-constraint", "drop-index", "drop-primary-key"})


def simplify(
    changes: Sequence[Change], schema: Schema, engine: Engine, *, transactional: bool = False
) -> list[Change]:
    """The changes of one file, all in one transaction or not, with its idioms put into words of the safety table.

    ``schema`` is what the tables look like before the file.
    """
    found = _defaulted_at_once(list(changes))
    found = _rebuilt_tables(found, schema, engine)
    found = _recreated(found)
    found = _disabled_meanwhile(found) if transactional else found
    found = _replaced_constraints(found)
    found = _clearing_the_way(found, schema)
    # SQLite writes through no view
    return found if engine is Engine.SQLITE else _aliased_renames(found)


def _same(one: str | None, other: str | None) -> bool:
    return one is not None and other is not None and table_key(one) == table_key(other)


def _defaulted_at_once(changes: list[Change]) -> list[Change]:
    """A column whose rows are filled when it is added, and whose default the same file then sets for good."""
    defaulted = {
        (table_key(change.table), (change.name or "").lower())
        for change in changes
        if change.kind == ALTER_COLUMN and change.table and _sets_default(change)
    }
    return [
        replace(change, column=replace(change.column, default=Default.CONSTANT))
        if change.column is not None
        and change.kind == ADD_COLUMN
        and change.column.fills_existing
        and (table_key(change.table or ""), (change.name or "").lower()) in defaulted
        else change
        for change in changes
    ]


def _sets_default(change: Change) -> bool:
    default = change.alteration.default if change.alteration else None
    return default not in (None, Default.NONE) and not change.conditional


def _rebuilt_tables(changes: list[Change], schema: Schema, engine: Engine) -> list[Change]:
    """SQLite's way to alter a table: make a new one, copy the rows, drop the old one, take over its name.

    Elsewhere rows that are written while they are copied are lost, so a person has to look.
    """
    places = _places(changes, lambda change: (change.kind, table_key(change.table)) if change.table else None)
    taken: set[int] = set()
    instead: list[Change] = []

    def first(kind: str, table: str | None) -> int | None:
        own = places.get((kind, table_key(table)), ()) if table else ()
        return next((place for place in own if place not in taken), None)

    for index, rename in enumerate(changes):
        if rename.kind != "rename-table":
            continue
        made, copied = first("create-table", rename.table), first("copy-rows", rename.table)
        dropped = first("drop-table", rename.to)
        if made is None or dropped is None or copied is None:
            continue
        # the new table takes the old one's name at the end, or the old one gives it up at the start
        table = str(rename.to if made < index else rename.table)
        taken |= {made, copied, dropped, index}
        known = schema.tables.get(table_key(table)) if engine is Engine.SQLITE else None
        instead += _differences(changes[made], table, known, changes[copied], str(changes[dropped].table))
    return [change for index, change in enumerate(changes) if index not in taken] + instead


def _differences(made: Change, table: str, before: Table | None, copied: Change, source: str) -> list[Change]:
    line = made.line
    if before is None or not made.columns or not _keeps_rows(made, before, copied, source):
        return [Change("rebuild-table", line, table)]
    now: dict[str, Column] = {column.name.lower(): column for column in made.columns if column.name}
    found = [
        Change(ADD_COLUMN, line, table, c.name, column=c)
        for name, c in now.items()
        if name not in before.columns
    ]
    found += [Change("drop-column", line, table, name) for name in before.columns if name not in now]
    found += [
        Change(RESTATE_COLUMN, line, table, name, column=column)
        for name, column in now.items()
        if name in before.columns and column != before.columns[name]
    ]
    kept = {"", *(now.keys() & before.columns.keys())}
    if {rule for rule in made.rules if rule[0].lower() in kept} != {
        rule for rule in before.rules if rule[0].lower() in kept
    }:
        found.append(Change("replace-constraint", line, table))
    return found or [Change("state-only", line, table, detail=f"table {table} is made anew as it was")]


def _keeps_rows(made: Change, before: Table, copied: Change, source: str) -> bool:
    """Whether the copy leaves out no row and no column, and changes no column that is defined as it was."""
    now = {column.name.lower(): column for column in made.columns if column.name}
    targets = [name.lower() for name in copied.over or now]
    sources = list(before.columns) if copied.copied == ("*",) else [name.lower() for name in copied.copied]
    if not _same(copied.to, source) or len(targets) != len(sources):
        return False
    taken = dict(zip(targets, sources, strict=True))
    kept = now.keys() & before.columns.keys()
    return kept <= taken.keys() and all(
        taken[name] == name for name in kept if now[name] == before.columns[name]
    )


def _recreated(changes: list[Change]) -> list[Change]:
    """A trigger, function or view dropped and created again is a replacement."""
    result = list(changes)
    created = _places(changes, lambda change: (change.kind, table_key(change.name or "")))
    for index, drop in enumerate(changes):
        later = _after(created, (_RECREATED.get(drop.kind, ""), table_key(drop.name or "")), index)
        if drop.name is None or later is None:
            continue
        result[index] = replace(drop, kind="state-only", detail=f"{drop.name} is created again below")
        anew = "or replace" if drop.kind == "drop-function" else "anew"
        result[later] = replace(result[later], detail=anew)
    return result


def _disabled_meanwhile(changes: list[Change]) -> list[Change]:
    """A trigger that is off until it is on again: nobody else writes to its table before the commit."""
    if any(change.kind == "setting" and change.name == "commit" for change in changes):
        return changes
    result = list(changes)
    enabled = _places(changes, lambda c: _trigger(c) if c.kind == "enable-trigger" else None)
    for index, change in enumerate(changes):
        own = _trigger(change) if change.kind == "disable-trigger" else None
        later = _after(enabled, own, index) if own is not None else None
        if later is not None and not change.conditional and not changes[later].conditional:
            result[index] = replace(change, detail="meanwhile")
            result[later] = replace(changes[later], detail="meanwhile")
    return result


def _trigger(change: Change) -> _Key | None:
    return (table_key(change.table), (change.name or "").lower()) if change.table else None


def _replaced_constraints(changes: list[Change]) -> list[Change]:
    """A constraint dropped and added under the same name may accept more or less than before."""
    result = list(changes)
    added = _places(changes, _added_constraint)
    for index, drop in enumerate(changes):
        if drop.kind != "drop-constraint" or drop.name is None or drop.table is None:
            continue
        later = _after(added, (table_key(drop.table), table_key(drop.name)), index)
        if later is not None and result[later].kind != "replace-constraint":
            result[index] = replace(drop, kind="state-only", detail=f"{drop.name} is added again below")
            result[later] = replace(result[later], kind="replace-constraint")
    return result


def _added_constraint(change: Change) -> tuple[str, str] | None:
    adds = change.kind.startswith("add-") and change.kind not in (ADD_COLUMN, "add-enum-value")
    return (
        (table_key(change.table), table_key(change.name)) if adds and change.table and change.name else None
    )


def _places(changes: Sequence[Change], key: Callable[[Change], _Key | None]) -> dict[_Key, list[int]]:
    """Where changes of each key stand, in order. Files may have thousands, so nobody looks through all for each."""
    found: dict[_Key, list[int]] = {}
    for index, change in enumerate(changes):
        own = key(change)
        if own is not None:
            found.setdefault(own, []).append(index)
    return found


def _after(places: Mapping[_Key, Sequence[int]], key: _Key, index: int) -> int | None:
    """The first place of a key behind ``index``."""
    own = places.get(key, ())
    at = bisect_right(own, index)
    return own[at] if at < len(own) else None


def _clearing_the_way(changes: list[Change], schema: Schema) -> list[Change]:
    """Constraints that go because their column or table goes."""
    columns = {
        (table_key(c.table), (c.name or "").lower()) for c in changes if c.kind == "drop-column" and c.table
    }
    tables = {table_key(c.table) for c in changes if c.kind == "drop-table" and c.table}
    narrowed = {table for table, _ in columns}
    proofs = _proofs_of_not_null(changes, schema)
    return [
        replace(change, part_of_narrowing=True)
        if index in proofs or _clears(change, columns, tables, narrowed, schema)
        else change
        for index, change in enumerate(changes)
    ]


def _proofs_of_not_null(changes: Sequence[Change], schema: Schema) -> set[int]:
    """Indexes of the checks that are dropped once NOT NULL stands, which they proved: it says the same."""
    found: set[int] = set()
    tables: dict[str, _Proving] = {}
    for index, change in enumerate(changes):
        if change.table is None:
            continue
        known = tables.setdefault(table_key(change.table), _Proving())
        name = table_key(change.name or "")
        if change.kind == "drop-constraint" and known.forbidden and change.name:
            proved = (*schema.proof(change.table, change.name), *known.checks.get(name, ()))
            if name in known.validated or known.forbidden & {column.lower() for column in proved}:
                found.add(index)
        if change.alteration and change.alteration.nullable is False:
            known.forbidden.add((change.name or "").lower())
        if change.kind == "validate-constraint":
            known.validated.add(name)
        if change.not_null:
            known.checks.setdefault(name, change.not_null)
    return found


@dataclass(slots=True)
class _Proving:
    """What one file has said about NULL in one table so far."""

    forbidden: set[str] = field(default_factory=set)
    """Columns that are NOT NULL now."""
    validated: set[str] = field(default_factory=set)
    checks: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Check -> the columns in which it refuses NULL."""


def _clears(
    change: Change, columns: set[tuple[str, str]], tables: set[str], narrowed: set[str], schema: Schema
) -> bool:
    if change.table is None:
        return False
    key = table_key(change.table)
    if key in tables and change.kind in _CLEARING:
        return True
    if change.kind == ALTER_COLUMN:
        return (key, (change.name or "").lower()) in columns
    if change.kind not in _CLEARING:
        return False
    over = change.over or schema.constraint(change.table, change.name)
    if over:
        return any((key, name.lower()) in columns for name in over)
    # a constraint that the history does not know by name: take it for the dropped column's
    return key in narrowed


def _aliased_renames(changes: list[Change]) -> list[Change]:
    """A table renamed behind a view with its old name: the old code goes on working."""
    dropped = {table_key(c.name or "") for c in changes if c.kind == "drop-view"}
    made = [c for c in changes if c.kind == "create-view" and table_key(c.name or "") not in dropped]
    views = {(table_key(c.name), table_key(c.to)) for c in made if c.name and c.to}
    return [
        replace(change, aliased=True)
        if change.kind == "rename-table"
        and (table_key(change.table or ""), table_key(change.to or "")) in views
        else change
        for change in changes
    ]
