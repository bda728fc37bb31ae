"""Text for widgets. Whatever comes from files, git or commands goes through here and is never read as markup."""

from __future__ import annotations

from textual.content import Content

from runbook_tui.text.terminal import block, plain

QUIET = "$foreground-muted"
"""Style of what is there to be found, not to be read first."""

DISABLED = "$foreground-disabled"
"""Style of what cannot be used now."""


def line(text: object, style: str = "") -> Content:
    """One line of foreign text, safe to draw; ``style`` may name theme colours (``bold $primary``)."""
    return Content.styled(plain(str(text)), style) if style else Content(plain(str(text)))


def lines(text: object, style: str = "") -> Content:
    """Foreign text of several lines, safe to draw."""
    return Content.styled(block(str(text)), style) if style else Content(block(str(text)))


def joined(*parts: Content | str) -> Content:
    """Pieces one after the other; a ``str`` must be the app's own words."""
    return Content("").join(Content(part) if isinstance(part, str) else part for part in parts)


def count(number: int, what: str) -> str:
    """``1 step``, ``3 steps``."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
