"""``runbook run --plain`` without a terminal: what its options do, and what it leaves to people."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from runbook_tui.cli.main import main
from runbook_tui.execution import mounts, sessions
from runbook_tui.execution.runner import Runner
from runbook_tui.execution.runs import read_run

Write = Callable[..., Path]

GATE = """
- {id: go, title: Go, kind: gate, approve: "May we?"}
- {id: drop, title: Drop, kind: migrate, run: "touch dropped", reversible: false, needs: [{step: go, because: so}]}
"""


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Writes a runbook with these steps; the operator is ann."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("RUNBOOK_OPERATOR", "ann")

    def to_file(steps: str, head: str = "", decisions: str = "") -> Path:
        path = tmp_path / "release.yaml"
        indented = textwrap.indent(textwrap.dedent(steps).strip("\n"), "  ")
        path.write_text(f"runbook: 1\ntitle: R\nenvironment: staging\n{head}steps:\n{indented}\n")
        if decisions:
            (tmp_path / "decisions.yaml").write_text(f"decisions: 1\nsteps:\n{decisions}")
        return path

    return to_file


def run(path: Path, *options: str) -> int:
    """The exit status of a run, with the decisions that are there."""
    file = path.with_name("decisions.yaml")
    decided = ["--decisions", str(file)] if file.exists() else []
    return main(["run", str(path), "--plain", *decided, *options])


def folder_of(path: Path) -> Path:
    """The folder of the only run."""
    (folder,) = path.parent.glob("release.runs/*")
    return folder


def test_several_jobs_run_at_a_time_and_name_their_step_on_each_line(
    write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    meet = "echo here; touch %s; until test -e a -a -e b; do sleep 0.02; done; printf end"
    steps = [f'- {{id: {s}, title: T, kind: deploy, timeout: 20s, run: "{meet % s}"}}' for s in "ab"]
    assert run(write("\n".join(steps)), "--jobs", "2") == 0
    told = capsys.readouterr().out.splitlines()
    for step in "ab":
        assert f"      {step} | here" in told
        assert f"      {step} | end" in told
        assert any(line.startswith(f"      {step}: ok in ") for line in told)


def test_the_runbook_says_how_many_jobs_when_nobody_else_does(write: Write) -> None:
    meet = "touch %s; until test -e a -a -e b; do sleep 0.02; done"
    steps = [f'- {{id: {s}, title: T, kind: deploy, timeout: 20s, run: "{meet % s}"}}' for s in "ab"]
    assert run(write("\n".join(steps), "parallel: 2\n")) == 0


@pytest.mark.parametrize("number", ["0", "101", "-1", "two", "", "²", "1.5"])
def test_a_wrong_number_of_jobs(number: str, write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        run(write(GATE), "--jobs", number)
    assert ended.value.code == 2
    assert "--jobs" in capsys.readouterr().err


def test_who_executes_does_not_approve_beforehand(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(GATE, decisions="  go: {decision: approve, by: ann, because: rehearsed}\n")
    assert run(path) == 2
    told = capsys.readouterr().err
    assert "decisions.yaml:3:3: step 'go' is approved by 'ann', who executes the run" in told
    assert "--break-glass REASON" in told
    assert not (path.parent / "release.runs").exists()


@pytest.mark.parametrize("head", ["approval: {separate: false}\n", "change: {type: standard}\n"])
def test_who_executes_approves_where_the_runbook_allows_it(head: str, write: Write) -> None:
    path = write(GATE, head, "  go: {decision: approve, by: ann, because: rehearsed}\n")
    assert run(path) == 0


def test_two_approvals_beforehand(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    steps = GATE.replace("kind: gate", "kind: gate, approvals: 2")
    path = write(steps, decisions="  go: {decision: approve, by: maria, because: in the channel}\n")
    assert run(path) == 3
    assert "2 different people have to approve go" in capsys.readouterr().out
    path = write(
        steps,
        decisions="  go: {decision: approve, by: maria, because: in the channel, "
        "also: [{by: priya, because: on the phone}]}\n",
    )
    assert run(path) == 0
    approvers = read_run(folder_of(path)).state.statuses["go"].approved_by
    assert approvers == ("maria", "priya")


def test_broken_glass_approves_what_nobody_else_did(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(GATE)
    assert run(path) == 3
    assert run(path, "--break-glass", "production is down") == 0
    assert "approved without a second person: production is down" in capsys.readouterr().out
    assert read_run(folder_of(path)).state.broken_glass == ("production is down",)


def test_broken_glass_leaves_an_approval_that_counts_as_it_is(write: Write) -> None:
    path = write(GATE, decisions="  go: {decision: approve, by: maria, because: in the channel}\n")
    assert run(path, "--break-glass", "just in case") == 0
    assert read_run(folder_of(path)).state.broken_glass == ()


def test_drift_needs_a_person_or_a_reason(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    path = write('- {id: a, title: A, kind: deploy, run: "test -e ok"}')
    assert run(path) == 1
    path.write_text(path.read_text() + "# edited\n")
    (path.parent / "ok").touch()
    path.with_name("decisions.yaml").write_text(
        "decisions: 1\nsteps:\n  a: {decision: retry, by: maria, because: mended}\n"
    )
    assert run(path) == 3
    told = capsys.readouterr().out
    assert "edited since the run began" in told
    assert "--accept-drift REASON" in told
    assert run(path, "--accept-drift", "a comment") == 0
    assert len(read_run(folder_of(path)).state.accepted_drift) == 1


def test_instructions_need_a_person(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    path = write('- {id: a, title: A, kind: deploy, run: "touch a"}')
    assert run(path, "--instructions") == 3
    assert "Run this, and paste what it prints:" in capsys.readouterr().out
    assert not (path.parent / "a").exists()
    assert run(path) == 3  # the run goes on as it began
    assert not (path.parent / "a").exists()


def test_a_run_that_executes_does_not_become_one_of_instructions(
    write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write('- {id: a, title: A, kind: deploy, run: "false"}')
    assert run(path) == 1
    assert run(path, "--instructions") == 2
    assert "--new" in capsys.readouterr().err


@pytest.mark.parametrize(
    "options",
    [
        ["--jobs", "2"],
        ["--break-glass", "x"],
        ["--take-over", "x"],
        ["--accept-drift", "x"],
    ],
)
def test_options_of_line_mode_are_not_passed_over_in_the_app(
    options: list[str], write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", str(write(GATE)), *options]) == 2
    assert f"{options[0]}:" in capsys.readouterr().err


def test_nothing_to_take_over(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(write(GATE), "--take-over", "they are ill") == 2
    assert "an unfinished run" in capsys.readouterr().err


def test_a_run_that_somebody_holds(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(GATE)
    runner = Runner.start(path, operator="maria")
    try:
        assert run(path) == 75
    finally:
        runner.close()
    told = capsys.readouterr().err
    assert "maria executes this run" in told
    assert f"runbook record watch {runner.folder}" in told
    assert "--take-over REASON" in told


def test_a_silent_command_is_told_in_a_line(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    path = write('- {id: a, title: A, kind: deploy, silent_after: 1s, run: "sleep 1.9"}')
    assert run(path) == 0
    assert "nothing printed for 1s, still running" in capsys.readouterr().out


def test_warnings_of_the_place_and_the_login(
    write: Write, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(mounts, "warning", lambda path: f"{path} is on nfs4")
    monkeypatch.setattr(sessions, "logout_warning", lambda: "a logout ends commands")
    run(write(GATE))
    told = capsys.readouterr().err
    assert "is on nfs4" in told
    assert "a logout ends commands" in told


def test_a_record_that_no_place_takes_is_printed(
    write: Write, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from runbook_tui.execution.errors import RecordFailed

    def fail(*_: object, **__: object) -> None:
        raise RecordFailed("no space left", None, '---\nseq: 0\nkind: "run-started"\n...\n')

    monkeypatch.setattr(Runner, "run", fail)
    path = write('- {id: a, title: A, kind: deploy, run: "true"}')
    assert run(path) == 74
    told = capsys.readouterr()
    assert '---\nseq: 0\nkind: "run-started"\n...\n' in told.out
    assert "keep the checkpoints that are printed now" in told.err


def test_stopping_before_what_is_done_stops_nothing(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(
        '- {id: a, title: A, kind: deploy, run: "true"}\n'
        "- {id: b, title: B, kind: deploy, run: touch b, needs: [{step: a, because: x}]}"
    )
    assert run(path, "--until", "b") == 0
    assert run(path, "--until", "a") == 2
    assert "a step that is not done" in capsys.readouterr().err
    assert not (path.parent / "b").exists()
