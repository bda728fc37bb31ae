"""The schema says what the reader takes."""

from __future__ import annotations

import json

from runbook_tui.runbook.model import Actionable, Check, Kind, Rollback, Runbook, Step
from runbook_tui.runbook.plain import STEP_ORDER, TOP_ORDER
from runbook_tui.runbook.schema import runbook_schema


def test_the_schema_is_json_and_has_the_short_forms() -> None:
    schema = json.loads(json.dumps(runbook_schema()))
    assert schema["additionalProperties"] is False and set(schema["required"]) == {
        "runbook",
        "title",
        "steps",
    }
    assert schema["properties"]["runbook"]["const"] == 1
    step = schema["$defs"]["Step"]["properties"]
    assert {"type": "string", "description": "a command"} in step["verify"]["anyOf"]
    assert schema["$defs"]["Check"]["properties"]["timeout"]["default"] == "30s"


def test_the_short_forms_are_read() -> None:
    step = Step.model_validate(
        {"id": "a", "title": "A", "kind": Kind.NOTE, "http": "http://x", "verify": "true", "rollback": "undo"}
    )
    assert step.http is not None and step.http.url == "http://x"
    assert step.verify == Check.model_validate({"run": "true"})
    assert step.rollback == Rollback.model_validate({"run": "undo"})


def test_every_field_has_a_place_in_the_file() -> None:
    assert sorted(TOP_ORDER) == sorted(Runbook.model_fields)
    assert sorted(STEP_ORDER) == sorted(Step.model_fields)
    assert set(Actionable.model_fields) <= set(STEP_ORDER)
