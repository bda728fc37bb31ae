"""Statements that sqlglot leaves unparsed, by pattern: one line a statement.

A pattern has to match the whole statement, written plainly (see ``Statement.plain``), so that a statement with
something unknown in it stays unknown. Names in braces are parts that many statements share.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from runbook_tui.migrations.changes import Change

_IDENTIFIER = r'(?:"[^"]+"|`[^`]+`|[\w$]+)'
_SIGNATURE = r"(?: ?\((?:[^()]|\([^()]*\))*\))?"
_PARTS = {
    "table": rf"(?P<table>{_IDENTIFIER}(?:\.{_IDENTIFIER})*)",
    "name": rf"(?P<name>{_IDENTIFIER}(?:\.{_IDENTIFIER})*)",
    "to": rf"(?P<to>{_IDENTIFIER}(?:\.{_IDENTIFIER})*)",
    "value": r"(?P<name>'(?:[^']|'')*')",
    "exists": r"(?:IF (?:NOT )?EXISTS )?",
    "definer": r"(?:DEFINER = [^ ]+(?: @ [^ ]+)? )?",
    "rest": r"(?: .*)?",
    "one": rf"{_IDENTIFIER}(?:\.{_IDENTIFIER})*",
    "object": r"(?:(?:MATERIALIZED )?VIEW|TYPE|SCHEMA|SEQUENCE|DOMAIN|EXTENSION|FUNCTION|PROCEDURE|ROUTINE|AGGREGATE)",
    "routine": r"(?:FUNCTION|PROCEDURE|ROUTINE)",
    "signature": _SIGNATURE,
    "others": rf"(?P<others>(?: ?, ?{_IDENTIFIER}(?:\.{_IDENTIFIER})*{_SIGNATURE})*)(?: CASCADE| RESTRICT)?",
    "attribute": r"(?:SET|RESET|VOLATILE|STABLE|IMMUTABLE|(?:NOT )?LEAKPROOF|STRICT|CALLED ON|RETURNS NULL|"
    r"(?:EXTERNAL )?SECURITY|COST|ROWS|PARALLEL|SUPPORT)\b",
}


_SHOWN = 120
_LONGEST = 4_000
_OVERWRITES = re.compile(r"\bON (?:DUPLICATE KEY UPDATE|CONFLICT\b[^;]* DO UPDATE)\b", re.IGNORECASE)
"""Characters of a statement that are looked at; its head says what it is."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A statement's shape and the kind of change that it is, with the change's detail behind an ``@``."""

    kind: str
    shape: re.Pattern[str]


def _pattern(kind: str, shape: str) -> Pattern:
    return Pattern(kind, re.compile(shape.format_map(_PARTS), re.IGNORECASE | re.DOTALL))


_STATEMENTS = (
    # PostgreSQL
    _pattern("add-enum-value", r"ALTER TYPE {table} ADD VALUE {exists}{value}(?: (?:BEFORE|AFTER) '[^']*')?"),
    _pattern("rename-enum-value", r"ALTER TYPE {table} RENAME VALUE {value} TO '(?P<to>[^']*)'"),
    _pattern("rename-object", r"ALTER {object} {exists}{name}{signature} RENAME TO {to}"),
    _pattern("rename-object@into", r"ALTER {object} {exists}{name}{signature} SET SCHEMA {to}"),
    _pattern("change-owner", r"ALTER {object} {exists}{name}{signature} OWNER TO {one}"),
    _pattern("rename-index", r"ALTER INDEX {exists}{name} RENAME TO {to}"),
    _pattern(
        "table-setting-exclusive",
        r"ALTER SEQUENCE {exists}{name}"
        r"(?: (?:AS BIGINT|RESTART(?: WITH)? \d+|OWNED BY {one}|NO MAXVALUE|CACHE \d+))+",
    ),
    _pattern("maintenance", r"ALTER {routine} {name}{signature}(?: (?:COST \S+|ROWS \S+|PARALLEL \w+))+"),
    _pattern("alter-routine", r"ALTER {routine} {name}{signature} {attribute}.*"),
    _pattern("table-setting", r"ALTER INDEX {exists}{name} (?:SET|RESET) ?\([^()]*\)"),
    _pattern("table-setting", r"ALTER INDEX {exists}{name} ALTER (?:COLUMN )?\d+ SET STATISTICS \S+"),
    _pattern("rebuild-index", r"ALTER INDEX {exists}{name} SET TABLESPACE {one}"),
    _pattern("table-setting-exclusive", r"ALTER INDEX {name} ATTACH PARTITION {one}"),
    _pattern("create-object", r"CREATE SCHEMA {exists}{name} AUTHORIZATION {one}"),
    _pattern("create-object", r"CREATE SCHEMA {exists}AUTHORIZATION {name}"),
    # but for those on login, which running code does
    _pattern(
        "create-object", r"CREATE EVENT TRIGGER {name} ON (?:DDL_COMMAND_\w+|SQL_DROP|TABLE_REWRITE) .*"
    ),
    _pattern("drop-object", r"DROP EVENT TRIGGER {exists}{name}{rest}"),
    _pattern("query", r"SHOW{rest}"),
    _pattern("create-object", r"CREATE EXTENSION {exists}{name}{rest}"),
    _pattern("drop-object", r"DROP EXTENSION {exists}{name}{others}"),
    _pattern("maintenance", r"CREATE STATISTICS {exists}{name}(?: .*)? FROM {table}"),
    _pattern("create-type@domain", r"CREATE DOMAIN {name} .*"),
    _pattern("drop-type", r"DROP (?:DOMAIN|TYPE) {exists}{name}{others}"),
    _pattern("drop-object", r"DROP SEQUENCE {exists}{name}{others}"),
    _pattern("drop-schema", r"DROP SCHEMA {exists}{name}{others}"),
    # valid, though sqlglot does not parse it
    _pattern("opaque", r"REASSIGN OWNED BY .+ TO .+"),
    _pattern("create-object", r"CREATE (?:ROLE|USER) {exists}{name}{rest}"),
    _pattern("drop-object", r"DROP (?:ROLE|USER) {exists}{name}{others}"),
    _pattern("grant", r"GRANT .+ TO .+"),
    _pattern("revoke", r"REVOKE .+ FROM .+"),
    _pattern("comment", r"COMMENT ON .+ IS .+"),
    # nothing but a later ALTER or DROP names a trigger
    _pattern("table-setting-exclusive", r"ALTER TRIGGER {one} ON {table} RENAME TO {one}"),
    _pattern("create-type", r"CREATE TYPE {name} AS (?:RANGE|ENUM) ?\(.*"),
    _pattern(
        "create-table@temporary",
        r"CREATE (?:GLOBAL |LOCAL )?TEMP(?:ORARY)? TABLE {exists}{table}(?: (?!.*\bAS\b).*)?",
    ),
    _pattern("create-unique-index", r"CREATE UNIQUE INDEX {exists}{name} ON ONLY {table} .*"),
    _pattern("create-index", r"CREATE INDEX {exists}{name} ON ONLY {table} .*"),
    _pattern("grant", r"ALTER DEFAULT PRIVILEGES .*\bGRANT\b .*"),
    _pattern("revoke", r"ALTER DEFAULT PRIVILEGES .*\bREVOKE\b .*"),
    # row security widens or narrows as its conditions say
    _pattern("row-policy", r"(?:CREATE|ALTER|DROP) POLICY {exists}{name} ON {table}{rest}"),
    _pattern(
        "rebuild-index-concurrently",
        r"REINDEX (?:\([^()]*\) )?(?:INDEX|TABLE|SCHEMA|DATABASE) CONCURRENTLY(?: {name})?",
    ),
    _pattern(
        "rebuild-index-concurrently",
        r"REINDEX \((?:[^()]*,)? ?CONCURRENTLY(?: TRUE| ON| 1)? ?(?:,[^()]*)?\) "
        r"(?:INDEX|TABLE|SCHEMA|DATABASE)(?: {name})?",
    ),
    _pattern(
        "rebuild-index",
        r"REINDEX (?:\((?![^()]*CONCURRENTLY)[^()]*\) )?(?:INDEX|TABLE|SCHEMA|DATABASE|SYSTEM)(?: {name})?",
    ),
    _pattern("create-view", r"CREATE MATERIALIZED VIEW {exists}{name} .* WITH (?:NO )?DATA"),
    _pattern("refresh-view@concurrently", r"REFRESH MATERIALIZED VIEW CONCURRENTLY {name}{rest}"),
    _pattern("refresh-view", r"REFRESH MATERIALIZED VIEW {name}{rest}"),
    _pattern(
        "rewrite-table",
        r"VACUUM (?:FULL(?: FREEZE| VERBOSE| ANALYZE)*|\([^()]*\bFULL\b[^()]*\)) "
        r"(?!FREEZE|VERBOSE|ANALYZE){table}{rest}",
    ),
    _pattern(
        "rewrite-table",
        r"VACUUM (?:FULL|\([^()]*\bFULL)\b.*|CLUSTER (?:\([^()]*\) |VERBOSE )?(?:{table}{rest})?",
    ),
    _pattern("maintenance", r"VACUUM(?! FULL| \([^()]*\bFULL)(?: .*)?|ANALYZE(?: .*)?"),
    _pattern("lock-table", r"LOCK (?:TABLE |TABLES )?{table} .*"),
    _pattern("drop-index-concurrently", r"DROP INDEX CONCURRENTLY {exists}{name}{others}"),
    _pattern("drop-index", r"DROP INDEX {exists}{name}{others}"),
    _pattern(
        "setting",
        r"(?:START TRANSACTION|SAVEPOINT|RELEASE SAVEPOINT|DEALLOCATE|UNLOCK TABLES"
        r"|RESET(?! (?:MASTER|SLAVE|REPLICA|BINARY|PERSIST)\b)){rest}",
    ),
    # routines: sqlglot keeps their bodies as text
    _pattern("create-trigger", r"CREATE {definer}(?:CONSTRAINT )?TRIGGER {exists}{name} .*? ON {table} .*"),
    _pattern("create-function", r"CREATE {definer}(?:FUNCTION|PROCEDURE|AGGREGATE) {exists}{name} ?\(.*"),
    _pattern("create-function@or replace", r"CREATE OR REPLACE {definer}(?:FUNCTION|PROCEDURE) {name} ?\(.*"),
    _pattern(
        "drop-function", r"DROP (?:FUNCTION|PROCEDURE|ROUTINE|AGGREGATE) {exists}{name}{signature}{others}"
    ),
    _pattern("drop-trigger", r"DROP TRIGGER {exists}{name}(?: ON {table})?{rest}"),
    # MySQL and MariaDB
    _pattern("rename-table", r"RENAME TABLE {table} TO {to}"),
    _pattern("create-unique-index", r"CREATE UNIQUE INDEX {exists}{name} ON {table} ?\(.*"),
    _pattern("create-index@fulltext", r"CREATE (?:FULLTEXT|SPATIAL) INDEX {exists}{name} ON {table} ?\(.*"),
    _pattern("create-index", r"CREATE INDEX {exists}{name} ON {table} ?\(.*"),
    _pattern("drop-index", r"DROP INDEX {exists}{name} ON {table}(?: (?:LOCK|ALGORITHM) ?=? ?\w+)*"),
    _pattern("update-rows", r"REPLACE INTO {table} (?:\([^)]*\) )?VALUES .*"),
    _pattern("rewrite-table", r"OPTIMIZE (?:LOCAL )?TABLE {table}"),
    # the first words of statements that are too long to be parsed
    _pattern("insert-rows", r"INSERT (?:IGNORE |OR IGNORE )?INTO {table} (?:\([^)]*\) )?VALUES .*"),
)

_ACTIONS = (
    _pattern("validate-constraint", r"VALIDATE CONSTRAINT {name}"),
    _pattern("add-unique-using-index", r"ADD (?:CONSTRAINT {name} )?UNIQUE USING INDEX {one}{rest}"),
    _pattern(
        "add-primary-key-using-index", r"ADD (?:CONSTRAINT {name} )?PRIMARY KEY USING INDEX {one}{rest}"
    ),
    _pattern(
        "add-check-not-valid",
        r"ADD (?:CONSTRAINT {name} )?CHECK ?\(.*\)(?: NO INHERIT)? NOT (?:VALID|ENFORCED)",
    ),
    _pattern("add-check", r"ADD (?:CONSTRAINT {name} )?CHECK ?\(.*\)(?: NO INHERIT)?"),
    _pattern("add-exclusion", r"ADD (?:CONSTRAINT {name} )?EXCLUDE .*"),
    _pattern(
        "table-setting-exclusive",
        r"ALTER CONSTRAINT {one} (?:DEFERRABLE(?: INITIALLY DEFERRED)?|INITIALLY DEFERRED)",
    ),
    _pattern("rename-constraint", r"RENAME CONSTRAINT {name} TO {to}"),
    # running code that relies on a later check is refused at once
    _pattern(
        "tighten-constraint",
        r"ALTER CONSTRAINT {name} (?:NOT DEFERRABLE|(?:DEFERRABLE )?INITIALLY IMMEDIATE)",
    ),
    _pattern("rename-table@into", r"SET SCHEMA {to}"),
    _pattern("change-owner", r"OWNER TO {one}"),
    _pattern("disable-trigger", r"DISABLE TRIGGER {name}"),
    _pattern("enable-trigger", r"ENABLE (?:ALWAYS |REPLICA )?TRIGGER {name}"),
    _pattern("enable-row-security", r"(?:ENABLE|FORCE) ROW LEVEL SECURITY"),
    _pattern("disable-row-security", r"(?:DISABLE|NO FORCE) ROW LEVEL SECURITY"),
    _pattern("attach-partition", r"ATTACH PARTITION {name} .*"),
    _pattern("detach-partition-concurrently", r"DETACH PARTITION {name} CONCURRENTLY"),
    _pattern("detach-partition@finalize", r"DETACH PARTITION {name} FINALIZE"),
    _pattern("detach-partition", r"DETACH PARTITION {name}"),
    _pattern("drop-partition", r"(?:DROP|TRUNCATE) PARTITION {name}{rest}"),
    _pattern(
        "set-default", r"ALTER (?:COLUMN )?{name} (?:ADD GENERATED BY DEFAULT .*|SET GENERATED BY DEFAULT)"
    ),
    _pattern("table-setting-exclusive", r"ALTER (?:COLUMN )?{name} RESTART(?: WITH)? \d+"),
    # an INSERT that names the column is refused from then on
    _pattern("change-default", r"ALTER (?:COLUMN )?{name} (?:ADD|SET) GENERATED ALWAYS\b.*"),
    _pattern("drop-default", r"ALTER (?:COLUMN )?{name} DROP IDENTITY(?: IF EXISTS)?"),
    _pattern("table-setting", r"ALTER (?:COLUMN )?{name} SET (?:STATISTICS|\(n_distinct).*"),
    _pattern("table-setting-exclusive", r"ALTER (?:COLUMN )?{name} SET (?:STORAGE|COMPRESSION) .*"),
    _pattern("table-setting-exclusive", r"REPLICA IDENTITY .*"),
    _pattern("table-setting", r"CLUSTER ON {one}|SET WITHOUT CLUSTER|RESET \(.*\)"),
    _pattern("rewrite-table", r"SET (?:LOGGED|UNLOGGED|TABLESPACE {one}|ACCESS METHOD {one})"),
    _pattern("change-type", r"CONVERT TO (?:CHARACTER SET|CHARSET) .*"),
    _pattern("table-setting", r"(?:DEFAULT )?(?:CHARACTER SET|CHARSET|COLLATE) ?=? ?\S+"),
    _pattern("rewrite-table", r"FORCE|ALGORITHM ?= ?COPY"),
    _pattern("lock-table", r"LOCK ?= ?(?:SHARED|EXCLUSIVE)"),
)


def match_statement(plain: str, line: int) -> list[Change]:
    """The changes of a whole statement, one for each object that it drops; empty when no pattern knows it."""
    return _match(_STATEMENTS, plain, line)


def match_action(plain: str, line: int, table: str | None) -> list[Change]:
    """The change of one action of ALTER TABLE; empty when no pattern knows it."""
    return _match(_ACTIONS, plain, line, table)


def _match(patterns: tuple[Pattern, ...], plain: str, line: int, table: str | None = None) -> list[Change]:
    for pattern in patterns:
        found = pattern.shape.fullmatch(plain[:_LONGEST])
        if found and not ("others" in found.groupdict() and len(plain) > _LONGEST):
            kind, _, detail = pattern.kind.partition("@")
            overwrites = kind == "insert-rows" and _OVERWRITES.search(plain[-_LONGEST:])
            if overwrites:
                kind = "update-rows"
            parts = {
                name: text if name == "others" else unquoted(text)
                for name, text in found.groupdict().items()
                if text
            }
            if detail == "into":  # another schema
                parts["to"] += f".{(parts.get('name') or table or '').rpartition('.')[2]}"
            change = Change(
                kind,
                line,
                table=parts.get("table", table),
                name=parts.get("name"),
                to=parts.get("to"),
                detail=plain[:_SHOWN] if kind in ("opaque", "query") else detail,
                if_exists=" EXISTS " in plain.upper(),
                cascades=plain.upper().endswith(" CASCADE"),
                bounded=kind == "update-rows",
            )
            return [change, *(replace(change, name=name) for name in _names(parts.get("others", "")))]
    return []


def _names(others: str) -> list[str]:
    """The names in ``, b, c(int, text)``."""
    without = re.sub(_SIGNATURE, "", others)
    return [unquoted(name) for name in re.findall(_PARTS["one"], without)]


def unquoted(name: str) -> str:
    """A possibly quoted and dotted name without its quotes."""
    return ".".join(part.strip("\"`'") for part in name.split("."))
