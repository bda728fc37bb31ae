"""What the ``change`` or ``up`` of an Ecto migration does, call by call.

Source: elixir-ecto/ecto_sql, lib/ecto/migration.ex and lib/ecto/migration/runner.ex.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from runbook_tui.migrations.changes import (
    Body,
    Change,
    Column,
    Generated,
)
from runbook_tui.migrations.elixir.columns import Fragment, Reference, column_of
from runbook_tui.migrations.elixir.modules import REPOSITORY, Modules
from runbook_tui.migrations.elixir.nodes import child_of
from runbook_tui.migrations.elixir.objects import (
    Constraint,
    Index,
    Table,
    constraint_of,
    index_of,
    prefixed,
    table_of,
)
from runbook_tui.migrations.elixir.recorder import COLUMN_CALLS, Building
from runbook_tui.migrations.elixir.rows import Query, set_columns
from runbook_tui.migrations.elixir.values import Atom, Call, Function, Keywords, name_of
from runbook_tui.migrations.engine import Engine
from runbook_tui.migrations.following.follower import TooMuchError
from runbook_tui.migrations.following.values import UNKNOWN
from runbook_tui.migrations.syntax import text_at, text_of

if TYPE_CHECKING:
    from tree_sitter import Node

_MIGRATION = re.compile(r"use\s+[\w.]*Migration\b")
_HARMLESS = frozenset({
    "flush", "prefix", "direction", "is_nil", "is_binary", "is_list", "is_atom", "is_map", "to_string", "inspect",
    "length", "elem", "hd", "tl", "max", "min", "div", "rem", "round", "trunc", "put_in", "get_in", "then", "tap",
    "dynamic", "field", "type", "count", "sum", "ago", "from_now", "select", "where", "order_by", "limit", "lock",
    "distinct", "group_by", "having", "exclude", "subquery", "as", "is_integer", "is_struct", "raise", "exit",
    "throw", "self", "node", "not", "unquote", "struct", "byte_size", "map_size", "abs", "sigil_s", "super", "binding",
    "offset", "preload", "windows", "coalesce", "parent_as", "with_cte", "union", "union_all", "cast", "change",
    "is_tuple", "is_boolean", "is_number", "make_ref", "nil", "true", "false", "reraise", "__MODULE__",
})  # fmt: skip


def read_migration(root: Node, engine: Engine) -> Body:
    """What a migration does when it is run upwards. Never raises.

    ``up`` comes before ``change``; ``down`` is only looked at for whether it does something.
    """
    reader: Migration | None = None
    try:
        module = _migrating(root)
        if module is None:
            what = "a file without a module that uses Ecto.Migration"
            return Body((Change("opaque", 1, detail=what),), has_down=False)
        reader = Migration(module, engine)
        reader.run()
        changes = reader.changes
    except (TooMuchError, RecursionError):
        seen = reader.changes if reader is not None else []
        changes = [*seen, Change("opaque", 1, detail="the migration is too tangled to be followed")]
    if reader is None:
        return Body(tuple(changes), has_down=False)
    if "up" not in reader.functions and "change" not in reader.functions:
        changes = [Change("opaque", 1, detail="a migration without a function change() or up()")]
    transactional = reader.transactional
    return Body(tuple(changes), reader.goes_back, transactional, wraps_transaction=transactional)


def _migrating(root: Node) -> Node | None:
    """The body of the first module that uses a ``Migration``: Ecto takes that one."""
    for module in _modules(root):
        for child in module.named_children:
            uses = child.type == "call" and text_at(child, "target") == "use"
            if uses and _MIGRATION.match(text_of(child)):
                return module
    return None


def _modules(node: Node) -> Iterator[Node]:
    for child in node.named_children:
        inner = child_of(child, "do_block")
        if child.type == "call" and inner is not None and text_at(child, "target") == "defmodule":
            yield inner
            yield from _modules(inner)


class Migration(Modules):
    """Notes every change while it follows the upgrade path."""

    def run(self) -> None:
        """Follow what the tool calls."""
        for name in ("after_begin", "up" if "up" in self.functions else "change", "before_commit"):
            if name in self.functions and (self.transactional or name in ("up", "change")):
                self.run_function(name)

    @property
    def transactional(self) -> bool:
        """Whether it runs in a transaction: all but those with ``@disable_ddl_transaction true``."""
        return self.attributes.get("disable_ddl_transaction") is not True

    @property
    def goes_back(self) -> bool:
        """Whether ``down`` does something, or all that ``change`` does can be turned round."""
        if "up" not in self.functions:
            return "change" in self.functions and not self.one_way
        if "down" not in self.functions:
            return False
        before, self.changes = self.changes, []
        self._going_back = True
        try:
            self.run_function("down")
            return bool(self.changes)
        except (TooMuchError, RecursionError):
            return True
        finally:
            self.changes, self._going_back = before, False

    # calls

    def local(self, name: str, call: Call) -> object:
        """A call of Ecto's own functions, or of one that is imported."""
        handler = _HANDLERS.get(name)
        if handler is not None:
            return handler(self, call)
        if name in COLUMN_CALLS:
            self.column_call(name, call)
        elif name in ("index", "unique_index"):
            return index_of(call, self.engine, unique=name == "unique_index")
        elif name in ("join", "left_join", "inner_join"):
            query = call.get(0)
            return replace(query, reads_tables=True) if isinstance(query, Query) else UNKNOWN
        elif name not in _HARMLESS:
            self.perhaps(call)
            if call.arguments or call.keywords or call.block is not None or name.endswith("!"):
                self.opaque(call.line, f"{name}(...)")
            elif name.isidentifier() and not name.startswith("_"):
                self.opaque(call.line, f"{name}()")
        else:
            self.perhaps(call)
            query = call.get(0)
            return query if isinstance(query, Query) else UNKNOWN
        return UNKNOWN

    def bare(self, name: str, line: int) -> object:
        """Ecto's functions without arguments may stand without brackets."""
        known = name in _HANDLERS or name in COLUMN_CALLS
        return self.local(name, Call((), Keywords(), line)) if known else UNKNOWN

    def statement(self, name: str, line: int) -> None:
        """A function of another module."""
        if (
            name not in _HARMLESS | COLUMN_CALLS
            and self.scope.get(name) is ...
            and name not in self.functions
        ):
            self.opaque(line, f"{name}()")

    # statements

    def _execute(self, call: Call) -> object:
        """``execute(up)`` or ``execute(up, down)``: SQL or a function."""
        self.one_way = self.one_way or len(call.arguments) < 2
        what = call.get(0)
        if isinstance(what, Function):
            return self.call(what)
        if isinstance(what, Keywords | dict):
            self.opaque(call.line, "execute(...)")
            return UNKNOWN
        return self.note_sql(what, call.line)

    def _execute_file(self, call: Call) -> object:
        self.one_way = self.one_way or len(call.arguments) < 2
        self.opaque(call.line, f"SQL of the file {name_of(call.get(0)) or '(not written out)'}")
        return UNKNOWN

    def _create(self, call: Call, *, if_exists: bool = False) -> object:
        what = call.get(0)
        if isinstance(what, Table):
            self._create_table(what, call, if_exists=if_exists)
        elif isinstance(what, Index):
            self.note(what.created(call.line, if_exists=if_exists))
        elif isinstance(what, Constraint):
            self.note(what.created(call.line, self.engine))
        else:
            self.perhaps(call)
            self.opaque(call.line, "create(...) of what is not written out")
        return what

    def _create_if_not_exists(self, call: Call) -> object:
        return self._create(call, if_exists=True)

    def _create_table(self, table: Table, call: Call, *, if_exists: bool) -> None:
        building = Building(table.name, creates=True)
        if table.primary_key is not False:
            building.columns.append(self._key(table.primary_key))
        self._build(building, call)
        self.note(
            Change(
                "create-table",
                call.line,
                table.name,
                columns=tuple(building.columns),
                constraints=tuple(building.constraints),
                rules=tuple(("", "FOREIGN KEY") for _ in range(building.keys)),
                if_exists=if_exists,
            )
        )

    def _key(self, options: object) -> Column:
        if isinstance(options, Keywords):
            stated = Keywords({**options, "primary_key": True})
            return column_of(name_of(options.get("name")) or "id", options.get("type"), stated, self.engine)
        # the repository's configuration may say otherwise
        return Column("id", None, nullable=False, generated=Generated.IDENTITY, primary_key=True)

    def _build(self, building: Building, call: Call) -> None:
        outer, self.building = self.building, building
        try:
            with self.block():
                if call.block is not None:
                    self.body(call.block)
        finally:
            self.building = outer

    def _alter(self, call: Call) -> object:
        what = call.get(0)
        name = what.name if isinstance(what, Table) else None
        building = Building(name, creates=False)
        self._build(building, call)
        if building.primary:
            self.note(Change("add-primary-key", call.line, name, over=tuple(building.primary)))
        return UNKNOWN

    def _drop(self, call: Call, *, if_exists: bool = False) -> object:
        what = call.get(0)
        if isinstance(what, Table):
            self.one_way = True
            self.note(Change("drop-table", call.line, what.name, if_exists=if_exists))
        elif isinstance(what, Index):
            self.note(what.dropped(call.line, if_exists=if_exists))
        elif isinstance(what, Constraint):
            self.one_way = True
            primary = what.table is not None and what.name == f"{what.table.rpartition('.')[2]}_pkey"
            kind = "drop-primary-key" if primary else "drop-constraint"  # the name that PostgreSQL gives it
            self.note(Change(kind, call.line, what.table, what.name, if_exists=if_exists))
        else:
            self.one_way = True
            self.opaque(call.line, "drop(...) of what is not written out")
        return what

    def _drop_if_exists(self, call: Call) -> object:
        return self._drop(call, if_exists=True)

    def _rename(self, call: Call) -> object:
        what, to = call.get(0), call.options.get("to")
        if isinstance(what, Table) and isinstance(to, Table):
            self.note(Change("rename-table", call.line, what.name, to=to.name))
        elif isinstance(what, Table):
            self.note(Change("rename-column", call.line, what.name, name_of(call.get(1)), name_of(to)))
        elif isinstance(what, Index):
            self.note(Change("rename-index", call.line, what.table, what.name, to=name_of(to)))
        else:
            self.opaque(call.line, "rename(...) of what is not written out")
        return UNKNOWN

    # values

    def _table(self, call: Call) -> object:
        return table_of(call)

    def _constraint(self, call: Call) -> object:
        return constraint_of(call)

    def _references(self, call: Call) -> object:
        options = call.options
        stated = options.get("validate", True)
        validated = stated if isinstance(stated, bool) else None
        table = prefixed(call.get(0), options.get("prefix"))
        return Reference(
            table, options.get("type", Atom("bigserial")), name_of(options.get("name")), validated
        )

    def _fragment(self, call: Call) -> object:
        sql = call.get(0)
        return Fragment(str(sql) if isinstance(sql, str) and len(call.arguments) == 1 else None)

    def _repo(self, call: Call) -> object:
        return REPOSITORY

    def _direction(self, call: Call) -> object:
        return Atom("down" if self._going_back else "up")

    def _update_query(self, call: Call) -> object:
        """``update(query, [o], set: [...])``."""
        query = call.get(0)
        return replace(query, over=set_columns(call.keywords)) if isinstance(query, Query) else UNKNOWN


_HANDLERS = {
    "execute": Migration._execute,
    "execute_file": Migration._execute_file,
    "create": Migration._create,
    "create_if_not_exists": Migration._create_if_not_exists,
    "alter": Migration._alter,
    "drop": Migration._drop,
    "drop_if_exists": Migration._drop_if_exists,
    "rename": Migration._rename,
    "table": Migration._table,
    "constraint": Migration._constraint,
    "references": Migration._references,
    "fragment": Migration._fragment,
    "repo": Migration._repo,
    "direction": Migration._direction,
    "update": Migration._update_query,
}
