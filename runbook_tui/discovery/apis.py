"""Which APIs and event schemas the services provide, by their contract files; copies name those who consume them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from runbook_tui.discovery.candidates import Place
from runbook_tui.discovery.checkout import folder_of
from runbook_tui.discovery.definitions import Definition, by_digest
from runbook_tui.discovery.model import Confidence
from runbook_tui.discovery.units import folded
from runbook_tui.text.names import slug

_SUFFIX = {
    "openapi": "http",
    "graphql": "graphql",
    "asyncapi": "events",
    "grpc": "grpc",
    "protobuf": "messages",
}
_VERSION = re.compile(r"(?i)(?:^|[._-])v(\d{1,4})(?=[._-]|$)")
_MOST_SCHEMAS = 20
"""Event schemas of one folder that are APIs of their own; more are one, the folder."""


@dataclass(slots=True)
class Api:
    """An API or event schema with its provider."""

    name: str
    type: str
    provider: Place
    path: str
    """Of the definition in the repository: a file or folder; empty where none lies in the provider's folder."""
    source: str
    confidence: Confidence
    why: str = ""
    files: list[Definition] = field(default_factory=list)
    copies: list[Definition] = field(default_factory=list)
    """In other services."""
    rpc: tuple[str, ...] = ()
    """Names of its services in Protobuf."""

    @property
    def is_request(self) -> bool:
        """Whether consumers call it."""
        return self.type in ("openapi", "graphql", "grpc")

    @property
    def definition(self) -> str:
        """Path of the definition as the manifest names it, relative to the service."""
        return posixpath.relpath(self.path, self.provider.folder) if self.path else ""


def plain_apis(found: list[Definition], places: list[Place], notes: list[str]) -> list[Api]:
    """The APIs of all definitions but those of gRPC."""
    apis: list[Api] = []
    pending = [one for one in found if one.type != "grpc" and not _belongs_to_rpc(one, found)]
    for group in by_digest(pending).values():
        provider = _provider(group, places)
        if provider is None:
            notes.append(f"{group[0].source} ({group[0].type}) belongs to no service that was found")
            continue
        own = [one for one in group if one.place is provider and not one.borrowed] or group[:1]
        inside = own[0].path if own[0].place is provider else ""
        sure = Confidence.READ if len({id(one.place) for one in group}) == 1 else Confidence.GUESSED
        why = "" if inside else f"its definition lies outside of {provider.name}'s folder"
        api = Api("", own[0].type, provider, inside, own[0].source, sure, why, own)
        api.copies = [one for one in group if one.place is not None and one.place is not provider]
        apis.append(api)
    return _named(_joined(apis))


def _belongs_to_rpc(one: Definition, found: Iterable[Definition]) -> bool:
    """Whether a Protobuf file without services is a part of one with them."""
    return one.type == "protobuf" and any(
        other.type == "grpc" and other.checkout is one.checkout and other.place is one.place
        for other in found
    )


def _provider(group: list[Definition], places: list[Place]) -> Place | None:
    """Whose contract it is: of those who have it, or of the service that it names."""
    subject = folded(group[0].subject)
    named = next((place for place in places if subject and _is_named(place, subject)), None)
    if named is not None and (
        any(one.place is named for one in group) or all(one.borrowed or not one.place for one in group)
    ):
        return named
    own = [one.place for one in group if one.place is not None and not one.borrowed]
    begins = [place for place in own if subject and subject.startswith(folded(place.name).removesuffix("s"))]
    return next(iter([*begins, *own]), None)


def _is_named(place: Place, subject: str) -> bool:
    """Whether a contract's subject is the service: ``Catalog`` is the one of ``catalog-api``."""
    return _bare(subject) in {_bare(place.name), _bare(place.own_name)}


def _bare(name: str) -> str:
    plain = folded(name)
    for end in ("service", "api", "svc", "server"):
        plain = plain.removesuffix(end) or plain
    return plain


def _joined(apis: list[Api]) -> list[Api]:
    """GraphQL and Protobuf describe one thing in several files of a folder; so do very many schemas."""
    groups: dict[tuple[str, str, str], list[Api]] = {}
    for api in apis:
        groups.setdefault((api.provider.name, api.type, folder_of(api.path) if api.path else ""), []).append(
            api
        )
    result: list[Api] = []
    for (_, type_name, folder), several in groups.items():
        together = type_name in ("graphql", "protobuf") or len(several) > _MOST_SCHEMAS
        if len(several) > 1 and together and folder:
            whole = several[0]
            whole.path, whole.source = folder, whole.provider.checkout.source(folder)
            whole.why = f"{len(several)} files"
            whole.files = [one for each in several for one in each.files]
            whole.copies = [one for each in several for one in each.copies]
            result.append(whole)
        else:
            result += several
    return result


def _named(apis: list[Api]) -> list[Api]:
    """Names: the service's and the kind where it has one of them, else what the definition is of."""
    taken: set[str] = set()
    for api in sorted(
        apis, key=lambda each: (each.provider.name, each.type, each.path.count("/"), each.path)
    ):
        alike = [other for other in apis if other.provider is api.provider and other.type == api.type]
        for name in _names(api, alone=len(alike) == 1):
            if name not in taken:
                api.name = name
                break
        taken.add(api.name)
    return sorted(apis, key=lambda each: each.name)


def _names(api: Api, *, alone: bool) -> Iterator[str]:
    subject = api.files[0].subject
    service = slug(api.provider.name)
    usual = f"{service}-{_SUFFIX.get(api.type, 'events')}"
    version = _VERSION.search(api.path.rpartition("/")[2])
    if api.type in ("avro", "json-schema") and subject:
        yield subject
    elif alone or not subject or _is_named(api.provider, folded(subject)):
        yield usual
        if version:
            yield f"{usual}-v{version[1]}"
    if subject:
        yield subject if folded(subject).startswith(folded(service)) else f"{service}-{subject}"
    yield usual
    for number in range(2, 10_000):
        yield f"{usual}-{number}"
