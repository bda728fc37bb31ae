"""What a case of bad input is: a command, the files it finds, and every line that it has to tell.

``…`` in a line stands for any text.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

FIFO = "a named pipe"
"""Content that makes a file a named pipe."""
FOLDER = "a folder"
"""Content that makes a file a folder."""
LONG = "x" * 300
"""A name that no file can have."""


@dataclass(frozen=True)
class Case:
    """One command in a folder with these files."""

    name: str
    command: str
    """Words of the command, without its name."""
    told: tuple[str, ...]
    """Lines on standard error, all of them."""
    files: Mapping[str, str | bytes] = field(default_factory=dict)
    """Name to content; ``-> target`` makes a symbolic link."""
    prepare: Callable[[Path], None] | None = None

    def build(self, folder: Path) -> None:
        """Write the files into a folder that is there."""
        for name, content in self.files.items():
            path = folder / name
            if content == FIFO:
                os.mkfifo(path)
            elif content == FOLDER:
                path.mkdir()
            elif isinstance(content, str) and content.startswith("-> "):
                path.symlink_to(content.removeprefix("-> "))
            else:
                path.write_bytes(content.encode() if isinstance(content, str) else content)
        if self.prepare is not None:
            self.prepare(folder)


def matches(line: str, wanted: str) -> bool:
    """Whether a line is as wanted, where ``…`` stands for any text."""
    first, *others = wanted.split("…")
    if not line.startswith(first):
        return False
    rest = line[len(first) :]
    for part in others[:-1]:
        if part not in rest:
            return False
        rest = rest[rest.index(part) + len(part) :]
    return rest.endswith(others[-1]) if others else not rest


def service(
    name: str, *, repository: str = "shop", base: str = "v1", target: str = "main", more: str = ""
) -> str:
    """A service of a manifest, in one line."""
    return (
        f"  {name}: {{owner: ann, repository: ../repositories/{repository}, deployed: {base}, "
        f"release: {target}{more}}}\n"
    )


def manifest(*services: str, rest: str = "") -> str:
    """A manifest whose first service stands in line 4."""
    return f"version: 1\nsystem: shop\nservices:\n{''.join(services)}{rest}"


def runbook(*steps: str) -> str:
    """A runbook whose first step stands in line 4."""
    return "runbook: 1\ntitle: Release\nsteps:\n" + "".join(f"  - {{{step}}}\n" for step in steps)


PLAN = "plan services.yaml -o release.yaml"
EXPORT = "export release.yaml -o release.md --template own.j2"
GOOD = manifest(service("orders"))
PLANNED = runbook(
    'id: go, title: Go, kind: gate, approve: "May we?"',
    "id: deploy, title: Deploy, kind: deploy, run: echo deployed, needs: [{step: go, because: it is decided}]",
)
