"""A template of somebody's own is rendered in a process with limits: it ends, and sees nothing of the user's."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from runbook_tui.rendering import child
from runbook_tui.rendering.bounds import LONGEST
from runbook_tui.rendering.child import render_in_child
from runbook_tui.rendering.render import TemplateError, render
from runbook_tui.runbook.model import Runbook

ENDLESS = "\n{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}"
RECURSIVE = "{% macro m(n) %}{% if n %}\n{{ m(n-1) }}{{ m(n-1) }}{% endif %}{% endmacro %}{{ m(90) }}"
DOUBLING = (
    "{% set box = namespace(x='aaaaaaaaaa') %}{% for i in range(60) %}\n"
    "{% set box.x = box.x ~ box.x %}{% endfor %}{{ box.x | length }}"
)
KEEPING = (
    "{% set box = namespace(x=[]) %}{% for i in range(60) %}\n"
    "{% set box.x = box.x + [('a' * 900000) ~ i] %}{% endfor %}{{ box.x | length }}"
)
SORTING = (  # each of these takes long in one call that does not come back to the template
    "{% set many = range(99999) | list %}{% set box = namespace(x=0) %}{% for i in range(99999) %}"
    "{% set box.x = many | map('string') | sort | list | length %}{% endfor %}"
)


@pytest.fixture
def own(tmp_path: Path) -> Path:
    return tmp_path / "own.md.j2"


@pytest.mark.parametrize(
    ("text", "line"), [(ENDLESS, ":2"), (RECURSIVE, ""), (SORTING, "")], ids=["loops", "macros", "sorting"]
)
def test_a_template_without_end_is_ended_with_its_line(own: Path, text: str, line: str) -> None:
    own.write_text(text)
    began = time.monotonic()
    with pytest.raises(TemplateError) as caught:
        render_in_child(own, {}, seconds=0.3)
    told = f"own.md.j2{line}"
    assert told in str(caught.value)
    assert "rendering takes more than 0.3 seconds" in str(caught.value)
    assert "does a loop never end?" in str(caught.value)
    assert time.monotonic() - began < 30


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory cannot be limited here")
def test_a_template_that_takes_too_much_memory_is_ended_with_its_line(own: Path) -> None:
    own.write_text(KEEPING)
    with pytest.raises(TemplateError, match=r"own\.md\.j2:2: the result is too large for the memory"):
        render_in_child(own, {}, memory=16 * 1024 * 1024)


def test_a_text_that_doubles_is_ended_with_its_line(own: Path) -> None:
    own.write_text(DOUBLING)
    with pytest.raises(
        TemplateError, match=r"own\.md\.j2:2: rendering makes more than 64 million characters"
    ):
        render_in_child(own, {})


def test_a_text_that_is_too_long_is_refused(own: Path) -> None:
    assert LONGEST == 16 * 1024 * 1024
    own.write_text("{% for i in range(40) %}{{ 'x' * 500000 }}{% endfor %}")
    with pytest.raises(TemplateError, match=r"own\.md\.j2: the document would have more than 16 MiB"):
        render_in_child(own, {})


@pytest.mark.parametrize(
    ("status", "complaint", "told"),
    [
        (-signal.SIGXCPU, b"", "takes more than 2 seconds of processor time; does a loop never end?"),
        (-signal.SIGKILL, b"", "takes more than 2 seconds of processor time"),
        (99, b"", "takes more than 512 MiB of memory"),
        (1, b"Traceback\nMemoryError\n", "takes more than 512 MiB of memory"),
        (None, b"", "did not end within 60 seconds"),
    ],
)
def test_a_process_that_was_ended_is_told_in_a_sentence(
    own: Path, monkeypatch: pytest.MonkeyPatch, status: int | None, complaint: bytes, told: str
) -> None:
    monkeypatch.setattr(child, "_exchange", lambda asked: (status, b"", complaint))
    with pytest.raises(TemplateError) as caught:
        render_in_child(own, {})
    assert str(caught.value).startswith(f"{own}: rendering ") and told in str(caught.value)


def test_a_defect_of_the_process_is_not_the_users_mistake(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "_exchange", lambda asked: (1, b"", b"KeyError: 'names'"))
    with pytest.raises(RuntimeError, match="KeyError"):
        render_in_child(own, {})


def test_one_that_does_not_answer_is_given_up(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "PATIENCE", 0.001)
    own.write_text("x")
    with pytest.raises(TemplateError, match=r"did not end within 0\.001 seconds"):
        render_in_child(own, {})


def test_the_system_ends_what_python_cannot(own: Path) -> None:
    """The limits of the process are set: time, memory, files, and that no file can be written."""
    program = (
        "import json, resource as r, sys; from runbook_tui.rendering.bounds import bounded\n"
        "with bounded(seconds=1.0):\n"
        "  print(json.dumps([r.getrlimit(k)[1] for k in (r.RLIMIT_CPU, r.RLIMIT_FSIZE, r.RLIMIT_CORE,"
        " r.RLIMIT_NOFILE, r.RLIMIT_AS)]))\n"
        "  while True: pass\n"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=60, check=False)
    seconds, written, core, files, memory = json.loads(ended.stdout)
    assert ended.returncode != 0 and b"rendering takes more than 1 seconds" in ended.stderr
    assert 3 <= seconds <= 8
    assert (written, core, files) == (0, 0, 16)
    if Path("/proc/self/statm").exists():
        assert 512 * 1024 * 1024 < memory < 2 * 1024 * 1024 * 1024


def test_nothing_of_the_users_environment_is_there(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEPLOY_TOKEN", "hunter2")
    monkeypatch.setenv("PYTHONSTARTUP", str(own))
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    assert set(child._environment()) == {"PYTHONPATH", "LANG"}
    own.write_text("{{ 7 * 7 }}")
    assert render_in_child(own, {}) == "49"


def test_only_plain_data_goes_in(own: Path) -> None:
    own.write_text("x")
    with pytest.raises(TypeError):
        render_in_child(own, {"repository": Path()})


def test_the_programs_own_limits_and_signals_are_left_alone(release: Runbook, own: Path) -> None:
    before = (signal.getsignal(signal.SIGVTALRM), resource.getrlimit(resource.RLIMIT_AS))
    own.write_text("{{ runbook.title }}")
    with ThreadPoolExecutor(2) as pool:
        texts = [pool.submit(render, release, template=own) for _ in range(2)]
        assert {text.result() for text in texts} == {release.title}
    assert (signal.getsignal(signal.SIGVTALRM), resource.getrlimit(resource.RLIMIT_AS)) == before


def test_a_name_that_is_no_text_is_shown_and_read(tmp_path: Path, release: Runbook) -> None:
    own = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.j2"))
    own.write_text("{{ runbook.title }}")
    assert render(release, template=own) == release.title
