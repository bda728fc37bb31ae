"""CREATE, DROP and what else defines objects, once parsed."""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from runbook_tui.migrations.changes import Change, Column
from runbook_tui.migrations.engine import Engine
from runbook_tui.migrations.sql.alter import constraint
from runbook_tui.migrations.sql.columns import column_definition, names, table_name
from runbook_tui.migrations.sql.parse import shortened
from runbook_tui.migrations.sql.rows import read_rows, read_select, unknown_calls, whole_table

_CREATED = {
    "SCHEMA": "create-object",
    "DATABASE": "create-object",
    "SEQUENCE": "create-object",
    "TYPE": "create-type",
    "FUNCTION": "create-function",
    "PROCEDURE": "create-function",
    "TRIGGER": "create-trigger",
}
_DROPPED = {
    "TABLE": "drop-table",
    "VIEW": "drop-view",
    "INDEX": "drop-index",
    "TYPE": "drop-type",
    "FUNCTION": "drop-function",
    "PROCEDURE": "drop-function",
    "TRIGGER": "drop-trigger",
    "SEQUENCE": "drop-object",
    "SCHEMA": "drop-schema",
    "DATABASE": "drop-schema",
}
_RENAMED = {"INDEX": "rename-index", "VIEW": "rename-object"}


def read_tree(tree: exp.Expr, line: int, text: str, engine: Engine) -> list[Change] | None:
    """The changes of a parsed statement; None when its kind is not known."""
    if isinstance(tree, exp.Create):
        return _create(tree, line, engine)
    if isinstance(tree, exp.Drop):
        return _drop(tree, line)
    if isinstance(tree, exp.Alter):
        kind = _RENAMED.get(str(tree.args.get("kind")).upper())
        actions = tree.args.get("actions") or []
        if kind and len(actions) == 1 and isinstance(actions[0], exp.AlterRename):
            return [Change(kind, line, name=table_name(tree.this), to=table_name(actions[0].this))]
        return None
    if isinstance(tree, exp.Insert | exp.Update | exp.Delete | exp.Merge):
        return read_rows(tree, line)
    if isinstance(tree, exp.Query):
        return read_rows(tree, line) or read_select(tree, line, text)
    if isinstance(tree, exp.TruncateTable):
        return [Change("truncate", line, table_name(table)) for table in tree.expressions]
    return _copy(tree, line) if isinstance(tree, exp.Copy) else _session(tree, line, text)


def _copy(tree: exp.Copy, line: int) -> list[Change] | None:
    """COPY ... FROM brings rows; COPY ... TO and PROGRAM may start a program."""
    table = table_name(tree.this)
    starts = any(name.name.upper() == "PROGRAM" for name in tree.args.get("files") or ())
    return [Change("insert-rows", line, table)] if table and tree.args.get("kind") and not starts else None


def _session(tree: exp.Expr, line: int, text: str) -> list[Change] | None:
    """Settings, transactions, comments and privileges."""
    if _is_more(tree, text):
        return None
    if isinstance(tree, exp.Set):
        set_names = [
            item.this.this.name.lower() for item in tree.expressions if isinstance(item.this, exp.EQ)
        ]
        return [Change("setting", line, name=name) for name in set_names] or [
            Change("setting", line, name=None, detail=shortened(text))
        ]
    if isinstance(tree, exp.Pragma | exp.Use):
        return [Change("setting", line, detail=shortened(text))]
    if isinstance(tree, exp.Transaction | exp.Commit):
        return [Change("setting", line, name="begin" if isinstance(tree, exp.Transaction) else "commit")]
    if isinstance(tree, exp.Comment):
        return [Change("comment", line, name=tree.this.sql() if tree.this else None)]
    if isinstance(tree, exp.Analyze):
        return [Change("maintenance", line, name=_first_name(tree))]
    if isinstance(tree, exp.Grant | exp.Revoke):
        on = tree.args.get("securable")
        name = f"on {on.sql()}" if isinstance(on, exp.Expr) else ""
        return [Change("grant" if isinstance(tree, exp.Grant) else "revoke", line, name=name)]
    return None


def _is_more(tree: exp.Expr, text: str) -> bool:
    """Whether a setting calls a function, is the server's, or opens SQLite's own tables."""
    if isinstance(tree, exp.Set):
        return tree.find(exp.Anonymous) is not None or any(map(_for_all, tree.expressions))
    return isinstance(tree, exp.Pragma) and "writable_schema" in text.lower()


def _for_all(item: exp.Expr) -> bool:
    """Whether a setting is the server's, for every connection: SET GLOBAL, SET PERSIST, ``@@global.``."""
    parameter = item.find(exp.SessionParameter)
    scopes = (item.args.get("kind"), parameter.args.get("kind") if parameter else None)
    return any(str(scope).upper() in ("GLOBAL", "PERSIST", "PERSIST_ONLY") for scope in scopes)


def _create(tree: exp.Create, line: int, engine: Engine) -> list[Change] | None:
    kind = str(tree.args.get("kind")).upper()
    exists = bool(tree.args.get("exists"))
    replaces = "or replace" if tree.args.get("replace") else ""
    if kind == "TABLE":
        return _create_table(tree, line, engine)
    if kind == "INDEX" and isinstance(tree.this, exp.Index):
        return [_create_index(tree, tree.this, line)]
    if kind == "VIEW":
        name = table_name(tree.this)
        return [
            Change(
                "create-view",
                line,
                name=name,
                to=_repeated_table(tree),
                detail=replaces,
                if_exists=exists,
                reads=_read_columns(tree.args.get("expression")),
            )
        ]
    if kind in _CREATED:
        table = _trigger_table(tree) if kind == "TRIGGER" else None
        return [Change(_CREATED[kind], line, table, _object_name(tree), detail=replaces, if_exists=exists)]
    return None


def _object_name(tree: exp.Create) -> str | None:
    node = tree.this.this if isinstance(tree.this, exp.UserDefinedFunction) else tree.this
    return _named(node)


def _named(node: exp.Expr) -> str | None:
    """The name of a table, or of a schema, which sqlglot takes for a table without a name."""
    return table_name(node) or node.name or node.text("db") or None


def _trigger_table(tree: exp.Create) -> str | None:
    properties = tree.find(exp.TriggerProperties)
    return table_name(properties.args.get("table")) if properties else None


def _repeated_table(tree: exp.Create) -> str | None:
    """The table of a plain view that is ``SELECT * FROM table`` and nothing else."""
    plain = isinstance(tree.this, exp.Table) and not tree.find(
        exp.MaterializedProperty, exp.TemporaryProperty
    )
    query = tree.args.get("expression")
    return whole_table(query) if plain and query is not None and query.is_star else None


def _read_columns(query: exp.Expr | None) -> tuple[tuple[str, str], ...]:
    """The columns that a query names in a way that leaves no doubt of their table."""
    if not isinstance(query, exp.Select) or query.find(exp.Subquery, exp.CTE, exp.SetOperation):
        return ()
    tables = {(node.alias or node.name).lower(): table_name(node) or "" for node in query.find_all(exp.Table)}
    only = next(iter(tables.values())) if len(tables) == 1 else None
    found = [
        (tables.get(column.table.lower(), "") if column.table else only or "", column.name or "*")
        for column in query.find_all(exp.Column)
    ]
    if any(isinstance(item, exp.Star) for item in query.expressions):
        found += [(table, "*") for table in tables.values()]
    return tuple(sorted({(table, name.lower()) for table, name in found if table}))


def _create_table(tree: exp.Create, line: int, engine: Engine) -> list[Change] | None:
    table = table_name(tree.this)
    columns: list[Column] = []
    constraints: list[tuple[str, tuple[str, ...]]] = []
    uniques: list[str] = []
    rules: list[tuple[str, str]] = []
    for node in tree.this.expressions if isinstance(tree.this, exp.Schema) else ():
        if isinstance(node, exp.ColumnDef):
            columns.append(column_definition(node, engine))
            rules += _column_rules(node)
            continue
        rules.append(("", node.sql()))
        named = node.name if isinstance(node, exp.Constraint) else None
        for rule in node.expressions if isinstance(node, exp.Constraint) else [node]:
            found = constraint(rule, table, line, named)
            if found is not None and found.name:
                constraints.append((found.name, found.over))
                uniques += [found.name] if found.kind == "add-unique" else []
            if found is not None and found.kind == "add-primary-key":
                columns = [replace(c, nullable=False) if c.name in found.over else c for c in columns]
    created = Change(
        "create-table",
        line,
        table,
        columns=tuple(columns),
        constraints=tuple(constraints),
        uniques=tuple(uniques),
        rules=tuple(rules),
        if_exists=bool(tree.args.get("exists")),
        detail="temporary" if tree.find(exp.TemporaryProperty) else "",
        partition_of=_partitioned(tree),
    )
    # MariaDB drops a table of that name
    gone = [Change("drop-table", line, table, if_exists=True)] if tree.args.get("replace") else []
    query = tree.args.get("expression")
    if isinstance(query, exp.Query) and query.find(exp.Table):
        return [*gone, created, Change("copy-rows", line, table, reads_tables=True)]
    if tree.find(exp.ExecuteAsProperty) or (query is not None and unknown_calls(query)):
        return None
    return [*gone, created]


def _partitioned(tree: exp.Create) -> str | None:
    whole = tree.find(exp.PartitionedOfProperty)
    return table_name(whole.this) if whole else None


def _column_rules(node: exp.ColumnDef) -> list[tuple[str, str]]:
    """What a column definition says beyond its type, NOT NULL, default and key."""
    plain = (exp.NotNullColumnConstraint, exp.DefaultColumnConstraint, exp.PrimaryKeyColumnConstraint)
    constraints = node.args.get("constraints") or ()
    return [(node.name, rule.sql()) for rule in constraints if not isinstance(rule.kind, plain)]


def _create_index(tree: exp.Create, index: exp.Index, line: int) -> Change:
    parameters = index.args.get("params")
    over = names(parameters.args.get("columns")) if parameters else ()
    kind = "create-unique-index" if tree.args.get("unique") else "create-index"
    if tree.args.get("concurrently"):
        kind += "-concurrently"
    table, exists = table_name(index.args.get("table")), bool(tree.args.get("exists"))
    return Change(kind, line, table, index.name or None, over=over, if_exists=exists, refuses_null=False)


def _drop(tree: exp.Drop, line: int) -> list[Change] | None:
    kind = _DROPPED.get(str(tree.args.get("kind")).upper())
    if kind is None:
        return None
    if kind == "drop-index" and tree.args.get("concurrently"):
        kind += "-concurrently"
    exists = bool(tree.args.get("exists"))
    targets = [_named(target) for target in tree.args.get("tables") or ()]
    on = tree.find(exp.OnProperty)
    owner = table_name(on.this) if on else None
    found = Change(kind, line, if_exists=exists, cascades=bool(tree.args.get("cascade")))
    if kind == "drop-table":
        return [replace(found, table=target) for target in targets]
    return [replace(found, table=owner, name=target) for target in targets]


def _first_name(tree: exp.Expr) -> str | None:
    return next((table_name(table) for table in tree.find_all(exp.Table)), None)
