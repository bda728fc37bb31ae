"""What a migration folder needs between two commits, and what is wrong with it as a history.

Pending is what the target has and the base has not, by the tool's own identity of a migration. No database is asked:
that the base's migrations are applied is checked by the runbook's preflight.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from runbook_tui.migrations.engine import engine_family
from runbook_tui.migrations.graph import is_chain
from runbook_tui.migrations.history import History, find_history_problems
from runbook_tui.migrations.model import Finding, Level, Migration, PendingMigrations
from runbook_tui.migrations.phase_order import cannot_stop, find_phase_problems
from runbook_tui.migrations.read import Source, judge_scripts, ordered, origin_of
from runbook_tui.migrations.tool import Files, MigrationTool, Script, Scripts, below


def pending(
    base_files: Files,
    target_files: Files,
    *,
    service: str,
    source: Source,
    engine: str,
    rows: Mapping[str, int] | None = None,
    small: bool = False,
) -> PendingMigrations:
    """The migrations that the target adds to the base, in the tool's order, with findings about the history.

    Args:
        base_files: the files at the commit that runs now: paths relative to the root of the repository.
        target_files: the same at the commit to be released.
        service: name of the service that keeps them.
        source: the folder, its data store and perhaps its tool.
        engine: the data store's engine as the manifest writes it.
        rows: how many rows the tables have, by :func:`runbook_tui.migrations.changes.table_key`, where it is known.
        small: whether the manifest says that no table is large.

    Raises:
        ProblemsError: when no tool is named and none can be recognised. Broken files are findings, never errors.
    """
    origin = origin_of(source, target_files or base_files, service=service, engine=engine)
    origin = replace(origin, rows=rows or {}, small=small)
    found = origin.tool.scripts(target_files, source.path)
    base = ordered(origin.tool.scripts(base_files, source.path))
    target = ordered(Scripts(_effective(base, found.scripts)))
    names = (frozenset(script.id for script in target) - _applied(origin.tool, base, target)) | _changed(
        base, target
    )
    history = History(origin.tool, origin.engine, base, target, names)
    migrations = judge_scripts(origin, target, names) if names else ()
    parents = history.parents
    aside = {script.id for script in target if origin.tool.sets_aside(script)}
    findings = [
        *found.findings,
        *engine_findings(engine, source),
        *_empty(target, target_files, source),
        *_nothing_applied(base, migrations, source),
        *find_history_problems(history),
        *find_phase_problems([item for item in migrations if item.id not in aside], parents),
    ]
    part = PendingMigrations(
        service=service,
        datastore=source.datastore,
        tool=origin.tool.name,
        applied_head=base[-1].id if base else None,
        pending=migrations,
        beginning=origin.tool.beginning,
        linear=origin.tool.numbered or is_chain({name: parents[name] for name in names}),
        stops=origin.tool.stops,
    )
    stuck = cannot_stop(part, lambda migration: migration.phase)
    findings += [stuck] if stuck is not None else []
    return replace(
        part, findings=tuple(sorted(set(findings), key=lambda f: (f.path, f.line, f.rule, f.message)))
    )


def _applied(tool: MigrationTool, base: Sequence[Script], target: Sequence[Script]) -> frozenset[str]:
    """What the base has, squashed migrations of which it has a part, and baselines where it has anything at all."""
    known = {script.id for script in base}
    same = {tool.identity(script) for script in base}
    never = {s.id for s in target if known.intersection(s.replaces) or (s.baseline and known)}
    return frozenset(known | never | {s.id for s in target if tool.identity(s) in same})


def _changed(base: Sequence[Script], target: Sequence[Script]) -> frozenset[str]:
    """Repeatable migrations that the tool runs again because they are not what they were."""
    before = {script.id: script.data for script in base}
    return frozenset(s.id for s in target if s.repeatable and before.get(s.id) != s.data)


def _effective(base: Sequence[Script], target: Sequence[Script]) -> tuple[Script, ...]:
    """The scripts that the tool uses: a squashed migration, or those that it replaces, never both.

    Where nothing is applied yet, the last baseline and what follows it. Else as Django's loader does it: the squashed
    one, unless some of its parts are applied and others are not. What follows one that is not used follows those in
    its place.
    """
    known = {script.id for script in base}
    baselines = [index for index, script in enumerate(target) if script.baseline]
    if baselines and not known:
        first, *later = target[baselines[-1] :]
        return (replace(first, parents=()), *(script for script in later if not script.baseline))
    there = {script.id for script in target}
    instead: dict[str, tuple[str, ...]] = {}
    for script in target:
        parts = there.intersection(script.replaces)
        if parts and known.intersection(script.replaces) and not known.issuperset(script.replaces):
            instead[script.id] = tuple(name for name in script.replaces if name in parts)[-1:]
        else:
            instead.update(dict.fromkeys(script.replaces, (script.id,)))
    return tuple(
        replace(script, parents=_used(script, instead)) for script in target if script.id not in instead
    )


def _used(script: Script, instead: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The parents of a script, with what stands in the place of those that are not used."""
    found: list[str] = []
    waiting, seen = list(script.parents), set[str]()
    while waiting:
        parent = waiting.pop(0)
        if parent not in seen:
            seen.add(parent)
            if parent in instead:
                waiting[:0] = [name for name in instead[parent] if name != script.id]
            else:
                found.append(parent)
    return tuple(found)


def engine_findings(engine: str, source: Source) -> list[Finding]:
    """What is wrong with the engine as the manifest writes it; empty when it is known."""
    if engine_family(engine) is not None:
        return []
    of = f" of {source.datastore}" if source.datastore else ""
    named = f"the engine {engine!r}{of} is not known" if engine else f"{source.datastore} has no engine"
    locks = ", and what they lock is not told" if engine else ""
    message = f"{named}: its migrations are read as PostgreSQL{locks}"
    return [
        Finding("engine-unknown", Level.WARNING, source.path, 0, message, "Name postgres, mysql or sqlite.")
    ]


def _empty(target: Sequence[Script], files: Files, source: Source) -> list[Finding]:
    if target:
        return []
    count = len(below(files, source.path))
    message = f"no migration is found in {source.path}, which has {count} files"
    return [Finding("no-migrations", Level.WARNING, source.path, 0, message, "Correct the path or the tool.")]


def _nothing_applied(
    base: Sequence[Script], migrations: Sequence[Migration], source: Source
) -> list[Finding]:
    """A folder that has moved looks as if nothing had ever been applied."""
    if base or not migrations:
        return []
    message = (
        f"the version that runs has no migration in {source.path}, so all {len(migrations)} count as pending"
    )
    remedy = "Right for a new data store. If the folder has moved, move it in a release of its own."
    return [Finding("nothing-applied", Level.WARNING, source.path, 0, message, remedy)]
