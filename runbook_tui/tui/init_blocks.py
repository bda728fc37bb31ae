"""How the selected fact is known: its source with the lines around it, why it is in or out, what can be done."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from textual.content import Content

from runbook_tui.discovery.model import Confidence
from runbook_tui.discovery.scalars import scalar
from runbook_tui.discovery.settled import settle
from runbook_tui.tui.content import QUIET, joined, line, lines
from runbook_tui.tui.init_items import SURE, fact_text
from runbook_tui.tui.widgets.sheet import Block, Command, Field, Gap, Heading, Paragraph

if TYPE_CHECKING:
    from runbook_tui.discovery.model import Candidate, Fact, LeftOut, Store
    from runbook_tui.discovery.proposal import Proposal
    from runbook_tui.discovery.questions import Question

_KEY = re.compile(r"[\s-]*(?P<key>[\w.-]+:)(?:\s|$)")
_OPEN = re.compile(r"\s*# \w+:  # open: ")
_MEANING = {
    Confidence.STATED: "stated: somebody wrote it down for this purpose",
    Confidence.READ: "read: it follows from what the files are",
    Confidence.GUESSED: "guess: it is likely; look at it",
}


def candidate_sheet(proposal: Proposal, candidate: Candidate, excerpt: str) -> list[Block]:
    """What makes a folder a service."""
    name = proposal.name("service", candidate.name)
    there = proposal.has_service(candidate.name)
    blocks: list[Block] = [Paragraph(line(name, "bold"))]
    blocks += [Field("Repository", line(candidate.repository)), Field("Folder", line(candidate.path))]
    blocks += _known(candidate.confidence, candidate.source, candidate.why, excerpt)
    if candidate.committers:
        blocks.append(Field("Committers", line(candidate.committers)))
    return [*blocks, *_standing(there, "" if there or candidate.sure else "it is in doubt until you say so")]


def fact_sheet(proposal: Proposal, fact: Fact, excerpt: str) -> list[Block]:
    """How a fact is known."""
    settled = settle(proposal)
    about = f"{proposal.name('service', fact.service)} {fact.kind}".replace("_", " ")
    title = joined(line(f"{about}: ", QUIET), line(fact_text(proposal, fact), "bold"))
    known = _known(fact.confidence, fact.source, fact.why, excerpt)
    return [Paragraph(title), *known, *_standing(settled.has(fact), settled.why_not(fact))]


def store_sheet(proposal: Proposal, store: Store, excerpt: str) -> list[Block]:
    """A data store, and who uses it."""
    settled = settle(proposal)
    users = sorted(proposal.name("service", service) for service, name in settled.uses if name == store.name)
    blocks: list[Block] = [
        Paragraph(line(proposal.name("store", store.name), "bold")),
        Field("Engine", line(proposal.engine(store) or "not known")),
        Field("Used by", line(", ".join(users) or "nobody")),
    ]
    if len(users) > 1:
        blocks.append(Field("", Content.styled("one data store that several services share", "$warning")))
    return [*blocks, *_known(store.confidence, store.source, store.why, excerpt)]


def question_sheet(proposal: Proposal, question: Question) -> list[Block]:
    """What is asked, and what offers itself."""
    answer = proposal.answers.get(question.id)
    said = line(answer) if answer else Content.styled("open: no file can tell", "$warning")
    blocks: list[Block] = [Paragraph(line(question.text, "bold")), Field("Answer", said)]
    if question.hint:
        blocks.append(Field("Hint", line(question.hint)))
    if question.choices:
        blocks.append(Heading("There are"))
    blocks += [Field(choice.value, line(choice.why, QUIET), 18) for choice in question.choices]
    return blocks


def manifest_lines(text: str) -> list[Content]:
    """The lines of a manifest in colours: keys stand out, and comments stay quiet."""
    return [_manifest_line(each) for each in text.split("\n")]


def _manifest_line(text: str) -> Content:
    shown = line(text)
    key = _KEY.match(shown.plain)
    if key is not None:
        shown = shown.stylize("$primary", *key.span("key"))
    at = shown.plain.find("# ")
    if at >= 0:
        shown = shown.stylize("bold $warning" if _OPEN.match(shown.plain) else QUIET, at)
    return shown


def service_lines(text: str, name: str) -> range:
    """Indexes of the lines of a service in a manifest, for it to stand out; empty where it is not in it."""
    rows = text.split("\n")
    start = next(
        (
            index
            for index, row in enumerate(rows)
            if row == f"  {scalar(name)}:" and "services:" in rows[:index]
        ),
        None,
    )
    if start is None:
        return range(0)
    end = next(
        (index for index in range(start + 1, len(rows)) if not rows[index].startswith("    ")), len(rows)
    )
    return range(start, end)


def told_blocks(proposal: Proposal) -> list[Block]:
    """What a person should know, and what looked like a service and is none."""
    blocks: list[Block] = []
    if proposal.found.notes:
        blocks.append(Heading("To know"))
        blocks += [Paragraph(lines(note), 2) for note in proposal.found.notes]
    if proposal.found.left_out:
        blocks.append(Heading("Left out"))
        blocks += [block for each in proposal.found.left_out for block in _left_out(each)]
    return blocks or [Paragraph(Content("Nothing was left out."))]


def _left_out(each: LeftOut) -> list[Block]:
    return [
        Paragraph(joined(line(each.name, "bold"), line(f"  {each.source}", QUIET)), 2),
        Paragraph(line(each.why), 4),
    ]


def _known(confidence: Confidence, source: str, why: str, excerpt: str) -> list[Block]:
    blocks: list[Block] = [Paragraph(line(_MEANING[confidence], SURE[confidence]))]
    if source:
        blocks.append(Field("From", line(source)))
    if why:
        blocks.append(Field("Because", line(why)))
    if excerpt:
        blocks.append(Command(lines(excerpt), prompt="", indent=0))
    return blocks


def _standing(there: bool, why_not: str) -> list[Block]:
    if there:
        return [Gap(), Paragraph(Content.styled("It goes into the manifest; space leaves it out.", QUIET))]
    reason = f"It is left out: {why_not}." if why_not else "It is left out; space takes it in."
    return [Gap(), Paragraph(line(reason, "$warning"))]
