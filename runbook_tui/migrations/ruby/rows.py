"""Rows that a migration changes through Active Record's models.

Only methods that write SQL and nothing else are certain. A method that runs the model's callbacks is certain for a
model that the migration defines without any: what the application's own model does is not known.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from runbook_tui.migrations.changes import Change
from runbook_tui.migrations.engine import Engine
from runbook_tui.migrations.ruby.literals import parts
from runbook_tui.migrations.ruby.values import Call, Changes, Constant, chain_of, path_of, root_of
from runbook_tui.migrations.sql.reader import read_sql
from runbook_tui.migrations.syntax import text_of

if TYPE_CHECKING:
    from tree_sitter import Node

_UPDATES = frozenset(
    {
        *("update_all", "touch_all", "update_columns", "update_column", "update_counters", "reset_counters"),
        *("increment_counter", "decrement_counter", "upsert_all", "upsert"),
    }
)
_DELETES = frozenset({"delete_all", "delete_by"})
_INSERTS = frozenset({"insert_all", "insert_all!", "insert!"})
_WITH_CALLBACKS = {
    **dict.fromkeys(
        (
            *(
                "save",
                "save!",
                "update",
                "update!",
                "update_attribute",
                "update_attributes",
                "update_attributes!",
            ),
            *("update_attribute!", "toggle!", "increment!", "decrement!", "touch"),
        ),
        "update-rows",
    ),
    **dict.fromkeys(("destroy", "destroy!", "destroy_all", "destroy_by", "delete"), "delete-rows"),
    **dict.fromkeys(
        (
            *("create", "create!", "find_or_create_by", "find_or_create_by!", "first_or_create"),
            *("first_or_create!", "create_or_find_by", "create_or_find_by!", "import", "import!", "insert"),
        ),
        "insert-rows",
    ),
}
CHANGING = _UPDATES | _DELETES | _INSERTS | _WITH_CALLBACKS.keys()
"""Methods of models, relations and records that change rows."""
BATCHES = frozenset({"find_each", "find_in_batches", "in_batches", "each_batch", "find_each_with_index"})
READING = frozenset({
    "where", "not", "joins", "left_joins", "left_outer_joins", "includes", "preload", "eager_load", "order",
    "reorder", "limit", "offset", "select", "group", "having", "distinct", "unscoped", "unscope", "all",
    "none", "or", "and", "merge", "from", "pluck", "pick", "ids", "find_by", "find_by!", "find", "first",
    "last", "take", "count", "sum", "minimum", "maximum", "average", "size", "length", "to_sql", "to_a",
    "logger", "descendants", "configurations",
    "exists?", "any?", "none?", "many?", "empty?",
    "reset_column_information", "table_name", "quoted_table_name", "arel_table", "columns", "column_names",
    "columns_hash", "lock", "primary_key", "sanitize_sql", "sanitize_sql_array",
    "sanitize_sql_for_conditions", "connection", "new", "find_or_initialize_by", "first_or_initialize",
    "build", "rewhere", "references", "readonly", "reload", "load", "with", "scoping", "extending",
    "group_by", "index_by", "map", "each", "tally", "arel", "attribute_names", "klass", "strict_loading",
    "in_order_of", "reselect", "excluding", "without", "clear_cache!", "schema_cache", "table_exists?",
    "column_for_attribute", "type_for_attribute", "inheritance_column", "record_timestamps",
    "sequence_name", "reset_sequence_name", "no_touching", "reset_primary_key", "find_each",
    "find_in_batches", "in_batches", "each_batch", "each_record", "values",
})  # fmt: skip
"""Methods of models and relations that change nothing."""
_DECLARING = frozenset({
    "include", "extend", "belongs_to", "has_many", "has_one", "has_and_belongs_to_many", "scope", "enum",
    "serialize", "store_accessor", "attribute", "validates", "validate", "private", "default_scope",
    "attr_accessor", "attr_reader", "alias_attribute", "self", "with_options", "class_attribute", "store",
    "each_batch", "delegate", "establish_connection",
})  # fmt: skip
_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_PLURALS = {"person": "people", "child": "children", "man": "men", "datum": "data", "medium": "media"}
_UNCOUNTED = (
    "equipment",
    "information",
    "rice",
    "money",
    "species",
    "series",
    "fish",
    "sheep",
    "news",
    "metadata",
)


@dataclass(frozen=True, slots=True)
class Model:
    """A class of the migration that stands for a table."""

    table: str | None
    plain: bool
    """It has no callbacks, and no methods that could stand for something else."""


@dataclass(slots=True)
class Models:
    """The models that the file defines."""

    known: dict[str, Model] = field(default_factory=dict)

    def define(self, node: Node) -> None:
        """Remember a class by its name, and those inside of it."""
        name = node.child_by_field_name("name")
        body = node.child_by_field_name("body")
        if name is None:
            return
        own = text_of(name).rpartition("::")[2]
        table: str | None = table_of(own)
        plain = node.child_by_field_name("superclass") is not None
        for part in parts(body) if body is not None else ():
            if part.type in ("class", "module"):
                self.define(part)
            elif part.type == "assignment":
                table = _stated_table(part, table)
            elif part.type in ("method", "singleton_method"):
                plain = False
            elif part.type == "call":
                plain = plain and _declares(part)
            elif part.type == "identifier":
                plain = plain and text_of(part) == "private"
        self.known[own] = Model(table, plain)

    def of(self, value: object) -> Model:
        """The model that a chain of calls begins with."""
        root = root_of(value)
        if not isinstance(root, Constant):
            return Model(None, plain=False)
        name = root.name.rpartition("::")[2]
        if name in self.known:
            return self.known[name]
        named = "::" not in root.name and name != "Class"  # Class.new(ActiveRecord::Base) is no model's name
        return Model(table_of(name) if named else None, plain=False)


def _stated_table(node: Node, otherwise: str | None) -> str | None:
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    if left is None or right is None or text_of(left) not in ("self.table_name", "table_name"):
        return otherwise
    written = text_of(right).strip("'\":")
    return written if written.replace("_", "").replace(".", "").isalnum() else None


def _declares(node: Node) -> bool:
    method = node.child_by_field_name("method")
    return method is not None and text_of(method) in _DECLARING and b"dependent" not in (node.text or b"")


def table_of(model: str) -> str:
    """The table of a model as Active Record names it: ``OrderLine`` is in ``order_lines``."""
    words = [word.lower() for word in _WORDS.split(model)]
    words[-1] = _plural(words[-1])
    return "_".join(words)


def _plural(word: str) -> str:
    if word in _PLURALS or word.endswith(_UNCOUNTED):
        return _PLURALS.get(word, word)
    if word.endswith("y") and word[-2:-1] not in ("a", "e", "i", "o", "u"):
        return word[:-1] + "ies"
    if word.endswith("sis"):
        return word[:-2] + "es"
    return word + ("es" if word.endswith(("s", "x", "z", "ch", "sh")) else "s")


def read_rows(call: Call, models: Models, engine: Engine) -> Changes | None:
    """What a method of a model, relation or record does to rows; None when it is not one of those that do."""
    if call.name not in CHANGING:
        return None
    model = models.of(call)
    chain = chain_of(call)
    looped = bool(BATCHES & chain.keys())
    if call.name in _WITH_CALLBACKS:
        bare = isinstance(call.receiver, Constant) or isinstance(root_of(call), Constant)
        if model.plain and bare and call.name != "insert":
            return [Change(_WITH_CALLBACKS[call.name], call.line, model.table, conditional=looped)]
        return [Change("opaque", call.line, detail=f"{path_of(call)} runs whatever the model does besides")]
    if call.name in _INSERTS:
        given = list(call.arguments) or [dict(call.options)]
        if not all(item and _written(item) for item in given):
            what = "inserted rows that are only known when it runs: they may come from other tables"
            return [Change("opaque", call.line, model.table, detail=what)]
        return [Change("insert-rows", call.line, model.table)]
    if call.name in _DELETES:
        return [Change("delete-rows", call.line, model.table, conditional=looped)]
    return _updated(call, chain, model, looped, engine)


def _written(value: object, depth: int = 3) -> bool:
    if isinstance(value, list | dict):
        items = value.values() if isinstance(value, dict) else value
        return depth > 0 and all(_written(item, depth - 1) for item in items)
    return value is None or isinstance(value, str | int | float)


def _updated(call: Call, chain: dict[str, Call], model: Model, looped: bool, engine: Engine) -> Changes:
    joined = bool({"joins", "left_joins", "left_outer_joins", "includes", "eager_load"} & chain.keys())
    statement = call.argument(0)
    if isinstance(statement, list) and statement:
        statement = statement[0]
    over: tuple[str, ...] = tuple(call.options)
    reads = joined
    if isinstance(statement, str) and call.name == "update_all":
        found = read_sql(f"UPDATE {model.table or 'rows'} SET {statement}", engine)
        if len(found) == 1 and found[0].kind == "update-rows":
            over, reads = found[0].over, joined or found[0].reads_tables
    elif isinstance(statement, str) and call.name == "update_column":
        over = (str(statement),)
    where = chain.get("where")
    guards = {name for name, value in where.options.items() if value is None} if where is not None else set()
    return [
        Change(
            "update-rows",
            call.line,
            model.table,
            over=over,
            guarded=bool(over) and set(over) <= guards,
            reads_tables=reads,
            conditional=looped,
        )
    ]
