"""``runbook migrations --squawk``: squawk's opinion beside ours, and what is said where there is none."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from runbook_tui.cli.main import main
from runbook_tui.migrations.squawk import find_squawk
from tests.cli.manifests import SERVICES

needs_squawk = pytest.mark.skipif(find_squawk() is None, reason="squawk is not installed")
DOMAIN = "CREATE DOMAIN price AS int CHECK (value > 0);"
FILE = f"-- migrate:up\n{DOMAIN}\n-- migrate:down\nDROP DOMAIN price;\n"


def shop(folder: Path) -> None:
    (folder / "orders/db").mkdir(parents=True)
    (folder / "orders/db/1_one.sql").write_text(
        "-- migrate:up\nCREATE TABLE orders (id int);\n-- migrate:down\n"
    )
    git(folder, "init", "--quiet")
    commit(folder, "v1")
    (folder / "orders/db/2_price.sql").write_text(FILE)
    commit(folder, "v2")


def commit(folder: Path, tag: str) -> None:
    git(folder, "add", "--all")
    git(
        folder,
        "-c",
        "user.name=Ann",
        "-c",
        "user.email=ann@shop.example",
        "commit",
        "--quiet",
        "--message",
        tag,
    )
    git(folder, "tag", tag)


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", "-C", str(folder), "-c", "commit.gpgsign=false", *arguments], check=True)


def rules(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    capsys.readouterr()
    assert main(["migrations", "--json", "--fail-on", "never", *arguments]) == 0
    found = [finding for entry in json.loads(capsys.readouterr().out) for finding in entry["findings"]]
    return [finding["rule"] for finding in found if finding["rule"].startswith("squawk:")]


@needs_squawk
def test_its_findings_stand_among_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shop(tmp_path / "shop")
    (tmp_path / "services.yaml").write_text(SERVICES)
    (tmp_path / "plain.sql").write_text(DOMAIN)
    monkeypatch.chdir(tmp_path)
    said = ["squawk:ban-create-domain-with-constraint"]
    assert rules(capsys, "shop") == []
    assert rules(capsys, "--squawk", "shop") == said
    assert rules(capsys, "--squawk", "plain.sql") == said
    assert rules(capsys, "--squawk", "--engine", "mysql", "shop") == []
    # the released commit is read, whatever the files say now
    (tmp_path / "shop/orders/db/2_price.sql").unlink()
    assert rules(capsys, "--squawk", "services.yaml") == said


def test_where_it_is_missing_that_is_said_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shop(tmp_path / "one")
    shop(tmp_path / "two")
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr("sys.executable", str(tmp_path / "bin" / "python"))
    assert main(["migrations", "--squawk", str(tmp_path / "one/orders"), str(tmp_path / "two/orders")]) == 0
    told = capsys.readouterr().err
    assert told.count("squawk is not installed") == 1
    assert "pip install 'runbook-tui[postgres]'" in told
