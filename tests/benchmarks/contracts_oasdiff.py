"""How OpenAPI pairs are judged against oasdiff: ``python -m tests.benchmarks.contracts_oasdiff CASES.json``.

CASES.json is a list of cases, with files below its own folder:

- ``base``, ``revision``: the two versions, paths from the folder of CASES.json.
- ``expect``: rules with their ``id`` and ``level`` (ERR, WARN, INFO). Where ``all_checks`` is false only some of the
  rules were looked for, and there may be other differences.
- ``expect_empty``: whether nothing was to be found.

Nothing is asserted: the tables are there to be read. ERR and WARN have to come out as ordered or split; what is empty
must not come out as consumer-first or split; a rule whose name begins with a direction needs a change of that
direction; INFO alone should not come out as consumer-first or split.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from runbook_tui.contracts.compare import compare
from runbook_tui.contracts.files import in_memory
from runbook_tui.contracts.model import ContractDiff, Verdict

HARMLESS = (Verdict.COMPATIBLE, Verdict.EITHER)
BREAKING = (Verdict.SPLIT, Verdict.CONSUMER_FIRST)
LEVELS = ("ERR", "WARN", "INFO")
_PREFIXES = ("new-required-", "new-optional-", "new-", "required-", "optional-")


@dataclass(frozen=True)
class Case:
    """One pair and what oasdiff says of it."""

    name: str
    base: Path
    revision: Path
    expected: tuple[tuple[str, str], ...]
    """Rule and level."""
    empty: bool
    all_checks: bool

    @property
    def level(self) -> str:
        """The worst level; ``empty`` where nothing is to be found, ``none`` where nothing is said."""
        levels = {level for _, level in self.expected}
        return next((level for level in LEVELS if level in levels), "empty" if self.empty else "none")


@dataclass(frozen=True)
class Result:
    """What became of one case."""

    case: Case
    diff: ContractDiff
    seconds: float

    @property
    def verdict(self) -> str:
        """The verdict, or ``faults``."""
        return str(self.diff.verdict or "faults")

    @property
    def defects(self) -> tuple[str, ...]:
        """What is wrong with it, in words; empty where all is as it should be."""
        found = []
        verdict = self.diff.verdict
        if verdict is None:
            found.append("faults")
        if self.case.level in ("ERR", "WARN") and verdict in HARMLESS:
            found.append(f"{self.case.level} not ordered")
        if self.case.level == "empty" and verdict in BREAKING:
            found.append("empty, but breaking")
        if self.case.level == "INFO" and verdict in BREAKING:
            found.append("INFO, but breaking")
        found += self._missing_directions()
        return tuple(found)

    def _missing_directions(self) -> list[str]:
        told = {str(change.direction) for change in (*self.diff.changes, *self.diff.harmless)}
        wanted = {direction for rule, _ in self.case.expected if (direction := direction_of(rule))}
        return [f"no {direction} change" for direction in sorted(wanted - told)]


def direction_of(rule: str) -> str:
    """The direction that a rule's name begins with; empty where there is none."""
    rest = next((rule.removeprefix(prefix) for prefix in _PREFIXES if rule.startswith(prefix)), rule)
    return next((each for each in ("request", "response") if rest.startswith(f"{each}-")), "")


def read_cases(path: Path) -> list[Case]:
    """The cases of a file whose two versions are there."""
    found = []
    for row in json.loads(path.read_text(encoding="utf-8")):
        base, revision = path.parent / row["base"], path.parent / row["revision"]
        if base.is_file() and revision.is_file():
            expected = tuple((each["id"], each["level"]) for each in row["expect"])
            found.append(Case(row["test"], base, revision, expected, row["expect_empty"], row["all_checks"]))
    return found


def judge(case: Case) -> Result:
    """Compare the two versions of a case."""
    old, new = case.base.read_bytes(), case.revision.read_bytes()
    begin = time.perf_counter()
    diff = compare(in_memory({case.base.name: old}), in_memory({case.revision.name: new}), "openapi")
    return Result(case, diff, time.perf_counter() - begin)


def print_verdicts(results: Sequence[Result]) -> None:
    """Worst expected level by verdict."""
    verdicts = [*(str(verdict) for verdict in Verdict), "faults"]
    counts = Counter((result.case.level, result.verdict) for result in results)
    print(f"{'':<8}" + "".join(f"{verdict:>16}" for verdict in verdicts))
    for level in (*LEVELS, "empty", "none"):
        print(f"{level:<8}" + "".join(f"{counts[level, verdict] or '.':>16}" for verdict in verdicts))


def print_rules(results: Sequence[Result]) -> None:
    """How often the expected rule is told by its very name."""
    wanted = [(rule, result) for result in results for rule, _ in result.case.expected]
    told = sum(
        rule in {change.rule for change in (*result.diff.changes, *result.diff.harmless)}
        for rule, result in wanted
    )
    print(f"rules told by oasdiff's name: {told}/{len(wanted)} = {100 * told / max(1, len(wanted)):.1f} %")


def print_defects(results: Iterable[Result], *, verbose: bool) -> None:
    """Every case that is not as it should be, and why."""
    counts: Counter[str] = Counter()
    for result in results:
        for defect in result.defects:
            counts[defect] += 1
        if result.defects:
            print(f"  {', '.join(result.defects)}: {result.case.name} ({result.verdict})")
            print(f"    {result.case.base.name} -> {result.case.revision.name}")
            print(
                f"    expected {', '.join(f'{rule} {level}' for rule, level in result.case.expected) or 'nothing'}"
            )
            if verbose:
                for change in (*result.diff.changes, *result.diff.harmless):
                    print(
                        f"    {change.effect or 'none'}: {change.rule}: {change.text} ({change.path}:{change.line})"
                    )
                for fault in result.diff.faults:
                    print(f"    {fault.path}:{fault.line}:{fault.column}: {fault.what}")
    print("defects: " + (", ".join(f"{name} {count}" for name, count in sorted(counts.items())) or "none"))


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the tables; 2 when the input cannot be used."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.contracts_oasdiff", description=__doc__)
    parser.add_argument("cases", type=Path)
    parser.add_argument("--verbose", action="store_true", help="every change of the cases that are listed")
    parser.add_argument("--only", default="", help="cases whose name contains this, with all their changes")
    chosen = parser.parse_args(arguments)
    try:
        cases = read_cases(chosen.cases)
    except (OSError, ValueError, KeyError, TypeError) as error:
        print(f"{chosen.cases}: cannot be read as a list of cases: {error}", file=sys.stderr)
        return 2
    results = [judge(case) for case in cases if chosen.only in case.name]
    print_verdicts(results)
    print_rules(results)
    print_defects(results, verbose=chosen.verbose or bool(chosen.only))
    slowest = max((result.seconds for result in results), default=0.0)
    total = sum(result.seconds for result in results)
    print(f"{len(results)} cases in {total:.2f} s, slowest {1000 * slowest:.0f} ms")
    return 0


if __name__ == "__main__":
    sys.exit(main())
