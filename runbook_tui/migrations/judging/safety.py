"""The safety table: what each operation means for running code, what it locks, whether it can be undone.

An operation that widens what the database accepts comes before the code that uses it (expand); one that
narrows it comes after every reader and writer has moved (contract); one that does neither has no safe moment
(breaking). How to do it all the same is in :mod:`runbook_tui.migrations.judging.recipes`.

``tests/locks`` holds every lock that is printed against a real server: PostgreSQL 16 and 18 (``pg_locks``, scans,
files and indexes of a running statement; 15 took the same locks), SQLite 3.40 (what it refuses, and steps that grow
with the rows), MariaDB 10.11 (the cheapest ``ALGORITHM`` and ``LOCK`` that it accepts). What is told of MySQL is from
its 8.4 manual, "Online DDL Operations", and never better than MariaDB; versions before 8.0.29 rebuild the table to
add a column anywhere but last, or to drop one. What the row cannot know is in
:mod:`runbook_tui.migrations.judging.locks`. A lock that carries a hazard becomes a finding, unless the table is new.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from runbook_tui.migrations.engine import Engine
from runbook_tui.migrations.model import Phase, Reversal

E, M, C = Phase.EXPAND, Phase.BACKFILL, Phase.CONTRACT
X, ASK, NONE = Phase.BREAKING, Phase.ASK, Phase.NONE
YES, LOSS, NO, UNKNOWN = Reversal.YES, Reversal.LOSS, Reversal.NO, Reversal.UNKNOWN

BLOCKS_WRITES = "blocks-writes"
TABLE_REWRITE = "table-rewrite"
TABLE_SCAN = "table-scan"
REFUSED = "refused-by-engine"


class Work(StrEnum):
    """What an operation does to every row while it holds its lock."""

    NONE = ""
    SCAN = "scan"
    INDEX = "index"
    REWRITE = "rewrite"


@dataclass(frozen=True, slots=True)
class Lock:
    """What an operation holds while it runs, in words, and the hazard that follows from it."""

    text: str
    hazard: str = ""
    queues: bool = False
    """While it waits for its turn, later queries on the table wait behind it: it wants a timeout."""
    stops_all: bool = False
    """While it is held, reads wait as well as writes."""
    work: Work = Work.NONE


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table. ``words`` has ``{}`` where the object stands."""

    kind: str
    phase: Phase
    reversal: Reversal
    words: str
    postgres: Lock
    mysql: Lock
    sqlite: Lock

    def lock(self, engine: Engine) -> Lock:
        """The lock on one engine."""
        return {Engine.POSTGRES: self.postgres, Engine.MYSQL: self.mysql, Engine.SQLITE: self.sqlite}[engine]


FREE = Lock("no table lock")
UNREAD = Lock("not known")
# PostgreSQL
AX = Lock("AccessExclusive, instant", queues=True, stops_all=True)
AX_SCAN = Lock(
    "AccessExclusive while the table is scanned", TABLE_SCAN, queues=True, stops_all=True, work=Work.SCAN
)
AX_REWRITE = Lock(
    "AccessExclusive while the table is rewritten",
    TABLE_REWRITE,
    queues=True,
    stops_all=True,
    work=Work.REWRITE,
)
AX_INDEX = Lock(
    "AccessExclusive while the index is built", BLOCKS_WRITES, queues=True, stops_all=True, work=Work.INDEX
)
AX_SCAN_BOTH = Lock(
    "AccessExclusive while the table is scanned, ShareRowExclusive on the one that it refers to",
    TABLE_SCAN,
    queues=True,
    stops_all=True,
    work=Work.SCAN,
)
AX_TIED = Lock(
    "AccessExclusive, instant, on tables tied by a foreign key as well", queues=True, stops_all=True
)
AX_PROVED = Lock("AccessExclusive, instant: a validated check spares the scan", queues=True, stops_all=True)
AX_PERHAPS = Lock("AccessExclusive, perhaps while the table is rewritten", queues=True, stops_all=True)
AX_CASCADE = Lock("AccessExclusive, instant, on everything that CASCADE reaches", queues=True, stops_all=True)
AX_WHOLE = Lock("AccessExclusive on the partitioned table, instant", queues=True, stops_all=True)
AX_PARTS = Lock("AccessExclusive on both tables, instant", queues=True, stops_all=True)
AX_ONLY = Lock("AccessExclusive on it only, instant", queues=True)
AX_VIEW = Lock("AccessExclusive on the view only", queues=True)
AX_FILLED = Lock(
    "AccessExclusive on the view while it is rewritten", TABLE_REWRITE, queues=True, work=Work.REWRITE
)
EX_FILLED = Lock("Exclusive on the view: reads go on", queues=True)
SHARE = Lock("Share: writes wait until the index is built", BLOCKS_WRITES, queues=True, work=Work.INDEX)
SHARE_REBUILD = Lock(
    "Share; AccessExclusive on the index while the index is built: most reads wait as well",
    BLOCKS_WRITES,
    queues=True,
    stops_all=True,
    work=Work.INDEX,
)
SRX = Lock("ShareRowExclusive on both tables, instant", queues=True)
SRX_PARENT = Lock("ShareRowExclusive on the tables that it refers to, instant", queues=True)
SRX_SCAN = Lock(
    "ShareRowExclusive on both tables while the table is scanned", BLOCKS_WRITES, queues=True, work=Work.SCAN
)
SRX_ONE = Lock("ShareRowExclusive, instant", queues=True)
SUX = Lock("ShareUpdateExclusive, instant: reads and writes go on")
SUX_SCAN = Lock("ShareUpdateExclusive while the table is scanned: reads and writes go on", work=Work.SCAN)
SUX_BUILD = Lock("ShareUpdateExclusive while the index is built: reads and writes go on", work=Work.INDEX)
SUX_WAIT = Lock("ShareUpdateExclusive until older transactions end: reads and writes go on")
SUX_INDEX = Lock("ShareUpdateExclusive on the index, instant: reads and writes go on")
SUX_PLAIN = Lock("ShareUpdateExclusive: reads and writes go on")
SUX_ATTACH = Lock(
    "ShareUpdateExclusive; AccessExclusive on the partition, and on the default one, while they are scanned",
    TABLE_SCAN,
    queues=True,
    work=Work.SCAN,
)
SUX_ATTACH_NEW = replace(SUX_ATTACH, hazard="")
SUX_DETACH = Lock("ShareUpdateExclusive; AccessExclusive on the partition, instant", queues=True)
HELD = Lock("the lock that it names, until it is released", BLOCKS_WRITES, queues=True)
ROWS = Lock("row locks until it commits")
# MySQL and MariaDB: every DDL statement takes a short exclusive metadata lock
MADE = Lock("instant")
INSTANT = Lock("metadata lock, instant", queues=True)
PLACE = Lock("in place, reads and writes go on", queues=True)
PLACE_SHARED = Lock("in place, writes wait", BLOCKS_WRITES, queues=True)
REBUILD = Lock("in place, the table is rebuilt while reads and writes go on", queues=True)
COPY = Lock("the table is copied, writes wait", TABLE_REWRITE, queues=True)
COPY_CHECK = Lock("the table is copied to check it, writes wait", BLOCKS_WRITES, queues=True)
# SQLite: one writer at a time
BRIEF = Lock("the whole database for a moment")
WHOLE = Lock("the whole database until it commits")
INDEXED = Lock("the whole database while the index is built")
SCANNED = Lock("the whole database while the table is scanned")
REWRITTEN = Lock("the whole database while the table is rewritten")
RECREATE = Lock("SQLite has no such statement: the table is made anew", TABLE_REWRITE)
CANNOT = Lock("SQLite refuses it", REFUSED)

# fmt: off
_ROWS = (
    # tables
    Row("create-table", E, LOSS, "create table {}", FREE, MADE, BRIEF),
    Row("drop-table", C, NO, "drop table {}", AX_TIED, INSTANT, BRIEF),
    Row("rename-table", X, YES, "rename table {}", AX, INSTANT, BRIEF),
    Row("rebuild-table", ASK, UNKNOWN, "make table {} anew, copying its rows", AX_REWRITE, COPY, WHOLE),
    # VACUUM FULL, SET TABLESPACE, ENGINE=
    Row("rewrite-table", NONE, YES, "rewrite table {}", AX_REWRITE, COPY, WHOLE),
    Row("table-setting", NONE, YES, "change settings of {}", SUX, INSTANT, BRIEF),
    # SET STORAGE, SET COMPRESSION, REPLICA IDENTITY
    Row("table-setting-exclusive", NONE, YES, "change settings of {}", AX, INSTANT, BRIEF),
    Row("lock-table", NONE, YES, "lock table {}", HELD, HELD, WHOLE),
    # columns: the old code does not name a new one, so it must be able to leave it out
    Row("add-column-nullable", E, LOSS, "add nullable column {}", AX, INSTANT, BRIEF),
    Row("add-column-defaulted", E, LOSS, "add column {} with a database default", AX, INSTANT, BRIEF),
    Row("add-column-rewrite", E, LOSS, "add column {}, computed for every row", AX_REWRITE, COPY, CANNOT),
    Row("add-column-required", X, LOSS, "add required column {} without a default", AX, INSTANT, CANNOT),
    Row("add-column-unknown", ASK, LOSS, "add column {} in a way not written out", AX_PERHAPS, INSTANT, BRIEF),
    Row("drop-column", C, NO, "drop column {}", AX_TIED, INSTANT, REWRITTEN),
    Row("rename-column", X, YES, "rename column {}", AX, INSTANT, BRIEF),
    Row("widen-type", E, LOSS, "widen the type of {}", AX, PLACE, RECREATE),
    Row("widen-type-rewrite", E, LOSS, "widen the type of {}", AX_REWRITE, COPY, RECREATE),
    Row("change-type", X, NO, "change the type of {}", AX_REWRITE, COPY, RECREATE),
    Row("alter-column-unknown", ASK, UNKNOWN, "alter column {} in a way not written out", AX_PERHAPS, COPY, RECREATE),
    Row("set-default", E, YES, "set a default for {}", AX, INSTANT, RECREATE),
    Row("change-default", C, YES, "change the default of {}", AX, INSTANT, RECREATE),
    Row("drop-default", C, YES, "drop the default of {}", AX, INSTANT, RECREATE),  # old INSERTs need it
    Row("drop-not-null", E, LOSS, "allow NULL in {}", AX, REBUILD, RECREATE),
    Row("set-not-null", C, YES, "forbid NULL in {}", AX_SCAN, REBUILD, RECREATE),
    # constraints narrow; dropping one widens
    Row("add-check", C, YES, "add check {}", AX_SCAN, COPY_CHECK, RECREATE),
    Row("add-check-not-valid", C, YES, "add check {}, for new rows only", AX, INSTANT, RECREATE),
    Row("add-foreign-key", C, YES, "add foreign key {}", SRX_SCAN, COPY_CHECK, RECREATE),
    Row("add-foreign-key-not-valid", C, YES, "add foreign key {}, for new rows only", SRX, INSTANT, RECREATE),
    Row("validate-constraint", C, YES, "validate constraint {}", SUX_SCAN, COPY_CHECK, RECREATE),
    Row("add-unique", C, YES, "add unique constraint {}", AX_INDEX, PLACE, RECREATE),
    Row("add-unique-using-index", E, YES, "add unique constraint {} on its index", AX, PLACE, RECREATE),  # is unique
    Row("add-primary-key-using-index", C, YES, "add primary key {} on its index", AX_SCAN, PLACE, RECREATE),
    Row("add-primary-key", C, YES, "add primary key {}", AX_INDEX, REBUILD, RECREATE),
    Row("add-exclusion", C, YES, "add exclusion constraint {}", AX_INDEX, COPY, RECREATE),
    Row("drop-constraint", E, LOSS, "drop constraint {}", AX_TIED, INSTANT, RECREATE),
    Row("drop-primary-key", C, LOSS, "drop the primary key of {}", AX, COPY, RECREATE),
    Row("tighten-constraint", C, YES, "check constraint {} at once", AX, INSTANT, RECREATE),
    Row("replace-constraint", ASK, LOSS, "replace constraint {}", AX_SCAN, COPY_CHECK, RECREATE),
    Row("rename-constraint", ASK, YES, "rename constraint {}", AX, INSTANT, RECREATE),
    # indexes
    Row("create-index", E, YES, "create index {}", SHARE, PLACE, INDEXED),
    Row("create-index-concurrently", E, YES, "create index {} concurrently", SUX_BUILD, PLACE, INDEXED),
    Row("create-unique-index", C, YES, "create unique index {}", SHARE, PLACE, INDEXED),  # enforces: it narrows
    Row("create-unique-index-concurrently", C, YES, "create unique index {} concurrently", SUX_BUILD, PLACE, INDEXED),
    Row("drop-index", C, YES, "drop index {}", AX, INSTANT, BRIEF),  # the old code's queries need it
    Row("drop-index-concurrently", C, YES, "drop index {} concurrently", SUX_WAIT, INSTANT, BRIEF),
    Row("rename-index", E, YES, "rename index {}", SUX_INDEX, INSTANT, BRIEF),
    Row("rebuild-index", NONE, YES, "rebuild index {}", SHARE_REBUILD, COPY, WHOLE),
    Row("rebuild-index-concurrently", NONE, YES, "rebuild index {} concurrently", SUX_BUILD, PLACE, WHOLE),
    # rows
    Row("insert-rows", E, YES, "insert rows into {}", ROWS, ROWS, WHOLE),  # before its first reader
    Row("copy-rows", M, UNKNOWN, "copy rows into {}", ROWS, ROWS, WHOLE),
    Row("update-rows", M, UNKNOWN, "update rows of {}", ROWS, ROWS, WHOLE),
    Row("delete-rows", C, NO, "delete rows of {}", ROWS, ROWS, WHOLE),
    Row("truncate", C, NO, "empty table {}", AX_TIED, INSTANT, WHOLE),
    # enums and other types
    # nobody may write a value before everybody can read it; PostgreSQL has no DROP VALUE
    Row("add-enum-value", E, NO, "add enum value {}", FREE, INSTANT, RECREATE),
    Row("add-enum-value-inside", E, NO, "add enum values inside those of {}", FREE, COPY, RECREATE),
    Row("remove-enum-value", X, NO, "remove enum values of {}", AX_REWRITE, COPY, RECREATE),
    Row("rename-enum-value", X, YES, "rename enum value {}", FREE, COPY, RECREATE),
    Row("create-type", E, YES, "create type {}", FREE, FREE, BRIEF),
    Row("drop-type", C, LOSS, "drop type {}", FREE, FREE, BRIEF),
    # code in the database
    Row("create-function", E, YES, "create function {}", FREE, FREE, BRIEF),
    Row("replace-routine", ASK, YES, "replace {}, which running code may reach", FREE, FREE, BRIEF),
    Row("alter-routine", ASK, YES, "change how {} runs, which running code may reach", FREE, FREE, BRIEF),
    Row("drop-function", C, YES, "drop function {}", FREE, FREE, BRIEF),
    Row("create-trigger", E, YES, "create trigger {}", SRX_ONE, INSTANT, BRIEF),
    Row("drop-trigger", C, YES, "drop trigger {}", AX, INSTANT, BRIEF),
    Row("enable-trigger", ASK, YES, "enable trigger {}, which may refuse rows", SRX_ONE, INSTANT, BRIEF),
    Row("disable-trigger", C, YES, "disable trigger {}", SRX_ONE, INSTANT, BRIEF),
    # views
    Row("create-view", E, YES, "create view {}", FREE, MADE, BRIEF),
    Row("replace-view", E, YES, "replace view {}, keeping its columns", AX_VIEW, INSTANT, BRIEF),
    Row("reshape-view", ASK, YES, "define view {} anew", AX_VIEW, INSTANT, BRIEF),  # may have lost columns
    Row("drop-view", C, YES, "drop view {}", AX_VIEW, INSTANT, BRIEF),
    Row("refresh-view", M, YES, "refresh view {}", AX_FILLED, FREE, BRIEF),
    # schemas, sequences, extensions, privileges, partitions
    Row("create-object", E, YES, "create {}", FREE, FREE, BRIEF),
    Row("drop-object", C, LOSS, "drop {}", FREE, FREE, BRIEF),
    Row("drop-schema", C, NO, "drop schema {}", AX, INSTANT, BRIEF),
    Row("rename-object", X, YES, "rename {}", AX_ONLY, FREE, BRIEF),
    Row("grant", E, YES, "grant privileges {}", FREE, FREE, BRIEF),
    Row("revoke", C, YES, "revoke privileges {}", FREE, FREE, BRIEF),
    Row("change-owner", ASK, YES, "give {} to another owner", AX_ONLY, FREE, BRIEF),  # who loses the owner's rights
    Row("row-policy", ASK, YES, "change row policy {}", AX, FREE, BRIEF),  # widens or narrows as its conditions say
    Row("enable-row-security", C, YES, "enable row security on {}", AX, FREE, BRIEF),
    Row("disable-row-security", E, YES, "disable row security on {}", AX, FREE, BRIEF),
    Row("attach-partition", E, YES, "attach partition {}", SUX_ATTACH, COPY, BRIEF),
    Row("detach-partition", C, YES, "detach partition {}", AX_PARTS, COPY, BRIEF),
    Row("detach-partition-concurrently", C, YES, "detach partition {} concurrently", SUX_DETACH, COPY, BRIEF),
    Row("drop-partition", C, NO, "drop partition {}", AX, INSTANT, BRIEF),
    # nothing that code depends on
    Row("comment", NONE, YES, "comment on {}", SUX, FREE, BRIEF),
    Row("setting", NONE, YES, "session setting {}", FREE, FREE, FREE),
    Row("maintenance", NONE, YES, "maintenance of {}", SUX_PLAIN, FREE, WHOLE),
    Row("query", NONE, YES, "query {}", FREE, FREE, FREE),
    Row("state-only", NONE, YES, "no change of the database: {}", FREE, FREE, FREE),
    # what cannot be read
    Row("opaque", ASK, UNKNOWN, "{}", UNREAD, UNREAD, UNREAD),
    Row("unreadable", ASK, UNKNOWN, "{}", UNREAD, UNREAD, UNREAD),
)
# fmt: on

TABLE: dict[str, Row] = {row.kind: row for row in _ROWS}
"""Every kind of operation that a reader can report."""

MOVABLE = frozenset({"create-index", "create-index-concurrently", "rename-index", "add-unique-using-index"})
"""Expand operations that code does not need in order to be right: they may as well run later."""
