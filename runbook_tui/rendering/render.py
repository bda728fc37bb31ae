"""A runbook as a document. Pure: the same runbook, template and state give the same text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from runbook_tui.files.problems import RunbookError
from runbook_tui.files.suggestions import did_you_mean
from runbook_tui.rendering.loader import OWN, TemplateLoader, templates_folder
from runbook_tui.rendering.prose import prose
from runbook_tui.rendering.views import step_view, views
from runbook_tui.runbook.model import Runbook
from runbook_tui.text import markdown
from runbook_tui.text.sandbox import Sandbox, document_environment
from runbook_tui.text.template_fault import FAULTS, template_fault

__all__ = ["TemplateError", "render", "render_step", "templates_folder"]

DEFAULT = "runbook.md.j2"
_MISSING_NAME = re.compile(
    r"'(\w+)' is undefined|has no attribute '(\w+)'|[Nn]o (?:filter|test) named '(\w+)'"
)


class TemplateError(RunbookError):
    """A template cannot be read or rendered; its text begins with file and line."""


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
        return _rendered(_shipped(), DEFAULT, names)
    return _rendered(_environment(TemplateLoader(template)), OWN + template.name, names)


def render_step(runbook: Runbook, step_id: str) -> str:
    """The part of the shipped document that is about one step.

    Raises:
        KeyError: there is no such step.
    """
    return _rendered(_shipped(), "step.md.j2", {"step": step_view(runbook, step_id)})


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


def _rendered(environment: Sandbox, name: str, names: Mapping[str, Any]) -> str:
    try:
        return environment.get_template(name).render(names)
    except FAULTS as error:
        fault = template_fault(error)
        file = fault.file or name.removeprefix(OWN)
        place = f"{file}:{fault.line}" if fault.line else file
        remedy = _suggestion(fault.what, environment, names) or fault.remedy
        raise TemplateError(f"{place}: {fault.what}" + (f"; {remedy}" if remedy else "")) from error


def _suggestion(what: str, environment: Sandbox, names: Mapping[str, Any]) -> str:
    match = _MISSING_NAME.search(what)
    if match is None:
        return ""
    name = next(filter(None, match.groups()))
    known = {*environment.filters, *environment.tests} if match[3] else set(_keys(names))
    return did_you_mean(name, known)


def _keys(value: object) -> Iterator[str]:
    """Every name in plain data."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield str(key)
            yield from _keys(item)
    elif isinstance(value, list):
        for item in value[:20]:
            yield from _keys(item)
