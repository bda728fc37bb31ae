"""``runbook plan`` as people read it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from runbook_tui.cli.main import main


def shop(folder: Path, *, kind: str = "normal", extra: str = "") -> str:
    """A manifest whose two services depend on one another; its path."""
    repository = folder / "shop"
    for arguments in (
        ["init", "--quiet", str(repository)],
        *(
            ["-C", str(repository), *command]
            for version in ("v1", "v2")
            for command in (
                ["commit", "--quiet", "--allow-empty", "--message", version],
                ["tag", version],
            )
        ),
    ):
        identity = ["-c", "user.name=Ann", "-c", "user.email=ann@shop.example", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", *identity, *arguments], check=True, capture_output=True)
    services = "".join(
        f"  {name}: {{owner: ann, repository: shop, deployed: v1, release: v2, "
        f"depends_on: [{{service: {other}, kind: {kind}}}]}}\n"
        for name, other in (("billing", "cart"), ("cart", "billing"))
    )
    path = folder / "services.yaml"
    path.write_text(f"version: 1\nsystem: shop\nservices:\n{services}{extra}", encoding="utf-8")
    return str(path)


def test_a_dependency_that_gave_way_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", shop(tmp_path)]) == 0
    told = capsys.readouterr().out
    assert "gives way to" in told
    assert "mark one soft" in told


def test_a_rule_that_is_switched_off_is_told_with_its_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    off = "rules:\n  dependency-first: {enabled: false, reason: both tolerate either}\n"
    assert main(["plan", shop(tmp_path, extra=off)]) == 0
    assert "dependency-first is switched off: both tolerate either" in capsys.readouterr().out


def test_a_contradiction_that_no_earlier_commit_splits_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["plan", shop(tmp_path, kind="hard"), "--split"]) == 1
    told = capsys.readouterr().out
    assert "(hard dependency)" in told
    assert "No earlier commits split it into releases that can be ordered." in told


def test_planning_again_counts_what_changed_and_what_is_still_to_settle(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    manifest, path = shop(tmp_path), tmp_path / "shop.yaml"
    plan = ["plan", manifest, "-o", str(path)]
    assert main(plan) == 0
    path.write_text(path.read_text("utf-8").replace("title: Deploy cart v2", "title: Cart, at last"), "utf-8")
    assert main([*plan, "--only", "cart", "--target", "cart=HEAD~1"]) == 0
    capsys.readouterr()
    assert main([*plan, "--only", "cart", "--target", "cart=HEAD~1"]) == 0
    told = capsys.readouterr().err
    assert "0 steps added, 0 removed, 0 changed" in told
    assert "1 conflict in the file to settle" in told
