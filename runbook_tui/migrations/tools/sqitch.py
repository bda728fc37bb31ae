"""Sqitch: ``sqitch.plan`` names the changes and their order; ``deploy/`` and ``revert/`` hold their SQL.

Source: sqitchers/sqitch, lib/App/Sqitch/Plan.pm, Plan/Change.pm, Plan/Depend.pm, sqitchplan. Its own key of a change
is a hash of the plan's line and of the lines before it; here it is the change's name, and ``name#2`` for the second
time that it is planned (reworked), which stays the same when a tag is added. The older script of a reworked change is
``name@tag.sql``. Scripts are run by the database's own client: only BEGIN and COMMIT in them make a transaction.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from runbook_tui.migrations.changes import Body
from runbook_tui.migrations.engine import Engine
from runbook_tui.migrations.model import Finding
from runbook_tui.migrations.sql.files import decoded, has_statements, refused, text_problem
from runbook_tui.migrations.sql.reader import read_sql
from runbook_tui.migrations.sql.variables import PSQL, named
from runbook_tui.migrations.tool import (
    BodyReader,
    Commands,
    Files,
    Late,
    MigrationTool,
    Script,
    Scripts,
    below,
    chained,
    title_of,
)

_PLAN = "sqitch.plan"
_LINE = re.compile(
    r"^[ \t]*(?P<mark>@|[+-]\s*)?(?P<name>[^\s@:#\\\[\]]+)(?:\s+\[(?P<needs>[^\]]*)\])?"
    r"\s+(?P<when>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)\s+(?P<who>[^<]+<[^>]+>)\s*$"
)
_SETTING = re.compile(
    r"^[ \t]*(?P<key>top_dir|plan_file|deploy_dir|revert_dir|extension)\s*=\s*(?P<value>.+?)\s*$",
    re.MULTILINE,
)
_SECTION = re.compile(r"^[ \t]*\[(?P<name>[^\]]+)\]", re.MULTILINE)


@dataclass(slots=True)
class _Change:
    """One change of the plan."""

    name: str
    line: int
    text: str
    needs: tuple[str, ...]
    instance: int = 1
    tags: list[str] = field(default_factory=list)
    """Tags that follow it before it is planned again: by any of them this instance is known."""

    @property
    def id(self) -> str:
        return self.name if self.instance == 1 else f"{self.name}#{self.instance}"


@dataclass(frozen=True, slots=True)
class _Content:
    """What is known of a change besides its deploy script."""

    revert: bytes | None
    known_as: str
    """How the command line names it: with a tag when the plan has it more than once."""
    before: str


class Sqitch(MigrationTool):
    """Reads the changes of a plan."""

    name = "sqitch"
    late = Late.REFUSES
    starts_from_last = True
    beginning = "@ROOT"

    def recognises(self, path: str, data: bytes) -> bool:
        """A plan that names its project."""
        return path.endswith(".plan") and b"%project" in data

    def marks(self, paths: Collection[str], folder: str) -> bool:
        """A plan or configuration of Sqitch in the folder."""
        place = PurePosixPath(folder)
        return not {str(place / _PLAN), str(place / "sqitch.conf")}.isdisjoint(paths)

    def folders(self, recognised: Sequence[str], paths: Collection[str]) -> tuple[str, ...]:
        """Where the configuration is, else the plan: Sqitch is started there."""
        found = {_home(PurePosixPath(path).parent, paths) for path in recognised}
        return tuple(sorted(map(str, found)))

    def scripts(self, files: Files, folder: str) -> Scripts:
        """The changes of the plan, in its order."""
        inside = below(files, folder)
        settings = _settings(inside.get(str(PurePosixPath(folder) / "sqitch.conf")))
        top = PurePosixPath(folder) / settings.get("top_dir", ".")
        path = _plan_of(inside, folder, top, settings)
        if path is None:
            return Scripts(())
        changes, findings = _read_plan(path, decoded(inside[path]))
        top = top if "top_dir" in settings else PurePosixPath(path).parent
        home = PurePosixPath(folder)
        deploy = home / settings["deploy_dir"] if "deploy_dir" in settings else top / "deploy"
        revert = home / settings["revert_dir"] if "revert_dir" in settings else top / "revert"
        suffix = settings.get("extension", "sql")
        scripts: list[Script] = []
        last: dict[str, int] = {change.name: change.instance for change in changes}
        before = "@ROOT"
        for change in changes:
            reworked = change.instance < last[change.name]
            stems = [f"{change.name}@{tag}" for tag in change.tags] if reworked else [change.name]
            stem = next(
                (s for s in stems if str(deploy / f"{s}.{suffix}") in inside),
                stems[0] if stems else change.name,
            )
            known_as = change.name
            if last[change.name] > 1:
                known_as = f"{change.name}@{change.tags[0] if change.tags else 'HEAD'}"
            content = _Content(inside.get(str(revert / f"{stem}.{suffix}")), known_as, before)
            scripts.append(_script(change, str(deploy / f"{stem}.{suffix}"), inside, path, content))
            before = known_as
        place = {script.id: index for index, script in enumerate(scripts)}
        return Scripts(chained(scripts, lambda script: (place[script.id],)), tuple(findings))

    def commands(self, script: Script, folder: str) -> Commands:
        """``--to-change``: deploys up to a change, reverts to the one before it."""
        content = (
            script.content if isinstance(script.content, _Content) else _Content(None, script.id, "@ROOT")
        )
        there = f"sqitch --chdir {shlex.quote(folder)}"
        target = '--target "db:$DATABASE_URL"'
        down = f"{there} revert {target} -y --to-change {shlex.quote(content.before)}"
        up = f"{there} deploy {target} --to-change {shlex.quote(content.known_as)}"
        return Commands(up, down if content.revert is not None else "", f"{there} status {target}")

    def reader(self, engine: Engine) -> BodyReader:
        """Reads the deploy script; variables of psql are read as names."""

        def read(script: Script) -> Body:
            content = script.content
            revert = content.revert if isinstance(content, _Content) else None
            has_down = revert is not None and has_statements(decoded(revert))
            sql = decoded(script.data)
            changes = tuple(read_sql(named(sql, PSQL) if engine is Engine.POSTGRES else sql, engine))
            begins = any(change.kind == "setting" and change.name == "begin" for change in changes)
            return Body(changes, has_down, transactional=begins, wraps_transaction=False)

        return read


def _script(change: _Change, path: str, inside: Mapping[str, bytes], plan: str, content: _Content) -> Script:
    title = title_of(change.name)
    planned = f"\n-- {_PLAN}: {change.text}".encode()
    if path not in inside:
        why = f"the plan has {change.name}, and there is no {path}"
        problem = refused(plan, change.line, why, "Add the script, or take the line out of the plan.")
        return Script(change.id, title, path, (), planned, content=content, problem=problem)
    data = inside[path]
    problem_of_text = text_problem(path, data)
    return Script(change.id, title, path, (), data + planned, content=content, problem=problem_of_text)


def _read_plan(path: str, text: str) -> tuple[list[_Change], list[Finding]]:
    changes: list[_Change] = []
    findings: list[Finding] = []
    latest: dict[str, _Change] = {}
    tagged: dict[str, int] = {}
    header = True
    for number, line in enumerate(text.splitlines(), start=1):
        bare = line.partition("#")[0].rstrip() if "#" in line else line.rstrip()
        if not bare.strip():
            header = header and not changes
            continue
        if bare.lstrip().startswith("%"):
            continue
        match = _LINE.match(bare)
        if match is None:
            remedy = "Write: name [needs] 2026-01-31T12:00:00Z Name <mail> # note"
            findings.append(refused(path, number, f"'{bare.strip()[:60]}' is no line of a plan", remedy))
            continue
        if match["mark"] == "@":
            tagged[match["name"]] = len(changes)
            for change in latest.values():
                change.tags.append(match["name"])
            continue
        needs = tuple((match["needs"] or "").split())
        before = latest.get(match["name"])
        if before is not None and not before.tags:
            why = f"{match['name']} is planned again, on line {before.line} already, with no tag between"
            findings.append(refused(path, number, why, "Use another name, or tag before you rework."))
            continue
        instance = before.instance + 1 if before else 1
        change = _Change(match["name"], number, bare.strip(), needs, instance)
        findings += _unmet(path, change, latest, tagged)
        latest[change.name] = change
        changes.append(change)
    return changes, findings


def _unmet(
    path: str, change: _Change, planned: Mapping[str, _Change], tags: Mapping[str, int]
) -> list[Finding]:
    """Requirements in the same plan that do not stand before the change."""
    found: list[Finding] = []
    for need in change.needs:
        name, _, tag = need.lstrip("!").partition("@")
        if ":" in need or need.startswith("!") or re.fullmatch(r"[0-9a-f]{40}", need):
            continue
        if (name and name not in planned) or (tag and tag not in tags and tag not in ("HEAD", "ROOT")):
            why = f"{change.name} needs {need}, which does not stand before it"
            found.append(refused(path, change.line, why, "Put that first, or correct the name."))
    return found


def _settings(data: bytes | None) -> dict[str, str]:
    """The core section of ``sqitch.conf``: where things are."""
    if data is None:
        return {}
    text = decoded(data)
    sections = [*_SECTION.finditer(text)]
    for section, following in zip(sections, [*sections[1:], None], strict=True):
        if section["name"].strip().lower() == "core":
            inside = text[section.end() : following.start() if following else len(text)]
            return {found["key"]: found["value"].strip('"') for found in _SETTING.finditer(inside)}
    return {}


def _plan_of(inside: Files, folder: str, top: PurePosixPath, settings: Mapping[str, str]) -> str | None:
    wanted = [str(top / _PLAN), str(PurePosixPath(folder) / _PLAN)]
    if "plan_file" in settings:
        wanted.insert(0, str(PurePosixPath(folder) / settings["plan_file"]))
    found = [path for path in wanted if path in inside]
    others = sorted(path for path in inside if PurePosixPath(path).name == _PLAN)
    return next(iter([*found, *others]), None)


def _home(place: PurePosixPath, paths: Collection[str]) -> PurePosixPath:
    return next((parent for parent in (place, *place.parents) if str(parent / "sqitch.conf") in paths), place)


TOOL = Sqitch
