"""The YAML parser's complaints in words that say what to do."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ruamel.yaml.error import MarkedYAMLError, YAMLError

from runbook_tui.files.problems import Place, Problem
from runbook_tui.files.suggestions import quoted

FAILURES = (
    YAMLError,
    ValueError,
    ArithmeticError,
    AssertionError,
    LookupError,
    TypeError,
    AttributeError,
    RecursionError,
)
"""What parsers have raised for some input; none of it is the user's business."""


@dataclass(frozen=True, slots=True)
class _Saying:
    """What one complaint means. The first whose pattern is found in ``context: problem`` is taken."""

    pattern: str
    what: str
    expected: str = ""
    remedy: str = ""
    from_start: bool = False
    """Whether to point at where the broken construct began instead of where it was noticed."""


_SAYINGS = (
    _Saying(r"quoted scalar: .*(end of stream|document separator)", "a quoted text that is never closed",
            "a closing quote", "close it, or use the other kind of quotes", from_start=True),
    _Saying(r"unknown escape character '.+'", "an unknown escape sequence in double quotes",
            "one such as \\n, \\t, \\\" or \\\\", "double the backslash, or use single quotes"),
    _Saying(r"escape sequence of", "an incomplete escape sequence in double quotes", "hexadecimal digits",
            "double the backslash, or use single quotes"),
    _Saying(r"flow (mapping|sequence|node): .*('\}'|'\]'|stream end)", "a bracket that is not closed",
            "',' or the closing bracket", "close it, and put texts with commas or brackets in quotes",
            from_start=True),
    _Saying(r"unclosed '\['", "a bracket that is not closed", "the closing one", "close it", from_start=True),
    _Saying(r"mapping values are not allowed", "a colon where no key can stand", "one 'key: value' a line",
            "put the value in quotes if the colon belongs to it, or check the indentation"),
    _Saying(r"sequence entries are not allowed", "a list item where none can stand",
            "the list on lines of its own", "begin the list on the line after its key"),
    _Saying(r"mapping keys are not allowed", "a key where none can stand", "", "check the indentation"),
    _Saying(r"could not find expected ':'", "a line that is neither a key nor part of a value",
            "'key: value'", "add the colon, or check the indentation", from_start=True),
    _Saying(r"cannot start any token", "a text that begins with the reserved character {found}", "",
            "put the text in quotes"),
    _Saying(r"expected <block end>, but found '<block mapping start>'|expected <block end>, but found '\?'",
            "a key that does not fit what stands above it", "the indentation of the keys beside it",
            "check the indentation, and that keys and list items are not mixed"),
    _Saying(r"expected <block end>, but found '-'|expected <block end>, but found '<block sequence start>'",
            "a list item that does not fit what stands above it", "the indentation of the items beside it",
            "check the indentation, and that keys and list items are not mixed"),
    _Saying(r"expected <block end>", "text that does not fit what stands above it", "",
            "put the whole value in quotes, or check the indentation"),
    _Saying(r"expected the node content", "a value is missing here", "text, a list or a mapping",
            "put texts that begin with a bracket, a comma or a quote in quotes"),
    _Saying(r"document start|document end", "text after the end of the document", "one document",
            "check the quotes and the indentation of this line"),
    _Saying(r"block scalar", "a block of text that is not indented evenly", "two spaces more than its key",
            "indent every line of the block at least as far as its first"),
    _Saying(r"directive", "a directive (a line that begins with '%')", "plain YAML 1.2", "remove the line"),
    _Saying(r"anchor|alias", "an anchor or alias", "the value itself", "write the value out"),
    _Saying(r"tag", "a tag (a word that begins with '!')", "the value alone",
            "remove the tag, or put the text in quotes"),
)  # fmt: skip
_UNKNOWN = _Saying("", "this is not valid YAML", "", "check quotes, brackets and indentation")


def explain(error: MarkedYAMLError, text: str, shown: str) -> Problem:
    """The problem behind a parser's error. Tabs first: nobody sees them, and the parser names their effect."""
    mark = error.problem_mark or error.context_mark
    tab = _indenting_tab(text, mark.line) if mark is not None else None
    if tab is not None:
        place = Place(shown, *tab)
        return Problem(
            place, "a tab in the indentation", "spaces", "replace every tab at the start of a line"
        )
    complaint = f"{error.context or ''}: {error.problem or ''}"
    saying = next((known for known in _SAYINGS if re.search(known.pattern, complaint)), _UNKNOWN)
    if saying.from_start and error.context_mark is not None:
        mark = error.context_mark
    position = (mark.line + 1, mark.column + 1) if mark is not None else (0, 0)
    what = saying.what.replace("{found}", quoted(_character_at(text, *position)))
    return Problem(Place(shown, *position), what, saying.expected, saying.remedy)


def _indenting_tab(text: str, line: int) -> tuple[int, int] | None:
    """Line and column (from 1) of a tab in the indentation of a line (from 0)."""
    lines = text.split("\n")
    written = lines[line] if line < len(lines) else ""
    indentation = written[: len(written) - len(written.lstrip())]
    return (line + 1, indentation.index("\t") + 1) if "\t" in indentation else None


def _character_at(text: str, line: int, column: int) -> str:
    lines = text.split("\n")
    if 0 < line <= len(lines) and 0 < column <= len(lines[line - 1]):
        return lines[line - 1][column - 1]
    return ""
