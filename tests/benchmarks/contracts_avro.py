"""How Avro schemas are judged against known pairs: ``python -m tests.benchmarks.contracts_avro PAIRS.json``.

PAIRS is a list of objects with ``writer`` (the old version), ``reader`` (the new one), and ``compatible``: whether the
reader understands whatever the writer may write. Where it does the consumer may go first, so that the verdict is
compatible, either or consumer-first; where it does not, provider-first or split.

Nothing is asserted: the figures are there to be read.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from runbook_tui.contracts.compare import compare
from runbook_tui.contracts.files import ContractFiles, in_memory
from runbook_tui.contracts.model import ContractDiff, Verdict

CONSUMER_MAY_GO_FIRST = frozenset({Verdict.COMPATIBLE, Verdict.EITHER, Verdict.CONSUMER_FIRST})
Pair = dict[str, object]


def judged(pair: Pair) -> ContractDiff:
    """What we say of a pair."""
    return compare(_version(pair["writer"]), _version(pair["reader"]), "avro")


def _version(schema: object) -> ContractFiles:
    return in_memory({"schema.avsc": json.dumps(schema, indent=1).encode()})


def print_figures(pairs: Sequence[Pair]) -> None:
    """How many are right, the verdicts by label, and every pair that is wrong."""
    counts: Counter[tuple[str, str]] = Counter()
    wrong: list[tuple[Pair, ContractDiff]] = []
    start = time.perf_counter()
    for pair in pairs:
        found = judged(pair)
        counts[str(pair["compatible"]).lower(), str(found.verdict)] += 1
        if found.verdict is None or (found.verdict in CONSUMER_MAY_GO_FIRST) is not pair["compatible"]:
            wrong.append((pair, found))
    elapsed = time.perf_counter() - start
    print(
        f"right {len(pairs) - len(wrong)}/{len(pairs)}, {1000 * elapsed / max(1, len(pairs)):.2f} ms a pair"
    )
    for (label, verdict), count in sorted(counts.items()):
        print(f"  {'compatible' if label == 'true' else 'incompatible':<14}{verdict:<16}{count:>4}")
    for pair, found in wrong:
        print(f"wrong: {found.verdict} for {json.dumps(pair)[:400]}")
        for change in found.changes:
            print(f"    {change.effect}: {change.text}")
        for fault in found.faults:
            print(f"    fault: {fault.what}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures; 2 when the input cannot be used."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.contracts_avro", description=__doc__)
    parser.add_argument("pairs", type=Path)
    chosen = parser.parse_args(arguments)
    try:
        pairs = json.loads(chosen.pairs.read_bytes())
        print_figures([{key: pair[key] for key in ("writer", "reader", "compatible")} for pair in pairs])
    except (OSError, ValueError, KeyError, TypeError) as error:
        print(f"{chosen.pairs}: cannot be read as a list of pairs: {error!r}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
