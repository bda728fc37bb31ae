"""Two versions of an Avro contract: which schemas and messages they have, and how each reads what the other writes."""

from __future__ import annotations

from runbook_tui.contracts.avro.existence import compare_messages, schema_added, schema_removed
from runbook_tui.contracts.avro.faults import Faults
from runbook_tui.contracts.avro.pairing import pair
from runbook_tui.contracts.avro.resolve import MAX_PAIRS, Resolver, TooManyPairsError
from runbook_tui.contracts.avro.roots import roots_of
from runbook_tui.contracts.avro.version import Version, read_version
from runbook_tui.contracts.avro.wording import change_of
from runbook_tui.contracts.files import ContractFiles
from runbook_tui.contracts.format import Report
from runbook_tui.contracts.model import Change, Direction


def compare_files(old: ContractFiles, new: ContractFiles, report: Report) -> None:
    """Add every difference between two versions, and every fault, to a report."""
    before, after = read_version(old, "old", report), read_version(new, "new", report)
    resolver = Resolver()
    try:
        report.changes += _compare_schemas(before, after, resolver)
        report.changes += compare_messages(before.files, after.files, resolver)
    except TooManyPairsError:
        what = f"the two versions meet in more than {MAX_PAIRS:,} combinations of types"
        place = after.files[0].place
        Faults(report, "new").add(place, what, "", "make a contract of each part of it")
    report.changes += [change_of(finding) for finding in resolver.findings.by_matter.values()]


def _compare_schemas(before: Version, after: Version, resolver: Resolver) -> list[Change]:
    """Resolve every schema that is no part of another one, in either version, and tell which came and went."""
    roots = {*roots_of(before.files), *roots_of(after.files)}
    pairs = pair(before.tops, after.tops)
    for old, new in pairs.both:
        if old in roots or new in roots:
            resolver.resolve(old.schema, new.schema, Direction.EVENT)
    added = [top for top in pairs.added if top in roots and top.path not in before.unreadable]
    removed = [top for top in pairs.removed if top in roots and top.path not in after.unreadable]
    return [*map(schema_added, added), *map(schema_removed, removed)]
