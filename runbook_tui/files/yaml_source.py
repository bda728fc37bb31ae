"""YAML that people write, as plain data with the place of every key and value.

The accepted language is YAML 1.2 without what a runbook or manifest has no use for and what has been used to
attack readers of YAML: anchors, aliases, merge keys, tags, directives, several documents. Every scalar stays
the text that was written (``0123456`` is a short SHA, not a number); what it means is up to the model.
"""

from __future__ import annotations

import errno
import os
import re
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from runbook_tui.files.problems import Place, Problem, ProblemsError
from runbook_tui.files.suggestions import did_you_mean

if TYPE_CHECKING:
    from pydantic import BaseModel

    M = TypeVar("M", bound=BaseModel)
else:
    M = TypeVar("M")

Location = tuple[str | int, ...]
"""The keys and list indices that lead from the top of a file to a value."""

MAX_BYTES = 4 * 1024 * 1024
"""Largest file that is read; a manifest of a thousand services has about one million bytes."""

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class YamlSource:
    """One file that was read: its data, and where each part of it stands."""

    path: str
    """The name shown in problems."""
    data: object = field(repr=False)
    """Dicts with text keys, lists, text, and None for an empty value or ``null``."""
    values: dict[Location, tuple[int, int]] = field(repr=False)
    """Line and column, from 1, of every value."""
    keys: dict[Location, tuple[int, int]] = field(repr=False)
    """Line and column, from 1, of every mapping key."""

    def place(self, location: Location, *, key: bool = False) -> Place:
        """Where a value (or its key) stands; for a location that does not exist, the nearest one above it."""
        for length in range(len(location), -1, -1):
            known = location[:length]
            wanted = key and length == len(location)
            position = (self.keys.get(known) if wanted else None) or self.values.get(known)
            if position is not None:
                return Place(self.path, *position)
        return Place(self.path)


def read_yaml(path: Path, *, shown: str | None = None) -> YamlSource:
    """Read a file of at most 4 MiB.

    Args:
        path: the file; it has to be a regular one.
        shown: its name in problems; the path as given when left out.

    Raises:
        ProblemsError: it cannot be read, or is not of the accepted language.
    """
    name = shown if shown is not None else str(path)
    return parse_yaml(read_bytes(path, name), name)


def parse_yaml(data: bytes, shown: str) -> YamlSource:
    """Parse the bytes of a file.

    Args:
        data: UTF-8, at most 4 MiB; a byte order mark is allowed.
        shown: the name of the file in problems.

    Raises:
        ProblemsError: all problems that were found.
    """
    if len(data) > MAX_BYTES:
        raise _refused(shown, *_too_large())
    text = _decoded(data, shown)
    _refuse_control_characters(text, shown)

    # Imported here: the parser costs more than everything else that --help needs.
    from runbook_tui.files.yaml_reader import read_document

    return read_document(text, shown)


def validate(source: YamlSource, model: type[M]) -> M:
    """The data as a value of a pydantic model.

    Raises:
        ProblemsError: all problems at once, each with its place; a name that is nearly right gets a
            did-you-mean, and a value that fits no branch of a union is one problem.
    """
    from pydantic import ValidationError

    try:
        return model.model_validate(source.data)
    except ValidationError as error:
        from runbook_tui.files.validation import problems_of

        problems = problems_of(error, source, model)
    raise ProblemsError(problems)


def read_bytes(path: Path, shown: str) -> bytes:
    """The content of a regular file of at most 4 MiB; nothing is read from a larger one.

    Raises:
        ProblemsError: missing, a directory, no regular file, not readable, too large.
    """
    try:
        # Without O_NONBLOCK opening a named pipe would wait for a writer.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        raise _refused(shown, *_unreadable(path, error)) from error
    try:
        status = os.fstat(descriptor)
        if stat.S_ISDIR(status.st_mode):
            raise _refused(shown, "this is a directory", "a YAML file", "name the file inside it")
        if not stat.S_ISREG(status.st_mode):
            raise _refused(shown, "this is not a regular file", "a YAML file", "copy its content to one")
        if status.st_size > MAX_BYTES:
            raise _refused(shown, *_too_large())
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise _refused(shown, *_unreadable(path, error)) from error
    finally:
        os.close(descriptor)


def _too_large() -> tuple[str, str, str]:
    return "the file is larger than 4 MiB", "a file that people write", "check that this is the right file"


def _unreadable(path: Path, error: OSError | ValueError) -> tuple[str, str, str]:
    if not isinstance(error, OSError):
        return "this cannot be the name of a file", "a path", "check the path"
    if error.errno == errno.ENOENT:
        return "there is no such file", "", _file_nearby(path)
    if error.errno in {errno.EACCES, errno.EPERM}:
        return "the file may not be read", "", "check its permissions"
    return f"the file cannot be read ({error.strerror})", "", "check the path"


def _file_nearby(path: Path) -> str:
    try:
        names = [entry.name for entry in path.parent.iterdir() if entry.is_file()]
    except OSError:
        return "check the path: its folder cannot be read either"
    return did_you_mean(path.name, names) or "check the path"


def _decoded(data: bytes, shown: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        place = Place(shown, before.count(b"\n") + 1, error.start - (before.rfind(b"\n") + 1) + 1)
        what = f"byte {data[error.start]:#04x} at offset {error.start} is not UTF-8"
        raise ProblemsError([Problem(place, what, "UTF-8 text", "save the file as UTF-8")]) from error


def _refuse_control_characters(text: str, shown: str) -> None:
    problems = []
    for number, line in enumerate(text.split("\n"), start=1):
        # One a line: a binary file would otherwise give a million problems.
        match = _CONTROL.search(line)
        if match is not None:
            what = f"control character U+{ord(match[0]):04X}"
            place = Place(shown, number, match.start() + 1)
            problems.append(Problem(place, what, "printable text", "remove it; a binary file cannot be read"))
        if len(problems) == 20:
            break
    if problems:
        raise ProblemsError(problems)


def _refused(shown: str, what: str, expected: str, remedy: str) -> ProblemsError:
    return ProblemsError([Problem(Place(shown), what, expected, remedy)])
