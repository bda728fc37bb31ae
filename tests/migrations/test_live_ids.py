"""The ids of migrations are what their tools write into the database: three migrations and their rows for each."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from runbook_tui.migrations.registry import tool_names
from tests.migrations.live_history import check, sqlite_database

CHANGELOG = "db/changelog.xml"
"""Liquibase's changesets and Sqitch's changes share a file: a history is what they are at one version."""


@dataclass(frozen=True)
class Tool:
    """Files and rows of three migrations, each after the one before."""

    files: Sequence[dict[str, str]]
    """What each migration brings; a file that a later one brings again is written anew."""
    table: str
    rows: Sequence[str]
    """What each adds to the table."""
    other: Sequence[str] = ()
    """Rows beside those, which say nothing of these files."""
    replaces: bool = False
    """Whether a row takes the place of the one before."""
    beside: str = "shop.db"

    def at(self, count: int) -> dict[str, str]:
        """The files with the first ``count`` migrations."""
        return {path: text for files in self.files[:count] for path, text in files.items()}

    def database(self, folder: Path, count: int) -> str:
        """A database in which the first ``count`` were applied."""
        name = self.table.split()[2]
        rows = [*self.other, *(self.rows[count - 1 : count] if self.replaces else self.rows[:count])]
        statements = [self.table, *(f"INSERT INTO {name} VALUES {row}" for row in rows)]
        if self.beside != "shop.db":
            sqlite_database(folder, statements, self.beside)
            return sqlite_database(folder, ["CREATE TABLE other (id int)"])
        return sqlite_database(folder, statements)


def _sql(*names: str, text: str = "CREATE TABLE t{0} (id int);") -> list[dict[str, str]]:
    return [{f"db/{name}": text.format(number)} for number, name in enumerate(names)]


def _changelog(count: int) -> dict[str, str]:
    changesets = "".join(
        f'<changeSet id="{n}" author="ann"><sql>SELECT {n}</sql></changeSet>' for n in range(count)
    )
    return {CHANGELOG: f'<?xml version="1.0"?><databaseChangeLog>{changesets}</databaseChangeLog>'}


def _plan(count: int) -> dict[str, str]:
    when = "2026-01-01T00:00:00Z Ann <ann@example.test> # x"
    changes = [f"users {when}", f"@v1 {when}", f"orders [users] {when}", f"users [users@v1] {when}"]
    shown = changes[: count + 1] if count > 1 else changes[:1]
    scripts = {"db/deploy/users.sql": "SELECT 1;", "db/deploy/orders.sql": "SELECT 1;"}
    scripts |= {"db/deploy/users@v1.sql": "SELECT 1;"} if count > 2 else {}
    return {"db/sqitch.plan": "%syntax-version=1.0.0\n%project=shop\n\n" + "\n".join(shown) + "\n", **scripts}


def _alembic(name: str, down: str | None) -> dict[str, str]:
    body = f"revision = {name!r}\ndown_revision = {down!r}\n\n\ndef upgrade():\n    pass\n"
    return {f"db/{name}_x.py": f"from alembic import op\n{body}\n\ndef downgrade():\n    pass\n"}


def _django(name: str, before: str | None) -> dict[str, str]:
    depends = f'("shop", "{before}")' if before else ""
    return {
        f"db/shop/migrations/{name}.py": "from django.db import migrations\n\n\n"
        f"class Migration(migrations.Migration):\n    dependencies = [{depends}]\n    operations = []\n"
    }


_VERSIONS = "CREATE TABLE schema_migrations (version varchar(99))"
_RUBY = "class T{0} < ActiveRecord::Migration[7.1]\n  def change\n    create_table :t{0}\n  end\nend\n"
_KNEX = "exports.up = (knex) => knex.schema.createTable('t{0}', (t) => t.increments());\nexports.down = () => null;\n"
_ELIXIR = (
    "defmodule Shop.T{0} do\n  use Ecto.Migration\n\n  def change do\n    create table(:t{0})\n  end\nend\n"
)

TOOLS = {
    "alembic": Tool(
        [_alembic("a1", None), _alembic("b2", "a1"), _alembic("c3", "b2")],
        "CREATE TABLE alembic_version (version_num text)",
        ["('a1')", "('b2')", "('c3')"],
        replaces=True,
    ),
    "atlas": Tool(
        _sql("20260101000000_a.sql", "20260102000000.sql", "20260103000000_c.sql"),
        "CREATE TABLE atlas_schema_revisions (version text, type int, applied int, total int, error text)",
        [f"('2026010{n}000000', 2, 1, 1, NULL)" for n in (1, 2, 3)],
        ["('.atlas_cloud_identifier', 0, 0, 0, NULL)"],
    ),
    "dbmate": Tool(
        _sql("001_a.sql", "002_b.sql", "010_c.sql", text="-- migrate:up\nSELECT {0};\n-- migrate:down\n"),
        _VERSIONS,
        ["('001')", "('002')", "('010')"],
    ),
    "diesel": Tool(
        _sql("2026-01-01-000000_a/up.sql", "2026-01-02-000000_b/up.sql", "2026-01-03-000000_c/up.sql"),
        "CREATE TABLE __diesel_schema_migrations (version text, run_on text)",
        [f"('2026010{n}000000', '')" for n in (1, 2, 3)],
    ),
    "django": Tool(
        [_django("0001_initial", None), _django("0002_b", "0001_initial"), _django("0003_c", "0002_b")],
        "CREATE TABLE django_migrations (app text, name text)",
        ["('shop', '0001_initial')", "('shop', '0002_b')", "('shop', '0003_c')"],
        ["('auth', '0001_initial')"],
    ),
    "ecto": Tool(
        _sql("20260101000000_a.exs", "20260102000000_b.exs", "20260103000000_c.exs", text=_ELIXIR),
        "CREATE TABLE schema_migrations (version bigint, inserted_at text)",
        [f"(2026010{n}000000, '')" for n in (1, 2, 3)],
    ),
    "flyway": Tool(
        _sql("V1__a.sql", "V1_2__b.sql", "R__all_views.sql"),
        "CREATE TABLE flyway_schema_history "
        "(installed_rank int, version text, description text, type text, success int)",
        ["(1, '1', 'a', 'SQL', 1)", "(2, '1.2', 'b', 'SQL', 1)", "(3, NULL, 'all views', 'SQL', 1)"],
        ["(0, NULL, '<< Flyway Schema Creation >>', 'SCHEMA', 1)"],
    ),
    "golang-migrate": Tool(
        _sql("000001_a.up.sql", "000002_b.up.sql", "000003_c.up.sql"),
        "CREATE TABLE schema_migrations (version bigint, dirty boolean)",
        ["(1, 0)", "(2, 0)", "(3, 0)"],
        replaces=True,
    ),
    "goose": Tool(
        _sql("00001_a.sql", "00002_b.sql", "00003_c.sql", text="-- +goose Up\nSELECT {0};\n"),
        "CREATE TABLE goose_db_version (id int, version_id bigint, is_applied boolean)",
        ["(2, 1, 1)", "(3, 2, 1)", "(4, 3, 1)"],
        ["(1, 0, 1)"],
    ),
    "knex": Tool(
        _sql("20260101000000_a.ts", "20260102000000_b.ts", "20260103000000_c.ts", text=_KNEX),
        "CREATE TABLE knex_migrations (name text, batch int)",
        ["('20260101000000_a.js', 1)", "('20260102000000_b.ts', 1)", "('20260103000000_c.js', 1)"],
    ),
    "liquibase": Tool(
        [_changelog(1), _changelog(2), _changelog(3)],
        "CREATE TABLE DATABASECHANGELOG (ID text, AUTHOR text, FILENAME text, EXECTYPE text)",
        [f"('{n}', 'ann', 'classpath:db/changelog.xml', 'EXECUTED')" for n in range(3)],
    ),
    "prisma": Tool(
        _sql(
            "20260101000000_a/migration.sql",
            "20260102000000_b/migration.sql",
            "20260103000000_c/migration.sql",
        ),
        "CREATE TABLE _prisma_migrations (migration_name text, finished_at text, rolled_back_at text)",
        [f"('2026010{n}000000_{name}', 'now', NULL)" for n, name in ((1, "a"), (2, "b"), (3, "c"))],
    ),
    "rails": Tool(
        _sql("20260101000000_a.rb", "20260102000000_b.rb", "20260103000000_c.rb", text=_RUBY),
        _VERSIONS,
        [f"('2026010{n}000000')" for n in (1, 2, 3)],
    ),
    "sqitch": Tool(
        [_plan(1), _plan(2), _plan(3)],
        "CREATE TABLE changes (change text, project text, committed_at text)",
        ["('users', 'shop', '1')", "('orders', 'shop', '2')", "('users', 'shop', '3')"],
        ["('users', 'another', '0')", "('carts', 'another', '0')"],
        beside="sqitch.db",
    ),
    "sqlx": Tool(
        _sql("0001_a.sql", "0002_b.sql", "0003_c.sql"),
        "CREATE TABLE _sqlx_migrations (version bigint, success boolean)",
        ["(1, 1)", "(2, 1)", "(3, 1)"],
    ),
}


def test_every_tool_is_here() -> None:
    assert set(tool_names()) == TOOLS.keys()


@pytest.mark.parametrize(("applied", "rule"), [(1, "behind"), (2, "agrees"), (3, "ahead")])
@pytest.mark.parametrize("name", tool_names())
def test_files_and_rows_name_the_same_migrations(name: str, applied: int, rule: str, tmp_path: Path) -> None:
    tool = TOOLS[name]
    found = check(tool.database(tmp_path, applied), tool.at(2), tool.at(3), tool=name)
    assert [item.rule for item in found] == [f"database-{rule}"], [item.message for item in found]


OWN = """
from pathlib import PurePosixPath

from runbook_tui.migrations.live.records import column
from runbook_tui.migrations.version_table import VersionTable
from runbook_tui.migrations.tool import MigrationTool, Script, Scripts, below, chained
from tests.migrations.live_history import check, sqlite_database
from pathlib import Path


class Steps(MigrationTool):
    name = "steps"
    version_table = VersionTable("steps", ("steps_log",), ("step",), lambda rows: column(rows, "step", str))

    def recognises(self, path, data):
        return path.endswith(".sql")

    def scripts(self, files, folder):
        found = [Script(PurePosixPath(path).stem, "", path, (), data) for path, data in below(files, folder).items()]
        return Scripts(chained(found, lambda script: (script.id,)))

    def reader(self, engine):
        raise AssertionError("nothing is pending")


def told(*rows):
    values = ", ".join(f"('{row}')" for row in rows)
    url = sqlite_database(Path(), ["CREATE TABLE steps_log (step text)", f"INSERT INTO steps_log VALUES {values}"])
    files = {"db/a.sql": "SELECT 1", "db/b.sql": "SELECT 1"}
    return [finding.rule for finding in check(url, files, files, tool="steps")]
"""
"""The module of a package with a tool of its own."""


@pytest.mark.parametrize(
    ("rows", "rules"),
    [(["a", "b"], ["database-agrees"]), (["a", "x"], ["database-behind", "database-ahead"])],
)
def test_a_tool_of_another_package_brings_its_own_version_table(
    rows: list[str], rules: list[str], tmp_path: Path
) -> None:
    metadata = tmp_path / "steps_tool-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: steps-tool\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text("[runbook_tui.migration_tools]\nsteps = steps_tool:Steps\n")
    (tmp_path / "steps_tool.py").write_text(OWN)
    root = Path(__file__).parents[2]
    program = f"import sys; sys.path[:0] = ['.', {str(root)!r}]; import steps_tool as s; print(s.told(*sys.argv[1:]))"
    done = subprocess.run(
        [sys.executable, "-c", program, *rows], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == (f"{rules}\n", "")
