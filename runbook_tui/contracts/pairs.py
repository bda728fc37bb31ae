"""One contract in two versions that were read from disk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from runbook_tui.contracts.compare import compare
from runbook_tui.contracts.model import Action, Change, ContractDiff, Direction, Effect, Fault, Kind
from runbook_tui.contracts.sides import Side


@dataclass(frozen=True, slots=True)
class Comparison:
    """One contract in two versions, compared."""

    path: str
    """Inside of the folders, or the file's; ``.`` for the folders as a whole."""
    diff: ContractDiff
    kind: str = "modified"
    """``added`` or ``removed`` where one version alone has it."""


def compare_own(
    path: str, type_name: str, sides: tuple[Side, Side], own: tuple[Mapping[str, bytes], Mapping[str, bytes]]
) -> Comparison:
    """One contract, by the files that each version has of its own; one may have none."""
    diff = compare(sides[0].files(own[0]), sides[1].files(own[1]), type_name)
    if own[0] and own[1]:
        return Comparison(path, diff)
    first = next(iter(own[1] or own[0]), path)
    if not diff.changes and not diff.faults:
        diff = replace(diff, changes=(_whole(first if path == "." else path, added=bool(own[1])),))
    return Comparison(path, diff, "added" if own[1] else "removed")


def faulty(path: str, type_name: str, faults: Sequence[Fault]) -> Comparison:
    """A contract that cannot be compared."""
    return Comparison(path, ContractDiff(type_name, (), (), tuple(sorted(faults))))


def _whole(path: str, *, added: bool) -> Change:
    """A contract as a whole, where nothing in it asks for an order."""
    return Change(
        rule="contract-added" if added else "contract-removed",
        direction=Direction.REQUEST,
        kind=Kind.EXISTENCE,
        action=Action.ADD if added else Action.REMOVE,
        pointer="",
        path=path,
        line=0,
        effect=Effect.WIDENS if added else Effect.NARROWS,
        text="provides this contract for the first time" if added else "no longer provides this contract",
    )
