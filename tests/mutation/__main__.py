"""How many small changes of the program its tests notice, room by room (mutmut).

    python -m tests.mutation [--jobs N] [--show] [--coverage] [ROOM ...]

Each room is mutated in a temporary copy, and only its quick tests are run. A line is printed for each file:

    execution/framing.py mutants=450 killed=440 timeout=0 survived=10 untested=0 equivalent=10 score=100.0

``equivalent`` are survivors that no test could notice; each was looked at, and stands in ``equivalent.txt``. The
score is the share of all others that were noticed. With ``--coverage`` nothing is changed, and it is counted which
lines and branches the same tests reach.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from difflib import ndiff
from pathlib import Path

from tests.mutation.rooms import ROOMS, Room

ROOT = Path(__file__).parents[2]
COPIED = ("runbook_tui", "tests", "templates", "examples", "pyproject.toml")
EQUIVALENT = Path(__file__).with_name("equivalent.txt")
SCORE = 90.0
"""Per cent that each file has to reach."""
FULL = 100.0
"""Per cent of lines and branches that are to be reached."""
LONGEST = 15
"""Seconds that one test may take: some mutants wait for ever."""
MEMORY = 4 * 1024**3
"""Bytes that one mutant may take: some never stop to collect."""
_KILLED, _TIMEOUT, _SURVIVED, _UNTESTED = (1, 3), (-24, 24, 36, 152, 255), 0, 33


def main() -> int:
    """Print a line for every file; 1 when one of them is below the mark."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("rooms", nargs="*", metavar="ROOM", help=", ".join(room.name for room in ROOMS))
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--show", action="store_true", help="print what survived")
    parser.add_argument("--coverage", action="store_true", help="count branches that are reached instead")
    given = parser.parse_args()
    rooms = [room for room in ROOMS if not given.rooms or room.name in given.rooms]
    if not rooms:
        parser.error(f"no such room; there are {', '.join(room.name for room in ROOMS)}")
    known = {line for line in EQUIVALENT.read_text(encoding="utf-8").splitlines() if "  " in line}
    low = False
    for room in rooms:
        with tempfile.TemporaryDirectory(prefix="runbook-mutants-") as place:
            copy(Path(place), room)
            if given.coverage:
                low |= cover(Path(place), room) < FULL
                continue
            mutate(Path(place), given.jobs)
            for file in room.files:
                low |= report(Path(place), file, known, show=given.show) < SCORE
    return int(low)


def copy(place: Path, room: Room) -> None:
    """The program and its tests, with the settings for one room."""
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, place / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, place / name)
    tests = tests_of(room)
    files = [f"runbook_tui/{name}" for name in room.files]
    settings = {
        "source_paths": files,
        "only_mutate": files,
        "also_copy": list(COPIED),
        "pytest_add_cli_args": [
            *("-p", "tests.mutation.few", "-p", "no:cacheprovider", "-p", "no:xdist", f"--timeout={LONGEST}"),
            *(f"--deselect=tests/{name}" for name in room.left_out),
        ],
        "pytest_add_cli_args_test_selection": tests,
        "use_git_change_detection": False,
        "timeout_multiplier": 5.0,
    }
    lines = [f"{key} = {json.dumps(value)}" for key, value in settings.items()]
    with (place / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write("\n[tool.mutmut]\n" + "\n".join(lines) + "\n")


def tests_of(room: Room) -> list[str]:
    """Paths of the tests of a room that there are."""
    return [f"tests/{name}" for name in room.tests if (ROOT / "tests" / name.partition("::")[0]).exists()]


def cover(place: Path, room: Room) -> float:
    """Print which branches of each file of a room are not reached; the lowest share in per cent."""
    python = [sys.executable, "-m"]
    files = ",".join(f"runbook_tui/{name}" for name in room.files)
    run = [*python, "coverage", "run", "--branch", f"--include={files}"]
    tests = subprocess.run(
        [*run, "-m", "pytest", "-q", "-p", "tests.mutation.few", "-p", "no:xdist", *tests_of(room)],
        cwd=place,
        capture_output=True,
        check=False,
    )
    if tests.returncode:
        sys.exit(f"the tests failed:\n{tests.stdout.decode(errors='replace')[-4000:]}")
    told = subprocess.run(
        [*python, "coverage", "json", "-q", "-o", "-"], cwd=place, capture_output=True, check=True
    )
    least = FULL
    for name, found in json.loads(told.stdout)["files"].items():
        figures = found["summary"]
        least = min(least, figures["percent_covered"])
        print(
            f"{name.removeprefix('runbook_tui/')} lines={figures['num_statements']} "
            f"branches={figures['num_branches']} covered={figures['percent_covered']:.1f}"
            + "".join(
                f" missing={part}" for part in (found["missing_lines"], found["missing_branches"]) if part
            ),
            flush=True,
        )
    return least


def mutate(place: Path, jobs: int) -> None:
    """Run mutmut there; what it says is shown only when it fails."""
    command = [sys.executable, "-m", "mutmut", "run", "--max-children", str(jobs)]
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    run = subprocess.run(command, cwd=place, capture_output=True, check=False)
    if run.returncode:
        sys.exit(
            f"mutmut failed:\n{run.stdout.decode(errors='replace')[-4000:]}{run.stderr.decode()[-2000:]}"
        )


def report(place: Path, file: str, known: set[str], *, show: bool) -> float:
    """Print the figures of one file; its score in per cent."""
    base = place / "mutants" / "runbook_tui" / file
    results: dict[str, int | None] = json.loads(Path(f"{base}.meta").read_text())["exit_code_by_key"]
    killed = sum(code in _KILLED for code in results.values())
    untested = sum(code == _UNTESTED for code in results.values())
    lived = {key for key, code in results.items() if code in {_SURVIVED, _UNTESTED}}
    told = dict(told_changes(base, file, lived))
    equivalent = sum(line in known for line in told.values())
    timeout = sum(code in _TIMEOUT for code in results.values())
    if None in results.values():
        sys.exit(f"{file}: not all mutants were tried")
    score = 100 * (killed + timeout) / max(1, len(results) - equivalent)
    print(
        f"{file} mutants={len(results)} killed={killed} timeout={timeout} survived={len(lived) - untested} "
        f"untested={untested} equivalent={equivalent} score={score:.1f}",
        flush=True,
    )
    if show:
        for key, line in told.items():
            print(f"    {'=' if line in known else '!'} {results[key]} {line}")
        for key, code in results.items():
            if code not in {*_KILLED, _SURVIVED, _UNTESTED}:
                print(f"    ? {code} {key}")
    return score


def told_changes(base: Path, file: str, keys: set[str]) -> Iterator[tuple[str, str]]:
    """What each of these mutants changed, on one line: ``file function  old  =>  new``."""
    spans: dict[str, list[int]] = json.loads(Path(f"{base}.spans").read_text())["spans"]
    lines = base.read_text(encoding="utf-8").splitlines()

    def source(name: str) -> list[str]:
        first, last = spans[name]
        return [line.replace(name, "it") for line in lines[first - 1 : last]]

    for key in sorted(keys):
        name = key.rpartition(".")[2]
        function = name.partition("__mutmut_")[0]
        old, new = source(f"{function}__mutmut_orig"), source(name)
        changes = list(ndiff(old, new))
        before = " ".join(line[2:].strip() for line in changes if line.startswith("- "))
        after = " ".join(line[2:].strip() for line in changes if line.startswith("+ "))
        shown = function.removeprefix("x").strip("_ǁ").replace("ǁ", ".")
        yield key, f"{file} {shown}  {before}  =>  {after}"


if __name__ == "__main__":
    sys.exit(main())
