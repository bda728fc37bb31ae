"""What is mutated, and the quick tests that have to notice it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Room:
    """Files that belong together, and the tests of them that take seconds."""

    name: str
    files: tuple[str, ...]
    """Below ``runbook_tui/``."""
    tests: tuple[str, ...]
    """Below ``tests/``: files, or names of single tests in them."""
    left_out: tuple[str, ...] = ()
    """Tests that start a process which cannot load a file that was mutated."""


ROOMS = (
    Room(
        "framing",
        ("execution/framing.py",),
        ("execution/test_framing.py", "execution/test_framing_exactly.py"),
    ),
    Room(
        "quoting",
        ("text/shell.py", "text/shell_places.py"),
        ("text/test_shell.py", "text/test_shell_exactly.py"),
    ),
    Room(
        "sanitiser",
        ("text/terminal.py",),
        ("text/test_terminal.py", "text/test_terminal_exactly.py"),
    ),
    Room(
        "recorder",
        (
            "execution/log.py",
            "execution/record.py",
            "execution/head.py",
            "execution/lock.py",
            "execution/spill.py",
            "execution/folder.py",
        ),
        (
            "execution/test_record.py",
            "execution/test_lock.py",
            "execution/test_folder.py",
            "execution/test_spill.py",
            "execution/test_record_exactly.py",
            "execution/test_rescued_exactly.py",
            "execution/test_folder_exactly.py",
            "execution/test_head_exactly.py",
            "execution/test_lock_exactly.py",
            "execution/test_log_exactly.py",
        ),
    ),
    Room(
        "masking",
        ("text/masking.py",),
        ("text/test_masking.py", "text/test_masking_exactly.py"),
        ("text/test_masking.py::test_the_shim_can_load_it_alone_and_quickly",),
    ),
    Room(
        "shim",
        (
            "execution/shim.py",
            "execution/shim_gap.py",
            "execution/shim_pipe.py",
            "execution/shim_tree.py",
        ),
        (
            "execution/test_shim_exactly.py",
            "execution/test_shim_failing.py",
            "execution/test_shim_waiting.py",
            "execution/test_shim_parts.py",
            "execution/test_shim_flood.py::TestGap",
        ),
    ),
)
"""A shim that runs as a process of its own is no mutant: only tests that call it in their own process count."""
