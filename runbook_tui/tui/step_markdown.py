"""The document and the part of it that is about one step."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from runbook_tui.runbook.model import Runbook, Step


def document_markdown(runbook: Runbook) -> str:
    """The whole document as the default template renders it.

    Raises:
        TemplateError: a template is broken.
    """
    from runbook_tui.rendering.render import render

    return render(runbook)


def step_markdown(runbook: Runbook, step: Step) -> str:
    """The section of one step.

    Raises:
        TemplateError: a template is broken.
    """
    text = document_markdown(runbook)
    found = section_lines(text, step)
    return "\n".join(text.split("\n")[found.start : found.stop])


def section_lines(text: str, step: Step) -> range:
    """Indexes of the lines of a step's section; empty when the document has none."""
    lines = text.split("\n")
    start = next((i for i, line in enumerate(lines) if line.startswith("#") and step.title in line), None)
    if start is None:
        return range(0)
    level = len(lines[start]) - len(lines[start].lstrip("#"))
    for index in range(start + 1, len(lines)):
        heading = lines[index]
        if heading.startswith("#") and len(heading) - len(heading.lstrip("#")) <= level:
            return range(start, index)
    return range(start, len(lines))
