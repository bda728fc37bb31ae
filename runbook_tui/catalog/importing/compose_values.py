"""Values of compose services, which may be written as lists or as mappings, with their variables put in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from runbook_tui.catalog.importing.addresses import command_words
from runbook_tui.catalog.importing.compose_files import Part
from runbook_tui.catalog.importing.interpolation import interpolate
from runbook_tui.catalog.importing.model import Stated
from runbook_tui.catalog.importing.report import first
from runbook_tui.files.foreign_nodes import List, Map, Text, child, entries, items, text, texts
from runbook_tui.files.problems import Place


def environment(part: Part) -> Iterator[tuple[str, str, Place]]:
    """The variables of a service; one without a value has that of ``.env``."""
    node = child(part.node, "environment")
    if isinstance(node, Map):
        for key, place, value in entries(node):
            if isinstance(value, Text):
                written = (
                    part.variables.get(key, "") if value.null else interpolate(value.value, part.variables)
                )
                yield key, written, value.place if not value.null else place
    for found in texts(node) if isinstance(node, List) else ():
        name, equals, given = found.value.partition("=")
        name = name.strip()
        yield (
            name,
            interpolate(given, part.variables) if equals else part.variables.get(name, ""),
            found.place,
        )


def host_names(parts: Sequence[Part]) -> Iterator[str]:
    """Names by which a service can be reached, besides its own."""
    for part in parts:
        yield from filter(None, (part.value("container_name"), part.value("hostname")))
        for _, _, network in entries(part.node, "networks"):
            yield from (alias.value for alias in texts(network, "aliases"))


def label(parts: Sequence[Part], wanted: frozenset[str]) -> Stated | None:
    """The value of a label such as ``owner`` or ``com.example.team``."""
    return first(_labels(parts, wanted))


def _labels(parts: Sequence[Part], wanted: frozenset[str]) -> Iterator[Stated | None]:
    for part in parts:
        node = child(part.node, "labels")
        for key, _, value in entries(node):
            if isinstance(value, Text) and key.rpartition(".")[2].lower() in wanted:
                yield Stated(interpolate(value.value, part.variables), value.place)
        for found in texts(node) if isinstance(node, List) else ():
            name, _, given = found.value.partition("=")
            if given and name.rpartition(".")[2].strip().lower() in wanted:
                yield Stated(interpolate(given.strip(), part.variables), found.place)


def env_files(part: Part) -> Iterator[Text]:
    """Paths of the files with further variables."""
    for found in items(part.node, "env_file"):
        path = found if isinstance(found, Text) else text(found, "path")
        if path is not None:
            yield path


def commands(part: Part) -> Iterator[tuple[list[str], Place]]:
    """The words of the command and the entry point."""
    for name in ("command", "entrypoint"):
        node = child(part.node, name)
        if isinstance(node, Text):
            yield command_words(interpolate(node.value, part.variables)), node.place
        elif isinstance(node, List):
            yield [interpolate(found.value, part.variables) for found in texts(node)], node.place
