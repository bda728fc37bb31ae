"""All definitions of one version of a contract by their full names, with the files that it imports.

A name is looked for from the innermost scope outwards, as C++ and protoc do
(https://protobuf.dev/programming-guides/proto3/#name-resolution). What an import that is missing would define keeps
the name that is written: most contracts import files that are kept elsewhere.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Generic, TypeVar

from runbook_tui.contracts.protobuf.features import Features, defaults_of, overridden
from runbook_tui.contracts.protobuf.tree import Enum, Field, File, Message, Option, Service

Node = TypeVar("Node", Message, Enum, Service, Field)


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """One file of one version."""

    path: str
    module_path: str
    """The path that importers and buf know: relative to the root of the module."""
    file: File
    own: bool
    """Whether it belongs to the contract, and is not only imported by it."""
    missing: tuple[str, ...] = ()
    """Its imports that are not found, without those that builds fetch from elsewhere."""
    options: Mapping[str, Option] = field(init=False, repr=False)
    """The file's options by name; of one that is set twice the first."""

    def __post_init__(self) -> None:
        named = {option.name: option for option in reversed(self.file.options)}
        object.__setattr__(self, "options", named)


@dataclass(frozen=True, slots=True, eq=False)
class Found(Generic[Node]):
    """One definition."""

    full: str
    """``shop.Order.Line``"""
    local: str
    """The same without the package."""
    source: Source
    node: Node
    features: Features
    parent: Found[Message] | None = None


Definition = Found[Message] | Found[Enum] | Found[Service] | Found[Field]


class Schema:
    """One version. Where two files define one name, both are kept, that of the first path first."""

    def __init__(self, sources: list[Source]) -> None:
        self.sources = sources
        self.messages: dict[str, list[Found[Message]]] = defaultdict(list)
        self.enums: dict[str, list[Found[Enum]]] = defaultdict(list)
        self.services: dict[str, list[Found[Service]]] = defaultdict(list)
        self.extensions: list[Found[Field]] = []
        self._enum_numbers: dict[str, dict[str, int]] = {}
        for source in sources:
            self._add_file(source)

    def _add_file(self, source: Source) -> None:
        file = source.file
        features = overridden(defaults_of(file.edition), file.options)
        for message in file.messages:
            self._add_message(source, None, message, features)
        for enum in file.enums:
            self._add_enum(source, None, enum, features)
        for extension in file.extensions:
            self._add_extension(source, None, extension, features)
        for service in file.services:
            full = _joined(file.package, service.name)
            _kept(self.services[full], Found(full, service.name, source, service, features))

    def _add_message(
        self, source: Source, parent: Found[Message] | None, message: Message, inherited: Features
    ) -> None:
        features = overridden(inherited, message.options)
        local = _joined(parent.local if parent else "", message.name)
        found = Found(_joined(source.file.package, local), local, source, message, features, parent)
        if not _kept(self.messages[found.full], found):
            return
        for inner in message.messages:
            self._add_message(source, found, inner, features)
        for enum in message.enums:
            self._add_enum(source, found, enum, features)
        for extension in message.extensions:
            self._add_extension(source, found, extension, features)

    def _add_enum(
        self, source: Source, parent: Found[Message] | None, enum: Enum, inherited: Features
    ) -> None:
        local = _joined(parent.local if parent else "", enum.name)
        full = _joined(source.file.package, local)
        features = overridden(inherited, enum.options)
        _kept(self.enums[full], Found(full, local, source, enum, features, parent))

    def _add_extension(
        self, source: Source, parent: Found[Message] | None, field: Field, inherited: Features
    ) -> None:
        local = _joined(parent.local if parent else "", field.name)
        full = _joined(source.file.package, local)
        self.extensions.append(Found(full, local, source, field, inherited, parent))

    @cached_property
    def packages(self) -> dict[str, list[Source]]:
        """The contract's own files by package."""
        found: dict[str, list[Source]] = defaultdict(list)
        for source in self.own_sources:
            found[source.file.package].append(source)
        return found

    @cached_property
    def own_sources(self) -> list[Source]:
        """The contract's own files."""
        return [source for source in self.sources if source.own]

    @cached_property
    def by_module_path(self) -> dict[str, Source]:
        """The contract's own files by the path that importers know."""
        return {source.module_path: source for source in self.own_sources}

    def resolve(self, written: str, scope: str) -> str:
        """The full name of a type that is written inside of ``scope`` (a package or message); what is not known
        keeps its written name, without a dot in front."""
        if written.startswith("."):
            return written[1:]
        if written.rpartition(".")[2] not in self._last_parts:
            return written
        while scope:
            candidate = f"{scope}.{written}"
            if candidate in self.messages or candidate in self.enums:
                return candidate
            scope = scope.rpartition(".")[0]
        return written

    @cached_property
    def _last_parts(self) -> frozenset[str]:
        return frozenset(full.rpartition(".")[2] for full in (*self.messages, *self.enums))

    def enum_numbers(self, full: str) -> Mapping[str, int]:
        """The values of an enum by name, in their order; empty when it is not at hand."""
        if full not in self._enum_numbers:
            found = self.enum(full)
            self._enum_numbers[full] = {v.name: v.number for v in found.node.values} if found else {}
        return self._enum_numbers[full]

    def message(self, full: str) -> Found[Message] | None:
        """A message by its full name."""
        return next(iter(self.messages.get(full, ())), None)

    def enum(self, full: str) -> Found[Enum] | None:
        """An enum by its full name."""
        return next(iter(self.enums.get(full, ())), None)

    def all_messages(self) -> Iterator[Found[Message]]:
        """Every message, also of imported files."""
        for found in self.messages.values():
            yield from found


def _kept(known: list[Found[Node]], found: Found[Node]) -> bool:
    """Add a definition; of one that its file has twice, which is told as a mistake, only the first."""
    if known and known[-1].source is found.source:
        return False
    known.append(found)
    return True


def scope_of(found: Found[Message] | Found[Field] | Found[Service]) -> str:
    """The scope in which the types of a message's fields, an extension or a service's methods are looked for."""
    if isinstance(found.node, Message):
        return found.full
    return found.parent.full if found.parent else found.source.file.package


def _joined(scope: str, name: str) -> str:
    return f"{scope}.{name}" if scope else name
