"""How to do over two releases what has no safe moment: the steps, with SQL where it can be written.

The general way is that of OpenStack's Keystone, pgroll and GitLab: widen (expand), move the data and the writers
(backfill), switch the readers in the next release, narrow (contract). Between the deploy of release 1 and that of
release 2 all code writes both forms, so either release can be rolled back. Each rule names its source.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from runbook_tui.migrations.changes import Column, ColumnType, Default
from runbook_tui.migrations.engine import Engine
from runbook_tui.migrations.judging.classify import Judged
from runbook_tui.migrations.judging.safety import TABLE_SCAN
from runbook_tui.migrations.judging.statements import constraint_name, literal, quoted, type_sql
from runbook_tui.migrations.model import Operation, Phase, SplitStep

_E, _M, _C = Phase.EXPAND, Phase.BACKFILL, Phase.CONTRACT
_PHASES = (_E, _M, _C)
_BATCHES = "1,000 to 10,000 rows at a time, each in its own transaction"
_DIFFERS = {
    Engine.POSTGRES: "{} IS DISTINCT FROM {}",
    Engine.MYSQL: "NOT ({} <=> {})",
    Engine.SQLITE: "{} IS NOT {}",
}


def split_of(judged: Sequence[Judged], engine: Engine, *, mixed: bool) -> tuple[SplitStep, ...]:
    """The steps for a whole file, by release and moment; empty when it can run as it is.

    Args:
        judged: its operations.
        engine: the engine that the SQL is for.
        mixed: whether some of it has to run before the deploy and some after it.
    """
    recipes = [(item, _RECIPES.get(item.operation.kind)) for item in judged if not item.harmless]
    steps = [step for item, recipe in recipes if recipe is not None for step in recipe(item, engine)]
    wholly = any(item.operation.phase is Phase.BREAKING for item in judged)
    if mixed or (wholly and steps):
        done = {item.operation for item, recipe in recipes if recipe is not None}
        steps += _parts([item.operation for item in judged if item.operation not in done])
    unique = dict.fromkeys(steps)
    return tuple(sorted(unique, key=lambda step: (step.release, _PHASES.index(step.phase))))


def _parts(operations: Sequence[Operation]) -> Iterator[SplitStep]:
    """A file of several moments: one file for each.

    Source: openstack/keystone, "Database Migrations": additive and destructive operations must be split.
    """
    before = {
        _E: "before the deploy",
        _M: "after the deploy, when all code writes the new form",
        _C: "when no code needs the old form",
    }
    for phase, moment in before.items():
        own = [operation for operation in operations if operation.phase is phase]
        if own:
            lines = tuple(sorted({operation.line for operation in own}))
            words = "; ".join(dict.fromkeys(operation.text for operation in own))
            yield SplitStep(
                2 if phase is _C else 1, phase, f"A migration of its own, {moment}: {words}", lines=lines
            )


def _rename_column(item: Judged, engine: Engine) -> Iterator[SplitStep]:
    """Source: GitLab's documentation, "Avoiding downtime in migrations", "Renaming Columns"; pgroll's rename."""
    if item.change.to:
        yield from _twin(item, item.change.to, item.before.type if item.before else None, engine)


def _change_type(item: Judged, engine: Engine) -> Iterator[SplitStep]:
    """Source: strong_migrations, "Changing the type of a column": a new column takes its place."""
    change = item.change
    wanted = change.alteration.type if change.alteration else change.column.type if change.column else None
    if change.name:
        yield from _twin(item, f"{change.name}_new", wanted, engine, retyped=True)


def _twin(
    item: Judged, new: str, new_type: ColumnType | None, engine: Engine, *, retyped: bool = False
) -> Iterator[SplitStep]:
    """A second column beside the first, kept in step, then instead of it."""
    old, before = item.change.name, item.before
    if not item.change.table or not old:
        return
    name, one, other = (quoted(part, engine) for part in (item.change.table, old, new))
    kind = type_sql(new_type, engine)
    add = f"ALTER TABLE {name} ADD COLUMN {other} {kind};" if kind else ""
    how = " with the new type" if retyped else ""
    how += " and the same default" if before is not None and before.default is not Default.NONE else ""
    yield SplitStep(
        1, _E, f"Add {new}{how} beside {old}, nullable; the new code writes both, and reads {old}", add
    )
    # MySQL converts by itself: the types of its CAST have names of their own
    value = f"CAST({one} AS {kind})" if retyped and engine is not Engine.MYSQL else one
    by_hand = retyped and (
        kind is None or (item.change.alteration is not None and item.change.alteration.using)
    )
    copy = f"UPDATE {name} SET {other} = {value} WHERE {_DIFFERS[engine].format(other, value)};"
    words = f"When all code writes both: copy {old} into {new}, {_BATCHES}"
    yield SplitStep(1, _M, words, "" if by_hand else copy)
    alone = f"the new code reads and writes {new} alone"
    if before is not None and not before.filled:
        yield SplitStep(2, _E, f"Allow NULL in {old}: {alone}", _allow_null(name, one, before, engine))
    else:
        yield SplitStep(2, _E, f"Nothing in the database: {alone}")
    if before is not None and before.nullable is False:
        yield from _forbid_null(item.change.table, new, new_type, engine)
    yield SplitStep(2, _C, f"When no code knows {old}: drop it", f"ALTER TABLE {name} DROP COLUMN {one};")


def _allow_null(name: str, column: str, before: Column | None, engine: Engine) -> str:
    if engine is Engine.POSTGRES:
        return f"ALTER TABLE {name} ALTER COLUMN {column} DROP NOT NULL;"
    kind = type_sql(before.type, engine) if before else None
    return f"ALTER TABLE {name} MODIFY {column} {kind} NULL;" if engine is Engine.MYSQL and kind else ""


def _forbid_null(
    table: str, column: str, column_type: ColumnType | None, engine: Engine
) -> Iterator[SplitStep]:
    """Source: PostgreSQL's manual, "ALTER TABLE": SET NOT NULL scans nothing where a valid CHECK proves it."""
    name, one = quoted(table, engine), quoted(column, engine)
    words = f"When every row has a value and all code writes one: forbid NULL in {column}"
    if engine is Engine.POSTGRES:
        check = quoted(constraint_name(table, column, "not_null"), engine)
        alter = f"ALTER TABLE {name}"
        add = f"{alter} ADD CONSTRAINT {check} CHECK ({one} IS NOT NULL) NOT VALID;"
        yield SplitStep(2, _C, f"{words}: a check for new rows first", add)
        prove = f"{alter} VALIDATE CONSTRAINT {check};\n{alter} ALTER COLUMN {one} SET NOT NULL;\n"
        words = f"In the next migration: validate the check of {column}, which lets reads and writes go on"
        yield SplitStep(2, _C, words, f"{prove}{alter} DROP CONSTRAINT {check};")
        return
    kind = type_sql(column_type, engine)
    modify = f"ALTER TABLE {name} MODIFY {one} {kind} NOT NULL;" if engine is Engine.MYSQL and kind else ""
    yield SplitStep(2, _C, words, modify)


def _required_column(item: Judged, engine: Engine) -> Iterator[SplitStep]:
    """Source: squawk, "adding-required-field"; django-migration-linter, NOT_NULL."""
    change, column = item.change, item.change.column
    if not change.table or not change.name or column is None:
        return
    name, kind = quoted(change.table, engine), type_sql(column.type, engine)
    add = f"ALTER TABLE {name} ADD COLUMN {quoted(change.name, engine)} {kind};" if kind else ""
    yield SplitStep(1, _E, f"Add {change.name} nullable; the new code writes it in every row", add)
    words = f"When all code writes it: give a value to the rows where {change.name} IS NULL, {_BATCHES}"
    yield SplitStep(1, _M, words)
    yield from _forbid_null(change.table, change.name, column.type, engine)


def _set_not_null(item: Judged, engine: Engine) -> Iterator[SplitStep]:
    """Only where it would scan the table under its strongest lock."""
    change = item.change
    if item.lock.hazard == TABLE_SCAN and change.table and change.name:
        words = f"When all code writes it: give a value to the rows where {change.name} IS NULL, {_BATCHES}"
        yield SplitStep(1, _M, words)
        yield from _forbid_null(change.table, change.name, item.before.type if item.before else None, engine)


def _rename_table(item: Judged, engine: Engine) -> Iterator[SplitStep]:
    """Source: PostgreSQL's manual, "CREATE VIEW", "Updatable Views": a view of the old name takes reads and writes.

    MySQL commits between the two statements, and SQLite's views take no writes.
    """
    old, new = item.change.table, item.change.to
    if not old or not new or item.operation.phase is not Phase.BREAKING:
        return
    if engine is Engine.POSTGRES:
        one, other = quoted(old, engine), quoted(new.rpartition(".")[2], engine)
        schema = old.rpartition(".")[0]
        renamed = f"{quoted(schema, engine)}.{other}" if schema else other
        yield SplitStep(
            1,
            _E,
            f"Rename {old}, and leave a view of the old name, in one transaction; the new code uses {new}",
            f"ALTER TABLE {one} RENAME TO {other};\nCREATE VIEW {one} AS SELECT * FROM {renamed};",
        )
        yield SplitStep(2, _C, f"When no code knows {old}: drop the view", f"DROP VIEW {one};")
        return
    yield SplitStep(1, _E, f"Create {new} beside {old}; the new code writes both and reads {old}")
    yield SplitStep(1, _M, f"When all code writes both: copy the rows of {old} into {new}, {_BATCHES}")
    yield SplitStep(2, _E, f"Nothing in the database: the new code reads and writes {new} alone")
    drop = f"DROP TABLE {quoted(old, engine)};"
    yield SplitStep(2, _C, f"When no code knows {old}: drop it", drop)


def _rename_enum_value(item: Judged, engine: Engine) -> Iterator[SplitStep]:
    """Source: PostgreSQL's manual, "ALTER TYPE": a value can be added, and never dropped."""
    change = item.change
    if engine is Engine.POSTGRES and change.table and change.name and change.to:
        kind = quoted(change.table, engine)
        add = f"ALTER TYPE {kind} ADD VALUE IF NOT EXISTS {literal(change.to)};"
        words = f"Add the value {change.to}; the new code reads both, and writes {change.name}"
        yield SplitStep(1, _E, words, add)
        yield SplitStep(2, _E, f"Nothing in the database: the new code writes {change.to}")
        words = f"When no code writes {change.name}: give {change.to} to the rows that have it, {_BATCHES}"
        yield SplitStep(2, _M, words)


def _remove_enum_value(item: Judged, engine: Engine) -> Iterator[SplitStep]:
    """Source: the same; on MySQL an ENUM is defined anew, and refuses rows that have a value that is gone."""
    where = f"{item.change.table}.{item.change.name}" if item.change.name else item.change.table
    yield SplitStep(1, _E, "Nothing in the database: the new code does not write the value any more")
    yield SplitStep(
        1, _M, f"When no code writes it: give another value to the rows of {where} that have it, {_BATCHES}"
    )
    yield SplitStep(2, _C, "This migration as it is", lines=(item.operation.line,))


def _rename_object(item: Judged, engine: Engine) -> Iterator[SplitStep]:
    """A view, function, type or sequence: the same twice, for as long as both names are used."""
    old, new = item.change.name, item.change.to
    if old and new:
        yield SplitStep(1, _E, f"Create {new} beside {old}; the new code uses {new}")
        yield SplitStep(2, _C, f"When no code knows {old}: drop it")


_RECIPES: dict[str, Callable[[Judged, Engine], Iterator[SplitStep]]] = {
    "rename-column": _rename_column,
    "change-type": _change_type,
    "add-column-required": _required_column,
    "set-not-null": _set_not_null,
    "rename-table": _rename_table,
    "rename-enum-value": _rename_enum_value,
    "remove-enum-value": _remove_enum_value,
    "rename-object": _rename_object,
}
