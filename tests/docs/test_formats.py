"""The pages on the file formats name every key, and their examples can be read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from runbook_tui.catalog import model as catalog
from runbook_tui.catalog.manifest import read_manifest
from runbook_tui.cli.decisions import Decision, read_decisions
from runbook_tui.execution.framing import decode
from runbook_tui.execution.model import State
from runbook_tui.execution.transitions import OF_MANY, OF_RUN, OF_STEP
from runbook_tui.rendering.views import views
from runbook_tui.runbook import model as runbook
from runbook_tui.runbook import policy
from runbook_tui.runbook.document import RunbookDocument
from runbook_tui.runbook.lint import lint
from runbook_tui.tui.actions import EVERYWHERE, RUN
from runbook_tui.tui.status import LOOKS, READY

_OF_MANIFEST = (
    catalog.Manifest,
    catalog.Service,
    catalog.Commands,
    catalog.CommandCheck,
    catalog.Datastore,
    catalog.DatastoreUse,
    catalog.Api,
    catalog.MigrationSource,
)
_OF_RUNBOOK = (
    runbook.Runbook,
    runbook.ServiceRelease,
    runbook.Step,
    runbook.Check,
    runbook.Rollback,
    runbook.Need,
    policy.Change,
    policy.ApprovalPolicy,
    policy.Retry,
    policy.SecretSource,
    runbook.MigrationNote,
    runbook.OpenQuestion,
    runbook.Remark,
    runbook.Window,
    runbook.Selection,
    runbook.Http,
    runbook.Sql,
)
BARE = """
runbook: 1
title: Bare
window: {start: 2026-11-24T09:30+01:00, end: 2026-11-24T09:31+01:00}
release:
  billing: {base: a, target: b, version: "1"}
questions: [{id: q, text: Who?}]
steps:
  - {id: deploy, title: TODO, kind: deploy, run: "x {{ y }}", service: biling}
  - {id: migrate, title: Migrate, kind: migrate, run: x, owner: ann, approvers: [ann], estimate: 2m}
  - {id: fill, title: Fill, kind: backfill, run: x, reversible: false}
"""
"""A runbook in which nearly everything is missing."""


@pytest.mark.parametrize("model", _OF_MANIFEST, ids=lambda model: model.__name__)
def test_the_page_on_the_manifest_names_every_key(model: type[BaseModel], pages: dict[str, str]) -> None:
    assert _not_named(model, pages["docs/manifest.md"]) == []


@pytest.mark.parametrize("model", _OF_RUNBOOK, ids=lambda model: model.__name__)
def test_the_page_on_the_runbook_names_every_key(model: type[BaseModel], pages: dict[str, str]) -> None:
    assert _not_named(model, pages["docs/runbook-file.md"]) == []


def test_the_page_on_the_runbook_names_every_check(pages: dict[str, str]) -> None:
    empty = "runbook: 1\ntitle: Empty\nsteps: []\n"
    found = {
        finding.rule for text in (BARE, empty) for finding in lint(RunbookDocument.parse(text, "bare.yaml"))
    }
    assert len(found) > 10
    assert {rule for rule in found if f"`{rule}`" not in pages["docs/runbook-file.md"]} == set()


def test_the_manifest_of_the_page_is_one(pages: dict[str, str], tmp_path: Path) -> None:
    examples = _yaml(pages["docs/manifest.md"])
    (tmp_path / "services.yaml").write_text(next(text for text in examples if text.startswith("version: 1")))
    assert set(read_manifest(tmp_path / "services.yaml").manifest.services) == {"orders", "inventory"}


def test_the_step_of_the_page_is_one(pages: dict[str, str]) -> None:
    step = next(text for text in _yaml(pages["docs/runbook-file.md"]) if "id: warm-caches" in text)
    needed = "  - {id: deploy-billing, title: Deploy, kind: deploy, confirm: Deploy it}\n"
    document = RunbookDocument.parse(f"runbook: 1\ntitle: Release\nsteps:\n{needed}{step}", "release.yaml")
    assert document.runbook.steps[1].id == "warm-caches"


def test_the_decisions_of_the_page_are_some(pages: dict[str, str], tmp_path: Path) -> None:
    text = next(text for text in _yaml(pages["docs/execution.md"]) if text.startswith("decisions: 1"))
    (tmp_path / "decisions.yaml").write_text(text)
    gate = "{id: gate-go-no-go, title: Go or no-go, kind: gate, approve: Go?}"
    look = "{id: verify-release, title: Look at it, kind: verify, confirm: Is all well?}"
    release = RunbookDocument.parse(f"runbook: 1\ntitle: Release\nsteps: [{gate}, {look}]\n", "release.yaml")
    assert set(read_decisions(tmp_path / "decisions.yaml", release.runbook)) == {
        "gate-go-no-go",
        "verify-release",
    }
    choices = Decision.model_json_schema()["properties"]["decision"]["enum"]
    assert all(f"`{choice}`" in pages["docs/execution.md"] for choice in choices)


def test_the_checkpoint_of_the_page_has_the_right_checksum(pages: dict[str, str]) -> None:
    text = next(text for text in _yaml(pages["docs/execution.md"]) if text.startswith("---"))
    assert decode(text.encode()).kind == "action-finished"


def test_the_page_on_executing_has_every_state_with_its_sign(pages: dict[str, str]) -> None:
    rows = dict(re.findall(r"^\| ([a-z ]+) \| `(.)` \|", pages["docs/execution.md"], re.MULTILINE))
    states = {state.value.replace("_", " "): LOOKS[state].sign for state in State}
    assert rows == {**states, "ready": READY.sign}


def test_the_page_on_executing_has_every_verb_with_its_key(pages: dict[str, str]) -> None:
    rows = dict(
        re.findall(r"^\| `([^`]+)`[^|]* \| (\w[\w …]*?) \|", pages["docs/execution.md"], re.MULTILINE)
    )
    looking = {*(action.id for action in EVERYWHERE), "current", "zoom", "copy"}
    verbs = {action.shown_key: action.description for action in RUN if action.id not in looking}
    assert {key: rows.get(key) for key in verbs} == verbs


def test_the_page_on_executing_has_every_kind_of_checkpoint(pages: dict[str, str]) -> None:
    others = {"note", "stop-requested", "recovered", "accepted-shorter", "continued-from", "version-set"}
    kinds = {*OF_RUN, *OF_STEP, *OF_MANY, *others, "taken-over", "redacted"}
    assert {kind for kind in kinds if f"`{kind}`" not in pages["docs/execution.md"]} == set()


def test_the_page_on_templates_has_every_name(pages: dict[str, str]) -> None:
    names = views(RunbookDocument.parse(BARE, "bare.yaml").runbook)
    page = pages["docs/templates.md"]
    assert {name for name in names if f"`{name}`" not in page} == set()
    own = names["steps"][0].keys() - runbook.Step.model_fields.keys()
    assert {name for name in own if f"`{name}`" not in page} == set()


def _not_named(model: type[BaseModel], page: str) -> list[str]:
    return [name for name in model.model_fields if not re.search(rf"`{name}(: [\w-]+)?`", page)]


def _yaml(page: str) -> list[str]:
    return re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
