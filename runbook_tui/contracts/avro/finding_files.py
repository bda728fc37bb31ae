"""Which other files may define a name: no file says so itself, but people name files after what is in them."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from dataclasses import dataclass, field

from runbook_tui.contracts.files import ContractFiles

MOST = 200
"""Files of one folder that are looked into for one name."""
_ENDINGS = (".avsc", ".avpr")


@dataclass(slots=True)
class FileFinder:
    """Finds the files that may define a name, in one version."""

    files: ContractFiles
    _by_stem: dict[str, list[str]] = field(default_factory=dict)
    _by_folder: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for path in sorted({*self.files.own, *self.files.names}):
            if path.endswith(_ENDINGS):
                self._by_folder.setdefault(posixpath.dirname(path), []).append(path)
                stem = posixpath.basename(path).rpartition(".")[0]
                for key in {_folded(stem), _folded(stem.rpartition(".")[2])}:
                    self._by_stem.setdefault(key, []).append(path)

    def candidates(self, name: str, near: str) -> Iterable[str]:
        """Paths of files that hold the text of a name, the likeliest first.

        Those that are called like it come first (``com/shop/Address.avsc``, ``com.shop.Address.avsc``,
        ``address.avsc``), then all others of the folder of ``near``.
        """
        short = name.rpartition(".")[2]
        wanted = "/" + name.replace(".", "/").lower()
        here = posixpath.dirname(near)

        def distance(path: str) -> tuple[bool, bool, int, str]:
            exact = ("/" + path.rpartition(".")[0].lower()).endswith(wanted)
            return (not exact, posixpath.dirname(path) != here, len(path), path)

        called = sorted(
            {p for key in (name, short) for p in self._by_stem.get(_folded(key), ())}, key=distance
        )
        around = [path for path in self._by_folder.get(here, ()) if path not in called]
        quoted = short.encode()
        for path in [*called[:MOST], *around[:MOST]]:
            data = None if path == near else self.files.read(path)
            if data is not None and quoted in data:
                yield path


def _folded(stem: str) -> str:
    """``order_placed``, ``order-placed`` and ``OrderPlaced`` are one name."""
    return stem.replace("-", "").replace("_", "").lower()
