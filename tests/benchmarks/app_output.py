"""The app while a command prints 100 MB, against the same app at rest: memory, and from a key to what it changes."""

from __future__ import annotations

import tempfile
from pathlib import Path
from statistics import median

from tests.end_to_end.held_terminal import HeldTerminal

MEGABYTES = 100
PIECES = 100
"""The output comes in so many pieces, a tenth of a second apart, so that there is time to press keys."""
PIECE = MEGABYTES * 1_000_000 // PIECES
KEYS = 30

RUNBOOK = f"""
runbook: 1
title: Release
environment: staging
steps:
  - id: flood
    title: Loud command
    kind: deploy
    run: |
      touch begun
      for piece in $(seq {PIECES}); do
        yes 'what a command prints: a line of some words' | head -c {PIECE} || true
        sleep 0.1
      done
      for _ in $(seq 1200); do test -e go && break; sleep 0.05; done
  - {{id: other, title: Another step, kind: deploy, run: "true"}}
"""


def run(folder: Path) -> None:
    """Print the figures."""
    (folder / "release.yaml").write_text(RUNBOOK)
    terminal = HeldTerminal(folder)
    try:
        terminal.start("run", "release.yaml")
        terminal.see(b"Step 1 of 2")
        terminal.read(1.0)
        idle, idle_memory = keys(terminal), memory(terminal)
        terminal.press(b"r")
        terminal.until((folder / "begun").exists, 30)
        flooded = keys(terminal)
        terminal.until(lambda: printed(folder) >= MEGABYTES * 1_000_000, 60)
        print(f"\nThe app while a command prints {printed(folder) / 1e6:.0f} MB ({KEYS} keys each)")
        print(f"  memory at rest {idle_memory:.0f} MiB, at most {memory(terminal):.0f} MiB while it prints")
        print(f"  key to paint at rest {idle * 1000:.0f} ms, while it prints {flooded * 1000:.0f} ms", end="")
        print(f"  ({flooded / idle:.1f} x)")
    finally:
        (folder / "go").touch()
        terminal.close()


def keys(terminal: HeldTerminal) -> float:
    """Median seconds from tab to the frame that gets the focus."""
    times = []
    for number in range(KEYS):
        since = len(terminal.received)
        terminal.press(b"\t")
        times.append(terminal.see((b"Steps", b"Output", b"Steps")[number % 3], since=since))
        terminal.read(0.1)
    return median(times)


def printed(folder: Path) -> int:
    """Bytes that the command printed so far."""
    return sum(path.stat().st_size for path in folder.glob("release.runs/*/output/*"))


def memory(terminal: HeldTerminal) -> float:
    """The most memory that the process ever had, in MiB."""
    text = Path(f"/proc/{terminal.process.pid}/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in text.splitlines() if line.startswith("VmHWM")) / 1024


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="runbook-bench-") as place:
        run(Path(place))
