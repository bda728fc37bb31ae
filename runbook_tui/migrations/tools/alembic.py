"""Alembic: Python files with ``revision`` and ``down_revision``, which make a graph.

Source: Alembic's documentation, "Tutorial" and "Working with Branches".
"""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from runbook_tui.migrations.changes import Body, Change
from runbook_tui.migrations.engine import Engine, engine_family
from runbook_tui.migrations.model import Finding, Level, Phase
from runbook_tui.migrations.python.alembic_header import header_of
from runbook_tui.migrations.python.parse import Unparsable, parse_python
from runbook_tui.migrations.tool import (
    BodyReader,
    Commands,
    Files,
    MigrationTool,
    Script,
    Scripts,
    below,
    chained,
    title_of,
)

_REVISION = re.compile(rb"^revision\s*(?::[^=\n]*)?=\s*['\"]([^'\"\n]+)['\"]", re.MULTILINE)
_DOWN = re.compile(rb"^down_revision\s*(?::[^=\n]*)?=\s*['\"]([^'\"\n]+)['\"]", re.MULTILINE)
_PHASES = {"expand": Phase.EXPAND, "contract": Phase.CONTRACT}
"""Folder names and words in branch labels with which Keystone and Neutron declare the phase."""
_ENVIRONMENT = "env.py"
_REVISIONS = "versions"
_DATA = "data_migrations"
"""Glance's folder of scripts that copy data, beside the revisions (openstack/glance, "Database Migrations")."""


class Alembic(MigrationTool):
    """Reads the revisions of an Alembic environment."""

    name = "alembic"
    numbered = False
    splits_heads = True
    starts_from_last = True
    beginning = "base"

    def __init__(self) -> None:
        self._modules: dict[bytes, ast.Module | Unparsable] = {}
        """What was parsed already: most files are the same in both commits."""

    def recognises(self, path: str, data: bytes) -> bool:
        """A Python file that assigns ``revision`` and ``down_revision``, or a data migration beside them."""
        if not path.endswith(".py"):
            return False
        return (_REVISION.search(data) is not None and b"down_revision" in data) or _is_data(path, data)

    def folders(self, recognised: Sequence[str], paths: Collection[str]) -> tuple[str, ...]:
        """The environments: the folders of ``env.py``, below which the revisions may be sorted into others.

        One that has folders named for several engines (PrefectHQ/prefect) keeps a history in each.
        """
        found = {path: _environment(path, paths) for path in recognised}
        own = {path: _of_engine(path, environment) for path, environment in found.items()}
        engines: dict[str, set[Engine | None]] = {}
        for path, folder in own.items():
            if folder is not None:
                engines.setdefault(found[path], set()).add(engine_family(folder.name))
        several = {environment for environment, names in engines.items() if len(names) > 1}
        return tuple(
            sorted({str(own[path] or above) if above in several else above for path, above in found.items()})
        )

    def scripts(self, files: Files, folder: str) -> Scripts:
        """Every revision below the folder, whatever the folder is called."""
        found: list[Script] = []
        data_migrations: list[Script] = []
        findings: list[Finding] = []
        for path, data in below(files, folder).items():
            if _is_data(path, data):
                data_migrations.append(self._data_migration(path, data))
            elif path.endswith(".py") and b"revision" in data:
                if data not in self._modules:
                    self._modules[data] = parse_python(data)
                script = _script(path, data, folder, self._modules[data])
                if isinstance(script, Script):
                    found.append(script)
                elif script is not None:
                    findings.append(script)
        in_order = chained(data_migrations, lambda script: (script.id,))
        return Scripts((*_with_branches(found), *in_order), tuple(findings))

    def _data_migration(self, path: str, data: bytes) -> Script:
        """A script that the project's own command runs, again and again until there is nothing left to do."""
        if data not in self._modules:
            self._modules[data] = parse_python(data)
        module, stem = self._modules[data], PurePosixPath(path).stem
        if isinstance(module, Unparsable):
            problem = _problem(path, module)
            return Script(stem, title_of(stem), path, (), data, group=_DATA, repeatable=True, problem=problem)
        return Script(
            stem,
            _title(module) or title_of(stem),
            path,
            (),
            data,
            module,
            group=_DATA,
            declared=Phase.BACKFILL,
            repeatable=True,
        )

    def commands(self, script: Script, folder: str) -> Commands | None:
        """Alembic goes to a revision, which takes those that it needs along."""
        if script.group == _DATA:
            return None
        back = script.parents[0] if script.parents else self.beginning
        up, down = (shlex.quote(name) for name in (script.id, back))
        return Commands(f"alembic upgrade {up}", f"alembic downgrade {down}", "alembic current")

    def reader(self, engine: Engine) -> BodyReader:
        """Reads ``upgrade()``, and ``migrate()`` of data migrations."""
        from runbook_tui.migrations.python.alembic_ops import read_upgrade

        def read(script: Script) -> Body:
            module = script.content
            if not isinstance(module, ast.Module):
                reason = script.problem.message if script.problem else ""
                unread = Change(
                    "unreadable", script.problem.line if script.problem else 1, name=reason, detail=script.id
                )
                return Body((unread,), has_down=False)
            name = "migrate" if script.group == _DATA else "upgrade"
            if _function(module, name) is None:
                return Body(
                    (Change("opaque", 1, detail=f"a revision without a function {name}()"),), has_down=False
                )
            changes = tuple(read_upgrade(module, engine, name))
            return Body(changes, has_down=_does_something(module, "downgrade"))

        return read


def _script(path: str, data: bytes, folder: str, module: ast.Module | Unparsable) -> Script | Finding | None:
    title = title_of(re.sub(r"^[0-9a-f]+_", "", PurePosixPath(path).stem))
    if isinstance(module, Unparsable):
        return _unparsable(path, data, module, title)
    header = header_of(module)
    if header is None:
        return None
    problem = None
    if not header.complete:
        message = (
            "the revisions before it are put together when it runs, so its place in the order is not known"
        )
        problem = Finding(
            "unreadable", Level.ERROR, path, 1, message, "Write down_revision and depends_on out."
        )
    declared = _declared(path, folder, header.labels)
    return Script(
        id=header.revision,
        title=_title(module) or title,
        path=path,
        parents=tuple(dict.fromkeys([*header.down, *header.depends_on])),
        data=data,
        content=module,
        # a branch whose label comes from a constant elsewhere is told by its folder
        group=" ".join(header.labels) or (declared.value if declared else ""),
        declared=declared,
        problem=problem,
    )


def _title(module: ast.Module) -> str:
    document = ast.get_docstring(module)
    return document.splitlines()[0].strip() if document else ""


def _unparsable(path: str, data: bytes, why: Unparsable, title: str) -> Script | Finding | None:
    """A broken file keeps its place in the chain when the names can still be seen."""
    problem = _problem(path, why)
    revision, down = _REVISION.search(data), _DOWN.search(data)
    if revision is None:
        return problem
    parents = (down[1].decode("utf-8", "replace"),) if down else ()
    name = revision[1].decode("utf-8", "replace")
    return Script(name, title, path, parents, data, problem=problem)


def _problem(path: str, why: Unparsable) -> Finding:
    message = f"it is not Python of this version: {why.reason}"
    return Finding(
        "unreadable", Level.ERROR, path, why.line, message, "Mend the file; the tool cannot load it."
    )


def _is_data(path: str, data: bytes) -> bool:
    """Whether a file is one of Glance's data migrations: ``has_migrations()`` and ``migrate()``."""
    place = PurePosixPath(path)
    return (
        place.suffix == ".py"
        and place.parent.name == _DATA
        and not place.name.startswith("__")
        and b"def has_migrations(" in data
        and b"def migrate(" in data
    )


def _of_engine(path: str, environment: str) -> PurePosixPath | None:
    """The nearest folder around a revision that is named for an engine, inside of its environment."""
    for folder in PurePosixPath(path).parents:
        if engine_family(folder.name) is not None and folder.is_relative_to(environment):
            return folder
    return None


def _environment(path: str, paths: Collection[str]) -> str:
    """The nearest folder around a revision that has an ``env.py`` or holds ``versions``, else its own."""
    around = PurePosixPath(path).parents
    for folder in around:
        if str(folder / _ENVIRONMENT) in paths:
            return str(folder)
    above = next((folder.parent for folder in around if folder.name in (_REVISIONS, _DATA)), around[0])
    return str(above)


def _declared(path: str, folder: str, labels: tuple[str, ...]) -> Phase | None:
    """By a folder below ``folder``, or a branch label: the word itself, or with the project's name before it."""
    own, parts = PurePosixPath(folder), PurePosixPath(path).parts[:-1]
    first = len(own.parts) - (
        _REVISIONS in own.parts[:-1]
    )  # a folder below versions/ may itself be the branch
    words = [*parts[first:], *(re.split(r"[^a-z]+", label.lower())[-1] for label in labels)]
    found = {_PHASES[word] for word in words if word in _PHASES}
    return found.pop() if len(found) == 1 else None


def _with_branches(scripts: list[Script]) -> Iterator[Script]:
    """A branch label and the phase that it declares hold for every revision that follows on the branch."""
    by_id = {script.id: script for script in scripts}
    children: dict[str, list[Script]] = {}
    for script in scripts:
        for parent in script.parents:
            children.setdefault(parent, []).append(script)
    waiting = [script for script in scripts if script.group]
    group = {script.id: script.group for script in waiting}
    declared = {script.id: script.declared for script in scripts}
    while waiting:
        script = waiting.pop()
        for child in children.get(script.id, ()):
            if child.id not in group and len([parent for parent in child.parents if parent in by_id]) == 1:
                group[child.id] = group[script.id]
                declared[child.id] = declared[child.id] or declared[script.id]
                waiting.append(child)
    for script in scripts:
        yield replace(script, group=group.get(script.id, ""), declared=declared[script.id])


def _function(module: ast.Module, name: str) -> ast.FunctionDef | None:
    return next(
        (node for node in module.body if isinstance(node, ast.FunctionDef) and node.name == name), None
    )


def _does_something(module: ast.Module, name: str) -> bool:
    """Whether a function has a body besides its docstring, ``pass`` and ``raise``."""
    function = _function(module, name)
    if function is None:
        return False
    idle = (ast.Pass, ast.Raise)
    return any(
        not isinstance(statement, idle)
        and not (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant))
        for statement in function.body
    )


TOOL = Alembic
