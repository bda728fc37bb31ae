"""What :mod:`runbook_tui.files.yaml_tree` reads a document into, with what help, and within which limits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeAlias, TypeVar

from ruamel.yaml.events import Event, ScalarEvent

from runbook_tui.files.problems import Problem

V = TypeVar("V")

NULLS = frozenset({"", "~", "null", "Null", "NULL"})
"""Plain scalars that mean nothing (https://yaml.org/spec/1.2.2/#103-core-schema)."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a document may have at most, so that hostile ones cost little."""

    depth: int
    values: int
    """Keys and values, also those that merge keys copy."""
    problems: int
    """Problems, and repeated keys, that are kept."""
    pure: int
    """Characters of the longest text that the slow pure parser gets where libyaml is installed."""
    aliased: int | None = None
    """Values that aliases may repeat; None where nobody walks through whole trees."""


class Mark(Protocol):
    """A position in the text, from 0."""

    @property
    def line(self) -> int:
        """Lines above it."""

    @property
    def column(self) -> int:
        """Characters in front of it."""


class Builder(Protocol[V]):
    """Makes the values from events of ruamel.yaml. Every sequence and mapping has to be an object of its own."""

    def key(self, event: ScalarEvent) -> str:
        """The text of a key."""

    def scalar(self, event: ScalarEvent) -> V:
        """A scalar. A plain one has the style None or, from libyaml, an empty one."""

    def sequence(self, event: Event, items: list[V]) -> V:
        """A sequence."""

    def mapping(self, event: Event, entries: dict[str, V], keys: dict[str, Mark]) -> V:
        """A mapping and where its keys stand, with those of merge keys in it."""

    def nothing(self, event: Event) -> V:
        """What stands for a value that could not be read."""

    def items(self, value: V) -> Sequence[V] | None:
        """The items of a sequence; None of anything else."""

    def entries(self, value: V) -> Mapping[str, V] | None:
        """The entries of a mapping, none of null; None of anything else."""


Inside: TypeAlias = dict[int, dict[str, Mark] | list[Mark]]
"""The marks of the keys or items of values, by the identity of the value. One that is gone may still have an entry."""


@dataclass(slots=True)
class Tree(Generic[V]):
    """What was read of a document."""

    root: V | None = None
    """None where there is no value, or it is not :attr:`complete`."""
    start: Mark | None = None
    """Where the value begins."""
    inside: Inside = field(default_factory=dict)
    """Where the parts of all sequences and mappings stand."""
    complete: bool = True
    """Whether it was read to its end; else the last of the problems says why not."""
    problems: list[Problem] = field(default_factory=list)
    """Parts that could not be read."""
    second: Problem | None = None
    """A second document begins; it was not read."""
    repeated: list[Problem] = field(default_factory=list)
    """Keys that stand twice in one mapping; the last is taken."""
    aliased: int = 0
    """Values that are repeated by aliases."""
