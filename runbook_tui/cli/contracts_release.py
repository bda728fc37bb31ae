"""``runbook contracts MANIFEST``: every definition that the release of a manifest changes."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from runbook_tui.contracts.model import ContractDiff
    from runbook_tui.release.model import ContractChange, Release, ServiceChange


def run(args: Namespace) -> int:
    """Print what changes in the release; 1 when a definition has to be split, 2 when one cannot be read."""
    from runbook_tui.catalog.direct import read_any
    from runbook_tui.cli.contracts import exit_status
    from runbook_tui.cli.usage import targets
    from runbook_tui.release.read import read_release

    bases, goals = targets(args.base, "--base"), targets(args.target)
    release = read_release(read_any(Path(args.old), bases, goals), targets=goals, bases=bases)
    found = list(_changes(release))
    if args.json:
        from runbook_tui.cli.output import emit

        emit(_as_data(found))
    else:
        _tell(found)
    statuses = [exit_status(diff) for _, _, diff in found]
    return 2 if 2 in statuses else max(statuses, default=0)


_HARDEST: tuple[object, ...] = (None, "split", "consumer-first", "provider-first", "either", "compatible")

_Found = tuple["ServiceChange", "ContractChange", "ContractDiff"]


def _changes(release: Release) -> Iterator[_Found]:
    for change in release.changes:
        for contract in change.contracts:
            if contract.diff is not None:
                yield change, contract, contract.diff


def _as_data(found: list[_Found]) -> dict[str, object]:
    """All changes, each contract, and the verdict of the one that is hardest to order."""
    from runbook_tui.cli.contracts_json import diff_data
    from runbook_tui.contracts.model import ContractDiff

    contracts: list[dict[str, object]] = [
        {
            "api": contract.api,
            "provider": change.name,
            "consumers": list(contract.consumers),
            "path": contract.path,
            "kind": contract.kind,
            **diff_data(diff, change.name, _consumers(contract)),
        }
        for change, contract, diff in found
    ]
    whole = ContractDiff(
        type="",
        changes=tuple(change for _, _, diff in found for change in diff.changes),
        harmless=tuple(change for _, _, diff in found for change in diff.harmless),
        faults=tuple(fault for _, _, diff in found for fault in diff.faults),
    )
    hardest = min(contracts, key=lambda one: _HARDEST.index(one["verdict"]), default=None)
    told = {key: hardest[key] for key in ("verdict", "because")} if hardest else {}
    return {**diff_data(whole), **told, "contracts": contracts}


def _tell(found: list[_Found]) -> None:
    from runbook_tui.cli.contracts_text import contract_lines, problem_lines
    from runbook_tui.cli.output import narrate, say, styled
    from runbook_tui.text.terminal import plain

    if not found:
        say("No definition changes in this release.")
    for number, (change, contract, diff) in enumerate(found):
        title = f"{contract.api} · {diff.type} · {contract.kind} in {change.name} {change.version}"
        print(("\n" if number else "") + styled(plain(title), "bold"))
        for line in contract_lines(diff, plain(change.name), plain(_consumers(contract))):
            print(line)
        for text in problem_lines(diff.faults):
            narrate(text)


def _consumers(contract: ContractChange) -> str:
    from runbook_tui.planning.words import names

    others = [name for name in contract.consumers if name != contract.provider]
    return names(others) if others else "its consumers"
