"""Who owns a folder: CODEOWNERS, labels of what is deployed, maintainers in package metadata.

Sources: docs.github.com/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/
about-code-owners (the last pattern that matches wins); the sections of GitLab's are read as lines of their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from runbook_tui.discovery.candidates import Place
from runbook_tui.discovery.checkout import Checkout, folder_of, joined, line_of, parsed
from runbook_tui.discovery.model import Confidence, Fact, Kind
from runbook_tui.text.terminal import plain

_CODEOWNERS = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS")
_MOST_RULES = 5000
_MOST_STARS = 6
"""A pattern with more is nobody's, and takes long to be tried."""
_MAINTAINERS = re.compile(
    r"^[ \t]*maintainers\s*=\s*\[[^\]]{0,400}?(?:name\s*=\s*)?[\"'](?P<name>[^\"'\n]{1,100})[\"']",
    re.MULTILINE,
)
_MAINTAINER = re.compile(
    r"(?im)^[ \t]*(?:LABEL\s+(?:\S*[./])?maintainer=|MAINTAINER\s+)[\"']?(?P<name>[^\"'\n]{1,100})"
)
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of a CODEOWNERS file."""

    pattern: str
    owners: tuple[str, ...]
    line: int


def owner_facts(place: Place) -> Iterator[Fact]:
    """The owner, from the surest source that names one; nothing where none does."""
    for fact in (_of_label(place), _of_codeowners(place), _of_metadata(place)):
        if fact is not None:
            yield fact
            return


def _fact(place: Place, owner: str, source: str, confidence: Confidence, why: str = "") -> Fact | None:
    shown = plain(" ".join(owner.split()))[:_LONGEST]
    return Fact(place.name, Kind.OWNER, shown, source, confidence, why) if shown else None


def _of_label(place: Place) -> Fact | None:
    for unit in place.units:
        if unit.team:
            return _fact(place, unit.team, unit.source, Confidence.STATED, f"a label of the {unit.how}")
    return None


def _of_codeowners(place: Place) -> Fact | None:
    checkout = place.checkout
    whole = frozenset(checkout.tree.paths)  # of the whole repository, also where a part of it is looked at
    path = next((name for name in _CODEOWNERS if name in whole), None)
    if path is None:
        return None
    rules = code_owners(checkout.tree.read([path], 1024 * 1024).get(path, b"").decode("utf-8", "replace"))
    file = next((each for each in checkout.paths if place.holds(each)), place.folder)
    rule = owners_of(rules, place.folder if place.folder != "." else file, folder=place.folder != ".")
    if rule is None or not rule.owners:
        return None
    first = next((owner for owner in rule.owners if "/" in owner), rule.owners[0])
    why = "of several: " + " ".join(rule.owners) if len(rule.owners) > 1 else f"written {first}"
    return _fact(place, plain_owner(first), checkout.source(path, rule.line), Confidence.STATED, why)


def code_owners(text: str) -> list[Rule]:
    """The rules of a CODEOWNERS file, in order."""
    rules: list[Rule] = []
    for number, line in enumerate(text.split("\n"), 1):
        words = re.sub(r"(?<!\\)#.*", "", line).split()
        usable = words and not words[0].startswith(("[", "^[")) and words[0].count("*") <= _MOST_STARS
        if usable and len(rules) < _MOST_RULES:
            rules.append(
                Rule(words[0].replace("\\#", "#"), tuple(word for word in words[1:] if "@" in word), number)
            )
    return rules


def owners_of(rules: list[Rule], path: str, *, folder: bool = False) -> Rule | None:
    """The last rule that a path matches; of a folder, one that says something about all that is in it."""
    for rule in reversed(rules):
        if _pattern(rule.pattern).match(f"{path}/x" if folder else path):
            return rule
    return None


@cache
def _pattern(written: str) -> re.Pattern[str]:
    """As .gitignore's: a slash that is not the last sign ties it to the root; a folder stands for what is in it."""
    tied = "/" in written.rstrip("/")
    inner = written.strip("/")
    parts: list[str] = []
    for piece in re.findall(r"\*\*/?|\*|\?|[^*?]+", inner):
        if piece.startswith("**"):
            parts.append("(?:.*/)?" if piece.endswith("/") else ".*")
        else:
            parts.append({"*": "[^/]*", "?": "[^/]"}.get(piece) or re.escape(piece))
    end = "/.*" if written.endswith("/") else "$" if inner.endswith("/*") else "(?:/.*)?$"
    return re.compile(("" if tied else "(?:.*/)?") + "".join(parts) + end)


def plain_owner(written: str) -> str:
    """``payments`` of ``@shop/payments``; a person's name without ``@``; an address as it is."""
    return written.removeprefix("@").rpartition("/")[2] if written.startswith("@") else written


def _of_metadata(place: Place) -> Fact | None:
    checkout = place.checkout
    for name, pattern in (("pyproject.toml", _MAINTAINERS), ("Dockerfile", _MAINTAINER)):
        path = joined(place.folder, name)
        match = pattern.search(checkout.text(path))
        if match:
            source = checkout.source(path, line_of(checkout.text(path), match.start("name")))
            return _fact(place, match["name"], source, Confidence.GUESSED, "its maintainer")
    return _of_package(place, checkout)


def _of_package(place: Place, checkout: Checkout) -> Fact | None:
    path = joined(place.folder, "package.json")
    document = parsed(path, checkout.text(path)) if '"maintainers"' in checkout.text(path) else None
    node = document.get("maintainers") if document else None
    for each in node.elements() if node else []:
        name = each.value if isinstance(each.value, str) else each.text("name")
        if name:
            return _fact(place, name, checkout.source(path, each.line), Confidence.GUESSED, "its maintainer")
    return None


def title_facts(place: Place) -> Iterator[Fact]:
    """What a service does, as its package says."""
    checkout = place.checkout
    for name, pattern in _DESCRIPTIONS:
        path = joined(place.folder, name)
        match = pattern.search(checkout.text(path))
        text = plain(" ".join(match["text"].split())) if match else ""
        if match and 3 < len(text) <= 80 and folder_of(path) == place.folder:
            source = checkout.source(path, line_of(checkout.text(path), match.start()))
            yield Fact(place.name, Kind.TITLE, text, source, Confidence.READ)
            return


_DESCRIPTIONS = (
    ("package.json", re.compile(r'^  "description"\s*:\s*"(?P<text>[^"\\\n]+)"', re.MULTILINE)),
    ("pyproject.toml", re.compile(r'^description\s*=\s*["\'](?P<text>[^"\'\\\n]+)["\']', re.MULTILINE)),
    ("Cargo.toml", re.compile(r'^description\s*=\s*"(?P<text>[^"\\\n]+)"', re.MULTILINE)),
    ("pom.xml", re.compile(r"^    <description>(?P<text>[^<\n]+)</description>", re.MULTILINE)),
)
