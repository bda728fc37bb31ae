"""Secrets of a run: given to the steps that name them, and found in no file of it."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import pytest

from runbook_tui.execution.model import State
from runbook_tui.execution.secrets import SecretMissing
from runbook_tui.files.problems import ProblemsError

if TYPE_CHECKING:
    from tests.execution.conftest import StartRun

VALUE = "hunter2-Passw0rd"
HEAD = "secrets: {DB_PASSWORD: {env: THE_PASSWORD}}\n"


@pytest.fixture(autouse=True)
def password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THE_PASSWORD", VALUE)


def everything(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_only_steps_that_name_a_secret_get_it(start: StartRun) -> None:
    runner = start(
        """
        - {id: a, title: A, kind: note, run: 'echo "got $DB_PASSWORD" ${#DB_PASSWORD}', secrets: [DB_PASSWORD]}
        - {id: b, title: B, kind: note, run: 'echo "got [${DB_PASSWORD-}${THE_PASSWORD-}]"'}
        """,
        HEAD,
    )
    lines: list[str] = []
    assert runner.run("a", on_output=lines.append).state is State.SUCCEEDED
    assert runner.state.statuses["a"].tail[0].endswith(f" {len(VALUE)}"), (
        "the command itself has the real value"
    )
    assert VALUE not in "".join(lines)
    assert runner.run("b").tail == ("got []",)
    assert VALUE.encode() not in everything(runner.folder)


def test_a_step_without_the_secret_does_not_show_it_either(start: StartRun, tmp_path: Path) -> None:
    (tmp_path / "config").write_text(f"password={VALUE}\n")
    runner = start(
        """
        - {id: first, title: F, kind: note, run: cat config; env}
        - {id: other, title: O, kind: note, run: cat config, secrets: [OTHER_ONE]}
        """,
        "secrets: {DB_PASSWORD: {env: THE_PASSWORD}, OTHER_ONE: {file: other}, NEVER: {run: touch ran; echo abcdef}}\n",
    )
    runner.note(f"the password is {VALUE}")
    (tmp_path / "other").write_text("another-value")
    lines: list[str] = []
    assert runner.run("first", on_output=lines.append).state is State.SUCCEEDED
    assert runner.run("other", on_output=lines.append).state is State.SUCCEEDED
    shown = "".join(lines)
    assert "password=***" in shown and VALUE not in shown
    assert "RUNBOOK_HIDDEN" not in shown and "DB_PASSWORD" not in shown
    assert VALUE.encode() not in everything(runner.folder)
    assert not (tmp_path / "ran").exists(), "a command that prints a secret runs for the steps that name it"


def test_checks_and_rollbacks_have_it_and_hide_it(start: StartRun) -> None:
    runner = start(
        """
        - id: a
          title: A
          kind: deploy
          run: test -n "$DB_PASSWORD"
          verify: {run: 'echo "as $DB_PASSWORD"', expect: as}
          rollback: {run: 'echo "undo as $DB_PASSWORD"; test -n "$DB_PASSWORD"'}
          secrets: [DB_PASSWORD]
        """,
        HEAD,
    )
    assert runner.run("a").state is State.SUCCEEDED
    assert runner.rollback("a").state is State.ROLLED_BACK
    assert VALUE.encode() not in everything(runner.folder)


def test_what_people_write_is_masked_too(start: StartRun) -> None:
    runner = start("- {id: a, title: A, kind: note, run: 'false', secrets: [DB_PASSWORD]}", HEAD)
    runner.run("a")
    runner.note(f"tried it with {VALUE}", "a")
    runner.mark_done("a", f"psql with {VALUE}")
    assert VALUE.encode() not in everything(runner.folder)
    assert "psql with " in runner.state.statuses["a"].message


def test_a_secret_that_is_missing_starts_nothing(start: StartRun, monkeypatch: pytest.MonkeyPatch) -> None:
    runner = start("- {id: a, title: A, kind: note, run: 'true', secrets: [DB_PASSWORD]}", HEAD)
    monkeypatch.delenv("THE_PASSWORD")
    with pytest.raises(SecretMissing, match="THE_PASSWORD"):
        runner.run("a")
    assert runner.state.statuses["a"].state is State.PENDING


def test_a_step_names_secrets_that_there_are(start: StartRun) -> None:
    with pytest.raises(
        ProblemsError, match=r"release\.yaml:6:\d+: .*'DB_PASSWROD'.*did you mean 'DB_PASSWORD'"
    ):
        start("- {id: a, title: A, kind: note, run: 'true', secrets: [DB_PASSWROD]}", HEAD)


def test_a_secret_has_one_source(start: StartRun) -> None:
    with pytest.raises(ProblemsError, match="exactly one of env, file, run"):
        start("- {id: a, title: A, kind: note, run: 'true'}", "secrets: {X: {env: A, file: b}}\n")


class Echo(http.server.BaseHTTPRequestHandler):
    seen: ClassVar[list[str]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.seen.append(f"{self.headers['Authorization']} {body}")
        self.send_response(200)
        self.end_headers()
        self.wfile.write(f"you are {self.headers['Authorization']}".encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[str]:
    Echo.seen.clear()
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Echo) as made:
        threading.Thread(target=made.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{made.server_address[1]}/"
        made.shutdown()


def test_requests_have_it_in_headers_and_body(start: StartRun, server: str) -> None:
    step = (
        f"{{url: '{server}', method: POST, headers: {{Authorization: 'Bearer ${{DB_PASSWORD}}'}}, "
        "body: '${DB_PASSWORD} ${OTHER}'}"
    )
    runner = start(f"- {{id: a, title: A, kind: note, http: {step}, secrets: [DB_PASSWORD]}}", HEAD)
    assert runner.run("a").state is State.SUCCEEDED
    assert Echo.seen == [f"Bearer {VALUE} {VALUE} ${{OTHER}}"]
    assert VALUE.encode() not in everything(runner.folder)


def test_nothing_of_the_operator_s_shell_runs_before_a_script(
    start: StartRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "before.sh").write_text("echo from-the-operator")
    monkeypatch.setenv("BASH_ENV", str(tmp_path / "before.sh"))
    monkeypatch.setenv("BASH_FUNC_grep%%", "() { echo mine; }")
    runner = start(
        """
        - {id: a, title: A, kind: note, run: 'echo start; echo x | grep x'}
        - {id: b, title: B, kind: note, run: 'echo start', environment: {BASH_ENV: before.sh}}
        """
    )
    assert runner.run("a").tail == ("start", "x")
    assert runner.run("b").tail == ("from-the-operator", "start")
