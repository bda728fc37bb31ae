"""The JSON Schema of the runbook file, for editors."""

from __future__ import annotations

from typing import Any

from runbook_tui.runbook.duration import format_duration
from runbook_tui.runbook.model import Runbook

_SHORT_FORMS = {
    "Step": {"verify": "a command", "rollback": "a command", "http": "the URL of a GET"},
    "Check": {"http": "the URL of a GET"},
    "Rollback": {"verify": "a command", "http": "the URL of a GET"},
}


def runbook_schema() -> dict[str, Any]:
    """JSON Schema, draft 2020-12, of ``runbook: 1`` as it is written in files, short forms included.

    What needs more than one field to see (unknown steps, cycles, order) is not in it;
    :func:`runbook_tui.runbook.validation.semantic_problems` finds that.
    """
    schema = Runbook.model_json_schema()
    definitions = schema["$defs"]
    for name, fields in _SHORT_FORMS.items():
        for field, meaning in fields.items():
            definitions[name]["properties"][field]["anyOf"].insert(
                1, {"type": "string", "description": meaning}
            )
    for name in ("every", "timeout"):
        check = definitions["Check"]["properties"][name]
        check["default"] = format_duration(check["default"])
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
