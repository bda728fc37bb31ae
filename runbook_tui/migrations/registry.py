"""Which migration tools there are: every file in ``tools/``, and what other packages bring along.

A file in ``tools/`` is named for its tool (``golang_migrate.py``) and has a :class:`MigrationTool` as ``TOOL``.
Another package names such a class in its entry points, in the group ``runbook_tui.migration_tools``.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from pkgutil import iter_modules

from runbook_tui.files.problems import Place, Problem, ProblemsError
from runbook_tui.files.suggestions import did_you_mean, one_of
from runbook_tui.migrations import tools
from runbook_tui.migrations.tool import Files, MigrationTool, below

GROUP = "runbook_tui.migration_tools"
"""The group of entry points."""


class UnknownToolError(ProblemsError):
    """The manifest names a tool that nobody brings."""


def tool_names() -> tuple[str, ...]:
    """Names of all tools, sorted."""
    return tuple(sorted(_classes()))


def all_tools() -> tuple[MigrationTool, ...]:
    """One of each tool, sorted by name.

    Raises:
        ProblemsError: when a tool of another package cannot be loaded.
    """
    return tuple(_classes()[name]() for name in tool_names())


def tool_named(name: str) -> MigrationTool:
    """The tool of that name.

    Raises:
        UnknownToolError: when there is none.
        ProblemsError: when a tool of another package cannot be loaded.
    """
    known = _classes()
    if name not in known:
        what = f"there is no migration tool {name}"
        problem = Problem(Place("tool"), what, one_of(tool_names()), did_you_mean(name, known))
        raise UnknownToolError([problem])
    return known[name]()


def detect_tool(files: Files, folder: str, others: Collection[str] = ()) -> str | None:
    """The tool whose migrations most files of ``folder`` look like; None when none does.

    Args:
        files: at least those of the folder.
        folder: where the migrations are.
        others: paths of more files of the repository, which may show whose the folder is (``Cargo.toml``).
    """
    paths = {*files, *others}
    inside = below(files, folder)
    best, most = None, (False, 0)
    for tool in all_tools():
        count = sum(tool.recognises(*item) for item in inside.items())
        found = (tool.marks(paths, folder), count)
        if count and found > most and (found[0] or not tool.marked):
            best, most = tool.name, found
    return best


@cache
def _classes() -> dict[str, type[MigrationTool]]:
    found: dict[str, type[MigrationTool]] = {}
    for module in iter_modules(tools.__path__):
        tool: type[MigrationTool] = import_module(f"{tools.__name__}.{module.name}").TOOL
        found[tool.name] = tool
    for entry in entry_points(group=GROUP):
        try:
            brought = entry.load()
        except Exception as error:  # what another package does when it is imported is its own affair
            raise _unusable(entry.value, f"{type(error).__name__}: {error}") from error
        if not (isinstance(brought, type) and issubclass(brought, MigrationTool)):
            raise _unusable(entry.value, "it is no MigrationTool")
        if brought.name in found:
            raise _unusable(entry.value, f"there is a tool {brought.name} already")
        found[brought.name] = brought
    return found


def _unusable(where: str, why: str) -> ProblemsError:
    what = f"the migration tool {where} cannot be used: {why}"
    expected = f"a class of MigrationTool in the entry points {GROUP}"
    return ProblemsError([Problem(Place(where), what, expected, "correct or uninstall the package")])
