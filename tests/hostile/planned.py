"""Manifests around hostile values, and the commands that planning makes of them, executed by ``runbook run``."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from runbook_tui.runbook.document import RunbookDocument
from tests.hostile.sweep import Sweep


def manifest(
    services: Mapping[str, Mapping[str, object]], variables: Mapping[str, str] | None = None, **more: object
) -> str:
    """A manifest; JSON is YAML too. Services are in the repository ``shop`` unless they say otherwise."""
    whole = {
        "version": 1,
        "system": "shop",
        "variables": dict(variables or {}),
        "services": {
            name: {"owner": "ann", "repository": "shop", "deployed": "v1", "release": "main", **service}
            for name, service in services.items()
        },
        **more,
    }
    return written(whole)


def runbook(*steps: Mapping[str, object], **more: object) -> str:
    """A runbook of these steps; each has an id and a title already when it says none."""
    numbered = [
        {"id": f"step-{number}", "title": f"Step {number}", "kind": "deploy", **step}
        for number, step in enumerate(steps)
    ]
    return written({"runbook": 1, "title": "Release", **more, "steps": numbered})


def written(value: object) -> str:
    """A value as JSON that YAML reads the same: only lone surrogates are escaped, and what JSON escapes itself."""
    text = json.dumps(value, indent=1, ensure_ascii=False)
    return re.sub("[\x7f-\x9f\ud800-\udfff]", lambda found: f"\\u{ord(found[0]):04x}", text)


def commands(path: Path) -> list[str]:
    """Every command of a planned runbook, those that check and roll back included."""
    found: list[str] = []
    for step in RunbookDocument.read(path).runbook.steps:
        for part in (step, step.verify, step.rollback, step.rollback.verify if step.rollback else None):
            if part is not None and part.run is not None:
                found.append(part.run)
    return found


def execute(sweep: Sweep, folder: Path, words: Sequence[str], name: str = "executed") -> tuple[int, str]:
    """Run these commands as the steps of a runbook of their own, in one go."""
    path = folder / f"{name}.yaml"
    path.write_text(runbook(*({"run": word, "directory": "."} for word in words)), encoding="utf-8")
    return sweep.runbook("run", "--plain", "--new", path.name, folder=folder)
