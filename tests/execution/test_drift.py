"""What moved since a run began stops it, until somebody accepts it with a reason."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from runbook_tui.execution.errors import Drifted, NotAllowed
from runbook_tui.execution.model import State
from runbook_tui.execution.record import read_record
from runbook_tui.execution.runner import Runner

if TYPE_CHECKING:
    from tests.execution.conftest import StartRun, Track

STEPS = """
- id: expand
  title: Expand
  kind: migrate
  service: billing
  run: 'true'
  migration: {datastore: db, tool: alembic, revision: "1", path: migrations/0001.sql}
- {id: gate, title: Gate, kind: gate, approve: Go?}
- {id: note, title: Note, kind: note, run: 'true'}
"""


def git(folder: Path, *arguments: str) -> str:
    environment = {
        **os.environ,
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        **{
            f"GIT_{who}_{what}": "x@example.org"
            for who in ("AUTHOR", "COMMITTER")
            for what in ("NAME", "EMAIL")
        },
    }
    done = subprocess.run(
        ["git", "-C", folder, *arguments], check=True, env=environment, capture_output=True, text=True
    )
    return done.stdout.strip()


def commit(repository: Path, name: str) -> str:
    path = repository / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(name)
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", name)
    return git(repository, "rev-parse", "HEAD")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    path = tmp_path / "billing"
    path.mkdir()
    git(path, "init", "-q", "-b", "main")
    commit(path, "base")
    return path


@pytest.fixture
def run(start: StartRun, repository: Path) -> Runner:
    base = git(repository, "rev-parse", "HEAD")
    target = commit(repository, "migrations/0001.sql")
    git(repository, "tag", "-am", "v2", "v2")
    released = f"{{base: {base}, target: {target}, version: v2, repository: billing}}"
    return start(STEPS, f"release:\n  billing: {released}\n")


def test_nothing_moved(run: Runner) -> None:
    assert run.drift() == run.drift("expand") == ()
    assert run.run("expand").state is State.SUCCEEDED


def test_a_branch_that_moved_with_a_migration_that_nobody_planned(run: Runner, repository: Path) -> None:
    commit(repository, "migrations/0002.sql")
    found = run.drift("expand")
    assert len(found) == 2
    assert "was checked out when the run began" in found[0]
    assert found[1].startswith("billing: main named the target ")
    assert found[1].endswith("now, with migrations that are in no step: migrations/0002.sql")
    with pytest.raises(Drifted) as raised:
        run.run("expand")
    assert raised.value.drifts == found
    assert run.state.statuses["expand"].state is State.PENDING
    assert run.run("note").state is State.SUCCEEDED, "a step of no service is not concerned"
    with pytest.raises(Drifted):
        run.approve("gate", by="bea", note="x")


def test_what_is_accepted_counts_until_it_moves_again(run: Runner, repository: Path, track: Track) -> None:
    commit(repository, "more")
    with pytest.raises(NotAllowed, match="needs a reason"):
        run.accept_drift("")
    accepted = run.accept_drift("a change of the documentation")
    assert len(accepted) == 2
    assert run.drift() == ()
    run.close()
    again = track(Runner.resume(run.folder))
    assert again.run("expand").state is State.SUCCEEDED
    said = next(p for p in read_record(run.folder).checkpoints if p.kind == "drift-accepted")
    assert tuple(said.values["drift"]) == accepted  # type: ignore[arg-type]
    commit(repository, "even-more")
    with pytest.raises(Drifted):
        again.approve("gate", by="bea", note="x")
    with pytest.raises(NotAllowed, match="nothing moved"):
        git(repository, "reset", "-q", "--hard", "HEAD~2")
        again.accept_drift("back")


def test_a_tag_that_is_gone_and_a_repository_that_is_gone(run: Runner, repository: Path) -> None:
    git(repository, "tag", "-d", "v2")
    (said,) = run.drift()
    assert said.startswith("billing: v2 named the target ") and said.endswith(" and is gone")
    repository.rename(repository.with_name("elsewhere"))
    assert "its repository cannot be read any more" in run.drift()[0]


def test_checking_out_what_is_released_is_no_drift_and_what_ran_before_is(
    start: StartRun, repository: Path
) -> None:
    base = git(repository, "rev-parse", "HEAD")
    target = commit(repository, "migrations/0001.sql")
    git(repository, "checkout", "-q", base)
    released = f"{{base: {base}, target: {target}, version: v2, repository: billing}}"
    runner = start(STEPS, f"release:\n  billing: {released}\n")
    assert runner.drift() == ()
    git(repository, "checkout", "-q", target)
    assert runner.drift() == ()
    runner = start(STEPS, f"release:\n  billing: {released}\n")
    git(repository, "checkout", "-q", base)
    (said,) = runner.drift("expand")
    assert said.startswith(f"billing: {target[:12]} was checked out when the run began, {base[:12]} is now")


def test_a_repository_that_could_not_be_read_at_the_beginning_is_not_compared(start: StartRun) -> None:
    sha = "1" * 40
    head = f"release:\n  billing: {{base: {sha}, target: --output=pwned, version: v2, repository: billing}}\n"
    runner = start(STEPS, head)
    assert runner.drift() == ()


def test_a_target_is_never_an_option_of_git(start: StartRun, repository: Path, tmp_path: Path) -> None:
    sha = git(repository, "rev-parse", "HEAD")
    option = f"--output={tmp_path / 'pwned'}"
    head = f"release:\n  billing: {{base: {sha}, target: '{option}', version: v2, repository: billing}}\n"
    runner = start(STEPS, head)
    commit(repository, "migrations/0002.sql")
    assert runner.drift("expand")
    assert not (tmp_path / "pwned").exists()
