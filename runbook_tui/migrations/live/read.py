"""Reads what a live database says is applied: one short read-only transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from runbook_tui.migrations.engine import Engine, engine_family
from runbook_tui.migrations.live.catalogue import FoundTable, count_rows, find_tables
from runbook_tui.migrations.live.model import LONGEST, LiveState, Refusal, RefusedError
from runbook_tui.migrations.live.tables import TABLES, all_names, tools_of, version_table_of
from runbook_tui.migrations.registry import tool_named
from runbook_tui.migrations.version_table import Lock, Records, VersionTable

if TYPE_CHECKING:
    import sqlalchemy
    from sqlalchemy import Connection

TIMEOUT = 5.0
"""Seconds for one database, all in all."""

MOST_ROWS = 50_000
"""Rows of a version table that are read; no history is as long."""


def read_live(
    variable: str,
    environment: Mapping[str, str],
    *,
    tool: str,
    engine: str,
    table: str | None = None,
    timeout: float = TIMEOUT,
) -> LiveState | Refusal:
    """What the database says, or why it said nothing. Never writes, and ends within the timeout.

    Args:
        variable: name of the environment variable that holds a SQLAlchemy URL.
        environment: where the variable is looked up.
        tool: name of the migration tool whose records are read.
        engine: the engine as the manifest writes it; a URL of another one is refused.
        table: name of the version table, with its schema if that is needed; the tool's own when None.
        timeout: seconds for everything.

    Raises:
        UnknownToolError: there is no such tool.
    """
    version_table = version_table_of(tool_named(tool))
    if version_table is None:
        why = f"it is not known where {tool} records what is applied"
        return Refusal(variable, why, f"Known are {', '.join(TABLES)}.")
    from runbook_tui.migrations.live.address import engine_at, schema_of

    try:
        found = engine_at(variable, environment, engine_family(engine), timeout)
        from runbook_tui.migrations.live.session import ask

        schema = schema_of(variable, environment)
        question = _Question(variable, version_table, table, schema)
        state = ask(found, variable, question, timeout)
        if state.version_table is None and version_table.beside and not table:
            return _beside(found, question, timeout) or state
    except RefusedError as refused:
        return refused.refusal
    return state


def _beside(engine: sqlalchemy.Engine, question: _Question, timeout: float) -> LiveState | None:
    """What a file beside the database says (Sqitch with SQLite)."""
    from runbook_tui.migrations.live.address import engine_at, file_beside
    from runbook_tui.migrations.live.session import ask

    if engine_family(engine.dialect.name) is not Engine.SQLITE:
        return None
    path = file_beside(engine, question.version_table.beside)
    if path is None:
        return None
    url = engine.url.set(database=path).render_as_string(hide_password=False)
    beside = engine_at(question.variable, {question.variable: url}, Engine.SQLITE, timeout)
    return ask(beside, question.variable, question, timeout)


class _Question:
    """Finds the version table and reads it, the lock, and the estimates of rows."""

    def __init__(
        self, variable: str, version_table: VersionTable, named: str | None, schema: str | None
    ) -> None:
        self.variable = variable
        self.version_table = version_table
        self._schema, _, self._name = (named or "").lower().rpartition(".")
        self._schemas = {self._schema or schema or "", *version_table.schemas} - {""}

    def __call__(self, connection: Connection) -> LiveState:
        """Ask."""
        tables = find_tables(connection, self._names(), self._schemas)
        found = self._own(tables)
        records, locked = Records(), ""
        if found is not None:
            version_table = self.version_table
            rows = self._rows(connection, found, version_table.columns, version_table.order)
            records = version_table.read(rows)
            locked = self._locked(connection, tables, version_table.lock)
        return LiveState(
            variable=self.variable,
            version_table=found.shown if found else None,
            records=records,
            locked=locked,
            others=() if found else self._others(tables),
            rows=MappingProxyType(count_rows(connection)),
        )

    def _names(self) -> set[str]:
        lock = self.version_table.lock
        own = {self._name} if self._name else set(self.version_table.names)
        return {*own, *all_names(), *([lock.table] if lock else ())}

    def _own(self, tables: Iterable[FoundTable]) -> FoundTable | None:
        """The tool's table: in the schema that is named, in the search path, or in the tool's own schema."""
        names = (self._name,) if self._name else self.version_table.names
        for table in sorted(tables, key=lambda table: not table.here):
            right = table.name.lower() in names and self.version_table.is_it(table.columns)
            schema = (table.schema or "").lower()
            if right and (schema in self._schemas or (table.here and not self._schema)):
                return table
        return None

    def _others(self, tables: Iterable[FoundTable]) -> tuple[str, ...]:
        return tuple(
            f"{table.shown} ({' or '.join(tools)})" for table in tables if (tools := tools_of(table))
        )

    def _rows(
        self, connection: Connection, table: FoundTable, columns: Iterable[str], order: str = ""
    ) -> list[dict[str, str | None]]:
        """The rows as text, each value cut off: a table may hold whatever somebody put there.

        Raises:
            RefusedError: there are too many to be a version table.
        """
        import sqlalchemy as sa

        there = [name for name in columns if name in table.columns]
        actual: dict[str, sa.ColumnClause[object]] = {name: sa.column(table.columns[name]) for name in there}
        texts = [sa.func.substr(sa.cast(actual[name], sa.String), 1, LONGEST) for name in there]
        query = sa.select(*texts).select_from(sa.table(table.name, schema=table.schema)).limit(MOST_ROWS + 1)
        if order:
            query = query.order_by(actual[order])
        rows = connection.execute(query).fetchall()
        if len(rows) > MOST_ROWS:
            why = f"{table.shown} has more than {MOST_ROWS} rows: no history of migrations is as long"
            raise RefusedError(Refusal(self.variable, why, "Look whether it is the right table."))
        return [
            {name: None if value is None else str(value) for name, value in zip(there, row, strict=True)}
            for row in rows
        ]

    def _locked(self, connection: Connection, tables: Iterable[FoundTable], lock: Lock | None) -> str:
        if lock is None:
            return ""
        from runbook_tui.migrations.live.records import is_true

        for table in tables:
            if table.name.lower() == lock.table and table.here and lock.column in table.columns:
                columns = [lock.column, *([lock.holder] if lock.holder else [])]
                for row in self._rows(connection, table, columns):
                    if is_true(row[lock.column]):
                        holder = row.get(lock.holder)
                        return f"{table.shown} is locked{f' by {holder}' if holder else ''}"
        return ""
