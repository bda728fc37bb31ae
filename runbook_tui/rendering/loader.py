"""Where templates come from: the shipped ones, and the folder of the user's own. Nothing else can be reached."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

from jinja2 import BaseLoader, Environment, TemplateNotFound, TemplateRuntimeError

import runbook_tui

MAX_BYTES = 256 * 1024
"""Largest template that is read."""
OWN = "<own>/"
"""What the name of a user's own template begins with when it is asked for by its path."""


def templates_folder() -> Path:
    """The folder of the shipped templates: inside the package, or beside it in a checkout."""
    package = Path(runbook_tui.__file__).parent
    inside = package / "templates"
    return inside if inside.is_dir() else package.parent / "templates"


class Unreadable(TemplateRuntimeError):
    """A file that is no template: missing, too large, not text."""

    def __init__(self, path: Path, what: str, remedy: str) -> None:
        super().__init__(f"{path} {what}; {remedy}")
        self.what = what
        self.remedy = remedy


class TemplateLoader(BaseLoader):
    """Loads shipped templates by name, then those of one folder; links that lead out of a folder are refused."""

    def __init__(self, own: Path | None) -> None:
        self.folders = [templates_folder(), *([own.parent] if own else [])]
        self.own = own

    def get_source(
        self, environment: Environment, template: str
    ) -> tuple[str, str | None, Callable[[], bool] | None]:
        """The text of a template and the name to show for it.

        Raises:
            TemplateNotFound: there is none with that name.
            TemplateRuntimeError: it may not be read.
        """
        if self.own is not None and template == OWN + self.own.name:
            return _read(self.own), str(self.own), None
        for folder in self.folders:
            path = folder / template
            if not os.path.lexists(path):
                continue
            if not path.resolve().is_relative_to(folder.resolve()):
                raise TemplateRuntimeError(f"the template '{template}' is outside of the folder of templates")
            return _read(path), str(path), None
        raise TemplateNotFound(template)


def _read(path: Path) -> str:
    try:
        # Without O_NONBLOCK opening a named pipe would wait for a writer.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise Unreadable(path, "is not a regular file", "name a file of text")
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError as error:
        raise Unreadable(path, "does not exist", "check the path") from error
    except IsADirectoryError as error:
        raise Unreadable(path, "is a directory", "name the file inside it") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise Unreadable(path, f"cannot be read ({reason})", "check the path") from error
    if len(data) > MAX_BYTES:
        raise Unreadable(path, f"is larger than {MAX_BYTES // 1024} KiB", "check that this is the right file")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        what = (
            f"is not UTF-8 text (byte {data[error.start]:#04x} in line {data[: error.start].count(10) + 1})"
        )
        raise Unreadable(path, what, "save the file as UTF-8") from error
