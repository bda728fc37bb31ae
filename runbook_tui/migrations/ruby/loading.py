"""What a migration's class declares, and what Ruby does when it loads the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runbook_tui.migrations.ruby.interpreter import Interpreter
from runbook_tui.migrations.ruby.literals import parts
from runbook_tui.migrations.ruby.operations import OPERATIONS
from runbook_tui.migrations.ruby.rows import Models
from runbook_tui.migrations.ruby.tables import CREATING
from runbook_tui.migrations.syntax import line_of, text_at, text_of

if TYPE_CHECKING:
    from tree_sitter import Node

_DEFINING = frozenset({
    "define_method", "alias_method", "class_eval", "module_eval", "instance_eval", "eval", "send", "public_send",
    "delegate", "def_delegator", "def_delegators", "class_exec", "included",
})  # fmt: skip
"""Declarations that may bring methods along."""
_RUNNING = frozenset({"migrate", "exec_migration"})
"""Methods of Active Record's own that call ``up``. Source: rails/rails, activerecord/lib/active_record/migration.rb."""


class ClassReader(Interpreter):
    """Reads a class before its methods are followed."""

    def __init__(self, root: Node) -> None:
        super().__init__(root)
        self.models = Models()
        self.transactional = True
        self.mixed = False
        """It takes in modules, which may hold methods of it."""
        self.loading = True

    def opaque(self, line: int, what: str) -> None:
        """Something that only running it would tell."""

    def load(self, root: Node, node: Node) -> None:
        """Its constants, methods and declarations, and what stands beside it in the file."""
        for part in parts(root):
            name = text_at(part, "name") if part.type == "class" else ""
            if name.removeprefix("::") == "ActiveRecord::Migration":
                self.opaque(line_of(part), "changes of what every migration can do")
            if part.type in ("class", "module") and part != node:
                self.models.define(part)
            elif part.type == "assignment":
                self.value(part)
            elif part.type != "class" and part != node:
                self._run_at_once(part)
        opened = [part for part in parts(root) if part.type == "class" and part != node]
        for again in (node, *(part for part in opened if text_at(part, "name") == text_at(node, "name"))):
            self._load_class(again)
        for method in _RUNNING & self.methods.keys():
            self.opaque(line_of(self.methods[method]), f"{method}, which runs the migration in another way")
        self.loading = False

    def _run_at_once(self, node: Node) -> None:
        """What Ruby does when it loads the file."""
        self.loading = False
        self.value(node, effect=True)
        self.loading = True

    def _load_class(self, node: Node) -> None:
        body = node.child_by_field_name("body")
        for part in parts(body) if body is not None else ():
            if part.type in ("class", "module"):
                self.models.define(part)
            elif part.type in ("method", "singleton_method"):
                self._define(part)
            elif part.type == "singleton_class":
                self._load_class(part)
            elif part.type in ("identifier", "call"):
                self._declare(part)
            elif part.type == "alias":
                self.opaque(line_of(part), "alias of a method")
            else:
                self.value(part)

    def _declare(self, node: Node) -> None:
        """A declaration of the class. An operation here would run when Rails loads the file."""
        method = node.child_by_field_name("method") if node.type == "call" else node
        name = text_of(method) if method is not None else ""
        if name == "disable_ddl_transaction!":
            self.transactional = False
        elif node.child_by_field_name("receiver") is not None:
            self._run_at_once(node)
        elif name in OPERATIONS or name in CREATING or name in _DEFINING:
            self.opaque(line_of(node), f"{name}, which runs when the class is loaded")
        elif name in ("include", "extend", "prepend"):
            self.mixed = True
        else:  # private def ...
            given = node.child_by_field_name("arguments")
            for argument in parts(given) if given is not None else ():
                if argument.type == "method":
                    self._define(argument)

    def define(self, node: Node) -> None:
        """A class inside of a method."""
        self.models.define(node)
