"""Phases that authors declare by the names of folders and files.

Keystone and Neutron keep folders ``expand`` and ``contract`` (openstack/keystone, "Database Migrations"); Glance
numbers its files by phase, ``ocata_expand01_add_visibility`` (openstack/glance, "Database Migrations"); GitLab and
Mastodon keep ``db/post_migrate`` (GitLab's documentation, "Post Deployment Migrations"). Others write ``pre_deploy``,
or a second suffix: ``0007_currency.expand.sql``.

A contract is also a paper, and a post an article: such a word counts only where its counterpart is seen in the same
place. A wrong guess would be worse than none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from runbook_tui.migrations.model import Phase
from runbook_tui.migrations.tool import Script

_PHASES: dict[str, Phase | None] = {
    "expand": Phase.EXPAND,
    "pre_deploy": Phase.EXPAND,
    "pre": Phase.EXPAND,
    "migrate": Phase.BACKFILL,
    "backfill": Phase.BACKFILL,
    "contract": Phase.CONTRACT,
    "post_deploy": None,
    "post": None,
}
"""Words and their phases; None says: after the deploy, a backfill or a contract."""
_COUNTERPARTS = {
    "contract": {"expand"},
    "migrate": {"expand", "contract"},
    "backfill": {"expand", "contract"},
    "expand": {"contract"},
    "pre": {"post"},
    "post": {"pre"},
}
_CLEAR = frozenset({"expand", "pre_deploy", "post_deploy"})
"""Words that mean one thing only as the name of a folder."""
_DEPLOY = re.compile(r"(pre|post|before|after)_?deploy(?:ment)?s?")
_MIGRATE = re.compile(r"(pre|post)_?migrat(?:e|ions?)")
_NUMBERED = re.compile(r"(?:^|_)(expand|migrate|contract)\d\d(?:_|$)")
_VERSION = re.compile(r"^(?:v?\d[\d.]*_+)?")


@dataclass(frozen=True, slots=True)
class _Mark:
    """A word in a path that may declare a phase."""

    place: str
    """Where it stands, with what has to be the same where its counterpart stands."""
    word: str
    clear: bool


def declared_by_names(scripts: Sequence[Script], folder: str) -> tuple[Script, ...]:
    """The scripts, with the phase that their folder or file name declares where nothing else declares one."""
    marks = {script.path: tuple(_marks(script.path, folder)) for script in scripts}
    seen = {(mark.place, mark.word) for found in marks.values() for mark in found}

    def counts(mark: _Mark) -> bool:
        others = _COUNTERPARTS.get(mark.word, ())
        return mark.clear or any((mark.place, other) in seen for other in others)

    def declared(script: Script) -> Script:
        phases = {_PHASES[mark.word] for mark in marks[script.path] if counts(mark)}
        silent = script.declared is None and not script.declared_after and script.problem is None
        if not silent or len(phases) != 1:
            return script
        phase = phases.pop()
        return replace(script, declared=phase, declared_after=phase is None)

    return tuple(map(declared, scripts))


def _marks(path: str, folder: str) -> Iterator[_Mark]:
    inside = PurePosixPath(path.lower().replace("-", "_"))
    own = PurePosixPath(folder.lower().replace("-", "_"))
    for part in inside.parts[len(own.parts) : -1]:
        word = _word(part)
        if word is not None:
            yield _Mark("folder", word, word in _CLEAR)
    word = _word(own.name)  # a service may be called expand
    if word is not None and word.endswith("_deploy"):
        yield _Mark("folder", word, clear=True)
    stem, *suffixes = inside.name.split(".")
    for suffix in suffixes[:-1]:
        word = _word(suffix)
        if word is not None:
            yield _Mark("suffix", word, word in _CLEAR)
    numbered = _NUMBERED.search(stem)
    if numbered:
        yield _Mark("number", numbered[1], clear=True)
    yield from _marks_at_the_ends(_VERSION.sub("", stem))


def _marks_at_the_ends(title: str) -> Iterator[_Mark]:
    """``expand_currency`` beside ``contract_currency``: the same title makes a pair of them."""
    words = title.split("_")
    for first, second, rest in ((words[:1], words[:2], 1), (words[-1:], words[-2:], -1)):
        for found in (second, first):
            word = _word("_".join(found))
            if word is None or len(words) == len(found):
                continue
            length = len(found)
            left = words[length:] if rest > 0 else words[:-length]
            yield _Mark(f"title {rest} {'_'.join(left)}", word, clear=word.endswith("_deploy"))
            break


def _word(text: str) -> str | None:
    """A name in the words of the table; None for every other name."""
    short = text.removesuffix("_migrations").removesuffix("_migration")
    for name in (text, short):
        found = _DEPLOY.fullmatch(name)
        if found:
            return "pre_deploy" if found[1] in ("pre", "before") else "post_deploy"
    if text in _PHASES:
        return text
    found = _MIGRATE.fullmatch(text)
    if found:
        return f"{found[1]}_deploy"
    return short if short in ("expand", "contract", "backfill") else None
