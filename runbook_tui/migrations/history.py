"""What is wrong with a migration folder as a history: broken order, edited or lost files, phases that cannot work."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from runbook_tui.migrations.engine import Engine
from runbook_tui.migrations.fingerprint import same_meaning
from runbook_tui.migrations.graph import ancestors, heads, in_order
from runbook_tui.migrations.model import Finding, Level, Migration, Phase
from runbook_tui.migrations.tool import Late, MigrationTool, Script

_EARLY = frozenset({Phase.EXPAND})
_LATE = {Phase.CONTRACT: "contract", Phase.BACKFILL: "backfill"}


@dataclass(frozen=True, slots=True)
class History:
    """The scripts of both commits, in the tool's order."""

    tool: MigrationTool
    engine: Engine
    base: Sequence[Script]
    target: Sequence[Script]
    pending: frozenset[str]

    @property
    def parents(self) -> dict[str, tuple[str, ...]]:
        """Parents of every migration of the target."""
        return {script.id: script.parents for script in self.target}


def find_history_problems(history: History) -> list[Finding]:
    """Findings that do not depend on what the migrations do."""
    found: list[Finding] = []
    for check in (_edited, _gone, _duplicates, _unknown_parents, _cycles, _several_heads, _out_of_order):
        found += check(history)
    return found


def _edited(history: History) -> Iterator[Finding]:
    before = {script.id: script for script in history.base}
    for script in history.target:
        old = before.get(script.id)
        if old is None or old.data == script.data or script.repeatable:
            continue
        if same_meaning(script.path, old.data, script.data, history.engine):
            message = f"{script.id} is applied, and its file was edited: only comments or layout differ"
            level = Level.ERROR if history.tool.refuses_edits else Level.NOTE
            yield Finding("edited-after-apply", level, script.path, script.line, message)
            continue
        then = "stops at its checksum" if history.tool.refuses_edits else "does not run it again"
        message = f"{script.id} is applied, and its file was edited since: the tool {then}"
        remedy = "Put the file back, and write what is missing into a new migration."
        yield Finding("edited-after-apply", Level.ERROR, script.path, script.line, message, remedy)


def _gone(history: History) -> Iterator[Finding]:
    there = {script.id for script in history.target}
    replaced = {name for script in history.target for name in script.replaces}
    for script in history.base:
        if script.id not in there | replaced and not there.intersection(script.replaces):
            message = f"{script.id} is applied, and the release has no file of it any more"
            remedy = "Put it back, unless it was squashed into one that the databases count as applied."
            yield Finding("gone", Level.WARNING, script.path, script.line, message, remedy)


def _duplicates(history: History) -> Iterator[Finding]:
    first: dict[object, Script] = {}
    for script in history.target:
        key = history.tool.identity(script)
        other = first.setdefault(key, script)
        if other is not script:
            message = f"{script.id} is the id of {other.path} as well"
            remedy = "Give one of them a number or revision of its own."
            yield Finding("duplicate-id", Level.ERROR, script.path, script.line, message, remedy)


def _unknown_parents(history: History) -> Iterator[Finding]:
    known = {script.id for script in history.target}
    known |= {name for script in history.target for name in (*script.replaces, *script.group.split())}
    groups = {script.group for script in history.target}
    for script in history.target:
        for parent in script.parents:
            if parent in known or not _belongs_here(parent, history.tool, groups):
                continue
            message = f"{script.id} follows {parent}, and there is no such migration"
            remedy = "Correct the name, or add the file that is missing."
            yield Finding("unknown-parent", Level.ERROR, script.path, script.line, message, remedy)


def _belongs_here(parent: str, tool: MigrationTool, groups: Iterable[str]) -> bool:
    """Django's dependencies reach into apps whose files are elsewhere, and may say ``__first__``."""
    if not tool.apps:
        return True
    app, _, name = parent.partition(".")
    return app in groups and not name.startswith("__")


def _cycles(history: History) -> Iterator[Finding]:
    _, cyclic = in_order(history.parents)
    by_id = {script.id: script for script in history.target}
    members = [name for name in cyclic if name in ancestors([name], history.parents)]
    if members:
        script = by_id[members[0]]
        message = f"{', '.join(members)} follow one another in a circle, so none can be applied"
        yield Finding(
            "cycle", Level.ERROR, script.path, script.line, message, "Correct the parent of one of them."
        )


def _several_heads(history: History) -> Iterator[Finding]:
    if not history.tool.splits_heads:
        return
    by_id = {script.id: script for script in history.target}
    groups: dict[str, list[str]] = {}
    for name in _heads(history):
        if by_id[name].repeatable:  # it stands beside the graph
            continue
        groups.setdefault(by_id[name].group, []).append(name)
    apps = history.tool.apps
    unlabelled = groups.get("", []) if not apps else []
    if not apps and unlabelled and len(groups) > 1:  # branches that are not all labelled are one too many
        groups = {"": [name for names in groups.values() for name in names]}
    for names in groups.values():
        if len(names) > 1:
            last = max(names, key=lambda name: (name in history.pending, name))
            what = "leaf migrations of one app" if apps else "heads"
            message = f"{', '.join(sorted(names))} are {len(names)} {what}: the tool does not know which one to go to"
            remedy = "Add a merge migration, or put one after the other."
            yield Finding("two-heads", Level.ERROR, by_id[last].path, by_id[last].line, message, remedy)


def _heads(history: History) -> list[str]:
    """Ends of the history. For Django an app ends where none of its own migrations follows."""
    if not history.tool.apps:
        return heads(history.parents)
    squashed = {name for script in history.target for name in script.replaces}
    by_id = {script.id: script for script in history.target}
    followed = {
        parent
        for script in history.target
        for parent in script.parents
        if parent in by_id and by_id[parent].group == script.group
    }
    replacing = {name: script.id for script in history.target for name in script.replaces}
    followed |= {replacing[parent] for parent in followed if parent in replacing}
    return sorted(name for name in by_id if name not in followed | squashed)


def _out_of_order(history: History) -> Iterator[Finding]:
    applied = [script for script in history.target if script.id not in history.pending]
    if history.tool.numbered:
        yield from _below_applied(history, applied)
        return
    followed_by: dict[str, str] = {}
    for script in reversed(history.target):
        is_applied = script.id not in history.pending
        after = script.id if is_applied else followed_by.get(script.id)
        if after is not None:
            for parent in script.parents:
                followed_by.setdefault(parent, after)
    for script in history.target:
        if script.id in history.pending and script.id in followed_by:
            message = (
                f"{script.id} is new and stands before {followed_by[script.id]}, which is applied: "
                "the tool takes both for applied"
            )
            remedy = "Let it follow the last applied migration."
            yield Finding("sorts-before-applied", Level.ERROR, script.path, script.line, message, remedy)


def _below_applied(history: History, applied: Sequence[Script]) -> Iterator[Finding]:
    place = {script.id: index for index, script in enumerate(history.target)}
    last = max((place[script.id] for script in applied), default=-1)
    for script in history.target:
        if script.id not in history.pending or place[script.id] > last:
            continue
        newest = history.target[last].id
        if history.tool.late is Late.SKIPS:
            message = f"{script.id} is new and lies below {newest}, which is applied: the tool never runs it"
            remedy = "Give it a number above the last one."
            yield Finding("sorts-before-applied", Level.ERROR, script.path, script.line, message, remedy)
        elif history.tool.late is Late.REFUSES:
            message = (
                f"{script.id} is new and lies below {newest}, which is applied: the tool refuses to go on"
            )
            remedy = "Give it a version above the last one, or tell the tool to allow what is out of order."
            yield Finding("sorts-before-applied", Level.ERROR, script.path, script.line, message, remedy)
        else:
            message = f"{script.id} is new and lies below {newest}, which is applied: here they run in another order"
            remedy = "Give it a version above the last one."
            yield Finding("sorts-before-applied", Level.WARNING, script.path, script.line, message, remedy)


def find_phase_problems(
    migrations: Sequence[Migration], parents: Mapping[str, Sequence[str]]
) -> Iterator[Finding]:
    """Migrations that have to wait for the deploy and stand before one that must not wait for it."""
    by_id = {migration.id: migration for migration in migrations}
    parents = {name: [parent for parent in parents[name] if parent in by_id] for name in by_id}
    for migration in migrations:
        if migration.phase not in _EARLY:
            continue
        before = [
            by_id[name]
            for name in ancestors([migration.id], parents)
            if name in by_id and name != migration.id
        ]
        blocking = sorted(
            (m for m in before if m.phase in _LATE), key=lambda m: (m.phase is Phase.BACKFILL, m.id)
        )
        if blocking:
            yield _blocked(migration, blocking[0])


def _blocked(expand: Migration, late: Migration) -> Finding:
    word = _LATE[late.phase]
    message = (
        f"{expand.id} has to run before the deploy, but the tool can only apply it after {late.id}, "
        f"a {word} migration that has to wait for the deploy"
    )
    remedy = (
        f"Put {expand.id} before {late.id} (neither is applied yet), or release in two steps: first a target without "
        f"{late.id}, then the rest."
    )
    level = Level.ERROR if late.phase is Phase.CONTRACT else Level.WARNING
    return Finding(f"{word}-before-expand", level, late.path, _line(late), message, remedy)


def _line(migration: Migration) -> int:
    return next((item.line for item in migration.operations if item.phase is migration.phase), 0)
