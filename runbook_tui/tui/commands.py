"""The command palette finds steps by their words; actions come from the registry."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Protocol, runtime_checkable

from textual.command import DiscoveryHit, Hit, Hits, Provider

from runbook_tui.tui.content import line


@runtime_checkable
class GoesToSteps(Protocol):
    """A screen that shows steps."""

    def step_titles(self) -> Sequence[tuple[str, str]]:
        """Id and title of every step."""
        ...

    def go_to(self, step_id: str) -> None:
        """Show a step."""
        ...


class StepsProvider(Provider):
    """Every step of the screen, by title and id."""

    async def discover(self) -> Hits:
        """Nothing while nothing is typed: the actions are more useful then."""
        empty: tuple[DiscoveryHit, ...] = ()
        for hit in empty:
            yield hit

    async def search(self, query: str) -> Hits:
        """Steps whose title or id matches."""
        screen = self.screen
        if not isinstance(screen, GoesToSteps):
            return
        matcher = self.matcher(query)
        for step_id, title in screen.step_titles():
            shown = line(f"{title}  {step_id}")
            score, offsets = matcher.fuzzy_search.match(query, shown.plain)
            if score > 0:  # Matcher.highlight() would read the title as markup
                for offset in offsets:
                    shown = shown.stylize(self.match_style or "bold", offset, offset + 1)
                yield Hit(score, shown, partial(screen.go_to, step_id), shown.plain)
