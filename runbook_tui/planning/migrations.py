"""Pending migrations as the planner places them: read phases, people's answers, and what undoes each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from runbook_tui.catalog.answers import MigrationAnswer
from runbook_tui.catalog.model import ContractMode, Datastore
from runbook_tui.migrations.graph import in_order
from runbook_tui.migrations.model import Migration, Operation, PendingMigrations, Phase, Reversal
from runbook_tui.migrations.registry import tool_named
from runbook_tui.release.model import Release, ServiceChange
from runbook_tui.runbook.model import StepPhase

_SHOWN = {
    Phase.EXPAND: StepPhase.EXPAND,
    Phase.BACKFILL: StepPhase.BACKFILL,
    Phase.CONTRACT: StepPhase.CONTRACT,
    Phase.BREAKING: StepPhase.CONTRACT,
}
_WORDS = {Phase.EXPAND: "expand", Phase.BACKFILL: "backfill", Phase.CONTRACT: "contract"}

_REVISION = re.compile(r"\{[{%][^}]*\brevision\b")

WHILE_RUNNING = frozenset({"breaking", "rename", "type-change", "mixed-phases", "backfill-in-contract"})
"""Rules of findings about old and new code that run side by side."""
CONTRACT_LAST = "contract-last"
"""The rule that stops services around offline migrations; without it nothing is stopped."""


@dataclass(frozen=True, slots=True)
class PlannedMigration:
    """One pending migration with everything that decides where it goes."""

    migration: Migration
    phase: Phase
    """As read or answered; never ``ASK``."""
    shown: StepPhase
    """The part of the release that its step belongs to."""
    answer: MigrationAnswer | None
    provisional: bool
    """Nobody has said yet which phase it has; it stands where a backfill would."""
    stopped: bool
    """Runs while every process that uses the data store is stopped."""
    irreversible_because: str | None
    """Why it cannot be undone; None when it can."""
    previous: str
    """The revision that undoing it leads back to; what the tool calls the empty data store for the first."""
    first: bool
    """Whether nothing was applied before it."""
    history: tuple[Migration, ...]
    """The pending migrations of the same folder that the tool applies directly before it, by id."""
    linear: bool
    """Whether the tool can only apply the folder's migrations as one chain."""
    leader: Migration
    """The migration whose step applies it: itself, or the first of those that one command applies together."""

    @property
    def stays(self) -> bool:
        """Whether a rollback leaves it in place: nothing undoes it, and the version that runs now lives with it."""
        return self.irreversible_because is None and not self.migration.has_down


def id_word(phase: Phase) -> str:
    """``expand``, ``backfill`` or ``contract``; ``migrate`` for a migration without one moment of its own."""
    return _WORDS.get(phase, "migrate")


def placed_phase(migration: Migration, answer: MigrationAnswer | None) -> Phase:
    """The phase to plan with: what a person answered, else what was read, else a backfill for the time being."""
    if answer is not None:
        return Phase(answer.phase)
    return Phase.BACKFILL if migration.phase is Phase.ASK else migration.phase


def answer_of(release: Release, migration: Migration) -> MigrationAnswer | None:
    """What a person said about a migration."""
    return release.answers.migrations.get(migration.key)


def applies_all(change: ServiceChange, part: PendingMigrations) -> bool:
    """Whether one command applies all that is pending: it is told no revision, or the tool cannot stop at one."""
    written = change.service.commands.migrate
    return not part.stops if written is None else _REVISION.search(written) is None


def planned(release: Release) -> tuple[PlannedMigration, ...]:
    """Every pending migration of the services that move, sorted by service and data store.

    Within a folder they are in the order of a chain, or parents first and by id where the tool has no chain.
    """
    found: list[PlannedMigration] = []
    for change in sorted(release.changes, key=lambda item: item.name):
        if change.moves:
            for part in sorted(change.pending, key=lambda item: (item.datastore, item.tool, _paths(item))):
                found += _folder(release, change, part)
    return tuple(found)


def _paths(part: PendingMigrations) -> tuple[str, ...]:
    return tuple(sorted(migration.path for migration in part.pending))


def _folder(release: Release, change: ServiceChange, part: PendingMigrations) -> Iterator[PlannedMigration]:
    switch = release.manifest.rules.get(CONTRACT_LAST)
    offline = _datastore(release, part.datastore).contract is ContractMode.OFFLINE and (
        switch is None or switch.enabled
    )
    history = _history(part)
    order = part.pending if part.linear else _parents_first(part, history)
    pending = {item.id: item for item in part.pending}
    phases = {item.id: placed_phase(item, answer_of(release, item)) for item in part.pending}
    narrowing = [item.id for item in part.pending if phases[item.id] in (Phase.CONTRACT, Phase.BREAKING)]
    stopped = _with_ancestors(narrowing, history, phases) if offline else set()
    shown = {item.id: _shown(item.id, history, phases) for item in part.pending}
    leaders = {item.id: item for item in part.pending}
    if applies_all(change, part):
        stopped = set(phases) if stopped else set()
        unknown = {
            item.id for item in part.pending if item.phase is Phase.ASK and answer_of(release, item) is None
        }
        alone = {*unknown, *(name for name in narrowing if phases[name] is Phase.BREAKING)} - stopped
        moments = {name: (name in stopped or shown[name], name if name in alone else "") for name in shown}
        leaders = _leaders(order, moments, shown)
    for migration in order:
        phase = phases[migration.id]
        answer = answer_of(release, migration)
        yield PlannedMigration(
            migration=migration,
            phase=phase,
            shown=shown[migration.id],
            answer=answer,
            provisional=migration.phase is Phase.ASK and answer is None,
            stopped=migration.id in stopped,
            irreversible_because=_irreversible_because(migration, phase, answer),
            previous=_previous(migration, part),
            first=not migration.parents and part.applied_head is None,
            history=tuple(pending[parent] for parent in history[migration.id]),
            linear=part.linear,
            leader=leaders[migration.id],
        )


def _parents_first(part: PendingMigrations, history: Mapping[str, tuple[str, ...]]) -> tuple[Migration, ...]:
    """The same for every order in which they were read."""
    known = sorted(part.pending, key=lambda item: (item.id, item.path))
    order, _ = in_order({item.id: history[item.id] for item in known})
    place = {name: index for index, name in enumerate(order)}
    return tuple(sorted(known, key=lambda item: place[item.id]))


def _leaders(
    pending: Sequence[Migration], moments: Mapping[str, object], shown: Mapping[str, StepPhase]
) -> dict[str, Migration]:
    """The migration that names the step of each: of those that follow one another and have the same moment, the first.

    One command applies them, so a second step with the same command would do nothing. While everything is stopped, the
    first of the latest part of the release names it.
    """
    parts = list(StepPhase)
    found: dict[str, Migration] = {}
    for _, run in groupby(pending, key=lambda item: moments[item.id]):
        together = list(run)
        first = max(together, key=lambda item: parts.index(shown[item.id]))
        found.update((item.id, first) for item in together)
    return found


def _datastore(release: Release, name: str) -> Datastore:
    return release.manifest.datastores.get(name) or Datastore.model_validate({})


def _history(part: PendingMigrations) -> dict[str, tuple[str, ...]]:
    """The direct predecessors of each pending migration of a folder."""
    known = {migration.id for migration in part.pending}
    found = {item.id: tuple(sorted(known.intersection(item.parents))) for item in part.pending}
    if part.linear:
        for first, second in zip(part.pending, part.pending[1:], strict=False):
            if not found[second.id]:
                found[second.id] = (first.id,)
    return found


def _with_ancestors(
    narrowing: list[str], history: dict[str, tuple[str, ...]], phases: dict[str, Phase]
) -> set[str]:
    """Offline contract migrations, and the backfills that the tool can only apply before one of them.

    While everything is stopped nothing writes the old form, so those backfills are safe there as well.
    """
    found: set[str] = set()
    waiting = list(narrowing)
    while waiting:
        for parent in history[waiting.pop()]:
            if parent not in found:
                found.add(parent)
                waiting.append(parent)
    return {*narrowing, *(item for item in found if phases[item] is Phase.BACKFILL)}


def _shown(revision: str, history: dict[str, tuple[str, ...]], phases: dict[str, Phase]) -> StepPhase:
    """The part of the release that a step belongs to; a migration without effect goes with the last it follows."""
    found = [StepPhase.EXPAND]
    waiting, seen = [revision], {revision}
    while waiting:
        current = waiting.pop()
        if phases[current] in _SHOWN:
            found.append(_SHOWN[phases[current]])
        else:
            waiting += [parent for parent in history[current] if parent not in seen]
            seen.update(history[current])
    return max(found, key=list(StepPhase).index)


def _irreversible_because(migration: Migration, phase: Phase, answer: MigrationAnswer | None) -> str | None:
    if answer is not None:
        return None if answer.reversible else f"{answer.by} says that it cannot be undone: {answer.because}"
    if migration.reversal is Reversal.NO:
        lost = "; ".join(_operation(item) for item in migration.operations if item.reversal is Reversal.NO)
        return f"{lost or migration.title or migration.id} cannot be undone"
    if migration.has_down or phase is Phase.NONE:
        return None
    if migration.reversal is Reversal.UNKNOWN:
        return f"{migration.path} does not say how to undo it, and what it does cannot be undone for certain"
    return f"{migration.path} does not say how to undo it" if phase is Phase.CONTRACT else None


def _operation(operation: Operation) -> str:
    return f"{operation.text} (line {operation.line})"


def _previous(migration: Migration, part: PendingMigrations) -> str:
    """The revision before it; of a tool with apps, the one before it in its own app."""
    parents = sorted(migration.parents)
    if tool_named(part.tool).apps:
        app = migration.id.partition(".")[0]
        own = [parent for parent in parents if parent.startswith(f"{app}.")]
        return own[-1] if own else f"{app}.{part.beginning}"
    return parents[0] if parents else part.applied_head or part.beginning
