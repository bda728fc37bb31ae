"""A runbook as a document. Pure: the same runbook, template and state give the same text."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from runbook_tui.files.problems import Problem, ProblemsError
from runbook_tui.rendering.faults import problems_of
from runbook_tui.rendering.loader import OWN, TemplateLoader, templates_folder
from runbook_tui.rendering.misspellings import unknown_blocks
from runbook_tui.rendering.prose import prose
from runbook_tui.rendering.views import step_view, views
from runbook_tui.runbook.model import Runbook
from runbook_tui.text import markdown
from runbook_tui.text.sandbox import Sandbox, document_environment
from runbook_tui.text.template_fault import FAULTS

__all__ = ["TemplateError", "render", "render_step", "templates_folder"]

DEFAULT = "runbook.md.j2"


class TemplateError(ProblemsError):
    """A template cannot be read or rendered: its problems, each with file and line."""


def render(runbook: Runbook, *, template: Path | None = None, state: Mapping[str, Any] | None = None) -> str:
    """The document of a runbook.

    Args:
        runbook: what to show.
        template: a Jinja file; the shipped Markdown when left out. Templates beside it, and the shipped ones, can be
            extended, included and imported by name.
        state: a run's state as a mapping (``dataclasses.asdict`` of a ``RunState``), to fill the execution log.

    Raises:
        TemplateError: the template cannot be read, or does not fit.
    """
    names = views(runbook, state)
    if template is None:
        return _rendered(_shipped(), DEFAULT, DEFAULT, names)
    return _rendered(_environment(TemplateLoader(template)), OWN + template.name, str(template), names)


def render_step(runbook: Runbook, step_id: str) -> str:
    """The part of the shipped document that is about one step.

    Raises:
        KeyError: there is no such step.
    """
    return _rendered(_shipped(), "step.md.j2", "step.md.j2", {"step": step_view(runbook, step_id)})


@cache
def _shipped() -> Sandbox:
    """Compiling the templates takes longer than rendering them."""
    return _environment(TemplateLoader(None))


def _environment(loader: TemplateLoader) -> Sandbox:
    environment = document_environment(loader)
    environment.filters.update(
        md=markdown.text,
        cell=markdown.cell,
        code=markdown.code,
        codecell=markdown.code_cell,
        fence=markdown.fence,
        prose=prose,
        anchor=_anchor,
    )
    return environment


def _anchor(step_id: str) -> str:
    """What the heading of a step is called in links, on GitHub and GitLab."""
    return "#" + step_id.replace(".", "")


def _rendered(environment: Sandbox, name: str, shown: str, names: Mapping[str, Any]) -> str:
    problems: list[Problem] = []
    try:
        if name.startswith(OWN):
            problems = unknown_blocks(environment, name)
        text = environment.get_template(name).render(names)
        text.encode()  # a template can write what no file can hold
    except FAULTS as error:
        raise TemplateError([*problems, *problems_of(error, environment, name, shown, names)]) from error
    if problems:
        raise TemplateError(problems)
    return text
