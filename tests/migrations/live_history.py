"""A migration folder at two commits, and a database that says what is applied of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path

from runbook_tui.catalog.model import MigrationSource
from runbook_tui.migrations.live.compare import compare
from runbook_tui.migrations.live.read import read_live
from runbook_tui.migrations.model import Finding
from runbook_tui.migrations.pending import pending

VARIABLE = "SHOP_DB_URL"


def sqlite_database(folder: Path, statements: Iterable[str], name: str = "shop.db") -> str:
    """A database file in which these statements were run; its URL."""
    with closing(sqlite3.connect(folder / name)) as connection, connection:
        for statement in statements:
            connection.execute(statement)
    return f"sqlite:///{folder / name}"


def check(
    url: str,
    base: Mapping[str, str],
    target: Mapping[str, str],
    *,
    tool: str,
    engine: str = "sqlite",
    table: str | None = None,
) -> list[Finding]:
    """What the database at ``url`` has to say about the two commits."""
    source = MigrationSource(path="db", datastore="shop", tool=tool, table=table)
    before, after = ({path: text.encode() for path, text in files.items()} for files in (base, target))
    found = pending(before, after, service="shop", source=source, engine=engine)
    live = read_live(VARIABLE, {VARIABLE: url}, tool=tool, engine=engine, table=table)
    return list(compare(live, found, before, after, source))


def numbered(*names: str, suffix: str = ".up.sql") -> dict[str, str]:
    """Files of golang-migrate, each of which makes a table."""
    return {f"db/{name}{suffix}": f"CREATE TABLE t{name} (id int);" for name in names}
