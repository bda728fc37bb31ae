"""What the ``up`` of a Knex migration does, call by call.

Source: knex/knex, lib/schema/builder.js and lib/knex-builder/make-knex.js.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from runbook_tui.migrations.changes import Body, Change
from runbook_tui.migrations.engine import Engine
from runbook_tui.migrations.following.follower import TooMuchError
from runbook_tui.migrations.following.values import UNKNOWN
from runbook_tui.migrations.javascript.effects import has_effect
from runbook_tui.migrations.javascript.queries import (
    Query,
    Raw,
    raw,
    use_parts,
    with_table,
)
from runbook_tui.migrations.javascript.recorder import Client, Draft, Exists, Recorder
from runbook_tui.migrations.javascript.tables import TableBuilder
from runbook_tui.migrations.javascript.values import Call, Foreign, Function, Host, name_of

if TYPE_CHECKING:
    from tree_sitter import Node

    from runbook_tui.migrations.javascript.calls import Calls


@dataclass(frozen=True, slots=True)
class _Statement:
    """A method of the schema that names what it changes, and no more."""

    kind: str
    if_exists: bool = False
    detail: str = ""

    def change(self, line: int, name: str | None, to: str | None) -> Change:
        """The change of the object of that name."""
        if self.kind.endswith("-table"):
            to = to if self.kind == "rename-table" else None
            return Change(self.kind, line, name, to=to, if_exists=self.if_exists)
        to = to if self.kind == "rename-object" else None
        return Change(self.kind, line, name=name, to=to, detail=self.detail, if_exists=self.if_exists)


_STATEMENTS = {
    "createTableLike": _Statement("create-table"),
    "dropTable": _Statement("drop-table"),
    "dropTableIfExists": _Statement("drop-table", if_exists=True),
    "renameTable": _Statement("rename-table"),
    "renameView": _Statement("rename-object"),
    "createView": _Statement("create-view"),
    "createViewOrReplace": _Statement("create-view", detail="or replace"),
    "createMaterializedView": _Statement("create-view"),
    "refreshMaterializedView": _Statement("refresh-view"),
    "dropView": _Statement("drop-view"),
    "dropViewIfExists": _Statement("drop-view", if_exists=True),
    "dropMaterializedView": _Statement("drop-view"),
    "dropMaterializedViewIfExists": _Statement("drop-view", if_exists=True),
    "createSchema": _Statement("create-object"),
    "createSchemaIfNotExists": _Statement("create-object", if_exists=True),
    "dropSchema": _Statement("drop-schema"),
    "dropSchemaIfExists": _Statement("drop-schema", if_exists=True),
    "createExtension": _Statement("create-object"),
    "createExtensionIfNotExists": _Statement("create-object", if_exists=True),
    "dropExtension": _Statement("drop-object"),
    "dropExtensionIfExists": _Statement("drop-object", if_exists=True),
}
_UNCHANGING = frozenset({"transacting", "timeout", "queryContext", "on", "debug", "toString", "toSQL"})
_SAME = frozenset({"withUserParams", "context", "isTransaction", "savepoint"})
_QUIET = frozenset(
    {"commit", "rollback", "ref", "destroy", "on", "toString", "isCompleted", "transactionProvider"}
)


@dataclass(eq=False)
class Schema(Host):
    """``knex.schema``: each of its methods is a statement, and gives the schema again."""

    prefix: str | None = None

    def settled(self) -> object:
        """``await`` waits for the statements."""
        return UNKNOWN

    def method(self, name: str, call: Call, reader: Calls) -> object:
        """One statement."""
        if not isinstance(reader, Recorder):
            return UNKNOWN
        use_parts(call.arguments[1:])
        first = self._named(call.get(0))
        if name == "withSchema":
            return Schema(name_of(call.get(0)))
        if name in ("hasTable", "hasColumn"):
            return Exists(first, name_of(call.get(1)) if name == "hasColumn" else None)
        if name in ("createTable", "createTableIfNotExists"):
            self._create(first, call, reader, if_exists=name != "createTable")
        elif name in ("alterTable", "table"):
            self._table(TableBuilder(first, creates=False, engine=reader.engine), call, reader)
        elif name in _STATEMENTS:
            reader.note(_STATEMENTS[name].change(call.line, first, self._named(call.get(1))))
        elif name == "raw":
            raw(call, reader)
        elif name not in _UNCHANGING:
            reader.opaque(call.line, f"schema.{name}(...)")
            reader.perhaps(call)
        return self

    def _named(self, value: object) -> str | None:
        name = name_of(value)
        return f"{self.prefix}.{name}" if self.prefix and name else name

    def _create(self, table: str | None, call: Call, reader: Recorder, *, if_exists: bool) -> None:
        builder = TableBuilder(table, creates=True, engine=reader.engine)
        made = _Created(builder, call.line, if_exists)
        reader.note(made)
        self._table(builder, call, reader)

    def _table(self, builder: TableBuilder, call: Call, reader: Recorder) -> None:
        callback = next((item for item in call.arguments[1:] if item is not None), UNKNOWN)
        if isinstance(callback, Function):
            reader.follow(callback, (builder,), builder)
        else:
            what = "createTable" if builder.creates else "alterTable"
            reader.opaque(call.line, f"{what}({builder.table or '...'}, ...) with a callback of another file")


@dataclass(eq=False)
class _Created(Draft):
    builder: TableBuilder
    line: int
    if_exists: bool

    def finish(self) -> list[Change]:
        """The table with the columns that its callback gave it."""
        return self.builder.created(self.line, if_exists=self.if_exists)


class Fn(Host):
    """``knex.fn``: values that the database computes."""

    def method(self, name: str, call: Call, reader: Calls) -> object:
        """``now()``, ``uuid()``."""
        engine = reader.engine if isinstance(reader, Recorder) else Engine.POSTGRES
        sql = "CURRENT_TIMESTAMP" if name == "now" else None
        return Raw(sql, call.line, engine, part=True)


class Knex(Host):
    """The first argument of ``up``, and every transaction that is opened with it."""

    def __init__(self, schema: str | None = None) -> None:
        self.schema = schema

    def settled(self) -> object:
        """``await knex.transaction()``."""
        return self

    def member(self, name: str) -> object:
        """``knex.schema``, ``knex.fn``, ``knex.client``."""
        known: dict[str, Host] = {"schema": Schema(self.schema), "fn": Fn(), "client": Client()}
        if name in ("context", "trx", "transaction", "knex"):
            return self
        return known.get(name, UNKNOWN)

    def called(self, call: Call, reader: Calls) -> object:
        """``knex('orders')``; as a transaction's callback it is opened."""
        if isinstance(call.get(0), Function):
            reader.follow(next(call.functions), (self,), self)
            return UNKNOWN
        return with_table(Query(schema=self.schema), call)

    def method(self, name: str, call: Call, reader: Calls) -> object:
        """A query, raw SQL, or a transaction."""
        if not isinstance(reader, Recorder):
            return UNKNOWN
        if name == "raw":
            return raw(call, reader)
        if name == "transaction":
            function = call.get(0)
            return reader.follow(function, (self,), self) if isinstance(function, Function) else self
        if name in _SAME:
            return self
        if name in _QUIET:
            reader.perhaps(call)
            return UNKNOWN
        return Query(schema=self.schema).method(name, call, reader)


class Migration(Recorder):
    """Notes every change while it follows ``up``."""

    def foreign(self, path: Foreign, call: Call) -> object:
        """A call of something imported or built in."""
        name = path.path
        if self.loading:
            return self._loaded(path, call)
        if name == "require":
            return self._loaded(path, call)
        if name in ("Promise.all", "Promise.allSettled", "Promise.resolve", "Array.from", "Object.freeze"):
            given = call.get(0)
            self.perhaps(Call(call.arguments[1:], call.line))
            return [self.settle(item) for item in given] if isinstance(given, list) else self.settle(given)
        if name in ("Object.keys", "Object.values", "Object.entries") and isinstance(call.get(0), dict):
            return _entries(name, call.get(0))
        if name == "String.raw":
            return call.get(0)
        # a function that is given away runs as often as the other one likes
        self.perhaps(call)
        hosts = [item for item in _flat(call.arguments) if isinstance(item, Knex | Schema | TableBuilder)]
        if hosts or has_effect(path):
            self.opaque(call.line, f"{_shown(path)}(...)")
        elif not path.imported and name.startswith("new "):
            return Foreign(f"{name}()")
        elif name.startswith("new "):
            return Foreign(f"{name.removeprefix('new ')}()", imported=True)
        use_parts(call.arguments)
        return UNKNOWN if hosts or has_effect(path) else Foreign(f"{name}()")

    def _loaded(self, path: Foreign, call: Call) -> object:
        first = call.get(0)
        if path.path == "require" and isinstance(first, str):
            return Foreign(f"{first}#{first.rpartition('/')[2]}", imported=True)
        return UNKNOWN if call.arguments and path.imported else Foreign(f"{path.path}()", path.imported)

    def unknown(self, name: str, call: Call, *, method: bool = False) -> object:
        """A call of something that only running it would tell."""
        self.perhaps(call)
        hosts = [item for item in _flat(call.arguments) if isinstance(item, Knex | Schema | TableBuilder)]
        # a function whose body is not known has the names that it can see
        bare = not method and name not in _CALLBACKS
        if not self.loading and (hosts or bare or has_effect(Foreign(f"?.{name}"))):
            self.opaque(call.line, f"{name}(...)")
        return UNKNOWN


_CALLBACKS = frozenset({"resolve", "reject", "callback", "cb", "done", "next"})


def _flat(values: object) -> list[object]:
    if isinstance(values, dict):
        return [inner for value in values.values() for inner in _flat(value)]
    if isinstance(values, list | tuple):
        return [inner for value in values for inner in _flat(value)]
    return [values]


def _entries(name: str, value: object) -> object:
    found = value if isinstance(value, dict) else {}
    if name == "Object.keys":
        return list(found)
    return list(found.values()) if name == "Object.values" else [[key, item] for key, item in found.items()]


def _shown(path: Foreign) -> str:
    return path.path.split("#")[-1][:80]


def read_migration(root: Node, engine: Engine) -> Body:
    """What a migration does when it is run upwards. Never raises."""
    reader: Migration | None = None
    up: object = None
    try:
        reader = Migration(root, engine)
        up = reader.exports.get("up")
        if isinstance(up, Function):
            _run(reader, up)
        changes = reader.changes
    except (TooMuchError, RecursionError):
        seen = reader.changes if reader is not None else []
        changes = [*seen, Change("opaque", 1, detail="up() is too tangled to be followed")]
    if reader is None or not isinstance(up, Function):
        what = "a migration whose up() is not written out in its file"
        return Body((*changes, Change("opaque", 1, detail=what)), has_down=False)
    config = reader.exports.get("config")
    transactional = not (isinstance(config, dict) and config.get("transaction") is False)
    has_down = _goes_back(root, engine)
    return Body(tuple(changes), has_down, transactional, wraps_transaction=transactional)


def _run(reader: Migration, function: Function) -> None:
    """Knex hands over a connection, and once handed over ``Promise`` as well."""
    reader.follow(function, (Knex(), Foreign("Promise")), reader.exports)


def _goes_back(root: Node, engine: Engine) -> bool:
    """Whether ``down`` changes something; one that is taken from elsewhere is believed."""
    try:
        reader = Migration(root, engine)
        down = reader.exports.get("down")
        if isinstance(down, Function):
            _run(reader, down)
            return bool(reader.changes)
    except (TooMuchError, RecursionError):
        return True
    return down is not None
