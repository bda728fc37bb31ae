"""What a revision of Alembic says about itself: constants at the top of its file."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

_NAMES = frozenset({"revision", "down_revision", "depends_on", "branch_labels"})


@dataclass(frozen=True, slots=True)
class Header:
    """What a revision says about itself."""

    revision: str
    down: tuple[str, ...]
    depends_on: tuple[str, ...]
    labels: tuple[str, ...]
    complete: bool
    """Whether all of it is written out."""


def header_of(module: ast.Module) -> Header | None:
    """The constants of a revision; None for other Python files."""
    values = dict(_constants(module))
    revision = values.get("revision")
    if not isinstance(revision, str):
        return None
    down, depends, labels = (values.get(name) for name in ("down_revision", "depends_on", "branch_labels"))
    complete = down is not Ellipsis and depends is not Ellipsis
    return Header(revision, _names(down), _names(depends), _names(labels), complete)


def _constants(module: ast.Module) -> Iterator[tuple[str, object]]:
    """Assignments of the header's names; Ellipsis stands for what is not written out."""
    known: dict[str, object] = {}
    for statement in module.body:
        if isinstance(statement, ast.Assign):
            targets, value = [t.id for t in statement.targets if isinstance(t, ast.Name)], statement.value
        elif (
            isinstance(statement, ast.AnnAssign)
            and statement.value
            and isinstance(statement.target, ast.Name)
        ):
            targets, value = [statement.target.id], statement.value
        else:
            continue
        for target in targets:
            known[target] = _literal(value, known)
            if target in _NAMES:
                yield target, known[target]


def _literal(node: ast.expr, known: dict[str, object]) -> object:
    if isinstance(node, ast.Name):
        return known.get(node.id, ...)
    if isinstance(node, ast.Tuple | ast.List | ast.Set):
        items = [_literal(element, known) for element in node.elts]
        return ... if ... in items else items
    return node.value if isinstance(node, ast.Constant) else ...


def _names(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()
