"""Where the code and settings of one service name another: one ``git grep`` for everything that is looked for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from runbook_tui.discovery.candidates import Place
from runbook_tui.discovery.checkout import Checkout
from runbook_tui.discovery.roles import aside, of_tools
from runbook_tui.repositories.objects import parse_hits

_MOST = 20_000
"""Lines that one repository gives."""
_OPTIONS = (
    *(
        "-z",
        "-n",
        "-I",
        "-E",
        "--full-name",
        "--no-color",
        "--no-column",
        "--no-textconv",
        "--no-recurse-submodules",
    ),
    *("--no-heading", "--no-break"),
)
_GENERATED = re.compile(
    r"(?:_pb2(?:_grpc)?\.pyi?|\.pb\.\w+|_grpc\.pb\.\w+|Grpc\.(?:java|cs)|_pb\.(?:js|rb|d\.ts)|_grpc_pb\.\w+|_pb_service\.\w+"
    r"|\.g\.cs|\.min\.js|\.map|\.svg|\.lock|\.sum|-lock\.(?:json|yaml))$"
)
_GENERATED_FOLDER = re.compile(
    r"(?:^|/)(?:genproto|generated|gen|__generated__|protobuf-gen|node_modules|migrations?)/"
)


_FORMS = tuple(
    re.compile(form)
    for form in (
        r"\w+",  # names in code, variables of the environment
        r"(?=(?<!\w)(\w+(?:\.|::)\w+))",  # a part of a generated class; overlapping in a.b.c
        r"\w+(?:[-.]\w+)+",
        r"\w+://[\w-]+",
        r"(?=([\"'][\w.-]+[\"']))",
    )
)


@dataclass(frozen=True, slots=True)
class Mention:
    """A line of a service that holds one of the words that were looked for."""

    place: Place
    path: str
    source: str
    text: str

    @property
    def words(self) -> tuple[str, ...]:
        """Everything in the line that can be one of the words that are looked for, each once."""
        return tuple(dict.fromkeys(word for form in _FORMS for word in form.findall(self.text)))

    @property
    def is_prose(self) -> bool:
        """Whether it stands in a document."""
        return self.path.lower().endswith((".md", ".rst", ".txt", ".adoc"))


def mentions(
    checkout: Checkout, places: list[Place], patterns: Iterable[str], contracts: Iterable[str]
) -> Iterator[Mention]:
    """Lines of the services of a repository that match one of the patterns, in path order.

    Args:
        checkout: the repository.
        places: its services.
        patterns: extended regular expressions of POSIX. One expression is searched many times faster than many words.
        contracts: paths that are left alone, as are tests, generated files and migrations.

    Raises:
        RepositoryError: git cannot answer. One process.
    """
    wanted = "|".join(pattern for pattern in patterns if pattern)
    if not places or not wanted:
        return
    left_alone = frozenset(contracts)
    commit = checkout.tree.commit.sha
    where = [] if checkout.scope == "." else [f":(top,literal){checkout.scope}"]
    output = checkout.git.read(
        "grep", *_OPTIONS, "-e", wanted, commit, "--", *(where or [":(top)"]), also=(1,)
    )
    for hit in islice(parse_hits(output, commit), _MOST):
        path = hit.path
        if path in left_alone or path not in checkout or aside(path) or of_tools(path) or is_generated(path):
            continue
        place = max(
            (each for each in places if each.holds(path)), key=lambda each: len(each.folder), default=None
        )
        if place is not None:
            yield Mention(place, path, checkout.source(path, hit.line), hit.text)


def any_of(words: Iterable[str]) -> str:
    """A part of a pattern: one of the words, as they are; empty without words."""
    escaped = sorted({re.sub(r"([^\w])", r"\\\1", word) for word in words if word.isprintable()})
    return f"({'|'.join(escaped)})" if escaped else ""


def is_generated(path: str) -> bool:
    """Whether a file is made by a program, of what another file says."""
    return _GENERATED.search(path) is not None or _GENERATED_FOLDER.search(path) is not None
