"""How migrations are judged against a labelled corpus: ``python -m tests.benchmarks.phases LABELS.tsv ROOT``.

LABELS is a table with a header row, divided by tabs:

- ``path``: a migration file, or a folder that is judged by the worst of its files. A part ``files/`` at the
  beginning may be missing below ROOT.
- ``label``: the phase that people chose (``expand``, ``migrate`` or ``backfill``, ``contract``, ``none``; ``a|b``
  accepts both), or a linter's verdict (``ok``, ``safe``; ``unsafe``, ``breaking``, ``lock-hazard`` ...).
- ``trust`` (may be missing): ``high`` is scored; ``none`` is scored only where an empty file must be ``none``.
- ``flags`` (may be missing): ``empty`` for a file that does nothing.
- ``must_catch`` (may be missing): ``yes`` when calling it safe is dangerous.

Nothing is asserted: the tables are there to be read.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from runbook_tui.catalog.model import MigrationSource
from runbook_tui.files.problems import ProblemsError
from runbook_tui.migrations.judging.judge import DANGER, is_mixed, phase_of
from runbook_tui.migrations.model import Level, Migration, Phase
from runbook_tui.migrations.read import read_migrations
from runbook_tui.migrations.registry import all_tools, detect_tool
from runbook_tui.migrations.tool import MigrationTool

UNREAD = "unread"
"""Stands for a phase where no tool takes the file for a migration."""
COLUMNS = [*(str(phase) for phase in DANGER), UNREAD]
SAFE = frozenset({"none", "expand", "backfill"})
GOOD = frozenset({"ok", "safe", "ok-for-rule"})
BAD = frozenset({"unsafe", "breaking", "lock-hazard", "client-breaking"})
LARGEST = 1_000_000


@dataclass(frozen=True)
class Case:
    """One row of the labels that is there."""

    path: str
    label: str
    trust: str
    empty: bool
    must_catch: bool

    @property
    def accepted(self) -> frozenset[str]:
        """The phases that count as right."""
        if self.trust == "none" and self.empty:
            return frozenset({"none"})
        return frozenset(self.label.replace("migrate", "backfill").split("|"))

    @property
    def scored(self) -> bool:
        """Whether a person chose this phase for this file."""
        return self.trust == "high" or (self.trust == "none" and self.empty)


@dataclass(frozen=True)
class Judgement:
    """What became of one case."""

    phase: str
    deciding: str
    flagged: bool
    """Whether a finding warns of it, or its phase does."""


def read_cases(labels: Path, root: Path) -> tuple[list[Case], list[str]]:
    """The cases of a table, and the paths that are not below ROOT."""
    with labels.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    cases, missing = [], []
    for row in rows:
        written = row.get("path") or next(iter(row.values()))
        found = next((p for p in (written, written.removeprefix("files/")) if (root / p).exists()), None)
        if found is None:
            missing.append(written)
            continue
        flags = (row.get("flags") or "").split(",")
        must = row.get("must_catch") == "yes"
        cases.append(Case(found, row["label"], row.get("trust") or "high", "empty" in flags, must))
    return cases, missing


def read_files(root: Path, cases: Sequence[Case]) -> dict[str, bytes]:
    """Every file below the first folders of the cases; large ones, and those of other kinds, as their names only."""
    tops = sorted({PurePosixPath(case.path).parts[0] for case in cases})
    paths = [path for top in tops for path in _walk(root / top)]
    kinds = {".sql"} | {
        path.suffix for case in cases for path in _walk(root / case.path) if not path.name.startswith(".")
    }
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        if path.suffix in kinds and path.stat().st_size < LARGEST
        else b""
        for path in paths
    }


def _walk(path: Path) -> Iterator[Path]:
    if path.is_dir():
        yield from (found for found in sorted(path.rglob("*")) if found.is_file())
    else:
        yield path


def folders_of(cases: Sequence[Case], files: Mapping[str, bytes], tool: str | None) -> dict[str, str]:
    """The migration folder of every labelled file, by the tools' own idea of a folder."""
    labelled = _labelled(cases, files)
    found: dict[str, str] = {}
    tools: Sequence[MigrationTool] = [t for t in all_tools() if tool in (None, t.name)]
    for each in tools:
        recognised = [path for path, data in files.items() if data and each.recognises(path, data)]
        for folder in each.folders(recognised, files.keys()):
            for path in recognised:
                if path in labelled and _inside(path, folder):
                    found.setdefault(path, folder)
    return {path: found.get(path, str(PurePosixPath(path).parent)) for path in labelled}


def _labelled(cases: Sequence[Case], files: Mapping[str, bytes]) -> frozenset[str]:
    wanted = {case.path for case in cases}
    return frozenset(
        path for path in files if path in wanted or any(str(p) in wanted for p in PurePosixPath(path).parents)
    )


def _inside(path: str, folder: str) -> bool:
    return folder in (".", "", path) or path.startswith(f"{folder}/")


def judge(
    cases: Sequence[Case], files: Mapping[str, bytes], tool: str | None, engine: str, *, alone: bool
) -> dict[str, list[Migration]]:
    """The migrations of every labelled file, read with the folder around it, or alone."""
    found: dict[str, list[Migration]] = defaultdict(list)
    if alone:
        groups = {path: {path: files[path]} for path in _labelled(cases, files)}
    else:
        groups = {}
        for folder in set(folders_of(cases, files, tool).values()):
            groups[folder] = {path: data for path, data in files.items() if _inside(path, folder)}
    for folder, held in groups.items():
        place = str(PurePosixPath(folder).parent) if alone else folder
        name = tool or detect_tool(held, place)
        if name is not None:
            source = MigrationSource(path=place, datastore="db", tool=name)
            for migration in read_migrations(source, held, service="corpus", engine=engine):
                found[migration.path].append(migration)
    return found


def judgement(case: Case, found: Mapping[str, list[Migration]], *, declared: bool) -> Judgement:
    """The worst of a case's migrations, and the operation that decides it."""
    own = [m for path, held in found.items() if _inside(path, case.path) for m in held]
    if not own:
        return Judgement(UNREAD, "", flagged=True)

    def phase(migration: Migration) -> Phase:
        inferred = migration.phase if migration.declared is None else phase_of(migration.operations)
        return migration.phase if declared else inferred

    worst = max(own, key=lambda migration: DANGER.index(phase(migration)))
    warned = any(f.level is not Level.NOTE and f.rule != "ddl-autocommit" for m in own for f in m.findings)
    chosen = str(phase(worst))
    return Judgement(chosen, _deciding(worst, phase(worst)), flagged=warned or chosen not in SAFE)


def _deciding(migration: Migration, phase: Phase) -> str:
    if migration.declared is phase:
        return f"declared {phase}"
    if phase is Phase.BREAKING and is_mixed(migration.operations):
        found = [o for o in migration.operations if o.phase is not Phase.NONE]
        return "mixed: " + "; ".join(f"{o.line}: {o.text} ({o.phase})" for o in found[:6])
    return "; ".join(f"{o.line}: {o.text}" for o in migration.operations if o.phase is phase)


def print_matrix(title: str, results: Sequence[tuple[Case, Judgement]]) -> None:
    """Label by judged phase, for every trust."""
    print(f"\n== {title}")
    counts = Counter((case.trust, case.label, result.phase) for case, result in results)
    columns = [column for column in COLUMNS if any(phase == column for _, _, phase in counts)]
    print(f"{'trust':<11}{'label':<20}" + "".join(f"{column:>10}" for column in columns))
    for trust, label in sorted({(case.trust, case.label) for case, _ in results}):
        print(f"{trust:<11}{label:<20}" + "".join(f"{counts[trust, label, c] or '.':>10}" for c in columns))


def print_phases(results: Sequence[tuple[Case, Judgement]]) -> None:
    """Shares over the rows that are scored, and every row that is wrong."""
    scored = [(case, found) for case, found in results if case.scored]
    answered = [(case, found) for case, found in scored if found.phase not in ("ask", UNREAD)]
    right = [(case, found) for case, found in answered if found.phase in case.accepted]
    print(f"scored {len(scored)}; right {_share(right, answered)} of those answered")
    print(f"asked or unread {_share([row for row in scored if row not in answered], scored)}")
    missed = [(case, found) for case, found in results if case.must_catch and found.phase in SAFE]
    print(f"must_catch {sum(case.must_catch for case, _ in results)}, called safe: {len(missed)}")
    _print_rows("called safe", missed)
    _print_rows("asked", [row for row in scored if row not in answered])
    _print_rows("wrong", [row for row in answered if row not in right])


def print_verdicts(results: Sequence[tuple[Case, Judgement]]) -> None:
    """What a linter finds unsafe and we call safe without a word, and the other way round."""
    bad = [row for row in results if row[0].label in BAD]
    good = [row for row in results if row[0].label in GOOD]
    missed = [row for row in bad if not row[1].flagged]
    print(f"unsafe {len(bad)}, called safe: {len(missed)}")
    _print_rows("called safe", missed)
    flagged = [row for row in good if row[1].phase not in SAFE]
    print(f"safe {len(good)}, not called safe: {len(flagged)}")
    _print_rows("not called safe", flagged)


def _share(part: Sequence[object], whole: Sequence[object]) -> str:
    return f"{len(part)}/{len(whole)} = {100 * len(part) / max(1, len(whole)):.1f} %"


def _print_rows(title: str, rows: Iterable[tuple[Case, Judgement]]) -> None:
    for case, found in rows:
        print(f"  {title}: {case.path}\n    label {case.label}, judged {found.phase}: {found.deciding[:400]}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the tables; 2 when the input cannot be used."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.phases", description=__doc__)
    parser.add_argument("labels", type=Path)
    parser.add_argument("root", type=Path)
    parser.add_argument("--tool", help="the migration tool; found out for each folder when it is left out")
    parser.add_argument("--engine", default="postgres")
    parser.add_argument(
        "--undeclared", action="store_true", help="only what is read, not what authors declare"
    )
    parser.add_argument("--alone", action="store_true", help="every file for itself, without its history")
    chosen = parser.parse_args(arguments)
    try:
        cases, missing = read_cases(chosen.labels, chosen.root)
    except (OSError, UnicodeDecodeError, KeyError, StopIteration) as error:
        print(f"{chosen.labels}: cannot be read as a table with path and label: {error}", file=sys.stderr)
        return 2
    for path in missing:
        print(f"missing: {path}", file=sys.stderr)
    if not cases:
        print(f"{chosen.labels}: none of {len(missing)} paths is below {chosen.root}", file=sys.stderr)
        return 2
    try:
        found = judge(cases, read_files(chosen.root, cases), chosen.tool, chosen.engine, alone=chosen.alone)
    except ProblemsError as error:
        print(error, file=sys.stderr)
        return 2
    verdicts = any(case.label in GOOD for case in cases)
    show: Callable[[Sequence[tuple[Case, Judgement]]], None] = print_verdicts if verdicts else print_phases
    for title, declared in (("as declared", True), ("as read, without declarations", False)):
        if declared and chosen.undeclared:
            continue
        results = [(case, judgement(case, found, declared=declared)) for case in cases]
        print_matrix(title, results)
        show(results)
    return 2 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
