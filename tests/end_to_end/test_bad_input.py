"""Bad input is told clearly, with its place, all at once, with exit status 2; nothing is written."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.end_to_end.bad_input_cases import PLAN, PLANNED, Case, manifest, matches, service
from tests.end_to_end.bad_manifests import ANSWERS, MANIFESTS, OPTIONS, REPOSITORIES
from tests.end_to_end.bad_runbooks import RUNBOOKS, TEMPLATES

pytestmark = pytest.mark.xdist_group("bad input")

CASES = [*TEMPLATES, *MANIFESTS, *REPOSITORIES, *OPTIONS, *ANSWERS, *RUNBOOKS]
COMMAND = str(Path(sys.executable).with_name("runbook"))
HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\udc80-\udcff]"
)
"""What moves a cursor, changes the order of text, or cannot be seen."""

Contents = dict[str, tuple[int, bytes]]


@dataclass(frozen=True)
class Ended:
    """What a command did."""

    status: int
    out: str
    err: str
    before: Contents
    after: Contents


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ``repositories`` in it."""
    folder = tmp_path_factory.mktemp("bad-input")
    make_repositories(folder / "repositories")
    return folder


@pytest.fixture(scope="module")
def repositories(root: Path) -> Contents:
    """What was in the repositories before any command."""
    return contents(root / "repositories")


@pytest.fixture(scope="module")
def ended(root: Path, repositories: Contents) -> Iterator[Mapping[str, Future[Ended]]]:
    """All cases by name, two at a time: most of what they take is starting Python."""
    with ThreadPoolExecutor(2) as pool:
        yield {case.name: pool.submit(ended_case, root, number, case) for number, case in enumerate(CASES)}
        pool.shutdown(cancel_futures=True)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_bad_input_is_told_and_nothing_is_written(case: Case, ended: Mapping[str, Future[Ended]]) -> None:
    told = ended[case.name].result()
    lines = told.err.splitlines()
    assert [line for line, wanted in zip(lines, case.told, strict=False) if not matches(line, wanted)] == []
    assert len(lines) == len(case.told), told.err
    assert (told.status, told.out) == (2, "")
    assert not HIDDEN.search(told.err)
    assert told.after == told.before


@pytest.mark.parametrize("repository", ["bare", "deep"])
def test_bare_repositories_and_shallow_ones_that_reach_back_far_enough_are_read(
    repository: str, root: Path
) -> None:
    folder = root / f"good-{repository}"
    folder.mkdir()
    (folder / "services.yaml").write_text(manifest(service("orders", repository=repository)))
    done = run(folder, *PLAN.split())
    assert done.returncode == 0, text(done.stderr)
    assert "deploy-orders" in (folder / "release.yaml").read_text("utf-8")


@pytest.mark.skipif(os.geteuid() == 0, reason="the administrator may write everywhere")
@pytest.mark.parametrize("command", [PLAN, "export given.yaml -o release.yaml"])
def test_a_folder_that_may_not_be_written(command: str, tmp_path: Path) -> None:
    (tmp_path / "given.yaml").write_text(PLANNED)
    (tmp_path / "services.yaml").write_text(manifest(service("orders")))
    tmp_path.chmod(0o500)
    done = run(tmp_path, *command.split())
    tmp_path.chmod(0o700)
    assert done.returncode == 2
    assert matches(
        text(done.stderr),
        "release.yaml: cannot be written (Permission denied); check the permissions of its folder…\n",
    )


DECISIONS = ("announce-start", "gate-go-no-go", "deploy-orders", "verify-release", "announce-done")


def test_foreign_text_reaches_no_terminal_as_it_is(root: Path) -> None:
    folder = root / "hostile"
    folder.mkdir()
    make_hostile(root / "repositories" / "hostile", folder / "services.yaml")
    decided = "".join(f"  {step}: {{decision: confirm, by: bea, because: x}}\n" for step in DECISIONS)
    (folder / "decisions.yaml").write_text(f"decisions: 1\nsteps:\n{decided}")
    commands = {
        "plan services.yaml": 0,
        "plan services.yaml --json": 0,
        "plan services.yaml -o release.yaml": 0,
        "check release.yaml": 0,
        "explain release.yaml deploy-orders --json": 0,
        "export release.yaml": 0,
        "run --plain release.yaml --decisions decisions.yaml": 0,
    }
    printed = ""
    for command, status in commands.items():
        done = run(folder, *command.split())
        printed += text(done.stdout + done.stderr)
        assert done.returncode == status, (command, printed)
        assert HIDDEN.search(printed) is None, command
        if command.endswith("-o release.yaml"):
            edit(folder / "release.yaml")
    (record,) = (folder / "release.runs").glob("*")
    shown = run(folder, "record", "show", str(record))
    assert shown.returncode == 0
    assert HIDDEN.search(text(shown.stdout + shown.stderr)) is None
    for sign in ("⟪202E⟫", "⟪200B⟫", "␛", "| red"):
        assert sign in printed


def make_hostile(repository: Path, manifest_path: Path) -> None:
    """A service all of whose names and texts want something of the terminal."""
    git(repository.parent, "init", "--quiet", "--initial-branch=main", str(repository))
    commit(repository, "Begin", {"app.py": "1\n"})
    git(repository, "tag", "v1")
    commit(
        repository,
        "Fix \x1b[2J\x1b]52;c;ZXZpbA==\a\u202e\u200b\x9b31m",
        {"n\x1b[31m\u202e.py": "2\n"},
        "--author=Eve \x1b]0;x\a\u202e <eve@shop.example>",
    )
    git(repository, "branch", "fe\u202eature")
    more = (
        ', on_call: "pager\u202e", title: "or\u200bders", '
        "commands: {deploy: \"printf '\\\\033]0;owned\\\\007\\\\033[31mred\\\\302\\\\233\\\\n'\"}"
    )
    written = manifest(service("orders", repository="hostile", target="fe\u202eature", more=more))
    written = written.replace("owner: ann", 'owner: "te\u202eam\u2066"')
    manifest_path.write_text(
        written + 'announce: {channel: "#rel\u202eeases"}\napprovers: ["bo\u202eb"]\n', "utf-8"
    )


def edit(path: Path) -> None:
    """What a person may write into a runbook, with what cannot be seen in it."""
    written = path.read_text("utf-8")
    assert "title: Deploy orders" in written
    path.write_text(
        written.replace("title: Deploy orders", "title: Dep\u202eloy\u200b or\u2066ders"), "utf-8"
    )


def ended_case(root: Path, number: int, case: Case) -> Ended:
    """What a case's command did in a folder of its own beside the repositories."""
    folder = root / f"case-{number}"
    folder.mkdir()
    case.build(folder)
    before = contents(folder)
    done = run(folder, *case.command.split())
    return Ended(done.returncode, text(done.stdout), text(done.stderr), before, contents(folder))


def test_no_repository_was_touched(
    root: Path, ended: Mapping[str, Future[Ended]], repositories: Contents
) -> None:
    for future in ended.values():
        future.result()
    after = contents(root / "repositories")
    assert {path: after[path] for path in after if not path.startswith("hostile")} == repositories


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """The command, in a folder; its own state would be told apart from what was there."""
    environment = {**os.environ, "XDG_STATE_HOME": str(folder / "state"), "RUNBOOK_OPERATOR": "ann"}
    return subprocess.run(
        [COMMAND, *arguments],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=60,
    )


def text(output: bytes) -> str:
    """Printed bytes; those that are not UTF-8 stay to be seen."""
    return output.decode("utf-8", "surrogateescape")


def contents(folder: Path) -> Contents:
    """Mode and content of everything in a folder."""
    found = {}
    for path in sorted(folder.rglob("*")):
        mode = path.lstat().st_mode
        if path.is_symlink():
            data = os.fsencode(path.readlink())
        else:
            data = path.read_bytes() if path.is_file() and path.stat().st_size < 1 << 20 else b""
        found[str(path.relative_to(folder))] = (mode, data)
    return found


def make_repositories(folder: Path) -> None:
    """Repositories that are fine and such that are not."""
    shop = folder / "shop"
    git(folder, "init", "--quiet", "--initial-branch=main", str(shop))
    commit(shop, "Begin", {"db/001_a.up.sql": "CREATE TABLE a (id int);\n", "docs/page.md": "text\n"})
    git(shop, "tag", "v1")
    commit(shop, "Go on", {"app.py": "2\n", "docs/page.md": "more text\n"})
    for name, options in {
        "bare": ["--bare"],
        "deleted": [],
        "shallow": ["--depth=1", "--no-tags"],
        "deep": ["--depth=3"],
        "cut": ["--depth=1"],
        "broken": [],
    }.items():
        git(folder, "clone", "--quiet", *options, f"file://{shop}", name)
    git(folder / "deleted", "tag", "--delete", "v1")
    git(folder / "cut", "fetch", "--quiet", "--depth=1", "origin", "tag", "v1")
    shutil.rmtree(folder / "broken" / ".git" / "objects")
    (folder / "broken" / ".git" / "objects").mkdir()
    git(folder, "init", "--quiet", "empty")
    (folder / "plain").mkdir()
    (folder / "file").write_text("text\n")
    (folder / "loop").symlink_to("loop")
    migrations = folder / "broken-migrations"
    git(folder, "init", "--quiet", "--initial-branch=main", str(migrations))
    commit(migrations, "Begin", {"versions/a.py": "revision = 'a'\ndown_revision = None\n"})
    git(migrations, "tag", "v1")
    commit(
        migrations,
        "Break",
        {
            "versions/b.py": "revision = 'b'\ndown_revision = 'a'\ndef upgrade(:\n    pass\n",
            "versions/c.py": "revision = 'c'\ndown_revision = 'b'\ndef upgrade():\n\tpass\n        pass\n",
        },
    )


def commit(repository: Path, message: str, files: Mapping[str, str], *more: str) -> None:
    for name, content in files.items():
        (repository / name).parent.mkdir(parents=True, exist_ok=True)
        (repository / name).write_text(content)
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "--message", message, *more)


def git(folder: Path, *arguments: str) -> None:
    folder.mkdir(exist_ok=True)
    identity = ["-c", "user.name=Ann", "-c", "user.email=ann@shop.example", "-c", "commit.gpgsign=false"]
    subprocess.run(
        ["git", *identity, *arguments],
        cwd=folder,
        check=True,
        capture_output=True,
        env={**os.environ, "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"},
    )
