"""Where a step stands in the rendered document."""

from __future__ import annotations

_LEVEL = "#### "
"""What begins the section of a step in the shipped template."""


def document_lines(text: str, step_id: str) -> range:
    """Indexes of the lines of a step's section; empty when the document has none."""
    from runbook_tui.text.markdown import text as escaped

    lines = text.split("\n")
    heading = _LEVEL + escaped(step_id)
    if heading not in lines:
        return range(0)
    start = lines.index(heading)
    after = (index for index in range(start + 1, len(lines)) if _begins_section(lines[index]))
    return range(start, next(after, len(lines)))


def _begins_section(line: str) -> bool:
    """Whether a line is a heading of the step's level or above."""
    marks = len(line) - len(line.lstrip("#"))
    return 1 <= marks <= len(_LEVEL.strip()) and line[marks : marks + 1] == " "
