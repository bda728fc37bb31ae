"""Names and texts as they stand in a runbook: one line, no control characters, of bounded length."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from runbook_tui.migrations.model import Migration
from runbook_tui.release.model import ServiceChange
from runbook_tui.text.terminal import plain

_LONGEST = 500


def line(text: str, *, otherwise: str = "?", longest: int = _LONGEST) -> str:
    """Foreign text as one line; ``otherwise`` when nothing is left of it."""
    found = plain(text).strip() or otherwise
    return found if len(found) <= longest else found[: longest - 1] + "…"


def names(items: Iterable[str], *, most: int = 12) -> str:
    """``a``, ``a and b``, ``a, b and c``; the rest is counted when there are more than ``most``."""
    found = list(items)
    if len(found) > most:
        found = [*found[:most], f"{len(found) - most} more"]
    return found[0] if len(found) == 1 else ", ".join(found[:-1]) + " and " + found[-1] if found else ""


def bullets(items: Sequence[str], *, most: int = 30) -> str:
    """A line for each item, with a dash before it."""
    shown = [f"- {item}" for item in items[:most]]
    if len(items) > most:
        shown.append(f"- and {len(items) - most} more")
    return "\n".join(shown)


def paragraphs(*parts: str) -> str:
    """The parts that are not empty, with an empty line between them."""
    return "\n\n".join(part for part in parts if part)


def new(change: ServiceChange) -> str:
    """Service and the version that is released."""
    return f"{change.name} {line(change.version)}"


def old(change: ServiceChange) -> str:
    """Service and the version that runs now."""
    return f"{change.name} {line(change.base_version)}"


def sentence(text: str) -> str:
    """Text with a capital first letter; names such as ``users.locale`` at the start stay as they are."""
    first, separator, rest = text.partition(" ")
    return f"{first.capitalize()}{separator}{rest}" if first.isalpha() and first.islower() else text


def plural(count: int, noun: str) -> str:
    """``1 migration``, ``2 migrations``."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def split_lines(migration: Migration) -> list[str]:
    """The steps over two releases that do the same without harm, one line each; none where it is not needed."""
    return [
        line(
            f"release {step.release}, {step.phase.value}: {step.what}"
            + (f" (line {', '.join(map(str, step.lines))})" if step.lines else "")
            + (f": {step.sql}".replace("\n", " ") if step.sql else ""),
            longest=1500,
        )
        for step in migration.split
    ]
