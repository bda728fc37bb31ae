"""Jinja environments in which a template can compute text and nothing else.

Templates are code that the operator agreed to run; the values put into them are not. Both environments refuse names
that are not defined (``rm -rf {{ undefined }}/data`` must not become ``rm -rf /data``), changes to values, access to
Python's internals, and operations whose result would fill the memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from jinja2 import BaseLoader, StrictUndefined, TemplateSyntaxError, Undefined, nodes
from jinja2.exceptions import SecurityError, TemplateRuntimeError
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from runbook_tui.text.budget import (
    COUNTED,
    BudgetedTemplate,
    CountingGenerator,
    counted,
    metered,
    spent,
    tick,
)
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
    """The common part of both environments: nothing undefined, changed or huge, and nothing without end."""

    intercepted_binops = frozenset({"+", "*", "**", "%"})
    template_class = BudgetedTemplate
    code_generator_class = CountingGenerator
    spent = staticmethod(spent)

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - passed on as they are
        super().__init__(undefined=StrictUndefined, keep_trailing_newline=True, **options)
        for name in _LEFT_OUT_FILTERS:
            del self.filters[name]
        for name in _LEFT_OUT_GLOBALS:
            del self.globals[name]
        self.filters.update(capped_filters(self.filters))
        self.filters = {name: metered(function) for name, function in self.filters.items()}
        self.filters[COUNTED] = counted

    def call(self, context: Context, obj: Any, /, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        """As Jinja's; macros that call each other are counted like the items of loops."""
        tick()
        return spent(super().call(context, obj, *args, **kwargs))

    @staticmethod
    def concat(pieces: Iterable[str]) -> str:
        """What a template, a block or a macro gives: all of it is added up before it is put together."""
        return "".join(spent(piece) for piece in pieces)

    def call_binop(self, context: Context, operator: str, left: object, right: object) -> object:
        """Refuse an operation whose result would be huge."""
        if operation_size(operator, left, right) > LONGEST:
            raise SecurityError(f"the result of '{operator}' would be longer than {LONGEST:,} characters")
        return spent(super().call_binop(context, operator, left, right))

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

    What the author wrote is left alone, ``{{ value | raw }}`` is put in as it is, and ``{{ value | q }}`` is quoted
    twice, for a command that a second shell reads. Quoting protects only where the shell expects a word (``"{{ v }}"``
    would run the ``$(id)`` in a value), so a template with a value elsewhere is a syntax error: see
    :mod:`runbook_tui.text.shell_places`.

    Rendering raises ``jinja2.TemplateError``, or ValueError for a value that no command line can carry;
    :func:`runbook_tui.text.template_fault.template_fault` puts either into words.
    """
    environment = Sandbox(finalize=_shell_quoted, extensions=[ShellPlaces])
    environment.filters["raw"] = Raw
    environment.filters["q"] = _quoted_once_more
    return environment


def unquoted(template: str) -> tuple[str, ...]:
    """What a command's template puts in with ``| raw``, in its order, as a person reads it: ``variables.flags``.

    Empty for a template that cannot be read: nothing is put in then.
    """
    if "raw" not in template:
        return ()
    try:
        tree = command_environment().parse(template)
    except TemplateSyntaxError:
        return ()
    found = (
        used.node for used in tree.find_all(nodes.Filter) if used.name == "raw" and used.node is not None
    )
    return tuple(dict.fromkeys(_named(node) for node in found))


def _named(node: nodes.Node) -> str:
    if isinstance(node, nodes.Name):
        return node.name
    if isinstance(node, nodes.Getattr):
        return f"{_named(node.node)}.{node.attr}"
    if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const):
        return f"{_named(node.node)}.{node.arg.value}"
    return "an expression"


def document_environment(loader: BaseLoader | None = None) -> Sandbox:
    """An environment for documents: lines with blocks alone leave nothing behind.

    In a template whose name says that it is HTML or XML (``page.html``, ``page.html.j2``) values are escaped; in all
    others nothing is escaped by itself.

    Args:
        loader: where templates come from; None when they are given as text.
    """
    return Sandbox(loader=loader, trim_blocks=True, lstrip_blocks=True, autoescape=_is_markup)


def _is_markup(name: str | None) -> bool:
    return name is not None and name.lower().removesuffix(".j2").endswith((".html", ".htm", ".xml", ".svg"))


def _quoted_once_more(value: object) -> str:
    return quote(_shell_text(value))


def _shell_quoted(value: object) -> str:
    return str(value) if isinstance(value, Raw) else quote(_shell_text(value))


def _shell_text(value: object) -> str:
    if isinstance(value, (str, int, float)) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, Undefined):
        str(value)  # raises the error that names what is not defined
    found = "nothing" if value is None else f"a {type(value).__name__}"
    raise TemplateRuntimeError(f"only text and numbers can be put into a command, found {found}")
