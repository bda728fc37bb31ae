"""How JSON Schemas are judged against known pairs: ``python -m tests.benchmarks.contracts_json_schema PATH...``.

A PATH is one of two things that public suites have:

- a folder of folders with ``old.json``, ``new.json`` and ``expect.json``; the last says whether whoever writes the new
  version is understood by the old one (``serializer``), and the other way round (``deserializer``);
- a file with a list of objects with ``original_schema``, ``update_schema`` and ``compatible``: whether the new version
  understands the old one; ``compatible_lenient`` is what a milder judge says.

Nothing is asserted: the figures are there to be read.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from runbook_tui.contracts.compare import compare
from runbook_tui.contracts.files import ContractFiles, in_memory
from runbook_tui.contracts.model import ContractDiff, Verdict

CONSUMER_MAY_GO_FIRST = frozenset({Verdict.COMPATIBLE, Verdict.EITHER, Verdict.CONSUMER_FIRST})
PROVIDER_MAY_GO_FIRST = frozenset({Verdict.COMPATIBLE, Verdict.EITHER, Verdict.PROVIDER_FIRST})


@dataclass(frozen=True)
class Case:
    """One pair and what others say of it."""

    name: str
    old: object
    new: object
    new_reads_old: bool
    old_reads_new: bool | None
    """None where nothing is said of it."""
    lenient: bool | None = None
    """What a milder judge says of the new version reading the old one."""


def cases_of(path: Path) -> Iterator[Case]:
    """The pairs of a folder or a file."""
    if path.is_dir():
        for expected in sorted(path.glob("*/expect.json")):
            old, new, expect = (
                _load(expected.with_name(f"{name}.json")) for name in ("old", "new", "expect")
            )
            assert isinstance(expect, dict)
            yield Case(expected.parent.name, old, new, expect["deserializer"], expect["serializer"])
        return
    pairs = _load(path)
    assert isinstance(pairs, list)
    for pair in pairs:
        name, old, new = pair["description"], pair["original_schema"], pair["update_schema"]
        yield Case(name, old, new, pair["compatible"], None, pair.get("compatible_lenient"))


def _load(path: Path) -> object:
    """JSON; some of it has commas before closing brackets."""
    return json.loads(re.sub(r",(\s*[}\]])", r"\1", path.read_text(encoding="utf-8")))


def judged(case: Case) -> ContractDiff:
    """What we say of a pair."""
    return compare(_version(case.old), _version(case.new), "json-schema")


def _version(schema: object) -> ContractFiles:
    return in_memory({"event.json": json.dumps(schema, indent=1).encode()})


def agrees(case: Case, found: ContractDiff) -> bool:
    """Whether our verdict is the one that follows from what others say."""
    forward = case.old_reads_new is None or (found.verdict in PROVIDER_MAY_GO_FIRST) is case.old_reads_new
    backward = (found.verdict in CONSUMER_MAY_GO_FIRST) in (case.new_reads_old, case.lenient)
    return found.verdict is not None and forward and backward


def print_figures(name: str, cases: Sequence[Case]) -> None:
    """How many agree, and every pair that does not."""
    start = time.perf_counter()
    results = [(case, judged(case)) for case in cases]
    elapsed = time.perf_counter() - start
    wrong = [(case, found) for case, found in results if not agrees(case, found)]
    average = 1000 * elapsed / max(1, len(cases))
    print(f"{name}: agree {len(cases) - len(wrong)}/{len(cases)}, {average:.1f} ms a pair")
    for case, found in wrong:
        expected = f"new reads old: {case.new_reads_old}, old reads new: {case.old_reads_new}"
        print(f"  {found.verdict}, expected {expected}: {case.name}")
        print(f"    old {json.dumps(case.old)[:300]}\n    new {json.dumps(case.new)[:300]}")
        for change in found.changes:
            print(f"      {change.effect}: {change.text}")
        for fault in found.faults:
            print(f"      fault: {fault.what}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures; 2 when the input cannot be used."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.contracts_json_schema", description=__doc__
    )
    parser.add_argument("paths", type=Path, nargs="+")
    for path in parser.parse_args(arguments).paths:
        try:
            cases = list(cases_of(path))
        except (OSError, ValueError, KeyError, TypeError, AssertionError) as error:
            print(f"{path}: cannot be read as pairs of schemas: {error!r}", file=sys.stderr)
            return 2
        print_figures(path.name, cases)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
