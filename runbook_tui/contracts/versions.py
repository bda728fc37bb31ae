"""Two files or folders on disk, as the contracts that they hold and what differs in each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from runbook_tui.contracts.compare import other_type
from runbook_tui.contracts.folders import compare_folders
from runbook_tui.contracts.model import ContractDiff, Fault
from runbook_tui.contracts.pairs import Comparison, compare_own, faulty
from runbook_tui.contracts.registry import TYPES, detect, format_named
from runbook_tui.contracts.sides import Side, sides_of
from runbook_tui.files.suggestions import one_of


def compare_paths(
    old: Path, new: Path, type_name: str | None = None
) -> tuple[Side, Side, tuple[Comparison, ...]]:
    """Every contract of two files or two folders, by path.

    What cannot be read, or is of another type, is a fault of its contract; the others are compared all the same.

    Args:
        old, new: two files or two folders.
        type_name: one of :data:`runbook_tui.contracts.registry.TYPES`; found out when left out.

    Raises:
        ProblemsError: one is missing or of another kind, a folder has too many files, or there is no contract at all.
    """
    before, after = sides_of(old, new)
    if before.file is not None and after.file is not None:
        return before, after, (_compare_files(before, after, type_name),)
    return before, after, compare_folders(before, after, type_name)


def overall(comparisons: Iterable[Comparison]) -> ContractDiff:
    """All contracts as one: what the deploys of their provider have to bear together."""
    diffs = [each.diff for each in comparisons]
    types = dict.fromkeys(diff.type for diff in diffs)
    return ContractDiff(
        type=", ".join(types),
        changes=tuple(dict.fromkeys(change for diff in diffs for change in diff.changes)),
        harmless=tuple(dict.fromkeys(change for diff in diffs for change in diff.harmless)),
        faults=tuple(dict.fromkeys(fault for diff in diffs for fault in diff.faults)),
    )


def _compare_files(old: Side, new: Side, type_name: str | None) -> Comparison:
    before, after = old.file or "", new.file or ""
    one, other = old.read(before), new.read(after)
    if isinstance(one, Fault) or isinstance(other, Fault):
        return faulty(after, type_name or "", [each for each in (one, other) if isinstance(each, Fault)])
    types = {old.version: detect(before, one), new.version: detect(after, other)}
    chosen = type_name or types["new"] or types["old"]
    wrong = [
        fault
        for side, path, data in ((old, before, one), (new, after, other))
        for fault in _wrong_type(side, path, data, type_name, types)
    ]
    if wrong or chosen is None:
        return faulty(after, chosen or "", wrong)
    if format_named(chosen).name == "protobuf":
        before = after  # what imports a file names it: under another name it would be another one
    return compare_own(after, chosen, (old, new), ({before: one}, {after: other}))


def _wrong_type(
    side: Side, path: str, data: bytes, said: str | None, types: Mapping[str, str | None]
) -> Iterator[Fault]:
    """What speaks against comparing a file as what it is said to be, or with the other one."""
    if said is not None:
        found = other_type(path, data, said)
        if found is not None:
            what = f"this is {found}, and --type says {said}"
            yield side.fault(path, what, remedy="name another file or type")
    elif not any(types.values()):
        yield side.fault(
            path, "no kind of contract is recognised in it", one_of(TYPES), "say which with --type"
        )
    elif all(types.values()) and len(set(types.values())) > 1:
        what = f"this is {types[side.version]}, and the other version is not"
        yield side.fault(path, what, "two versions of one contract", "force one type with --type")
