"""Which readers there are: every file in ``readers/``, and what other packages bring along.

Another package names a class of :class:`CatalogReader` in its entry points, in the group ``runbook_tui.catalogs``.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from pkgutil import iter_modules

from runbook_tui.catalog.importing import readers
from runbook_tui.catalog.importing.reader import CatalogReader
from runbook_tui.files.problems import Place, Problem, ProblemsError

GROUP = "runbook_tui.catalogs"
"""The group of entry points."""


@cache
def all_readers() -> tuple[CatalogReader, ...]:
    """One of each reader, those whose facts count first in front.

    Raises:
        ProblemsError: when a reader of another package cannot be loaded.
    """
    found: dict[str, CatalogReader] = {}
    for module in iter_modules(readers.__path__):
        reader: type[CatalogReader] = import_module(f"{readers.__name__}.{module.name}").READER
        found[reader.name] = reader()
    for entry in entry_points(group=GROUP):
        try:
            brought = entry.load()
        except Exception as error:  # what another package does when it is imported is its own affair
            raise _unusable(entry.value, f"{type(error).__name__}: {error}") from error
        if not (isinstance(brought, type) and issubclass(brought, CatalogReader)):
            raise _unusable(entry.value, "it is no CatalogReader")
        if brought.name in found:
            raise _unusable(entry.value, f"there is a reader {brought.name} already")
        found[brought.name] = brought()
    return tuple(sorted(found.values(), key=lambda reader: (reader.order, reader.name)))


def _unusable(where: str, why: str) -> ProblemsError:
    what = f"the reader of catalogs {where} cannot be used: {why}"
    expected = f"a class of CatalogReader in the entry points {GROUP}"
    return ProblemsError([Problem(Place(where), what, expected, "correct or uninstall the package")])
