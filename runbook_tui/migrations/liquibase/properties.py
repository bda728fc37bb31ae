"""``${name}`` in changelogs: the first definition that applies is put in; what is not defined stays as it is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from runbook_tui.migrations.engine import Engine
from runbook_tui.migrations.liquibase.changelog import Property
from runbook_tui.migrations.liquibase.dbms import applies

_PLACE = re.compile(r"\$\{([^${}]{1,200})\}")
_LONGEST = 200_000
"""Characters that are put in: definitions may name one another."""


@dataclass(frozen=True, slots=True)
class Defined:
    """A property with the file that defines it."""

    path: str
    definition: Property


@dataclass(frozen=True, slots=True)
class Properties:
    """What is defined when a changeset is read."""

    known: Sequence[Defined]
    count: int
    """How many of them stand before the changeset."""
    path: str

    def expand(self, text: str, engine: Engine | None) -> str:
        """The text with its properties, nested three deep; None for the engine takes what holds for all of them."""
        room = _LONGEST

        def value(place: re.Match[str]) -> str:
            nonlocal room
            found = self._value(place, engine)
            room -= len(found)
            return found if room > 0 else place[0]

        for _ in range(3):
            changed = _PLACE.sub(value, text) if "${" in text else text
            if changed == text:
                break
            text = changed
        return text

    def definitions(self, text: str) -> list[tuple[str, str, str]]:
        """All definitions that a text may take its values from: an edit of one is an edit of it."""
        found: dict[tuple[str, str, str], None] = {}
        waiting, seen = [text], set[str]()
        while waiting:
            for name in {match.strip().lower() for match in _PLACE.findall(waiting.pop())} - seen:
                seen.add(name)
                for one in self._named(name):
                    found[(name, one.dbms, one.value)] = None
                    waiting.append(one.value)
        return sorted(found)

    def _value(self, place: re.Match[str], engine: Engine | None) -> str:
        for one in self._named(place[1].strip().lower()):
            if one.conditional or (engine is None and one.dbms):
                break
            if engine is None or applies(one.dbms, engine):
                return one.value
        return place[0]

    def _named(self, name: str) -> list[Property]:
        return [
            item.definition
            for item in self.known[: self.count]
            if item.definition.name.lower() == name and (item.definition.everywhere or item.path == self.path)
        ]
