"""Changes the text of a block of YAML so that it says something else, touching only the lines that must change.

``old`` and ``new`` are plain data (what the text says now, what it is to say), with the keys in the order to write
them. Comments are never lost: one whose line goes away moves to a line of its own at the same place.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

from runbook_tui.runbook.blocks import Block, Lines, Part, comments, is_gap, split_mapping, split_sequence
from runbook_tui.runbook.writer import Style, entry_lines, item_lines, mapping_lines, sequence_lines

Data = Mapping[str, object]


def own_lines(found: Sequence[tuple[int, str, bool]], column: int, style: Style) -> Lines:
    """Comments on lines of their own, beginning at ``column``."""
    return tuple(f"{' ' * column}{text}{style.newline}" for _, text, _ in found)


def patch_mapping(lines: Lines, old: Data, new: Data, style: Style, column: int = 0) -> Lines:
    """The lines of a mapping, changed from ``old`` to ``new``.

    Keys of the text that are in neither (a default that somebody wrote down) stay as they are.

    Args:
        column: where the keys begin if the text has to be written anew.
    """
    block = split_mapping(lines)
    if block is None:
        return (*own_lines(comments(lines), column, style), *mapping_lines(new, column, style))
    column = block.column
    parts: list[Part] = []
    orphans: Lines = ()
    for part in block.parts:
        if part.key in old and part.key not in new:
            orphans += part.leading + own_lines(comments(part.lines), column, style)
            continue
        changed = part
        if part.key in new and (part.key not in old or old[part.key] != new[part.key]):
            changed = _patch_entry(part, old.get(part.key), new[part.key], style, column)
        parts.append(replace(changed, leading=orphans + changed.leading))
        orphans = ()
    for key in new:
        if not any(part.key == key for part in parts):
            _insert(
                parts,
                Part(tuple(entry_lines(key, new[key], column, style)), key=key),
                list(new),
                column,
                style,
            )
    return join(Block(column, tuple(parts), orphans + block.trailing))


def _insert(parts: list[Part], part: Part, order: Sequence[str], column: int, style: Style) -> None:
    """Puts a new entry behind the last of those that come before it in ``order``."""
    before = set(order[: order.index(part.key)])
    index = max((i + 1 for i, other in enumerate(parts) if other.key in before), default=0)
    if column == 0 and len(part.lines) > 1 and index:
        part = replace(part, leading=(style.newline,))
    parts.insert(index, part)


def _patch_entry(part: Part, old: object, new: object, style: Style, column: int) -> Part:
    first, _ = part.at
    if part.form == "mapping" and isinstance(old, Mapping) and isinstance(new, Mapping):
        body = patch_mapping(part.lines[first:], old, new, style)
        return replace(part, lines=part.lines[:first] + body)
    if part.form == "list" and isinstance(old, list) and isinstance(new, list) and new:
        body = patch_sequence(part.lines[first:], old, new, style)
        return replace(part, lines=part.lines[:first] + body)
    quote = part.form if part.form in {"'", '"'} and isinstance(new, str) and "\n" not in new else ""
    lines = entry_lines(part.key, new, column, style, quote)
    found = comments(part.lines)
    behind = [comment for comment in found if comment[0] == 0 and not comment[2]]
    if behind:
        comment = behind[0][1]
        before = part.lines[0].rstrip().removesuffix(comment)
        space = before[len(before.rstrip()) :]
        lines[0] = lines[0].removesuffix(style.newline) + space + comment + style.newline
    rest = [comment for comment in found if comment not in behind]
    return replace(part, lines=tuple(lines), leading=part.leading + own_lines(rest, column, style))


def patch_sequence(lines: Lines, old: Sequence[object], new: Sequence[object], style: Style) -> Lines:
    """The lines of a list, changed from ``old`` to ``new``; items are known by their ``id`` or ``step``."""
    block = split_sequence(lines)
    if block is None or len(block.parts) != len(old):
        column = len(lines[0]) - len(lines[0].lstrip(" "))
        return (*own_lines(comments(lines), column, style), *sequence_lines(new, column, style))
    return join(arrange(block, old, new, _origins(old, new), style))


def _origins(old: Sequence[object], new: Sequence[object]) -> list[int | None]:
    """For every new item the index of the old item that it comes from."""
    left = dict(enumerate(map(_identity, old)))
    found: list[int | None] = []
    for name in map(_identity, new):
        index = next((i for i, other in left.items() if other == name), None)
        if index is not None:
            del left[index]
        found.append(index)
    if len(old) == len(new):
        # An item that changed its name where it stood.
        return [i if index is None and i in left else index for i, index in enumerate(found)]
    return found


def arrange(
    block: Block,
    old: Sequence[object],
    new: Sequence[object],
    origins: Sequence[int | None],
    style: Style,
    *,
    keep_comments: bool = True,
) -> Block:
    """The items of a list, changed from ``old`` to ``new``.

    Args:
        origins: for every new item the index of the old one that it comes from; None for an added one.
        keep_comments: whether the comments in and directly above an item that goes away are kept.
    """
    parts: list[Part] = []
    for value, origin in zip(new, origins, strict=True):
        if origin is None:
            parts.append(Part(tuple(item_lines(value, block.column, style))))
        elif old[origin] == value:
            parts.append(block.parts[origin])
        else:
            parts.append(_patch_item(block.parts[origin], old[origin], value, block.column, style))
    trailing = block.trailing
    for index in reversed([i for i in range(len(old)) if i not in origins]):
        kept = _remains(block.parts[index], block.column, style, keep_comments)
        following = next((origins.index(i) for i in range(index + 1, len(old)) if i in origins), None)
        if following is None:
            trailing = kept + trailing
        else:
            parts[following] = replace(parts[following], leading=kept + parts[following].leading)
    return Block(block.column, tuple(parts), trailing)


def _identity(value: object) -> str:
    if isinstance(value, Mapping):
        for name in ("id", "step"):
            if name in value:
                return f"{name}={value[name]}"
    return json.dumps(value, sort_keys=True)


def _remains(part: Part, column: int, style: Style, keep_comments: bool) -> Lines:
    """The comments that stay when an item goes away; blank lines go with it."""
    leading = part.leading
    if not keep_comments:
        while leading and leading[-1].strip():
            leading = leading[:-1]
        return () if not any(line.strip() for line in leading) else leading
    inner = own_lines(comments(part.lines), column, style)
    return leading + inner if inner or any(line.strip() for line in leading) else ()


def _patch_item(part: Part, old: object, new: object, column: int, style: Style) -> Part:
    """An item keeps its dash: the mapping behind it is patched with a space in its place."""
    if not isinstance(old, Mapping) or not isinstance(new, Mapping):
        lines: Lines = tuple(item_lines(new, column, style))
        return replace(
            part, lines=lines, leading=part.leading + own_lines(comments(part.lines), column, style)
        )
    first = part.lines[0]
    bare = first[:column] + " " + first[column + 1 :]
    lines = patch_mapping(((bare,) if bare.strip() else ()) + part.lines[1:], old, new, style, column + 2)
    start = next(index for index, line in enumerate(lines) if not is_gap(line))
    above = tuple(" " * column + line.lstrip() for line in lines[:start] if line.strip())
    dashed = lines[start][:column] + "-" + lines[start][column + 1 :]
    return replace(part, lines=(dashed, *lines[start + 1 :]), leading=part.leading + above)


def join(block: Block) -> Lines:
    """All lines of a block, in order."""
    return tuple(line for part in block.parts for line in (*part.leading, *part.lines)) + block.trailing
