"""Splitting a release that cannot be ordered into several that can.

The parts follow history: a service goes first to the commit before the migration, or the change of a definition, that
has to wait came in, and what the rest of the release needs from it waits with it. Every part that is proposed has been
planned and can be ordered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runbook_tui.migrations.model import Migration
from runbook_tui.planning.commands import Commands
from runbook_tui.planning.context import Scope
from runbook_tui.planning.contract_order import contradicting
from runbook_tui.planning.model import Cycle, PlannedRelease
from runbook_tui.planning.parts import History, Subject, at, remainder
from runbook_tui.planning.paths import Paths
from runbook_tui.planning.solve import Solution, solve
from runbook_tui.planning.steps.derive import derive
from runbook_tui.planning.steps.drafting import Drafting
from runbook_tui.planning.waiting import Waiting
from runbook_tui.planning.words import line, names
from runbook_tui.release.model import ContractChange, Release

if TYPE_CHECKING:
    from runbook_tui.planning.planner import PlanOptions

Read = Callable[[Mapping[str, str], Mapping[str, str]], Release]
"""Reads the release again with other targets and other running commits: service to SHA, for each."""

_MOST_PARTS = 12


def propose(
    release: Release, options: PlanOptions | None = None, read: Read | None = None
) -> tuple[PlannedRelease, ...]:
    """A sequence of releases each of which can be ordered; the first may be planned now.

    Args:
        release: with its introductions: without them no earlier commit is known.
        options: title and environment.
        read: reads the release at other targets, to check every part against git. Without it the parts are made from
            ``release`` alone.

    Returns:
        The parts, with what is left for later in words; empty when no part of the release can go ahead.

    Raises:
        RepositoryError: of ``read``.
    """
    return _Splitting(release, options, read).parts()


@dataclass(frozen=True, slots=True)
class _Part:
    """One release of the sequence, cumulative from the commits that run now."""

    targets: dict[str, str]
    release: Release
    """What it does, from the end of the part before."""
    waits: tuple[Subject, ...]


class _Splitting:
    def __init__(self, release: Release, options: PlanOptions | None, read: Read | None) -> None:
        self._release = release
        self._history = History(release)
        self._environment = options.environment if options else "production"
        self._title = line((options.title if options else None) or f"{release.manifest.system} release")
        self._final = {change.name: change.target.sha for change in release.changes if change.moves}
        self._read = read

    def parts(self) -> tuple[PlannedRelease, ...]:
        """The sequence, as far as it goes."""
        found: list[_Part] = []
        done: dict[str, str] = {}
        rest = self._release
        while _moves(rest) and len(found) < _MOST_PARTS:
            part = self._part(rest, done)
            if part is None:
                break
            found.append(part)
            done = part.targets
            rest = self._between(done, self._final)
        stuck = self._solve(rest)[1].cycles if found and _moves(rest) else ()
        return tuple(self._planned(found, number, stuck) for number in range(len(found)))

    def _between(self, bases: Mapping[str, str], targets: Mapping[str, str]) -> Release:
        """The release from one set of commits to another."""
        if self._read is not None:
            return self._read(targets, bases)
        whole = at(self._release, targets)
        return remainder(whole, at(self._release, bases)) if bases else whole

    def _part(self, rest: Release, done: Mapping[str, str]) -> _Part | None:
        """As much of the rest as can be ordered: of every contradiction one subject waits."""
        trial, targets = rest, dict(self._final)
        waits: list[Subject] = []
        for _ in range(len(self._release.introductions) + len(self._final) + 1):
            scope, solution = self._solve(trial)
            if not solution.cycles:
                return _Part(targets, trial, tuple(waits))
            found = dict.fromkeys(self._to_wait(scope, cycle) for cycle in solution.cycles)
            subjects = [subject for subject in found if subject is not None and subject not in waits]
            if not subjects:
                return None
            waiting = Waiting(scope, solution.constraints, self._history)
            for subject in subjects:
                waiting.hold(subject)
            targets.update(waiting.targets)
            waits += subjects
            trial = self._between(done, targets)
            if not _moves(trial):
                return None
        return None

    def _to_wait(self, scope: Scope, cycle: Cycle) -> Subject | None:
        """Of the migrations and definitions of a cycle the one that came in last; None when it has none."""
        steps = {item.before for item in cycle.constraints}
        concerned: list[Migration | ContractChange] = [
            item.migration for item in scope.migrations if scope.step_of(item) in steps
        ]
        concerned += contradicting(scope, cycle.constraints)
        return max((Subject.of(what) for what in concerned), key=self._age, default=None)

    def _age(self, subject: Subject) -> tuple[float, str, str]:
        found = self._history.introduction(subject)
        change = next(item for item in self._release.changes if item.name == subject.service)
        came = next(
            (commit.at.timestamp() for commit in change.commits if found and commit.sha == found.commit), 0.0
        )
        return (came, subject.service, subject.key)

    def _solve(self, release: Release) -> tuple[Scope, Solution]:
        scope = Scope(release)
        paths, commands = Paths(scope.release.manifest_path, None), Commands(scope, self._environment)
        return scope, solve(scope, derive(Drafting(scope, commands, paths, self._environment)))

    def _planned(self, parts: list[_Part], number: int, stuck: Iterable[Cycle]) -> PlannedRelease:
        part, last = parts[number], number + 1 == len(parts)
        later = [f"{item.named}: {line(item.title)}" for item in part.waits]
        return PlannedRelease(
            title=f"{self._title}, part {number + 1}" + (f" of {len(parts)}" if not stuck else ""),
            targets=part.targets,
            because=self._because(part, parts[number - 1].waits if number else ()),
            remaining=(*later, *(cycle.remedy for cycle in stuck)) if last else tuple(later),
        )

    def _because(self, part: _Part, before: tuple[Subject, ...]) -> str:
        waiting = names(item.named for item in part.waits)
        moving = {change.name: change for change in part.release.changes if change.moves}
        cut = [
            f"{name} goes to {change.target.sha[:12]}, the commit before {_short(item)} came in"
            for item in part.waits
            for name, change in moving.items()
            if name == item.service and change.target.sha != self._final[name]
        ]
        staying = sorted(
            name for name, sha in part.targets.items() if name not in moving and sha != self._final[name]
        )
        parts = [f"{waiting} {_verb('wait', part.waits)}" if waiting else "", *dict.fromkeys(cut)]
        parts += [f"{names(staying)} {_verb('stay', staying)}" if staying else ""]
        parts += [
            f"{names(item.named for item in before)} {_verb('follow', before)} now"
            if before and not part.waits
            else ""
        ]
        return "; ".join(item for item in parts if item) or "everything else follows"


def _short(subject: Subject) -> str:
    """A migration by its id; a definition by its API."""
    key = subject.key.removeprefix(f"{subject.service}/").removeprefix("contract:")
    return f"that change of {line(key)}" if subject.key.startswith("contract:") else line(key)


def _verb(word: str, who: Sequence[object]) -> str:
    return word if len(who) > 1 else f"{word}s"


def _moves(release: Release) -> bool:
    return any(change.moves for change in release.changes)
