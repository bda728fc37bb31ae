"""Which calls in a migration change nothing, and which change rows through SQLAlchemy."""

from __future__ import annotations

import re

from runbook_tui.migrations.changes import Change
from runbook_tui.migrations.following.rows import rows_unknown
from runbook_tui.migrations.following.values import Unknown
from runbook_tui.migrations.python.values import (
    Call,
    Function,
    Member,
    Symbol,
    chained,
    path_of,
    root_call,
    text_of,
)

_HARMLESS_MODULES = frozenset({
    "sqlalchemy", "alembic", "geoalchemy2", "sqlmodel", "datetime", "time", "uuid", "json", "logging", "os",
    "re", "math", "decimal", "enum", "typing", "collections", "itertools", "functools", "textwrap", "string",
    "hashlib", "random", "pathlib", "warnings", "contextlib", "dataclasses", "copy", "base64",
})  # fmt: skip
_HARMLESS_BUILTINS = frozenset({
    "abs", "all", "any", "bool", "bytes", "dict", "enumerate", "filter", "float", "format", "frozenset",
    "getattr", "hasattr", "hash", "int", "isinstance", "iter", "len", "list", "map", "max", "min", "next",
    "print", "range", "repr", "reversed", "round", "set", "sorted", "str", "sum", "super", "tuple", "type",
    "zip", "Exception", "ValueError", "RuntimeError", "NotImplementedError", "KeyError", "TypeError",
})  # fmt: skip
_EFFECTS = frozenset({
    "add", "add_all", "append_constraint", "bulk_insert_mappings", "bulk_save_objects",
    "bulk_update_mappings", "create", "create_all", "delete", "drop", "drop_all", "insert", "merge",
    "remove_all", "run", "run_async", "save", "stamp", "upgrade", "update", "write", "write_text", "invoke",
    "copy_from", "copy_expert", "executemany", "call", "system", "popen", "remove", "unlink", "rmtree",
})  # fmt: skip
"""Methods that may change something when they are called on what is not written out."""
_REFINES = frozenset({"with_variant", "evaluates_none"})
"""Methods of a column type that give a column type, also where its class is the project's own."""
_MAKES_VALUES = re.compile(r"(?:^|_)(?:uuid\d?|guid|ulid|utcnow|now|today)(?:_|$)")
"""Names of functions that give an identifier or a time, wherever a project has them from."""
_ASKS = re.compile(
    r"get_?logger|(?:has|is)_\w+|(?:table|column|index|constraint|type|key|view|schema)_exists", re.I
)
"""Names of functions that only look something up, wherever a project has them from."""
_LOGS = frozenset({"debug", "info", "warning", "warn", "error", "exception", "critical", "log"})
_ROWS = {"update": "update-rows", "delete": "delete-rows", "insert": "insert-rows"}


def is_harmless(call: Call) -> bool:
    """Whether a call only defines, reads, computes or prints."""
    path = call.path
    root, last = path.partition(".")[0].removesuffix("()"), path.rpartition(".")[2]
    if any(_may_act(item) for item in [*call.arguments, *call.keywords.values()]):
        return False
    if "." not in path:
        return path in _HARMLESS_BUILTINS
    if last[:1].isupper() or last in _REFINES:
        return True  # an object of a class, such as a column type of the project
    if _logs(path, last) or _ASKS.fullmatch(last) or (not call.arguments and _MAKES_VALUES.search(last)):
        return True
    if rows_of(call) is not None and root != "?":
        return True  # a statement that is made; it counts where it is executed
    if path.startswith(f"{root}()") and root in _HARMLESS_BUILTINS:
        return True  # a method of a set, dictionary or string
    if last in _EFFECTS:
        return False
    own = root.startswith("<") and not path.startswith(
        f"{root}()"
    )  # an object of the file's own class may act
    return root in _HARMLESS_MODULES or root == "?" or own or root in _HARMLESS_BUILTINS


def _logs(path: str, last: str) -> bool:
    return last in _LOGS and "getlogger()" in path.lower().replace("_", "")


def _may_act(argument: object) -> bool:
    """An operation or a function of the file that somebody else is going to call."""
    return isinstance(argument, Function) or is_operations(argument)


def is_operations(value: object) -> bool:
    """Whether something is Alembic's ``op``, or an operation of it."""
    return isinstance(value, Symbol) and value.name.startswith("alembic.op")


def rows_of(statement: object) -> Change | None:
    """A statement such as ``table.update().values(...)`` or ``sa.delete(table)``; its line is that of its root."""
    calls = chained(statement)
    kind = next((_ROWS[name] for name in _ROWS if name in calls and _makes_statement(calls[name])), None)
    root = root_call(statement)
    if kind is None or root is None:
        return None
    table = _table_of(root) or next(
        (_table_of(item) for item in root.arguments if isinstance(item, Call)), None
    )
    copies = kind == "insert-rows" and "from_select" in calls
    if kind == "insert-rows" and not copies and values_unknown(calls.get("values")):
        return computed_rows(table, root.line)
    values = calls.get("values")
    over = tuple(values.keywords) if values is not None else ()
    if values is not None and values.arguments and isinstance(values.arguments[0], dict):
        over = tuple(str(key) for key in values.arguments[0] if isinstance(key, str))
    return Change("copy-rows" if copies else kind, root.line, table, over=over, reads_tables=copies)


def computed_rows(table: str | None, line: int) -> Change:
    """An INSERT of rows that the code puts together, most often from those of other tables."""
    if table is None:
        return Change("opaque", line, detail=rows_unknown())
    return Change("copy-rows", line, table, reads_tables=True)


def values_unknown(value: object) -> bool:
    """Whether something in inserted rows is only known when it runs: it may come from other tables."""
    if isinstance(value, Call):
        given = [*value.arguments, *value.keywords.values()]
        from_elsewhere = path_of(value).startswith("?")
        return from_elsewhere or value.partial or any(values_unknown(item) for item in given)
    if isinstance(value, dict):
        return any(values_unknown(item) for item in value.values())
    if isinstance(value, list | tuple):
        return any(values_unknown(item) for item in value)
    return isinstance(value, Unknown | Member)


def _makes_statement(call: Call) -> bool:
    """``x.update()`` and ``sa.update(x)``; a dictionary's ``update({...})`` has an argument and an owner."""
    owner = call.path.rpartition(".")[0]
    if owner.startswith("sqlalchemy") and ("(" not in owner or owner.endswith((".Table()", ".table()"))):
        return True
    return not call.arguments or not isinstance(call.arguments[0], dict | Unknown)


def _table_of(call: Call) -> str | None:
    """The name in ``table("x", ...)``, ``Table("x", ...)`` or ``op.create_table("x", ...)``."""
    named = call.path.rpartition(".")[2].lower() in ("table", "create_table")
    return text_of(call.arguments[0]) if named and call.arguments else None
