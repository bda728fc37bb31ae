"""The text of a runbook as what stands above its steps, the steps, and what stands below them.

An edit changes the lines of the steps that it is about; nothing else is parsed or written again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from runbook_tui.runbook.blocks import (
    Block,
    Lines,
    Part,
    comments,
    cut,
    dash_line,
    split_lines,
    split_mapping,
)
from runbook_tui.runbook.model import Runbook
from runbook_tui.runbook.patch import arrange, join, own_lines, patch_mapping
from runbook_tui.runbook.plain import plain_data, top_data
from runbook_tui.runbook.writer import Style, entry_lines, item_lines

HEAD = (
    "# yaml-language-server: $schema=runbook.schema.json\n",
    "# `runbook schema runbook` prints that schema. Edit freely: planning again keeps what you change.\n",
)
_KEEPS_BLANK_LINES = re.compile(r"[|>](?:\d?\+|\+\d)\s*(?:#.*)?$")


@dataclass(frozen=True, slots=True)
class Layout:
    """A runbook's text in three parts; joined they are the file."""

    head: Lines
    """Up to and with ``steps:``; all of the file where there are no steps."""
    steps: tuple[Part, ...]
    tail: Lines
    column: int
    """Where the dashes of the steps stand."""
    style: Style

    @property
    def text(self) -> str:
        """The whole file."""
        return "".join((*self.head, *join(Block(self.column, self.steps)), *self.tail))

    def patched(
        self,
        old: Runbook,
        new: Runbook,
        *,
        renamed: Mapping[str, str] | None = None,
        keep_comments: bool = True,
    ) -> Layout:
        """The layout of ``new``, made from that of ``old``; lines of what is the same stay as they are.

        Args:
            renamed: new id to old id of steps that are the same in spite of it.
            keep_comments: whether the comments of steps that go away are kept.
        """
        layout = self._patched_top(top_data(old), top_data(new))
        if old.steps == new.steps:
            return layout
        if not layout.steps:
            layout = layout._with_steps_entry("steps:")
        places = {step.id: index for index, step in enumerate(old.steps)}
        origins = [places.get((renamed or {}).get(step.id, step.id)) for step in new.steps]
        changed = arrange(
            Block(layout.column, layout.steps),
            [plain_data(step) for step in old.steps],
            [plain_data(step) for step in new.steps],
            origins,
            layout.style,
            keep_comments=keep_comments,
        )
        steps = _respaced(layout.steps, changed.parts, origins, layout.style)
        layout = replace(layout, steps=steps, tail=changed.trailing + layout.tail)
        if steps:
            return layout
        layout = layout._with_steps_entry("steps: []")
        return replace(layout, head=layout.head + layout.tail, tail=())

    def _patched_top(self, old: dict[str, Any], new: dict[str, Any]) -> Layout:
        if old == new:
            return self
        mark = "- …"
        while mark in self.text:
            mark += "…"
        stand_in = " " * self.column + mark + self.style.newline
        lines = (*self.head, *([stand_in] if self.steps else []), *self.tail)
        changed = patch_mapping(lines, old, new, self.style)
        if not self.steps:
            return replace(self, head=changed, tail=())
        middle = changed.index(stand_in)
        return replace(self, head=changed[:middle], tail=changed[middle + 1 :])

    def _with_steps_entry(self, text: str) -> Layout:
        """Cut behind the key ``steps``, with its line written anew; its comments stay."""
        block = split_mapping(self.head + self.tail)
        if block is None:
            raise ValueError("the top of a runbook is a block mapping")
        index = next(i for i, part in enumerate(block.parts) if part.key == "steps")
        entry = block.parts[index]
        kept = own_lines(comments(entry.lines), self.column, self.style)
        above = (*block.parts[:index], replace(entry, lines=(text + self.style.newline, *kept)))
        below = Block(0, block.parts[index + 1 :], block.trailing)
        return replace(self, head=join(Block(0, above)), tail=join(below))


def _respaced(
    old: tuple[Part, ...], new: tuple[Part, ...], origins: Sequence[int | None], style: Style
) -> tuple[Part, ...]:
    """Blank lines between steps as the file has them, also where a step was added or became the first."""
    separated = len(old) < 2 or any(part.leading and not part.leading[0].strip() for part in old[1:])
    spaced = []
    for index, (part, origin) in enumerate(zip(new, origins, strict=True)):
        leading = part.leading
        if index == 0 and origin != 0:
            while leading and not leading[0].strip():
                leading = leading[1:]
        elif index and separated and not origin and not (leading and not leading[0].strip()):
            leading = (style.newline, *leading)
        spaced.append(replace(part, leading=leading))
    return tuple(spaced)


def fresh(runbook: Runbook, kept: Lines = ()) -> Layout:
    """The layout of a new file.

    Args:
        kept: comment lines to put below the first ones.
    """
    style = Style()
    head = [*HEAD, *kept]
    sections = [entry_lines(key, value, 0, style) for key, value in top_data(runbook).items()]
    for index, lines in enumerate(sections):
        if index and (len(lines) > 1 or len(sections[index - 1]) > 1):
            head.append("\n")
        head += lines
    head += ["\n", "steps:\n" if runbook.steps else "steps: []\n"]
    steps = tuple(
        Part(tuple(item_lines(plain_data(step), style.dash, style)), leading=("\n",) if index else ())
        for index, step in enumerate(runbook.steps)
    )
    return Layout(tuple(head), steps, (), style.dash, style)


def read_layout(text: str, runbook: Runbook, first_lines: Sequence[int], key_lines: Sequence[int]) -> Layout:
    """The layout of a file as somebody wrote it; of a file in another form than lines, that of a new one.

    Args:
        first_lines: for every step the line of its first key, counted from 1.
        key_lines: for every key of the file its line, counted from 1.
    """
    lines = split_lines(text)
    newline = "\r\n" if lines[0].endswith("\r\n") else "\n"
    if not lines[-1].endswith(("\n", "\r")):
        lines = (*lines[:-1], lines[-1] + newline)
    columns, starts = set(), []
    for first in first_lines:
        column = _dash_column(lines, first - 1)
        columns.add(column)
        start = dash_line(lines, first - 1, column)
        starts.append(-1 if start is None else start)
    is_mapping = all(
        not lines[line - 1][:1].isspace() and lines[line - 1][0] not in "{?" for line in key_lines
    )
    if not is_mapping or len(columns) > 1 or -1 in starts or len(set(starts)) != len(starts):
        return fresh(runbook, own_lines(comments(lines), 0, Style()))
    indent = _indent(lines)
    if not starts:
        return Layout(lines, (), (), indent, Style(indent, indent, newline))
    column = columns.pop()
    end = min((line - 1 for line in key_lines if line - 1 > starts[-1]), default=len(lines))
    body = lines[:end]
    contents = [
        stop if any(map(_KEEPS_BLANK_LINES.search, body[start:stop])) else 0
        for start, stop in zip(starts, [*starts[1:], end], strict=True)
    ]
    parts, trailing = cut(body, starts, contents, column)
    head = _head_end(parts[0].leading, column)
    top, parts[0] = parts[0].leading[:head], replace(parts[0], leading=parts[0].leading[head:])
    return Layout(top, tuple(parts), trailing + lines[end:], column, Style(indent, column, newline))


def _indent(lines: Lines) -> int:
    """Columns from a key to the first key below it, as the file does it first."""
    for above, below in pairwise(lines):
        key = re.match(r"(\s*(?:-\s+)?)[^\s#-][^#]*:\s*$", above)
        inner = re.match(r"(\s*)[^\s#-][^#]*:", below)
        if key and inner and len(inner[1]) > len(key[1]):
            return len(inner[1]) - len(key[1])
    return 2


def _dash_column(lines: Lines, line: int) -> int:
    """Where the dash of an item stands whose first key is on this line, or on one below the dash."""
    while line > 0 and not lines[line].lstrip().startswith("-"):
        line -= 1
    return len(lines[line]) - len(lines[line].lstrip())


def _head_end(lines: Lines, column: int) -> int:
    """How many of the lines above the first step belong to what is above the list."""
    end = len(lines)
    while end and (not (text := lines[end - 1].strip()) or text.startswith("#")):
        if text and len(lines[end - 1]) - len(lines[end - 1].lstrip()) > column:
            break
        end -= 1
    return end
