"""The words of the manifest: services, data stores, APIs and how to run their commands.

Values are checked by pydantic against these models; what one field cannot know about another
(unknown names, duplicates) is checked in :mod:`runbook_tui.catalog.manifest`.
Sources for the field names: Backstage's catalog model (owner, lifecycle, system, provides, consumes).
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Name = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$"),
    Field(description="a name of at most 80 letters, digits, dots, dashes and underscores"),
]
"""A name of a service, data store or API."""

LINE_DESCRIPTION = "one line of text without control characters"

Line = Annotated[
    str,
    StringConstraints(min_length=1, max_length=500, pattern=r"^[^\x00-\x1f\x7f]+$"),
    Field(description=LINE_DESCRIPTION),
]
"""One line of text without control characters."""


Variable = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,79}$"),
    Field(description="a name of letters, digits and underscores that does not begin with a digit"),
]
"""A name of a variable: usable in templates and, in capitals, as an environment variable."""

TimeSpan = Annotated[
    str,
    StringConstraints(pattern=r"^(\d{1,9}(\.\d{1,3})?(ms|s|m|h|d))+$", max_length=40),
    Field(description="a time span such as 500ms, 90s, 2m or 1h30m"),
]
"""A time span as people write it."""


class Model(BaseModel):
    """Base of all file models: unknown keys are errors, values cannot be changed."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Access(StrEnum):
    """What a service does with a data store."""

    OWNER = "owner"
    WRITE = "write"
    READ = "read"


class BackfillPosition(StrEnum):
    """When a data store's backfills run: after the code that writes both forms, or before it."""

    AFTER_DEPLOY = "after-deploy"
    BEFORE_DEPLOY = "before-deploy"


class ContractMode(StrEnum):
    """How a data store's contract migrations run: beside new code, or with everything stopped."""

    ONLINE = "online"
    OFFLINE = "offline"


class Datastore(Model):
    """A data store of the system, declared once at the top of the manifest."""

    engine: Line | None = Field(default=None, description="postgres@15, mysql@8.4, sqlite, ...")
    backfill: BackfillPosition = Field(
        default=BackfillPosition.AFTER_DEPLOY,
        description="before-deploy only where triggers keep the old and the new form in step",
    )
    contract: ContractMode = Field(
        default=ContractMode.ONLINE,
        description="offline: with every process of every user stopped; this is downtime",
    )
    size: Literal["small", "large"] | None = Field(
        default=None, description="small: no table is large, so scans and rewrites are noted, not warned of"
    )
    lock_timeout: TimeSpan | Literal["none"] | None = Field(
        default=None,
        description="how long a migration waits for a lock, 1s when left out; none leaves it alone. PostgreSQL only",
    )
    url_env: Variable | None = Field(
        default=None,
        description="environment variable with the SQLAlchemy URL of a user that may read; asked with --live only",
    )
    check: Line | None = Field(
        default=None, description="command of the preflight step: exits 0 when reachable"
    )
    backup: Line | None = Field(
        default=None, description="command that takes a backup before the first change"
    )


class DatastoreUse(Model):
    """One service's use of a data store."""

    name: Name
    access: Access = Field(description="owner and write may migrate it; one owner a data store")
    engine: Line | None = Field(
        default=None, description="may be given here instead of at the top; both must agree"
    )


class Api(Model):
    """An API or event schema that a service provides."""

    api: Name
    type: Literal["openapi", "asyncapi", "graphql", "grpc", "protobuf", "avro", "json-schema"]
    definition: Line | None = Field(default=None, description="path of the contract file inside the service")
    compatibility: (
        Literal[
            "BACKWARD",
            "FORWARD",
            "FULL",
            "NONE",
            "BACKWARD_TRANSITIVE",
            "FORWARD_TRANSITIVE",
            "FULL_TRANSITIVE",
        ]
        | None
    ) = Field(default=None, description="the promise of a schema registry, where there is one")
    retained_since: Line | None = Field(
        default=None,
        description="ref of the oldest version whose messages are still kept: *_TRANSITIVE holds from there on",
    )


class Dependency(Model):
    """A run-time dependency without a contract behind it. Only ``hard`` never yields."""

    service: Name
    kind: Literal["hard", "normal", "soft"] = Field(
        default="normal",
        description="hard never yields, normal yields to what is derived, soft only breaks ties",
    )


class MigrationSource(Model):
    """Where a service keeps the migrations of one data store."""

    path: Line = Field(description="folder of the migration files, inside the service")
    datastore: Name
    tool: Name | None = Field(
        default=None, description="alembic, django, rails, flyway, ...; detected from the files when left out"
    )
    table: Line | None = Field(
        default=None,
        description="version table with its schema where that is needed, when it is not the tool's usual one",
    )


class CommandCheck(Model):
    """A check written out: exactly one of run and http, and what it must give."""

    run: Line | None = Field(default=None, description="command that exits 0")
    http: Line | None = Field(default=None, description="URL that answers a GET with a status below 400")
    expect: Line | None = Field(default=None, description="text that the output or body must contain")
    timeout: TimeSpan | None = Field(default=None, description="give up after this long, such as 30s")
    every: TimeSpan | None = Field(default=None, description="try again after this long, such as 500ms")


class Commands(Model):
    """Command templates (Jinja). Values are shell-quoted where they are put in.

    Names known in them: ``service``, ``version``, ``base``, ``target`` (full SHAs), ``environment``,
    ``variables``; in the migration commands also ``revision``, ``previous``, ``datastore``.
    """

    migrate: Line | None = Field(default=None, description="bring the data store to {{ revision }}")
    migrate_down: Line | None = Field(default=None, description="bring it back to {{ previous }}")
    migrated: Line | CommandCheck | None = Field(
        default=None, description="shows the revision the data store is at"
    )
    deploy: Line | None = Field(default=None, description="deploy {{ target }}")
    stop: Line | None = Field(
        default=None, description="stop all processes; needed for an offline contract migration"
    )
    verify: Line | CommandCheck | None = Field(default=None, description="healthy at {{ version }}")
    rollback: Line | None = Field(default=None, description="deploy {{ base }} again")
    preflight: Line | None = Field(default=None, description="check that {{ target }} can be deployed")


class Service(Model):
    """One deployable service. Its name is its key in the manifest."""

    owner: Line = Field(description="team or person that answers for it")
    repository: Line = Field(description="local path, relative to the manifest")
    deployed: Line = Field(description="ref that runs now: tag, branch, SHA or tag glob such as v2.*")
    release: Line = Field(description="ref to be released")
    title: Line | None = Field(default=None, description="what it does, in a few words")
    on_call: Line | None = Field(default=None, description="who is paged, as <system>:<id or url>")
    tier: Annotated[int, Field(ge=0, le=9, description="0 is the most important")] | None = None
    lifecycle: Literal["experimental", "production", "deprecated"] = "production"
    path: Line = Field(default=".", description="folder of the service inside its repository")
    version: Line | None = Field(
        default=None, description="version shown and verified; the target's tag or short SHA if left out"
    )
    provides: tuple[Api, ...] = ()
    consumes: tuple[Name, ...] = Field(default=(), description="APIs that services of this manifest provide")
    datastores: tuple[DatastoreUse, ...] = ()
    migrations: MigrationSource | tuple[MigrationSource, ...] = ()
    depends_on: tuple[Name | Dependency, ...] = Field(
        default=(),
        description="services that should run before it is deployed, where no contract says so already",
    )
    commands: Commands = Field(default_factory=Commands)
    estimate: TimeSpan | None = Field(default=None, description="how long a deploy takes, such as 4m")

    @property
    def migration_sources(self) -> tuple[MigrationSource, ...]:
        """The migration folders, however many were written."""
        return (self.migrations,) if isinstance(self.migrations, MigrationSource) else self.migrations

    @property
    def dependencies(self) -> tuple[Dependency, ...]:
        """The dependencies in their long form."""
        return tuple(d if isinstance(d, Dependency) else Dependency(service=d) for d in self.depends_on)


class RuleSwitch(Model):
    """A planning rule switched off, with the reason why."""

    enabled: bool
    reason: Line = Field(description="shown in every runbook that is planned without the rule")


class Pin(Model):
    """The author's own constraint: one step before another, because."""

    before: Line = Field(description="id of the step that comes first")
    after: Line = Field(description="id of the step that waits for it")
    because: Line


class Announcement(Model):
    """Where the start and the end of the release are announced."""

    channel: Line = Field(description="where people read it, such as #releases")
    run: Line | None = Field(
        default=None, description="command that sends {{ message }}; a person does it if left out"
    )


class Manifest(Model):
    """A system's services and how they are released. The native format, ``version: 1``."""

    version: Literal[1, "1"] = Field(description="version of this format")
    system: Name
    services: dict[Name, Service] = {}
    datastores: dict[Name, Datastore] = {}
    variables: dict[Variable, Line] = Field(
        default={}, description="known in commands as {{ variables.<name> }}"
    )
    announce: Announcement | None = None
    approvers: tuple[Line, ...] = Field(default=(), description="who may approve; anybody if left out")
    rules: dict[Name, RuleSwitch] = Field(default={}, description="planning rules to switch off, by name")
    pinned: tuple[Pin, ...] = ()
    catalog: tuple[Line, ...] = Field(
        default=(),
        description="files or folders of catalogs that fill what services leave out, relative to this",
    )
    include: tuple[Line, ...] = Field(
        default=(), description="further manifests, one per repository, relative to this one"
    )

    def engine_of(self, service: Service, datastore: str) -> str:
        """The engine of a data store, as the service or else the manifest says; empty when nobody does."""
        own = (use.engine for use in service.datastores if use.name == datastore)
        declared = self.datastores.get(datastore)
        return next(own, None) or (declared.engine if declared else None) or ""


class IncludedManifest(Model):
    """A manifest that lives with its services and is included by the system's. Its paths are relative to itself."""

    version: Literal[1, "1"] = Field(description="version of this format")
    system: Name = Field(description="the same as in the manifest that includes it")
    services: dict[Name, Service] = {}
    datastores: dict[Name, Datastore] = {}
