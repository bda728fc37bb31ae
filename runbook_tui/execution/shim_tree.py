"""The processes that a command has started. Loaded by the shim when they are to end."""
# ruff: noqa: PTH123, PTH208, SIM105

import os


def below() -> list[int]:
    """All processes below this one that run, parents first; none when they cannot be listed.

    Orphans are below it as well, where they could be adopted; if not, those that are left in its session are found.
    """
    me = os.getpid()
    leads = os.getsid(0) == me
    children: dict[int, list[int]] = {}
    found = [me]
    orphans = []
    try:
        names = os.listdir("/proc")
    except OSError:
        return []
    for name in names:
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat", "rb") as file:
                    fields = file.read().rpartition(b")")[2].split()
            except OSError:
                continue
            if len(fields) > 3 and fields[0] not in b"ZX":
                children.setdefault(int(fields[1]), []).append(int(name))
                if leads and int(fields[3]) == me:
                    orphans.append(int(name))
    for pid in found:
        found.extend(children.get(pid, ()))
    return [*found[1:], *(pid for pid in orphans if pid not in found)]


def send(pid: int, number: int) -> None:
    """Send a signal, to whom it can be sent."""
    try:
        os.kill(pid, number)
    except OSError:
        pass  # it ended, or belongs to another user
