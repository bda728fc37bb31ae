"""Contract files: which there are, whose folder they lie in, and what they are of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256

from runbook_tui.contracts.registry import detect, may_hold_contract
from runbook_tui.discovery.candidates import Place
from runbook_tui.discovery.checkout import LONGEST, Checkout, folder_of, line_of
from runbook_tui.discovery.protos import Proto, read_proto
from runbook_tui.discovery.roles import aside, of_tools
from runbook_tui.text.names import slug

_ALWAYS = (".proto", ".avsc", ".avpr", ".graphql", ".graphqls", ".gql", ".sdl")
_TELLING = re.compile(
    r"(?i)(?:^|[/._-])(?:openapi|swagger|asyncapi|api-?docs|apis?|specs?|specification|schemas?|contracts?|events?|messages)"
    r"(?:[/._-]|\d|$)"
)
_CLIENTS = re.compile(
    r"(?i)^(?:clients?|generated|gen|stubs?|consumers?|consumed|remote|upstream|downloaded|apollo)$"
)
"""Folders that hold the contracts of others."""
_TITLE = re.compile(r"(?m)^\s{0,4}[\"']?title[\"']?\s*:\s*[\"']?(?P<title>[^\"'\n,]{1,100})")
_STEM_NOISE = re.compile(
    r"(?i)^(?:openapi|swagger|asyncapi|api|api-?docs|spec|specification|schema|index|main|root|v\d+)$"
)
_MOST = 1500
"""Contract files of one repository."""


@dataclass(frozen=True, slots=True)
class Definition:
    """One contract file."""

    checkout: Checkout
    place: Place | None
    """Whose folder it lies in; None where it lies in nobody's."""
    path: str
    type: str
    """As the manifest names it."""
    subject: str
    """What it is of, from its name or title, as a name; empty where neither tells."""
    line: int
    digest: str
    """Of the content: copies have the same."""
    borrowed: bool
    """Whether its folder says that it is somebody else's contract."""
    proto: Proto | None = None

    @property
    def is_request(self) -> bool:
        """Whether consumers call it; else it describes events."""
        return self.type in ("openapi", "graphql", "grpc")

    @property
    def source(self) -> str:
        """Where it is, as it is shown."""
        return self.checkout.source(self.path, self.line)


def definitions(checkout: Checkout, places: list[Place]) -> Iterator[Definition]:
    """The contract files of one repository, sorted by path."""
    paths = [path for path in checkout.paths if _may_be(path) and may_hold_contract(path)][:_MOST]
    for path, data in checkout.tree.read(paths, LONGEST).items():
        type_name = detect(path, data)
        if type_name is not None:
            found = _definition(checkout, places, path, type_name, data)
            if found is not None:
                yield found


def _may_be(path: str) -> bool:
    if of_tools(path) or (
        aside(path) and not re.match(r"(?:.*/)?docs?/[^/]*(?:openapi|swagger|asyncapi)", path.lower())
    ):
        return False
    return path.endswith(_ALWAYS) or _TELLING.search(path.rpartition(".")[0]) is not None


def _definition(
    checkout: Checkout, places: list[Place], path: str, type_name: str, data: bytes
) -> Definition | None:
    text = data.decode("utf-8", "replace")
    proto = read_proto(text) if type_name == "protobuf" else None
    if proto is not None:
        if proto.foreign:
            return None
        type_name = "grpc" if proto.services else "protobuf"
    if type_name == "json-schema" and not _is_event_schema(path):
        return None
    title = _TITLE.search(text) if type_name in ("openapi", "asyncapi", "json-schema") else None
    place = max(
        (each for each in places if each.holds(path)), key=lambda each: len(each.folder), default=None
    )
    return Definition(
        checkout=checkout,
        place=place,
        path=path,
        type=type_name,
        subject=_subject(path, title["title"] if title else ""),
        line=line_of(text, title.start("title"))
        if title
        else proto.services[0][1]
        if proto and proto.services
        else 0,
        digest=sha256(data).hexdigest(),
        borrowed=_is_borrowed(path, place),
        proto=proto,
    )


def _is_event_schema(path: str) -> bool:
    """JSON Schema describes settings and forms as well: one counts where the path says that it is a message."""
    return (
        re.search(r"(?i)(?:^|/)(?:events?|messages?|contracts?|topics?|queues?)(?:[/._-])", path) is not None
    )


def _is_borrowed(path: str, place: Place | None) -> bool:
    inside = (
        folder_of(path)
        if place is None or place.folder == "."
        else folder_of(path).removeprefix(place.folder)
    )
    return any(_CLIENTS.match(part) for part in inside.split("/"))


def _subject(path: str, title: str) -> str:
    stem = path.rpartition("/")[2].partition(".")[0]
    if not _STEM_NOISE.match(stem):
        return slug(re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", stem).replace("_", "-"))
    return slug(title) if title.strip() else ""


def by_digest(found: Iterable[Definition]) -> dict[str, list[Definition]]:
    """Copies of one file together."""
    groups: dict[str, list[Definition]] = {}
    for one in found:
        groups.setdefault(one.digest, []).append(one)
    return groups
