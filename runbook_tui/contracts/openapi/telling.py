"""Reports differences of an API, each once, and knows what consumers have to contain for it to concern them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from runbook_tui.contracts.documents.node import Node
from runbook_tui.contracts.format import Report
from runbook_tui.contracts.model import Action, Change, Direction, Effect, Kind
from runbook_tui.contracts.openapi.model import Operation
from runbook_tui.contracts.schemas.comparer import SchemaComparer

_DIRECTION = re.compile(r"\b(request|response)\b")
_VERSION = re.compile(r"v?\d+([.-]\w+)*|api|rest", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Roles:
    """Who writes the messages of an operation: a webhook is an operation with the roles exchanged."""

    asking: Direction
    """Of the request."""
    answering: Direction
    """Of the response."""


CALLED = Roles(Direction.REQUEST, Direction.RESPONSE)
"""The consumer calls."""
CALLING = Roles(Direction.EVENT, Direction.REQUEST)
"""The provider calls: it writes the request, and reads what the consumer answers."""


class Teller:
    """Adds changes to a report."""

    def __init__(self, report: Report, schemas: SchemaComparer) -> None:
        self.schemas = schemas
        self._report = report
        self._told: set[tuple[object, ...]] = set()

    def add(self, change: Change) -> None:
        """Report a change, unless it was told of the same place."""
        key = (change.rule, change.direction, change.path, change.pointer, change.effect)
        if key not in self._told:
            self._told.add(key)
            self._report.changes.append(change)


@dataclass(frozen=True, slots=True)
class Voice:
    """Tells of one message."""

    teller: Teller
    direction: Direction
    names: tuple[str, ...] = ()
    """What code that uses the message has to contain."""

    def tell(
        self,
        rule: str,
        kind: Kind,
        action: Action,
        effect: Effect | None,
        *,
        at: Node,
        text: str,
        names: tuple[str, ...] | None = None,
    ) -> None:
        """Report a difference. ``rule`` is named as oasdiff does for a call; for a webhook it is turned round."""
        found = self.names if names is None else names
        pointer = at.pointer
        line, column = at.document.place(pointer)
        self.teller.add(
            Change(
                named(self.direction, rule),
                self.direction,
                kind,
                action,
                pointer,
                at.path,
                line,
                effect,
                text,
                found,
                column,
            )
        )


def named(direction: Direction, rule: str) -> str:
    """A rule with a direction in its name (``request-body-removed``) for another direction of the same message."""
    return _DIRECTION.sub(str(direction), rule, count=1)


def names_of(operation: Operation) -> tuple[str, ...]:
    """What code that calls an operation contains: the last fixed part of its path, and its id."""
    parts = operation.path.partition("?")[0].split("/")
    fixed = [part for part in parts if part and "{" not in part and not _VERSION.fullmatch(part)]
    found = [*fixed[-1:], operation.node.text("operationId")]
    return tuple(dict.fromkeys(name for name in found if name))
