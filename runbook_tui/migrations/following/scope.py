"""Names in languages whose blocks see those around them."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(eq=False, slots=True)
class Scope:
    """Names of one function or block, and those around it."""

    around: Scope | None = None
    names: dict[str, object] = field(default_factory=dict)

    def owner(self, name: str) -> Scope | None:
        """The scope that declares a name."""
        scope: Scope | None = self
        while scope is not None and name not in scope.names:
            scope = scope.around
        return scope

    def get(self, name: str) -> object:
        """The value of a name; Ellipsis when there is none."""
        owner = self.owner(name)
        return owner.names[name] if owner is not None else ...
