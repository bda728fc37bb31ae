"""Follows the statements of a Python file by its syntax tree; runs nothing.

Functions of the file are followed where they are called, loops over lists that are written out are unrolled, and an
``if`` whose condition is known takes its branch. Everything else is walked through once, as something that may or may
not happen.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence

from runbook_tui.migrations.following.branches import Ended, ended_by, joined
from runbook_tui.migrations.following.follower import MOST_ROUNDS
from runbook_tui.migrations.following.values import UNKNOWN
from runbook_tui.migrations.python.expressions import Expressions
from runbook_tui.migrations.python.operators import add, items_of, truth
from runbook_tui.migrations.python.values import Call, Function, Symbol, path_of

_Functions = ast.FunctionDef | ast.AsyncFunctionDef


class Interpreter(Expressions):
    """Follows the statements of a module. Subclasses say what a call means.

    Raises:
        TooMuchError: from its methods, when the file is too tangled to be followed.
    """

    def __init__(self, module: ast.Module) -> None:
        super().__init__()
        self._result: list[object] = []
        self.repeated = 0
        """Loops around us whose rounds only running the file would tell."""
        self.loading = True
        """The module's own statements are read: they define, they do not migrate."""
        self.run(module.body)
        self.loading = False

    # for subclasses

    def touched(self, line: int, what: str) -> None:
        """An object that is not known is changed."""

    def entered(self, value: object) -> Callable[[], None] | None:
        """A ``with`` begins; what is returned is called at its end."""
        return None

    # functions

    def run_function(self, name: str) -> bool:
        """Follow a function of the module without arguments; False when there is none of that name."""
        function = self.module.get(name)
        if not isinstance(function, Function):
            return False
        self.follow(function, Call(function, (), {}, function.node.lineno))
        return True

    def is_decorated(self, name: str) -> bool:
        """Whether a function of the module is wrapped into another."""
        function = self.module.get(name)
        return isinstance(function, Function) and bool(function.node.decorator_list)

    def follow(self, function: Function, call: Call) -> object:
        """Into a function of the file, with the arguments that are known."""
        if self.loading:
            return UNKNOWN
        with self.deeper():
            outer, results = self.names, self._result
            self.names = {**function.around, **self._parameters(function.node, call)}
            self._result = []
            try:
                ended = self.run(function.node.body)
                return self._result[0] if len(self._result) == 1 and ended else UNKNOWN
            finally:
                self.names, self._result = outer, results

    def _parameters(self, node: _Functions, call: Call) -> dict[str, object]:
        arguments = node.args
        positional = [*arguments.posonlyargs, *arguments.args]
        found: dict[str, object] = {
            parameter.arg: UNKNOWN for parameter in [*positional, *arguments.kwonlyargs]
        }
        for parameter, default in zip(reversed(positional), reversed(arguments.defaults), strict=False):
            found[parameter.arg] = self.value(default)
        for parameter, given in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
            found[parameter.arg] = self.value(given) if given is not None else UNKNOWN
        if call.partial:
            found = dict.fromkeys(found, UNKNOWN)
        found |= {parameter.arg: value for parameter, value in zip(positional, call.arguments, strict=False)}
        found |= {name: value for name, value in call.keywords.items() if name in found}
        for rest in (arguments.vararg, arguments.kwarg):
            if rest is not None:
                found[rest.arg] = UNKNOWN
        return found

    def class_values(self, node: ast.ClassDef, wanted: frozenset[str]) -> dict[str, object]:
        """The attributes of a class of the module; those that are not wanted are passed over."""
        outer, self.names = self.names, {}
        try:
            for statement in node.body:
                if wanted & _targets(statement):
                    self.statement(statement)
            return dict(self.names)
        finally:
            self.names = outer

    # statements

    def run(self, statements: Sequence[ast.stmt]) -> Ended:
        """Follow statements in order, and say whether they end the function."""
        doubts = len(self.doubts)
        perhaps = False
        try:
            for statement in statements:
                self.step()
                ended = self.statement(statement)
                if ended:
                    return None if perhaps else True
                if ended is None and not perhaps:
                    perhaps = True  # it may have ended here, so the rest may or may not run
                    self.doubts.append(None)
            return None if perhaps else False
        finally:
            del self.doubts[doubts:]

    def statement(self, node: ast.stmt) -> Ended:
        """Follow one statement."""
        handler = _HANDLERS.get(type(node))
        if handler is not None:
            ended: Ended = handler(self, node)
            return ended
        with self.maybe():
            self.children(node)
        return False

    def _expression(self, node: ast.Expr) -> Ended:
        self.value(node.value)
        return False

    def _assign(self, node: ast.Assign) -> Ended:
        value = self.value(node.value)
        for target in node.targets:
            self.bind(target, value)
        return False

    def _annotated(self, node: ast.AnnAssign) -> Ended:
        if node.value is not None:
            self.bind(node.target, self.value(node.value))
        return False

    def _augmented(self, node: ast.AugAssign) -> Ended:
        value = self.value(node.value)
        if isinstance(node.target, ast.Name) and isinstance(node.op, ast.Add):
            value = add(self.lookup(node.target.id), value)
        self.bind(node.target, value if isinstance(node.op, ast.Add) else UNKNOWN)
        return False

    def bind(self, target: ast.expr, value: object) -> None:
        """``target = value``."""
        if isinstance(target, ast.Name):
            self.names[target.id] = value
        elif isinstance(target, ast.Tuple | ast.List):
            items = list(value) if isinstance(value, list | tuple) else []
            fits = len(items) == len(target.elts) and not any(isinstance(e, ast.Starred) for e in target.elts)
            for index, element in enumerate(target.elts):
                self.bind(element, items[index] if fits else UNKNOWN)
        elif isinstance(target, ast.Starred):
            self.bind(target.value, UNKNOWN)
        elif isinstance(target, ast.Subscript):
            self.value(target.value)
            self.forget(target.value)
        elif isinstance(target, ast.Attribute):
            owner = self.value(target.value)
            if not self.loading or path_of(owner).startswith("alembic."):
                self.touched(target.lineno, f"{path_of(owner)}.{target.attr} is set")

    def _import(self, node: ast.Import) -> Ended:
        for alias in node.names:
            root = alias.name.partition(".")[0]
            self.names[alias.asname or root] = Symbol(alias.name if alias.asname else root)
        return False

    def _import_from(self, node: ast.ImportFrom) -> Ended:
        package = "." * node.level + (node.module or "")
        dot = "" if package.endswith(".") else "."
        for alias in node.names:
            self.names[alias.asname or alias.name] = Symbol(f"{package}{dot}{alias.name}")
        return False

    def _define(self, node: _Functions) -> Ended:
        around = {} if self.names is self.module else dict(self.names)
        function = Function(node, around)
        self.names[node.name] = function
        if not self.loading:
            for default in [*node.args.defaults, *filter(None, node.args.kw_defaults)]:
                self.value(default)
            for decorator in node.decorator_list:  # it may call what it is given
                self.called(Call(self.value(decorator), (function,), {}, node.lineno))
        return False

    def _class(self, node: ast.ClassDef) -> Ended:
        if not self.loading:  # its body runs at once, but for the functions in it
            names = dict(self.names)
            self.run([item for item in node.body if not isinstance(item, _Functions)])
            self._restore(names)
        self.names[node.name] = Symbol(f"<{node.name}>")
        own = (item.name for item in node.body if isinstance(item, _Functions))
        self.methods[f"<{node.name}>"] = frozenset(own)
        return False

    def _if(self, node: ast.If) -> Ended:
        condition = truth(self.value(node.test))
        if condition is not None:
            return self.run(node.body if condition else node.orelse)
        return self._branches([node.body, node.orelse])

    def _branches(self, blocks: Sequence[Sequence[ast.stmt]]) -> Ended:
        """Blocks of which one runs: what they leave differently is not known afterwards."""
        before = dict(self.names)
        ended: list[Ended] = []
        after: list[dict[str, object]] = []
        for block in blocks:
            self._restore(before)
            with self.maybe():
                ended.append(self.run(block))
            after.append(dict(self.names))
        self._restore(joined(after))
        return ended_by(ended)

    def _restore(self, names: dict[str, object]) -> None:
        self.names.clear()
        self.names.update(names)

    def _for(self, node: ast.For | ast.AsyncFor) -> Ended:
        items = items_of(self.value(node.iter))
        leaves = any(isinstance(found, ast.Break | ast.Continue | ast.Return) for found in ast.walk(node))
        if items is None:
            return self._repeated([*node.body, *node.orelse], node.target)
        if len(items) > MOST_ROUNDS or leaves:
            return self._once([*node.body, *node.orelse], target=node.target)
        ended: Ended = False
        for item in items:
            self.bind(node.target, item)
            ended = self.run(node.body) or ended
        self.run(node.orelse)
        return ended

    def _while(self, node: ast.While) -> Ended:
        self.value(node.test)
        return self._repeated([*node.body, *node.orelse])

    def _repeated(self, block: Sequence[ast.stmt], target: ast.expr | None = None) -> Ended:
        self.repeated += 1
        try:
            return self._once(block, target=target)
        finally:
            self.repeated -= 1

    def _once(self, block: Sequence[ast.stmt], *, target: ast.expr | None = None) -> Ended:
        """A loop whose rounds are not known: once through, with everything it sets unknown."""
        for statement in block:
            for found in ast.walk(statement):
                if isinstance(found, ast.Name) and isinstance(found.ctx, ast.Store):
                    self.names[found.id] = UNKNOWN
        if target is not None:
            self.bind(target, UNKNOWN)
        return self._branches([block, []])

    def _with(self, node: ast.With | ast.AsyncWith) -> Ended:
        leaving: list[Callable[[], None]] = []
        for item in node.items:
            value = self.value(item.context_expr)
            leave = self.entered(value)
            if leave is not None:
                leaving.append(leave)
            if item.optional_vars is not None:
                self.bind(item.optional_vars, value)
        ended = self.run(node.body)
        for leave in reversed(leaving):
            leave()
        return ended

    def _try(self, node: ast.Try) -> Ended:
        for handler in node.handlers:
            if handler.name:
                self.names[handler.name] = UNKNOWN
        body = [*node.body, *node.orelse]
        ended = (
            self._branches([body, *(handler.body for handler in node.handlers)])
            if node.handlers
            else self.run(body)
        )
        return self.run(node.finalbody) or ended

    def _return(self, node: ast.Return) -> Ended:
        self._result.append(self.value(node.value) if node.value is not None else None)
        return True

    def _end(self, node: ast.stmt) -> Ended:
        self.children(node)
        return True

    def _nothing(self, node: ast.stmt) -> Ended:
        return False


def _targets(statement: ast.stmt) -> set[str]:
    """The names that a statement sets, or touches at any depth when it is no plain assignment."""
    if isinstance(statement, ast.Assign) and all(
        isinstance(target, ast.Name) for target in statement.targets
    ):
        return {target.id for target in statement.targets if isinstance(target, ast.Name)}
    if isinstance(statement, ast.FunctionDef):
        return set()
    return {found.id for found in ast.walk(statement) if isinstance(found, ast.Name)}


_HANDLERS: dict[type[ast.stmt], Callable[..., Ended]] = {
    ast.Expr: Interpreter._expression,
    ast.Assign: Interpreter._assign,
    ast.AnnAssign: Interpreter._annotated,
    ast.AugAssign: Interpreter._augmented,
    ast.Import: Interpreter._import,
    ast.ImportFrom: Interpreter._import_from,
    ast.FunctionDef: Interpreter._define,
    ast.AsyncFunctionDef: Interpreter._define,
    ast.ClassDef: Interpreter._class,
    ast.If: Interpreter._if,
    ast.For: Interpreter._for,
    ast.AsyncFor: Interpreter._for,
    ast.While: Interpreter._while,
    ast.With: Interpreter._with,
    ast.AsyncWith: Interpreter._with,
    ast.Try: Interpreter._try,
    ast.Return: Interpreter._return,
    ast.Raise: Interpreter._end,
    ast.Break: Interpreter._end,
    ast.Continue: Interpreter._end,
    ast.Pass: Interpreter._nothing,
    ast.Global: Interpreter._nothing,
    ast.Nonlocal: Interpreter._nothing,
}
