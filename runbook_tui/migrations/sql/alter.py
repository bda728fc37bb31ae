"""ALTER TABLE, one action at a time, so that one unknown action does not hide the others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from sqlglot import exp

from runbook_tui.migrations.changes import (
    ADD_COLUMN,
    ALTER_COLUMN,
    RESTATE_COLUMN,
    Alteration,
    Change,
    Default,
    Generated,
)
from runbook_tui.migrations.engine import Engine
from runbook_tui.migrations.sql.columns import (
    column_definition,
    column_type,
    default_value,
    names,
    not_null_columns,
    refuses_null,
    table_name,
)
from runbook_tui.migrations.sql.parse import opaque, parse, parse_statement, unreadable
from runbook_tui.migrations.sql.patterns import match_action, unquoted
from runbook_tui.migrations.sql.statements import Piece, Statement, UnreadableSqlError, cut

_DROPPED = {
    "COLUMN": "drop-column",
    "INDEX": "drop-index",
    "CONSTRAINT": "drop-constraint",
    "FOREIGN KEY": "drop-constraint",
    "CHECK": "drop-constraint",
    "PARTITION": "drop-partition",
}
_HARMLESS_OPTIONS = (
    exp.AlgorithmProperty,
    exp.LockProperty,
    exp.AutoIncrementProperty,
    exp.SchemaCommentProperty,
)


def read_alter_table(sql: str, statement: Statement, engine: Engine) -> list[Change]:
    """The changes of one ALTER TABLE statement of ``sql``."""
    length = _head_length(statement.pieces)
    head_pieces, rest = statement.pieces[:length], statement.pieces[length:]
    if not head_pieces or not rest:
        return [opaque(statement.line, statement.plain)]
    head = cut(sql, statement, head_pieces)
    table = unquoted(head_pieces[-1].text if head_pieces[-1].word != "*" else head_pieces[-2].text)
    if len(head_pieces) > 2 and head_pieces[-2].word == ".":
        table = f"{unquoted(head_pieces[-3].text)}.{table}"
    changes: list[Change] = []
    for pieces in _actions(rest):
        changes += _read_action(head.text, cut(sql, statement, pieces), table, engine)
    return changes


def _head_length(pieces: Sequence[Piece]) -> int:
    """How many tokens ``ALTER TABLE [IF EXISTS] [ONLY] name [*]`` takes; 0 when it is not that."""
    words = [piece.word for piece in pieces]
    index = 1
    while index < len(words) and words[index] in ("IGNORE", "ONLINE"):
        index += 1
    if index >= len(words) or words[index] != "TABLE":
        return 0
    index += 1
    if words[index : index + 2] == ["IF", "EXISTS"]:
        index += 2
    if words[index : index + 1] == ["ONLY"]:
        index += 1
    index += 1
    while words[index : index + 1] == ["."]:
        index += 2
    if words[index : index + 1] == ["*"]:
        index += 1
    return index if index < len(words) else 0


def _actions(pieces: Sequence[Piece]) -> Iterator[list[Piece]]:
    """The actions between commas that stand outside parentheses."""
    depth = 0
    current: list[Piece] = []
    for piece in pieces:
        if piece.word == "," and depth == 0:
            if current:
                yield current
            current = []
            continue
        depth += (piece.word in ("(", "[")) - (piece.word in (")", "]"))
        current.append(piece)
    if current:
        yield current


def _read_action(head: str, action: Statement, table: str, engine: Engine) -> list[Change]:
    several = _several_columns(action, table, engine)
    if several:
        return several
    if engine is Engine.POSTGRES and len(action.pieces) > 1 and action.pieces[-1].word == "VIRTUAL":
        return _virtual_column(head, action, table, engine)
    text = f"{head} {action.plain}"
    unknown = opaque(action.line, text, table=table)
    try:
        tree = parse_statement(action, engine, head)
        changes = _read_tree(tree, table, action.line, engine) if isinstance(tree, exp.Alter) else None
        if changes is not None:
            return changes
    except UnreadableSqlError as error:
        unknown = unreadable(action.line, text, str(error))
    return match_action(action.plain, action.line, table) or [unknown]


def _virtual_column(head: str, action: Statement, table: str, engine: Engine) -> list[Change]:
    """A generated column that is not stored (PostgreSQL 18): sqlglot does not know the word behind it."""
    *pieces, word = action.pieces
    text = action.text[: word.start - pieces[0].start]
    found = _read_action(head, Statement(text, action.line, tuple(pieces)), table, engine)
    return [
        replace(change, column=replace(change.column, generated=Generated.VIRTUAL))
        if change.column is not None and change.column.generated is Generated.STORED
        else opaque(action.line, f"{head} {action.plain}", table=table)
        for change in found
    ]


@dataclass(frozen=True, slots=True)
class _Action:
    """What an action's node does not say itself."""

    tree: exp.Alter
    table: str
    line: int
    engine: Engine


def _read_tree(tree: exp.Alter, table: str, line: int, engine: Engine) -> list[Change] | None:
    """The changes of a parsed action; None when something in it is not known."""
    context = _Action(tree, table, line, engine)
    changes: list[Change] = []
    for node in tree.args.get("actions") or []:
        reader = next((reader for kind, reader in _READERS if isinstance(node, kind)), None)
        found = reader(node, context) if reader else None
        if found is None:
            return None
        changes += found
    return changes or _read_options(tree.args.get("options") or [], table, line)


def _add_column(node: exp.Expr, action: _Action) -> list[Change] | None:
    if not isinstance(node, exp.ColumnDef):
        return None
    column = column_definition(node, action.engine)
    exists = bool(node.args.get("exists"))
    return [Change(ADD_COLUMN, action.line, action.table, column.name, column=column, if_exists=exists)]


def _drop(node: exp.Expr, action: _Action) -> list[Change] | None:
    kind = _DROPPED.get(str(node.args.get("kind")).upper())
    dropped = [target.name for target in node.args.get("tables") or ()]
    found = Change(
        kind or "",
        action.line,
        action.table,
        if_exists=bool(node.args.get("exists")),
        cascades=bool(node.args.get("cascade")),
    )
    return [replace(found, name=name) for name in dropped] if kind else None


def _drop_primary_key(node: exp.Expr, action: _Action) -> list[Change] | None:
    return [Change("drop-primary-key", action.line, action.table)]


def _alter_column(node: exp.Expr, action: _Action) -> list[Change] | None:
    given = node.args
    nullable = default = None
    if given.get("allow_null") is not None:
        nullable = bool(given["allow_null"])
    elif given.get("drop"):
        default = Default.NONE
    if given.get("default") is not None:
        default = default_value(given["default"], action.engine)
    data_type = column_type(given.get("dtype"))
    # another collation sorts and compares otherwise
    unread = bool(given.get("collate"))
    alteration = Alteration(data_type, bool(given.get("using")), nullable, default, unread)
    if alteration == Alteration():
        return None
    return [Change(ALTER_COLUMN, action.line, action.table, node.this.name, alteration=alteration)]


def _modify_column(node: exp.Expr, action: _Action) -> list[Change] | None:
    if not isinstance(node.this, exp.ColumnDef):
        return None
    column = column_definition(node.this, action.engine)
    renamed = node.args.get("rename_from")
    before = renamed.name if renamed else column.name
    to = column.name if column.name != before else None
    return [Change(RESTATE_COLUMN, action.line, action.table, before, to, column=column)]


def _rename_part(node: exp.Expr, action: _Action) -> list[Change] | None:
    kind = "rename-index" if isinstance(node, exp.RenameIndex) else "rename-column"
    return [Change(kind, action.line, action.table, node.this.name, node.args["to"].name)]


def _rename(node: exp.Expr, action: _Action) -> list[Change] | None:
    # PostgreSQL's RENAME a TO b, a column without its keyword, is parsed as the new name of the table
    options = action.tree.args.get("options") or []
    columns = [option.this.name for option in options if isinstance(option, exp.ToTableProperty)]
    if columns:
        return [Change("rename-column", action.line, action.table, node.this.name, columns[0])]
    return [Change("rename-table", action.line, action.table, to=table_name(node.this))]


def _set(node: exp.Expr, action: _Action) -> list[Change] | None:
    option = node.args["option"].name if node.args.get("option") else ""
    moves = node.args.get("tablespace") or node.args.get("access_method")
    rewrites = moves or (option and not option.upper().startswith("WITHOUT"))
    return [Change("rewrite-table" if rewrites else "table-setting", action.line, action.table)]


def _add_constraints(node: exp.Expr, action: _Action) -> list[Change] | None:
    not_valid = bool(action.tree.args.get("not_valid"))
    changes = []
    for item in node.expressions:
        named = isinstance(item, exp.Constraint)
        name = item.name if named else None
        for rule in item.expressions if named else [item]:
            change = constraint(rule, action.table, action.line, name, not_valid=not_valid)
            if change is None:
                return None
            changes.append(change)
    return changes


_READERS: tuple[tuple[type[exp.Expr], Callable[[exp.Expr, _Action], list[Change] | None]], ...] = (
    (exp.ColumnDef, _add_column),
    (exp.Drop, _drop),
    (exp.DropPrimaryKey, _drop_primary_key),
    (exp.AlterColumn, _alter_column),
    (exp.ModifyColumn, _modify_column),
    (exp.RenameColumn, _rename_part),
    (exp.RenameIndex, _rename_part),
    (exp.AlterRename, _rename),
    (exp.AddConstraint, _add_constraints),
    (exp.AlterSet, _set),
)


def constraint(
    rule: exp.Expr, table: str | None, line: int, name: str | None, *, not_valid: bool = False
) -> Change | None:
    """The change of one table constraint; None for a kind that is not known."""
    suffix = "-not-valid" if not_valid else ""
    if isinstance(rule, exp.ForeignKey):
        return Change(
            f"add-foreign-key{suffix}", line, table, name, over=names(rule.expressions), refuses_null=False
        )
    if isinstance(rule, exp.CheckColumnConstraint):
        over = tuple(dict.fromkeys(column.name for column in rule.find_all(exp.Column)))
        refuses, proved = refuses_null(rule.this), not_null_columns(rule.this)
        return Change(
            f"add-check{suffix}", line, table, name, over=over, refuses_null=refuses, not_null=proved
        )
    if isinstance(rule, exp.UniqueColumnConstraint):
        schema = rule.this
        over = names(schema.expressions) if isinstance(schema, exp.Schema) else ()
        own = schema.this.name if isinstance(schema, exp.Schema) and schema.this else None
        # NULLS NOT DISTINCT lets one NULL in only
        return Change(
            "add-unique", line, table, name or own, over=over, refuses_null=bool(rule.args.get("nulls"))
        )
    if isinstance(rule, exp.PrimaryKey):
        return Change("add-primary-key", line, table, name, over=names(rule.expressions))
    if isinstance(rule, exp.ExcludeColumnConstraint):
        return Change("add-exclusion", line, table, name)
    if isinstance(rule, exp.IndexColumnConstraint):
        own = rule.this.name if rule.this else None
        special = "fulltext" if rule.args.get("kind") in ("FULLTEXT", "SPATIAL") else ""
        over = names(rule.expressions)
        return Change("create-index", line, table, name or own, over=over, detail=special)
    return None


def _read_options(options: list[exp.Expr], table: str, line: int) -> list[Change] | None:
    """MySQL's table options: settings, unless they copy or lock the table."""
    changes: list[Change] = []
    for option in options:
        value = option.name.upper() if option.this is not None else ""
        if isinstance(option, exp.EngineProperty) or (
            isinstance(option, exp.AlgorithmProperty) and value == "COPY"
        ):
            changes.append(Change("rewrite-table", line, table))
        elif isinstance(option, exp.LockProperty) and value in ("SHARED", "EXCLUSIVE"):
            changes.append(Change("lock-table", line, table))
        elif not isinstance(option, _HARMLESS_OPTIONS):
            return None
    return changes or ([Change("table-setting", line, table)] if options else None)


def _several_columns(action: Statement, table: str, engine: Engine) -> list[Change]:
    """MySQL's ``ADD [COLUMN] (a INT, b INT)``, which is the inside of a CREATE TABLE."""
    words = [piece.word for piece in action.pieces]
    start = 2 if words[:2] == ["ADD", "COLUMN"] else 1
    if words[0] != "ADD" or words[start : start + 1] != ["("] or words[-1] != ")":
        return []
    inside = " ".join(piece.text for piece in action.pieces[start:])
    try:
        tree = parse(f"CREATE TABLE t {inside}", engine)
    except UnreadableSqlError:
        return []
    if not isinstance(tree, exp.Create) or not isinstance(tree.this, exp.Schema):
        return []
    if not all(isinstance(node, exp.ColumnDef) for node in tree.this.expressions):
        return []
    columns = [column_definition(node, engine) for node in tree.this.expressions]
    return [Change(ADD_COLUMN, action.line, table, column.name, column=column) for column in columns]
