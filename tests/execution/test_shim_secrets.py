"""Commands with secrets: what they print is masked on its way to the disk, and no file or argument has a value."""

from __future__ import annotations

import base64
import errno
import os
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from runbook_tui.execution import shim, shim_pipe
from runbook_tui.execution.commands import Ending, Job, Standing, find, follow, start
from runbook_tui.execution.errors import NotAllowed
from runbook_tui.execution.folder import JOBS, OUTPUT
from runbook_tui.execution.redact import redact

if TYPE_CHECKING:
    from tests.execution.conftest import WaitFor

VALUE = "hunter2/+\"'s3cret"
PRINT_ALL = r"""
printf 'plain %s\n' "$TOKEN"
printf '%s' "$TOKEN" | base64
printf 'user:%s@host' "$TOKEN" | base64
printf '%s' "$TOKEN" | od -An -v -tx1 | tr -d '\n '; echo
printf '%s' "$TOKEN" | rev; echo
printf '%s\n' "${TOKEN^^}"
printf '%s' "${TOKEN:0:5}"; sleep 0.05; printf '%s\n' "${TOKEN:5}"
printf '\033[31m%s\033[0m%s\n' "${TOKEN:0:5}" "${TOKEN:5}"
printf '%q\n' "$TOKEN"
echo "error: $TOKEN" >&2
"""


@pytest.fixture
def run_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "run"
    for name in (OUTPUT, JOBS):
        (folder / name).mkdir(parents=True)
    return folder


def begin(run: Path, script: str, *, timeout: float | None = 20, name: str = "step-1") -> tuple[Job, int]:
    job = Job(run, name)
    secrets = {"TOKEN": VALUE, "OTHER": "another one"}
    environment = dict(os.environ)
    return job, start(job, script, directory=run, environment=environment, timeout=timeout, secrets=secrets)


def finish(job: Job, child: int) -> tuple[Ending, str]:
    pieces: list[str] = []
    found = follow(job, pieces.append, lambda: False, child=child)
    assert found.ending is not None
    return found.ending, "".join(pieces)


def values_in(data: bytes) -> list[bytes]:
    shapes = [
        VALUE.encode(),
        VALUE.encode()[::-1],
        VALUE.upper().encode(),
        base64.b64encode(VALUE.encode())[:-4],
        quote(VALUE).encode(),
        VALUE.encode().hex().encode(),
        b"another one",
    ]
    return [shape for shape in shapes if shape in data]


def test_nothing_of_a_secret_reaches_a_file_or_a_process_list(run_folder: Path, wait_for: WaitFor) -> None:
    job, child = begin(run_folder, f"{PRINT_ALL}\nwhile [ ! -e go ]; do sleep 0.02; done; exit 5")
    wait_for(lambda: job.log.exists() and b"error" in job.log.read_bytes())
    seen = 0
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = path.read_bytes()
        except OSError:
            continue
        seen += bytes(job.name, "ascii") in line
        assert not values_in(line), path
    assert seen >= 2, "the shim and its command"
    (run_folder / "go").touch()
    ending, shown = finish(job, child)
    assert ending.exit_code == 5
    files = [path for path in run_folder.rglob("*") if path.is_file()]
    assert {job.log, job.script, job.place / "started", job.place / "result"} <= set(files)
    for path in files:
        assert not values_in(path.read_bytes()), path
    assert not values_in(shown.encode())
    lines = job.log.read_text().splitlines()
    assert lines[0] == "plain ***"
    assert lines[-1] == "error: ***"
    assert all("***" in line for line in lines), lines
    assert ending.size == job.log.stat().st_size


def test_a_command_sees_its_secrets(run_folder: Path) -> None:
    ending, _ = finish(*begin(run_folder, f'[ "$TOKEN" = {quote_for_bash(VALUE)} ]'))
    assert ending.exit_code == 0


def quote_for_bash(value: str) -> str:
    return "$'" + "".join(f"\\x{byte:02x}" for byte in value.encode()) + "'"


def test_what_is_printed_last_and_without_a_line_break_is_there(run_folder: Path) -> None:
    ending, shown = finish(*begin(run_folder, 'printf %s "the end: hunter"'))
    assert (ending.exit_code, shown) == (0, "the end: hunter")


def test_output_is_shown_while_it_runs(run_folder: Path) -> None:
    job, child = begin(run_folder, "printf 'ready? '; while [ ! -e go ]; do sleep 0.02; done; echo yes")
    seen: list[str] = []

    def show(text: str) -> None:
        seen.append(text)
        (run_folder / "go").touch()

    follow(job, show, lambda: False, child=child)
    assert "".join(seen) == "ready? yes\n"


def test_much_output_is_all_there(run_folder: Path) -> None:
    job, child = begin(run_folder, "seq 1 200000; echo $TOKEN")
    ending, _ = finish(job, child)
    assert ending.exit_code == 0
    assert job.log.read_bytes() == b"".join(b"%d\n" % number for number in range(1, 200_001)) + b"***\n"


def test_a_time_limit_holds_for_a_command_that_prints_for_ever(run_folder: Path) -> None:
    job, child = begin(
        run_folder, "trap 'echo $TOKEN; exit 3' TERM; while true; do echo $TOKEN; done", timeout=0.3
    )
    ending, _ = finish(job, child)
    assert (ending.how, ending.exit_code) == ("timeout", 3)
    assert job.log.read_text().startswith("***\n***\n")
    assert not values_in(job.log.read_bytes())


def test_a_service_that_was_left_behind_prints_on_masked(run_folder: Path, wait_for: WaitFor) -> None:
    script = """
        (while [ ! -e go ]; do sleep 0.02; done; echo "late $TOKEN"; sleep 0.1; echo "later $TOKEN") &
        echo done
    """
    job, child = begin(run_folder, script)
    began = time.monotonic()
    ending, _ = finish(job, child)
    assert time.monotonic() - began < 10
    assert (ending.exit_code, ending.left_running) == (0, True)
    assert job.log.read_text() == "done\n"
    (run_folder / "go").touch()
    wait_for(lambda: job.log.read_text() == "done\nlate ***\nlater ***\n")


def test_without_the_shim_nothing_is_printed_at_all(run_folder: Path, wait_for: WaitFor) -> None:
    script = "echo $$ > pid; while [ ! -e go ]; do sleep 0.02; done; echo $TOKEN; echo $TOKEN > proof"
    job, child = begin(run_folder, script)
    wait_for(lambda: (run_folder / "pid").exists() and bool((run_folder / "pid").read_text()))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    assert find(job).standing is Standing.GONE
    (run_folder / "go").touch()
    pid = int((run_folder / "pid").read_text())
    wait_for(lambda: not Path(f"/proc/{pid}").exists())
    assert job.log.read_bytes() == b""
    assert not (run_folder / "proof").exists(), "the broken pipe ended it"


FLOOD = """
    exec 3>&1
    (while [ ! -e go ]; do sleep 0.02; done; echo "late $TOKEN" >&3) &
    head -c 300000 /dev/zero | tr '\\0' x
    echo $TOKEN
    exec >/dev/null 2>&1 3>&1
    sleep 0.1
"""


def shim_here(job: Job, script: str, patch: pytest.MonkeyPatch) -> int:
    """What the interpreter of a shim does, in a fork of this one."""
    job.script.write_text(script)
    arguments = [str(job.place), str(job.log), str(job.run), "20000", "1000", "131072", "TOKEN"]
    patch.setattr(sys, "argv", ["-c", *arguments])
    patch.setenv("TOKEN", VALUE)
    child = os.fork()
    if child == 0:
        try:
            os.setsid()
            shim.run()
        finally:
            os._exit(1)
    return child


def test_a_service_prints_on_after_a_flood(
    run_folder: Path, monkeypatch: pytest.MonkeyPatch, wait_for: WaitFor
) -> None:
    job = Job(run_folder, "step-1")
    ending, _ = finish(job, shim_here(job, FLOOD, monkeypatch))
    assert (ending.exit_code, ending.left_running, ending.flooded) == (0, True, True)
    (run_folder / "go").touch()
    wait_for(lambda: job.log.read_bytes().endswith(b"x***\nlate ***\n"))


def test_a_command_that_closes_its_output_goes_on(run_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    job = Job(run_folder, "step-1")
    script = "echo begun; exec >/dev/null 2>&1; sleep 0.2; exit 6"
    ending, shown = finish(job, shim_here(job, script, monkeypatch))
    assert (ending.exit_code, shown) == (6, "begun\n")


class Refilling:
    """A masker that puts more into the pipe whenever it is given something."""

    def __init__(self) -> None:
        self.pipe = shim_pipe.Pipe(self)  # type: ignore[arg-type]
        self.given = 0

    def feed(self, data: bytes) -> bytes:
        self.given += 1
        os.write(self.pipe.inlet, b"more")
        return data

    def finish(self) -> bytes:
        return b"."


def test_a_pipe_that_never_empties_is_left_after_a_while() -> None:
    masker = Refilling()
    pipe = masker.pipe
    os.write(pipe.inlet, b"first")
    pieces: list[bytes] = []
    assert pipe.read(pieces.append)
    assert len(pieces) == masker.given == 16
    assert pipe.wait(pieces.append), "somebody can still print"
    os.close(pipe.inlet)
    pipe.inlet = os.open(os.devnull, os.O_WRONLY)
    while pipe.wait(pieces.append):
        pass
    assert pieces[-1] == b"."
    assert pipe.end(pieces.append) == b"."
    os.close(pipe.inlet)
    os.close(pipe.outlet)


@pytest.mark.parametrize(
    ("output", "values", "says"),
    [
        ("output/none.log", [VALUE], "No such file"),
        ("output/link.log", [VALUE], "cannot be read"),
        ("output/folder.log", [VALUE], "no plain file"),
        ("record.yaml", [VALUE], "no output file"),
        ("output/../jobs/x", [VALUE], "no output file"),
        ("output/good.log", ["abc"], "at least 4 bytes"),
        ("output/good.log", [], "at least 4 bytes"),
    ],
)
def test_what_cannot_be_redacted(run_folder: Path, output: str, values: list[str], says: str) -> None:
    place = run_folder / OUTPUT
    (place / "good.log").write_text(VALUE)
    (place / "link.log").symlink_to("good.log")
    (place / "folder.log").mkdir()
    with pytest.raises(NotAllowed, match=says):
        redact(run_folder, output, values)
    assert (place / "good.log").read_text() == VALUE


def test_a_redaction_that_fails_changes_nothing(run_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = run_folder / OUTPUT / "good.log"
    log.write_text(VALUE)

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            redact(run_folder, f"{OUTPUT}/good.log", [VALUE])
    assert log.read_text() == VALUE
    assert [path.name for path in (run_folder / OUTPUT).iterdir()] == ["good.log"]


def test_a_secret_that_got_into_an_output_is_taken_out(run_folder: Path) -> None:
    log = run_folder / OUTPUT / "deploy-1.log"
    log.write_text(f"before\n{VALUE} and {base64.b64encode(VALUE.encode()).decode()}\nafter\n")
    log.chmod(0o600)
    found = redact(run_folder, f"{OUTPUT}/deploy-1.log", [VALUE])
    assert log.read_text() == "before\n*** and ***\nafter\n"
    assert found.changed
    assert found.size == log.stat().st_size
    assert log.stat().st_mode & 0o777 == 0o600
    again = redact(run_folder, f"{OUTPUT}/deploy-1.log", [VALUE])
    assert (again.changed, again.digest) == (False, found.digest)
    assert sorted(path.name for path in (run_folder / OUTPUT).iterdir()) == ["deploy-1.log"]
