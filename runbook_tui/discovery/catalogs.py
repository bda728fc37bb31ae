"""Catalogs that teams keep beside their code: what they state counts more than what was read or guessed.

Compose files, Kubernetes manifests and CODEOWNERS are read by this room itself, which follows them to the code.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from runbook_tui.catalog.importing.collect import read_catalog
from runbook_tui.catalog.importing.model import EdgeKind, ImportedService, Kind, Stated
from runbook_tui.catalog.importing.registry import all_readers
from runbook_tui.discovery.checkout import Checkout, folder_of
from runbook_tui.discovery.evidence import Evidence, Strength
from runbook_tui.discovery.model import Confidence, Fact
from runbook_tui.discovery.model import Kind as FactKind
from runbook_tui.discovery.proposal import why_not_text
from runbook_tui.discovery.roles import aside
from runbook_tui.files.problems import Place, ProblemsError
from runbook_tui.text.terminal import plain

_OWN = frozenset({"compose", "kubernetes", "skaffold", "codeowners"})
"""Readers whose files are read here."""
_NAMES = re.compile(
    r"(?i)catalog|backstage|datadog|opslevel|cortex|score|helmfile|compass|component|service|system|entity"
)
_RUNS = frozenset(
    {"", "service", "website", "api", "worker", "app", "application", "backend", "frontend", "web", "job"}
)
"""Words for the type of an entry that is released by itself."""
_MOST = 500


@dataclass(slots=True)
class Catalogs:
    """What the catalogs of all repositories say."""

    folder: Path
    services: tuple[ImportedService, ...] = ()
    homes: dict[str, tuple[Checkout, str]] = field(default_factory=dict)
    """Entry to the repository and folder of the file that describes it."""

    def source(self, place: Place) -> str:
        """A place as this room writes it."""
        file = Path(os.path.relpath(place.file, self.folder)).as_posix()
        return f"{file}:{place.line}" if place.line else file

    def evidence(self) -> Iterator[Evidence]:
        """An entry that is a service speaks for the folder that it is described in, where it alone is."""
        for service in self.services:
            home = self.homes.get(service.name)
            alone = sum(other == home for other in self.homes.values()) == 1
            if home is not None and service.type.lower() in _RUNS and alone:
                what = f"the {service.source} entry {plain(service.name)}"
                yield Evidence(home[0], home[1], Strength.DEPLOYED, what, self.source(service.place))

    def single_facts(self, service: ImportedService, name: str) -> Iterator[Fact]:
        """Title, owner, pager, tier and lifecycle, as far as the manifest takes them."""
        found: dict[FactKind, Stated | None] = {
            FactKind.TITLE: service.title,
            FactKind.OWNER: service.owner,
            FactKind.ON_CALL: service.on_call,
            FactKind.TIER: service.tier,
            FactKind.LIFECYCLE: service.lifecycle,
        }
        for kind, stated in found.items():
            if stated is not None:
                text = plain(stated.text)
                if not why_not_text(kind, "value", text):
                    why = f"the {service.source} entry {plain(service.name)}"
                    yield Fact(name, kind, text, self.source(stated.place), Confidence.STATED, why)

    def needs(self, service: ImportedService) -> Iterator[tuple[str, Place]]:
        """Names of entries that a service needs to run."""
        for need in service.depends_on:
            if need.kind in (EdgeKind.DEPENDS_ON, EdgeKind.CALLS, EdgeKind.STARTS_AFTER):
                yield need.name, need.place


def read_catalogs(folder: Path, checkouts: Iterable[Checkout], notes: list[str]) -> Catalogs:
    """Read the catalogs that lie in the repositories; what is wrong with one becomes a note.

    Args:
        folder: the folder that was asked for.
        checkouts: its repositories.
        notes: where is added what cannot be read.
    """
    found = Catalogs(folder)
    files: dict[Path, tuple[Checkout, str]] = {}
    for checkout in checkouts:
        for path in _catalog_files(checkout):
            on_disk = folder / checkout.place / path
            if on_disk.is_file() and len(files) < _MOST:
                files[on_disk] = (checkout, folder_of(path))
    if not files:
        return found
    try:
        catalog = read_catalog(list(files))
    except ProblemsError as error:
        notes += [str(problem) for problem in error.problems]
        return found
    found.services = tuple(each for each in catalog.services if each.kind is Kind.SERVICE)
    for service in found.services:
        home = files.get(Path(service.place.file))
        if home is not None:
            found.homes[service.name] = home
    return found


def _catalog_files(checkout: Checkout) -> Iterator[str]:
    readers = [reader for reader in all_readers() if reader.name not in _OWN]
    paths = [
        path
        for path in checkout.named("*.yaml", "*.yml")
        if _NAMES.search(path.rpartition("/")[2]) and not aside(path)
    ]
    for path, text in checkout.texts(paths):
        name, folder = path.rpartition("/")[2], folder_of(path).rpartition("/")[2]
        if any(reader.recognises(name, folder, text.encode("utf-8")) for reader in readers):
            yield path
