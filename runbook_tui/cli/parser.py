"""Arguments: what argparse says about them, made safe, and files that have a name."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from typing import NoReturn

from runbook_tui.text.terminal import plain


class Parser(ArgumentParser):
    """argparse's, which repeats what it was given as it is."""

    def error(self, message: str) -> NoReturn:
        """End with exit status 2 and the usage."""
        super().error(plain(message))


def file_path(text: str) -> Path:
    """The path of a file, which has a name: not ``.``, ``/`` or nothing, as an empty variable of a script gives it."""
    path = Path(text)
    if not path.name:
        raise ArgumentTypeError(f"'{text}' names no file")
    return path
