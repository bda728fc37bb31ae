"""What to do instead: in words of the engine, and of the tool where it has a way of its own."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from runbook_tui.migrations.engine import Engine
from runbook_tui.migrations.judging.recipes import recipe
from runbook_tui.migrations.judging.safety import TABLE
from runbook_tui.migrations.model import Migration, Phase

Judge = Callable[..., Migration]
HELD = {"lock-table", "rebuild-table", "validate-constraint", "add-exclusion"}
"""Locks that somebody asked for, and rows that the engine has no statement for."""


@pytest.mark.parametrize("engine", list(Engine))
def test_what_has_a_hazard_has_a_recipe_that_the_engine_takes(engine: Engine) -> None:
    told = [kind for kind, row in TABLE.items() if row.lock(engine).hazard or row.phase is Phase.BREAKING]
    assert [kind for kind in told if not recipe(kind, engine) and kind not in HELD] == []
    others = "CONCURRENTLY|VALID|SET NOT NULL|PostgreSQL"
    foreign = [kind for kind in told if re.search(others, recipe(kind, engine))]
    assert engine is Engine.POSTGRES or foreign == []


def test_mysql_builds_a_fulltext_index_without_concurrently(sql: Judge) -> None:
    findings = sql("CREATE FULLTEXT INDEX i ON orders (note);", engine="mysql").findings
    (found,) = [item for item in findings if item.rule == "blocks-writes"]
    assert "gh-ost" in found.recipe


def test_a_dropped_column_has_the_recipe_of_its_tool(sql: Judge, django_judge: Judge) -> None:
    def told(migration: Migration) -> str:
        return next(item.recipe for item in migration.findings if item.rule == "irreversible")

    assert "Search every user" in told(sql("ALTER TABLE orders DROP COLUMN note"))
    assert "SeparateDatabaseAndState" in told(django_judge('migrations.RemoveField("order", "note")'))
    assert "ignored_columns" in recipe("drop-column", Engine.POSTGRES, "rails")
