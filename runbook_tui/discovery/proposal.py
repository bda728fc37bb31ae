"""What was found, with what a person says about it: accepted, rejected, renamed, corrected, answered."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from runbook_tui.catalog.model import Access, Api
from runbook_tui.discovery.model import SINGLE, Candidate, Fact, Found, Kind, Store
from runbook_tui.files.suggestions import did_you_mean, one_of
from runbook_tui.migrations.registry import tool_names

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
_LINE = re.compile(r"[^\x00-\x1f\x7f]{1,500}")
_LONE = re.compile("[\ud800-\udfff\ufffe\uffff\x80-\x9f]")
API_TYPES: tuple[str, ...] = tuple(Api.model_fields["type"].annotation.__args__)  # type: ignore[union-attr]
ACCESSES = tuple(Access)
LIFECYCLES = ("experimental", "production", "deprecated")
YES, NO = "yes", "no"


@dataclass(frozen=True)
class Proposal:
    """The services as they would go into a manifest."""

    found: Found
    refused: frozenset[str] = frozenset()
    """Ids of facts, and names of services and data stores with their prefix, that a person does not want."""
    wanted: frozenset[str] = frozenset()
    """Services that are in doubt, and that a person wants."""
    names: Mapping[str, str] = field(default_factory=dict)
    """``service:NAME``, ``api:NAME`` and ``store:NAME`` to the name that a person gave."""
    fields: Mapping[str, str] = field(default_factory=dict)
    """Id of a fact or ``store:NAME``, ``#`` and a key, to the text that a person wrote."""
    answers: Mapping[str, str] = field(default_factory=dict)
    """Question to answer."""

    # -- what is in it

    def has_service(self, name: str) -> bool:
        """Whether a candidate goes into the manifest."""
        candidate = self.candidate(name)
        if candidate is None or f"service:{name}" in self.refused:
            return False
        return candidate.sure or f"service:{name}" in self.wanted

    def candidate(self, name: str) -> Candidate | None:
        """The candidate that was found under a name."""
        return next((each for each in self.found.candidates if each.name == name), None)

    def services(self) -> Iterator[Candidate]:
        """The candidates that go into the manifest."""
        yield from (each for each in self.found.candidates if self.has_service(each.name))

    def store(self, name: str) -> Store | None:
        """The data store that was found under a name."""
        return next((each for each in self.found.stores if each.name == name), None)

    def is_accepted(self, fact: Fact) -> bool:
        """Whether a person left a fact in; it may still have no place in the manifest."""
        return fact.id not in self.refused

    def name(self, kind: str, found: str) -> str:
        """The present name of what was found under a name."""
        return self.names.get(f"{kind}:{found}", found)

    def text(self, fact: Fact, key: str = "value") -> str:
        """A part of a fact as it is now."""
        written = self.fields.get(f"{fact.id}#{key}")
        return written if written is not None else fact.value if key == "value" else fact.field(key)

    def engine(self, store: Store) -> str:
        """The engine of a data store as it is now."""
        return self.fields.get(f"store:{store.name}#engine", store.engine)

    # -- what a person does

    def toggled(self, what: str) -> Proposal:
        """With a fact (its id), a service (``service:NAME``) or a data store (``store:NAME``) in, or out again."""
        if what.startswith("service:"):
            name = what.removeprefix("service:")
            if self.has_service(name):
                return replace(self, refused=self.refused | {what}, wanted=self.wanted - {what})
            return replace(self, refused=self.refused - {what}, wanted=self.wanted | {what})
        there = what in self.refused
        return replace(self, refused=self.refused - {what} if there else self.refused | {what})

    def renamed(self, kind: str, found: str, name: str) -> Proposal:
        """With another name for a service, API (``api``) or data store (``store``), wherever it is named."""
        return replace(self, names={**self.names, f"{kind}:{found}": name})

    def edited(self, what: str, key: str, text: str) -> Proposal:
        """With another text in a fact (its id) or data store (``store:NAME``)."""
        return replace(self, fields={**self.fields, f"{what}#{key}": text})

    def answered(self, question: str, answer: str) -> Proposal:
        """With an answer; an empty one takes it back."""
        rest = {key: value for key, value in self.answers.items() if key != question}
        changed = replace(self, answers={**rest, question: answer} if answer else rest)
        service, _, key = question.rpartition(".")
        if key == "service" and answer:
            there = changed.has_service(service)
            return changed if there == (answer == YES) else changed.toggled(f"service:{service}")
        return changed

    # -- what a person may do

    def why_not_name(self, kind: str, found: str, name: str) -> str:
        """Why a name cannot be given; empty when it can."""
        if not _NAME.fullmatch(name):
            return "at most 80 letters, digits, dots, dashes and underscores, a letter or digit first"
        known = {
            "service": [each.name for each in self.found.candidates],
            "api": [fact.value for fact in self.found.facts() if fact.kind is Kind.PROVIDES],
            "store": [each.name for each in self.found.stores],
        }[kind]
        taken = {self.name(kind, each) for each in known if each != found}
        return f"there is another {_WORDS[kind]} {name}" if name in taken else ""


_WORDS = {"service": "service", "api": "API", "store": "data store"}


def why_not_text(kind: Kind | None, key: str, text: str) -> str:
    """Why a text cannot stand in a fact of a kind (None: a data store) under a key; empty when it can."""
    choices = {"type": API_TYPES, "access": ACCESSES, "tool": tool_names()}.get(key)
    if kind is Kind.LIFECYCLE:
        choices = LIFECYCLES
    if choices is not None:
        return "" if text in choices else did_you_mean(text, choices) or one_of(choices)
    if kind is Kind.TIER:
        return "" if re.fullmatch(r"[0-9]", text) else "a digit; 0 is the most important"
    if not _LINE.fullmatch(text) or _LONE.search(text):
        return "one line of at most 500 characters"
    inside = kind in (Kind.PROVIDES, Kind.MIGRATIONS) or key == "path"
    if inside and (text.startswith("/") or ".." in text.split("/")):
        return "a path inside of the service, without '..'"
    return ""


def is_single(fact: Fact) -> bool:
    """Whether a service has one fact of this kind only."""
    return fact.kind in SINGLE
