"""pydantic's findings as problems with places, in plain words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError

from runbook_tui.files.model_fields import is_required, known_keys, wanted_form
from runbook_tui.files.problems import Problem
from runbook_tui.files.suggestions import did_you_mean, one_of, quoted
from runbook_tui.files.yaml_source import Location, YamlSource

_WRONG_FORM = {
    "string_type": "text",
    "tuple_type": "a list",
    "list_type": "a list",
    "dict_type": "a mapping",
    "mapping_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
}
_BOUNDS = {
    "greater_than": ("gt", "a number greater than {}"),
    "greater_than_equal": ("ge", "a number of at least {}"),
    "less_than": ("lt", "a number less than {}"),
    "less_than_equal": ("le", "a number of at most {}"),
    "string_too_short": ("min_length", "at least {} character"),
    "string_too_long": ("max_length", "at most {} characters"),
    "too_short": ("min_length", "at least {} entry"),
    "too_long": ("max_length", "at most {} entries"),
}


@dataclass(frozen=True, slots=True)
class _Finding:
    """One of pydantic's errors, its location split into what leads through the data and what does not."""

    error: Mapping[str, Any]
    location: Location
    """As far as the data goes."""
    branches: tuple[tuple[Location, str], ...]
    """Names of union members and validators that pydantic put into the location, with where they stand."""
    labels: tuple[str | int, ...]
    """The location as pydantic gave it, without the name of a missing key."""

    @property
    def wrong_form(self) -> str:
        """The form (``a list``) that the value should have had, if that is what is wrong."""
        return _WRONG_FORM.get(self.error["type"], "")


def problems_of(error: ValidationError, source: YamlSource, model: type[BaseModel]) -> list[Problem]:
    """The problems behind a validation error; a value that fits no member of a union is one problem."""
    findings = [_finding(details, source.data) for details in error.errors(include_url=False)]
    return [_problem(findings_here, source, model) for findings_here in _collapsed(findings)]


def _finding(error: Mapping[str, Any], data: object) -> _Finding:
    labels: tuple[str | int, ...] = error["loc"]
    if error["type"] == "missing":
        labels = labels[:-1]
    location: Location = ()
    branches: list[tuple[Location, str]] = []
    for element in labels:
        if isinstance(data, dict) and element in data:
            data = data[str(element)]
        elif isinstance(data, list) and isinstance(element, int) and element < len(data):
            data = data[element]
        else:
            branches.append((location, str(element)))
            continue
        location = (*location, element)
    return _Finding(error, location, tuple(branches), labels)


def _collapsed(findings: Sequence[_Finding]) -> list[list[_Finding]]:
    """Findings that are to be told as one problem each.

    At a place where a union stands, only the members whose form the value has are kept; where it has the form
    of none, their findings become one.
    """
    kept = list(findings)
    for place in sorted({place for finding in findings for place, _ in finding.branches}, key=len):
        members: dict[str, list[_Finding]] = {}
        for finding in kept:
            label = next((name for where, name in finding.branches if where == place), None)
            if label is not None:
                members.setdefault(label, []).append(finding)
        if len(members) < 2:
            continue
        fitting = [
            group
            for group in members.values()
            if not any(f.wrong_form and f.location == place for f in group)
        ]
        if fitting:
            best = min(fitting, key=len)
            dropped = [finding for group in members.values() if group is not best for finding in group]
            kept = [finding for finding in kept if finding not in dropped]
    together: dict[object, list[_Finding]] = {}
    for index, finding in enumerate(kept):
        # Other findings stay apart: one place can have several defects (two keys missing).
        same = (finding.location, "forms") if finding.wrong_form else index
        together.setdefault(same, []).append(finding)
    return list(together.values())


def _problem(findings: Sequence[_Finding], source: YamlSource, model: type[BaseModel]) -> Problem:
    finding = findings[0]
    error, location = finding.error, finding.location
    kind = error["type"]
    if finding.wrong_form:
        return _wrong_form(findings, source, model)
    if kind == "missing":
        name = str(error["loc"][-1])
        place = source.place(location, key=bool(location) and isinstance(location[-1], str))
        return Problem(place, f"the key '{name}' is missing{_inside(location)}", "", f"add '{name}: ...'")
    if kind == "extra_forbidden":
        return _unknown_key(finding, source, model)
    is_key = any(label == "[key]" for _, label in finding.branches)
    what, expected, remedy = _words(error, wanted_form(model, finding.labels))
    if is_key:
        what = f"{what} as a name"
    elif location and isinstance(location[-1], str):
        what = f"{location[-1]}: {what}"
    return Problem(source.place(location, key=is_key), what, expected, remedy)


def _unknown_key(finding: _Finding, source: YamlSource, model: type[BaseModel]) -> Problem:
    name = str(finding.location[-1]) if finding.location else "?"
    known = known_keys(model, finding.labels[:-1])
    remedy = did_you_mean(name, known) or "remove it"
    place = source.place(finding.location, key=True)
    return Problem(
        place, f"unknown key {quoted(name)}{_inside(finding.location[:-1])}", one_of(known), remedy
    )


def _wrong_form(findings: Sequence[_Finding], source: YamlSource, model: type[BaseModel]) -> Problem:
    location = findings[0].location
    forms = list(dict.fromkeys(finding.wrong_form for finding in findings))
    value = findings[0].error["input"]
    expected = " or ".join(forms)
    remedy = ""
    if value is None:
        remedy = "give it a value"
        if not is_required(model, findings[0].labels):
            remedy += ", or remove the key"
    named = f"{location[-1]}: " if location and isinstance(location[-1], str) else ""
    return Problem(source.place(location), f"{named}found {_form(value)}", expected, remedy)


def _words(error: Mapping[str, Any], form: str) -> tuple[str, str, str]:
    """What is wrong, what was expected and what to do, for a value of the right form."""
    kind, value, context = error["type"], error["input"], error.get("ctx", {})
    found = f"found {_form(value)}"
    if kind in {"enum", "literal_error"}:
        choices = _choices(str(context.get("expected", "")))
        return found, one_of(choices), did_you_mean(value, choices) if isinstance(value, str) else ""
    if kind in _BOUNDS:
        name, words = _BOUNDS[kind]
        return (found if value else "found an empty value"), words.format(context.get(name)), ""
    if kind == "string_pattern_mismatch":
        if isinstance(value, str) and "\n" in value:
            return "found text of several lines", form or "one line of text", "put it on one line"
        return found, form or f"text of the form {context.get('pattern')}", ""
    if kind in {"value_error", "assertion_error"}:
        return str(context.get("error", error["msg"])), "", ""
    return found, str(error["msg"])[:1].lower() + str(error["msg"])[1:], ""


def _choices(expected: str) -> list[str]:
    """The words of pydantic's ``'a', 'b' or 'c'``; ``1 or '1'`` is one word."""
    return list(dict.fromkeys(re.findall(r"[^\s',]+(?: [^\s',]+)*(?=')|\b\d+\b", expected)))


def _form(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, (list, tuple)):
        return "a list"
    return f"the text {quoted(str(value))}"


def _inside(location: Iterable[str | int]) -> str:
    """`` in services.billing`` for a person; nothing at the top level."""
    path = ""
    for element in location:
        path += f"[{element}]" if isinstance(element, int) else f".{element}"
    return f" in {quoted(path.lstrip('.'))[1:-1]}" if path else ""
