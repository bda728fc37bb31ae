"""What the tables look like at one point of the migration history, as far as the files tell."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from runbook_tui.migrations.changes import (
    ADD_COLUMN,
    ALTER_COLUMN,
    RESTATE_COLUMN,
    Alteration,
    Change,
    Column,
    table_key,
)


@dataclass(slots=True)
class Table:
    """One table: its columns and the columns of its named constraints."""

    columns: dict[str, Column] = field(default_factory=dict)
    constraints: dict[str, tuple[str, ...]] = field(default_factory=dict)
    uniques: set[str] = field(default_factory=set)
    """Named constraints and indexes that keep rows apart."""
    rules: tuple[tuple[str, str], ...] = ()
    """What else its definition says, as in :class:`Change`."""
    proofs: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Named CHECKs that held for every row when they were made or validated, with the columns they keep from NULL."""
    unproved: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """The same of those that are NOT VALID."""


@dataclass(slots=True)
class Schema:
    """All tables that the history made, with what the pending migrations alone have made of it.

    It is filled by :meth:`apply`, change after change, in the order in which the tool runs the files.
    """

    tables: dict[str, Table] = field(default_factory=dict)
    routines: set[str] = field(default_factory=set)
    """Functions, triggers and views that exist."""
    views: dict[str, frozenset[tuple[str, str]]] = field(default_factory=dict)
    """The columns that a view uses, as table and column."""
    domains: set[str] = field(default_factory=set)
    """Types that may hold a rule for their values."""
    unique_in: dict[str, str] = field(default_factory=dict)
    """Name of a unique constraint or index -> its table, the last one where several have it."""
    new_tables: set[str] = field(default_factory=set)
    """Created by a pending migration: no running code knows them."""
    temporary: set[str] = field(default_factory=set)
    lacking: set[str] = field(default_factory=set)
    """Tables and ``table.column`` that are made only where they lack: a database may have had them before."""
    new_columns: dict[str, set[str]] = field(default_factory=dict)
    new_routines: set[str] = field(default_factory=set)
    new_constraints: set[str] = field(default_factory=set)
    vacated: set[str] = field(default_factory=set)
    """Names of tables and ``table.column`` that running code knows, though a pending migration took them away:
    what gets such a name is not new to it."""

    def column(self, table: str | None, name: str | None) -> Column | None:
        """A column's definition before the next change; None when the history does not tell."""
        known = self.tables.get(table_key(table)) if table and name else None
        return known.columns.get(str(name).lower()) if known else None

    def constraint(self, table: str | None, name: str | None) -> tuple[str, ...]:
        """The columns of a named constraint or index; empty when unknown."""
        known = self.tables.get(table_key(table)) if table and name else None
        return known.constraints.get(str(name).lower(), ()) if known else ()

    def kept_unique(self, table: str | None, name: str | None) -> tuple[str, ...]:
        """The columns that a named constraint or index keeps unique; the table may be left out."""
        own = _bare(name or "")
        known = self.tables.get(table_key(table) if table else self.unique_in.get(own, ""))
        return known.constraints.get(own, ()) if known and own in known.uniques else ()

    def views_of(self, table: str | None, column: str | None) -> tuple[str, ...]:
        """The views that are known to use a column, sorted."""
        place = (table_key(table or ""), (column or "").lower())
        return tuple(sorted(view for view, used in self.views.items() if place in used))

    def is_proved(self, table: str | None, column: str | None) -> bool:
        """Whether a validated CHECK says that the column is not NULL."""
        known = self.tables.get(table_key(table)) if table and column else None
        return known is not None and any(str(column).lower() in over for over in known.proofs.values())

    def proof(self, table: str | None, constraint: str) -> tuple[str, ...]:
        """The columns that a named CHECK keeps from NULL; empty when there are none, or it is not known."""
        known = self.tables.get(table_key(table)) if table else None
        name = constraint.lower()
        return known.proofs.get(name) or known.unproved.get(name, ()) if known else ()

    def is_new_table(self, table: str | None) -> bool:
        """Whether a pending migration created the table."""
        return table is not None and table_key(table) in self.new_tables

    def is_new_column(self, table: str | None, name: str | None) -> bool:
        """Whether a pending migration added the column."""
        return (
            table is not None
            and name is not None
            and name.lower() in self.new_columns.get(table_key(table), ())
        )

    def _is_new(self, table: str, column: str) -> bool:
        return table in self.new_tables or column in self.new_columns.get(table, ())

    def is_temporary(self, table: str | None) -> bool:
        """Whether the table lives in one session only; a name with a schema is never one of those."""
        return table is not None and table.lower() in self.temporary

    def may_be_older(self, table: str | None, column: str | None = None) -> bool:
        """Whether a new table or column may have been there before, with what it holds."""
        key = table_key(table or "")
        return key in self.lacking or f"{key}.{(column or '').lower()}" in self.lacking

    def is_view(self, name: str | None) -> bool:
        """Whether it is a view, so that nobody writes rows of it."""
        return (name or "").lower() in self.views

    def knows_routine(self, name: str | None) -> bool:
        """Whether running code may use a function, trigger, view, type or other object of the name, in any schema."""
        key = table_key(name or "")
        return key not in self.new_routines and key.rpartition(".")[2] in self.routines

    def is_new_routine(self, name: str | None) -> bool:
        """Whether a pending migration created the function, trigger, view, type or other object."""
        return table_key(name or "") in self.new_routines

    def is_new_constraint(self, table: str | None, name: str | None) -> bool:
        """Whether a pending migration added the constraint or index."""
        return bool(table and name) and f"{table_key(str(table))}.{str(name).lower()}" in self.new_constraints

    def forget_pending(self) -> None:
        """From here on, everything that exists is known to running code."""
        self.new_tables.clear()
        self.new_columns.clear()
        self.new_routines.clear()
        self.new_constraints.clear()
        self.vacated.clear()
        self.lacking.clear()

    def end_session(self) -> None:
        """Temporary tables go."""
        for key in self.temporary:
            self.tables.pop(key, None)
        self.temporary.clear()

    def apply(self, change: Change, *, pending: bool) -> None:
        """Take one change into account. Changes of unknown tables are remembered as far as they go."""
        if change.table is None:
            self._apply_routine(change, pending=pending)
            return
        key = table_key(change.table)
        if change.conditional:
            self._forget(change, key)
            return
        if change.kind == "create-table":
            self._create(change, key, pending=pending)
        elif change.kind == "drop-table":
            self._vacate(key, known=key not in self.new_tables | self.temporary, pending=pending)
            self.tables.pop(key, None)
            self.new_tables.discard(key)
            self.temporary.discard(key)
            self.new_columns.pop(key, None)
        elif change.kind == "rename-table" and change.to:
            self._vacate(key, known=key not in self.new_tables | self.temporary, pending=pending)
            self._rename(key, table_key(change.to))
        else:
            self._apply_columns(change, key, pending=pending)

    def _vacate(self, name: str, *, known: bool, pending: bool) -> None:
        if known and pending:
            self.vacated.add(name)

    def _forget(self, change: Change, key: str) -> None:
        """What may or may not have happened leaves nothing that is known for certain."""
        if change.kind in ("create-table", "drop-table", "rename-table"):
            self.tables.pop(key, None)
            self.new_tables.discard(key)
        elif key in self.tables and change.name:
            for known in (self.tables[key].columns, self.tables[key].constraints):
                known.pop(change.name.lower(), None)
            _prove(self.tables[key], change)

    def _create(self, change: Change, key: str, *, pending: bool) -> None:
        known = key in self.tables and key not in self.temporary
        temporary = change.detail == "temporary"
        if known and (change.if_exists or temporary):
            return  # it is there already, or hidden by one that nobody can tell from it
        columns = {column.name.lower(): column for column in change.columns if column.name}
        constraints = {name.lower(): over for name, over in change.constraints}
        # PostgreSQL's name for a constraint that has none
        own = {f"{_bare(key)}_{name}_key": (name,) for name, column in columns.items() if column.unique}
        uniques = {name.lower() for name in change.uniques} | own.keys()
        self.tables[key] = Table(columns, own | constraints, uniques, change.rules)
        self.unique_in |= dict.fromkeys(uniques, key)
        self.temporary.discard(key)
        if temporary:
            self.temporary.add(key)
        # names that differ in case, or in their schema, look the same: then the older one counts
        elif pending and key not in self.vacated and not known:
            self.new_tables.add(key)
            if change.if_exists:
                self.lacking.add(key)

    def _rename(self, old: str, new: str) -> None:
        self.views = {
            view: frozenset(place for place in used if place[0] != old) for view, used in self.views.items()
        }
        if old in self.tables:
            self.tables[new] = self.tables.pop(old)
        if old in self.new_tables:
            self.new_tables.discard(old)
            self.new_tables |= {new} - self.vacated
        if old in self.new_columns:
            self.new_columns[new] = self.new_columns.pop(old)

    def _apply_columns(self, change: Change, key: str, *, pending: bool) -> None:
        name = (change.name or "").lower()
        table = self.tables.setdefault(key, Table()) if name else None
        if table is None:
            return
        _prove(table, change)
        if change.kind == ADD_COLUMN and change.column:
            if change.if_exists and name in table.columns:
                return  # it is there already, and running code knows it
            self._add_column(change, table, key, pending=pending)
        elif change.kind == "drop-column":
            self._vacate(f"{key}.{name}", known=not self._is_new(key, name), pending=pending)
            table.columns.pop(name, None)
            self.new_columns.get(key, set()).discard(name)
        elif change.kind == "rename-column" and change.to:
            self._vacate(f"{key}.{name}", known=not self._is_new(key, name), pending=pending)
            self._rename_column(table, key, name, change.to)
        elif change.kind == ALTER_COLUMN and change.alteration:
            before = table.columns.get(name) or change.existing or Column(change.name, None, None)
            table.columns[name] = altered(before, change.alteration)
        elif change.kind == RESTATE_COLUMN and change.column:
            table.columns[name] = _restated(table.columns.get(name), change.existing, change.column)
            if change.to:
                self._vacate(f"{key}.{name}", known=not self._is_new(key, name), pending=pending)
                self._rename_column(table, key, name, change.to)
        elif change.kind.startswith(("add-", "create-")) and change.over:
            table.constraints[name] = change.over
            if "-unique" in change.kind:
                table.uniques.add(name)
                self.unique_in[name] = key
            if pending:
                self.new_constraints.add(f"{key}.{name}")
        elif change.kind.startswith("drop-"):
            table.constraints.pop(name, None)
            table.uniques.discard(name)
        self._apply_routine(change, pending=pending)

    def _add_column(self, change: Change, table: Table, key: str, *, pending: bool) -> None:
        name = str(change.name).lower()
        known = name in table.columns and not self._is_new(key, name)
        table.columns[name] = change.column or Column(change.name)
        if pending and not known and f"{key}.{name}" not in self.vacated:
            self.new_columns.setdefault(key, set()).add(name)
            if change.if_exists:
                self.lacking.add(f"{key}.{name}")

    def _rename_column(self, table: Table, key: str, old: str, new: str) -> None:
        self.views = {view: used - {(key, old)} for view, used in self.views.items()}
        column = table.columns.pop(old, None)
        if column is not None:
            table.columns[new.lower()] = replace(column, name=new)
        new_columns = self.new_columns.get(key, set())
        if old in new_columns:
            new_columns.discard(old)
            if f"{key}.{new.lower()}" not in self.vacated:
                new_columns.add(new.lower())

    def _apply_routine(self, change: Change, *, pending: bool) -> None:
        if not change.name:
            return
        name = change.name.lower()
        if change.kind == "create-type" and change.detail == "domain":
            self.domains.add(name)
        if change.kind in ("create-function", "create-trigger", "create-view"):
            if pending and not self.knows_routine(name):
                self.new_routines.add(table_key(name))
            self.routines.add(_bare(name))
            if change.kind == "create-view" and not change.conditional:
                self._create_view(change, pending=pending)
        elif change.kind in ("create-type", "create-object"):
            certain = not change.conditional and not change.if_exists
            if pending and certain and not self.knows_routine(name):
                self.new_routines.add(table_key(name))
            self.routines.add(_bare(name))
        elif change.kind in ("drop-function", "drop-trigger", "drop-view"):
            if change.kind == "drop-view":
                self._vacate(table_key(name), known=not self.is_new_routine(name), pending=pending)
                self.new_tables.discard(table_key(name))
            self.routines.discard(_bare(name))
            self.new_routines.discard(table_key(name))
            self.views.pop(name, None)

    def _create_view(self, change: Change, *, pending: bool) -> None:
        name = str(change.name).lower()
        key = table_key(name)
        self.views[name] = self._used(change)
        hidden = key in self.vacated or key in self.tables
        if pending and not change.detail and not hidden and self.is_new_routine(name):
            self.new_tables.add(key)
            if change.if_exists:
                self.lacking.add(key)

    def _used(self, view: Change) -> frozenset[tuple[str, str]]:
        found: set[tuple[str, str]] = set()
        for table, column in view.reads:
            known = self.tables.get(table_key(table))
            every = known.columns if known and column == "*" else [column]
            found |= {(table_key(table), name) for name in every}
        return frozenset(found)


def _bare(name: str) -> str:
    return table_key(name).rpartition(".")[2]


def _prove(table: Table, change: Change) -> None:
    """What a change of a named constraint or column says about rows that are NULL."""
    name = str(change.name).lower()
    over = tuple(column.lower() for column in change.not_null)
    if change.kind == "validate-constraint" and name in table.unproved and not change.conditional:
        table.proofs[name] = table.unproved[name]
        return
    for known in (table.proofs, table.unproved):
        known.pop(name, None)
        if change.kind in ("drop-column", "rename-column"):
            for constraint in [one for one, columns in known.items() if name in columns]:
                del known[constraint]
    if over and not change.conditional:
        (table.proofs if change.kind == "add-check" else table.unproved)[name] = over


def altered(before: Column, alteration: Alteration) -> Column:
    """The column after an ALTER COLUMN."""
    return replace(
        before,
        type=alteration.type or before.type,
        nullable=before.nullable if alteration.nullable is None else alteration.nullable,
        default=before.default if alteration.default is None else alteration.default,
    )


def _restated(known: Column | None, existing: Column | None, now: Column) -> Column:
    """The column after it was defined anew.

    A tool that compares with its own picture of the column leaves alone what did not change in that picture.
    """
    if known is None or existing is None:
        return now
    return replace(
        now,
        nullable=known.nullable if now.nullable == existing.nullable else now.nullable,
        default=known.default if now.default == existing.default else now.default,
        default_text=known.default_text if now.default_text == existing.default_text else now.default_text,
    )
