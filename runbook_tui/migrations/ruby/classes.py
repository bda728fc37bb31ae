"""The class of a file that Rails runs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runbook_tui.migrations.ruby.columns import Version
from runbook_tui.migrations.ruby.literals import parts
from runbook_tui.migrations.syntax import text_of

if TYPE_CHECKING:
    from tree_sitter import Node

_BASE = re.compile(r"^<\s*(?:::)?ActiveRecord::Migration(?:\[\s*(\d+)\.(\d+)\s*\])?\s*$")
_NEWEST: Version = (99, 0)
"""For a base class of the application's own: what the newest Rails does."""


@dataclass(frozen=True, slots=True)
class MigrationClass:
    """The class of a file that Rails runs."""

    node: Node
    version: Version
    direct: bool
    """It inherits from Active Record's own class, so nothing of it stands elsewhere."""


def find_class(root: Node, stem: str) -> MigrationClass | None:
    """The migration's class: the one named as the file is, else the first that inherits from a migration.

    Args:
        root: the tree of the file.
        stem: the file's name without its version, in snake case.
    """
    wanted = stem.replace("_", "").lower()
    candidates: list[tuple[bool, Node, str]] = []
    waiting = list(reversed(parts(root)))
    while waiting:
        node = waiting.pop()
        if node.type == "class":
            name, base = node.child_by_field_name("name"), node.child_by_field_name("superclass")
            inherits = text_of(base) if base is not None else ""
            own = text_of(name).rpartition("::")[2].lower() if name is not None else ""
            if own == wanted or "Migration" in inherits:
                candidates.append((own != wanted, node, inherits))
        elif node.type == "module":
            body = node.child_by_field_name("body")
            waiting += reversed(parts(body)) if body is not None else []
    if not candidates:
        return None
    _, node, inherits = min(candidates, key=lambda found: found[0])
    base_class = _BASE.match(inherits)
    if base_class is None:
        return MigrationClass(node, _NEWEST, direct=False)
    version = (int(base_class[1]), int(base_class[2])) if base_class[1] else (4, 2)
    return MigrationClass(node, version, direct=True)


def does_something(node: Node | None) -> bool:
    """Whether ``down`` has a body that is more than ``raise`` and messages."""
    body = node.child_by_field_name("body") if node is not None else None
    if body is None:
        return False
    inner = parts(body) if body.type == "body_statement" else [body]
    return any(
        not re.match(rb"\s*(raise|fail|say|puts|nil|true|false|return)\b", part.text or b"") for part in inner
    )
