"""Where a step stands in the rendered document and in the runbook file."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from runbook_tui.runbook.document import RunbookDocument

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


def source_lines(document: RunbookDocument, step_id: str) -> range:
    """Indexes of the lines of a step in the file, without blank ones at its end; empty when it has gone."""
    steps = document.runbook.steps
    index = next((number for number, step in enumerate(steps) if step.id == step_id), None)
    if index is None:
        return range(0)
    lines = document.text.split("\n")
    start = document.place(("steps", index)).line - 1
    end = document.place(("steps", index + 1)).line - 1 if index + 1 < len(steps) else len(lines)
    while end > start and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#")):
        end -= 1
    return range(start, end)
