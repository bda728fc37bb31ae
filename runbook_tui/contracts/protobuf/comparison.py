"""What the comparison of two versions has in hand, and how a difference becomes a change with an effect.

A change of the definitions that no running process can notice breaks builds only: generated code looks different, or a
name is gone that nothing sends. It orders nothing while something else does. Alone it asks for the provider first, as
the release of any library does (consumers build against what the provider has published), or, where a definition is
gone, for the consumer first (the last user leaves before it).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum

from runbook_tui.contracts.format import Report
from runbook_tui.contracts.model import Change, Direction, Effect
from runbook_tui.contracts.protobuf.fields import Fields
from runbook_tui.contracts.protobuf.likeness import Likeness
from runbook_tui.contracts.protobuf.reach import Reach, reach_of
from runbook_tui.contracts.protobuf.rules import Layer, action_of, kind_of
from runbook_tui.contracts.protobuf.schema import Source
from runbook_tui.contracts.protobuf.tree import Place
from runbook_tui.contracts.protobuf.workspace import Workspace

NOWHERE: Place = (0, 0)
_MOST_NAMES = 50
"""Most words that are searched for one change."""


class Build(IntEnum):
    """What a change does to those who build against the definitions; the largest one decides."""

    GUARD = 1
    """A number or name that was set aside may be used again."""
    MOVED = 2
    """A name is defined in another file."""
    GENERATED = 3
    """Generated code looks different."""
    GONE = 4
    """A name is no longer defined."""


_WHEN_ALONE = {
    Build.GUARD: (Direction.RESPONSE, Effect.NARROWS),
    Build.MOVED: (Direction.RESPONSE, Effect.NARROWS),
    Build.GENERATED: (Direction.RESPONSE, Effect.NARROWS),
    Build.GONE: (Direction.REQUEST, Effect.NARROWS),
}
_LAYERS = {
    Build.GUARD: Layer.WIRE,
    Build.MOVED: Layer.FILES,
    Build.GENERATED: Layer.SOURCE,
    Build.GONE: Layer.SOURCE,
}


@dataclass(frozen=True, slots=True)
class Impact:
    """What a change does to binary messages, to JSON, and to builds."""

    wire: Effect | None = None
    json: Effect | None = None
    build: Build | None = None

    def effect(self, layers: frozenset[Layer]) -> Effect | None:
        """What it does to the messages that count."""
        json = self.json if Layer.JSON in layers else None
        found = {effect for effect in (self.wire, json) if effect is not None}
        return found.pop() if len(found) == 1 else Effect.NEITHER if found else None


HARMLESS = Impact()
WIDENS = Impact(wire=Effect.WIDENS)
NARROWS = Impact(wire=Effect.NARROWS)
NEITHER = Impact(wire=Effect.NEITHER)
GUARD = Impact(build=Build.GUARD)
MOVED = Impact(build=Build.MOVED)
GENERATED = Impact(build=Build.GENERATED)
GONE = Impact(build=Build.GONE)
RENAMED = Impact(json=Effect.NEITHER, build=Build.GENERATED)


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a change is: in a file of the new version, or of the old one when that file is gone."""

    source: Source
    at: Place = NOWHERE
    before: Source | None = None
    """The file in the old version, where it may be another one."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference, before it is decided what it demands."""

    rule: str
    pointer: str
    """Full name of what changes."""
    spot: Spot
    text: str
    """The rest of a sentence about the new version."""
    impact: Impact
    names: tuple[str, ...] = ()
    """Code that depends on it contains one of them."""
    directions: Sequence[Direction] = (Direction.REQUEST,)
    """There is a change for each, where messages change."""


@dataclass(slots=True)
class Comparison:
    """Two versions, and what was found so far."""

    old: Fields
    new: Fields
    workspace: Workspace
    """Of the new version: what the team has agreed holds from now on."""
    report: Report
    reach: Reach = field(init=False)
    """Of the old version: only what it already sends can be misunderstood."""
    alike: Likeness = field(init=False)
    _builds: list[tuple[Build, Change]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.reach = reach_of(self.old.schema)
        self.alike = Likeness(self.old, self.new)

    def add(self, found: Iterable[Difference]) -> None:
        """Report differences, except those that the team has agreed not to mind."""
        for difference in found:
            spot = difference.spot
            sources = {spot.source, spot.before or spot.source}
            if not any(self.workspace.allows(difference.rule, source) for source in sources):
                self._add(difference, self.workspace.layers(spot.source))

    def _add(self, difference: Difference, layers: frozenset[Layer]) -> None:
        impact = difference.impact
        effect = impact.effect(layers)
        if effect is not None:
            for direction in difference.directions:
                self.report.changes.append(_change(difference, direction, effect))
            return
        change = _change(difference, difference.directions[0], None)
        if impact.build is not None and _LAYERS[impact.build] in layers:
            self._builds.append((impact.build, change))
        else:
            self.report.changes.append(change)

    def finish(self) -> None:
        """Decide what the changes that only builds notice demand: nothing where messages change as well."""
        ordered = any(change.effect is not None for change in self.report.changes)
        deciding = max((build for build, _ in self._builds), default=None)
        for build, change in self._builds:
            if ordered or build is not deciding:
                self.report.changes.append(change)
            else:
                self.report.changes.append(_alone(build, change))
        self._builds.clear()


def _change(found: Difference, direction: Direction, effect: Effect | None) -> Change:
    return Change(
        rule=found.rule,
        direction=direction,
        kind=kind_of(found.rule),
        action=action_of(found.rule, effect),
        pointer=found.pointer,
        path=found.spot.source.path,
        line=found.spot.at[0],
        effect=effect,
        text=found.text,
        names=tuple(dict.fromkeys(name for name in found.names[:_MOST_NAMES] if name)),
        column=found.spot.at[1],
    )


def _alone(build: Build, change: Change) -> Change:
    direction, effect = _WHEN_ALONE[build]
    return replace(change, direction=direction, effect=effect)
