"""The pipe between a command that has secrets and its output file. Loaded by the shim when there are any."""

import os
import select

TYPE_CHECKING = False  # as in typing, which takes long to import
if TYPE_CHECKING:
    from collections.abc import Callable

    from runbook_tui.text.masking import Masker

_CHUNK = 64 * 1024
_CHUNKS = 16
"""Read at most at a time: a command that prints for ever must not keep the shim from its time limit."""


class Pipe:
    """What a command prints comes out of it masked. If nobody reads any more, the command cannot print.

    Args:
        masker: takes the secrets away.
    """

    def __init__(self, masker: "Masker") -> None:
        self._masker = masker
        self.outlet, self.inlet = os.pipe()
        os.set_blocking(self.outlet, False)
        self.open = True
        """Whether somebody can still print."""

    def read(self, write: "Callable[[bytes], None]") -> bool:
        """Hand on what is there, masked; whether there can be more."""
        for _ in range(_CHUNKS):
            data = self._next()
            if not data:
                break
            write(self._masker.feed(data))
        return self.open

    def end(self, write: "Callable[[bytes], None]") -> bytes:
        """Hand on what is there when the command has ended, and what was held back."""
        self.read(write)
        return self._masker.finish()

    def wait(self, write: "Callable[[bytes], None]") -> bool:
        """As :meth:`read`, once there is something."""
        poller = select.poll()
        poller.register(self.outlet, select.POLLIN)
        poller.poll()
        more = self.read(write)
        if not more:
            write(self._masker.finish())
        return more

    def _next(self) -> bytes:
        if not self.open:
            return b""
        try:
            data = os.read(self.outlet, _CHUNK)
        except OSError:  # most of all BlockingIOError: there is nothing now
            return b""
        self.open = bool(data)
        return data
