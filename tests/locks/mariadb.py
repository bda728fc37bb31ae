"""A MariaDB server for the tests, and what ALTER TABLE asks of it."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from time import monotonic, sleep

import pymysql

_WAYS = (
    ("instant", "ALGORITHM=INSTANT, LOCK=NONE"),
    ("in place", "ALGORITHM=NOCOPY, LOCK=NONE"),
    ("in place, writes wait", "ALGORITHM=NOCOPY, LOCK=SHARED"),
    ("rebuilt", "ALGORITHM=INPLACE, LOCK=NONE"),
    ("in place, writes wait", "ALGORITHM=INPLACE, LOCK=SHARED"),
    ("copied", "ALGORITHM=COPY, LOCK=SHARED"),
)
"""Ways to alter a table from the cheapest to the dearest: the server refuses those that it does not have."""
_ONE = "ALTER TABLE ", "CREATE INDEX", "CREATE UNIQUE INDEX", "CREATE FULLTEXT INDEX"


class MariaDB:
    """One server."""

    def __init__(self, socket: Path) -> None:
        self._socket = socket

    def connect(self, database: str | None = None) -> pymysql.Connection:
        """A session of its own that commits each statement."""
        return pymysql.connect(
            unix_socket=str(self._socket), user="root", autocommit=True, database=database, charset="utf8mb4"
        )

    def way(self, before: str, sql: str) -> str:
        """The cheapest way in which the server takes the statement; empty when one cannot be asked for."""
        if not sql.startswith(_ONE) or " PARTITION " in sql:
            return ""
        for way, options in _WAYS:
            with closing(self._begin_anew(before)) as session, session.cursor() as cursor:
                try:
                    cursor.execute(_asking(sql, options))
                except (pymysql.err.OperationalError, pymysql.err.NotSupportedError):
                    continue
                return way
        raise AssertionError(f"refused: {sql}")

    def waits_for_readers(self, before: str, sql: str, tables: Sequence[str]) -> bool:
        """Whether the statement waits for a transaction that has read the tables."""
        with closing(self._begin_anew(before)) as session, closing(self.connect("shop")) as reading:
            with reading.cursor() as cursor:
                cursor.execute("BEGIN")
                for table in tables:
                    cursor.execute(f"SELECT * FROM {table}")
            with session.cursor() as cursor:
                cursor.execute("SET SESSION lock_wait_timeout = 0")
                try:
                    cursor.execute(sql)
                except pymysql.err.OperationalError as error:
                    if error.args[0] != 1205:  # "Lock wait timeout exceeded"
                        raise
                    return True
        return False

    def _begin_anew(self, before: str) -> pymysql.Connection:
        session = self.connect()
        with session.cursor() as cursor:
            for statement in ("DROP DATABASE IF EXISTS shop", "CREATE DATABASE shop", "USE shop"):
                cursor.execute(statement)
            for statement in filter(str.strip, before.split(";")):
                cursor.execute(statement)
        return session


def _asking(sql: str, options: str) -> str:
    if sql.startswith("ALTER TABLE "):
        table, _, action = sql.removeprefix("ALTER TABLE ").partition(" ")
        return f"ALTER TABLE {table} {options}, {action}"
    return f"{sql} {options.replace(',', '')}"


@contextmanager
def started() -> Iterator[MariaDB]:
    """A server in a folder of its own, gone with the block."""
    # a short path: that of a Unix socket has at most 107 characters
    folder = Path(tempfile.mkdtemp(prefix="my-", dir="/tmp"))
    user = ["--user=mysql"] if os.geteuid() == 0 else []
    if user:
        shutil.chown(folder, "mysql")
    data = f"--datadir={folder / 'data'}"
    make = ["mariadb-install-db", "--no-defaults", *user, data, "--auth-root-authentication-method=normal"]
    socket = folder / "s"
    run = ["mariadbd", "--no-defaults", *user, data, f"--socket={socket}", "--skip-networking"]
    run += [f"--pid-file={folder / 'pid'}", "--character-set-server=utf8mb4", "--skip-log-bin"]
    try:
        subprocess.run(make, check=True, capture_output=True, timeout=60)
        with (folder / "log").open("wb") as log, subprocess.Popen(run, stdout=log, stderr=log) as server:
            try:
                end = monotonic() + 30
                while not socket.exists() and monotonic() < end and server.poll() is None:
                    sleep(0.05)
                assert socket.exists(), (folder / "log").read_text()
                yield MariaDB(socket)
            finally:
                server.terminate()
                server.wait(timeout=30)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
