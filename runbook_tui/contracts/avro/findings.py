"""What resolving two versions of a schema against each other found, before it is put into words."""

from __future__ import annotations

from dataclasses import dataclass, field

from runbook_tui.contracts.avro.model import Field, Schema, Subject
from runbook_tui.contracts.model import Direction, Effect

Thing = Schema | Field


@dataclass(slots=True)
class Finding:
    """One matter in which two versions differ."""

    rule: str
    direction: Direction
    old: Thing | None
    new: Thing | None
    new_fails: bool = False
    """The new version cannot read what the old one wrote."""
    old_fails: bool = False
    """The old version cannot read what the new one wrote."""
    within: Subject | None = None
    """What a branch of a union is a branch of."""

    @property
    def effect(self) -> Effect | None:
        """What it does to the set of legal messages."""
        if self.new_fails and self.old_fails:
            return Effect.NEITHER
        return Effect.NARROWS if self.new_fails else Effect.WIDENS if self.old_fails else None


@dataclass(slots=True)
class Findings:
    """All matters, each once however often the two versions meet it."""

    by_matter: dict[tuple[str, Direction, Thing | None, Thing | None], Finding] = field(default_factory=dict)

    def add(
        self,
        rule: str,
        direction: Direction,
        old: Thing | None,
        new: Thing | None,
        *,
        new_fails: bool = False,
        old_fails: bool = False,
        within: Subject | None = None,
    ) -> None:
        """Note a difference, and who fails because of it; failures of the same matter add up."""
        key = (rule, direction, old, new)
        found = self.by_matter.setdefault(key, Finding(rule, direction, old, new, within=within))
        found.new_fails |= new_fails
        found.old_fails |= old_fails
