"""What is wrong with a template, in words and with its line, instead of a traceback."""

from __future__ import annotations

import re
from typing import NamedTuple

from jinja2 import TemplateError, TemplateNotFound, TemplateSyntaxError, UndefinedError

FAULTS = (
    TemplateError,
    ValueError,
    ArithmeticError,
    LookupError,
    TypeError,
    AttributeError,
    RecursionError,
    MemoryError,
)
"""Everything that loading and rendering a template in the sandbox can raise."""

_CONTAINER = re.compile(r"^'(?:dict|list|str|tuple|int|float|None)(?: object)?' has no (?:attribute|element)")
_OPEN_BLOCK = re.compile(r"innermost block that needs to be closed is '(\w+)'")
_NAMELESS = "<template>"


class TemplateFault(NamedTuple):
    """One defect of a template."""

    file: str | None
    """Name of the template; None when it was given as text."""
    line: int
    """From 1; 0 when it is not known."""
    what: str
    remedy: str


def template_fault(error: Exception) -> TemplateFault:
    """What to tell about one of :data:`FAULTS`."""
    if isinstance(error, TemplateSyntaxError):
        what, remedy = _syntax(error)
        return TemplateFault(error.filename or error.name, error.lineno, what, remedy)
    file, line = _raised_at(error)
    if isinstance(error, UndefinedError):
        what = _CONTAINER.sub("there is no", _sentence(error))
        return TemplateFault(file, line, what, "check the spelling")
    if isinstance(error, TemplateNotFound):
        return TemplateFault(file, line, f"there is no template '{error.name}'", "check the name")
    if isinstance(error, RecursionError):
        return TemplateFault(file, line, "the template includes or calls itself without end", "")
    if isinstance(error, MemoryError):
        return TemplateFault(file, line, "the result is too large for the memory", "does a loop never end?")
    if isinstance(error, UnicodeEncodeError):
        what = f"the result has the character U+{ord(error.object[error.start]):04X}, which no file can hold"
        return TemplateFault(file, line, what, "remove the escape sequence")
    if isinstance(error, (TemplateError, ValueError)):
        return TemplateFault(file, line, _sentence(error), "")
    return TemplateFault(file, line, f"an expression cannot be computed ({_sentence(error)})", "")


def _syntax(error: TemplateSyntaxError) -> tuple[str, str]:
    block = _OPEN_BLOCK.search(str(error.message))
    if block is not None:
        return f"the block '{{% {block[1]} %}}' is never closed", f"add '{{% end{block[1]} %}}'"
    if "end of template" in str(error.message):
        return "a '{{', '{%' or '{#' is never closed", "close it"
    return _sentence(error), ""


def _sentence(error: Exception) -> str:
    text = (str(getattr(error, "message", None) or error) or type(error).__name__).strip().rstrip(".")
    return text[:1].lower() + text[1:]


def _raised_at(error: Exception) -> tuple[str | None, int]:
    """The innermost template line of a traceback; Jinja has put the lines of templates into it."""
    file: str | None = None
    line = 0
    traceback = error.__traceback__
    while traceback is not None:
        frame = traceback.tb_frame
        if "__jinja_exception__" in frame.f_globals:
            file, line = frame.f_code.co_filename, traceback.tb_lineno
        traceback = traceback.tb_next
    return (None if file == _NAMELESS else file), line
