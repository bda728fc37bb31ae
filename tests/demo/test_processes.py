from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from runbook_tui.demo import processes
from runbook_tui.demo.model import Demo
from runbook_tui.demo.reset import reset
from runbook_tui.files.problems import RunbookError

Tool = Callable[..., "subprocess.CompletedProcess[str]"]


def _pids(demo: Demo) -> list[int]:
    notes = sorted((demo.folder / "deployments").glob("*/process.json"))
    return [json.loads(note.read_text("utf-8"))["pid"] for note in notes]


def _alive(pid: int) -> bool:
    asked = ["ps", "-o", "stat=", "-p", str(pid)]
    state = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()
    return bool(state) and not state.startswith("Z")


def test_services_answer_what_is_deployed(fresh: Demo) -> None:
    assert processes.status(fresh.folder) == fresh.deployed


def test_starting_twice_starts_nothing_more(fresh: Demo) -> None:
    before = _pids(fresh)
    assert processes.start(fresh.folder) == []
    assert _pids(fresh) == before


def test_stop_leaves_nothing_running(fresh: Demo) -> None:
    pids = _pids(fresh)
    assert len(pids) == 8
    assert all(_alive(pid) for pid in pids)
    assert sorted(processes.stop(fresh.folder)) == sorted(fresh.deployed)
    assert not any(_alive(pid) for pid in pids)
    assert processes.stop(fresh.folder) == []
    assert processes.status(fresh.folder) == dict.fromkeys(fresh.deployed)


def test_a_process_that_is_not_ours_is_left_alone(fresh: Demo) -> None:
    processes.stop(fresh.folder)
    stranger = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE)
    try:
        note = fresh.folder / "deployments" / "search" / "process.json"
        note.write_text(json.dumps({"pid": stranger.pid, "started": "of an earlier one"}), "utf-8")
        assert processes.stop(fresh.folder) == []
        assert stranger.poll() is None
    finally:
        stranger.communicate()


def test_deploy_replaces_the_process_and_rollback_brings_it_back(fresh: Demo, tool: Tool) -> None:
    before = _pids(fresh)
    assert tool("deploy", "search", "v1.4.0").returncode == 0
    assert processes.status(fresh.folder)["search"] == "v1.4.0"
    current = (fresh.folder / "deployments" / "search" / "current").readlink()
    assert (current.parent, len(current.name)) == (Path(), 40)
    assert len(set(before) - set(_pids(fresh))) == 1
    assert tool("rollback", "search", "v1.5.0").returncode == 0
    assert tool("verify", "search", "v1.5.0").stdout == "search v1.5.0 is healthy\n"


def test_a_commit_that_cannot_start_is_told_with_its_log(fresh: Demo, tool: Tool) -> None:
    exported = fresh.folder / "deployments" / "gateway"
    target = (exported / "current").resolve()
    main = target / "gateway" / "__main__.py"
    good = main.read_text("utf-8")
    main.write_text("raise SystemExit('no configuration')\n", "utf-8")
    try:
        failed = tool("deploy", "gateway", "v1.11.0")
    finally:
        main.write_text(good, "utf-8")
    assert failed.returncode == 1
    assert "gateway ended with status 1" in failed.stderr
    assert "no configuration" in failed.stderr


def test_preflight_says_what_is_wrong_and_changes_nothing(fresh: Demo, tool: Tool) -> None:
    assert tool("preflight", "catalog", "v1.9.0").returncode == 0
    unknown = tool("preflight", "catalog", "v9.9.9")
    assert (unknown.returncode, "v9.9.9" in unknown.stderr) == (1, True)
    assert processes.status(fresh.folder) == fresh.deployed


def test_reset_restores_databases_and_deployments(fresh: Demo, tool: Tool) -> None:
    assert tool("migrate", "users", "v1.9.0", "000006").returncode == 0
    assert tool("deploy", "users", "v1.9.0").returncode == 0
    assert tool("announce", "begins").returncode == 0
    reset(fresh.folder)
    assert processes.status(fresh.folder) == dict.fromkeys(fresh.deployed)
    processes.start(fresh.folder)
    assert processes.status(fresh.folder) == fresh.deployed
    assert tool("verify", "users", "v1.8.0").returncode == 0
    assert "000004" in tool("database", "revision", "users-db").stdout
    assert not (fresh.folder / "announcements.log").exists()


def test_a_folder_without_an_example_is_refused(tmp_path: Path) -> None:
    for action in (processes.start, processes.stop, processes.status, reset):
        with pytest.raises(RunbookError, match="has no example in it"):
            action(tmp_path)
    assert not list(tmp_path.iterdir())
