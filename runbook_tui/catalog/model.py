"""The words of the manifest: services, data stores, APIs and how to run their commands.

Values are checked by pydantic against these models; what one field cannot know about another
(unknown names, duplicates) is checked in :mod:`runbook_tui.catalog.manifest`.
Sources for the field names: Backstage's catalog model (owner, lifecycle, system, provides, consumes).
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$")]
"""A name of a service, data store or API: letters, digits, dot, dash, underscore."""

Line = Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=r"^[^\x00-\x1f\x7f]+$")]
"""One line of text without control characters."""


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


class Tool(StrEnum):
    """A migration tool. The layout of its files is in :mod:`runbook_tui.migrations`."""

    ALEMBIC = "alembic"
    DJANGO = "django"
    GOLANG_MIGRATE = "golang-migrate"
    DBMATE = "dbmate"


class Datastore(Model):
    """A data store of the system, declared once at the top of the manifest."""

    engine: Line | None = Field(None, description="postgres@15, mysql@8.4, sqlite, ...")
    backfill: BackfillPosition = BackfillPosition.AFTER_DEPLOY
    contract: ContractMode = ContractMode.ONLINE
    size: Literal["small", "large"] | None = Field(None, description="whether a table scan matters")
    check: Line | None = Field(None, description="command of the preflight step: exits 0 when reachable")
    backup: Line | None = Field(None, description="command that takes a backup before the first change")


class DatastoreUse(Model):
    """One service's use of a data store."""

    name: Name
    access: Access
    engine: Line | None = None


class Api(Model):
    """An API or event schema that a service provides."""

    api: Name
    type: Literal["openapi", "asyncapi", "graphql", "grpc", "protobuf", "avro", "json-schema"]
    definition: Line | None = Field(None, description="path of the contract file inside the service")
    compatibility: (
        Literal["BACKWARD", "FORWARD", "FULL", "NONE", "BACKWARD_TRANSITIVE", "FORWARD_TRANSITIVE", "FULL_TRANSITIVE"]
        | None
    ) = None


class Dependency(Model):
    """A run-time dependency without a contract behind it. Only ``hard`` never yields."""

    service: Name
    kind: Literal["hard", "normal", "soft"] = "normal"


class MigrationSource(Model):
    """Where a service keeps the migrations of one data store."""

    path: Line = Field(description="folder of the migration files, inside the service")
    datastore: Name
    tool: Tool | None = Field(None, description="detected from the files when left out")


class CommandCheck(Model):
    """A check written out: exactly one of run and http, and what it must give."""

    run: Line | None = None
    http: Line | None = None
    expect: Line | None = Field(None, description="text that the output or body must contain")
    timeout: Line | None = Field(None, description="give up after this long, such as 30s")
    every: Line | None = Field(None, description="try again after this long, such as 500ms")


class Commands(Model):
    """Command templates (Jinja). Values are shell-quoted where they are put in.

    Names known in them: ``service``, ``version``, ``base``, ``target`` (full SHAs), ``environment``,
    ``variables``; in the migration commands also ``revision``, ``previous``, ``datastore``.
    """

    migrate: Line | None = Field(None, description="bring the data store to {{ revision }}")
    migrate_down: Line | None = Field(None, description="bring it back to {{ previous }}")
    migrated: Line | CommandCheck | None = Field(None, description="shows the revision the data store is at")
    deploy: Line | None = None
    stop: Line | None = Field(None, description="stop all processes; needed for an offline contract migration")
    verify: Line | CommandCheck | None = Field(None, description="healthy at {{ version }}")
    rollback: Line | None = Field(None, description="deploy {{ base }} again")
    preflight: Line | None = Field(None, description="check that {{ target }} can be deployed")


class Service(Model):
    """One deployable service. Its name is its key in the manifest."""

    owner: Line
    repository: Line = Field(description="local path, relative to the manifest")
    deployed: Line = Field(description="ref that runs now: tag, branch, SHA or tag glob such as v2.*")
    release: Line = Field(description="ref to be released")
    title: Line | None = None
    on_call: Line | None = Field(None, description="who is paged, as <system>:<id or url>")
    tier: Annotated[int, Field(ge=0, le=9)] | None = None
    lifecycle: Literal["experimental", "production", "deprecated"] = "production"
    path: Line = "."
    version: Line | None = Field(None, description="version shown and verified; the target's tag or short SHA if left out")
    provides: tuple[Api, ...] = ()
    consumes: tuple[Name, ...] = ()
    datastores: tuple[DatastoreUse, ...] = ()
    migrations: MigrationSource | tuple[MigrationSource, ...] = ()
    depends_on: tuple[Name | Dependency, ...] = ()
    commands: Commands = Commands()
    estimate: Line | None = Field(None, description="how long a deploy takes, such as 4m")

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
    reason: Line


class Pin(Model):
    """The author's own constraint: one step before another, because."""

    before: Line
    after: Line
    because: Line


class Announcement(Model):
    """Where the start and the end of the release are announced."""

    channel: Line
    run: Line | None = Field(None, description="command that sends {{ message }}; a person does it if left out")


class Manifest(Model):
    """A system's services and how they are released. The native format, ``version: 1``."""

    version: Literal[1, "1"]
    system: Name
    services: dict[Name, Service]
    datastores: dict[Name, Datastore] = {}
    variables: dict[Name, Line] = {}
    announce: Announcement | None = None
    approvers: tuple[Line, ...] = ()
    rules: dict[Name, RuleSwitch] = {}
    pinned: tuple[Pin, ...] = ()
    include: tuple[Line, ...] = Field((), description="further manifests, one per repository, relative to this one")
