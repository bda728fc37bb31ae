"""Files are replaced as a whole or not at all, whatever happens in between."""

from __future__ import annotations

import errno
import os
import secrets
import stat
from contextlib import suppress
from pathlib import Path

from runbook_tui.files.problems import RunbookError


class WriteRefusedError(RunbookError):
    """A file that cannot be written: its folder is missing, it is no regular file, the disk is full, ..."""


def write_atomic(path: Path, data: bytes | str, *, mode: int = 0o644) -> None:
    """Put a complete new content in place of a file.

    The content is written to a new file in the same folder, synced, renamed over the old one, and the folder
    is synced: after a crash at any point the old or the new content is there, never a part.

    Args:
        path: the file to make or replace. A symbolic link, directory, pipe or device is refused, and so is a file
            with a second name (a hard link).
        data: the content; text is written as UTF-8.
        mode: permissions of a new file, without regard to the umask; an existing file keeps its own.

    Raises:
        WriteRefusedError: nothing was changed.
    """
    content = data.encode("utf-8") if isinstance(data, str) else data
    try:
        permissions = _permissions(path, mode)
        temporary = path.with_name(f".{path.name[:40]}.{secrets.token_hex(6)}.tmp")
        _write_new(temporary, content, permissions)
        try:
            temporary.replace(path)
        except OSError:
            temporary.unlink()
            raise
        _sync_folder(path.parent)
    except OSError as error:
        raise _refused(path, error) from error


def require_writable(path: Path) -> None:
    """Refuse a file that :func:`write_atomic` would refuse, as far as one can tell without writing.

    For writing several files, or after long work: the first is not written where the second could not be.

    Raises:
        WriteRefusedError: with the reason.
    """
    try:
        _permissions(path, 0)
        if not path.parent.is_dir():
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
    except OSError as error:
        raise _refused(path, error) from error
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise _refused(path, PermissionError(errno.EACCES, os.strerror(errno.EACCES)))


def linked_file(path: Path) -> Path:
    """The file that a symbolic link names, to be written in place of the link; the path itself if it is no link.

    Raises:
        WriteRefusedError: it leads to no file: writing could make one anywhere.
    """
    if not os.path.islink(path):  # which, unlike Path.is_symlink, bears endless names  # noqa: PTH114
        return path
    try:
        return path.resolve(strict=True)
    except (OSError, RuntimeError) as error:  # RuntimeError: pathlib's word for a loop of links
        raise WriteRefusedError(
            f"{path}: a symbolic link that leads to no file; remove it, or name the file itself"
        ) from error


def _refused(path: Path, error: OSError) -> WriteRefusedError:
    reason = error.strerror or str(error)
    if error.errno in {errno.ENOENT, errno.ENOTDIR}:
        reason, remedy = f"there is no folder {path.parent}", "make it, or correct the path"
    elif error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        remedy = "check the permissions of its folder, or write somewhere else"
    elif error.errno in {errno.ENOSPC, errno.EDQUOT}:
        remedy = "make room, or write somewhere else"
    else:
        remedy = "check the path"
    return WriteRefusedError(f"{path}: cannot be written ({reason}); {remedy}")


def _permissions(path: Path, mode: int) -> int:
    try:
        status = path.lstat()
    except FileNotFoundError:
        return mode
    if stat.S_ISDIR(status.st_mode):
        raise WriteRefusedError(f"{path}: this is a folder, not a regular file; name a file inside it")
    if not stat.S_ISREG(status.st_mode):
        raise WriteRefusedError(
            f"{path}: this is not a regular file, so it is not replaced; name the file itself"
        )
    if status.st_nlink > 1:
        raise WriteRefusedError(
            f"{path}: this file has {status.st_nlink} names (hard links), and the others would keep the old content; "
            "remove it, or write somewhere else"
        )
    return stat.S_IMODE(status.st_mode) & 0o777


def _write_new(path: Path, content: bytes, mode: int) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
    except BaseException:
        with suppress(OSError):
            path.unlink()
        raise


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
