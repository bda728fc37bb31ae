"""The entry point: help, versions, unknown commands, errors as exit statuses."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from runbook_tui import __version__
from runbook_tui.cli.main import COMMANDS, main


def test_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    listed = capsys.readouterr().out
    assert all(f"  {name} " in listed for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([name, "--help"])
    assert ended.value.code == 0
    assert f"usage: runbook {name}" in capsys.readouterr().out


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"runbook-tui {__version__}\n"


def test_unknown_command_suggests_the_close_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["exprot"]) == 2
    assert "did you mean export?" in capsys.readouterr().err


def test_module_is_the_same_program() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "runbook_tui", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout == f"runbook-tui {__version__}\n"


def test_help_loads_nothing_heavy() -> None:
    heavy = {"pydantic", "ruamel", "jinja2", "git", "sqlglot", "textual", "asyncio", "rich", "argparse"}
    code = (
        "import sys\n"
        "from runbook_tui.cli.main import main\n"
        "main(['--help'])\n"
        "print(sorted(name for name in sys.modules if '.' not in name), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not heavy & set(eval(done.stderr))


@pytest.mark.parametrize("command", ["plan", "open", "run", "check", "export"])
def test_a_file_that_is_not_there(command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    missing = tmp_path / "nothing.yaml"
    plain = ["--plain"] if command == "run" else []
    assert main([command, str(missing), *plain]) == 2
    error = capsys.readouterr().err
    assert "Traceback" not in error
    assert list(tmp_path.iterdir()) == []


def _ended(arguments: list[str], output: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """The command, its standard output going to a shell's ``output``."""
    command = [sys.executable, "-m", "runbook_tui", *arguments]
    script = f'"$@" {output}; exit ${{PIPESTATUS[0]}}'
    return subprocess.run(
        ["bash", "-c", script, "bash", *command],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **variables},
    )


def test_output_that_nobody_reads_is_not_done(tmp_path: Path) -> None:
    done = _ended(["--help"], "| (exec <&-; sleep 0.5)")
    assert (done.returncode, done.stderr) == (141, "")
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("runbook: 2\n")
    done = _ended(["check", str(wrong)], "2>&1 | (exec <&-; sleep 0.5)")
    assert (done.returncode, done.stderr) == (2, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_output_that_cannot_be_written() -> None:
    done = _ended(["schema", "runbook"], "> /dev/full")
    assert done.returncode == 74
    assert (
        done.stderr == "the output cannot be written (No space left on device); make room, and run it again\n"
    )


def test_a_terminal_without_arrows_is_no_bug(tmp_path: Path) -> None:
    runbook = tmp_path / "release.yaml"
    runbook.write_text('runbook: 1\ntitle: T\nsteps: [{id: a, title: "v1 → v2", kind: note}]\n', "utf-8")
    done = _ended(["explain", str(runbook), "a"], "", PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (0, "")
    assert "v1 \\u2192 v2" in done.stdout


def test_bugs_are_told_apart(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def broken(_: object) -> int:
        raise ZeroDivisionError

    monkeypatch.setattr("runbook_tui.cli.schema.run", broken)
    assert main(["schema", "manifest"]) == 70
    error = capsys.readouterr().err
    assert "ZeroDivisionError" in error
    assert "This is a bug in runbook-tui" in error


@pytest.mark.parametrize(
    ("option", "value", "expected"),
    [
        ("--target", "billing", "SERVICE=REF"),
        ("--target", "=main", "SERVICE=REF"),
        ("--only", ",", "names of services"),
        ("--window", "tomorrow noon", "2026-11-24T09:30+01:00"),
    ],
)
def test_values_of_options(
    option: str, value: str, expected: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["plan", str(tmp_path / "services.yaml"), option, *value.split()]) == 2
    error = capsys.readouterr().err
    assert option in error
    assert expected in error
