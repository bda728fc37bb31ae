"""A wheel built from the tree works alone, from any folder."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ``bin`` folder of an environment that has the wheel, and its dependencies but not the tree."""
    folder = tmp_path_factory.mktemp("wheel")
    _run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder / "dist")], cwd=ROOT)
    (wheel,) = (folder / "dist").glob("*.whl")
    venv.create(folder / "venv", with_pip=False, symlinks=True)
    python = folder / "venv" / "bin" / "python"
    purelib = Path(
        _run([str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], cwd=folder)
    )
    # The dependencies of this environment; its .pth files, and with them the tree, are not followed from here.
    (purelib / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-deps"]
    _run([*pip, "--disable-pip-version-check", str(wheel)], cwd=folder)
    return python.parent


def test_the_wheel_brings_what_it_needs(installed: Path, tmp_path: Path) -> None:
    found = _run(
        [str(installed / "python"), "-c", "import runbook_tui; print(runbook_tui.__file__)"], cwd=tmp_path
    )
    package = Path(found).parent
    assert installed.parent in package.parents
    assert (package / "templates" / "runbook.md.j2").is_file()
    assert (package / "examples" / "shop" / "shop.yaml").is_file()
    assert (package / "py.typed").is_file()


def test_it_plans_and_exports_the_example_from_another_folder(installed: Path, tmp_path: Path) -> None:
    runbook = str(installed / "runbook")
    _run([runbook, "demo", "shop", "--build-only"], cwd=tmp_path)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    _run(
        [str(installed / "runbook-tui"), "export", "../shop/release.yaml", "-o", "release.md"], cwd=elsewhere
    )
    text = (elsewhere / "release.md").read_text("utf-8")
    assert text.startswith("# ")
    assert "```mermaid" in text
    assert "deploy-billing" in text


def _run(argv: list[str], cwd: Path) -> str:
    environment = {
        name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "VIRTUAL_ENV"}
    }
    done = subprocess.run(argv, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.strip()
