"""Django: ``<app>/migrations/<name>.py`` with a class ``Migration``; the dependencies make a graph over the apps.

Source: Django's documentation, "Migrations" and "Writing database migrations". Phases are declared with
django-safemigrate's ``safe`` and Sentry's ``is_post_deployment``.
"""

from __future__ import annotations

import ast
import posixpath
import re
import shlex
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from runbook_tui.migrations.changes import Body, Change
from runbook_tui.migrations.engine import Engine
from runbook_tui.migrations.following.follower import TooMuchError
from runbook_tui.migrations.model import Finding, Level, Phase
from runbook_tui.migrations.python.interpreter import Interpreter
from runbook_tui.migrations.python.parse import Unparsable, parse_python
from runbook_tui.migrations.python.values import path_of, text_of
from runbook_tui.migrations.tool import (
    BodyReader,
    Commands,
    Files,
    MigrationTool,
    Script,
    Scripts,
    below,
    title_of,
)

_STAR = re.compile(rb"^from\s[^\n]*\simport\s+\*", re.MULTILINE)
_HEADER = frozenset({"dependencies", "replaces", "run_before", "atomic", "safe", "is_post_deployment"})
_PAIR = re.compile(rb"""\(\s*['"](\w+)['"]\s*,\s*['"](\w+)['"]\s*,?\s*\)""")
_LOOKS = re.compile(
    rb"^class Migration\([^)\n]*\bMigration\b|^\s+(?:dependencies|operations)\b[^=\n]*=", re.MULTILINE
)
"""Django's own class, or a class of the project's that is used as Django's is."""
_BODY = frozenset({"operations"})


@dataclass(frozen=True, slots=True)
class _Module:
    """A migration module with its class, and what was read of it so far."""

    interpreter: Interpreter
    node: ast.ClassDef
    header: Mapping[str, object]
    unusual: str
    """What makes it do more than its list of operations says; empty for nearly all."""


@dataclass(frozen=True, slots=True)
class _Made:
    """A module that has a Migration which is not written out as a class: assigned, or imported."""

    line: int


class Django(MigrationTool):
    """Reads the migrations of one or more apps."""

    name = "django"
    numbered = False
    splits_heads = True
    apps = True
    beginning = "zero"

    def __init__(self) -> None:
        self._modules: dict[bytes, _Module | _Made | Unparsable | None] = {}
        """What was read already: most files are the same in both commits."""

    def recognises(self, path: str, data: bytes) -> bool:
        """A Python file with a class ``Migration`` of Django's."""
        return path.endswith(".py") and b"class Migration" in data and _LOOKS.search(data) is not None

    def scripts(self, files: Files, folder: str) -> Scripts:
        """Every migration below the folder: that of one app, or of a project with many."""
        parsed: dict[str, _Module | Unparsable] = {}
        others: dict[str, _Made | None] = {}
        inside = below(files, folder)
        for path, data in inside.items():
            if path.endswith(".py") and not PurePosixPath(path).name.startswith(("_", "~")):
                module = self._module(data)
                if isinstance(module, _Module | Unparsable):
                    parsed[path] = module
                else:
                    others[path] = module
        labels = _labels(parsed)
        scripts = [
            _script(path, inside[path], module, labels[_folder(path)]) for path, module in parsed.items()
        ]
        whole = {_folder(path) for path, module in parsed.items() if isinstance(module, _Module)}
        own = {place for place in whole if PurePosixPath(place).name == "migrations" or place == folder}
        beside = {path: made for path, made in others.items() if _folder(path) in own}
        made = [_made(path, inside[path], m, labels[_folder(path)]) for path, m in beside.items() if m]
        refused = tuple(_refused(path) for path, m in beside.items() if m is None)
        return Scripts((*_with_run_before(scripts, parsed), *made), refused)

    def _module(self, data: bytes) -> _Module | _Made | Unparsable | None:
        if data not in self._modules:
            self._modules[data] = _module(data)
        return self._modules[data]

    def commands(self, script: Script, folder: str) -> Commands:
        """Django goes to a migration of one app; ``zero`` is before its first."""
        app, name = (shlex.quote(part) for part in script.id.split(".", 1))
        own = [parent.partition(".")[2] for parent in script.parents if parent.startswith(f"{script.group}.")]
        back = shlex.quote(own[0] if own else self.beginning)
        migrate = "python manage.py migrate"
        return Commands(
            f"{migrate} {app} {name}", f"{migrate} {app} {back}", f"python manage.py showmigrations {app}"
        )

    def folders(self, recognised: Sequence[str], paths: Collection[str]) -> tuple[str, ...]:
        """What the apps of one project have in common: their migrations depend on one another.

        A project is where ``manage.py`` is. Apps of tests are left by themselves.
        """
        projects = {_folder(path) for path in paths if PurePosixPath(path).name == "manage.py"}
        together: dict[str, set[str]] = {}
        for app in sorted({_folder(path) for path in recognised}):
            if app.startswith(".") and app != ".":
                continue  # what linters and editors keep there is never loaded
            project = next((parent for parent in PurePosixPath(app).parents if str(parent) in projects), None)
            inside = PurePosixPath(app).relative_to(project).parts if project is not None else ()
            aside = project is None or any(part.startswith("test") for part in inside)
            together.setdefault(app if aside else str(project), set()).add(app)
        return tuple(sorted(posixpath.commonpath(apps) or "." for apps in together.values()))

    def reader(self, engine: Engine) -> BodyReader:
        """Reads ``operations``, remembering the models of every app."""
        from runbook_tui.migrations.python.django_ops import Operations
        from runbook_tui.migrations.python.django_state import ProjectState

        state = ProjectState()

        def read(script: Script) -> Body:
            module = script.content
            if not isinstance(module, _Module):
                line, reason = (script.problem.line, script.problem.message) if script.problem else (1, "")
                return Body((Change("unreadable", line, name=reason, detail=script.path),), has_down=False)
            operations = Operations(script.group, engine, state)
            try:
                values = module.interpreter.class_values(module.node, _BODY)
                changes = operations.read(values.get("operations", []))
                if module.unusual:
                    changes.append(Change("opaque", module.node.lineno, detail=module.unusual))
            except (TooMuchError, RecursionError):
                unread = Change("opaque", module.node.lineno, detail="operations too tangled to be followed")
                return Body((unread,), has_down=False)
            return Body(
                tuple(changes), operations.reversible, transactional=module.header.get("atomic") is not False
            )

        return read


def _folder(path: str) -> str:
    return str(PurePosixPath(path).parent)


def _module(data: bytes) -> _Module | _Made | Unparsable | None:
    """A migration's module; None for another Python file."""
    if b"Migration" not in data:
        star = _STAR.search(data)
        return _Made(data.count(b"\n", 0, star.start()) + 1) if star else None
    tree = parse_python(data)
    if isinstance(tree, Unparsable):
        return tree
    found = [n for n in ast.walk(tree) if isinstance(n, ast.ClassDef) and n.name == "Migration"]
    node = next((n for n in reversed(tree.body) if n in found), next(iter(found), None))
    if node is None:
        return next((_Made(item.lineno) for item in tree.body if _binds_migration(item)), None)
    if not node.bases:
        return None
    try:
        interpreter = Interpreter(tree)
        return _Module(interpreter, node, interpreter.class_values(node, _HEADER), _unusual(tree, node))
    except (TooMuchError, RecursionError):
        return Unparsable(1, "it is too tangled to be followed")


def _binds_migration(statement: ast.stmt) -> bool:
    """Whether a statement of the module gives something the name ``Migration``."""
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return any((alias.asname or alias.name) in ("Migration", "*") for alias in statement.names)
    targets = statement.targets if isinstance(statement, ast.Assign) else ()
    return any(isinstance(target, ast.Name) and target.id == "Migration" for target in targets)


def _made(path: str, data: bytes, made: _Made, label: str) -> Script:
    stem = PurePosixPath(path).stem
    message = "its Migration is not written out as a class here, so only a person can tell what it does"
    problem = Finding("unreadable", Level.WARNING, path, made.line, message, "Write the class out.")
    title = title_of(stem.lstrip("0123456789"))
    return Script(f"{label}.{stem}", title, path, (), data, group=label, problem=problem)


def _refused(path: str) -> Finding:
    """Source: django/django, django/db/migrations/loader.py: BadMigrationError."""
    message = "it stands among migrations and has no class Migration: Django refuses to load them"
    remedy = "Move it out of the folder, or let its name begin with an underscore."
    return Finding("not-a-migration", Level.ERROR, path, 0, message, remedy)


def _unusual(tree: ast.Module, node: ast.ClassDef) -> str:
    """A condition around it, methods, a base with operations of its own, or what is changed outside the class."""
    if node not in tree.body:
        return "a Migration that is defined under a condition"
    methods = [item.name for item in node.body if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef)]
    if methods or node.decorator_list:
        return f"a Migration with code of its own: {', '.join(methods) or 'a decorator'}"
    base = ast.unparse(node.bases[0]).rpartition(".")
    own = any("operations" in _names(item) for item in node.body)
    if not own and (base[2] != "Migration" or len(node.bases) > 1):
        return f"a Migration that may inherit the operations of {base[2]}"
    plain = (ast.ClassDef, ast.FunctionDef, ast.Import, ast.ImportFrom)
    if any(node.name in _names(item) for item in tree.body if not isinstance(item, plain)):
        return "a Migration that is changed outside its class"
    return ""


def _names(statement: ast.stmt) -> set[str]:
    return {item.id for item in ast.walk(statement) if isinstance(item, ast.Name)}


def _labels(parsed: dict[str, _Module | Unparsable]) -> dict[str, str]:
    """The app's label of each folder.

    It is the name of the app's folder, unless the app calls itself otherwise: then the dependencies of its own
    migrations on one another show it.
    """
    names: dict[str, set[str]] = {}
    for path in parsed:
        names.setdefault(_folder(path), set()).add(PurePosixPath(path).stem)
    votes: dict[str, Counter[str]] = {folder: Counter() for folder in names}
    for path, module in parsed.items():
        folder = _folder(path)
        for label, name in _dependencies(module, "dependencies"):
            if name in names[folder]:
                votes[folder][label] += 1
    return {folder: _label(folder, votes[folder]) for folder in names}


def _label(folder: str, votes: Counter[str]) -> str:
    place = PurePosixPath(folder)
    own = place.parent.name if place.name == "migrations" else place.name
    if not votes or own in votes:
        return own or "app"
    return min(votes, key=lambda label: (-votes[label], label))


def _dependencies(module: _Module | Unparsable, name: str) -> list[tuple[str, str]]:
    """``dependencies``, ``replaces`` or ``run_before`` as (app, migration); what is not written out is left out."""
    if isinstance(module, Unparsable):
        return []
    value = module.header.get(name)
    pairs: list[tuple[str, str]] = []
    for item in value if isinstance(value, list | tuple) else ():
        if isinstance(item, list | tuple) and len(item) == 2:
            label, migration = text_of(item[0]), text_of(item[1])
            if label is not None and migration is not None:
                pairs.append((label, migration))
    return pairs


def _visible_dependencies(data: bytes) -> list[tuple[str, str]]:
    """Pairs of names in a file that does not parse, so that it keeps its place in the order."""
    head = data.partition(b"operations")[0]
    return [(app.decode(), name.decode()) for app, name in _PAIR.findall(head)]


def _script(path: str, data: bytes, module: _Module | Unparsable, label: str) -> Script:
    stem = PurePosixPath(path).stem
    title = title_of(stem.lstrip("0123456789"))
    if isinstance(module, Unparsable):
        message = f"it is not Python of this version: {module.reason}"
        problem = Finding(
            "unreadable", Level.ERROR, path, module.line, message, "Mend the file; Django cannot load it."
        )
        parents = tuple(f"{app}.{name}" for app, name in _visible_dependencies(data) if app == label)
        return Script(f"{label}.{stem}", title, path, parents, data, group=label, problem=problem)
    declared, after = _declared(module.header)
    return Script(
        id=f"{label}.{stem}",
        title=title,
        path=path,
        parents=tuple(f"{app}.{name}" for app, name in _dependencies(module, "dependencies")),
        data=data,
        content=module,
        replaces=tuple(f"{app}.{name}" for app, name in _dependencies(module, "replaces")),
        group=label,
        declared=declared,
        declared_after=after,
    )


def _declared(values: Mapping[str, object]) -> tuple[Phase | None, bool]:
    """The phase that ``safe`` or ``is_post_deployment`` names, and whether it only says: after the deploy."""
    safe = path_of(values.get("safe")).removesuffix("()").rpartition(".")[2]
    if safe in ("before_deploy", "always"):
        return Phase.EXPAND, False
    return None, safe == "after_deploy" or values.get("is_post_deployment") is True


def _with_run_before(scripts: list[Script], parsed: dict[str, _Module | Unparsable]) -> Iterator[Script]:
    """``run_before`` makes this migration a parent of the one it names."""
    extra: dict[str, list[str]] = {}
    for script in scripts:
        for app, name in _dependencies(parsed[script.path], "run_before"):
            extra.setdefault(f"{app}.{name}", []).append(script.id)
    for script in scripts:
        yield replace(script, parents=(*script.parents, *extra.get(script.id, ())))


TOOL = Django
