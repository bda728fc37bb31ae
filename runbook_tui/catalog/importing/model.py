"""What a catalog says, whichever tool keeps it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from runbook_tui.files.problems import Place


class Kind(StrEnum):
    """What an entry of a catalog is."""

    SERVICE = "service"
    DATASTORE = "datastore"
    QUEUE = "queue"
    EXTERNAL = "external"
    """Something that others need and that is none of these, or that no file describes."""


class EdgeKind(StrEnum):
    """Why one entry needs another."""

    DEPENDS_ON = "depends-on"
    CONSUMES_API = "consumes-api"
    """From the consumer to a provider of the API."""
    USES_DATASTORE = "uses-datastore"
    CALLS = "calls"
    """The address of the other one is in its configuration."""
    STARTS_AFTER = "starts-after"
    """Compose's ``depends_on``: an order of starting, which is not the graph of calls."""
    BY_NAME = "by-name"
    """A guess from names such as ``user`` and ``user-db``. It orders nothing."""


STATED = frozenset(EdgeKind) - {EdgeKind.BY_NAME}


class Level(StrEnum):
    """How bad a finding is."""

    ERROR = "error"
    """A file could not be read, or its own tool refuses it."""
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Stated:
    """A value, and where it was read."""

    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class ImportedApi:
    """An API that a service provides."""

    name: str
    type: str
    """As the catalog writes it, such as ``openapi``; empty when it does not say."""
    definition: str | None
    """Path of the contract file relative to the folder of the file that describes the service, or a URL."""
    place: Place


@dataclass(frozen=True, slots=True)
class ImportedConsumption:
    """An API that a service consumes."""

    name: str
    place: Place


@dataclass(frozen=True, slots=True)
class ImportedDatastore:
    """A service's use of a data store."""

    name: str
    engine: str
    """``postgres``, ``mysql@8.4``, ...; empty when nobody says."""
    access: str
    """``write`` unless the catalog says more: no format so far knows who owns a data store."""
    guessed: bool
    """Whether the access is a guess."""
    place: Place


@dataclass(frozen=True, slots=True)
class ImportedDependency:
    """Another entry that a service needs."""

    name: str
    kind: EdgeKind
    place: Place


@dataclass(frozen=True, slots=True)
class ImportedService:
    """One entry of a catalog: mostly a service; see :class:`Kind`."""

    name: str
    kind: Kind
    place: Place
    source: str
    """Name of the reader that found it first, such as ``backstage``."""
    type: str = ""
    """The catalog's own word: ``website``, ``library``, ``postgres``, ...; for a data store its engine."""
    title: Stated | None = None
    owner: Stated | None = None
    on_call: Stated | None = None
    """``<system>:<id or url>``"""
    tier: Stated | None = None
    lifecycle: Stated | None = None
    repository: Stated | None = None
    path: Stated | None = None
    """Its folder inside the repository."""
    provides: tuple[ImportedApi, ...] = ()
    consumes: tuple[ImportedConsumption, ...] = ()
    datastores: tuple[ImportedDatastore, ...] = ()
    depends_on: tuple[ImportedDependency, ...] = ()


@dataclass(frozen=True, slots=True)
class Edge:
    """One entry needs another: from the dependent or consumer to what it needs."""

    source: str
    target: str
    kind: EdgeKind
    place: Place
    api: str | None = None
    """The API by which a consumer needs a provider."""
    guessed: bool = False


@dataclass(frozen=True, slots=True)
class CatalogFinding:
    """A defect of a catalog, or something that a reader of it has to know."""

    rule: str
    level: Level
    text: str
    place: Place
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class ImportedCatalog:
    """Everything that some files say. Sorted, and the same for every order of the input."""

    services: tuple[ImportedService, ...]
    edges: tuple[Edge, ...]
    findings: tuple[CatalogFinding, ...]
    files: tuple[str, ...] = field(default=())
    """The files that were read as catalogs."""
    systems: tuple[str, ...] = field(default=())
    """Names of the systems that the catalog describes."""
