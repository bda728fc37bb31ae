"""The habits of Rails: which files are migrations, folders, order, commands, declared phases."""

from __future__ import annotations

import pytest

from runbook_tui.migrations.model import Level, Phase
from runbook_tui.migrations.tools.rails import Rails
from tests.migrations.conftest import ruby
from tests.migrations.judged import C, E, Judge, M, Pend


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("db/migrate/20260101000000_add_x.rb", True),
        ("db/migrate/001_add_x.rb", True),
        ("db/migrate/20260101000000_add_x.shop.rb", True),
        ("db/migrate/20260101000000_AddX.rb", False),
        ("db/migrate/add_x.rb", False),
        ("db/migrate/20260101000000_add_x.py", False),
    ],
)
def test_a_migration_is_known_by_its_name(path: str, expected: bool) -> None:
    assert Rails().recognises(path, b"class AddX < ActiveRecord::Migration[7.1]") is expected
    assert not Rails().recognises(path, b"class AddX\nend")


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        (["db/migrate/1_a.rb"], ("db/migrate",)),
        (["db/migrate/1_a.rb", "db/post_migrate/2_b.rb"], ("db",)),
        (["db/migrate/2026/1_a.rb"], ("db/migrate",)),
        (["db/animals_migrate/1_a.rb", "db/migrate/1_a.rb"], ("db/animals_migrate", "db/migrate")),
        (["engines/shop/db/migrate/1_a.rb", "db/migrate/1_a.rb"], ("db/migrate", "engines/shop/db/migrate")),
        (["ee/db/geo/migrate/1_a.rb", "ee/db/geo/post_migrate/2_a.rb", "db/old/1_a.rb"], ("ee/db/geo",)),
        (["changes/1_a.rb"], ("changes",)),
    ],
)
def test_the_folders_of_a_repository(paths: list[str], expected: tuple[str, ...]) -> None:
    assert Rails().folders(paths, paths) == expected


def test_post_migrate_is_of_the_same_history_and_waits_for_the_deploy(pend: Pend) -> None:
    files = {
        "db/migrate/20260101000000_a.rb": ruby("create_table :a").replace("Next", "A"),
        "db/post_migrate/20260102000000_b.rb": ruby("drop_table :orders").replace("Next", "B"),
        "db/post_migrate/20260103000000_c.rb": ruby("Order.update_all(note: 'x')").replace("Next", "C"),
        "db/migrate/20260104000000_d.rb": ruby("add_column :a, :b, :string").replace("Next", "D"),
        "db/seeds/20260105000000_e.rb": ruby("drop_table :a").replace("Next", "E"),
    }
    found = pend({}, files, tool="rails").pending
    assert [(item.id[:8], item.declared, item.phase) for item in found] == [
        ("20260101", None, E),
        ("20260102", C, C),
        ("20260103", M, M),
        ("20260104", None, E),
    ]


@pytest.mark.parametrize(("folder", "told"), [("post_migrate", False), ("migrate", True)])
def test_post_migrate_keeps_nothing_waiting(pend: Pend, folder: str, *, told: bool) -> None:
    files = {
        f"db/{folder}/20260102000000_b.rb": ruby("drop_table :orders").replace("Next", "B"),
        "db/migrate/20260104000000_d.rb": ruby("create_table :d").replace("Next", "D"),
    }
    found = pend({}, files, tool="rails").findings
    assert any(finding.rule == "contract-before-expand" for finding in found) is told


@pytest.mark.parametrize(
    ("tag", "phase"), [("tag :predeploy", Phase.EXPAND), ("tag :postdeploy", Phase.CONTRACT), ("", None)]
)
def test_a_tag_declares_the_phase(rails: Judge, tag: str, phase: Phase | None) -> None:
    assert rails("remove_column :orders, :note", head=tag).declared is phase


@pytest.mark.parametrize(
    ("folder", "suffix"), [("db/migrate", ""), ("db/animals_migrate", ":animals"), ("db/post_migrate", "")]
)
def test_commands_name_one_migration(pend: Pend, folder: str, suffix: str) -> None:
    files = {f"{folder}/20260101000000_next.rb": ruby("create_table :a")}
    (found,) = pend({}, files, tool="rails", folder=folder).pending
    assert found.command == f"bin/rails db:migrate:up{suffix} VERSION=20260101000000"
    assert found.command_down == f"bin/rails db:migrate:down{suffix} VERSION=20260101000000"


def test_names_that_rails_refuses(pend: Pend) -> None:
    files = {
        "db/migrate/1_add_x.rb": ruby("say 1"),
        "db/migrate/2_add_x.rb": ruby("say 1"),
        "db/migrate/3_AddY.rb": ruby("say 1"),
        "db/migrate/002_add_z.rb": ruby("say 1"),
    }
    found = pend({}, files, tool="rails", folder="db/migrate").findings
    assert {(item.rule, item.path) for item in found if item.level is Level.ERROR} == {
        ("duplicate-name", "db/migrate/2_add_x.rb"),
        ("not-a-migration", "db/migrate/3_AddY.rb"),
        ("duplicate-id", "db/migrate/2_add_x.rb"),
    }
