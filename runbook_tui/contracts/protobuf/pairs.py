"""The definitions that both versions have, old and new together, and where what is gone would be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from runbook_tui.contracts.protobuf.comparison import NOWHERE, Comparison, Spot
from runbook_tui.contracts.protobuf.schema import Definition, Found, Node, Source
from runbook_tui.contracts.protobuf.tree import Place


def pairs(
    comparison: Comparison, old: Mapping[str, Sequence[Found[Node]]], new: Mapping[str, Sequence[Found[Node]]]
) -> Iterator[tuple[Found[Node], Found[Node]]]:
    """Definitions of one name in both versions, of own files and of imported ones that those use."""
    for full, olds in old.items():
        news = new.get(full)
        if not news:
            continue
        for before in olds:
            if before.source.own or full in comparison.reach.used:
                yield before, partner(before, news)


def partner(before: Found[Node], news: Sequence[Found[Node]]) -> Found[Node]:
    """The new definition that an old one became: in the same file if there are several."""
    same = (found for found in news if found.source.module_path == before.source.module_path)
    return next(same, news[0])


def spot(before: Found[Node], after: Found[Node], at: Place | None = None) -> Spot:
    """A place in the new version of a definition; its beginning unless another one is given."""
    return Spot(after.source, after.node.at if at is None else at, before.source)


def spot_of_gone(comparison: Comparison, gone: Definition, after: Source | None, *, anywhere: bool) -> Spot:
    """The innermost message that was around a definition, or the file as a whole.

    Args:
        gone: of the old version.
        after: its file in the new version; None when that is gone as well.
        anywhere: whether the message may be in another file now.
    """
    if after is None:
        return Spot(gone.source)
    outer = gone.parent
    while outer is not None:
        for found in comparison.new.schema.messages.get(outer.full, ()):
            if found.source is after or (anywhere and found.source.own):
                return Spot(found.source, found.node.at, gone.source)
        outer = outer.parent
    return Spot(after, NOWHERE, gone.source)
