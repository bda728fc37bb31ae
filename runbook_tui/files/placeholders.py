"""Template placeholders in YAML that another program fills in before anybody parses it.

Helmfile and Helm write ``{{ .Values.name }}``, Backstage's scaffolder ``${{ values.name }}`` and ``{% if %}``, Cortex's
examples ``<SERVICE_TAG>``. Such a file is seldom valid YAML. Here every placeholder is covered by as many harmless
characters, so that the rest can be parsed and every place stays where it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

_OPEN = re.compile(r"\{\{|\{%")
_LONGEST = 2_000
"""Characters of one placeholder; two braces that are not closed until then are no placeholder."""
_ANGLE = re.compile(r"<[A-Z][A-Z0-9_ -]{1,60}>")
_COVER = "\ue000"
"""A character that YAML allows everywhere in plain text and that nobody writes."""

_Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Covered:
    """A text whose placeholders are covered."""

    text: str
    """As long as the original, with the same lines."""
    original: str
    found: tuple[tuple[int, str], ...] = ()
    """Line (from 1) and text of every placeholder, in order."""
    branches: bool = False
    """Whether whole lines are placeholders: what stands between them may be left out, or be there several times."""

    def written(self, value: str, start: int, end: int) -> str:
        """A parsed value with its placeholders: ``value`` where it has none, else the source from start to end."""
        return self.original[start:end].strip().strip("'\"") if _COVER in value else value


def cover(text: str) -> Covered:
    """Cover the placeholders of a text; those in comments stay. One without any is returned as it is."""
    lines = [line for line in _lines(text, _spans(text)) if not _in_comment(text, line)]
    if not lines:
        return Covered(text, text)
    pieces: list[str] = []
    found: list[tuple[int, str]] = []
    done, at = 0, 1
    alone = [_stands_alone(text, line) for line in lines]
    for line, whole in zip(lines, alone, strict=True):
        for start, end in line:
            at += text.count("\n", done, start)
            pieces += [text[done:start], re.sub(r"[^\n]", " " if whole else _COVER, text[start:end])]
            found.append((at, " ".join(text[start:end].split())))
            at += text.count("\n", start, end)
            done = end
    return Covered("".join([*pieces, text[done:]]), text, tuple(found), any(alone))


def is_placeholder(value: str) -> bool:
    """Whether a value holds something that another program fills in."""
    return ("{{" in value and "}}" in value) or _ANGLE.fullmatch(value.strip()) is not None


def _spans(text: str) -> Iterator[_Span]:
    position = 0
    while opened := _OPEN.search(text, position):
        start, close = opened.start(), "}}" if opened[0] == "{{" else "%}"
        end = text.find(close, start + 2, start + _LONGEST)
        if end < 0:
            position = start + 2
            continue
        position = end + 2
        dollar = start > 0 and text[start - 1] == "$" and opened[0] == "{{"
        yield (start - 1 if dollar else start, position)


def _lines(text: str, spans: Iterator[_Span]) -> list[list[_Span]]:
    """The placeholders, those that share a line together."""
    lines: list[list[_Span]] = []
    for span in spans:
        if lines and "\n" not in text[lines[-1][-1][1] : span[0]]:
            lines[-1].append(span)
        else:
            lines.append([span])
    return lines


def _in_comment(text: str, line: Sequence[_Span]) -> bool:
    start = line[0][0]
    before = text[text.rfind("\n", 0, start) + 1 : start]
    return before.lstrip().startswith("#") or " #" in before


def _stands_alone(text: str, line: Sequence[_Span]) -> bool:
    """Whether nothing else is on the lines of some placeholders."""
    start, end = line[0][0], line[-1][1]
    line_end = text.find("\n", end)
    around = [
        text[text.rfind("\n", 0, start) + 1 : start],
        text[end : line_end if line_end >= 0 else len(text)],
    ]
    between = [text[before[1] : after[0]] for before, after in pairwise(line)]
    return not any(part.strip() for part in [*around, *between])
