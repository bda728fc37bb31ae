"""Where in a message a comparison stands, and the words for it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from runbook_tui.contracts.model import Direction


@dataclass(frozen=True, slots=True)
class Spot:
    """A place of a message."""

    direction: Direction
    place: str
    """The message, for people: ``the body of POST /invoices``."""
    subject: str
    """Prefix of the rules at the top of the message: ``request-body``."""
    names: tuple[str, ...] = ()
    """What code that uses the message has to contain."""
    textual: bool = False
    """Whether numbers and booleans are written as plain text, so that a string may be any of them."""
    harmless: bool = False
    """Whether the part does not belong in the message, so that a change of it orders nothing."""
    path: str = ""
    """Names from the top of the message: ``customer.addresses[].city``; empty at the top."""

    @property
    def request(self) -> bool:
        """Whether the provider reads the message."""
        return self.direction is Direction.REQUEST

    @property
    def inner(self) -> str:
        """Prefix of the rules below the top."""
        below = self.subject if self.subject == "request-parameter" else self.direction
        return f"{below}-property"

    def rule(self, suffix: str) -> str:
        """The name of a rule that holds here."""
        return f"{self.inner if self.path else self.subject}-{suffix}"

    def member(self, name: str) -> Spot:
        """A member of the object here."""
        path = f"{self.path}.{name}" if self.path else name
        return replace(self, path=path, names=(name,))

    def items(self) -> Spot:
        """The items of the list here."""
        return replace(self, path=f"{self.path}[]")

    def others(self) -> Spot:
        """The members without a name of their own of the object here."""
        return replace(self, path=f"{self.path}.*" if self.path else "*")

    def moved(self, preposition: str) -> str:
        """A member that is added ``to`` its message, or removed ``from`` it."""
        return f"{self.path} {preposition} {self.place}"

    def __str__(self) -> str:
        if not self.path:
            return self.place
        if self.path == "[]":
            return f"the items of {self.place}"
        return f"{self.path} in {self.place}"
