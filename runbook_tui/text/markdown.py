"""Foreign text on its way into GitHub Flavored Markdown: it is shown as it is and means nothing.

One function a place, because the places differ: what is safe in a paragraph breaks a table. All of them make control
characters visible first (:mod:`runbook_tui.text.terminal`).
"""

from __future__ import annotations

import re

from runbook_tui.text.terminal import block, plain

_ALWAYS = re.compile(
    r"""[\\`*\[\]<|~$]                         # escapes, code, emphasis, links, HTML, tables, strike, math
    | &(?=[#A-Za-z]|$)                         # entities
    | (?<![A-Za-z0-9])_ | _(?![A-Za-z0-9])     # emphasis; not inside snake_case
    | !(?=\[|$)                                # images, also with a bracket that the template puts after it
    | :(?=/)                                   # http://
    | @(?=\w)                                  # mentions, e-mail addresses
    | \.(?=[^\W\d_])                           # www.example.org, example.org
    | (?<=\s)\#+$                              # the end of a heading
    """,
    re.VERBOSE,
)
_AT_START = re.compile(r"[-+=#>:]|\d{1,9}(?=[.)])")


def text(value: str) -> str:
    """Text inside a paragraph, heading or list item. Line breaks become spaces."""
    one_line = plain(re.sub(r"\s*[\r\n]+\s*|\t", " ", value)).strip()
    escaped = _ALWAYS.sub(lambda match: _backslashed(match[0]), one_line)
    start = _AT_START.match(escaped)
    if start is None:
        return escaped
    if start[0].isdigit():
        return f"{start[0]}\\{escaped[start.end() :]}"
    return f"\\{escaped}"


def cell(value: str) -> str:
    """Text inside a table cell."""
    # An entity, because a table is split at pipes before backslashes are read.
    return text(value).replace("\\|", "&#124;")


def code(value: str) -> str:
    """Inline code outside of tables; :func:`code_cell` is for those."""
    content = plain(value)
    longest = max((len(run) for run in re.findall("`+", content)), default=0)
    ticks = "`" * (longest + 1)
    if not content.strip(" "):
        return f"{ticks}{content or ' '}{ticks}"
    padded = content[0] in "` " or content[-1] in "` "
    return f"{ticks} {content} {ticks}" if padded else f"{ticks}{content}{ticks}"


def code_cell(value: str) -> str:
    """Inline code inside a table cell."""
    if "\\|" in plain(value):
        # No code span of a table can hold a backslash before a pipe: it is shown as text.
        return cell(value)
    return code(value).replace("|", "\\|")


def fence(value: str, language: str = "") -> str:
    """A fenced block of code, without a line break at its end. It has to begin a line.

    Args:
        value: the code; a last line break is dropped.
        language: such as ``sh``; anything else than letters, digits, dash and plus is dropped.
    """
    content = block(value).removesuffix("\n")
    longest = max((len(run) for run in re.findall("`+", content)), default=0)
    ticks = "`" * max(3, longest + 1)
    return f"{ticks}{re.sub(r'[^A-Za-z0-9+-]', '', language)}\n{content}\n{ticks}"


def _backslashed(characters: str) -> str:
    return "".join(f"\\{character}" for character in characters)
