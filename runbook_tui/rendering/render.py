"""A runbook as a document. Pure: the same runbook, template and state give the same text."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from runbook_tui.rendering.child import render_in_child
from runbook_tui.rendering.loader import TemplateLoader, templates_folder
from runbook_tui.rendering.template import TemplateError, environment_of, rendered
from runbook_tui.rendering.views import step_view, views
from runbook_tui.runbook.model import Runbook
from runbook_tui.text.sandbox import Sandbox

__all__ = ["TemplateError", "render", "render_step", "templates_folder"]

DEFAULT = "runbook.md.j2"


def render(runbook: Runbook, *, template: Path | None = None, state: Mapping[str, Any] | None = None) -> str:
    """The document of a runbook.

    Args:
        runbook: what to show.
        template: a Jinja file; the shipped Markdown when left out. Templates beside it, and the shipped ones, can be
            extended, included and imported by name. It is rendered in a process of its own, with limits
            (:mod:`runbook_tui.rendering.child`).
        state: a run's state as a mapping (``dataclasses.asdict`` of a ``RunState``), to fill the execution log.

    Raises:
        TemplateError: the template cannot be read, does not fit, or takes too much time or memory.
    """
    names = views(runbook, state)
    if template is None:
        return rendered(_shipped(), DEFAULT, DEFAULT, names)
    return render_in_child(template, names)


def render_step(runbook: Runbook, step_id: str) -> str:
    """The part of the shipped document that is about one step.

    Raises:
        KeyError: there is no such step.
    """
    return rendered(_shipped(), "step.md.j2", "step.md.j2", {"step": step_view(runbook, step_id)})


@cache
def _shipped() -> Sandbox:
    """Compiling the templates takes longer than rendering them."""
    return environment_of(TemplateLoader(None))
