"""Ports on 127.0.0.1 that nobody uses."""

from __future__ import annotations

import socket
import zlib
from pathlib import Path

from runbook_tui.files.problems import RunbookError

_LOWEST, _BLOCK, _BLOCKS = 17_000, 16, 900
"""Blocks below 32768, from where systems take the ports of outgoing connections."""


def free_ports(folder: Path, count: int, first: int | None = None) -> range:
    """Consecutive free ports.

    Args:
        folder: the same folder gets the same ports as long as they are free, and others get other ones.
        count: how many, at most 16.
        first: begin with this one and no other.

    Raises:
        RunbookError: ``first`` was given and one of its ports is in use, or none are free.
    """
    if first is not None:
        taken = [port for port in range(first, first + count) if not _free(port)]
        if taken:
            raise RunbookError(
                f"port {taken[0]} is in use; expected {count} free ports from {first} on; give another one"
            )
        return range(first, first + count)
    begin = zlib.crc32(str(folder.resolve()).encode())
    for offset in range(_BLOCKS):
        lowest = _LOWEST + (begin + offset) % _BLOCKS * _BLOCK
        if all(_free(port) for port in range(lowest, lowest + count)):
            return range(lowest, lowest + count)
    raise RunbookError(f"there are no {count} free ports between {_LOWEST} and {_LOWEST + _BLOCKS * _BLOCK}")


def _free(port: int) -> bool:
    with socket.socket() as attempt:
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind(("127.0.0.1", port))
        except (OSError, OverflowError):
            return False
    return True
