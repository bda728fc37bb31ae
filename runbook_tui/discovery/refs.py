"""Which refs of a repository may be what runs now, and which may be what is to be released. Nothing is decided here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from runbook_tui.discovery.checkout import Checkout
from runbook_tui.discovery.model import Choice
from runbook_tui.discovery.units import folded
from runbook_tui.repositories.history import shown
from runbook_tui.repositories.refs import NAMESPACES, version_key

_FORMAT = "%(HEAD)%00%(refname)%00%(creatordate:short)"
_VERSION = re.compile(r"^(?:(?P<name>.*?)[-_/@])?v?\d+(?:\.\d+)+(?P<rest>[-.+_].*)?$|^v\d+$")
_BEFORE_RELEASE = re.compile(
    r"(?i)[-.]?(?:alpha|beta|rc|dev|pre|preview|snapshot|canary|nightly|next|m\d)[-.\d]*$"
)
_RUNS = re.compile(r"(?i)^(?:deployed|prod|production|live|current-prod(?:uction)?)(?:[/_-].*)?$")
_MAIN = ("main", "master", "trunk", "develop")
_RELEASES = re.compile(r"^(?:[\w.-]+/)?releases?[/-].+")
_MOST = 5


@dataclass(frozen=True, slots=True)
class _Ref:
    name: str
    tag: bool
    date: str
    current: bool


class Refs:
    """Tags and branches of one repository: one git process."""

    def __init__(self, checkout: Checkout) -> None:
        """Raises RepositoryError when git cannot answer."""
        output = checkout.git.read("for-each-ref", f"--format={_FORMAT}", *NAMESPACES)
        refs = [_ref(line) for line in output.split(b"\n") if line]
        self._tags = [ref for ref in refs if ref.tag]
        self._branches = [ref for ref in refs if not ref.tag and not ref.name.endswith("/HEAD")]

    def deployed(self, service: str, others: Iterable[str] = ()) -> tuple[Choice, ...]:
        """What may run now: refs that are named for it, then the newest versions, likeliest first.

        Args:
            service: tags with its name are preferred.
            others: names of the other services of the repository; tags with these are not this service's.
        """
        marks = [ref for ref in (*self._branches, *self._tags) if _RUNS.match(_short(ref.name))]
        newest = sorted(marks, key=lambda ref: (ref.date, version_key(ref.name)), reverse=True)
        choices = [
            Choice(ref.name, f"is named for what runs, {_kind(ref)} of {ref.date}") for ref in newest[:2]
        ]
        versions = self._versions(service, others)
        finished = [ref for ref in versions if not _BEFORE_RELEASE.search(ref.name)] or versions
        choices += [Choice(ref.name, f"tag of {ref.date}") for ref in finished[:_MOST]]
        return tuple({choice.value: choice for choice in reversed(choices)}.values())[::-1]

    def release(self, service: str, others: Iterable[str] = ()) -> tuple[Choice, ...]:
        """What may be released: the branch that is checked out, main branches, release branches, the newest tags."""
        return tuple(
            {choice.value: choice for choice in reversed([*self._release(service, others)])}.values()
        )[::-1]

    def _release(self, service: str, others: Iterable[str]) -> Iterator[Choice]:
        for ref in self._branches:
            if ref.current:
                yield Choice(ref.name, f"the branch that is checked out, of {ref.date}")
        by_name = {ref.name: ref for ref in self._branches}
        for name in (*_MAIN, *(f"origin/{name}" for name in _MAIN)):
            if name in by_name:
                yield Choice(name, f"branch of {by_name[name].date}")
        releases = [ref for ref in self._branches if _RELEASES.match(ref.name)]
        for ref in sorted(releases, key=lambda ref: (ref.date, version_key(ref.name)), reverse=True)[:2]:
            yield Choice(ref.name, f"branch of {ref.date}")
        for ref in self._versions(service, others)[:2]:
            yield Choice(ref.name, f"tag of {ref.date}")

    def _versions(self, service: str, others: Iterable[str]) -> list[_Ref]:
        """Tags that look like versions, newest first: those with the service's name, else those with nobody's."""
        named: list[_Ref] = []
        plain: list[_Ref] = []
        foreign = {folded(name) for name in others} - {folded(service)}
        for ref in self._tags:
            match = _VERSION.match(ref.name)
            if match:
                prefix = folded(match["name"] or "")
                if prefix and prefix in (folded(service), f"{folded(service)}service"):
                    named.append(ref)
                elif prefix not in foreign:
                    plain.append(ref)
        return sorted(named or plain, key=lambda ref: version_key(ref.name), reverse=True)


def _ref(line: bytes) -> _Ref:
    head, full, date = line.split(b"\0", 2)
    _, kind, name = shown(full).split("/", 2)
    return _Ref(name, kind == "tags", date.decode("ascii", "replace"), head == b"*")


def _short(name: str) -> str:
    return name.removeprefix("origin/")


def _kind(ref: _Ref) -> str:
    return "tag" if ref.tag else "branch"
