"""Planning into a runbook file, and again: what was asked for once is not forgotten."""

from __future__ import annotations

from pathlib import Path

import pytest

from runbook_tui.authoring.draft import Request, draft, replan, write
from runbook_tui.runbook.document import RunbookDocument
from runbook_tui.runbook.model import Runbook, Window

WINDOW = Window(start="2026-11-24T09:30+01:00", end="2026-11-24T12:00+01:00")


@pytest.fixture
def path(manifest: Path) -> Path:
    """Where the runbook will be."""
    return manifest.with_name("shop.yaml")


def planned(request: Request, path: Path) -> Runbook:
    return write(draft(request, path), path).document.runbook


def test_title_window_and_environment_outlive_a_plan_that_does_not_name_them(
    manifest: Path, path: Path
) -> None:
    planned(Request(manifest, environment="staging", title="Week 47", window=WINDOW), path)
    again = planned(Request(manifest), path)
    assert (again.title, again.window, again.environment) == ("Week 47", WINDOW, "staging")
    assert again.step("deploy-cart").run == "deploy cart to staging"
    renamed = planned(Request(manifest, title="Week 48", environment="production"), path)
    assert (renamed.title, renamed.window, renamed.environment) == ("Week 48", WINDOW, "production")
    assert renamed.step("deploy-cart").run == "deploy cart to production"


def test_an_environment_changed_in_the_file_is_the_one_that_is_planned_for(
    manifest: Path, path: Path
) -> None:
    planned(Request(manifest, environment="staging"), path)
    path.write_text(path.read_text("utf-8").replace("environment: staging", "environment: lab"), "utf-8")
    merge = write(draft(Request(manifest), path), path).merge
    assert merge is not None
    assert merge.conflicts == ()
    assert RunbookDocument.read(path).runbook.step("deploy-cart").run == "deploy cart to lab"


def test_planning_again_from_the_runbook_keeps_to_the_services_and_refs_that_were_asked_for(
    manifest: Path, path: Path
) -> None:
    planned(Request(manifest, only=frozenset({"cart"}), targets={"cart": "v2"}, title="Cart only"), path)
    again = replan(path).document.runbook
    assert set(again.release) == {"cart"}
    assert again.title == "Cart only"
    assert again.selection is not None
    assert (again.selection.only, again.selection.targets) == (("cart",), {"cart": "v2"})


def test_a_plan_for_other_services_has_a_title_of_its_own(manifest: Path, path: Path) -> None:
    planned(Request(manifest, only=frozenset({"cart"}), title="Cart only"), path)
    whole = planned(Request(manifest), path)
    assert set(whole.release) == {"billing", "cart"}
    assert (whole.title, whole.selection) == ("shop release", None)
