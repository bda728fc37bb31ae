"""What Ecto's ``table``, ``index`` and ``constraint`` give, and what is done with them.

Source: elixir-ecto/ecto_sql, lib/ecto/migration.ex and lib/ecto/migration/runner.ex.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from runbook_tui.migrations.changes import Change
from runbook_tui.migrations.elixir.values import Call, Keywords, name_of
from runbook_tui.migrations.engine import Engine
from runbook_tui.migrations.following.values import Unknown
from runbook_tui.migrations.sql.checks import read_check

_PLAIN = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Table:
    """``table(:orders, prefix: "sales")``."""

    name: str | None
    primary_key: object = True


@dataclass(frozen=True, slots=True)
class Index:
    """``index(:orders, [:note], unique: true)``."""

    table: str | None
    name: str | None
    over: tuple[str, ...]
    unique: bool | None
    concurrently: bool
    nulls_distinct: bool

    def created(self, line: int, *, if_exists: bool) -> Change:
        """CREATE INDEX."""
        kind = "create-index" if self.unique is False else "create-unique-index"
        kind += "-concurrently" if self.concurrently else ""
        refuses = not self.nulls_distinct
        return Change(
            kind, line, self.table, self.name, over=self.over, if_exists=if_exists, refuses_null=refuses
        )

    def dropped(self, line: int, *, if_exists: bool) -> Change:
        """DROP INDEX."""
        kind = "drop-index-concurrently" if self.concurrently else "drop-index"
        return Change(kind, line, self.table, self.name, over=self.over, if_exists=if_exists)


@dataclass(frozen=True, slots=True)
class Constraint:
    """``constraint(:orders, :positive, check: "amount > 0")``."""

    table: str | None
    name: str | None
    check: object
    excludes: bool
    validated: bool | None

    def created(self, line: int, engine: Engine) -> Change:
        """ADD CONSTRAINT."""
        if self.excludes:
            return Change("add-exclusion", line, self.table, self.name)
        kind = (
            "add-check-not-valid" if self.validated is False and engine is not Engine.SQLITE else "add-check"
        )
        read = read_check(self.check, engine)
        over = read.over if read is not None else ()
        refuses = read.refuses_null if read is not None else True
        proved = read.not_null if read is not None else ()
        return Change(kind, line, self.table, self.name, over=over, refuses_null=refuses, not_null=proved)


def table_of(call: Call) -> Table:
    """``table(name, options)``."""
    options = call.options
    return Table(prefixed(call.get(0), options.get("prefix")), options.get("primary_key", True))


def index_of(call: Call, engine: Engine, *, unique: bool) -> Index:
    """``index(table, columns, options)``; one column may stand without its list."""
    options, columns = call.options, call.get(1)
    items = [] if isinstance(columns, Keywords) else columns if isinstance(columns, list) else [columns]
    if isinstance(columns, Keywords):  # [desc: :inserted_at]
        items = list(columns.values())
    texts = [
        text for item in items if (text := name_of(item[1] if isinstance(item, tuple) else item)) is not None
    ]
    stated = True if unique else options.get("unique", False)
    known = stated if isinstance(stated, bool) else None
    if known is False and call.unread(2):
        known = None
    bare = name_of(call.get(0))
    name = name_of(options.get("name")) or _index_name(bare, texts, whole=len(texts) == len(items))
    over = tuple(text for text in texts if _PLAIN.fullmatch(text))
    concurrently = options.get("concurrently") is True and engine is Engine.POSTGRES
    distinct = options.get("nulls_distinct") is not False
    return Index(prefixed(call.get(0), options.get("prefix")), name, over, known, concurrently, distinct)


def constraint_of(call: Call) -> Constraint:
    """``constraint(table, name, options)``."""
    options = call.options
    stated = options.get("validate", True)
    validated = stated if isinstance(stated, bool) else None
    table = prefixed(call.get(0), options.get("prefix"))
    return Constraint(table, name_of(call.get(1)), options.get("check"), "exclude" in options, validated)


def prefixed(table: object, prefix: object) -> str | None:
    """``prefix.table``; None when it is not known."""
    name = name_of(table)
    if name is None or isinstance(prefix, Unknown):
        return name
    return f"{name_of(prefix)}.{name}" if name_of(prefix) else name


def _index_name(table: str | None, columns: list[str], *, whole: bool) -> str | None:
    if table is None or not whole:
        return None
    parts = [table, *(re.sub(r"\W+", "_", column).rstrip("_") for column in columns), "index"]
    return "_".join(parts)
