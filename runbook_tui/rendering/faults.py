"""What is wrong with a template, as problems with places; everything that is misspelt in it at once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from runbook_tui.files.problems import Place, Problem
from runbook_tui.files.suggestions import did_you_mean
from runbook_tui.rendering.loader import Unreadable
from runbook_tui.rendering.misspellings import place_of, unknown_names
from runbook_tui.text.sandbox import Sandbox
from runbook_tui.text.template_fault import FAULTS, template_fault

_MISSING_NAME = re.compile(r"'(\w+)' is undefined|there is no '(\w+)'|[Nn]o (?:filter|test) named '(\w+)'")


def problems_of(
    error: Exception, environment: Sandbox, name: str, shown: str, names: Mapping[str, Any]
) -> list[Problem]:
    """What was raised while a template was loaded or rendered, and what else is misspelt in it.

    Args:
        error: one of ``FAULTS``.
        environment: with the filters, and the loader of the template.
        name: of the template, for the loader.
        shown: its name for people.
        names: what the template was given.
    """
    fault = template_fault(error)
    if isinstance(error, Unreadable) and not fault.line:
        return [Problem(Place(shown), f"this template {error.what}", "", error.remedy)]
    file = fault.file or shown
    match = _MISSING_NAME.search(fault.what)
    if match is None:
        return [Problem(Place(file, fault.line), fault.what, "", fault.remedy)]
    word = next(filter(None, match.groups()))
    known = {*environment.filters, *environment.tests} if match[3] else set(_keys(names))
    remedy = did_you_mean(word, known) or fault.remedy or "check the spelling"
    place = Place(file, fault.line)
    further: list[Problem] = []
    with suppress(*FAULTS):
        further = unknown_names(environment, name, names)
        place = place_of(file, fault.line, word, _source(environment, name, file))
    raised = Problem(place, fault.what, "", remedy)
    return [raised, *(other for other in further if (other.place, other.what) != (place, fault.what))]


def _source(environment: Sandbox, name: str, file: str) -> str:
    """The text of a template if that is the file; nothing for the others, which it includes or extends."""
    assert environment.loader is not None
    source, own, _ = environment.loader.get_source(environment, name)
    return source if own == file else ""


def _keys(value: object) -> Iterator[str]:
    """Every name in plain data."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield str(key)
            yield from _keys(item)
    elif isinstance(value, list):
        for item in value[:20]:
            yield from _keys(item)
