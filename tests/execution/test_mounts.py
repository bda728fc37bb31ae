"""Network file systems are named."""

from __future__ import annotations

from pathlib import Path

import pytest

from runbook_tui.execution.mounts import network_file_system, warning

LINES = """\
22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/root rw
30 22 0:40 / {root}/nfs rw shared:3 - nfs4 server:/export rw,vers=4.2
31 22 0:41 / {root}/nfs/local rw - ext4 /dev/loop0 rw
32 22 0:42 / {root}/with\\040space rw - cifs //server/share rw
33 22 0:43 / {root}/ssh rw - fuse.sshfs ann@server: rw
34 22 0:44 / {root}/fuse rw - fuse.portal portal rw
35 22 0:45 / {root}/twice rw - ext4 /dev/loop1 rw
36 22 0:46 / {root}/twice rw - 9p share rw
broken line
37 22 - nfs4
"""


@pytest.mark.parametrize(
    ("place", "kind"),
    [
        ("here", None),
        ("nfs/run", "nfs4"),
        ("nfs", "nfs4"),
        ("nfs2", None),
        ("nfs/local/run", None),
        ("with space/run", "cifs"),
        ("ssh/run", "fuse.sshfs"),
        ("fuse/run", None),
        ("twice/run", "9p"),
    ],
)
def test_the_mount_above_a_path_counts(tmp_path: Path, place: str, kind: str | None) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(LINES.format(root=tmp_path.resolve()))
    assert network_file_system(tmp_path / place, mounts) == kind
    told = warning(tmp_path / place, mounts)
    assert told is None if kind is None else f"network file system ({kind})" in str(told)


def test_a_system_that_does_not_say(tmp_path: Path) -> None:
    assert network_file_system(tmp_path, tmp_path / "nothing") is None
    assert warning(tmp_path, tmp_path / "nothing") is None
