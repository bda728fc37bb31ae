from __future__ import annotations

import importlib.util
import socket
from collections.abc import Callable
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest

from runbook_tui.demo import processes
from runbook_tui.demo.build import build
from runbook_tui.demo.model import NOTE, Demo, load
from runbook_tui.files.problems import RunbookError

REFS = ("for-each-ref", "--format=%(objectname) %(refname)")


@pytest.fixture(scope="module")
def second(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """Another build, without databases and processes."""
    return build(tmp_path_factory.mktemp("second"), databases=False)


def test_every_build_has_the_same_commits(demo: Demo, second: Demo, git: Callable[..., str]) -> None:
    for service in demo.released:
        assert git(service, *REFS) == git(service, *REFS, folder=second.folder), service


def test_repositories_are_sound_and_clean(demo: Demo, git: Callable[..., str]) -> None:
    for service in demo.released:
        assert git(service, "fsck", "--strict") == "", service
        assert git(service, "status", "--porcelain") == "", service
        assert git(service, "symbolic-ref", "HEAD") == "refs/heads/main"


def test_without_databases_nothing_runs(second: Demo) -> None:
    assert set(second.missing) == {
        *second.released,
        "users-db",
        "orders-db",
        "billing-db",
        "catalog-db",
        "notifications-db",
    }
    assert processes.status(second.folder) == dict.fromkeys(second.released)
    assert not list((second.folder / "databases").iterdir())


def test_a_built_folder_is_found_again(demo: Demo, tmp_path: Path) -> None:
    assert load(demo.folder) == demo
    assert load(tmp_path) is None
    (tmp_path / NOTE).write_text('{"complete": false}', "utf-8")
    assert load(tmp_path) is None


@pytest.mark.parametrize("content", ["file", "folder"])
def test_a_folder_with_something_else_is_refused(tmp_path: Path, content: str) -> None:
    mine = tmp_path / "thesis.md"
    mine.mkdir() if content == "folder" else mine.write_text("mine", "utf-8")
    with pytest.raises(RunbookError, match="is in use for something else"):
        build(tmp_path, databases=False)
    assert list(tmp_path.iterdir()) == [mine]


def test_building_again_keeps_what_people_wrote(tmp_path: Path, git: Callable[..., str]) -> None:
    first = build(tmp_path, databases=False)
    first.runbook.write_text("mine", "utf-8")
    (tmp_path / "repositories" / "users" / "stray").write_text("", "utf-8")
    again = build(tmp_path, databases=False)
    assert again.runbook.read_text("utf-8") == "mine"
    assert git("users", "status", "--porcelain", folder=tmp_path) == ""


def test_the_first_port_can_be_chosen_and_has_to_be_free(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with pytest.raises(RunbookError, match=f"port {port} is in use"):
            build(tmp_path / "taken", databases=False, first_port=port - 3)
    assert not list((tmp_path / "taken").glob("repositories/*"))


def test_without_alembic_the_rest_is_built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = importlib.util.find_spec

    def find_spec(name: str, package: str | None = None) -> ModuleSpec | None:
        return None if name == "alembic" else real(name, package)

    monkeypatch.setattr(importlib.util, "find_spec", find_spec)
    with pytest.raises(RunbookError, match="orders, billing cannot be made: alembic is not installed"):
        build(tmp_path / "all", databases=True)
    partly = build(tmp_path / "partly")
    try:
        answered = processes.status(partly.folder)
    finally:
        processes.stop(partly.folder)
    assert set(partly.missing) == {"orders", "orders-db", "billing", "billing-db"}
    assert {name for name, version in answered.items() if version is None} == {"orders", "billing"}
