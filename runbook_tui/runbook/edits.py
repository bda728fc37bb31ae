"""Edits of a runbook as functions from runbook to runbook. What would break it is refused with the reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from runbook_tui.files.problems import Place, RunbookError
from runbook_tui.files.suggestions import did_you_mean, one_of, quoted
from runbook_tui.files.validation import problems_of
from runbook_tui.files.yaml_source import YamlSource
from runbook_tui.runbook.model import ACTIONS, Runbook, Step
from runbook_tui.runbook.plain import plain_data, top_data
from runbook_tui.runbook.validation import because, semantic_problems

M = TypeVar("M", bound=BaseModel)


class EditRefused(RunbookError):
    """An edit that would break the runbook; its text says why, and nothing was changed."""


def require_sound(runbook: Runbook, refusal: str) -> None:
    """Refuse a runbook that does not hold together.

    Args:
        runbook: the result of an edit.
        refusal: the beginning of the sentence that refuses it: ``step 'x' cannot be moved there``.

    Raises:
        EditRefused: every problem of the runbook, a line each.
    """
    problems = semantic_problems(runbook, lambda _: Place(refusal))
    if problems:
        raise EditRefused("\n".join(map(str, problems)))


def find(runbook: Runbook, step_id: str) -> Step:
    """The step with an id.

    Raises:
        EditRefused: there is none.
    """
    try:
        return runbook.step(step_id)
    except KeyError:
        hint = did_you_mean(step_id, [step.id for step in runbook.steps])
        raise EditRefused(f"there is no step {quoted(step_id)}" + (f"; {hint}" if hint else "")) from None


def with_fields(runbook: Runbook, step_id: str, changes: Mapping[str, object | None]) -> Runbook:
    """The runbook with some fields of a step changed; a new ``id`` is carried into the needs of others.

    An action takes the place of the one that the step had.

    Raises:
        EditRefused: no such step or field, or a value that does not fit.
    """
    step = find(runbook, step_id)
    data = plain_data(step)
    for field, value in changes.items():
        _require_field(field, Step)
        if field in ACTIONS and value is not None:
            for other in ACTIONS:
                data.pop(other, None)
        data.pop(field, None)
        if value is not None:
            data[field] = _plain(value)
    changed = validated(Step, data, f"step '{step_id}'")
    steps = [
        changed if other is step else _with_need_renamed(other, step_id, changed.id)
        for other in runbook.steps
    ]
    return _with_steps(runbook, steps)


def with_top(runbook: Runbook, field: str, value: object | None) -> Runbook:
    """The runbook with one of its fields above the steps changed; None takes it away.

    Raises:
        EditRefused: no such field, or a value that does not fit.
    """
    _require_field(field, Runbook)
    if field == "steps":
        raise EditRefused("the steps are changed one at a time")
    data = top_data(runbook)
    data.pop(field, None)
    if value is not None:
        data[field] = _plain(value)
    top = validated(Runbook, {**data, "steps": []}, "the runbook")
    return top.model_copy(update={"steps": runbook.steps})


def with_step(runbook: Runbook, step: Step, after: str | None) -> Runbook:
    """The runbook with a step more, behind ``after`` or in front of all.

    Raises:
        EditRefused: there is no step ``after``.
    """
    steps = list(runbook.steps)
    steps.insert(_index_behind(runbook, after), step)
    return _with_steps(runbook, steps)


def without_step(runbook: Runbook, step_id: str, *, detach: bool) -> Runbook:
    """The runbook with a step less.

    Args:
        runbook: the runbook.
        step_id: the step to remove.
        detach: also remove the needs of other steps for it.

    Raises:
        EditRefused: there is no such step, or others need it and ``detach`` is false.
    """
    gone = find(runbook, step_id)
    needing = [
        f"'{step.id}' needs it because {because(need)}"
        for step in runbook.steps
        for need in step.needs
        if need.step == step_id
    ]
    if needing and not detach:
        raise EditRefused(f"step '{step_id}' cannot be removed: " + "; ".join(needing))
    return _with_steps(runbook, [_without_need(step, step_id) for step in runbook.steps if step is not gone])


def with_step_moved(runbook: Runbook, step_id: str, after: str | None) -> Runbook:
    """The runbook with a step behind ``after``, or in front of all.

    Raises:
        EditRefused: one of the steps is not there, or they are the same.
    """
    step = find(runbook, step_id)
    if after == step_id:
        raise EditRefused(f"step '{step_id}' cannot stand behind itself")
    rest = _with_steps(runbook, [other for other in runbook.steps if other is not step])
    return with_step(rest, step, after)


def _with_steps(runbook: Runbook, steps: list[Step]) -> Runbook:
    return runbook.model_copy(update={"steps": tuple(steps)})


def _index_behind(runbook: Runbook, step_id: str | None) -> int:
    return 0 if step_id is None else runbook.steps.index(find(runbook, step_id)) + 1


def _plain(value: object) -> object:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", exclude_defaults=True)
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return value


def validated(model: type[M], data: Mapping[str, object], shown: str) -> M:
    """Plain data as a part of the runbook.

    Args:
        model: the part.
        data: its fields, as they would be written in the file.
        shown: what to call it in a refusal.

    Raises:
        EditRefused: every field that does not fit, a line each.
    """
    try:
        return model.model_validate(data)
    except ValidationError as error:
        problems = problems_of(error, YamlSource(shown, dict(data), {}, {}), model)
        raise EditRefused("\n".join(map(str, problems))) from None


def _require_field(field: str, model: type[BaseModel]) -> None:
    if field not in model.model_fields:
        hint = did_you_mean(field, model.model_fields) or f"expected {one_of(model.model_fields)}"
        raise EditRefused(f"there is no field {quoted(field)}; {hint}")


def _with_need_renamed(step: Step, old: str, new: str) -> Step:
    if old == new or all(need.step != old for need in step.needs):
        return step
    needs = tuple(n.model_copy(update={"step": new}) if n.step == old else n for n in step.needs)
    return step.model_copy(update={"needs": needs})


def _without_need(step: Step, needed: str) -> Step:
    if all(need.step != needed for need in step.needs):
        return step
    return step.model_copy(update={"needs": tuple(need for need in step.needs if need.step != needed)})
