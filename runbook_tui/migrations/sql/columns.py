"""Column definitions, types and default values of parsed SQL."""

from __future__ import annotations

from sqlglot import exp

from runbook_tui.migrations.changes import Column, ColumnType, Default, Generated
from runbook_tui.migrations.engine import Engine

_SERIAL = frozenset({"serial", "bigserial", "smallserial"})
_STABLE = (exp.CurrentTimestamp, exp.CurrentDate, exp.CurrentTime, exp.CurrentUser, exp.Localtimestamp)
"""One value for a whole statement; PostgreSQL then writes no row."""
_COMPOSED = (
    exp.Cast,
    exp.Paren,
    exp.Neg,
    exp.Array,
    exp.Tuple,
    exp.Binary,
    exp.Interval,
    exp.Concat,
    exp.AtTimeZone,
)
"""Constant when all their parts are."""
_STABLE_NAMES = frozenset({"transaction_timestamp", "statement_timestamp", "now", "localtime"})
_MEANING = (
    exp.CharacterSetColumnConstraint,
    exp.CollateColumnConstraint,
    exp.OnUpdateColumnConstraint,
    exp.InvisibleColumnConstraint,
)
"""What else a definition says of the values, or of who sees them."""
_NULL_IN_NULL_OUT = (
    exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.In, exp.Between, exp.Like, exp.And, exp.Or,
    exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Neg, exp.Paren, exp.Column, exp.Identifier, exp.Literal,
)  # fmt: skip


def table_name(table: exp.Expr | None) -> str | None:
    """``schema.table`` as written; None for what is not a table's name."""
    node = table.this if isinstance(table, exp.Schema) else table
    if not isinstance(node, exp.Table) or not node.name:
        return None
    return f"{node.db}.{node.name}" if node.db else node.name


def column_type(data_type: exp.Expr | None) -> ColumnType | None:
    """The type in our words; a type that is not built in keeps its name."""
    if not isinstance(data_type, exp.DataType):
        return None
    kind = data_type.this
    if isinstance(kind, exp.Interval):  # INTERVAL with its fields: year, day to second
        return ColumnType(kind.sql().lower())
    arguments = tuple(_argument(part) for part in data_type.expressions)
    if kind is exp.DataType.Type.USERDEFINED:
        named = data_type.args.get("kind")
        return ColumnType(
            named.sql().lower() if isinstance(named, exp.Expr) else str(named).lower(), arguments
        )
    return ColumnType(kind.value.lower(), arguments)


def _argument(part: exp.Expr) -> int | str:
    value = part.this if isinstance(part, exp.DataTypeParam) else part
    if isinstance(value, exp.Literal):
        return value.name if value.is_string or not value.name.isdigit() else int(value.name)
    return value.sql().lower() if isinstance(value, exp.Expr) else str(value)


def default_value(value: exp.Expr | None, engine: Engine) -> Default:
    """What a DEFAULT clause writes; a function that is not known to be stable counts as volatile."""
    value = value.unnest() if value is not None else None
    if value is None or isinstance(value, exp.Null):
        return Default.NONE
    if isinstance(value, exp.Literal | exp.Boolean | exp.DataType | exp.Identifier | exp.Var):
        return Default.CONSTANT
    is_stable = isinstance(value, _STABLE) and _is_precision(value.this)
    if is_stable or value.name.lower() in _STABLE_NAMES:
        # SQLite refuses to add a column whose default is not a constant
        return Default.VOLATILE if engine is Engine.SQLITE else Default.CONSTANT
    if isinstance(value, exp.Cast) and default_value(value.this, engine) is Default.NONE:
        return Default.NONE
    if isinstance(value, _COMPOSED):
        parts = [default_value(part, engine) for part in value.iter_expressions()]
        return Default.CONSTANT if all(part is not Default.VOLATILE for part in parts) else Default.VOLATILE
    return Default.VOLATILE


def _is_precision(argument: object) -> bool:
    """Whether what stands in ``now(...)`` is nothing, or a number of digits; a function of the schema takes more."""
    name = argument.name if isinstance(argument, exp.Expr) else ""
    return not isinstance(argument, exp.Literal) or (name.isdigit() and int(name) <= 6)


def column_definition(definition: exp.ColumnDef, engine: Engine) -> Column:
    """One column of CREATE TABLE, ADD COLUMN or MODIFY."""
    kind = column_type(definition.args.get("kind"))
    serial = kind is not None and kind.name in _SERIAL
    nullable, default, unique, primary_key, references = not serial, Default.NONE, False, False, None
    generated = Generated.IDENTITY if serial else Generated.NO
    check, check_refuses_null, default_text = False, True, ""
    meaning: list[str] = []
    for constraint in definition.args.get("constraints") or ():
        rule = constraint.kind if isinstance(constraint, exp.ColumnConstraint) else constraint
        if isinstance(rule, exp.NotNullColumnConstraint):
            nullable = bool(rule.args.get("allow_null"))
        elif isinstance(rule, exp.DefaultColumnConstraint):
            default, default_text = default_value(rule.this, engine), rule.this.sql()
        elif isinstance(rule, exp.PrimaryKeyColumnConstraint):
            primary_key, nullable = True, False
        elif isinstance(rule, exp.UniqueColumnConstraint):
            unique = True
        elif isinstance(rule, exp.Reference):
            references = table_name(rule.this) or ""
        elif isinstance(rule, exp.CheckColumnConstraint):
            check, check_refuses_null = True, refuses_null(rule.this)
        elif isinstance(rule, _MEANING):
            meaning.append(rule.sql().lower())
        elif isinstance(rule, exp.AutoIncrementColumnConstraint):
            generated = Generated.IDENTITY
        elif isinstance(rule, exp.GeneratedAsIdentityColumnConstraint):
            generated = Generated.STORED if rule.args.get("expression") else Generated.IDENTITY
            nullable = nullable and generated is Generated.STORED
        elif isinstance(rule, exp.ComputedColumnConstraint):
            # PostgreSQL before 18 knows no virtual column, and sqlglot does not keep its word STORED
            stored = rule.args.get("persisted") or engine is Engine.POSTGRES
            generated = Generated.STORED if stored else Generated.VIRTUAL
    return Column(
        definition.name,
        kind,
        nullable,
        default,
        default_text,
        generated,
        unique,
        primary_key,
        references=references,
        check=check,
        check_refuses_null=check_refuses_null,
        meaning=tuple(sorted(meaning)),
    )


def refuses_null(condition: exp.Expr | None) -> bool:
    """Whether a CHECK may be false when its columns are NULL: only plain comparisons surely are not."""
    if condition is None:
        return True
    return not all(isinstance(node, _NULL_IN_NULL_OUT) for node in condition.walk())


def not_null_columns(condition: exp.Expr | None) -> tuple[str, ...]:
    """The columns that cannot be NULL where a CHECK is true: its parts ``column IS NOT NULL`` between ANDs."""
    node = condition.unnest() if condition is not None else None
    if isinstance(node, exp.And):
        return not_null_columns(node.this) + not_null_columns(node.expression)
    inverted = isinstance(node, exp.Not)  # how sqlglot writes it depends on its version
    test = node.this if isinstance(node, exp.Not) else node
    if not isinstance(test, exp.Is) or bool(test.args.get("negate")) == inverted:
        return ()
    plain = isinstance(test.this, exp.Column) and isinstance(test.expression, exp.Null)
    return (test.this.name,) if plain else ()


def names(nodes: list[exp.Expr] | None) -> tuple[str, ...]:
    """The column names in a list of identifiers, columns or ordered columns; expressions give nothing."""
    found = (node.this if isinstance(node, exp.Ordered) else node for node in nodes or ())
    return tuple(node.name for node in found if isinstance(node, exp.Identifier | exp.Column) and node.name)
