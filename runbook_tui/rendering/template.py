"""One template and its data become text, or problems with places. The same for shipped templates and for others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runbook_tui.files.problems import Problem, ProblemsError
from runbook_tui.rendering.faults import problems_of
from runbook_tui.rendering.loader import OWN, TemplateLoader
from runbook_tui.rendering.misspellings import unknown_blocks
from runbook_tui.rendering.prose import prose
from runbook_tui.text import markdown
from runbook_tui.text.sandbox import Sandbox, document_environment
from runbook_tui.text.spreadsheet import csv_cell
from runbook_tui.text.template_fault import FAULTS


class TemplateError(ProblemsError):
    """A template cannot be read or rendered: its problems, each with file and line."""


def environment_of(loader: TemplateLoader) -> Sandbox:
    """The environment of documents, with a filter for every place that foreign text can go to."""
    environment = document_environment(loader)
    environment.filters.update(
        md=markdown.text,
        cell=markdown.cell,
        code=markdown.code,
        csv=csv_cell,
        codecell=markdown.code_cell,
        fence=markdown.fence,
        prose=prose,
        anchor=_anchor,
    )
    return environment


def rendered(environment: Sandbox, name: str, shown: str, names: Mapping[str, Any]) -> str:
    """The text of a template.

    Args:
        environment: with a loader.
        name: of the template, for the loader.
        shown: its name for people.
        names: what it may use: plain data.

    Raises:
        TemplateError: it cannot be read, or does not fit.
    """
    problems: list[Problem] = []
    try:
        if name.startswith(OWN):
            problems = unknown_blocks(environment, name)
        text = environment.get_template(name).render(names)
    except FAULTS as error:
        raise TemplateError([*problems, *problems_of(error, environment, name, shown, names)]) from error
    if problems:
        raise TemplateError(problems)
    return text


def _anchor(step_id: str) -> str:
    """What the heading of a step is called in links, on GitHub and GitLab."""
    return "#" + step_id.replace(".", "")
