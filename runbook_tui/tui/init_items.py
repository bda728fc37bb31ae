"""What the list of found services shows: its rows, from values, without a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from textual.content import Content

from runbook_tui.discovery.model import Confidence, Kind
from runbook_tui.discovery.questions import questions
from runbook_tui.discovery.settled import settle
from runbook_tui.tui.content import DISABLED, QUIET, count, joined, line
from runbook_tui.tui.widgets.row import Cell, PhaseRow, QuietRow, StepRow
from runbook_tui.tui.widgets.step_list import Item

if TYPE_CHECKING:
    from runbook_tui.discovery.model import Candidate, Fact, Store
    from runbook_tui.discovery.proposal import Proposal
    from runbook_tui.discovery.questions import Question
    from runbook_tui.discovery.settled import Settled

SURE = {Confidence.STATED: "$success", Confidence.READ: "$primary", Confidence.GUESSED: "$warning"}
WORDS = {Confidence.STATED: "stated", Confidence.READ: "read", Confidence.GUESSED: "guess"}
_KEY_WIDTH, _SURE_WIDTH, _SOURCE_WIDTH = 11, 6, 26


def found_items(proposal: Proposal, words: str = "") -> list[Item]:
    """Rows: every service with its facts and open answers, then the data stores.

    Args:
        proposal: what was found and said.
        words: only rows that contain all of these words, under their services.
    """
    settled = settle(proposal)
    rows = [item for candidate in proposal.found.candidates for item in _service(settled, candidate, words)]
    stores = [item for store in proposal.found.stores for item in _store(settled, store, words)]
    if stores:
        rows += [Item(None, PhaseRow("data stores", count(len(stores), "data store"))), *stores]
    if not rows:
        nothing = (
            "Nothing contains these words." if words else "No service was found; i tells what was looked at."
        )
        rows.append(Item(None, QuietRow(Content(nothing))))
    return rows


def _service(settled: Settled, candidate: Candidate, words: str) -> Iterator[Item]:
    proposal = settled.proposal
    name = proposal.name("service", candidate.name)
    there = proposal.has_service(candidate.name)
    inner: list[Item] = []
    if there:
        asked = [each for each in questions(proposal) if each.id.rpartition(".")[0] == candidate.name]
        inner += [
            _answer(proposal, each)
            for each in asked
            if each.key != "service" and _holds(words, name, *_of(proposal, each))
        ]
        facts = sorted(candidate.facts, key=lambda fact: list(Kind).index(fact.kind))
        inner += [_fact(settled, fact) for fact in facts if _holds(words, name, *_texts(settled, fact))]
    if inner or _holds(words, name, candidate.why, candidate.source, WORDS[candidate.confidence]):
        yield Item(f"service:{candidate.name}", _service_row(proposal, candidate, there))
        yield from inner


def _service_row(proposal: Proposal, candidate: Candidate, there: bool) -> StepRow:
    doubt = not there and not candidate.sure and f"{candidate.name}.service" not in proposal.answers
    sign = Content.styled("? ", "bold $warning") if doubt else _sign(there)
    where = candidate.repository if candidate.path == "." else candidate.path
    name = line(proposal.name("service", candidate.name), "bold" if there or doubt else DISABLED)
    return StepRow(
        sign, joined(name, line(f"  {where}", QUIET)), _cells(candidate.confidence, candidate.source)
    )


def _answer(proposal: Proposal, question: Question) -> Item:
    answer = proposal.answers.get(question.id)
    if answer is None:
        sign, text = Content.styled("  ? ", "bold $warning"), Content.styled("open", "bold $warning")
        offered = ", ".join(choice.value for choice in question.choices[:3])
        text = joined(text, line(f"  {offered}", QUIET)) if offered else text
    else:
        sign, text = Content.styled("  ✓ ", "$success"), line(answer)
    return Item(
        f"answer:{question.id}", StepRow(sign, joined(_key(question.key), text), _words_only("asked"))
    )


def _fact(settled: Settled, fact: Fact) -> Item:
    there = settled.has(fact)
    text = line(fact_text(settled.proposal, fact), "" if there else DISABLED)
    return Item(
        fact.id,
        StepRow(
            joined("  ", _sign(there)), joined(_key(fact.kind), text), _cells(fact.confidence, fact.source)
        ),
    )


def _store(settled: Settled, store: Store, words: str) -> Iterator[Item]:
    proposal = settled.proposal
    there = f"store:{store.name}" not in proposal.refused and any(
        name == store.name for _, name in settled.uses
    )
    name, engine = proposal.name("store", store.name), proposal.engine(store) or "engine not known"
    if _holds(words, name, engine, store.source, store.why):
        title = joined(line(name, "bold" if there else DISABLED), line(f"  {engine}", QUIET))
        yield Item(
            f"store:{store.name}", StepRow(_sign(there), title, _cells(store.confidence, store.source))
        )


def fact_text(proposal: Proposal, fact: Fact) -> str:
    """A fact as it goes into the manifest, in a few words."""
    names = {Kind.PROVIDES: "api", Kind.CONSUMES: "api", Kind.DATASTORE: "store", Kind.DEPENDS_ON: "service"}
    value = proposal.name(names[fact.kind], fact.value) if fact.kind in names else proposal.text(fact)
    if fact.kind is Kind.MIGRATIONS:
        return f"{proposal.text(fact, 'tool')} in {proposal.text(fact, 'path')}"
    more = [proposal.text(fact, key) for key, _ in fact.fields]
    return f"{value}  {', '.join(more)}" if more else value


def _sign(there: bool) -> Content:
    return Content.styled("✓ ", "$success") if there else Content.styled("✗ ", DISABLED)


def _key(key: str) -> Content:
    return Content.styled(key.replace("_", " ").ljust(_KEY_WIDTH), QUIET)


def _cells(confidence: Confidence, source: str) -> tuple[Cell, ...]:
    return (
        Cell(ending(source, _SOURCE_WIDTH), _SOURCE_WIDTH),
        Cell(line(WORDS[confidence], SURE[confidence]), _SURE_WIDTH),
    )


def _words_only(word: str) -> tuple[Cell, ...]:
    return (Cell(Content.styled(word, QUIET), _SURE_WIDTH),)


def ending(text: str, width: int) -> Content:
    """The end of a place: its file and line say more than its first folders."""
    shown = line(text, QUIET)
    while shown.cell_length > width and len(text) > 1:
        text = text[1:]
        shown = line(f"…{text}", QUIET)
    return shown


def _of(proposal: Proposal, question: Question) -> tuple[str, ...]:
    return (question.key, proposal.answers.get(question.id, "open"))


def _texts(settled: Settled, fact: Fact) -> tuple[str, ...]:
    return (fact.kind, fact_text(settled.proposal, fact), fact.source, WORDS[fact.confidence], fact.why)


def _holds(words: str, *texts: str) -> bool:
    text = " ".join(texts).casefold()
    return all(word in text for word in words.casefold().split())
