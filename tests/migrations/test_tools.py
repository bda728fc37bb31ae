"""Which tool a folder belongs to, and what each tool's files say besides their SQL."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pkgutil import iter_modules
from types import SimpleNamespace

import pytest

from runbook_tui.catalog.model import MigrationSource
from runbook_tui.files.problems import ProblemsError
from runbook_tui.migrations import tools
from runbook_tui.migrations.model import Level, Migration, Phase
from runbook_tui.migrations.pending import pending
from runbook_tui.migrations.read import read_migrations
from runbook_tui.migrations.registry import all_tools, detect_tool
from tests.migrations.judged import Pend, rules_of

UP = "-- migrate:up\nCREATE TABLE r (id int);\n-- migrate:down\nDROP TABLE r;\n"


@pytest.mark.parametrize(
    ("path", "text", "tool"),
    [
        ("db/0001_first.up.sql", "SELECT 1", "golang-migrate"),
        ("db/20260101_first.sql", UP, "dbmate"),
        ("db/versions/x.py", "revision = 'a'\ndown_revision = None", "alembic"),
        (
            "db/0001_x.py",
            "from django.db import migrations\nclass Migration(migrations.Migration):",
            "django",
        ),
        ("db/notes.sql", "SELECT 1", None),
        ("db/setup.py", "print('x')", None),
        ("elsewhere/0001_first.up.sql", "SELECT 1", None),
    ],
)
def test_a_tool_is_known_by_its_files(path: str, text: str, tool: str | None) -> None:
    assert detect_tool({path: text.encode()}, "db") == tool


def test_most_files_decide() -> None:
    files = {"db/1_a.sql": UP.encode(), "db/2_b.sql": UP.encode(), "db/3_c.up.sql": b"SELECT 1"}
    assert detect_tool(files, "db") == "dbmate"


def test_every_file_of_tools_is_a_tool_of_that_name() -> None:
    files = {module.name.replace("_", "-") for module in iter_modules(tools.__path__)}
    assert {tool.name for tool in all_tools()} == files


def test_a_folder_of_no_tool_is_a_problem_with_a_remedy() -> None:
    source = MigrationSource(path="db", datastore="shop")
    with pytest.raises(ProblemsError) as raised:
        pending({}, {"db/readme.md": b"hello"}, service="billing", source=source, engine="postgres")
    (problem,) = raised.value.problems
    assert problem.place.file == "db"
    assert "billing" in problem.what
    assert "golang-migrate" in problem.expected
    assert problem.remedy


def test_a_tool_that_is_named_but_has_no_files_is_a_finding(pend: Pend) -> None:
    found = pend({}, {"db/readme.md": "x"}, tool="dbmate")
    assert found.pending == ()
    assert [(finding.rule, finding.path) for finding in found.findings] == [("no-migrations", "db")]


@pytest.mark.parametrize("engine", ["", "oracle"])
def test_an_engine_that_is_not_known_is_said(pend: Pend, engine: str) -> None:
    found = pend({"db/1_a.up.sql": ""}, {"db/1_a.up.sql": "", "db/2_b.up.sql": ""}, engine=engine)
    assert rules_of(found) == ["engine-unknown"]


def test_a_source_only_needs_its_three_fields() -> None:
    source = SimpleNamespace(path="db", datastore="shop", tool=None)
    (migration,) = read_migrations(
        source, {"db/1_a.up.sql": b"SELECT 1"}, service="billing", engine="postgres"
    )
    assert migration.key == "billing/1"
    assert (migration.datastore, migration.tool) == ("shop", "golang-migrate")


def test_reading_all_judges_each_as_if_it_alone_were_pending() -> None:
    files = {
        "db/1_a.up.sql": b"CREATE TABLE r (id int); ALTER TABLE r ADD COLUMN b int NOT NULL",
        "db/2_b.up.sql": b"ALTER TABLE r ADD COLUMN c int NOT NULL",
    }
    source = MigrationSource(path="db", datastore="shop")
    phases = [found.phase for found in read_migrations(source, files, service="billing", engine="postgres")]
    assert phases == [Phase.EXPAND, Phase.BREAKING]
    found = pending({}, files, service="billing", source=source, engine="postgres").pending
    assert [migration.phase for migration in found] == [Phase.EXPAND, Phase.EXPAND]


# golang-migrate


def test_golang_migrate_orders_by_number_and_takes_its_own_folder_only(pend: Pend) -> None:
    files = {
        "db/10_ten.up.sql": "SELECT 1",
        "db/9_nine_things.up.sql": "SELECT 1",
        "db/9_nine_things.down.sql": "SELECT 1",
        "db/old/1_one.up.sql": "SELECT 1",
    }
    found = pend({}, files)
    assert [(item.id, item.title, item.parents) for item in found.pending] == [
        ("9", "nine things", ()),
        ("10", "ten", ("9",)),
    ]
    assert found.linear


@pytest.mark.parametrize(
    ("down", "has_down"),
    [(None, False), ("", False), ("-- nothing to do\n;", False), ("/* no */", False), ("DROP TABLE r", True)],
)
def test_golang_migrate_needs_a_down_file_that_does_something(
    pend: Pend, down: str | None, *, has_down: bool
) -> None:
    files = {"db/1_a.up.sql": "CREATE TABLE r (id int)"}
    if down is not None:
        files["db/1_a.down.sql"] = down
    assert pend({}, files).pending[0].has_down is has_down


@pytest.mark.parametrize(
    ("path", "level"),
    [("db/2_b.sql", Level.WARNING), ("db/setup.sql", Level.WARNING), ("db/2_b.down.sql", Level.WARNING)],
)
def test_golang_migrate_passes_over_other_names(pend: Pend, path: str, level: Level) -> None:
    found = pend({"db/1_a.up.sql": ""}, {"db/1_a.up.sql": "", path: "SELECT 1", "db/readme.md": "x"})
    assert [(finding.rule, finding.path, finding.level) for finding in found.findings] == [
        ("not-a-migration", path, level)
    ]


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("CREATE INDEX CONCURRENTLY i ON orders (note)", []),
        ("CREATE INDEX CONCURRENTLY i ON orders (note); SELECT 1", ["concurrently-in-transaction"]),
    ],
)
def test_golang_migrate_runs_several_statements_in_one_transaction(
    sql: Callable[..., Migration], text: str, rules: list[str]
) -> None:
    migration = sql(text)
    assert [finding.rule for finding in migration.findings if finding.level is Level.ERROR] == rules
    assert migration.transactional is bool(rules)


# dbmate


def test_dbmate_reads_the_up_section_with_the_lines_of_the_file(pend: Pend) -> None:
    text = "-- a comment\n\n-- migrate:up\nCREATE TABLE r (id int);\n\n-- migrate:down\nDROP TABLE r;\n"
    migration = pend({}, {"db/20260102_add_r.sql": text}).pending[0]
    assert (migration.id, migration.title) == ("20260102", "add r")
    assert [(o.kind, o.line) for o in migration.operations] == [("create-table", 4)]
    assert migration.has_down
    assert migration.transactional


@pytest.mark.parametrize(
    ("text", "has_down", "transactional"),
    [
        ("-- migrate:up\nSELECT 1;", False, True),
        ("-- migrate:up\nSELECT 1;\n-- migrate:down\n\n-- nothing\n", False, True),
        ("-- migrate:up transaction:false\nSELECT 1;\n-- migrate:down\nSELECT 2;", True, False),
        (
            "--  migrate:up  transaction:false\r\nSELECT 1;\r\n-- migrate:down transaction:false\r\nSELECT 2;",
            True,
            False,
        ),
    ],
)
def test_dbmate_options(pend: Pend, text: str, *, has_down: bool, transactional: bool) -> None:
    migration = pend({}, {"db/1_a.sql": text}, tool="dbmate").pending[0]
    assert (migration.has_down, migration.transactional) == (has_down, transactional)


@pytest.mark.parametrize(
    ("option", "rules"),
    [("", ["transaction-nesting"]), (" transaction:false", [])],
    ids=["inside", "outside"],
)
def test_dbmate_already_opens_a_transaction(pend: Pend, option: str, rules: list[str]) -> None:
    text = f"-- migrate:up{option}\nBEGIN;\nCREATE TABLE r (id int);\nCOMMIT;\n-- migrate:down\nDROP TABLE r"
    (migration,) = pend({}, {"db/1_a.sql": text}).pending
    assert rules_of(migration) == rules
    assert [finding.line for finding in migration.findings] == [2] * len(rules)


def test_dbmate_without_an_up_section_is_a_question(pend: Pend) -> None:
    files = {"db/1_a.sql": "CREATE TABLE r (id int)", "db/2_b.sql": UP, "db/notes.sql": ""}
    found = pend({}, files)
    assert [(item.id, item.phase) for item in found.pending] == [("1", Phase.ASK), ("2", Phase.EXPAND)]
    assert [(f.rule, f.level, f.path) for f in found.pending[0].findings] == [
        ("unreadable", Level.ERROR, "db/1_a.sql")
    ]
    assert ("not-a-migration", "db/notes.sql") in [(f.rule, f.path) for f in found.findings]


def test_mysql_has_no_transaction_around_its_changes(pend: Pend) -> None:
    assert not pend({}, {"db/1_a.sql": UP}, engine="mariadb@11").pending[0].transactional


# files as they come


@pytest.mark.parametrize("start", [b"\xef\xbb\xbf", b"-- \xff\xfe\n", b"\r\n"])
def test_bytes_that_editors_leave_do_not_matter(start: bytes) -> None:
    source = MigrationSource(path="db", datastore="shop")
    files = {"db/1_a.up.sql": start + b"DROP TABLE orders"}
    (migration,) = read_migrations(source, files, service="s", engine="postgres")
    assert migration.phase is Phase.CONTRACT


@pytest.mark.parametrize("folder", [".", "a/b"])
def test_folders_are_taken_from_the_root_of_the_repository(pend: Pend, folder: str) -> None:
    prefix = "" if folder == "." else f"{folder}/"
    found = pend({}, {f"{prefix}1_a.up.sql": "SELECT 1", "a/2_b.up.sql": "SELECT 1"}, folder=folder)
    assert [item.path for item in found.pending] == [f"{prefix}1_a.up.sql"]


# what reading costs others


def test_sqlglot_is_loaded_only_where_there_is_sql() -> None:
    code = "import sys, runbook_tui.migrations.pending, runbook_tui.migrations.read; print('sqlglot' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_nothing_is_logged_about_statements_that_are_read_by_pattern(
    sql: Callable[..., Migration], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("DEBUG"):
        sql("ALTER TYPE mood ADD VALUE 'x'; DO $$ BEGIN END $$; ALTER TABLE orders VALIDATE CONSTRAINT f")
    assert caplog.records == []
