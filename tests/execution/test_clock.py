"""The clocks of a record."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from runbook_tui.execution import clock


def test_now_is_now_on_both_clocks() -> None:
    before = time.time_ns() // 1_000_000
    instant = clock.now()
    after = time.time_ns() // 1_000_000
    assert datetime.fromisoformat(instant.at).tzinfo == UTC
    assert before <= clock.wall_microseconds(instant.at) // 1000 <= after
    assert abs(clock.since_boot() - instant.mono) < 60_000_000
    assert instant.at.endswith("Z")
    assert len(instant.at) == len("2026-11-22T19:12:01.123Z")


@pytest.mark.parametrize(
    ("at", "microseconds"),
    [
        ("1970-01-01T00:00:01.000Z", 1_000_000),
        ("1970-01-01T00:00:01", 1_000_000),
        ("1970-01-01T01:00:00+01:00", 0),
        ("soon", 0),
        ("", 0),
    ],
)
def test_a_time_is_read_as_it_is_written(at: str, microseconds: int) -> None:
    assert clock.wall_microseconds(at) == microseconds


def test_a_system_without_ids_of_boots(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock.boot_id.cache_clear()
    with monkeypatch.context() as patch:
        patch.setattr(clock, "_BOOT_ID", tmp_path / "nothing")
        assert clock.boot_id() == ""
    clock.boot_id.cache_clear()
    assert clock.boot_id() == clock.now().boot
