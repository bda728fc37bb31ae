"""How Protobuf contracts are judged against pairs of versions: ``python -m tests.benchmarks.contracts_buf FOLDER``.

FOLDER holds ``previous/NAME/...``, ``current/NAME/...`` and ``expected.json``: by NAME whether the change from previous
to current is ``breaking``, and the ``annotations`` that a linter makes of it: ``file``, ``line`` (null where it names
none) and ``rule``.

A pair is right when it is breaking and its verdict is an order or a split, or it is not breaking and its verdict is
compatible or either. An annotation is reproduced when a change has its rule, file and line.

Nothing is asserted: the figures are there to be read.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from runbook_tui.contracts.compare import compare
from runbook_tui.contracts.files import ContractFiles, in_memory
from runbook_tui.contracts.model import ContractDiff, Verdict

Annotation = tuple[str, int, str]
"""File, line (0 for none) and rule, named as ours. The file is empty where a whole file or package is gone."""

_WHOLE = ("file-no-delete", "package-no-delete")


@dataclass(frozen=True)
class Pair:
    """One pair of versions with what is expected of it."""

    name: str
    breaking: bool
    annotations: Counter[Annotation]


def read_pairs(folder: Path) -> list[Pair]:
    """The pairs of ``expected.json``, sorted by name."""
    content: Mapping[str, Mapping[str, object]] = json.loads((folder / "expected.json").read_bytes())
    return [
        Pair(name, one["breaking"] is True, Counter(_annotations(one["annotations"])))
        for name, one in sorted(content.items())
    ]


def _annotations(written: object) -> list[Annotation]:
    rows = written if isinstance(written, list) else []
    return [(row["file"] or "", row["line"] or 0, row["rule"].lower().replace("_", "-")) for row in rows]


def read_version(folder: Path) -> ContractFiles:
    """All files below a folder; those that are Protobuf are the contract."""
    found = {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }
    own = {path: data for path, data in found.items() if path.endswith(".proto")}
    return in_memory(own, {path: data for path, data in found.items() if path not in own})


def reported(diff: ContractDiff, annotations: Counter[Annotation]) -> Counter[Annotation]:
    """What we report, in the form of annotations, whose paths begin at the root of a module."""
    files = {path for path, _, _ in annotations}
    places = {
        (_known(change.path, files), change.line, change.rule, change.pointer, change.text)
        if change.rule not in _WHOLE
        else ("", 0, change.rule, change.pointer, change.text)
        for change in (*diff.changes, *diff.harmless)
    }
    return Counter((path, line, rule) for path, line, rule, _, _ in places)


def _known(path: str, files: set[str]) -> str:
    same = [file for file in files if file and f"/{path}".endswith(f"/{file}")]
    return max(same, key=len, default=path)


def is_right(pair: Pair, diff: ContractDiff) -> bool:
    """Whether the verdict is what is expected."""
    if diff.verdict is None:
        return False
    return pair.breaking is (diff.verdict not in (Verdict.COMPATIBLE, Verdict.EITHER))


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures; 2 when the folder cannot be used."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.contracts_buf", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--missing", action="store_true", help="list every annotation that is not reproduced")
    chosen = parser.parse_args(arguments)
    try:
        pairs = read_pairs(chosen.folder)
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        print(f"{chosen.folder}: cannot be read as pairs with expected.json: {error}", file=sys.stderr)
        return 2
    right, expected, found, seconds = 0, 0, 0, 0.0
    print(f"{'pair':<56}{'breaking':<10}{'verdict':<16}{'annotations':>12}")
    for pair in pairs:
        old, new = (read_version(chosen.folder / name / pair.name) for name in ("previous", "current"))
        began = time.perf_counter()
        diff = compare(old, new, "protobuf")
        seconds += time.perf_counter() - began
        missing = pair.annotations - reported(diff, pair.annotations)
        right += is_right(pair, diff)
        expected += pair.annotations.total()
        found += pair.annotations.total() - missing.total()
        mark = "" if is_right(pair, diff) else "  WRONG"
        share = f"{pair.annotations.total() - missing.total()}/{pair.annotations.total()}"
        print(f"{pair.name:<56}{pair.breaking!s:<10}{diff.verdict or 'unknown':<16}{share:>12}{mark}")
        for fault in diff.faults:
            print(f"  fault: {fault}")
        if chosen.missing:
            for (path, line, rule), count in sorted(missing.items()):
                print(f"  missing {count}: {path}:{line} {rule}")
    print(f"\nverdicts right: {right}/{len(pairs)}")
    print(f"annotations reproduced by file, line and rule: {found}/{expected}")
    print(f"time: {1000 * seconds / max(1, len(pairs)):.1f} ms a pair")
    return 0


if __name__ == "__main__":
    sys.exit(main())
