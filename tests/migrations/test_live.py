"""What a live database says is applied, against what git says: SQLite files with each tool's own table."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runbook_tui.migrations.live.model import LiveState, Refusal
from runbook_tui.migrations.live.read import MOST_ROWS, read_live
from runbook_tui.migrations.live.tables import TABLES
from runbook_tui.migrations.model import Level
from runbook_tui.migrations.registry import tool_names
from tests.migrations.live_history import VARIABLE, check, numbered, sqlite_database

GOLANG = "CREATE TABLE schema_migrations (version bigint NOT NULL PRIMARY KEY, dirty boolean NOT NULL)"
GOOSE = "CREATE TABLE goose_db_version (id INTEGER PRIMARY KEY, version_id bigint, is_applied boolean, tstamp text)"
FLYWAY = (
    "CREATE TABLE flyway_schema_history (installed_rank int, version text, description text, type text, "
    "script text, checksum int, success boolean)"
)
PRISMA = (
    "CREATE TABLE _prisma_migrations (id text, migration_name text, finished_at text, rolled_back_at text)"
)
KNEX = "CREATE TABLE knex_migrations (id int, name text, batch int)"
ATLAS = "CREATE TABLE atlas_schema_revisions (version text, type int, applied int, total int, error text, hash text)"
CHANGELOG = (
    "CREATE TABLE DATABASECHANGELOG (ID text, AUTHOR text, FILENAME text, ORDEREXECUTED int, EXECTYPE text)"
)
VERSIONS = "CREATE TABLE schema_migrations (version varchar(128) PRIMARY KEY)"


def read(url: str, tool: str, table: str | None = None, timeout: float = 5) -> LiveState | Refusal:
    return read_live(VARIABLE, {VARIABLE: url}, tool=tool, engine="", table=table, timeout=timeout)


Record = tuple[str, list[str], set[str], list[str], str | None]
"""A tool, what made its table, and what it says: applied, failed, all up to."""

RECORDS: list[Record] = [
    (
        "alembic",
        [
            "CREATE TABLE alembic_version (version_num varchar(32))",
            "INSERT INTO alembic_version VALUES ('b2')",
        ],
        {"b2"},
        [],
        None,
    ),
    (
        "django",
        [
            "CREATE TABLE django_migrations (id integer, app text, name text, applied text)",
            "INSERT INTO django_migrations VALUES (1, 'shop', '0001_initial', ''), (2, 'auth', '0001_initial', '')",
        ],
        {"shop.0001_initial", "auth.0001_initial"},
        [],
        None,
    ),
    (
        "flyway",
        [
            FLYWAY,
            "INSERT INTO flyway_schema_history VALUES (0, NULL, '<< Flyway Schema Creation >>', 'SCHEMA', '', 0, 1),"
            "(1, '1', '<< Flyway Baseline >>', 'BASELINE', '', 0, 1), (2, '1.1', 'a', 'SQL', '', 0, 1),"
            "(3, '1.2.0', 'b', 'SQL', '', 0, 1), (4, '2', 'c', 'SQL', '', 0, 1), (5, '2', 'c', 'UNDO_SQL', '', 0, 1),"
            "(6, '3', 'd', 'SQL', '', 0, 1), (7, '3', 'd', 'DELETE', '', 0, 1), (8, '4', 'e', 'SQL', '', 0, 0)",
        ],
        {"1", "1.1", "1.2"},
        ["4"],
        "1",
    ),
    (
        "liquibase",
        [
            CHANGELOG,
            "INSERT INTO DATABASECHANGELOG VALUES ('1', 'ann', 'classpath:db/log.xml', 1, 'EXECUTED')",
        ],
        {"db/log.xml::1::ann"},
        [],
        None,
    ),
    (
        "rails",
        [VERSIONS, "INSERT INTO schema_migrations VALUES ('20260101000000')"],
        {"20260101000000"},
        [],
        None,
    ),
    ("dbmate", [VERSIONS, "INSERT INTO schema_migrations VALUES ('0001')"], {"0001"}, [], None),
    (
        "ecto",
        [
            "CREATE TABLE schema_migrations (version bigint, inserted_at text)",
            "INSERT INTO schema_migrations VALUES (20260101000000, '')",
        ],
        {"20260101000000"},
        [],
        None,
    ),
    ("golang-migrate", [GOLANG, "INSERT INTO schema_migrations VALUES (3, 0)"], set(), [], "3"),
    ("golang-migrate", [GOLANG, "INSERT INTO schema_migrations VALUES (3, 1)"], set(), ["3"], "3"),
    (
        "goose",
        [
            GOOSE,
            "INSERT INTO goose_db_version VALUES (1, 0, 1, ''), (2, 1, 1, ''), (3, 2, 1, ''), (4, 2, 0, ''),"
            "(5, 3, 0, ''), (6, 3, 1, '')",
        ],
        {"1", "3"},
        [],
        None,
    ),
    (
        "prisma",
        [
            PRISMA,
            "INSERT INTO _prisma_migrations VALUES ('1', 'a', 'now', NULL), ('2', 'b', NULL, 'now'),"
            "('3', 'b', 'now', NULL), ('4', 'c', NULL, 'now'), ('5', 'd', NULL, NULL)",
        ],
        {"a", "b"},
        ["d"],
        None,
    ),
    (
        "knex",
        [KNEX, "INSERT INTO knex_migrations VALUES (1, '1_a.ts', 1), (2, '2_b.js', 1)"],
        {"1_a", "2_b"},
        [],
        None,
    ),
    (
        "atlas",
        [
            ATLAS,
            "INSERT INTO atlas_schema_revisions VALUES ('.atlas_cloud_identifier', 0, 0, 0, NULL, ''),"
            "('1', 1, 0, 0, NULL, ''), ('2', 2, 3, 3, NULL, ''), ('3', 2, 1, 3, 'no such table', ''),"
            "('4', 6, 1, 3, 'mended by hand', '')",
        ],
        {"1", "2", "4"},
        ["3"],
        "1",
    ),
    (
        "diesel",
        [
            "CREATE TABLE __diesel_schema_migrations (version varchar(50), run_on text)",
            "INSERT INTO __diesel_schema_migrations VALUES ('20260101000000', '')",
        ],
        {"20260101000000"},
        [],
        None,
    ),
    (
        "sqlx",
        [
            "CREATE TABLE _sqlx_migrations (version bigint, description text, success boolean, checksum blob)",
            "INSERT INTO _sqlx_migrations VALUES (1, '', 1, x'00'), (2, '', 0, x'00')",
        ],
        {"1"},
        ["2"],
        None,
    ),
]


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record[0])
def test_every_tool_records_in_its_own_way(record: Record, tmp_path: Path) -> None:
    tool, statements, applied, failed, up_to = record
    found = read(sqlite_database(tmp_path, statements), tool)
    assert isinstance(found, LiveState)
    assert found.version_table is not None
    assert found.records.applied == applied
    assert [item.key for item in found.records.failed] == failed
    assert found.records.up_to == up_to


def test_a_version_table_is_known_for_every_tool() -> None:
    assert set(tool_names()) <= TABLES.keys()


def test_sqitch_keeps_its_records_in_a_file_beside(tmp_path: Path) -> None:
    url = sqlite_database(tmp_path, ["CREATE TABLE changes (id int)"], "shop.sqlite3")
    changes = "CREATE TABLE changes (change_id text, change text, project text, committed_at text)"
    sqlite_database(
        tmp_path, [changes, "INSERT INTO changes VALUES ('8f', 'users', 'shop', '')"], "sqitch.sqlite3"
    )
    found = read(url, "sqitch")
    assert isinstance(found, LiveState)
    assert found.records.applied == {"shop:users"}


@pytest.mark.parametrize(
    ("tool", "statements", "who"),
    [
        (
            "knex",
            [
                KNEX,
                "CREATE TABLE knex_migrations_lock (i int, is_locked int)",
                "INSERT INTO knex_migrations_lock VALUES (1, 1)",
            ],
            "knex_migrations_lock is locked",
        ),
        (
            "liquibase",
            [
                CHANGELOG,
                "CREATE TABLE DATABASECHANGELOGLOCK (ID int, LOCKED boolean, LOCKGRANTED text, LOCKEDBY text)",
                "INSERT INTO DATABASECHANGELOGLOCK VALUES (1, 1, '', 'ci-7')",
            ],
            "DATABASECHANGELOGLOCK is locked by ci-7",
        ),
    ],
)
def test_a_lock_that_is_held_is_told(tool: str, statements: list[str], who: str, tmp_path: Path) -> None:
    url = sqlite_database(tmp_path, statements)
    found = read(url, tool)
    assert isinstance(found, LiveState)
    assert found.locked == who
    free = sqlite_database(
        tmp_path,
        [f"UPDATE {statements[-1].split()[2]} SET {'is_locked' if tool == 'knex' else 'LOCKED'} = 0"],
    )
    released = read(free, tool)
    assert isinstance(released, LiveState)
    assert released.locked == ""


@pytest.mark.parametrize(
    ("tool", "statements", "table"),
    [
        ("rails", [GOLANG], None),
        ("golang-migrate", [VERSIONS], None),
        ("ecto", [VERSIONS], None),
        ("dbmate", ["CREATE TABLE schema_migrations (version bigint, inserted_at text)"], None),
        ("alembic", [VERSIONS], "schema_migrations"),
    ],
)
def test_tables_of_one_name_are_told_apart_by_their_columns(
    tool: str, statements: list[str], table: str | None, tmp_path: Path
) -> None:
    found = read(sqlite_database(tmp_path, statements), tool, table)
    assert isinstance(found, LiveState)
    assert found.version_table is None
    assert len(found.others) == 1
    assert found.others[0].startswith("schema_migrations (")


def test_the_manifest_names_another_version_table(tmp_path: Path) -> None:
    moved = GOLANG.replace("schema_migrations", "Billing_Versions")
    url = sqlite_database(tmp_path, [moved, "INSERT INTO Billing_Versions VALUES (2, 0)"])
    found = read(url, "golang-migrate", "billing_versions")
    assert isinstance(found, LiveState)
    assert (found.version_table, found.records.up_to) == ("Billing_Versions", "2")


def test_rows_are_estimated_and_never_counted(tmp_path: Path) -> None:
    url = sqlite_database(
        tmp_path,
        [
            GOLANG,
            "CREATE TABLE Orders (id int)",
            "CREATE INDEX by_id ON Orders (id)",
            "INSERT INTO Orders VALUES (1), (2)",
            "ANALYZE",
            "INSERT INTO Orders VALUES (3)",
        ],
    )
    found = read(url, "golang-migrate")
    assert isinstance(found, LiveState)
    assert found.rows["orders"] == 2


# What git says against what the database says.

BASE = numbered("0001_a", "0002_b")
TARGET = numbered("0001_a", "0002_b", "0003_c")
DROPPING = {**TARGET, "db/0004_d.up.sql": "ALTER TABLE t0001_a DROP COLUMN id;"}


@pytest.mark.parametrize(
    ("row", "target", "expected"),
    [
        ("(2, 0)", TARGET, [("database-agrees", Level.NOTE, "at 0002")]),
        ("(1, 0)", TARGET, [("database-behind", Level.ERROR, "has not applied 0002")]),
        ("(-1, 0)", TARGET, [("database-behind", Level.ERROR, "at the beginning")]),
        ("(3, 0)", TARGET, [("database-ahead", Level.WARNING, "already applied 0003")]),
        (
            "(4, 0)",
            DROPPING,
            [("database-ahead", Level.ERROR, "0004 is no migration for the code that runs")],
        ),
        (
            "(7, 0)",
            TARGET,
            [("database-ahead", Level.WARNING, "0003"), ("database-ahead", Level.ERROR, "applied 7")],
        ),
        ("(2, 1)", TARGET, [("database-dirty", Level.ERROR, "0002 was begun and not finished")]),
        ("(3, 1)", TARGET, [("database-dirty", Level.ERROR, "0003 was begun and not finished")]),
        # one that comes late is never run, and was not
        ("(2, 0)", {**BASE, **numbered("0001_z")}, [("database-agrees", Level.NOTE, "")]),
    ],
)
def test_one_number_stands_for_all_before_it(
    row: str, target: dict[str, str], expected: list[tuple[str, Level, str]], tmp_path: Path
) -> None:
    url = sqlite_database(tmp_path, [GOLANG, f"INSERT INTO schema_migrations VALUES {row}"])
    found = check(url, BASE, target, tool="golang-migrate")
    assert [(item.rule, item.level) for item in found] == [(rule, level) for rule, level, _ in expected]
    assert all(text in item.message for item, (_, _, text) in zip(found, expected, strict=True))
    assert all(VARIABLE in item.message for item in found)


@pytest.mark.parametrize(
    ("versions", "expected"),
    [
        (["0001", "0002"], ["database-agrees"]),
        (["0002"], ["database-behind"]),
        (["0001", "0002", "0003"], ["database-ahead"]),
        (["0001", "0002", "0009"], ["database-ahead"]),
        (["0009"], ["database-behind", "database-ahead"]),
    ],
)
def test_each_version_has_a_row(versions: list[str], expected: list[str], tmp_path: Path) -> None:
    def files(*names: str) -> dict[str, str]:
        return {f"db/{name}.sql": f"-- migrate:up\nCREATE TABLE t{name} (id int);\n" for name in names}

    rows = ", ".join(f"('{version}')" for version in versions)
    url = sqlite_database(tmp_path, [VERSIONS, f"INSERT INTO schema_migrations VALUES {rows}"])
    found = check(url, files("0001_a", "0002_b"), files("0001_a", "0002_b", "0003_c"), tool="dbmate")
    assert [item.rule for item in found] == expected


def test_files_that_were_removed_long_ago_are_a_note(tmp_path: Path) -> None:
    rows = "('0001'), ('0002'), ('0003')"
    url = sqlite_database(tmp_path, [VERSIONS, f"INSERT INTO schema_migrations VALUES {rows}"])
    kept = {"db/0003_c.sql": "-- migrate:up\nSELECT 1;\n"}
    (found,) = check(url, kept, kept, tool="dbmate")
    assert (found.rule, found.level) == ("database-ahead", Level.NOTE)


def test_alembic_itself_wrote_the_records(tmp_path: Path, revision: Callable[..., str]) -> None:
    versions = tmp_path / "db" / "versions"
    versions.mkdir(parents=True)
    (tmp_path / "db" / "env.py").write_text(
        "import os\nfrom alembic import context\nfrom sqlalchemy import create_engine\n"
        "with create_engine(os.environ['SHOP_DB_URL']).connect() as connection:\n"
        "    context.configure(connection=connection)\n"
        "    with context.begin_transaction():\n        context.run_migrations()\n"
    )
    files = {
        f"db/versions/{name}.py": revision(
            name, down, f"op.create_table('{name}', sa.Column('id', sa.Integer))"
        )
        for name, down in (("a1", None), ("b2", "a1"), ("c3", "b2"), ("d4", "c3"))
    }
    for path, text in files.items():
        (tmp_path / path).write_text(text)
    url = f"sqlite:///{tmp_path / 'shop.db'}"
    (tmp_path / "alembic.ini").write_text("[alembic]\nscript_location = db\n")
    names = list(files)
    base, target = {name: files[name] for name in names[:2]}, {name: files[name] for name in names[:3]}

    def at(revision: str) -> list[tuple[str, str]]:
        command = [sys.executable, "-m", "alembic", "upgrade", revision]
        environment = {**os.environ, VARIABLE: url}
        subprocess.run(command, cwd=tmp_path, env=environment, check=True, capture_output=True)
        return [(found.rule, found.message) for found in check(url, base, target, tool="alembic")]

    ((behind, missing),) = at("a1")
    assert behind == "database-behind"
    assert "has not applied b2" in missing
    assert [rule for rule, _ in at("b2")] == ["database-agrees"]
    ((ahead, early),) = at("c3")
    assert ahead == "database-ahead"
    assert "already applied c3" in early
    ((unknown, message),) = at("d4")
    assert unknown == "database-ahead"
    assert "the tool does not know where the database is" in message


def test_a_revision_put_below_the_applied_one_is_not_applied(
    tmp_path: Path, revision: Callable[..., str]
) -> None:
    base = {"db/a.py": revision("a1", None), "db/b.py": revision("b2", "a1")}
    target = {"db/a.py": base["db/a.py"], "db/n.py": revision("n9", "a1"), "db/b.py": revision("b2", "n9")}
    url = sqlite_database(
        tmp_path,
        ["CREATE TABLE alembic_version (version_num text)", "INSERT INTO alembic_version VALUES ('b2')"],
    )
    assert [item.rule for item in check(url, base, target, tool="alembic")] == ["database-agrees"]


DJANGO = "CREATE TABLE django_migrations (id integer PRIMARY KEY, app varchar(255), name varchar(255), applied text)"


def django_files(*names: str, squashed: str = "") -> dict[str, str]:
    """Migrations of the app shop, each after the one before; ``squashed`` stands for the first two."""
    files = {}
    for index, name in enumerate(names):
        depends = f'[("shop", "{names[index - 1]}")]' if index else "[]"
        replaces = '\n    replaces = [("shop", "0001_a"), ("shop", "0002_b")]' if name == squashed else ""
        files[f"db/shop/migrations/{name}.py"] = (
            "from django.db import migrations\n\nclass Migration(migrations.Migration):"
            f"{replaces}\n    dependencies = {depends}\n    operations = []\n"
        )
    return files


@pytest.mark.parametrize(
    ("recorded", "base", "expected"),
    [
        (
            ["shop.0001_a", "shop.0002_b", "auth.0001_initial"],
            django_files("0001_a", "0002_b"),
            ["database-agrees"],
        ),
        (
            ["shop.0001_a", "shop.0007_x"],
            django_files("0001_a", "0002_b"),
            ["database-behind", "database-ahead"],
        ),
        (["shop.0001_a", "shop.0002_b"], django_files("0001_s", squashed="0001_s"), ["database-agrees"]),
        (["shop.0001_a"], django_files("0001_s", squashed="0001_s"), ["database-behind"]),
        (["shop.0001_s"], django_files("0001_a", "0002_b", "0001_s", squashed="0001_s"), ["database-agrees"]),
    ],
)
def test_django_apps_and_squashes(
    recorded: list[str], base: dict[str, str], expected: list[str], tmp_path: Path
) -> None:
    rows = [
        f"INSERT INTO django_migrations (app, name) VALUES ('{r.split('.')[0]}', '{r.split('.')[1]}')"
        for r in recorded
    ]
    url = sqlite_database(tmp_path, [DJANGO, *rows])
    assert [item.rule for item in check(url, base, base, tool="django")] == expected


@pytest.mark.parametrize(
    ("statements", "base", "rule", "level"),
    [
        ([], {}, "no-version-table", Level.NOTE),
        ([], BASE, "no-version-table", Level.ERROR),
        ([VERSIONS], BASE, "version-table-of-another-tool", Level.ERROR),
        ([VERSIONS], {}, "version-table-of-another-tool", Level.WARNING),
    ],
)
def test_no_version_table(
    statements: list[str], base: dict[str, str], rule: str, level: Level, tmp_path: Path
) -> None:
    url = sqlite_database(tmp_path, ["CREATE TABLE other (id int)", *statements])
    (found,) = check(url, base, TARGET, tool="golang-migrate")
    assert (found.rule, found.level) == (rule, level)


# Databases that are not there, do not answer, or hold what nobody expects.


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("", "the environment has no variable SHOP_DB_URL"),
        ("hunter2", "SHOP_DB_URL holds no URL"),
        ("postgresql://ann:hunter2@127.0.0.1:port/shop", "SHOP_DB_URL holds no URL"),
        ("oracle://ann:hunter2@127.0.0.1/shop", "an engine that is not read here"),
        ("postgresql+hunter2://ann:hunter2@127.0.0.1/shop", "SHOP_DB_URL holds no URL"),
        ("postgresql+psycopg2cffi://ann:hunter2@127.0.0.1/shop", "is not installed (psycopg2cffi)"),
        ("mysql+cymysql://ann:hunter2@127.0.0.1/shop", "is not installed (cymysql)"),
        ("postgresql://ann:hunter2@127.0.0.1:{free}/shop", "nothing accepts connections there"),
        (
            "postgresql+asyncpg://ann:hunter2@127.0.0.1:{free}/shop?ssl=require",
            "nothing accepts connections there",
        ),
        ("postgres://ann:hunter2@127.0.0.1:{free}/shop?sslmode=verify-full&schema=a", "nothing accepts"),
        ("mysql://ann:hunter2@127.0.0.1:{free}/shop?ssl-mode=REQUIRED", "nothing accepts connections there"),
        ("postgresql://ann:hunter2@hunter2.invalid/shop", "its host is not known"),
        ("sqlite:///{folder}/hunter2.db", "names no SQLite file that exists"),
        (
            "postgresql+pg8000://ann:hunter2@h/x?sslmode=verify-full&sslrootcert={folder}/none",
            "names a certificate that",
        ),
        ("sqlite://", "names no SQLite file that exists"),
        ("sqlite:///{folder}", "names no SQLite file that exists"),
        ("sqlite:///{folder}/text", "it is no SQLite database"),
    ],
)
def test_what_cannot_be_read_is_told_without_its_url(url: str, told: str, tmp_path: Path) -> None:
    (tmp_path / "text").write_text("hunter2 " * 1000)
    with closing(socket.socket()) as unused:
        unused.bind(("127.0.0.1", 0))
        found = read(url.format(free=unused.getsockname()[1], folder=tmp_path), "rails")
    assert isinstance(found, Refusal)
    assert told in found.why
    assert "hunter2" not in repr(found)
    assert "127.0.0.1" not in repr(found)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["text"]


_PARAMETERS = [
    *("sslmode", "ssl-mode", "sslaccept", "ssl", "sslrootcert", "ssl_ca", "host", "port", "user", "password"),
    *("schema", "pgbouncer", "options", "charset", "timeout", "connect_timeout", "unix_sock", "unix_socket"),
    *("application_name", "mode", "uri", "creator", "poolclass", "module"),
]


@given(
    scheme=st.sampled_from(
        ["postgresql", "postgres", "mysql", "mariadb", "postgresql+pg8000", "mysql+aiomysql", "x"]
    ),
    host=st.sampled_from(["localhost", "", "::1", "[::1]", "a,b", "h:1,i:2", "%2Ftmp"]) | st.text(max_size=9),
    query=st.dictionaries(
        st.sampled_from(_PARAMETERS) | st.text(max_size=9), st.text(max_size=9), max_size=4
    ),
)
def test_no_url_raises_or_shows(scheme: str, host: str, query: dict[str, str]) -> None:
    from runbook_tui.migrations.live.address import engine_at
    from runbook_tui.migrations.live.model import RefusedError

    parameters = "&".join(f"{name}={value}" for name, value in query.items())
    url = f"{scheme}://ann:hunter2@{host}/hunter2?{parameters}&sslpassword=hunter2"
    try:
        engine_at(VARIABLE, {VARIABLE: url}, None, 5)
    except RefusedError as refused:
        assert "hunter2" not in repr(refused.refusal)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ('FATAL:  database "hunter2" does not exist', "no database of that name"),
        ('FATAL:  password authentication failed for user "hunter2"', "does not let its user in"),
        ('could not translate host name "hunter2" to address', "its host is not known"),
        (
            'connection to server at "hunter2", port 1 failed: Connection refused',
            "nothing accepts connections",
        ),
        ('connection to server at "hunter2" failed: timeout expired', "gave no answer within 5 s"),
        ("hunter2", "was not read: ValueError"),
    ],
)
def test_drivers_without_codes_are_understood_and_not_repeated(said: str, told: str, tmp_path: Path) -> None:
    from runbook_tui.migrations.live.address import engine_at
    from runbook_tui.migrations.live.model import RefusedError
    from runbook_tui.migrations.live.session import ask

    def failing(_: object) -> None:
        raise ValueError(said)

    engine = engine_at(VARIABLE, {VARIABLE: sqlite_database(tmp_path, [GOLANG])}, None, 5)
    with pytest.raises(RefusedError) as raised:
        ask(engine, VARIABLE, failing, 5)
    assert told in raised.value.refusal.why
    assert "hunter2" not in repr(raised.value.refusal)


def test_another_engine_than_the_manifest_says(tmp_path: Path) -> None:
    url = sqlite_database(tmp_path, [GOLANG])
    found = read_live(VARIABLE, {VARIABLE: url}, tool="golang-migrate", engine="postgres@15")
    assert isinstance(found, Refusal)
    assert found.why == "SHOP_DB_URL is the URL of sqlite, and the manifest says postgres"


def test_refusals_leave_the_view_of_git() -> None:
    (found,) = check("", BASE, TARGET, tool="golang-migrate")
    assert (found.rule, found.level) == ("database-refused", Level.WARNING)
    assert "what is applied is known from git alone" in found.message


def _listen(trickle: bytes) -> tuple[socket.socket, int]:
    """A server that accepts every connection and says nothing, or the same bytes over and over; and its port."""
    server = socket.create_server(("127.0.0.1", 0))

    def accept() -> None:
        held: list[socket.socket] = []
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                for one in held:
                    one.close()
                return
            held.append(connection)
            while trickle:
                try:
                    connection.sendall(trickle)
                except OSError:
                    break
                time.sleep(0.05)

    threading.Thread(target=accept, daemon=True).start()
    return server, server.getsockname()[1]


@pytest.mark.parametrize("trickle", [b"", b"N", b"\x00"])
@pytest.mark.parametrize("scheme", ["postgresql", "mysql"])
def test_a_server_that_never_answers_is_given_up(scheme: str, trickle: bytes) -> None:
    server, port = _listen(trickle)
    with closing(server):
        found = read(f"{scheme}://ann:hunter2@127.0.0.1:{port}/shop", "rails", timeout=0.5)
    assert isinstance(found, Refusal)
    assert "hunter2" not in repr(found)


def test_a_silent_server_is_told_and_holds_nobody_back() -> None:
    server, port = _listen(b"")
    program = (
        "import sys, json\n"
        "from runbook_tui.migrations.live.read import read_live\n"
        "found = read_live('U', {'U': sys.argv[1]}, tool='rails', engine='postgres', timeout=0.5)\n"
        "print(json.dumps([found.silent, found.why]))\n"
    )
    with closing(server):
        command = [sys.executable, "-c", program, f"postgresql://ann:hunter2@127.0.0.1:{port}/shop"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert json.loads(done.stdout) == [True, "the database of U gave no answer within 0.5 s"]
    assert done.stderr == ""


def test_without_sqlalchemy_it_says_what_to_install() -> None:
    program = (
        "import sys\nsys.modules['sqlalchemy'] = None\n"
        "from runbook_tui.migrations.live.read import read_live\n"
        "found = read_live('U', {'U': 'sqlite:///x'}, tool='rails', engine='')\n"
        "print(found.why, '|', found.remedy)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "SQLAlchemy is not installed | Install runbook-tui[database].\n"


def test_more_rows_than_any_history_are_not_read(tmp_path: Path) -> None:
    many = f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {20 * MOST_ROWS})"
    url = sqlite_database(tmp_path, [VERSIONS, f"INSERT INTO schema_migrations {many} SELECT i FROM n"])
    found = read(url, "rails")
    assert isinstance(found, Refusal)
    assert "more than 50000 rows" in found.why


def test_hostile_rows_are_shown_and_cut(tmp_path: Path) -> None:
    url = sqlite_database(
        tmp_path,
        [
            VERSIONS,
            "INSERT INTO schema_migrations VALUES (char(27) || ']0;owned' || char(7)), (x'ff00fe')",
            "INSERT INTO schema_migrations VALUES (hex(zeroblob(1000000)))",
        ],
    )
    (found,) = check(url, {}, {"db/1_a.sql": "-- migrate:up\nSELECT 1;"}, tool="dbmate")
    assert found.rule == "database-ahead"
    assert found.message.isprintable()
    assert len(found.message) < 2000


@given(
    st.lists(
        st.lists(st.one_of(st.none(), st.text(max_size=20), st.integers(-9, 99)), min_size=12, max_size=12)
    )
)
@pytest.mark.parametrize("tool", sorted(TABLES))
def test_no_row_of_any_table_raises(tool: str, rows: list[list[str | int | None]]) -> None:
    columns = TABLES[tool].columns
    texts = [dict(zip(columns, (None if v is None else str(v) for v in row), strict=False)) for row in rows]
    records = TABLES[tool].read(texts)
    assert all(isinstance(key, str) for key in records.applied)


def test_nothing_can_be_written(tmp_path: Path) -> None:
    from sqlalchemy import text

    from runbook_tui.migrations.live.address import engine_at
    from runbook_tui.migrations.live.model import RefusedError
    from runbook_tui.migrations.live.session import ask

    url = sqlite_database(tmp_path, [GOLANG])
    engine = engine_at(VARIABLE, {VARIABLE: url}, None, 5)
    for statement in ("INSERT INTO schema_migrations VALUES (1, 0)", "CREATE TABLE owned (id int)"):
        with pytest.raises(RefusedError, match="only reading is allowed"):
            ask(engine, VARIABLE, lambda connection, s=statement: connection.execute(text(s)), 5)  # type: ignore[misc]
    with closing(sqlite3.connect(tmp_path / "shop.db")) as connection:
        assert connection.execute("SELECT count(*) FROM schema_migrations").fetchone() == (0,)
