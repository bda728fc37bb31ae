"""Whatever a repository says about itself: reading it runs nothing, crashes nothing and changes nothing."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from runbook_tui.repositories.git import Repository
from runbook_tui.repositories.model import RepositoryError
from tests.hostile.conftest import Show
from tests.hostile.git_traps import CONFIG, DATA, HOOKS, Traps
from tests.hostile.planned import manifest
from tests.hostile.sweep import Sweep, commit, git, repository

pytestmark = pytest.mark.xdist_group("hostile")

COMMANDS = {
    "preflight": "true",
    "deploy": "printf '%s\\n' {{ version }}",
    "verify": "echo {{ version }}",
    "rollback": "true",
}
EVERYTHING = (
    ("plan", "services.yaml", "--json"),
    ("plan", "services.yaml", "-o", "release.yaml"),
    ("check", "release.yaml"),
    ("explain", "release.yaml", "deploy-orders"),
    ("export", "release.yaml"),
    ("contracts", "services.yaml"),
    ("migrations", "services.yaml"),
    ("migrations", "shop", "--since", "v1"),
    ("catalog", "shop"),
    ("init", "shop", "--json"),
    ("run", "--plain", "--rehearse", "release.yaml"),
)
CAREFULLY = (EVERYTHING[0], EVERYTHING[9])
CARELESS = (
    ["status"],
    ["log", "-3", "-p"],
    ["diff", "HEAD~1"],
    ["describe", "--dirty"],
    ["--paginate", "tag"],
    ["add", "."],
    ["checkout", "--", "."],
    ["blame", "app.py"],
    ["ls-remote"],
)


@pytest.fixture
def shop(folder: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    """A folder with the repository ``shop`` and a manifest of it."""
    place = folder / str(abs(hash(request.node.name)))
    repository(place / "shop")
    orders = {
        "commands": COMMANDS,
        "datastores": [{"name": "orders-db", "access": "owner"}],
        "migrations": {"tool": "golang-migrate", "path": "db", "datastore": "orders-db"},
    }
    text = manifest({"orders": orders}, datastores={"orders-db": {"engine": "postgresql"}})
    (place / "services.yaml").write_text(text)
    yield place


def library(path: Path) -> int:
    """Everything that the program asks of a repository; how many questions git refused."""
    try:
        repository = Repository.open(path)
        base, target = repository.resolve("v1").sha, repository.resolve("main").sha
    except RepositoryError:
        return 1
    questions: tuple[Callable[[], object], ...] = (
        lambda: repository.compare(base, target),
        lambda: repository.compare_all(base, target, ["db", "app.py"]),
        lambda: repository.commits(base, target, "db"),
        lambda: repository.files(target),
        lambda: repository.listing(target),
        lambda: repository.read(target, ["app.py"]),
        lambda: repository.read_at([(target, "app.py"), (base, "db/001_a.up.sql")]),
        lambda: repository.changed(base, target),
        lambda: repository.grep(target, ["TABLE"]),
        lambda: repository.introductions(base, target, ["db/002_b.up.sql"]),
        lambda: repository.changes_of("app.py", target),
        lambda: repository.contains(target, base),
        lambda: repository.tag_at(target),
        lambda: repository.resolve_all(["HEAD", "v*", "main", "nope", "HEAD~1"]),
    )
    refused = 0
    for question in questions:
        try:
            question()
        except RepositoryError:
            refused += 1
    return refused


@pytest.mark.parametrize("setting", CONFIG)
def test_no_setting_runs_a_program(sweep: Sweep, shop: Path, setting: str) -> None:
    traps = Traps(shop / "shop", shop / "programs", sweep.markers)
    traps.prepare()
    traps.set(setting)
    sweep.look("nothing yet")
    sweep.executed.clear()
    with sweep.input("git config", setting):
        library(shop / "shop")
        for arguments in CAREFULLY:
            assert sweep.runbook(*arguments, folder=shop)[0] in {0, 1, 2}
    sweep.require_clean()


def test_all_settings_at_once_run_nothing_and_the_traps_are_real(sweep: Sweep, shop: Path) -> None:
    traps = Traps(shop / "shop", shop / "programs", sweep.markers)
    traps.prepare()
    for setting in CONFIG:
        if setting not in {"core.hooksPath", "include.path", "includeIf.gitdir:/.path"}:
            traps.set(setting)
    hooks = shop / "shop" / ".git" / "hooks"
    hooks.mkdir(exist_ok=True)
    for hook in HOOKS:
        (hooks / hook).write_bytes(traps.program(f"hook-{hook}").read_bytes())
        (hooks / hook).chmod(0o755)
    sweep.look("nothing yet")
    sweep.executed.clear()
    refused = library(shop / "shop")
    for arguments in EVERYTHING:
        status, told = sweep.runbook(*arguments, folder=shop)
        assert status in {0, 1, 2, 3}, told
    sweep.look("all settings")
    sweep.require_clean()
    assert refused == 0
    for words in CARELESS:  # what somebody would have called who takes no care
        subprocess.run(["git", *words], cwd=shop / "shop", capture_output=True, check=False, timeout=60)
    ran = {path.name for path in sweep.markers.iterdir()}
    for path in sweep.markers.iterdir():
        path.unlink()
    assert {"core.fsmonitor", "gpg.program", "diff.trap.textconv", "filter.trap.process", "ext"} <= ran


@pytest.mark.parametrize("name", DATA)
def test_no_data_crashes_or_leaks(sweep: Sweep, shop: Path, name: str) -> None:
    DATA[name](shop / "shop")
    with sweep.input("git data", name):
        library(shop / "shop")
        for arguments in (EVERYTHING[0], EVERYTHING[6], EVERYTHING[7], EVERYTHING[9]):
            assert sweep.runbook(*arguments, folder=shop)[0] in {0, 1, 2}
        if sweep.runbook(*EVERYTHING[1], folder=shop)[0] == 0:
            for arguments in EVERYTHING[2:6]:
                sweep.runbook(*arguments, folder=shop)
    sweep.require_clean()


def _shallow(shop: Path) -> None:
    (shop / "shop").rename(shop / "origin")
    git(shop, "clone", "--quiet", "--depth=1", (shop / "origin").as_uri(), "shop")


def _partial(shop: Path) -> None:
    (shop / "shop").rename(shop / "origin")
    git(shop / "origin", "config", "uploadpack.allowFilter", "true")
    git(shop, "clone", "--quiet", "--no-checkout", "--filter=blob:none", (shop / "origin").as_uri(), "shop")
    git(
        shop / "shop", "config", "remote.origin.uploadpack", "touch $HOSTILE_MARKERS/partial; git-upload-pack"
    )


def _empty(shop: Path) -> None:
    (shop / "shop").rename(shop / "origin")
    (shop / "shop").mkdir()
    git(shop / "shop", "init", "--quiet")


def _bare(shop: Path) -> None:
    (shop / "shop").rename(shop / "origin")
    git(shop, "clone", "--quiet", "--bare", "origin", "shop")


def _worktree(shop: Path) -> None:
    (shop / "shop").rename(shop / "origin")
    git(shop / "origin", "worktree", "add", "--quiet", "--detach", str(shop / "shop"))


def _submodule(shop: Path) -> None:
    repository(shop / "library")
    git(shop / "shop", "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", "../library", "lib")
    modules = shop / "shop" / ".gitmodules"
    modules.write_text(modules.read_text() + "\tupdate = !touch $HOSTILE_MARKERS/submodule\n")
    commit(shop / "shop", "Take the library", {})


def _pointer(shop: Path) -> None:
    (shop / "shop").rename(shop / "origin")
    (shop / "shop").mkdir()
    (shop / "shop" / ".git").write_text("gitdir: ../../../../../../../../etc\n")


def _link(shop: Path) -> None:
    (shop / "shop").rename(shop / "origin")
    (shop / "shop").symlink_to(shop / "shop")


KINDS = {
    "shallow": (_shallow, "shallow"),
    "partial": (_partial, "missing"),
    "empty": (_empty, "no commits yet"),
    "bare": (_bare, ""),
    "worktree": (_worktree, ""),
    "submodule": (_submodule, ""),
    "pointer elsewhere": (_pointer, "git"),
    "link to itself": (_link, "does not exist"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_repository_is_read_or_explained(sweep: Sweep, shop: Path, kind: str) -> None:
    make, said = KINDS[kind]
    make(shop)
    with sweep.input("git data", kind):
        library(shop / "shop")
        status, told = sweep.runbook(*EVERYTHING[0], folder=shop)
        assert status == (2 if said else 0), told
        assert said in told
    sweep.require_clean()


def test_a_repository_of_somebody_else_is_refused(
    sweep: Sweep, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: mine + 1)
    monkeypatch.delenv("SUDO_UID", raising=False)
    with sweep.input("git data", "dubious ownership"):
        status, told = sweep.runbook(*EVERYTHING[0], folder=shop)
        assert status == 2 and "belongs to another user" in told and "safe.directory" in told
    sweep.require_clean()


def test_the_figures(sweep: Sweep, show: Show) -> None:
    config, data = sweep.inputs["git config"], sweep.inputs["git data"]
    show(
        f"config={config} data={data} commands={len(EVERYTHING)} executed={len(sweep.executed)} "
        f"crashes={len(sweep.crashes)} leaks={len(sweep.leaks)}"
    )
    if config < len(CONFIG):
        pytest.skip("the figures are those of the whole file")
    assert config >= 30 and data >= 37
    sweep.require_clean(ever=True)
