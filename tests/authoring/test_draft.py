"""Planning into a runbook file, and again: what was asked for once is not forgotten."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from runbook_tui.authoring.draft import Request, derived_path, draft, replan, write
from runbook_tui.files.problems import RunbookError
from runbook_tui.runbook.document import RunbookDocument
from runbook_tui.runbook.model import Runbook, Window

Commit = Callable[[str, str, Mapping[str, str]], None]

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


def contents(folder: Path) -> dict[str, str | None]:
    """What is in a folder beside the repositories."""
    return {
        entry.name: entry.read_text("utf-8") if entry.is_file() else None
        for entry in folder.iterdir()
        if not (entry / ".git").exists()
    }


def test_nothing_is_written_where_only_one_of_the_two_files_could_be(manifest: Path, path: Path) -> None:
    drafted = draft(Request(manifest), path)
    derived_path(path).mkdir()
    before = contents(path.parent)
    for act in (lambda: write(drafted, path), lambda: draft(Request(manifest), path)):
        with pytest.raises(RunbookError, match=r"\.shop\.derived\.yaml: this is a folder"):
            act()
    assert contents(path.parent) == before


def test_the_manifest_is_not_the_place_of_the_runbook(manifest: Path) -> None:
    before = contents(manifest.parent)
    manifest.with_name("link.yaml").symlink_to(manifest)
    for path in (manifest, manifest.with_name("link.yaml")):
        with pytest.raises(RunbookError, match="this is the manifest; name another file for the runbook"):
            draft(Request(manifest), path)
    manifest.with_name("link.yaml").unlink()
    assert contents(manifest.parent) == before


def test_a_broken_last_derivation_is_told_with_what_it_is_for(manifest: Path, path: Path) -> None:
    planned(Request(manifest), path)
    derived_path(path).write_text("nonsense")
    before = contents(path.parent)
    with pytest.raises(RunbookError, match="restore it, or remove it") as caught:
        write(draft(Request(manifest), path), path)
    assert str(caught.value).startswith(f"{derived_path(path)}:1:1: the file holds the text 'nonsense'")
    assert contents(path.parent) == before


MIGRATIONS = """    datastores: [{name: db, access: owner, engine: postgres}]
    migrations: {path: migrations, datastore: db, tool: alembic}
"""


def test_every_migration_that_its_tool_cannot_load_is_told_with_its_line(
    manifest: Path, path: Path, commit: Commit
) -> None:
    manifest.write_text(manifest.read_text("utf-8") + MIGRATIONS, "utf-8")
    commit("cart", "v1", {"migrations/a.py": "revision = 'a'\ndown_revision = None\n"})
    commit(
        "cart",
        "v2",
        {
            "migrations/b.py": "revision = 'b'\ndown_revision = 'a'\ndef upgrade(:\n    pass\n",
            "migrations/c.py": "revision = 'c'\ndown_revision = 'b'\ndef upgrade():\n    pass\n  pass\n",
        },
    )
    before = contents(path.parent)
    with pytest.raises(RunbookError) as caught:
        draft(Request(manifest), path)
    cart = manifest.parent / "cart" / "migrations"
    told = str(caught.value).splitlines()
    what = "this migration, as it is at v2, cannot be read: it is not Python of this version: "
    assert [line.partition(what)[0] for line in told] == [f"{cart}/b.py:3: ", f"{cart}/c.py:5: "]
    assert all(line.endswith("; mend the file; the tool cannot load it") for line in told)
    assert contents(path.parent) == before
    answer = "{phase: expand, by: ann, because: it only adds a table}"
    manifest.with_name("services.answers.yaml").write_text(
        f"answers: 1\nmigrations:\n  cart/b: {answer}\n  cart/c: {answer}\n", "utf-8"
    )
    assert draft(Request(manifest), path).plan.runbook is not None
