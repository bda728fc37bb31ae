"""How GraphQL schemas are judged against labelled pairs: ``python -m tests.benchmarks.contracts_graphql CASES.json``.

CASES is a JSON list of objects:

- ``old`` and ``new``: the schemas, in SDL or as an introspection result.
- ``breaking``: whether consumers of the old schema may break, so that the provider cannot simply go first.
- ``level`` (may be missing): ``breaking``, ``dangerous`` or ``safe``, as other tools have it.
- ``why`` (may be missing): what the pair shows; printed where the verdict disagrees.

A breaking pair is met by ``consumer-first`` and ``split``, any other by ``compatible``, ``either`` and
``provider-first``; one that is dangerous and not breaking is met by anything but ``compatible``. Nothing is asserted:
the tables are there to be read.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from runbook_tui.contracts.compare import compare
from runbook_tui.contracts.files import in_memory
from runbook_tui.contracts.model import ContractDiff, Verdict

BREAKING = frozenset({Verdict.CONSUMER_FIRST, Verdict.SPLIT})
SAFE = frozenset({Verdict.COMPATIBLE, Verdict.EITHER, Verdict.PROVIDER_FIRST})
LEVELS = ("breaking", "dangerous", "safe")


@dataclass(frozen=True)
class Case:
    """One pair of schemas with its label."""

    old: str
    new: str
    level: str
    why: str

    @property
    def met_by(self) -> frozenset[Verdict]:
        """The verdicts that agree with the label."""
        if self.level == "dangerous":
            return frozenset(Verdict) - {Verdict.COMPATIBLE}
        return BREAKING if self.level == "breaking" else SAFE


def read_cases(path: Path) -> list[Case]:
    """The pairs of a file.

    Raises:
        OSError, ValueError, KeyError, TypeError: it cannot be read, or is not of this form.
    """
    found = []
    for each in json.loads(path.read_text(encoding="utf-8")):
        level = each.get("level") or ("breaking" if each["breaking"] else "safe")
        if level not in LEVELS:
            raise ValueError(f"there is no level {level!r}")
        found.append(Case(str(each["old"]), str(each["new"]), level, str(each.get("why", ""))))
    return found


def judge(case: Case) -> ContractDiff:
    """The difference between the two schemas of a pair."""
    name = "schema.json" if case.old.lstrip().startswith("{") else "schema.graphql"
    old, new = ({name: text.encode()} for text in (case.old, case.new))
    return compare(in_memory(old), in_memory(new), "graphql")


def print_results(results: Sequence[tuple[Case, ContractDiff]]) -> None:
    """Label by verdict, then every pair that is not met, with what was found in it."""
    columns = [*(verdict.value for verdict in Verdict), "faulty"]
    counts = Counter((case.level, _verdict(diff)) for case, diff in results)
    print(f"{'label':<12}" + "".join(f"{column:>16}" for column in columns))
    for level in LEVELS:
        print(f"{level:<12}" + "".join(f"{counts[level, column] or '.':>16}" for column in columns))
    for level in LEVELS:
        own = [(case, diff) for case, diff in results if case.level == level]
        met = [case for case, diff in own if diff.verdict in case.met_by]
        print(f"{level}: {len(met)} of {len(own)} met")
    for number, (case, diff) in enumerate(results, start=1):
        if diff.verdict not in case.met_by:
            print(f"\n{number}: {case.why}\n  {case.level}, judged {_verdict(diff)}")
            for change in (*diff.changes, *diff.harmless):
                print(f"    {change.rule} ({change.direction} {change.effect}): {change.text}")
            for fault in diff.faults:
                print(f"    {fault.line}:{fault.column}: {fault.what}")


def _verdict(diff: ContractDiff) -> str:
    return diff.verdict.value if diff.verdict else "faulty"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the tables; 2 when the input cannot be used."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.contracts_graphql", description=__doc__)
    parser.add_argument("cases", type=Path)
    chosen = parser.parse_args(arguments)
    try:
        cases = read_cases(chosen.cases)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        print(f"{chosen.cases}: cannot be read as a list of labelled pairs: {error!r}", file=sys.stderr)
        return 2
    begin = time.perf_counter()
    results = [(case, judge(case)) for case in cases]
    print_results(results)
    print(f"\n{len(cases)} pairs in {time.perf_counter() - begin:.2f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
