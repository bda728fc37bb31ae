"""What a Python file says to whoever runs it: without docstrings, annotations and imports that nothing uses."""

from __future__ import annotations

import ast


def meaning(module: ast.Module) -> object:
    """A value that two versions of a file share when only such things differ. Changes ``module``.

    Raises:
        RecursionError: when it is nested too deep.
    """
    imports = [node for node in module.body if isinstance(node, ast.Import | ast.ImportFrom)]
    module.body = [node for node in module.body if not isinstance(node, ast.Import | ast.ImportFrom)]
    rest = _Bare().visit(module)
    used = {node.id for node in ast.walk(rest) if isinstance(node, ast.Name)} | {"*"}
    return sorted(_used(imports, used)), ast.dump(rest)


def _used(imports: list[ast.Import | ast.ImportFrom], used: set[str]) -> set[tuple[str, str, str]]:
    """Module, name and the name that it goes by here. Linters sort them, and move what is used by annotations."""
    found = set()
    for node in imports:
        module = "." * node.level + (node.module or "") if isinstance(node, ast.ImportFrom) else ""
        for name in node.names:
            bound = name.asname or name.name.partition(".")[0]
            if bound in used:
                found.add((module, name.name, bound))
    return found


class _Bare(ast.NodeTransformer):
    """Takes docstrings and annotations away."""

    def visit_Module(self, node: ast.Module) -> ast.AST:
        return self._without_docstring(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        return self._without_docstring(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.returns = None
        return self._without_docstring(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        node.returns = None
        return self._without_docstring(node)

    def visit_arg(self, node: ast.arg) -> ast.AST:
        node.annotation = None
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST | None:
        if node.value is None:
            return None
        return self.generic_visit(ast.Assign([node.target], node.value, lineno=node.lineno))

    def _without_docstring(
        self, node: ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    ) -> ast.AST:
        if ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:] or [ast.Pass()]
        return self.generic_visit(node)
