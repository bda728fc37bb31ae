"""Keys that a format does not have: the tools ignore them silently, so a misspelt one loses an edge."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from runbook_tui.catalog.importing.nearness import nearest
from runbook_tui.catalog.importing.report import Report
from runbook_tui.files.foreign_nodes import Map, Node
from runbook_tui.files.suggestions import one_of, quoted


def check_keys(
    report: Report,
    node: Node | None,
    known: Collection[str],
    where: str,
    *,
    meant: Mapping[str, str] | None = None,
    elsewhere: Mapping[str, str] | None = None,
    refused: str = "",
) -> None:
    """Tell of keys of a mapping that its format does not have.

    Args:
        report: where it is told.
        node: the mapping; anything else is passed over.
        known: the keys of the format at this place.
        where: the place in words, such as ``spec``.
        meant: words that people write, and the key that they mean.
        elsewhere: keys that the format has at another place, and which.
        refused: who refuses a file with a key that is like none; told nothing of such keys when empty.
    """
    if not isinstance(node, Map):
        return
    for key in node.entries:
        if key in known or key.startswith("x-") or "{{" in key:
            continue
        place = node.keys[key]
        near = (meant or {}).get(key) or nearest(key, known)
        what = f"{where} has no key {quoted(key)}"
        if near:
            report.find("misspelt-key", f"{what}, so it is ignored", place, f"did you mean '{near}'?")
        elif elsewhere and key in elsewhere:
            remedy = f"move it to {elsewhere[key]}"
            report.find("misplaced-key", f"{what}, so it is ignored", place, remedy)
        elif refused:
            report.find(
                "unknown-key", f"{what}, so {refused} refuses the file", place, one_of(known, most=30)
            )
