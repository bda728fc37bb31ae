"""An HTTP API as the comparison needs it, the same for Swagger 2.0 and OpenAPI 3. References are followed."""

from __future__ import annotations

from dataclasses import dataclass, field

from runbook_tui.contracts.documents.node import Node


@dataclass(frozen=True, slots=True, eq=False)
class Parameter:
    """A parameter in a path, query, header, cookie or form."""

    name: str
    where: str
    """``path``, ``query``, ``header``, ``cookie`` or ``formData``."""
    node: Node
    required: bool
    schema: Node | None
    textual: bool
    """Whether its scalars are plain text, as everywhere but in a JSON value."""
    style: str
    """How lists and objects are written out."""
    shared: bool
    """Whether it is a parameter of the path, and so of each of its operations."""

    @property
    def deprecated(self) -> bool:
        """Whether its users were told to leave it."""
        return self.node.flag("deprecated")

    @property
    def names(self) -> tuple[str, ...]:
        """What code that sends it contains: ``event_types`` of ``event_types[]``."""
        return (self.name.partition("[")[0],)

    def __str__(self) -> str:
        return f"the {'form field' if self.where == 'formData' else f'{self.where} parameter'} {self.name}"


@dataclass(frozen=True, slots=True, eq=False)
class Media:
    """A body in one media type."""

    name: str
    node: Node
    schema: Node | None


@dataclass(frozen=True, slots=True, eq=False)
class Body:
    """A request body."""

    node: Node
    required: bool
    media: dict[str, Media]


@dataclass(frozen=True, slots=True, eq=False)
class Header:
    """A header of a response."""

    name: str
    node: Node
    required: bool
    schema: Node | None


@dataclass(frozen=True, slots=True, eq=False)
class Response:
    """What is answered with one status."""

    status: str
    """``200``, ``2XX`` or ``default``."""
    node: Node
    media: dict[str, Media]
    headers: dict[str, Header]

    @property
    def success(self) -> bool:
        """Whether the status says that all went well."""
        return self.status.startswith("2")


Alternative = dict[str, frozenset[str]]
"""Security schemes that a request has to satisfy all at once, with their scopes."""


@dataclass(frozen=True, slots=True, eq=False)
class Security:
    """What a request has to show."""

    node: Node
    alternatives: list[Alternative]


@dataclass(frozen=True, slots=True, eq=False)
class Operation:
    """One method of one path, or one webhook."""

    method: str
    path: str
    at: Node
    """Where the path names it."""
    node: Node
    """The operation itself, which may be in another file."""
    parameters: dict[tuple[str, str], Parameter]
    """By where they are and their name; those in a path by their position, for their names are not sent."""
    body: Body | None
    responses: dict[str, Response]
    security: Security | None
    """None where that of the whole API holds."""
    callbacks: dict[str, Operation]

    @property
    def deprecated(self) -> bool:
        """Whether its users were told to leave it."""
        return self.node.flag("deprecated")

    def __str__(self) -> str:
        return f"{self.method.upper()} {self.path}" if self.path.startswith(("/", "{", "http")) else self.path


@dataclass(slots=True, eq=False)
class Api:
    """One version of an API."""

    root: Node
    base_path: Node | None = None
    """Swagger 2.0's prefix of all paths."""
    operations: dict[tuple[str, str], Operation] = field(default_factory=dict)
    """By path and method."""
    webhooks: dict[tuple[str, str], Operation] = field(default_factory=dict)
    """By name and method: requests that the provider sends."""
    security: Security | None = None
    schemes: dict[str, Node] = field(default_factory=dict)
