"""Values on their way into a shell command."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable

from runbook_tui.text.terminal import plain

_SURROGATE = re.compile("[\ud800-\udfff]")


def quote(value: str) -> str:
    """The value as one word of a POSIX shell, whatever it contains; the empty value too.

    It has to stand where the shell expects a word, outside of other quotes.

    Raises:
        ValueError: no command line can carry it: it has a NUL or a lone surrogate.
    """
    if "\0" in value:
        raise ValueError("a value with a NUL character cannot be put into a command")
    if _SURROGATE.search(value):
        raise ValueError("a value that is not valid Unicode cannot be put into a command")
    return shlex.quote(value)


def display(argv: Iterable[str]) -> str:
    """A command line for a person to read and copy: quoted, on one line, unseen characters made visible."""
    return " ".join(plain(shlex.quote(word)) for word in argv)
