"""A block of YAML taken apart into its entries or items, each with the blank and comment lines above it.

Lines are strings with their line ends; joined again they are the text, byte for byte. What cannot be taken apart by
lines (braces, ``? key``) gives None.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

Lines = tuple[str, ...]

_LINE = re.compile(r"[^\r\n\x85\u2028\u2029]*(?:\r\n|[\r\n\x85\u2028\u2029])|.+$")
"""A line as ruamel.yaml counts them."""
_COMMENT = re.compile(r"(?<!\S)#[^\r\n\x85\u2028\u2029]*")


@dataclass(frozen=True, slots=True)
class Part:
    """One entry of a mapping or one item of a list."""

    lines: Lines
    leading: Lines = ()
    """The blank and comment lines above it."""
    key: str = ""
    """The key of an entry; empty for an item."""
    at: tuple[int, int] = (0, 0)
    """Of an entry: line, among its lines, and column where its value begins."""
    form: str = ""
    """Of an entry's value: ``mapping`` or ``list`` over several lines, else a quotation mark or nothing."""


@dataclass(frozen=True, slots=True)
class Block:
    """A mapping or a list whose parts begin at ``column``."""

    column: int
    parts: tuple[Part, ...]
    trailing: Lines = ()


def split_lines(text: str) -> Lines:
    """The lines of a text with their ends; line numbers of problems count the same way."""
    return tuple(_LINE.findall(text))


def is_gap(line: str, column: int | None = None) -> bool:
    """Whether a line is blank, or a comment that begins at ``column`` or before it (anywhere for None)."""
    text = line.lstrip(" \t")
    if not text.strip():
        return True
    return text.startswith("#") and (column is None or len(line) - len(text) <= column)


def _compose(lines: Lines) -> Node | None:
    try:
        node: Node | None = YAML(typ="safe", pure=True).compose("".join(lines))
    except YAMLError:
        return None
    return node


def _end_of_content(node: Node) -> int:
    """The line behind a block scalar at the end of a node that keeps its blank lines (``|+``); else 0."""
    while not isinstance(node, ScalarNode) and node.value:
        last = node.value[-1]
        node = last[1] if isinstance(last, tuple) else last
    keeps = isinstance(node, ScalarNode) and node.style in {"|", ">"} and node.value.endswith("\n\n")
    return int(node.end_mark.line) if keeps else 0


def cut(
    lines: Lines, starts: Sequence[int], contents: Sequence[int], column: int
) -> tuple[list[Part], Lines]:
    """Parts that begin on the lines ``starts``, their gaps given to the part below; and what trails the last.

    Args:
        contents: for every part a line above which nothing is a gap.
    """
    parts: list[Part] = []
    leading = lines[: starts[0]]
    for start, end, content in zip(starts, [*starts[1:], len(lines)], contents, strict=True):
        first_gap = end
        while first_gap > max(start + 1, content) and is_gap(lines[first_gap - 1], column):
            first_gap -= 1
        parts.append(Part(lines[start:first_gap], leading))
        leading = lines[first_gap:end]
    return parts, leading


def split_mapping(lines: Lines) -> Block | None:
    """A block mapping as its entries; None when the lines are something else."""
    node = _compose(lines)
    if not isinstance(node, MappingNode) or node.flow_style or not node.value:
        return None
    keys = [key for key, _ in node.value]
    column = keys[0].start_mark.column
    starts = [key.start_mark.line for key in keys]
    if any(lines[start][:column].strip() for start in starts) or len(set(starts)) != len(starts):
        return None
    parts, trailing = cut(lines, starts, [_end_of_content(value) for _, value in node.value], column)
    entries = []
    for part, start, (key, value) in zip(parts, starts, node.value, strict=True):
        at = value.start_mark.line - start, value.start_mark.column
        entries.append(replace(part, key=str(key.value), at=at, form=_form(value)))
    return Block(column, tuple(entries), trailing)


def _form(node: Node) -> str:
    if isinstance(node, ScalarNode):
        return node.style if node.style in {"'", '"'} else ""
    if not isinstance(node, (MappingNode, SequenceNode)) or node.flow_style or not node.value:
        return ""
    return "mapping" if isinstance(node, MappingNode) else "list"


def split_sequence(lines: Lines) -> Block | None:
    """A block list as its items, each from its dash; None when the lines are something else."""
    node = _compose(lines)
    if not isinstance(node, SequenceNode) or node.flow_style or not node.value:
        return None
    column = node.start_mark.column
    starts: list[int] = []
    for item in node.value:
        start = dash_line(lines, item.start_mark.line, column)
        if start is None or start in starts:
            return None
        starts.append(start)
    parts, trailing = cut(lines, starts, list(map(_end_of_content, node.value)), column)
    return Block(column, tuple(parts), trailing)


def dash_line(lines: Lines, line: int, column: int) -> int | None:
    """The line of the dash at ``column`` that an item belongs to, seen from its first line."""
    while line >= 0:
        if lines[line][column : column + 1] == "-" and not lines[line][:column].strip():
            return line
        if not is_gap(lines[line]) and lines[line][: column + 1].strip():
            return None
        line -= 1
    return None


def comments(lines: Lines) -> list[tuple[int, str, bool]]:
    """The comments in the lines of a block: line, text from the ``#``, and whether they stand alone there."""
    text = "".join(lines)
    node = _compose(lines)
    taken = list(_scalars(node, text)) if node is not None else []
    found: list[tuple[int, str, bool]] = []
    match = _COMMENT.search(text)
    while match is not None:
        start = match.start()
        end = next((last for first, last in taken if first <= start < last), None)
        if end is None:
            end = match.end()
            before = split_lines(text[: start + 1])
            found.append((len(before) - 1, match.group().rstrip(), before[-1].strip() == "#"))
        match = _COMMENT.search(text, end)
    return found


def _scalars(node: Node, text: str) -> Iterator[tuple[int, int]]:
    """Where the characters of scalars stand; for block scalars without their first line."""
    if isinstance(node, ScalarNode):
        start, end = node.start_mark.index, node.end_mark.index
        if node.style in {"|", ">"}:
            start += len(split_lines(text[start:end])[0])
        yield start, end
        return
    for child in node.value:
        for part in child if isinstance(child, tuple) else (child,):
            yield from _scalars(part, text)
