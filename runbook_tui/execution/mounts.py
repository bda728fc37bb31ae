"""On which kind of file system a folder is: locks and appends of network file systems promise less."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

MOUNTS = Path("/proc/self/mountinfo")
_NETWORK = frozenset(
    {
        "nfs",
        "nfs4",
        "cifs",
        "smb",
        "smb2",
        "smb3",
        "smbfs",
        "9p",
        "afs",
        "ncpfs",
        "ceph",
        "glusterfs",
        "lustre",
    }
    | {"gfs", "gfs2", "ocfs2", "coda", "beegfs", "gpfs", "pvfs2", "orangefs", "davfs", "virtiofs"}
)
_NETWORK_FUSE = frozenset(
    {"sshfs", "glusterfs", "s3fs", "rclone", "davfs", "cephfs", "gcsfuse", "blobfuse", "lizardfs"}
)


def network_file_system(path: Path, mounts: Path = MOUNTS) -> str | None:
    """The type of the file system of a path, such as ``nfs4``, when it is reached over a network; else None.

    Also None where the system does not say: this is for a warning.
    """
    with suppress(OSError, RuntimeError):
        kind = _kind(str(path.resolve()), mounts.read_text(encoding="utf-8", errors="surrogateescape"))
        base, _, sub = kind.partition(".")
        if base in _NETWORK or (base == "fuse" and sub in _NETWORK_FUSE):
            return kind
    return None


def warning(path: Path, mounts: Path = MOUNTS) -> str | None:
    """The sentence for an operator whose record is on a network file system; None when it is on a disk."""
    kind = network_file_system(path, mounts)
    if kind is None:
        return None
    return (
        f"{path} is on a network file system ({kind}): its locks and appends promise less than those of a disk; "
        "see that nobody executes this run on another machine, or keep the runbook on a local disk"
    )


def _kind(path: str, text: str) -> str:
    """The type of the mount with the longest point above a path; the last one of several at one point."""
    longest, kind = -1, ""
    for line in text.splitlines():
        before, dash, after = line.partition(" - ")
        fields = before.split(" ")
        if not dash or len(fields) < 5:
            continue
        point = re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), fields[4])
        below = path == point or path.startswith(point if point.endswith("/") else f"{point}/")
        if below and len(point) >= longest:
            longest, kind = len(point), after.split(" ")[0]
    return kind
