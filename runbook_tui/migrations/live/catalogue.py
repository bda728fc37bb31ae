"""Which tables a database has: the version tables with their columns, and how many rows the others hold."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runbook_tui.migrations.changes import table_key
from runbook_tui.migrations.engine import Engine, engine_family

if TYPE_CHECKING:
    from sqlalchemy import Connection

_MOST = 20_000
"""Rows of the catalogue that are read."""

_COLUMNS = {
    Engine.POSTGRES: """
        SELECT n.nspname, c.relname, a.attname, pg_catalog.pg_table_is_visible(c.oid)
        FROM pg_catalog.pg_class c
        JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND lower(c.relname) IN :names
        ORDER BY n.nspname, c.relname, a.attnum LIMIT :most""",
    Engine.MYSQL: """
        SELECT table_schema, table_name, column_name, COALESCE(table_schema = DATABASE(), FALSE)
        FROM information_schema.columns
        WHERE (table_schema = DATABASE() OR table_schema IN :schemas) AND lower(table_name) IN :names
        ORDER BY table_schema, table_name, ordinal_position LIMIT :most""",
    Engine.SQLITE: """
        SELECT NULL, m.name, c.name, 1
        FROM sqlite_master m JOIN pragma_table_info(m.name) c
        WHERE m.type IN ('table', 'view') AND lower(m.name) IN :names
        ORDER BY m.name, c.cid LIMIT :most""",
}

_ROWS = {
    Engine.POSTGRES: """
        SELECT n.nspname, c.relname, c.reltuples, pg_catalog.pg_table_is_visible(c.oid)
        FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
          AND (c.reltuples > 0 OR c.relpages > 0)
        ORDER BY c.reltuples DESC LIMIT :most""",
    Engine.MYSQL: """
        SELECT table_schema, table_name, table_rows, TRUE
        FROM information_schema.tables
        WHERE table_schema = DATABASE() AND table_rows IS NOT NULL
        ORDER BY table_rows DESC LIMIT :most""",
    Engine.SQLITE: "SELECT NULL, tbl, substr(stat, 1, 20), 1 FROM sqlite_stat1 LIMIT :most",
}


@dataclass(frozen=True, slots=True)
class FoundTable:
    """A table that has the name of a version table."""

    schema: str | None
    name: str
    columns: Mapping[str, str]
    """Lower case to how the database writes it."""
    here: bool
    """Whether it is found without its schema: in the search path, in the database of the URL."""

    @property
    def shown(self) -> str:
        """The name with its schema."""
        return f"{self.schema}.{self.name}" if self.schema else self.name


def find_tables(
    connection: Connection, names: Iterable[str], schemas: Collection[str]
) -> tuple[FoundTable, ...]:
    """The tables of these names.

    Args:
        connection: where to look.
        names: in lower case; upper and lower case are the same.
        schemas: databases of MySQL to look into besides that of the URL.
    """
    from sqlalchemy import bindparam, text

    family = engine_family(connection.dialect.name) or Engine.POSTGRES
    query = text(_COLUMNS[family]).bindparams(bindparam("names", sorted(set(names)), expanding=True))
    values: dict[str, object] = {"most": _MOST}
    if family is Engine.MYSQL:
        query = query.bindparams(bindparam("schemas", sorted(schemas) or [""], expanding=True))
    columns: dict[tuple[str | None, str, bool], dict[str, str]] = {}
    for schema, name, column, here in connection.execute(query, values):
        columns.setdefault((schema, name, bool(here)), {})[str(column).lower()] = column
    return tuple(FoundTable(schema, name, found, here) for (schema, name, here), found in columns.items())


def count_rows(connection: Connection) -> dict[str, int]:
    """How many rows each table has by the database's own estimate; nothing is counted.

    PostgreSQL knows it since the last ANALYZE (``pg_class.reltuples``, which is -1 before the first), MySQL roughly
    (``information_schema.TABLES``), SQLite where ANALYZE was run (``sqlite_stat1``).
    """
    from sqlalchemy import inspect, text

    family = engine_family(connection.dialect.name) or Engine.POSTGRES
    if family is Engine.SQLITE and not inspect(connection).has_table("sqlite_stat1"):
        return {}
    found: dict[str, int] = {}
    for schema, name, estimate, here in connection.execute(text(_ROWS[family]), {"most": _MOST}):
        first = str(estimate).split(" ", 1)[0]
        try:
            rows = int(float(first))
        except (ValueError, OverflowError):
            continue
        key = table_key(name if here else f"{schema}.{name}")
        if rows >= 0:
            found[key] = max(rows, found.get(key, 0))
    return found
