"""What was found in a folder of repositories: services, facts about them, and how each of them is known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Confidence(StrEnum):
    """How sure a fact is, surest first."""

    STATED = "stated"
    """Somebody wrote it down for this purpose: a catalog, CODEOWNERS, a build or deployment file."""
    READ = "read"
    """It follows from what files are: a folder of migrations, a contract, the address of a database."""
    GUESSED = "guessed"
    """It is likely; a person should look at it."""


class Kind(StrEnum):
    """What a fact is about; the value is the manifest's key."""

    TITLE = "title"
    OWNER = "owner"
    ON_CALL = "on_call"
    TIER = "tier"
    LIFECYCLE = "lifecycle"
    PROVIDES = "provides"
    CONSUMES = "consumes"
    DATASTORE = "datastores"
    MIGRATIONS = "migrations"
    DEPENDS_ON = "depends_on"


SINGLE = (Kind.TITLE, Kind.OWNER, Kind.ON_CALL, Kind.TIER, Kind.LIFECYCLE)
"""Kinds of which a service has one."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is known of a service."""

    service: str
    kind: Kind
    value: str
    """The owner, title, ...; the name of the API, data store or service; of migrations their path in the service."""
    source: str
    """Where it is written, such as ``billing/alembic.ini:2``, relative to the folder that was looked at."""
    confidence: Confidence
    why: str = ""
    """More than the source says, in a few words."""
    fields: tuple[tuple[str, str], ...] = ()
    """The other keys of the entry, such as ``type`` and ``definition``, in the manifest's order."""

    @property
    def id(self) -> str:
        """The same for the same fact, whatever is changed in it later."""
        if self.kind in SINGLE:
            return f"{self.service}.{self.kind}"
        return f"{self.service}.{self.kind}.{self.value}"

    def field(self, name: str) -> str:
        """Another key of the entry; empty when it is not there."""
        return next((value for key, value in self.fields if key == name), "")


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer that a question offers."""

    value: str
    why: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A folder that is a service, or may be one."""

    name: str
    repository: str
    """Path of the repository, relative to the folder that was looked at."""
    path: str
    """The service's folder in it; ``.`` for all of it."""
    source: str
    why: str
    """What makes it a service, or why that is not sure."""
    confidence: Confidence
    sure: bool = True
    """Whether it goes into the manifest unless a person says no; others only when a person says yes."""
    facts: tuple[Fact, ...] = ()
    deployed: tuple[Choice, ...] = ()
    """Refs that may be what runs now, likeliest first."""
    release: tuple[Choice, ...] = ()
    """Refs that may be what is to be released, likeliest first."""
    committers: str = ""
    """Who commits most to it: a hint, never an owner."""


@dataclass(frozen=True, slots=True)
class Store:
    """A data store that services use."""

    name: str
    engine: str
    """Empty when nothing says it."""
    source: str
    confidence: Confidence
    why: str = ""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something that looked like a service, and why it is none."""

    name: str
    why: str
    source: str


@dataclass(frozen=True, slots=True)
class Found:
    """Everything that was found. Candidates are sorted by name."""

    system: str
    system_source: str
    candidates: tuple[Candidate, ...]
    stores: tuple[Store, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    notes: tuple[str, ...] = ()
    """What a person should know: data stores that services share, repositories that cannot be read."""

    def facts(self) -> Iterator[Fact]:
        """The facts of all candidates, in their order."""
        for candidate in self.candidates:
            yield from candidate.facts
