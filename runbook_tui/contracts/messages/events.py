"""Two versions of a contract that is one schema, or a folder of them: which are events, and how each differs."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from runbook_tui.contracts.documents.node import Node
from runbook_tui.contracts.documents.references import referenced_files
from runbook_tui.contracts.documents.resolving import Documents
from runbook_tui.contracts.files import ContractFiles
from runbook_tui.contracts.format import Report
from runbook_tui.contracts.messages.settling import settle
from runbook_tui.contracts.messages.versions import Versions
from runbook_tui.contracts.model import Action, Change, Direction, Effect, Kind
from runbook_tui.contracts.schemas.comparer import SchemaComparer
from runbook_tui.contracts.schemas.shape import PROSE
from runbook_tui.contracts.schemas.spot import Spot

Pairs = list[tuple[Node | None, Node | None]]
_DEFINITIONS = ("$defs", "definitions")
_SAYS_NOTHING = PROSE | {"$schema", "$id", "id", *_DEFINITIONS}


def compare_events(old: ContractFiles, new: ContractFiles, report: Report) -> None:
    """Add every difference between two versions, and every fault, to a report."""
    before, after = Documents(old, "old", report), Documents(new, "new", report)
    pairs = [
        pair
        for paths in _paths(old, new)
        for pair in _schemas(_root(before, paths[0]), _root(after, paths[1]), missing=None in paths)
    ]
    comparer = SchemaComparer(before, after, report)
    versions = Versions(before, after, comparer.sameness)
    for one, other in pairs:
        if one is not None and other is not None:
            compare_event(one, other, comparer, versions, report)
        elif other is not None:
            report.changes.append(_existence(other, added=True))
        elif one is not None:
            report.changes.append(_existence(one, added=False))


def compare_event(old: Node, new: Node, comparer: SchemaComparer, versions: Versions, report: Report) -> None:
    """Add what differs between two versions of one event. Where a fault hides a part, nothing is proved."""
    told, faults = len(report.changes), len(report.faults)
    spot = Spot(Direction.EVENT, _title(new), "event")
    comparer.compare(old, new, spot.direction, spot.place, spot.subject, names=spot.names)
    if len(report.faults) == faults:
        own, others = report.changes[told:], report.changes[:told]
        report.changes[told:] = settle(own, (old, new), versions, spot, others)


def _paths(old: ContractFiles, new: ContractFiles) -> list[tuple[str | None, str | None]]:
    """Files of both versions side by side, without those that only others use; a single one belongs to a single one."""
    if len(old.own) == len(new.own) == 1:
        return [(next(iter(old.own)), next(iter(new.own)))]
    roots = _roots(old) | _roots(new)
    gone = [path for path in sorted(old.own) if path not in new.own]
    come = [path for path in sorted(new.own) if path not in old.own]
    moved = {one: other for one in gone for other in come if _is_moved(one, other, gone, come)}
    pairs: list[tuple[str | None, str | None]] = [(path, path) for path in sorted(old.own) if path in new.own]
    pairs += moved.items()
    pairs += [(path, None) for path in gone if path not in moved]
    pairs += [(None, path) for path in come if path not in moved.values()]
    return [pair for pair in pairs if roots & set(pair)]


def _is_moved(one: str, other: str, gone: list[str], come: list[str]) -> bool:
    """Whether a file that is gone is one that came: the only ones of one name."""
    name = posixpath.basename(one)
    same = [[path for path in paths if posixpath.basename(path) == name] for paths in (gone, come)]
    return posixpath.basename(other) == name and len(same[0]) == len(same[1]) == 1


def _roots(files: ContractFiles) -> set[str]:
    """The files that no other one refers to; all of them where they refer to one another in a circle."""
    used = {
        target
        for path, data in files.own.items()
        for target in referenced_files(path, data, files)
        if target != path
    }
    return {path for path in files.own if path not in used} or set(files.own)


def _root(documents: Documents, path: str | None) -> Node | None:
    root = documents.root(path) if path is not None else None
    if root is not None and not isinstance(root.value, (dict, bool)):
        documents.fault(root, "this is no JSON Schema", "an object", "check that this is the right file")
        return None
    return root


def _schemas(
    old: Node | None, new: Node | None, *, missing: bool
) -> Iterator[tuple[Node | None, Node | None]]:
    """The schemas of two versions of a file: its own, or its definitions where it says nothing itself.

    ``missing``: whether a version has no such file; otherwise one that cannot be read is a fault, and no change.
    """
    if not missing and (old is None or new is None):
        return
    if any(node is not None and not _says_nothing(node) for node in (old, new)):
        yield old, new
        return
    before, after = (_definitions(node) for node in (old, new))
    for name in dict.fromkeys([*before, *after]):
        yield before.get(name), after.get(name)


def _says_nothing(node: Node) -> bool:
    return isinstance(node.value, dict) and node.value.keys() <= _SAYS_NOTHING and bool(_definitions(node))


def _definitions(node: Node | None) -> dict[str, Node]:
    found: dict[str, Node] = {}
    for keyword in _DEFINITIONS:
        inner = node.get(keyword) if node is not None else None
        found |= dict(inner.items()) if inner is not None else {}
    return found


def _title(node: Node) -> str:
    """What people call an event: its title, its name among the definitions, or that of its file."""
    return node.text("title") or node.key or posixpath.basename(node.path)


def _existence(node: Node, *, added: bool) -> Change:
    """A new event makes consumers wait for it; one that is no more needs the last of them gone first."""
    name = _title(node)
    return Change(
        rule="event-added" if added else "event-removed",
        direction=Direction.EVENT,
        kind=Kind.EXISTENCE,
        action=Action.ADD if added else Action.REMOVE,
        pointer=node.pointer,
        path=node.path,
        line=node.line,
        effect=Effect.NARROWS if added else Effect.WIDENS,
        text=f"{'adds' if added else 'removes'} the event {name}",
        names=(name,) if name.isidentifier() else (),
        column=node.column,
    )
