"""Entries: what several catalogs call by one name is one thing, and what several projects call so may be several."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field

from runbook_tui.catalog.importing.model import Kind, Stated
from runbook_tui.catalog.importing.report import Api, Draft, Report, first
from runbook_tui.files.suggestions import quoted


@dataclass(slots=True)
class Entry:
    """An entry with everything that several catalogs say about it."""

    name: str
    kind: Kind
    drafts: list[Draft]
    """In the order in which their facts count."""
    provides: list[Api] = field(default_factory=list)
    consumes: list[Api] = field(default_factory=list)

    @property
    def head(self) -> Draft:
        """What counts first."""
        return self.drafts[0]

    @property
    def type(self) -> str:
        """The first type that is said."""
        return next((draft.type for draft in self.drafts if draft.type), "")

    @property
    def described(self) -> bool:
        """Whether a catalog describes it, in place of only naming it."""
        return not self.head.unsaid

    def fact(self, name: str) -> Stated | None:
        """The first value of a field of :class:`Draft` that is said."""
        found: Stated | None = first(getattr(draft, name) for draft in self.drafts)
        return found

    def owner(self, report: Report) -> Stated | None:
        """Its owner: as a catalog says, else as the CODEOWNERS of its code say."""
        said = self.fact("owner")
        if said is not None or self.kind is not Kind.SERVICE or not self.described:
            return said
        paths = [draft.own_code or draft.place.file for draft in self.drafts if not draft.unsaid]
        return first(owner(path) for path in paths for owner in report.owners)


def merge_entries(report: Report) -> list[Entry]:
    """The entries of all drafts; what nobody describes joins what has its name."""
    names = _names(report)
    grouped: dict[tuple[str, Kind], list[Draft]] = defaultdict(list)
    for draft in report.drafts:
        grouped[(names[id(draft)], draft.kind)].append(draft)
    kinds: dict[str, list[Kind]] = defaultdict(list)
    for name, kind in grouped:
        kinds[name].append(kind)
    for draft in report.unsaid.values():
        described = sorted(kinds[draft.name], key=list(Kind).index)
        grouped[(draft.name, described[0] if described else draft.kind)].append(draft)
    entries = [Entry(name, kind, drafts) for (name, kind), drafts in sorted(grouped.items())]
    _add_apis(report, entries)
    _tell_doubts(report, entries)
    for entry in entries:
        _tell_disagreement(report, entry)
    return entries


def _names(report: Report) -> dict[int, str]:
    """The name of each draft: with its scope in front where scopes use one name for different things."""
    drafts: dict[tuple[str, Kind], list[Draft]] = defaultdict(list)
    for draft in report.drafts:
        drafts[(draft.name, draft.kind)].append(draft)
    names: dict[int, str] = {}
    for (name, kind), those in drafts.items():
        several = _of_several_scopes(kind, those)
        for draft in those:
            names[id(draft)] = f"{draft.scope}-{name}" if draft.scope and draft.source in several else name
        if several:
            told = ", ".join(sorted({names[id(draft)] for draft in those}))
            what = f"{quoted(name)} is another {kind.value} in each project: {told}"
            report.find("same-name", what, min(draft.place for draft in those))
    return names


def _of_several_scopes(kind: Kind, drafts: list[Draft]) -> set[str]:
    """The readers that know several things of one name and kind."""
    scopes: dict[str, set[str]] = defaultdict(set)
    for draft in drafts:
        scopes[draft.source].add(draft.scope)
    several = {source for source, known in scopes.items() if len(known) > 1}
    # A service that a catalog of the whole system describes is that service in every project.
    shared = any("" in known for source, known in scopes.items() if source not in several)
    return set() if kind is Kind.SERVICE and shared else several


def _add_apis(report: Report, entries: list[Entry]) -> None:
    by_draft = {id(draft): entry for entry in entries for draft in entry.drafts}
    for use in sorted(report.provided, key=lambda use: (use.place, use.name)):
        _add_use(by_draft[id(use.service)].provides, use)
    for use in sorted(report.consumed, key=lambda use: (use.place, use.name)):
        _add_use(by_draft[id(use.service)].consumes, use)


def _add_use(uses: list[Api], use: Api) -> None:
    if all(known.name != use.name for known in uses):
        uses.append(use)


def _tell_doubts(report: Report, entries: list[Entry]) -> None:
    """Names that their own reader does not know; those that another one knows are no finding."""
    unknown = {id(draft) for entry in entries if not entry.described for draft in entry.drafts}
    report.findings += [finding for draft, finding in report.doubts if id(draft) in unknown]


def _tell_disagreement(report: Report, entry: Entry) -> None:
    for name in ("owner", "lifecycle"):
        said = [(draft, getattr(draft, name)) for draft in entry.drafts if getattr(draft, name) is not None]
        if not said:
            continue
        head, counts = said[0]
        for draft, value in said[1:]:
            if draft.source != head.source and _folded(value.text) != _folded(counts.text):
                taken = f"{quoted(counts.text)} in {counts.place}, which is taken"
                what = f"the {name} of {entry.name} is {quoted(value.text)} here and {taken}"
                report.find("facts-disagree", what, value.place, "correct one of the two")


def _folded(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())
