"""Syntax trees of Python files."""

from __future__ import annotations

import ast
import threading
import warnings
from dataclasses import dataclass

_QUIET = threading.Lock()
"""The filters of warnings are one for all threads."""


@dataclass(frozen=True, slots=True)
class Unparsable:
    """Why and where a file is not Python of this version."""

    line: int
    reason: str


def parse_python(data: bytes) -> ast.Module | Unparsable:
    """The syntax tree of a file, or why there is none. Never raises."""
    try:
        with _QUIET, warnings.catch_warnings():
            # an invalid escape in somebody's string is not ours to report
            warnings.simplefilter("ignore")
            return ast.parse(data)
    except SyntaxError as error:
        return Unparsable(error.lineno or 1, error.msg or "not Python")
    except (ValueError, RecursionError, MemoryError, OverflowError) as error:
        return Unparsable(1, str(error) or type(error).__name__)
