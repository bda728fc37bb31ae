"""What an Ecto migration asks of other modules: the repository, queries, ``Enum``, and what nobody knows.

Source: elixir-ecto/ecto, lib/ecto/repo.ex and lib/ecto/query.ex; elixir-ecto/ecto_sql, lib/ecto/adapters/sql.ex.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from runbook_tui.migrations.changes import shifted
from runbook_tui.migrations.elixir.operators import joined, text_function
from runbook_tui.migrations.elixir.recorder import Recorder
from runbook_tui.migrations.elixir.rows import READING, Query, is_repository, rows_changed, set_columns
from runbook_tui.migrations.elixir.values import Alias, Atom, Call, Function, Keywords, name_of
from runbook_tui.migrations.following.follower import MOST_ROUNDS
from runbook_tui.migrations.following.values import UNKNOWN, Text
from runbook_tui.migrations.sql.reader import read_sql
from runbook_tui.migrations.syntax import text_of

if TYPE_CHECKING:
    from tree_sitter import Node

REPOSITORY = Alias("Repo")
_QUERYING = frozenset({"query", "query!", "query_many", "query_many!"})
_HARMLESS_MODULES = frozenset({
    "Enum", "String", "Atom", "Integer", "Float", "List", "Map", "Keyword", "Tuple", "Stream", "Regex", "DateTime",
    "NaiveDateTime", "Date", "Time", "Logger", "IO", "System", "Application", "Mix", "Ecto.UUID", "UUID", "Jason",
    "Base", "Path", "File", "Process", "MapSet", "Kernel", "Module", "Macro", "Range", "Access", "Inspect",
    "Decimal", "Poison", "URI", "Bitwise", "Calendar", "Ecto.Query", "Ecto.Changeset", "Timex", "Timer",
    "Ecto.Adapters.SQL.Sandbox",
})  # fmt: skip
_ACTING = frozenset({"cmd", "shell", "apply", "eval_string", "eval_file", "stop", "halt"})
"""Functions of Elixir's and Erlang's own modules that start something of which nobody knows what it does."""
_IS_NULL = re.compile(r"(?<!not )\bis_nil\(\s*\w+\.(\w+)\s*\)")
_OR = re.compile(r"\bor\b|\|\|")


class Modules(Recorder):
    """Follows calls of other modules."""

    def macro(self, name: str, node: Node, piped: tuple[object, ...]) -> object:
        """``from(o in "orders", where: ..., update: [set: [...]])``."""
        given = next((child for child in node.named_children if child.type == "arguments"), None)
        if name != "from" or given is None or not given.named_children:
            return ...
        source = given.named_children[0]
        right = source.child_by_field_name("right")
        found = self.value(right if source.type == "binary_operator" and right is not None else source)
        query = found if isinstance(found, Query) else Query(name_of(found))
        for child in given.named_children[1:]:
            if child.type == "keywords":
                query = self._clauses(query, child)
        return query

    def _clauses(self, query: Query, keywords: Node) -> Query:
        found = [
            (text_of(key).strip().rstrip(":"), value)
            for pair in keywords.named_children
            if (key := pair.child_by_field_name("key")) and (value := pair.child_by_field_name("value"))
        ]
        for name, value in found:
            if name.endswith("join"):
                query = replace(query, reads_tables=True)
            elif name == "update":
                query = replace(query, over=set_columns(self.value(value)))
            elif name == "where" and not _OR.search(text_of(value)):
                null = frozenset(_IS_NULL.findall(text_of(value)))
                query = replace(query, null_columns=query.null_columns | null)
        # or_where: what is not NULL may be written over as well
        return replace(query, null_columns=frozenset()) if "or_where" in dict(found) else query

    def perhaps(self, call: Call) -> None:
        """Functions and blocks that are given away may or may not run."""
        for item in (*call.arguments, *call.keywords.values()):
            if isinstance(item, Function):
                with self.maybe():
                    self.call(item)
        if call.block is not None:
            with self.maybe(), self.block():
                self.body(call.block)

    def remote(self, module: object, name: str, call: Call) -> object:
        """A function of another module."""
        owner = module.name if isinstance(module, Alias) else ""
        if owner == "Enum":
            return self._enum(name, call)
        if owner == "Ecto.Migration":
            return self.local(name, call)
        if owner in ("Ecto.Adapters.SQL", "SQL") and name in _QUERYING:
            return self.note_sql(call.get(1), call.line)
        if is_repository(module):
            return self._repository(name, call)
        if owner == "Ecto.Multi" or module is UNKNOWN or not owner:
            return self._of_unknown(name, call)
        if owner in ("String", "Atom"):
            return text_function(name, call)
        self.perhaps(call)
        harmless = owner in _HARMLESS_MODULES or owner.startswith(":")
        if name != "changeset" and (not harmless or name in _ACTING):
            self.opaque(call.line, f"{owner}.{name}(...)")
        return UNKNOWN

    def _of_unknown(self, name: str, call: Call) -> object:
        self.perhaps(call)
        if isinstance(call.get(0), Function) or name in _QUERYING or rows_changed(name, call) is not None:
            self.opaque(call.line, f"{name}(...)")
        return UNKNOWN

    def _enum(self, name: str, call: Call) -> object:
        items, function = call.get(0), call.get(1)
        if isinstance(items, Keywords | dict):
            items = list(items.items())
        if isinstance(items, list) and len(items) <= MOST_ROUNDS:
            if isinstance(function, Function) and name in ("each", "map", "flat_map"):
                results = [self.call(function, item) for item in items]
                return results if name == "map" else Atom("ok") if name == "each" else UNKNOWN
            if name in ("join", "map_join"):
                return self._joined(items, call.arguments[1:])
            if name == "with_index" and function is None:
                return [(item, index) for index, item in enumerate(items)]
        self.perhaps(call)
        return UNKNOWN

    def _joined(self, items: list[object], rest: tuple[object, ...]) -> object:
        """``Enum.join(items, glue)`` and ``Enum.map_join(items, glue, function)``; the glue may be left out."""
        if rest and isinstance(rest[-1], Function):
            function, rest = rest[-1], rest[:-1]
            items = [self.call(function, item) for item in items]
        return joined(items, rest[0] if rest else "")

    def _repository(self, name: str, call: Call) -> object:
        if name in _QUERYING:
            return self.note_sql(call.get(0), call.line)
        if name in ("transaction", "transact", "checkout"):
            function = call.get(0)
            if isinstance(function, Function):
                return self.call(function, REPOSITORY)
            self.opaque(call.line, f"repo().{name}(...)")
            return UNKNOWN
        change = rows_changed(name, call)
        if change is not None:
            self.note(change)
        elif name not in READING:
            self.perhaps(call)
            self.opaque(call.line, f"repo().{name}(...)")
        return UNKNOWN

    def note_sql(self, sql: object, line: int) -> object:
        """The changes that SQL makes when it is sent."""
        if isinstance(sql, list) and all(isinstance(part, str) for part in sql):
            sql = "".join(map(str, sql))
        if isinstance(sql, str):
            start = sql.line if isinstance(sql, Text) else line
            for change in shifted(read_sql(str(sql), self.engine), start - 1):
                self.note(change)
        else:
            self.opaque(line, "SQL that is put together when it runs")
        return UNKNOWN
