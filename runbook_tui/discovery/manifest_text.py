"""Writes a manifest with a comment at every value that says how it is known."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from runbook_tui.discovery.model import Candidate, Confidence, Fact, Kind
from runbook_tui.discovery.proposal import Proposal
from runbook_tui.discovery.questions import missing
from runbook_tui.discovery.scalars import comment, scalar
from runbook_tui.discovery.settled import Settled, settle

_MOST_TOLD = 40
"""Things left out, and notes, that are told in the file."""
_REFS = 4
_REMOTE_SIGNS = ("@", "://")


def manifest_text(proposal: Proposal, relocated: Callable[[str], str] = lambda path: path) -> str:
    """The manifest. What is open stands in it as comments, so that it cannot be planned from before that is answered.

    Args:
        proposal: what was found and said.
        relocated: a path relative to the folder that was looked at, as it is relative to the manifest.
    """
    settled = settle(proposal)
    lines = [
        *_head(proposal),
        "version: 1",
        _line("system", proposal.found.system, proposal.found.system_source),
    ]
    lines += _datastores(settled)
    services = [list(_service(settled, candidate, relocated)) for candidate in proposal.services()]
    lines += ["", "services:" if services else "services: {}"]
    for number, service in enumerate(services):
        lines += [*([""] if number else []), *service]
    return "\n".join([*lines, *_told(proposal)]) + "\n"


def _head(proposal: Proposal) -> Iterator[str]:
    yield comment(f"The services of {proposal.found.system}, as runbook init found them.")
    yield "# Behind each value stands where it was read; a 'guess' should be looked at."
    left = missing(proposal)
    if left:
        keys = ", ".join(dict.fromkeys(f"'# {question.key}:'" for question in left))
        yield f"# {len(left)} answers are open: fill in the lines that begin with {keys}."
    yield "# A person deploys and migrates by hand wherever there are no 'commands'."
    yield ""


def _line(key: str, value: str, why: str, indent: int = 0) -> str:
    written = f"{' ' * indent}{key}: {scalar(value)}"
    return f"{written}  {comment(why)}" if why else written


def known(source: str, confidence: Confidence, why: str = "") -> str:
    """How something is known, in one line."""
    start = "guess" if confidence is Confidence.GUESSED else ""
    start = f"{start} from {source}".strip() if source else start
    return ": ".join(part for part in (start, why) if part)


def _of(fact: Fact) -> str:
    return known(fact.source, fact.confidence, fact.why)


def _datastores(settled: Settled) -> Iterator[str]:
    stores = [store for store in settled.stores() if settled.proposal.engine(store)]
    if stores:
        yield ""
        yield "datastores:"
    for store in stores:
        yield f"  {scalar(settled.proposal.name('store', store.name))}:"
        engine = settled.proposal.engine(store)
        written = engine != store.engine
        why = "written by hand" if written else known(store.source, store.confidence, store.why)
        yield _line("engine", engine, why, 4)


def _service(settled: Settled, candidate: Candidate, relocated: Callable[[str], str]) -> Iterator[str]:
    proposal = settled.proposal
    yield f"  {scalar(proposal.name('service', candidate.name))}:"
    yield f"    {comment(f'a service: {candidate.why} ({candidate.source})')}"
    yield from _single(settled, candidate, Kind.TITLE)
    if any(True for _ in settled.facts(candidate, Kind.OWNER)):
        yield from _single(settled, candidate, Kind.OWNER)
    else:
        yield _answer(proposal, candidate, "owner", candidate.committers)
    if f"{candidate.name}.on_call" in proposal.answers:
        yield _answer(proposal, candidate, "on_call", "")
    else:
        yield from _single(settled, candidate, Kind.ON_CALL)
    yield from _single(settled, candidate, Kind.TIER)
    yield from _single(settled, candidate, Kind.LIFECYCLE)
    yield _line("repository", _local(relocated(candidate.repository)), "", 4)
    if candidate.path != ".":
        yield _line("path", candidate.path, "", 4)
    for key, choices in (("deployed", candidate.deployed), ("release", candidate.release)):
        offered = ", ".join(
            [f"{each.value} ({each.why})" for each in choices[:1]] + [each.value for each in choices[1:_REFS]]
        )
        yield _answer(proposal, candidate, key, offered)
    yield from _lists(settled, candidate)


def _single(settled: Settled, candidate: Candidate, kind: Kind) -> Iterator[str]:
    for fact in list(settled.facts(candidate, kind))[:1]:
        yield _line(kind, settled.proposal.text(fact), _of(fact), 4)


_ASKS = {
    "owner": "the team or person that answers for it",
    "deployed": "what runs now",
    "release": "what is to be released",
}


def _answer(proposal: Proposal, candidate: Candidate, key: str, hint: str) -> str:
    """The answer to a question; while there is none, a comment in its place."""
    answer = proposal.answers.get(f"{candidate.name}.{key}")
    if answer is not None:
        return _line(key, answer, "as answered", 4)
    asked = f"open: {_ASKS.get(key, key)}{f'? {hint}' if hint else ''}"
    return f"    # {key}:  {comment(asked)}"


def _local(path: str) -> str:
    """A path that nobody takes for a URL."""
    return (
        f"./{path}"
        if any(sign in path for sign in _REMOTE_SIGNS) and not path.startswith((".", "/"))
        else path
    )


def _lists(settled: Settled, candidate: Candidate) -> Iterator[str]:
    proposal = settled.proposal
    for kind in (Kind.PROVIDES, Kind.CONSUMES, Kind.DATASTORE, Kind.MIGRATIONS, Kind.DEPENDS_ON):
        facts = list(settled.facts(candidate, kind))
        if kind is Kind.MIGRATIONS and len(facts) == 1:
            yield f"    migrations: {_entry(proposal, facts[0])}  {comment(_of(facts[0]))}"
        elif facts:
            yield f"    {kind}:"
            yield from (f"      - {_entry(proposal, fact)}  {comment(_of(fact))}" for fact in facts)


def _entry(proposal: Proposal, fact: Fact) -> str:
    if fact.kind is Kind.CONSUMES:
        return scalar(proposal.name("api", fact.value))
    if fact.kind is Kind.DEPENDS_ON:
        return scalar(proposal.name("service", fact.value))
    pairs = [(key, proposal.text(fact, key)) for key, _ in fact.fields]
    if fact.kind is Kind.PROVIDES:
        pairs = [("api", proposal.name("api", fact.value)), *pairs]
    elif fact.kind is Kind.DATASTORE:
        pairs = [("name", proposal.name("store", fact.value)), *pairs]
    else:
        pairs = [(key, proposal.name("store", text) if key == "datastore" else text) for key, text in pairs]
    return "{" + ", ".join(f"{key}: {scalar(text)}" for key, text in pairs if text) + "}"


def _told(proposal: Proposal) -> Iterator[str]:
    """What a reader should know besides: notes, and what was left out."""
    notes = [*proposal.found.notes]
    out = [
        f"{proposal.name('service', each.name)}: {each.why} ({each.source})"
        for each in proposal.found.candidates
        if not proposal.has_service(each.name)
    ]
    out += [f"{each.name}: {each.why} ({each.source})" for each in proposal.found.left_out]
    for title, texts in (("To know:", notes), ("Left out:", out)):
        if texts:
            yield ""
            yield f"# {title}"
        yield from (f"#   {comment(text)[2:]}" for text in texts[:_MOST_TOLD])
        if len(texts) > _MOST_TOLD:
            yield f"#   and {len(texts) - _MOST_TOLD} more; runbook init --json tells them"
