"""Secrets by name: where they come from, and that they are nowhere but in the environment of a command."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from runbook_tui.execution import secrets
from runbook_tui.execution.secrets import LONGEST, SecretMissing, resolve
from runbook_tui.runbook.policy import SecretSource


def test_each_source(tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "token").write_text("from-file\n")
    sources = {
        "A": SecretSource(env="GIVEN"),
        "B": SecretSource(file="keys/token"),
        "C": SecretSource(run="echo $GIVEN-$(basename $PWD)"),
    }
    environment = {**os.environ, "GIVEN": "from-env"}
    found = resolve(sources, tmp_path, environment)
    assert found == {"A": "from-env", "B": "from-file", "C": f"from-env-{tmp_path.name}"}
    assert resolve(sources, tmp_path, environment, names=["B"]) == {"B": "from-file"}
    assert resolve(sources, tmp_path, {}, names=[]) == {}


def test_a_file_by_an_absolute_path_and_a_link_to_it(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("line one\nline two\r\n")
    (tmp_path / "link").symlink_to("real")
    for path in ("real", "link"):
        source = {"KEY": SecretSource(file=str(tmp_path / path))}
        assert resolve(source, Path("/"), {}) == {"KEY": "line one\nline two"}


@pytest.mark.parametrize(
    ("source", "says"),
    [
        (SecretSource(env="NOT_THERE"), "environment variable NOT_THERE, which is not set"),
        (SecretSource(env="EMPTY"), "is empty"),
        (SecretSource(env="SHORT"), "fewer than 4 bytes"),
        (SecretSource(env="LONG"), "65,537 bytes"),
        (SecretSource(file="none"), "No such file"),
        (SecretSource(file="folder"), "no plain file"),
        (SecretSource(file="fifo"), "no plain file"),
        (SecretSource(file="binary"), "no text in UTF-8"),
        (SecretSource(file="nul"), "contains a NUL"),
        (SecretSource(file="long"), "bytes; a variable can have"),
        (SecretSource(run="echo hunter2 >&2; echo hunter2; exit 3"), "ended with status 3"),
        (SecretSource(run="kill -9 $$"), "ended with status -9"),
        (SecretSource(run="true"), "is empty"),
        (SecretSource(run="yes hunter2"), "bytes; a variable can have"),
    ],
)
def test_what_cannot_be_used_is_said_without_a_value(tmp_path: Path, source: SecretSource, says: str) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "binary").write_bytes(b"hunter2\xff")
    (tmp_path / "nul").write_bytes(b"hunter2\0")
    (tmp_path / "long").write_bytes(b"hunter2" * LONGEST)
    environment = {"EMPTY": "", "SHORT": "ab\n", "LONG": "x" * (LONGEST + 1), "PATH": os.environ["PATH"]}
    with pytest.raises(SecretMissing, match="DB_PASSWORD") as caught:
        resolve({"DB_PASSWORD": source}, tmp_path, environment)
    error: BaseException | None = caught.value
    assert says in str(error)
    while error is not None:
        assert "hunter2" not in str(error).replace(str(source.run), "")
        assert "hunter2" not in repr(error.__context__)
        error = error.__cause__
    assert caught.value.exit_status == 1


def test_a_name_that_the_runbook_does_not_have(tmp_path: Path) -> None:
    with pytest.raises(SecretMissing, match="does not say where the secret TOKEN is found"):
        resolve({}, tmp_path, {}, names=["TOKEN"])


@pytest.mark.parametrize("script", ["sleep 60 | cat", "exec >&-; sleep 60"])
def test_a_command_that_does_not_end_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    monkeypatch.setattr(secrets, "PATIENCE", 0.3)
    began = time.monotonic()
    with pytest.raises(SecretMissing, match="did not end within"):
        resolve({"TOKEN": SecretSource(run=script)}, tmp_path, dict(os.environ))
    assert time.monotonic() - began < 10


@pytest.mark.parametrize(("base", "variable"), [("gone", "A"), ("", "A\0")], ids=["folder", "NUL"])
def test_a_command_that_cannot_be_started(tmp_path: Path, base: str, variable: str) -> None:
    with pytest.raises(SecretMissing, match="cannot be started"):
        resolve({"TOKEN": SecretSource(run="true")}, tmp_path / base, {variable: "x"})
