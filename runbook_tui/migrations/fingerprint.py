"""Whether two versions of a migration file do the same: comments and layout apart."""

from __future__ import annotations

import ast

from runbook_tui.migrations.engine import Engine
from runbook_tui.migrations.python.reader import Unparsable, parse_python
from runbook_tui.migrations.sql.files import decoded
from runbook_tui.migrations.sql.statements import UnreadableSqlError, split_sql


def same_meaning(path: str, one: bytes, other: bytes, engine: Engine) -> bool:
    """Whether only comments, layout or docstrings differ. False when that cannot be seen."""
    if one == other:
        return True
    compared = _python if path.endswith(".py") else _sql
    first, second = compared(one, engine), compared(other, engine)
    return first is not None and first == second


def _python(data: bytes, engine: Engine) -> object:
    tree = parse_python(data)
    if isinstance(tree, Unparsable):
        return None
    if ast.get_docstring(tree) is not None:
        tree.body = tree.body[1:]
    try:
        return ast.dump(tree)
    except RecursionError:
        return None


def _sql(data: bytes, engine: Engine) -> object:
    text = decoded(data)
    # dbmate's sections and options are comments to SQL
    marks = [
        line.split() for line in text.splitlines() if line.lstrip().startswith("--") and "migrate:" in line
    ]
    try:
        return marks, [statement.plain for statement in split_sql(text, engine)]
    except UnreadableSqlError:
        return None
