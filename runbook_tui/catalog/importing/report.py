"""What readers add to: entries, edges, APIs, findings. Put together in :mod:`runbook_tui.catalog.importing.collect`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field

from runbook_tui.catalog.importing.files import Source
from runbook_tui.catalog.importing.model import CatalogFinding, EdgeKind, Kind, Level, Stated
from runbook_tui.catalog.importing.nearness import meant
from runbook_tui.catalog.importing.rules import RULES
from runbook_tui.files.foreign_nodes import Text
from runbook_tui.files.foreign_yaml import Document, read_foreign_yaml
from runbook_tui.files.placeholders import is_placeholder
from runbook_tui.files.problems import Place, Problem
from runbook_tui.files.suggestions import quoted

_TOLD = 6
"""Placeholders of a document that its finding names."""
_MOST_COMPARED = 300_000
"""Names that are compared with unknown ones: ten seconds of work."""
_LONGEST = 40
"""Characters of each that are told."""


@dataclass(slots=True, eq=False)
class Draft:
    """One entry while it is read."""

    source: str
    """Name of the reader."""
    kind: Kind
    name: str
    place: Place
    scope: str = ""
    """Where the name is unique (a compose project); empty when it is everywhere."""
    type: str = ""
    title: Stated | None = None
    owner: Stated | None = None
    on_call: Stated | None = None
    tier: Stated | None = None
    lifecycle: Stated | None = None
    repository: Stated | None = None
    path: Stated | None = None
    own_code: str = ""
    """Folder or file that CODEOWNERS is asked about, when it is not the one that describes the entry."""
    guessed: bool = False
    """Whether its kind follows from its name only."""
    owned: bool = False
    """Whether the format has owners and the entry should have one."""
    paged: bool = False
    """Whether the format has pagers and the entry should have one."""
    runs: bool = True
    """Whether it is something that is deployed: a library is not."""
    registry: bool = False
    """Whether services find each other through it at run time."""
    unsaid: bool = False
    """Whether nothing describes it: others only name it."""


@dataclass(frozen=True, slots=True)
class Link:
    """One entry needs another."""

    source: Draft
    target: Draft
    kind: EdgeKind
    place: Place
    guessed: bool = False


@dataclass(frozen=True, slots=True)
class DescribedApi:
    """An API that a catalog describes."""

    name: str
    type: str
    definition: str | None
    """Path as it is reached from here, or a URL."""
    deprecated: bool
    place: Place


@dataclass(frozen=True, slots=True)
class Api:
    """The use of an API: provided or consumed by an entry."""

    service: Draft
    name: str
    place: Place


@dataclass(slots=True)
class Report:
    """Everything that was read."""

    drafts: list[Draft] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    apis: list[DescribedApi] = field(default_factory=list)
    provided: list[Api] = field(default_factory=list)
    consumed: list[Api] = field(default_factory=list)
    findings: list[CatalogFinding] = field(default_factory=list)
    owners: list[Callable[[str], Stated | None]] = field(default_factory=list)
    """Each gives the owner of a path, or None: what CODEOWNERS say."""
    systems: list[str] = field(default_factory=list)
    read: list[str] = field(default_factory=list)
    """Files that were read as catalogs."""
    unsaid: dict[str, Draft] = field(default_factory=dict)
    """What others only name, by name."""
    described: dict[tuple[str, str, Kind, str], Draft] = field(default_factory=dict)
    """Entries by reader, scope, kind and name."""
    compared: int = 0
    """Names that were compared with unknown ones."""
    doubts: list[tuple[Draft, CatalogFinding]] = field(default_factory=list)
    """Findings about names that their own reader does not know; void when another reader does."""

    def find(self, rule: str, text: str, place: Place, remedy: str = "", level: Level | None = None) -> None:
        """Add a finding.

        Raises:
            KeyError: there is no such rule.
        """
        self.findings.append(CatalogFinding(rule, level or RULES[rule].level, text, place, remedy))

    def find_problem(self, rule: str, problem: Problem) -> None:
        """Add a finding for a problem of a file."""
        expected = f"; expected {problem.expected}" if problem.expected else ""
        self.find(rule, f"{problem.what}{expected}", problem.place, problem.remedy)

    def meant(self, name: str, known: Collection[str]) -> str:
        """A did-you-mean, as long as comparing names does not take minutes."""
        self.compared += len(known)
        return meant(name, known) if self.compared <= _MOST_COMPARED else ""

    def documents(self, source: Source, wanted: Callable[[str], bool] = lambda text: True) -> list[Document]:
        """The documents of a file; what is wrong with it becomes findings."""
        found = read_foreign_yaml(source.data, source.shown, wanted)
        for problem in found.problems:
            self.find_problem("invalid-yaml", problem)
        for problem in found.repeated:
            self.find_problem("duplicate-key", problem)
        return list(found.documents)

    def add(self, draft: Draft) -> Draft:
        """Add an entry."""
        self.drafts.append(draft)
        return draft

    def describe(self, draft: Draft) -> Draft | None:
        """Add an entry of a format in which every name is described once; None when it is there already."""
        earlier = self.described.setdefault((draft.source, draft.scope, draft.kind, draft.name), draft)
        if earlier is draft:
            return self.add(draft)
        what = f"the {draft.kind} {quoted(draft.name)} is described already, at {earlier.place}"
        self.find("duplicate-name", what, draft.place, "remove or rename one of the two")
        return None

    def link(
        self, source: Draft, target: Draft, kind: EdgeKind, place: Place, *, guessed: bool = False
    ) -> None:
        """Add an edge; one to a data store is a use of it, whatever the reader calls it."""
        if kind in (EdgeKind.DEPENDS_ON, EdgeKind.CALLS) and target.kind is Kind.DATASTORE:
            kind = EdgeKind.USES_DATASTORE
        self.links.append(Link(source, target, kind, place, guessed))

    def name_only(self, name: str, place: Place, finding: CatalogFinding | None = None) -> Draft:
        """The entry for a name that the reader does not know; the finding is void when another reader does."""
        draft = self.unsaid.get(name)
        if draft is None:
            draft = self.unsaid[name] = Draft("", Kind.EXTERNAL, name, place, unsaid=True)
        if finding is not None:
            self.doubts.append((draft, finding))
        return draft

    def tell_placeholders(self, document: Document) -> None:
        """Tell of the values of a document that another program fills in."""
        if not document.placeholders:
            return
        told = [f"{_cut(text)} in line {place.line}" for place, text in document.placeholders[:_TOLD]]
        left = len(document.placeholders) - len(told)
        more = f" and {left} more" if left else ""
        what = f"{', '.join(told)}{more}: filled in by another program, so the values are not known"
        self.find("template-placeholder", what, document.placeholders[0][0], "read the rendered file instead")


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def stated(found: Text | None) -> Stated | None:
    """A value with its place; None for nothing, and for a placeholder, of which nobody knows the value."""
    if found is None or is_placeholder(found.value):
        return None
    return Stated(" ".join(found.value.split()), found.place)


def first(values: Iterable[Stated | None]) -> Stated | None:
    """The first value that is one."""
    return next((value for value in values if value is not None), None)
