"""The same of real servers: PostgreSQL from its wheel, MariaDB where it is installed."""

from __future__ import annotations

import getpass
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

import pytest
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from runbook_tui.migrations.engine import engine_family
from runbook_tui.migrations.live.address import engine_at
from runbook_tui.migrations.live.model import LiveState, Refusal, RefusedError
from runbook_tui.migrations.live.read import read_live
from runbook_tui.migrations.live.session import ask
from tests.locks.postgres import started
from tests.migrations.live_history import VARIABLE, check, numbered

BASE = numbered("0001_a", "0002_b")
TARGET = numbered("0001_a", "0002_b", "0003_c")


class Server:
    """A server with one database for each test."""

    def __init__(self, engine: str, url: Callable[[str, str], str], shared: str) -> None:
        self.engine = engine
        self.url = url
        """``url(user, database)``."""
        self._shared = shared

    def run(self, *statements: str, database: str | None = None) -> None:
        """As its administrator."""
        made = create_engine(self.url("", database or self._shared), poolclass=NullPool)
        with made.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for statement in statements:
                connection.execute(text(statement))

    @contextmanager
    def holding(self, *statements: str) -> Iterator[Connection]:
        """A session in which these were run, and whose transaction stays open."""
        made = create_engine(self.url("", "shop"), poolclass=NullPool)
        with made.connect() as connection:
            for statement in statements:
                connection.execute(text(statement))
            yield connection
            connection.rollback()

    def read(
        self,
        tool: str,
        table: str | None = None,
        *,
        user: str = "",
        database: str = "shop",
        timeout: float = 5,
    ) -> LiveState | Refusal:
        """What the database says."""
        environment = {VARIABLE: self.url(user, database)}
        return read_live(VARIABLE, environment, tool=tool, engine=self.engine, table=table, timeout=timeout)

    def state(self, tool: str, table: str | None = None) -> LiveState:
        """The same where it has to say something."""
        found = self.read(tool, table)
        assert isinstance(found, LiveState), found
        return found

    def begin_anew(self) -> None:
        """An empty database."""
        force = " WITH (FORCE)" if self.engine == "postgres" else ""
        self.run(f"DROP DATABASE IF EXISTS shop{force}", "CREATE DATABASE shop")


@contextmanager
def _postgres() -> Iterator[Server]:
    with started(18) as postgres:
        folder = postgres.looking.run("SHOW unix_socket_directories")[0][0]

        def url(user: str, database: str) -> str:
            return f"postgresql://{user or 'postgres'}@/{database}?host={folder}"

        def plain(user: str, database: str) -> str:
            return f"postgresql+pg8000://{user or 'postgres'}@/{database}?unix_sock={folder}/.s.PGSQL.5432"

        server = Server("postgres", url, "postgres")
        # as SQLAlchemy itself connects: the form with host= is what is tried here
        server.run = Server("postgres", plain, "postgres").run  # type: ignore[method-assign]
        server.holding = Server("postgres", plain, "postgres").holding  # type: ignore[method-assign]
        server.run("CREATE ROLE nobody LOGIN")
        yield server


@contextmanager
def _mariadb() -> Iterator[Server]:
    program, install = shutil.which("mariadbd"), shutil.which("mariadb-install-db")
    if program is None or install is None:
        pytest.skip("mariadbd is not installed")
    # a short path: that of a Unix socket has at most 107 characters
    with tempfile.TemporaryDirectory(prefix="mdb-", dir="/tmp") as folder:
        data, socket = f"{folder}/data", f"{folder}/s"
        options = ["--no-defaults", f"--datadir={data}", f"--user={getpass.getuser()}"]
        own = ["--auth-root-authentication-method=normal", "--skip-test-db"]
        subprocess.run([install, *options, *own], check=True, capture_output=True)
        arguments = [program, *options, f"--socket={socket}", "--skip-networking", f"--pid-file={folder}/pid"]
        with subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            try:
                _wait_for(Path(socket), process)

                def url(user: str, database: str) -> str:
                    return f"mysql+pymysql://{user or 'root'}@localhost/{database}?unix_socket={socket}"

                server = Server("mariadb", url, "mysql")
                server.run("CREATE USER nobody@localhost", "GRANT USAGE ON *.* TO nobody@localhost")
                yield server
            finally:
                process.terminate()


def _wait_for(path: Path, process: subprocess.Popen[bytes]) -> None:
    end = monotonic() + 60
    while not path.exists():
        assert process.poll() is None, "mariadbd ended"
        assert monotonic() < end, "mariadbd does not listen"
        sleep(0.05)


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(_postgres, id="postgres", marks=pytest.mark.xdist_group("postgres")),
        pytest.param(_mariadb, id="mariadb", marks=pytest.mark.xdist_group("mariadb")),
    ],
)
def running(request: pytest.FixtureRequest) -> Iterator[Server]:
    with request.param() as server:
        yield server


@pytest.fixture
def server(running: Server) -> Server:
    running.begin_anew()
    return running


GOLANG = "CREATE TABLE schema_migrations (version bigint NOT NULL PRIMARY KEY, dirty boolean NOT NULL)"
NOW = "'2026-01-01 00:00:00'"


@pytest.mark.parametrize(
    ("tool", "statements", "applied", "failed"),
    [
        (
            "alembic",
            [
                "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)",
                "INSERT INTO alembic_version VALUES ('b2'), ('c3')",
            ],
            {"b2", "c3"},
            [],
        ),
        (
            "django",
            [
                "CREATE TABLE django_migrations (id bigint PRIMARY KEY, app varchar(255), name varchar(255))",
                "INSERT INTO django_migrations VALUES (1, 'shop', '0001_initial')",
            ],
            {"shop.0001_initial"},
            [],
        ),
        ("golang-migrate", [GOLANG, "INSERT INTO schema_migrations VALUES (2, TRUE)"], set(), ["2"]),
        (
            "flyway",
            [
                "CREATE TABLE flyway_schema_history (installed_rank int, version varchar(50), "
                "description varchar(200), type varchar(20), success boolean)",
                "INSERT INTO flyway_schema_history VALUES (2, '1.1', 'b', 'SQL', FALSE), (1, '1', 'a', 'SQL', TRUE)",
            ],
            {"1"},
            ["1.1"],
        ),
        (
            "sqlx",
            [
                "CREATE TABLE _sqlx_migrations (version bigint PRIMARY KEY, success boolean NOT NULL)",
                "INSERT INTO _sqlx_migrations VALUES (1, TRUE), (2, FALSE)",
            ],
            {"1"},
            ["2"],
        ),
        (
            "prisma",
            [
                "CREATE TABLE _prisma_migrations (migration_name varchar(255), finished_at timestamp NULL, "
                "rolled_back_at timestamp NULL)",
                f"INSERT INTO _prisma_migrations VALUES ('a', {NOW}, NULL), ('b', NULL, {NOW}), ('c', NULL, NULL)",
            ],
            {"a"},
            ["c"],
        ),
        (
            "goose",
            [
                "CREATE TABLE goose_db_version (id int PRIMARY KEY, version_id bigint, is_applied boolean)",
                "INSERT INTO goose_db_version VALUES (9, 1, FALSE), (1, 0, TRUE), (2, 1, TRUE), (3, 2, TRUE)",
            ],
            {"2"},
            [],
        ),
    ],
)
def test_the_types_of_a_server_are_read(
    server: Server, tool: str, statements: list[str], applied: set[str], failed: list[str]
) -> None:
    server.run(*statements, database="shop")
    records = server.state(tool).records
    assert records.applied == applied
    assert [item.key for item in records.failed] == failed


def test_a_lock_is_read_as_a_bit_or_a_boolean(server: Server) -> None:
    kind, held = ("boolean", "TRUE") if server.engine == "postgres" else ("bit(1)", "b'1'")
    columns = "ID varchar(9), AUTHOR varchar(9), FILENAME varchar(9), EXECTYPE varchar(9)"
    server.run(
        f"CREATE TABLE DATABASECHANGELOG ({columns})",
        f"CREATE TABLE DATABASECHANGELOGLOCK (ID int, LOCKED {kind}, LOCKEDBY varchar(99))",
        f"INSERT INTO DATABASECHANGELOGLOCK VALUES (1, {held}, 'ci-7')",
        database="shop",
    )
    assert server.state("liquibase").locked.lower().endswith("databasechangeloglock is locked by ci-7")


@pytest.mark.parametrize("version", ["1", "2", "3"])
def test_the_check_of_deployed(server: Server, version: str) -> None:
    server.run(GOLANG, f"INSERT INTO schema_migrations VALUES ({version}, FALSE)", database="shop")
    found = check(server.url("", "shop"), BASE, TARGET, tool="golang-migrate", engine=server.engine)
    expected = {"1": "database-behind", "2": "database-agrees", "3": "database-ahead"}
    assert [item.rule for item in found] == [expected[version]]


def test_a_schema_of_its_own(server: Server) -> None:
    make = "CREATE SCHEMA IF NOT EXISTS"
    columns = "`change` varchar(99), project varchar(99), committed_at timestamp".replace(
        "`", '"' if server.engine == "postgres" else "`"
    )
    server.run(
        "DROP SCHEMA IF EXISTS sqitch" + (" CASCADE" if server.engine == "postgres" else ""), database="shop"
    )
    server.run(
        f"{make} sqitch",
        f"CREATE TABLE sqitch.changes ({columns})",
        f"INSERT INTO sqitch.changes VALUES ('users', 'shop', {NOW})",
        database="shop",
    )
    assert server.state("sqitch").records.applied == {"shop:users"}
    assert server.state("sqitch").version_table == "sqitch.changes"


def test_a_table_of_another_schema_has_to_be_named(server: Server) -> None:
    server.run(
        "CREATE SCHEMA IF NOT EXISTS billing",
        "DROP TABLE IF EXISTS billing.schema_migrations",
        GOLANG.replace("schema_migrations", "billing.schema_migrations"),
        "INSERT INTO billing.schema_migrations VALUES (2, FALSE)",
        database="shop",
    )
    assert server.state("golang-migrate").version_table is None
    named = server.state("golang-migrate", "billing.schema_migrations")
    assert (named.version_table, named.records.up_to) == ("billing.schema_migrations", "2")


def test_rows_by_the_estimate_of_the_server(server: Server) -> None:
    analyze = "ANALYZE orders" if server.engine == "postgres" else "ANALYZE TABLE orders"
    server.run(
        GOLANG,
        "CREATE TABLE orders (id int)",
        "CREATE TABLE unknown (id int)",
        f"INSERT INTO orders VALUES {', '.join(f'({n})' for n in range(500))}",
        analyze,
        database="shop",
    )
    rows = server.state("golang-migrate").rows
    assert 400 <= rows["orders"] <= 600
    assert rows.get("unknown", 0) == 0


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO schema_migrations VALUES (9, FALSE)",
        "DELETE FROM schema_migrations",
        "CREATE TABLE owned (id int)",
        "DROP TABLE schema_migrations",
    ],
)
def test_a_server_lets_nothing_be_written(server: Server, statement: str) -> None:
    server.run(GOLANG, "INSERT INTO schema_migrations VALUES (2, FALSE)", database="shop")
    environment = {VARIABLE: server.url("", "shop")}
    engine = engine_at(VARIABLE, environment, engine_family(server.engine), 5)
    with pytest.raises(RefusedError, match="only reading is allowed"):
        ask(engine, VARIABLE, lambda connection: connection.execute(text(statement)), 5)
    assert server.state("golang-migrate").records.up_to == "2"


def test_a_user_who_may_not_read(server: Server) -> None:
    server.run(GOLANG, database="shop")
    found = server.read("golang-migrate", user="nobody")
    assert isinstance(found, Refusal)
    expected = {
        "postgres": "its user may not read the version table",
        "mariadb": "its user may not use that database",
    }
    assert expected[server.engine] in found.why


def test_a_database_that_is_not_there(server: Server) -> None:
    found = server.read("golang-migrate", database="hunter2")
    assert isinstance(found, Refusal)
    assert "no database of that name" in found.why
    assert "hunter2" not in repr(found)


def test_a_table_that_somebody_has_locked(server: Server) -> None:
    server.run(GOLANG, "INSERT INTO schema_migrations VALUES (2, FALSE)", database="shop")
    lock = (
        "LOCK TABLE schema_migrations IN ACCESS EXCLUSIVE MODE"
        if server.engine == "postgres"
        else "LOCK TABLES schema_migrations WRITE"
    )
    with server.holding(lock):
        found = server.read("golang-migrate", timeout=0.5)
        assert isinstance(found, Refusal)
        assert found.silent
    assert server.state("golang-migrate").records.up_to == "2"


def test_a_view_that_never_ends(server: Server) -> None:
    nap = "pg_sleep(60)::text" if server.engine == "postgres" else "SLEEP(60)"
    server.run(f"CREATE VIEW alembic_version AS SELECT {nap} AS version_num", database="shop")
    found = server.read("alembic", timeout=0.5)
    assert isinstance(found, Refusal)
    assert found.silent
    # the server does not go on with it either: dropping the database would wait for it
    if server.engine == "postgres":
        end = monotonic() + 10
        while _sleeping(server) and monotonic() < end:
            sleep(0.05)
        assert not _sleeping(server)


def _sleeping(server: Server) -> int:
    with server.holding() as connection:
        query = "SELECT count(*) FROM pg_stat_activity WHERE datname = 'shop' AND pid <> pg_backend_pid()"
        return int(connection.execute(text(query)).scalar_one())
