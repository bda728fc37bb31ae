"""A table made anew under its old name: told as what it changes only where nobody writes meanwhile."""

from __future__ import annotations

import pytest

from runbook_tui.migrations.model import Phase
from tests.locks.claims import judged

BASE = "CREATE TABLE orders (id integer PRIMARY KEY, note varchar(50));"
MADE = "CREATE TABLE new_orders (id integer PRIMARY KEY, note varchar(50), code integer);"
COPIED = "INSERT INTO new_orders (id, note) SELECT id, note FROM orders;"
TAKEN = "DROP TABLE orders; ALTER TABLE new_orders RENAME TO orders;"


def test_sqlite_locks_everybody_out_so_it_is_the_new_column() -> None:
    migration = judged(BASE, MADE + COPIED + TAKEN, "sqlite")
    assert [operation.kind for operation in migration.operations] == ["add-column-nullable"]
    assert migration.phase is Phase.EXPAND


@pytest.mark.parametrize("engine", ["postgres", "mysql"])
def test_elsewhere_rows_written_meanwhile_are_lost_so_a_person_has_to_look(engine: str) -> None:
    migration = judged(BASE, MADE + COPIED + TAKEN, engine)
    assert [operation.kind for operation in migration.operations] == ["rebuild-table"]
    assert migration.phase is Phase.ASK


@pytest.mark.parametrize("engine", ["sqlite", "postgres", "mysql"])
def test_without_a_copy_the_rows_are_gone(engine: str) -> None:
    migration = judged(BASE, MADE + TAKEN, engine)
    assert "drop-table" in [operation.kind for operation in migration.operations]
    assert migration.phase not in (Phase.EXPAND, Phase.NONE)
