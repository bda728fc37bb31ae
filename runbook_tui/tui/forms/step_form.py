"""One step as a form: plain values in, changes of the runbook file out. No widget is known here."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from pydantic import ValidationError

from runbook_tui.runbook.model import ACTIONS, Step

if TYPE_CHECKING:
    from runbook_tui.runbook.model import Actionable

Values = dict[str, str | bool]
"""What stands in the form: a text or a tick by the name of its field."""

PLAIN_FIELDS = (
    "title",
    "kind",
    "phase",
    "risk",
    "service",
    "owner",
    "pager",
    "estimate",
    "timeout",
    "directory",
    "expect",
    "irreversible_because",
    "description",
)
"""Fields of a step that the form holds as one text each."""

TICKS = ("reversible", "repeatable")

NONE = "none"
"""The choice of no action at all."""

STEP_ACTIONS = (*ACTIONS, NONE)
VERIFY_ACTIONS = (NONE, "run", "http", "sql", "confirm")
ROLLBACK_ACTIONS = (NONE, "run", "http", "confirm")


def values_of(step: Step) -> Values:
    """What the form shows of a step."""
    data = step.model_dump(mode="json", exclude_none=True)
    values: Values = {name: str(data.get(name, "")) for name in PLAIN_FIELDS}
    values |= {name: bool(data.get(name)) for name in TICKS}
    values["id"] = step.id
    values |= _action_values("", step)
    values |= _action_values("verify.", step.verify)
    values["verify.expect"] = (step.verify and step.verify.expect) or ""
    values |= _action_values("rollback.", step.rollback)
    return values


def _action_values(prefix: str, action: Actionable | None) -> Values:
    name = (action.action if action else "") or NONE
    values: Values = {f"{prefix}action": name, f"{prefix}text": "", f"{prefix}database": ""}
    if action is None or name == NONE:
        return values
    if action.http is not None:
        values[f"{prefix}text"] = "\n".join(
            filter(None, [f"{action.http.method} {action.http.url}", action.http.body])
        )
    elif action.sql is not None:
        values |= {f"{prefix}text": action.sql.query, f"{prefix}database": action.sql.database}
    else:
        data = action.model_dump(mode="json", include={name})
        values[f"{prefix}text"] = str(data[name])
    return values


def fields_of(values: Values, original: Step) -> dict[str, object]:
    """The step that the form describes, as the fields of the runbook file; None for a field that is left out."""
    data: dict[str, object] = {name: str(values[name]).strip() or None for name in PLAIN_FIELDS}
    data |= {name: bool(values[name]) for name in TICKS}
    data["id"] = str(values["id"]).strip()
    data |= dict.fromkeys(ACTIONS) | _action_fields("", values, original)
    verify = _action_fields("verify.", values, original.verify)
    rollback = _action_fields("rollback.", values, original.rollback)
    data["verify"] = _nested(verify, original.verify, expect=str(values["verify.expect"]).strip() or None)
    data["rollback"] = _nested(rollback, original.rollback)
    return data


def _action_fields(prefix: str, values: Values, original: Actionable | None) -> dict[str, object]:
    name = str(values[f"{prefix}action"])
    text = str(values[f"{prefix}text"])
    if name == NONE:
        return {}
    if name == "http":
        return {"http": _http(text, original)}
    if name == "sql":
        return {"sql": {"database": str(values[f"{prefix}database"]).strip(), "query": text}}
    return {name: text}


def _http(text: str, original: Actionable | None) -> object:
    first, _, body = text.partition("\n")
    method, _, url = first.strip().partition(" ")
    if not url:
        method, url = "GET", method
    headers = dict(original.http.headers) if original and original.http else {}
    if method == "GET" and not body and not headers:
        return url.strip()
    request: dict[str, object] = {"url": url.strip(), "method": method.upper()}
    return request | ({"body": body} if body else {}) | ({"headers": headers} if headers else {})


def _nested(
    action: dict[str, object], original: Actionable | None, **more: object
) -> dict[str, object] | None:
    """A check or a rollback: the form's part of it over what the form does not show."""
    if not action:
        return None
    kept = original.model_dump(mode="json", exclude_defaults=True, exclude_none=True) if original else {}
    for name in (*ACTIONS, *more):
        kept.pop(name, None)
    return action | kept | {name: value for name, value in more.items() if value is not None}


def changes(values: Values, original: Step) -> dict[str, object]:
    """The fields that differ from the step as it was; None for one that goes away."""
    before = fields_of(values_of(original), original)
    after = fields_of(values, original)
    return {name: after[name] for name in after if after[name] != before[name]}


def problems(values: Values, original: Step, taken: Collection[str] = ()) -> dict[str, str]:
    """What is wrong, by the form's name of the field.

    Args:
        values: what stands in the form.
        original: the step as it was.
        taken: ids of the other steps.
    """
    found: dict[str, str] = {}
    if values["id"] in taken:
        found["id"] = "another step has this id"
    data = original.model_dump(mode="json", exclude_none=True) | fields_of(values, original)
    try:
        Step.model_validate({name: value for name, value in data.items() if value is not None})
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            found.setdefault(_form_field(detail["loc"], values), _words(detail["msg"]))
    return found


def _form_field(location: tuple[int | str, ...], values: Mapping[str, object]) -> str:
    names = [str(part) for part in location]
    if not names:
        return "text"
    first = names[0]
    if first in {"verify", "rollback"}:
        rest = names[1] if len(names) > 1 else ""
        if f"{first}.{rest}" in values:
            return f"{first}.{rest}"
        return f"{first}.database" if names[-1] == "database" else f"{first}.text"
    if first == "sql" and names[-1] == "database":
        return "database"
    return "text" if first in ACTIONS else first


def _words(message: str) -> str:
    """A short reason: pydantic's, without its prefix and its regular expressions."""
    text = message.removeprefix("Value error, ")
    if text.startswith("String should match pattern"):
        return "characters that are not allowed here"
    if text.startswith("String should have at least"):
        return "needed"
    if text.startswith("Field required"):
        return "needed"
    return text[:1].lower() + text[1:]
