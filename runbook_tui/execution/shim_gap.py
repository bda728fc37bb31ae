"""Keeps the disk from being filled by a command that prints without end. Loaded by the shim once it is too much.

The command goes on to write at the end of its output file. A hole is punched into the middle, which gives the space
back, and is closed when the command has ended; the beginning and the end are what a reader needs.
"""

# ruff: noqa: SIM105
import os

_KEEP_SIZE, _PUNCH_HOLE = 1, 2  # linux/falloc.h
_BLOCK = 4096
_CHUNK = 1024 * 1024


class Gap:
    """The part of an output file that is not kept.

    Args:
        log: descriptor of the file.
        cap: bytes that are kept, half of them from the beginning.
    """

    def __init__(self, log: int, cap: int) -> None:
        self._log = log
        self._begins = self._ends = max(_BLOCK, cap // 2 // _BLOCK * _BLOCK)
        self._behind = cap - cap // 2
        self._possible = True

    def widen(self, size: int) -> None:
        """Give back what is by now in the middle. A file system that cannot do that keeps everything.

        Args:
            size: of the file.
        """
        ends = (size - self._behind) // _BLOCK * _BLOCK
        if self._possible and ends > self._ends:
            self._possible = punch(self._log, self._ends, ends - self._ends)
            if self._possible:
                self._ends = ends

    def close(self, alone: bool) -> int:
        """Put what is behind the hole right after what is before it; how many bytes were dropped.

        Args:
            alone: nothing writes to the file any more; else the hole stays, which reads as NULs.
        """
        dropped = self._ends - self._begins
        if dropped and alone:
            try:
                self._join(f"\n[{dropped} bytes were left out here: the command printed too much]\n".encode())
            except OSError:
                pass  # the hole stays
        return dropped

    def _join(self, notice: bytes) -> None:
        # A descriptor of its own: where a file is open for appending, pwrite(2) appends, whatever place it is given.
        fd = os.open(f"/proc/self/fd/{self._log}", os.O_RDWR | os.O_CLOEXEC)
        try:
            to = self._begins + os.pwrite(fd, notice, self._begins)
            place = self._ends
            while data := os.pread(fd, _CHUNK, place):
                place += len(data)
                to += _write(fd, data, to)
            os.ftruncate(fd, to)
        finally:
            os.close(fd)


def _write(fd: int, data: bytes, place: int) -> int:
    done = 0
    while done < len(data):
        done += os.pwrite(fd, data[done:], place + done)
    return done


def punch(fd: int, start: int, length: int) -> bool:
    """Give back the space of a part of a file; whether the file system can do that (fallocate(2))."""
    import ctypes  # takes 3 ms

    call = getattr(ctypes.CDLL(None), "fallocate64", None) or getattr(ctypes.CDLL(None), "fallocate", None)
    if call is None:
        return False
    failed: int = call(fd, _PUNCH_HOLE | _KEEP_SIZE, ctypes.c_longlong(start), ctypes.c_longlong(length))
    return not failed
