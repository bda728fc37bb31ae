"""Templates, YAML, values, requests, paths and secrets: everything that a person may hand to the program."""

from __future__ import annotations

import base64
import html
import json
import os
import socket
import threading
import time
import urllib.parse
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from runbook_tui.files.problems import ProblemsError
from runbook_tui.rendering.render import render
from runbook_tui.runbook.document import RunbookDocument
from tests.hostile.planned import manifest, runbook
from tests.hostile.shell_values import VALUES
from tests.hostile.sweep import Sweep, repository
from tests.hostile.templates import BROKEN, HUGE, JINJA, REACHING
from tests.hostile.yaml_files import VERSIONS, YAML

pytestmark = pytest.mark.xdist_group("hostile")


def test_templates_compute_text_and_nothing_else(sweep: Sweep, folder: Path) -> None:
    """As commands of a manifest, and as documents of their own, three at a time."""
    repository(folder / "shop")
    (folder / "release.yaml").write_text(runbook({"run": "true", "directory": "."}))
    (folder / "link.j2").symlink_to("/etc/hostname")
    for number, written in enumerate(JINJA):
        template = written.replace("@M@", str(sweep.markers / "jinja")).replace("@F@", str(sweep.forbidden))
        (folder / f"own{number}.j2").write_text(template.replace("own.j2", f"own{number}.j2"))
        with sweep.input("Jinja", written):
            commands: dict[str, object] = {"deploy": template}
            if written not in HUGE:  # each of which takes its two seconds every time
                commands["verify"] = {"run": "true", "expect": template}
            text = manifest({"orders": {"commands": commands}})
            (folder / "services.yaml").write_text(text)
            status, told = sweep.runbook("plan", "services.yaml", folder=folder)
            assert status == 2 and "services.yaml" in told, told
    document = RunbookDocument.read(folder / "release.yaml").runbook

    def exported(number: int) -> str:
        try:
            return render(document, template=folder / f"own{number}.j2")
        except ProblemsError as error:
            return f"refused: {error}"

    with ThreadPoolExecutor(3) as pool:
        texts = list(pool.map(exported, range(len(JINJA))))
    accepted = [
        template for template, text in zip(JINJA, texts, strict=True) if not text.startswith("refused: ")
    ]
    assert all(len(text) < 2_000 and "own" in text for text in texts if text.startswith("refused: "))
    # These have nothing to reach: they make an empty text.
    assert set(accepted) <= {*REACHING}, accepted
    assert not [text for text in texts if f"\n{os.uname().nodename}\n" in f"\n{text}\n"]
    for number in (0, len(REACHING), len(JINJA) - 1):
        assert sweep.process("export", "release.yaml", "--template", f"own{number}.j2", folder=folder)[0] == 2
    assert len(HUGE) + len(BROKEN) + len(REACHING) == len(JINJA) == 42
    sweep.look("templates")
    sweep.require_clean()


@pytest.mark.parametrize("name", YAML)
def test_yaml_is_read_or_explained(sweep: Sweep, folder: Path, name: str) -> None:
    data = YAML[name].replace(b"@M@", os.fsencode(sweep.markers / "yaml"))
    (folder / "file.yaml").write_bytes(data)
    began = time.process_time()
    with sweep.input("YAML", name):
        every = ("check", "export", "plan", "catalog", "contracts", "explain")
        for command in ("check", "catalog") if len(data) > 100_000 else every:
            more = {"explain": ("step",)}.get(command, ())
            status, told = sweep.runbook(command, "file.yaml", *more, folder=folder)
            assert status in {0, 1, 2}, told
            assert len(told) < 200_000
    assert time.process_time() - began < 60
    sweep.require_clean()


@pytest.mark.parametrize("written", VERSIONS)
def test_versions_without_quotes_stay_what_they_are(sweep: Sweep, folder: Path, written: str) -> None:
    service = f"{{base: {written}, target: {written}, version: {written}}}"
    text = f"runbook: 1\ntitle: Release\nrelease:\n  orders: {service}\nsteps: []\n"
    (folder / "release.yaml").write_text(text)
    released = RunbookDocument.read(folder / "release.yaml").runbook.release["orders"]
    assert (released.base, released.target, released.version) == (written,) * 3


@pytest.mark.parametrize("value", VALUES, ids=range(len(VALUES)))
def test_values_of_a_shell_are_shown_as_they_run(sweep: Sweep, folder: Path, value: str) -> None:
    """The command that the plan shows is the one that runs; in every position see ``test_shell.py``."""
    if not (folder / "shop").exists():
        repository(folder / "shop")
    value = value.replace("@M@", str(sweep.markers / "shell"))
    put = {"commands": {"deploy": "printf '%s' {{ variables.v }}"}}
    (folder / "services.yaml").write_text(manifest({"orders": put}, {"v": value}))
    with sweep.input("shell", value):
        status, told = sweep.runbook("plan", "services.yaml", "-o", "release.yaml", folder=folder)
        assert status == (0 if value and not set(value) & set("\t\n\r") else 2), told
    sweep.require_clean()


Answer = bytes | Callable[[socket.socket], None]


def _drip(connection: socket.socket) -> None:
    for _ in range(200):
        connection.sendall(b".")
        time.sleep(0.05)


def _silence(connection: socket.socket) -> None:
    time.sleep(3)


def _large(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    for _ in range(300):
        connection.sendall(b"x" * 1_000_000)


def _head_and_drip(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    _drip(connection)


OK = b"HTTP/1.1 200 OK\r\n"
MOVED = b"HTTP/1.1 302 Found\r\nLocation: "
HTTP: dict[str, Answer] = {
    "escapes in the body": OK + b"\r\n\x1b]52;c;eA==\x07\x1b[2J \xc2\x9b31m \xe2\x80\xae",
    "escapes in the reason": b"HTTP/1.1 503 \x1b]0;x\x07\x1b[2J\r\n\r\nno",
    "escapes in a header": OK + b"X: \x1b[2J\r\n\r\nfine",
    "no UTF-8": OK + b"\r\ncaf\xe9 \xff\xfe",
    "unknown encoding": OK + b"Content-Type: text/plain; charset=\x1b[2J\r\n\r\nx",
    "encoding that is none": OK + b"Content-Type: text/plain; charset=zlib\r\n\r\nx",
    "300 MB": _large,
    "drip": _drip,
    "drip behind a head": _head_and_drip,
    "silence": _silence,
    "nothing": b"",
    "no HTTP": b"SSH-2.0-OpenSSH_9\r\n",
    "too many headers": OK + b"X: y\r\n" * 500 + b"\r\n",
    "header without end": OK + b"X: " + b"y" * 100_000,
    "cut body": OK + b"Content-Length: 1000\r\n\r\nshort",
    "bad chunks": OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n\x1b[2J",
    "redirect to a file": MOVED + b"file:///etc/passwd\r\n\r\n",
    "redirect in a circle": MOVED + b"/\r\n\r\n",
    "redirect with escapes": MOVED + b"http://ann:hunter2@127.0.0.1:1/\x1b[2J\r\n\r\n",
    "redirect to another scheme": MOVED + b"gopher://127.0.0.1:1/_x\r\n\r\n",
}


def newest(runs: Path) -> Path:
    """The run that was started last."""
    return max(runs.iterdir(), key=lambda path: path.stat().st_ctime_ns)


def serve(answer: Answer) -> socket.socket:
    """A server that gives everybody this answer."""
    listening = socket.create_server(("127.0.0.1", 0))

    def talk(connection: socket.socket) -> None:
        with suppress(OSError), connection:
            connection.recv(65536)
            if isinstance(answer, bytes):
                connection.sendall(answer)
            else:
                answer(connection)

    def listen() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=talk, args=(listening.accept()[0],), daemon=True).start()

    threading.Thread(target=listen, daemon=True).start()
    return listening


@pytest.mark.parametrize("name", HTTP)
def test_whatever_a_server_answers_the_step_ends(sweep: Sweep, folder: Path, name: str) -> None:
    with serve(HTTP[name]) as listening:
        url = f"http://ann:hunter2@127.0.0.1:{listening.getsockname()[1]}/"
        step = {"http": {"url": url}, "expect": "fine", "timeout": "1s"}
        (folder / "release.yaml").write_text(runbook(step))
        began = time.monotonic()
        with sweep.input("HTTP", name):
            status, told = sweep.runbook("run", "--plain", "--new", "release.yaml", folder=folder)
            assert status == (0 if name == "escapes in a header" else 1), told
            assert "hunter2" not in told
            assert time.monotonic() - began < 30
            record = newest(folder / "release.runs")
            sweep.runbook("record", "show", str(record), folder=folder)
    kept = [path.read_bytes() for path in record.rglob("*") if path.is_file() and path.name != "runbook.yaml"]
    assert max(map(len, kept)) < 3_000_000
    sweep.require_clean()


def test_paths_lead_nowhere_else(sweep: Sweep, folder: Path) -> None:
    inside = {"release.yaml": runbook({"run": "true", "directory": "."})}
    for name, text in inside.items():
        (folder / name).write_text(text)
    (sweep.root / "theirs").write_text("theirs")
    (folder / "link").symlink_to(sweep.forbidden / "link")
    (folder / "linked").symlink_to(sweep.root / "theirs")
    (folder / "hard").hardlink_to(sweep.root / "theirs")
    (folder / "loop").symlink_to("loop")
    os.mkfifo(folder / "pipe")
    (folder / "sub").mkdir()
    (folder / "elsewhere").mkdir()
    (folder / "elsewhere" / "x.yaml").write_text(
        inside["release.yaml"].replace("Release", "../../../forbidden/x")
    )
    (folder / "elsewhere" / "x.runs").symlink_to(sweep.forbidden)
    outputs = {
        "link": 2,
        "linked": 2,
        "hard": 2,
        "loop": 2,
        "pipe": 2,
        "sub": 2,
        "/dev/full": 2,
        "no/such/folder": 2,
        "x" * 300: 2,
        "a\nb.md": 0,
        "-rf": 0,
        "\x1b[2J\u202e.md": 0,
    }
    assert len(outputs) == 12
    for output, wanted in outputs.items():
        with sweep.input("files", output):
            assert sweep.runbook("export", "release.yaml", f"--output={output}", folder=folder)[0] == wanted
            for command in ("check", "plan", "run"):
                more = ("--plain", "--rehearse") if command == "run" else ()
                sweep.runbook(command, *more, output.replace("-rf", "./-rf"), folder=folder)
    assert (sweep.root / "theirs").read_text() == "theirs"
    with sweep.input("files", "a link in place of the folder of runs"):
        assert sweep.runbook("run", "--plain", "x.yaml", folder=folder / "elsewhere")[0] == 2
        names = {"../../../../forbidden": 0, "/etc": 0, "..": 0, "con": 0, "x" * 200: 0, "\u202e": 2}
    for environment, wanted in names.items():
        text = json.loads(inside["release.yaml"])
        (folder / "named.yaml").write_text(json.dumps({**text, "environment": environment}))
        with sweep.input("files", environment):
            assert sweep.runbook("run", "--plain", "--new", "named.yaml", folder=folder)[0] == wanted
    assert len(list((folder / "named.runs").iterdir())) == 5
    before = os.umask(0)
    try:
        assert sweep.runbook("export", "release.yaml", "-o", "open.md", folder=folder)[0] == 0
    finally:
        os.umask(before)
    assert (folder / "open.md").stat().st_mode & 0o777 == 0o644
    (sweep.root / "theirs").unlink()
    sweep.require_clean()


SECRET = "Tr0ub4dor&3 \"<x>' €"
FORMS = {
    "plain": SECRET,
    "base64": base64.b64encode(SECRET.encode()).decode(),
    "base64 behind one byte": base64.b64encode(b"u" + SECRET.encode()).decode(),
    "base64 behind two bytes": base64.b64encode(b"u:" + SECRET.encode()).decode(),
    "URL": urllib.parse.quote(SECRET, safe=""),
    "form": urllib.parse.quote_plus(SECRET),
    "JSON": json.dumps(SECRET)[1:-1],
    "HTML": html.escape(SECRET),
    "hex": SECRET.encode().hex(),
    "upper case": SECRET.upper(),
    "backwards": SECRET[::-1],
    "wrapped": SECRET[:7] + "\n" + SECRET[7:],
    "coloured": SECRET[:5] + "\x1b[31m" + SECRET[5:],
    "twice": SECRET + SECRET,
}


@pytest.mark.parametrize("form", FORMS)
def test_no_form_of_a_secret_is_kept(
    sweep: Sweep, folder: Path, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_OF_IT", SECRET)
    octal = "".join(f"\\{byte:03o}" for byte in FORMS[form].encode())
    step = {
        "run": f"printf 'begin {octal} end\\n'; printf '%s\\n' \"$PASSWORD\" | wc -c",
        "secrets": ["PASSWORD"],
    }
    text = runbook({**step, "directory": "."}, secrets={"PASSWORD": {"env": "SOURCE_OF_IT"}})
    (folder / "release.yaml").write_text(text)
    with sweep.input("secrets", form):
        status, told = sweep.runbook("run", "--plain", "--new", "release.yaml", folder=folder)
        assert status == 0, told
        record = newest(folder / "release.runs")
        told += sweep.runbook("record", "show", str(record), folder=folder)[1]
        told += sweep.runbook("export", "release.yaml", "--run", str(record), folder=folder)[1]
        kept = b"".join(
            path.read_bytes() for path in record.rglob("*") if path.is_file() and path.name != "runbook.yaml"
        )
        for where in (told, kept.decode(errors="replace")):
            assert FORMS[form] not in where and SECRET not in where
            assert str(len(SECRET.encode()) + 1) in where or where is not told
    sweep.require_clean()
