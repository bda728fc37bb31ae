"""Schemas in the schema definition language, read into :class:`Schema` definition by definition.

The extensions of a type, and further definitions of it (as in a folder where every module has a ``type Query``), add to
it: nothing has to be defined before it is extended, or at all.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from runbook_tui.contracts.graphql.model import (
    BUILT_IN_SCALARS,
    Directive,
    Field,
    Input,
    Notes,
    Operation,
    Place,
    Schema,
    Shape,
    Type,
    Value,
)
from runbook_tui.contracts.model import Fault

if TYPE_CHECKING:
    from graphql.language import ast

MOST_TOKENS = 500_000
"""The largest public schemas have some 100,000; half a million take about ten seconds and 200 MB."""
_SHAPES = {
    "scalar_type": Shape.SCALAR,
    "object_type": Shape.OBJECT,
    "interface_type": Shape.INTERFACE,
    "union_type": Shape.UNION,
    "enum_type": Shape.ENUM,
    "input_object_type": Shape.INPUT,
}
_LONG = 25
"""Digits of a number that is left as it is written."""
_DEFAULT_REASON = "No longer supported"


def read_sdl(path: str, text: str) -> Schema | Fault:
    """The definitions of one file; operations and fragments are passed over."""
    from graphql import GraphQLError, Source, parse

    try:
        document = parse(Source(text, path), max_tokens=MOST_TOKENS)
        reader = _Reader(path, Schema())
        for definition in document.definitions:
            reader.add(definition)
    except GraphQLError as error:
        return _fault(path, error)
    except RecursionError:
        return Fault(path, 0, 0, "it is nested too deep to be read", "fewer levels", "simplify it")
    return reader.schema


def canonical(node: ast.ValueNode) -> str:
    """A constant value as text that is the same for all ways to write it: keys in order, numbers without zeros."""
    from graphql import print_ast
    from graphql.language import ast as nodes

    if isinstance(node, nodes.ListValueNode):
        return f"[{', '.join(canonical(value) for value in node.values)}]"
    if isinstance(node, nodes.ObjectValueNode):
        pairs = sorted((each.name.value, canonical(each.value)) for each in node.fields)
        return "{" + ", ".join(f"{name}: {value}" for name, value in pairs) + "}"
    if isinstance(node, (nodes.IntValueNode, nodes.FloatValueNode)):
        return _number(node.value)
    if isinstance(node, nodes.StringValueNode):
        return print_ast(nodes.StringValueNode(value=node.value, block=False))
    return print_ast(node)


def merge(into: Schema, found: Schema) -> None:
    """Add the definitions of one file to those of others."""
    into.directives.update(found.directives)
    into.declared_roots.update(found.declared_roots)
    into.applied.extend(found.applied)
    for each in found.types.values():
        known = into.type_of(Type(each.name, each.shape, each.place))
        known.fields.update(each.fields)
        known.inputs.update(each.inputs)
        known.values.update(each.values)
        known.members.update(each.members)
        known.interfaces.update(each.interfaces)
        known.applied.extend(each.applied)
        known.one_of.extend(each.one_of)


def _number(text: str) -> str:
    """``1.50``, ``15e-1`` and ``1.5`` are one number."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        return text
    return f"{value.normalize():f}" if len(text) < _LONG and abs(value.adjusted()) < _LONG else text


def _fault(path: str, error: Exception) -> Fault:
    locations = getattr(error, "locations", None) or ()
    line, column = (locations[0].line, locations[0].column) if locations else (0, 0)
    what = str(getattr(error, "message", error)).removeprefix("Syntax Error: ").rstrip(".")
    if "tokens" in what:
        what, remedy = f"it has more than {MOST_TOKENS:,} tokens", "split it, or name another file"
    else:
        remedy = "mend the syntax"
    return Fault(path, line, column, f"this is not GraphQL: {what}", "a GraphQL schema", remedy)


@dataclass(frozen=True, slots=True)
class _Reader:
    path: str
    schema: Schema

    def add(self, node: ast.DefinitionNode) -> None:
        """Take over one definition or extension."""
        kind = node.kind.removesuffix("_definition").removesuffix("_extension")
        if kind == "schema":
            self._roots(node)
        elif kind == "directive":
            self._directive(node)
        elif kind in _SHAPES and _name(node) not in BUILT_IN_SCALARS:
            self._type(node, _SHAPES[kind])

    def _place(self, node: ast.Node) -> Place:
        # where the name is: a definition begins with its description
        token = _child(getattr(node, "name", node), "loc").start_token
        return Place(self.path, token.line, token.column)

    def _roots(self, node: ast.Node) -> None:
        for directive in _of(node, "directives"):
            self.schema.applied.append(Value(_applied([directive])[0], self._place(directive)))
        for each in _of(node, "operation_types"):
            operation, root = Operation(_child(each, "operation").value), _child(each, "type")
            self.schema.declared_roots[operation] = Value(_name(root), self._place(root))

    def _directive(self, node: ast.Node) -> None:
        name = _name(node)
        self.schema.directives[name] = Directive(
            name,
            self._place(node),
            self._inputs(_of(node, "arguments")),
            frozenset(_child(location, "value") for location in _of(node, "locations")),
            bool(getattr(node, "repeatable", False)),
        )

    def _type(self, node: ast.Node, shape: Shape) -> None:
        fresh = Type(_name(node), shape, self._place(node))
        found = self.schema.type_of(fresh)
        directives = _of(node, "directives")
        one_of = [each for each in directives if shape is Shape.INPUT and _name(each) == "oneOf"]
        found.one_of.extend(self._place(each) for each in one_of)
        found.applied.extend(_applied(each for each in directives if each not in one_of))
        if shape is Shape.INPUT:
            found.inputs.update(self._inputs(_of(node, "fields")))
        else:
            found.fields.update({_name(each): self._field(each) for each in _of(node, "fields")})
        found.values.update(self._values(_of(node, "values")))
        found.members.update(self._values(_of(node, "types")))
        found.interfaces.update(self._values(_of(node, "interfaces")))

    def _field(self, node: ast.Node) -> Field:
        arguments = self._inputs(_of(node, "arguments"))
        return Field(_name(node), _reference(node), self._place(node), arguments, _notes(node))

    def _inputs(self, nodes: Iterable[ast.Node]) -> dict[str, Input]:
        found = {}
        for node in nodes:
            value: ast.ValueNode | None = getattr(node, "default_value", None)
            plain = Input(_name(node), _reference(node), self._place(node), notes=_notes(node))
            found[plain.name] = plain if value is None else replace(plain, default=canonical(value))
        return found

    def _values(self, nodes: Iterable[ast.Node]) -> dict[str, Value]:
        return {_name(node): Value(_name(node), self._place(node), _notes(node)) for node in nodes}


def _of(node: ast.Node, attribute: str) -> tuple[ast.Node, ...]:
    return tuple(getattr(node, attribute, None) or ())


def _child(node: ast.Node, attribute: str) -> Any:  # noqa: ANN401 - a node of whichever kind has it
    return getattr(node, attribute)


def _name(node: ast.Node) -> str:
    return str(_child(node, "name").value)


def _reference(node: ast.Node) -> str:
    """The type of a field or argument as text."""
    before, after = "", ""
    inner = _child(node, "type")
    while not hasattr(inner, "name"):
        if inner.kind == "list_type":
            before, after = f"{before}[", f"]{after}"
        else:
            after = f"!{after}"
        inner = inner.type
    return f"{before}{inner.name.value}{after}"


def _notes(node: ast.Node) -> Notes:
    directives = _of(node, "directives")
    if not directives:
        return _NO_NOTES
    reasons = [_reason(each) for each in directives if _name(each) == "deprecated"]
    others = _applied(each for each in directives if _name(each) != "deprecated")
    return Notes(reasons[0] if reasons else None, tuple(others))


def _reason(directive: ast.Node) -> str:
    given = (_child(each, "value") for each in _of(directive, "arguments") if _name(each) == "reason")
    return str(getattr(next(given, None), "value", _DEFAULT_REASON))


def _applied(directives: Iterable[ast.Node]) -> list[str]:
    from graphql import print_ast

    return [print_ast(each) for each in directives]


_NO_NOTES = Notes()
