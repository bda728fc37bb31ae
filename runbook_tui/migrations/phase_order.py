"""Whether the pending migrations of a folder can run at the moments to which they belong, as the tool applies them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from runbook_tui.migrations.graph import in_order
from runbook_tui.migrations.model import Finding, Level, Migration, PendingMigrations, Phase

CANNOT_STOP = "cannot-stop"
"""The rule of :func:`cannot_stop`, which planning asks again once people have answered."""

_LATE = {Phase.CONTRACT: "contract", Phase.BACKFILL: "backfill"}
_MOMENTS = {
    Phase.EXPAND: (0, "has to run before the deploy"),
    Phase.BACKFILL: (1, "runs as soon as the writers are new"),
    Phase.CONTRACT: (2, "has to wait for every user of what it takes away"),
    Phase.BREAKING: (2, "has no safe moment beside others"),
}


def find_phase_problems(
    migrations: Sequence[Migration], parents: Mapping[str, Sequence[str]]
) -> Iterator[Finding]:
    """Migrations that have to wait for the deploy and stand before one that must not wait for it.

    One finding for each that is in the way, which names the first that it keeps waiting.

    Args:
        migrations: the pending ones.
        parents: of every migration of the folder; what is applied already links those that are not.
    """
    by_id = {migration.id: migration for migration in migrations}
    order, _ = in_order(parents)
    place = {name: index for index, name in enumerate(order)}
    worst: dict[str, tuple[bool, int, str]] = {}
    kept_waiting: dict[str, list[Migration]] = {}
    for name in order:
        above = [worst[parent] for parent in parents[name] if parent in worst]
        above += [
            (by_id[parent].phase is Phase.BACKFILL, place[parent], parent)
            for parent in parents[name]
            if parent in by_id and parent != name and by_id[parent].phase in _LATE
        ]
        if above:
            worst[name] = min(above)
            if name in by_id and by_id[name].phase is Phase.EXPAND:
                kept_waiting.setdefault(worst[name][2], []).append(by_id[name])
    for late, expands in kept_waiting.items():
        yield _blocked(expands, by_id[late])


def _blocked(expands: Sequence[Migration], late: Migration) -> Finding:
    word, first = _LATE[late.phase], expands[0]
    more = f" (and {len(expands) - 1} more)" if len(expands) > 1 else ""
    verb, them = ("have", "them") if more else ("has", "it")
    message = (
        f"{first.id}{more} {verb} to run before the deploy, but the tool can only apply {them} after {late.id}, "
        f"a {word} migration that has to wait for the deploy"
    )
    remedy = (
        f"Put {first.id} before {late.id} (neither is applied yet), or release in two steps: first a target without "
        f"{late.id}, then the rest."
    )
    level = Level.ERROR if late.phase is Phase.CONTRACT else Level.WARNING
    return Finding(f"{word}-before-expand", level, late.path, line_of(late), message, remedy)


def cannot_stop(
    part: PendingMigrations, phase_of: Callable[[Migration], Phase], by: str = ""
) -> Finding | None:
    """The first migration that must wait, where the tool applies all that is pending at once; None when none must.

    What nobody has read or answered yet counts for no moment: it is a question of its own.

    Args:
        part: the pending migrations of a folder, in the tool's order.
        phase_of: as read, or as people answered.
        by: what applies them; the tool when empty.
    """
    if part.stops:
        return None
    known = [(item, phase_of(item)) for item in part.pending if phase_of(item) in _MOMENTS]
    if not known:
        return None
    early, first = min(known, key=lambda pair: _MOMENTS[pair[1]][0])
    waiting = [(item, phase) for item, phase in known if _MOMENTS[phase][0] > _MOMENTS[first][0]]
    if not waiting:
        return None
    late, phase = waiting[0]
    message = (
        f"{by or part.tool} applies everything that is pending at once: {early.id} {_MOMENTS[first][1]}, and {late.id} "
        f"would run with it, though it {_MOMENTS[phase][1]}"
    )
    remedy = (
        f"Release {late.id} later: leave it out of this target. Or answer migration:{late.key}, if it may run at the "
        "same moment; or name a command for migrate that stops at {{ revision }}."
    )
    return Finding("cannot-stop", Level.ERROR, late.path, line_of(late), message, remedy)


def line_of(migration: Migration) -> int:
    """The line of the first operation that gives a migration its phase; where it begins when there is none."""
    return next((item.line for item in migration.operations if item.phase is migration.phase), migration.line)
