"""Options and arguments that cannot be used: told with what was expected, and nothing is written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from runbook_tui.cli.main import main

RUNBOOK = """\
runbook: 1
title: "Rel\u202eease"
steps:
  - {id: deploy, title: "Dep\u202eloy\u200b", kind: deploy, run: "true", verify: "true", rollback: "true"}
  - {id: done, title: Done, kind: note, needs: [{step: deploy, because: "so\u2066"}]}
"""


@pytest.fixture
def runbook(tmp_path: Path) -> Path:
    path = tmp_path / "release.yaml"
    path.write_text(RUNBOOK, encoding="utf-8")
    return path


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What a command says that ends with status 2."""
    try:
        status = main(list(arguments))
    except SystemExit as ended:
        status = int(ended.code or 0)
    captured = capsys.readouterr()
    assert (status, captured.out) == (2, "")
    return captured.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--only", " , "), "--only: ' , ' cannot be used; expected names of services"),
        (("--target", "billing"), "--target: 'billing' cannot be used; expected SERVICE=REF"),
        (("--target", "a=v1", "--target", "a=v2"), "expected one ref for a, which is v1 already"),
        (("--environment", ""), "--environment: '' cannot be used; expected a short name"),
        (("--environment", "a\x1b[1m"), r"--environment: 'a\u{1b}[1m' cannot be used"),
        (("--environment", "x" * 201), "expected a short name such as production"),
        (("--window", "a", "b"), "expected two times with UTC offset"),
        (("--window", "2026-13-01T00:00Z", "2026-12-01T00:00Z"), "expected two times with UTC offset"),
        (("--window", "2026-11-02T00:00Z", "2026-11-01T00:00Z"), "expected an end after its start"),
        (("\x1b[31mx",), "unrecognized arguments: ␛[31mx"),
    ],
)
def test_options_of_plan(
    arguments: tuple[str, ...], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "release.yaml"
    assert said in refused(capsys, "plan", "services.yaml", "-o", str(output), *arguments)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("path", ["", ".", "/"])
@pytest.mark.parametrize(
    "before", [("plan",), ("check",), ("export",), ("explain",), ("run", "--plain"), ("plan", "s.yaml", "-o")]
)
def test_a_file_without_a_name(
    before: tuple[str, ...], path: str, capsys: pytest.CaptureFixture[str]
) -> None:
    after = ("step",) if before == ("explain",) else ()
    assert f"'{path}' names no file" in refused(capsys, *before, path, *after)


@pytest.mark.parametrize(
    ("step", "said"),
    [
        (
            "deplyo",
            "there is no step 'deplyo' in the runbook; expected the id of a step; did you mean 'deploy'?",
        ),
        (
            "\x1b]0;x",
            r"there is no step '\u{1b}]0;x' in the runbook; expected one of deploy, done; check the id",
        ),
    ],
)
def test_explaining_a_step_that_is_not_there(
    step: str, said: str, runbook: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert said in refused(capsys, "explain", str(runbook), step)


def test_check_tells_what_is_wrong_with_all_files(runbook: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = runbook.with_name("other.yaml")
    other.write_text("runbook: 2\n")
    missing = runbook.with_name("missing.yaml")
    told = refused(capsys, "check", str(runbook), str(missing), str(other))
    assert [line.split(": ")[0] for line in told.splitlines()] == [
        str(missing), f"{other}:1:1", f"{other}:1:1", f"{other}:1:10",
    ]  # fmt: skip


@pytest.mark.parametrize("arguments", [("explain", "done"), ("check",)])
def test_json_has_every_character_and_shows_none_that_hides(
    arguments: tuple[str, ...], runbook: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command, *rest = arguments
    main([command, str(runbook), *rest, "--json"])
    printed = capsys.readouterr().out
    assert not {"\u202e", "\u200b", "\u2066"} & set(printed)
    if command == "explain":
        assert "so\u2066" in json.dumps(json.loads(printed), ensure_ascii=False)


def test_text_shows_no_character_that_hides(runbook: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["explain", str(runbook), "deploy"])
    printed = capsys.readouterr().out
    assert "Dep⟪202E⟫loy⟪200B⟫" in printed
