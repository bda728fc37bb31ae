"""From a document to an :class:`Api`. What cannot be resolved is a fault, and left out."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator

from runbook_tui.contracts.documents.node import Node
from runbook_tui.contracts.documents.resolving import Documents
from runbook_tui.contracts.openapi.model import (
    Alternative,
    Api,
    Body,
    Header,
    Media,
    Operation,
    Parameter,
    Response,
    Security,
)

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")
_TEMPLATE = re.compile(r"\{([^}]*)\}")
_IGNORED_HEADERS = frozenset({"accept", "content-type", "authorization"})
"""Header parameters of these names mean nothing (https://spec.openapis.org/oas/v3.1.0#parameter-object)."""
MAX_NESTED = 5
"""Callbacks inside of callbacks that are read."""


def read_api(root: Node, documents: Documents, leave_out: Container[str] = ()) -> Api:
    """The API that a document describes, but for some paths."""
    return (_Swagger2 if root.get("swagger") is not None else _Reader)(root, documents, leave_out).read()


class _Reader:
    """OpenAPI 3."""

    def __init__(self, root: Node, documents: Documents, leave_out: Container[str]) -> None:
        self.root = root
        self.documents = documents
        self.leave_out = leave_out

    def read(self) -> Api:
        api = Api(self.root, security=security_of(self.root), schemes=self.schemes())
        paths = self.root.get("paths")
        for path, item in paths.items() if paths is not None else []:
            if not path.startswith("x-") and path not in self.leave_out:
                for operation in self.operations(path, item):
                    api.operations[path, operation.method] = operation
        webhooks = self.root.get("webhooks") or self.root.get("x-webhooks")
        for name, item in webhooks.items() if webhooks is not None else []:
            for operation in self.operations(name, item):
                api.webhooks[name, operation.method] = operation
        return api

    def schemes(self) -> dict[str, Node]:
        components = self.root.get("components")
        found = components.get("securitySchemes") if components is not None else None
        return self.resolved(found)

    def resolved(self, found: Node | None) -> dict[str, Node]:
        """The members of a mapping behind their references."""
        members = (
            (key, self.documents.resolve(node)) for key, node in (found.items() if found is not None else [])
        )
        return {key: node for key, node in members if node is not None and isinstance(node.value, dict)}

    def operations(self, path: str, item: Node, nested: int = 0) -> Iterator[Operation]:
        resolved = self.documents.resolve(item)
        if resolved is None:
            return
        # Until 3.1 there may be operations beside a reference; they come first.
        for method in METHODS:
            node = item.get(method) or resolved.get(method)
            if node is not None and isinstance(node.value, dict):
                behind = self.documents.resolve(node)
                if behind is not None:
                    yield self.operation((path, method, node), behind, resolved, nested)

    def operation(self, named: tuple[str, str, Node], node: Node, item: Node, nested: int) -> Operation:
        path, method, at = named
        return Operation(
            method,
            path,
            at,
            node,
            self.parameters(path, node, item),
            self.body(node, item),
            self.responses(node),
            security_of(node),
            self.callbacks(node, nested) if nested < MAX_NESTED else {},
        )

    def callbacks(self, node: Node, nested: int) -> dict[str, Operation]:
        found: dict[str, Operation] = {}
        for name, callback in self.resolved(node.get("callbacks")).items():
            for expression, item in callback.items():
                if not expression.startswith("x-"):
                    for operation in self.operations(name, item, nested + 1):
                        found[f"{name} {expression} {operation.method}"] = operation
        return found

    def parameter_nodes(self, node: Node, item: Node) -> Iterator[tuple[Node, bool]]:
        """All parameters of an operation, behind their references, and whether they are those of the path."""
        for holder, shared in ((item, True), (node, False)):
            listed = holder.get("parameters")
            for each in listed.elements() if listed is not None else []:
                resolved = self.documents.resolve(each)
                if resolved is not None and isinstance(resolved.value, dict):
                    yield resolved, shared

    def parameters(self, path: str, node: Node, item: Node) -> dict[tuple[str, str], Parameter]:
        positions = {name: str(index) for index, name in enumerate(_TEMPLATE.findall(path))}
        found: dict[tuple[str, str], Parameter] = {}
        for each, shared in self.parameter_nodes(node, item):
            parameter = self.parameter(each, shared)
            if parameter is None:
                continue
            where, name = parameter.where, parameter.name
            key = (
                positions.get(name, name) if where == "path" else name.lower() if where == "header" else name
            )
            if not (where == "header" and key in _IGNORED_HEADERS):
                found[where, key] = parameter
        return found

    def parameter(self, node: Node, shared: bool) -> Parameter | None:
        name, where = node.text("name"), node.text("in")
        if where not in ("path", "query", "header", "cookie", "querystring") or not name:
            return None
        schema, textual = node.get("schema"), True
        content = node.get("content")
        if schema is None and content is not None:
            media = next(iter(self.media(content).values()), None)
            schema, textual = (media.schema, not is_json(media.name)) if media is not None else (None, True)
        default = "form" if where in ("query", "cookie") else "simple"
        style = node.text("style") or default
        explode = node.get("explode")
        exploded = explode.value is True if explode is not None else style == "form"
        written = f"{style}{', exploded' if exploded else ''}"
        return Parameter(name, where, node, node.flag("required"), schema, textual, written, shared)

    def body(self, node: Node, item: Node) -> Body | None:
        found = node.get("requestBody")
        body = self.documents.resolve(found) if found is not None else None
        if body is None or not isinstance(body.value, dict):
            return None
        return Body(body, body.flag("required"), self.media(body.get("content")))

    def media(self, content: Node | None) -> dict[str, Media]:
        found = self.resolved(content)
        return {media_key(name): Media(name, node, node.get("schema")) for name, node in found.items()}

    def responses(self, node: Node) -> dict[str, Response]:
        found = self.resolved(node.get("responses"))
        return {
            status.upper() if status != "default" else status: Response(
                status.upper() if status != "default" else status,
                each,
                self.response_media(each, node),
                self.headers(each.get("headers")),
            )
            for status, each in found.items()
            if not status.startswith("x-")
        }

    def response_media(self, response: Node, operation: Node) -> dict[str, Media]:
        return self.media(response.get("content"))

    def headers(self, found: Node | None) -> dict[str, Header]:
        return {
            name.lower(): Header(name, node, node.flag("required"), self.header_schema(node))
            for name, node in self.resolved(found).items()
            if name.lower() != "content-type"
        }

    def header_schema(self, header: Node) -> Node | None:
        return header.get("schema")


class _Swagger2(_Reader):
    """Swagger 2.0: bodies are parameters, and media types stand beside the operation."""

    def read(self) -> Api:
        api = super().read()
        api.base_path = self.root.get("basePath")
        return api

    def schemes(self) -> dict[str, Node]:
        return self.resolved(self.root.get("securityDefinitions"))

    def parameter(self, node: Node, shared: bool) -> Parameter | None:
        name, where = node.text("name"), node.text("in")
        if where not in ("path", "query", "header", "formData") or not name:
            return None
        style = node.text("collectionFormat") or "csv"
        return Parameter(name, where, node, node.flag("required"), node, True, style, shared)

    def body(self, node: Node, item: Node) -> Body | None:
        for each, _ in self.parameter_nodes(node, item):
            if each.text("in") == "body":
                return Body(each, each.flag("required"), self.media_types(node, "consumes", each))
        return None

    def response_media(self, response: Node, operation: Node) -> dict[str, Media]:
        if response.get("schema") is None:
            return {}
        return self.media_types(operation, "produces", response)

    def media_types(self, operation: Node, keyword: str, holder: Node) -> dict[str, Media]:
        found = operation.get(keyword) or self.root.get(keyword)
        listed = [
            each for each in (found.elements() if found is not None else []) if isinstance(each.value, str)
        ]
        named = [(str(each.value), each) for each in listed] or [("application/json", holder)]
        return {media_key(name): Media(name, node, holder.get("schema")) for name, node in named}

    def header_schema(self, header: Node) -> Node | None:
        return header


def security_of(node: Node) -> Security | None:
    """The security requirements that a node states; None where it leaves them to the whole API."""
    found = node.get("security")
    if found is None or not isinstance(found.value, list):
        return None
    return Security(found, list(_alternatives(found.elements())))


def _alternatives(nodes: Iterable[Node]) -> Iterator[Alternative]:
    for node in nodes:
        if isinstance(node.value, dict):
            yield {
                name: frozenset(str(each.value) for each in scopes.elements())
                for name, scopes in node.items()
            }


def media_key(name: str) -> str:
    """A media type so that two spellings of the same one are equal."""
    kind, *parameters = (part.strip().lower() for part in name.split(";"))
    return ";".join([kind, *sorted(part for part in parameters if part)])


def is_json(media_type: str) -> bool:
    """Whether scalars of different types are told apart in a media type (RFC 6838, section 4.2.8)."""
    kind = media_type.partition(";")[0].strip().lower()
    return (
        kind == "application/json" or kind.endswith("+json") or kind in ("*/*", "application/*", "text/json")
    )
