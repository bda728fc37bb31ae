"""What is wrong with a migration folder as a history: broken order, edited or lost files, phases that cannot work."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from runbook_tui.migrations.engine import Engine
from runbook_tui.migrations.fingerprint import same_meaning
from runbook_tui.migrations.graph import ancestors, heads, in_order
from runbook_tui.migrations.model import Finding, Level
from runbook_tui.migrations.tool import Late, MigrationTool, Script


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

    def stops_without(self, script: Script) -> bool:
        """Whether the tool stops when the file of an applied migration is not there."""
        last = self.tool.starts_from_last and script.id in heads({one.id: one.parents for one in self.base})
        return self.tool.refuses_gone or last

    @property
    def renamed(self) -> dict[str, Script]:
        """New ids of migrations that are applied under another one: the same content, once in each commit."""
        there = {self.tool.identity(script) for script in self.target}
        before = {self.tool.identity(script) for script in self.base}
        gone: dict[bytes, list[Script]] = {}
        for script in self.base:
            if script.data.strip() and self.tool.identity(script) not in there:
                gone.setdefault(script.data, []).append(script)
        new: dict[bytes, list[Script]] = {}
        for script in self.target:
            if script.data in gone and self.tool.identity(script) not in before:
                new.setdefault(script.data, []).append(script)
        return {
            scripts[0].id: gone[data][0]
            for data, scripts in new.items()
            if len(scripts) == len(gone[data]) == 1
        }


def find_history_problems(history: History) -> list[Finding]:
    """Findings that do not depend on what the migrations do."""
    found: list[Finding] = []
    for check in (
        _edited, _renamed, _gone, _duplicates, _unknown_parents, _cycles, _several_heads, _out_of_order,
    ):  # fmt: skip
        found += check(history)
    return found


def _edited(history: History) -> Iterator[Finding]:
    tool = history.tool
    before = {tool.identity(script): script for script in history.base}
    for script in history.target:
        old = before.get(tool.identity(script))
        if old is None or old.data == script.data or script.repeatable:
            continue
        if script.excuses_edits:
            message = f"{script.id} is applied, and was edited since: it names the checksums that the tool still takes"
            remedy = (
                "See that the one in the database is among them; what was added does not run there again."
            )
            yield Finding("edited-after-apply", Level.WARNING, script.path, script.line, message, remedy)
        elif same_meaning(script.path, old.data, script.data, history.engine):
            message = f"{script.id} is applied, and its file was edited: only comments or layout differ"
            level = Level.ERROR if tool.refuses_edits else Level.NOTE
            remedy = "Put the file back: the tool stops at its checksum." if tool.refuses_edits else ""
            yield Finding("edited-after-apply", level, script.path, script.line, message, remedy)
        else:
            then = "stops at its checksum" if tool.refuses_edits else "does not run it again"
            message = f"{script.id} is applied, and its file was edited since: the tool {then}"
            remedy = "Put the file back, and write what is missing into a new migration."
            yield Finding("edited-after-apply", Level.ERROR, script.path, script.line, message, remedy)


def _renamed(history: History) -> Iterator[Finding]:
    """One finding for each file, however many migrations it has."""
    before = {history.tool.identity(script): script for script in history.base}
    for script in history.target:
        same = before.get(history.tool.identity(script))
        if same is not None and same.id != script.id:
            message = f"{script.id} is {same.id}, which is applied: the tool reads both as one"
            yield Finding("renamed", Level.NOTE, script.path, script.line, message)
    of_files: dict[tuple[str, str], list[tuple[Script, Script]]] = {}
    by_id = {script.id: script for script in history.target}
    for name, old in history.renamed.items():
        of_files.setdefault((old.path, by_id[name].path), []).append((old, by_id[name]))
    for (_, path), pairs in of_files.items():
        old, script = pairs[0]
        more = f" (and {len(pairs) - 1} more of the file)" if len(pairs) > 1 else ""
        message = f"{script.id} is {old.id}, which is applied, under another name{more}: {_again(history, old, script)}"
        remedy = f"Give it its name back ({old.path}), or have the databases count it as applied before."
        yield Finding("renamed", Level.ERROR, path, script.line, message, remedy)


def _again(history: History, old: Script, script: Script) -> str:
    """What the tool makes of a migration whose name it does not know."""
    if history.stops_without(old):
        return "the tool stops, because it misses the old one"
    if history.tool.late is not Late.RUNS and script.id in {late.id for late in _below(history)}:
        return f"the tool takes it for a new one below those that are applied, and {history.tool.late.value}"
    return "the tool takes it for a new one, and runs it again"


def _gone(history: History) -> Iterator[Finding]:
    there = {script.id for script in history.target}
    known = {history.tool.identity(script) for script in history.target}
    replaced = {name for script in history.target for name in script.replaces}
    renamed = {old.id for old in history.renamed.values()}
    for script in history.base:
        if history.tool.identity(script) in known or script.id in replaced | renamed:
            continue
        if not there.intersection(script.replaces):
            stops = history.stops_without(script)
            then = ": the tool stops until it is back" if stops else ""
            message = f"{script.id} is applied, and the release has no file of it any more{then}"
            remedy = "Put it back, unless it was squashed into one that the databases count as applied."
            level = Level.ERROR if stops else Level.WARNING
            yield Finding("gone", level, script.path, script.line, message, remedy)


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


_LATE = {
    Late.SKIPS: (Level.ERROR, "the tool never runs it", "Give it a number above the last one."),
    Late.REFUSES: (
        Level.ERROR,
        "the tool refuses to go on",
        "Give it a version above the last one, or tell the tool to allow what is out of order.",
    ),
    Late.RUNS: (Level.WARNING, "here they run in another order", "Give it a version above the last one."),
}


def _out_of_order(history: History) -> Iterator[Finding]:
    if history.tool.numbered:
        yield from _below_applied(history)
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


def _below(history: History) -> list[Script]:
    """New migrations that a numbered tool finds below the last one that is applied."""
    place = {script.id: index for index, script in enumerate(history.target)}
    last = _last_applied(history)
    before = {script.id for script in history.base}
    return [
        script
        for script in history.target
        if script.id in history.pending and script.id not in before and place[script.id] < last
    ]


def _last_applied(history: History) -> int:
    applied = [index for index, script in enumerate(history.target) if script.id not in history.pending]
    return max(applied, default=-1)


def _below_applied(history: History) -> Iterator[Finding]:
    newest = history.target[_last_applied(history)].id if history.target else ""
    renamed = history.renamed
    for script in _below(history):
        if script.id in renamed:
            continue
        message = f"{script.id} is new and lies below {newest}, which is applied: "
        level, then, remedy = _LATE[history.tool.late]
        yield Finding("sorts-before-applied", level, script.path, script.line, message + then, remedy)
