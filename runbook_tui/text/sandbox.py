"""Jinja environments in which a template can compute text and nothing else.

Templates are code that the operator agreed to run; the values put into them are not. Both environments refuse names
that are not defined (``rm -rf {{ undefined }}/data`` must not become ``rm -rf /data``), changes to values, access to
Python's internals, and operations whose result would fill the memory.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jinja2 import BaseLoader, StrictUndefined, Undefined
from jinja2.exceptions import SecurityError, TemplateRuntimeError
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from runbook_tui.text.limits import LONGEST, capped_filters, operation_size
from runbook_tui.text.shell import quote
from runbook_tui.text.shell_places import ShellPlaces

_LENGTHENING = frozenset({"center", "expandtabs", "join", "ljust", "replace", "rjust", "translate", "zfill"})
"""Methods of text whose result can be longer than the text; there are filters with a limit for most of them."""
_LEFT_OUT_FILTERS = ("attr", "batch", "pprint", "random", "slice", "urlize", "xmlattr")
_LEFT_OUT_GLOBALS = ("lipsum",)


class Raw(str):
    """Text that the author of a command put in without quoting, with ``| raw``."""

    __slots__ = ()


class Sandbox(ImmutableSandboxedEnvironment):
    """The common part of both environments: nothing undefined, nothing changed, nothing huge."""

    intercepted_binops = frozenset({"+", "*", "**", "%"})

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - passed on as they are
        super().__init__(undefined=StrictUndefined, keep_trailing_newline=True, **options)
        for name in _LEFT_OUT_FILTERS:
            del self.filters[name]
        for name in _LEFT_OUT_GLOBALS:
            del self.globals[name]
        self.filters.update(capped_filters(self.filters))

    def call_binop(self, context: Context, operator: str, left: object, right: object) -> object:
        """Refuse an operation whose result would be huge."""
        if operation_size(operator, left, right) > LONGEST:
            raise SecurityError(f"the result of '{operator}' would be longer than {LONGEST:,} characters")
        return super().call_binop(context, operator, left, right)

    def is_safe_attribute(self, obj: object, attr: str, value: object) -> bool:
        """As Jinja's, without the methods of text that can make it huge."""
        if isinstance(obj, (str, bytes)) and attr in _LENGTHENING:
            return False
        return super().is_safe_attribute(obj, attr, value)

    def wrap_str_format(self, value: object) -> Callable[..., str] | None:
        """Refuse ``'{:99999999}'.format(1)``, which fills the memory; the ``format`` filter has a limit."""
        owner = getattr(value, "__self__", None)
        if isinstance(owner, str) and getattr(value, "__name__", "") in {"format", "format_map"}:
            raise SecurityError("the method 'format' is not available; use '~' or the filter 'format'")
        return None


def command_environment() -> Sandbox:
    """An environment for shell commands; everything put in with ``{{ }}`` is shell-quoted.

    What the author wrote is left alone, and ``{{ value | raw }}`` is put in as it is. Quoting protects only where the
    shell expects a word (``"{{ v }}"`` would run the ``$(id)`` in a value), so a template with a value elsewhere is a
    syntax error: see :mod:`runbook_tui.text.shell_places`.

    Rendering raises ``jinja2.TemplateError``, or ValueError for a value that no command line can carry;
    :func:`runbook_tui.text.template_fault.template_fault` puts either into words.
    """
    environment = Sandbox(finalize=_shell_quoted, extensions=[ShellPlaces])
    environment.filters["raw"] = Raw
    return environment


def document_environment(loader: BaseLoader | None = None) -> Sandbox:
    """An environment for documents: lines with blocks alone leave nothing behind, and nothing is escaped by itself.

    Args:
        loader: where templates come from; None when they are given as text.
    """
    return Sandbox(loader=loader, trim_blocks=True, lstrip_blocks=True)


def _shell_quoted(value: object) -> str:
    if isinstance(value, Raw):
        return str(value)
    if isinstance(value, (str, int, float)) and not isinstance(value, bool):
        return quote(str(value))
    if isinstance(value, Undefined):
        str(value)  # raises the error that names what is not defined
    found = "nothing" if value is None else f"a {type(value).__name__}"
    raise TemplateRuntimeError(f"only text and numbers can be put into a command, found {found}")
