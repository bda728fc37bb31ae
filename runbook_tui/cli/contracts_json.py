"""What changed in contracts as data: what ``runbook contracts --json`` prints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from runbook_tui.contracts.model import Change, ContractDiff, Effect
from runbook_tui.contracts.pairs import Comparison
from runbook_tui.contracts.wording import sentence


def as_data(found: Sequence[Comparison], whole: ContractDiff, *, folders: bool) -> dict[str, object]:
    """All contracts together, and for folders each of them by its path inside of the folders."""
    data = diff_data(whole)
    if len({each.diff.type for each in found}) > 1:
        data["type"] = None
    if folders:
        data["contracts"] = [{"path": each.path, **diff_data(each.diff)} for each in found]
    return data


def diff_data(
    diff: ContractDiff, provider: str = "the provider", consumers: str = "its consumers"
) -> dict[str, object]:
    """One contract: the verdict (None where a fault hides it), why, and everything that was found.

    ``first`` says what follows from each change: of two changes whose effect is ``neither`` one may ask for a split and
    one, which each version understands of the other, for nothing.
    """
    return {
        "type": diff.type or None,
        "verdict": diff.verdict,
        "because": sentence(diff, provider, consumers),
        "changes": [_change(change) for change in sorted((*diff.changes, *diff.harmless), key=_order)],
        "faults": [asdict(fault) for fault in diff.faults],
    }


def _order(change: Change) -> tuple[str, int, str, str]:
    return (change.path, change.line, change.pointer, change.rule)


def _change(change: Change) -> dict[str, object]:
    return {
        "rule": change.rule,
        "direction": change.direction,
        "kind": change.kind,
        "action": change.action,
        "pointer": change.pointer,
        "path": change.path,
        "line": change.line,
        "column": change.column,
        "effect": change.effect or Effect.NEITHER,
        "first": change.first,
        "text": change.text,
        "names": change.names,
    }
