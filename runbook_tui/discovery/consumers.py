"""Finds the APIs of all services and who uses them: the contracts first, then one search in every repository."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from runbook_tui.discovery import rpc
from runbook_tui.discovery.apis import Api, plain_apis
from runbook_tui.discovery.candidates import Place
from runbook_tui.discovery.checkout import Checkout
from runbook_tui.discovery.definitions import definitions
from runbook_tui.discovery.links import (
    Link,
    Names,
    contract_paths,
    copy_links,
    event_words,
    name_link,
    name_patterns,
    name_words,
    unit_links,
)
from runbook_tui.discovery.mentions import Mention, any_of, mentions
from runbook_tui.discovery.model import Confidence, Fact, Kind
from runbook_tui.repositories.model import RepositoryError

_MADE = re.compile(r"(?i)\bgenerated\b|do not edit")


@dataclass(slots=True)
class _Words:
    """What is looked for, and what each word means."""

    names: dict[str, list[tuple[Place, str]]] = field(default_factory=dict)
    events: dict[str, Api] = field(default_factory=dict)
    served: dict[str, rpc.Rpc] = field(default_factory=dict)
    called: dict[str, rpc.Rpc] = field(default_factory=dict)

    patterns: list[str] = field(default_factory=list)
    """Finds all of them."""


def apis_and_links(
    checkouts: tuple[Checkout, ...], places: list[Place], notes: list[str]
) -> tuple[list[Api], list[Link]]:
    """The APIs, and every piece of evidence that one service uses another."""
    found = [
        one
        for checkout in checkouts
        for one in definitions(checkout, [place for place in places if place.checkout is checkout])
    ]
    apis = plain_apis(found, places, notes)
    known = rpc.rpcs(found)
    words = _words(places, apis, known)
    hits = [hit for checkout in checkouts for hit in _hits(checkout, places, words, apis, notes)]
    for hit in hits:
        _note_rpc(hit, words)
    apis = [*apis, *rpc.rpc_apis(known, places, notes)]
    links = [*unit_links(places, Names(places)), *copy_links(apis), *_rpc_links(apis, known)]
    links += [link for hit in hits for link in _links(hit, words, apis)]
    return apis, links


def _words(places: list[Place], apis: list[Api], known: dict[str, rpc.Rpc]) -> _Words:
    words = _Words()
    for place in places:
        for word, what in name_words(place).items():
            words.names.setdefault(word, []).append((place, what))
    for api in apis:
        words.events.update(dict.fromkeys(event_words(api), api))
    for one in known.values():
        for word, serves in rpc.words(one).items():
            (words.served if serves else words.called).setdefault(word, one)
    words.patterns = [*name_patterns(places), *rpc.patterns(known), any_of(words.events)]
    return words


def _hits(
    checkout: Checkout, places: list[Place], words: _Words, apis: list[Api], notes: list[str]
) -> Iterator[Mention]:
    own = [place for place in places if place.checkout is checkout]
    try:
        yield from mentions(checkout, own, words.patterns, contract_paths(checkout, apis))
    except RepositoryError as error:
        notes.append(f"{checkout.place} was not searched for the names of other services: {error}")


def _note_rpc(hit: Mention, words: _Words) -> None:
    """Who serves and who calls a service of Protobuf."""
    for word in () if hit.is_prose else hit.words:
        one = words.served.get(word) or words.called.get(word)
        if one is not None and not _is_made(hit):
            there = one.served if word in words.served else one.called
            there.setdefault(hit.place.name, hit)


def _is_made(hit: Mention) -> bool:
    """Whether the file begins with the words of a generator: it has every client, called or not."""
    return _MADE.search(hit.place.checkout.text(hit.path)[:1000]) is not None


def _rpc_links(apis: list[Api], known: dict[str, rpc.Rpc]) -> Iterator[Link]:
    for api in apis:
        for name in api.rpc:
            for consumer, hit in known[name].called.items():
                why = f"has a client of {name}"
                yield Link(consumer, api.provider.name, hit.source, Confidence.READ, why, api)


def _links(hit: Mention, words: _Words, apis: list[Api]) -> Iterator[Link]:
    for word in hit.words:
        if word in words.events and not hit.is_prose:
            api = words.events[word]
            yield Link(
                hit.place.name, api.provider.name, hit.source, Confidence.GUESSED, f"names {word}", api
            )
        for place, what in words.names.get(word, ()):
            link = name_link(hit, place, word, what, apis)
            if link is not None:
                yield link


def api_facts(apis: list[Api]) -> Iterator[Fact]:
    """What each service provides."""
    for api in apis:
        fields = [("type", api.type)] + ([("definition", api.definition)] if api.path else [])
        yield Fact(
            api.provider.name, Kind.PROVIDES, api.name, api.source, api.confidence, api.why, tuple(fields)
        )


def use_facts(apis: list[Api], links: list[Link]) -> Iterator[Fact]:
    """What each service consumes, and what it depends on where no contract says what it uses: by the best evidence."""
    requests: dict[str, list[Api]] = {}
    for api in apis:
        if api.is_request:
            requests.setdefault(api.provider.name, []).append(api)
    best: dict[tuple[str, Kind, str], Link] = {}
    for link in links:
        if link.consumer != link.provider:
            for kind, value in _targets(link, requests):
                key = (link.consumer, kind, value)
                if key not in best or _rank(link) < _rank(best[key]):
                    best[key] = link
    for (consumer, kind, value), link in sorted(best.items(), key=lambda item: item[0]):
        if (
            kind is Kind.DEPENDS_ON
            and not link.started
            and _has_contract(consumer, link.provider, best, apis)
        ):
            continue
        yield Fact(consumer, kind, value, link.source, link.confidence, link.why)


def _targets(link: Link, requests: dict[str, list[Api]]) -> Iterator[tuple[Kind, str]]:
    own = requests.get(link.provider, [])
    if link.started or (link.api is None and len(own) != 1):
        yield Kind.DEPENDS_ON, link.provider
    elif link.api is not None:
        yield Kind.CONSUMES, link.api.name
    else:
        yield Kind.CONSUMES, own[0].name


def _rank(link: Link) -> tuple[int, bool, str]:
    return list(Confidence).index(link.confidence), not link.started, link.source


def _has_contract(
    consumer: str, provider: str, best: dict[tuple[str, Kind, str], Link], apis: list[Api]
) -> bool:
    return any((consumer, Kind.CONSUMES, api.name) in best for api in apis if api.provider.name == provider)
