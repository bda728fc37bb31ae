"""What two schemas as a whole allow decides over what their differences suggest.

A difference is judged where it stands: an alternative that is added seems to allow more, also where another one allowed
all of it before. So every effect that is proved not to be there is taken away, and one that no difference explains is
told with an example.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from runbook_tui.contracts.documents.node import Node
from runbook_tui.contracts.messages.model import Found
from runbook_tui.contracts.messages.versions import Versions
from runbook_tui.contracts.model import Action, Change, Direction, Effect, Kind
from runbook_tui.contracts.schemas.spot import Spot
from runbook_tui.contracts.schemas.words import shown

_MOST_NAMES = 5
OPTIONAL = "optional-property-added"
"""End of the rules by which an optional member was added."""


def settle(
    changes: Sequence[Change],
    nodes: tuple[Node, Node],
    versions: Versions,
    spot: Spot,
    told: Sequence[Change] = (),
) -> list[Change]:
    """The changes of one schema with the effects that they really have.

    Args:
        changes: what differs between the two versions of the schema.
        nodes: the old and the new schema.
        versions: knows what each of them allows.
        spot: the message.
        told: changes of other messages, which this one may share parts with.
    """
    forbidden, added = versions.forbidden(*nodes), versions.added(*nodes)
    settled = [_with_known_effect(change, forbidden, added) for change in changes]
    known = [*settled, *told]
    if forbidden.exists and not any(change.effect in (Effect.NARROWS, Effect.NEITHER) for change in known):
        settled.append(_example(forbidden, nodes[1], spot, allowed=False))
    if added.exists and not any(change.effect in (Effect.WIDENS, Effect.NEITHER) for change in known):
        settled.append(_example(added, nodes[1], spot, allowed=True))
    return _without_weak_demands(settled, nodes, versions)


def _with_known_effect(change: Change, forbidden: Found, added: Found) -> Change:
    narrows = change.effect in (Effect.NARROWS, Effect.NEITHER) and (forbidden.exists or forbidden.unknown)
    widens = change.effect in (Effect.WIDENS, Effect.NEITHER) and (added.exists or added.unknown)
    effect = None
    if narrows or widens:
        effect = Effect.NEITHER if narrows and widens else Effect.NARROWS if narrows else Effect.WIDENS
    return change if effect is change.effect else replace(change, effect=effect)


def _without_weak_demands(
    changes: list[Change], nodes: tuple[Node, Node], versions: Versions
) -> list[Change]:
    """An optional member that is added to an open object demands nothing against another change.

    Strictly, a message of the old version may already have a member of that name and another form; who writes only what
    the schema declares never does that.
    """
    narrowing = [change for change in changes if change.effect is Effect.NARROWS]
    widening = any(change.effect is Effect.WIDENS for change in changes)
    weak = [change for change in narrowing if change.rule.endswith(OPTIONAL)]
    if not (widening and weak) or len(weak) < len(narrowing):
        return changes
    if versions.forbidden(*nodes, declared_only=True).exists:
        return changes
    return [replace(change, effect=None) if change in weak else change for change in changes]


def _example(found: Found, node: Node, spot: Spot, *, allowed: bool) -> Change:
    names = list(found.value)[:_MOST_NAMES] if isinstance(found.value, dict) else []
    verb = "allows" if allowed else "no longer allows"
    text = f"{verb} {spot.place} to be as in {shown(found.value)}"
    return Change(
        rule=spot.rule("messages-allowed" if allowed else "messages-forbidden"),
        direction=Direction.EVENT,
        kind=Kind.STRUCTURE,
        action=Action.GENERALIZE if allowed else Action.SPECIALIZE,
        pointer=node.pointer,
        path=node.path,
        line=node.line,
        effect=Effect.WIDENS if allowed else Effect.NARROWS,
        text=text,
        names=tuple(name for name in names if name.isidentifier()),
        column=node.column,
    )
