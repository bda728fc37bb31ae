"""Every rule by which a catalog is judged: its level, and what it finds."""

from __future__ import annotations

from dataclasses import dataclass

from runbook_tui.catalog.importing.model import Level

_ERROR, _WARNING, _NOTE = Level.ERROR, Level.WARNING, Level.NOTE


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of finding."""

    id: str
    level: Level
    """Its usual level; a reader may raise it where its tool refuses the file."""
    summary: str


RULES = {
    rule.id: rule
    for rule in (
        Rule("invalid-yaml", _ERROR, "a document cannot be read; the others of its file are"),
        Rule("unreadable-file", _ERROR, "a file cannot be opened, or is too large"),
        Rule("unknown-version", _ERROR, "a version of the format that is not known"),
        Rule("duplicate-name", _ERROR, "an entry is described twice; the first is taken"),
        Rule("missing-name", _ERROR, "an entry has no name"),
        Rule("duplicate-key", _WARNING, "a key stands twice in one mapping; the last is taken"),
        Rule("misspelt-key", _WARNING, "a key that the format does not have, close to one that it has"),
        Rule("misplaced-key", _WARNING, "a key that the format has elsewhere"),
        Rule("unknown-key", _WARNING, "a key that the format refuses"),
        Rule("wrong-type", _WARNING, "a value of another shape than the format has there"),
        Rule("unknown-name", _WARNING, "a name that no file describes"),
        Rule("missing-kind", _WARNING, "a reference without the kind that the format needs"),
        Rule("wrong-kind", _WARNING, "a reference to something of another kind than belongs there"),
        Rule("self-cycle", _WARNING, "an entry needs itself"),
        Rule("cycle", _WARNING, "entries that need each other"),
        Rule("api-not-provided", _WARNING, "an API that no service provides"),
        Rule("provided-twice", _WARNING, "an API that several services provide"),
        Rule("missing-owner", _WARNING, "an entry without an owner"),
        Rule("unknown-owner", _WARNING, "an owner that is no group or user of the catalog"),
        Rule("deprecated-consumed", _WARNING, "something deprecated that others still need"),
        Rule("facts-disagree", _WARNING, "two catalogs say different things about one service"),
        Rule("template-placeholder", _WARNING, "values that another program fills in"),
        Rule("order-unknown", _WARNING, "services of which nothing says what they need or who needs them"),
        Rule("missing-file", _WARNING, "a file that is named and not there"),
        Rule("outside", _WARNING, "a file outside of the folder that is read"),
        Rule("unset-variable", _WARNING, "a variable without a value"),
        Rule("too-many-files", _WARNING, "more files than are read"),
        Rule("not-fetched", _NOTE, "a URL: nothing is fetched"),
        Rule("not-read", _NOTE, "a file that is known and left out, with the reason"),
        Rule("no-pager", _NOTE, "a service for which nobody is paged"),
        Rule("start-up-edges", _NOTE, "edges of an order of starting are not the graph of calls"),
        Rule(
            "calls-through-registry",
            _NOTE,
            "services that find each other at run time: their calls are not stated",
        ),
        Rule("queue-direction", _NOTE, "a queue of which nothing says who writes and who reads"),
        Rule("same-name", _NOTE, "a name that several projects use for different things"),
    )
}
"""In the order in which they are documented."""
