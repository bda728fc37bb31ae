"""Whether two versions of a migration file do the same: comments and layout apart."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import PurePosixPath

from runbook_tui.migrations.engine import Engine
from runbook_tui.migrations.python.meaning import meaning
from runbook_tui.migrations.python.parse import Unparsable, parse_python
from runbook_tui.migrations.sql.client import without_client_commands
from runbook_tui.migrations.sql.files import decoded
from runbook_tui.migrations.sql.reader import LONGEST_FILE
from runbook_tui.migrations.sql.statements import UnreadableSqlError, split_sql
from runbook_tui.migrations.syntax import UnparsedError, parse

_MARK = re.compile(
    r"^\s*--\s*((?:migrate:|\+goose\b|\+migrate\b|no-transaction\b|atlas:|liquibase\b|changeset\b|preconditions\b"
    r"|sqitch\.plan:|metadata\.toml:)[^\n]*)",
    re.MULTILINE,
)
"""What tools are told in comments of SQL."""


def same_meaning(path: str, one: bytes, other: bytes, engine: Engine) -> bool:
    """Whether only what nobody runs differs: comments, layout, docstrings, annotations. False when in doubt."""
    if one == other:
        return True
    compared = _COMPARED.get(PurePosixPath(path).suffix.lower())
    if compared is None:
        return False
    first, second = compared(one, engine), compared(other, engine)
    return first is not None and first == second


def _python(data: bytes, engine: Engine) -> object:
    tree = parse_python(data)
    if isinstance(tree, Unparsable):
        return None
    try:
        return meaning(tree)
    except RecursionError:
        return None


def _sql(data: bytes, engine: Engine) -> object:
    text = decoded(data)
    if len(text) > LONGEST_FILE:
        return None
    marks = [" ".join(line.split()) for line in _MARK.findall(text)]
    sql, told = without_client_commands(text)
    try:
        return (
            marks,
            [change.detail for change in told],
            [statement.plain for statement in split_sql(sql, engine)],
        )
    except UnreadableSqlError:
        return None


def _code(language: str) -> Callable[[bytes, Engine], object]:
    """The syntax tree of a file in its order, without comments."""

    def tree(data: bytes, engine: Engine) -> object:
        try:
            waiting = [parse(data, language)]
        except UnparsedError:
            return None
        found: list[tuple[str, int, bytes]] = []
        while waiting:
            node = waiting.pop()
            children = [child for child in node.children if child.type != "comment"]
            waiting += reversed(children)
            found.append((node.type, len(children), b"" if node.children else node.text or b""))
        return found

    return tree


_COMPARED = {
    ".py": _python,
    ".sql": _sql,
    ".exs": _code("elixir"),
    ".rb": _code("ruby"),
    **dict.fromkeys((".js", ".cjs", ".mjs"), _code("javascript")),
    **dict.fromkeys((".ts", ".mts"), _code("typescript")),
}
