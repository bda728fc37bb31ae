"""The time and the memory that a template may take in any thread: loops in loops, and texts that double, have no end.

Loops and calls are counted, because they are all that makes a template take long; the clock is read now and then. The
lengths of all texts that it makes are added up, because a template can keep every one of them.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

from jinja2 import Template, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.exceptions import TemplateRuntimeError

SECONDS = 2.0
"""Of the processor time of one thread."""
MOST_TEXT = 64 * 1024 * 1024
"""Characters of all texts together; the document of a thousand steps takes two million."""
_ELEMENT = 8
"""Characters that an element of a list counts for: both take as many bytes."""
COUNTED = "_counted"
"""The filter that every loop's values go through."""
_BETWEEN = 256
_NEVER = float("inf")


class _Spent(threading.local):
    """What the template that this thread renders has used."""

    until = _NEVER
    count = 0
    text = 0


_spent = _Spent()


@contextmanager
def budget() -> Iterator[None]:
    """Within, :func:`tick` raises once the time is over. A template inside of another one shares its time."""
    if _spent.until != _NEVER:
        yield
        return
    _spent.until = time.thread_time() + SECONDS
    _spent.count = _spent.text = 0
    try:
        yield
    finally:
        _spent.until = _NEVER


def tick() -> None:
    """Count one item of a loop, or one call.

    Raises:
        TemplateRuntimeError: the template has taken too long.
    """
    _spent.count += 1
    if _spent.count % _BETWEEN == 0 and time.thread_time() > _spent.until:
        raise TemplateRuntimeError(f"rendering takes more than {SECONDS:g} seconds; does a loop never end?")


def spent(value: Any) -> Any:  # noqa: ANN401 - passed on as it is
    """The same value; its length is added up where it is a text or a list.

    Raises:
        TemplateRuntimeError: the template has made too much text.
    """
    if isinstance(value, (str, list)):
        _spent.text += len(value) if isinstance(value, str) else len(value) * _ELEMENT
        if _spent.text > MOST_TEXT and _spent.until != _NEVER:
            raise TemplateRuntimeError(
                f"rendering makes more than {MOST_TEXT // 1024 // 1024} million characters; does a loop never end?"
            )
    return value


def metered(function: Callable[..., Any]) -> Callable[..., Any]:
    """A filter whose results are added up, also those of one that gives them one after the other."""

    @wraps(function)
    def measured(*arguments: Any, **options: Any) -> object:  # noqa: ANN401 - passed on as they are
        result = function(*arguments, **options)
        return (spent(item) for item in result) if isinstance(result, Iterator) else spent(result)

    return measured


def counted(items: Iterable[object]) -> Iterator[object]:
    """The same items, each of them counted."""
    for item in items:
        tick()
        yield item


class CountingGenerator(CodeGenerator):
    """Compiles templates whose loops count, and whose texts are added up."""

    def visit_Template(self, node: nodes.Template, frame: Frame | None = None) -> None:  # noqa: N802
        """Put the counting filter around what every loop goes through."""
        for loop in node.find_all(nodes.For):
            loop.iter = nodes.Filter(loop.iter, COUNTED, [], [], None, None, lineno=loop.iter.lineno)
        super().visit_Template(node, frame)

    def visit_Concat(self, node: nodes.Concat, frame: Frame) -> None:  # noqa: N802
        """``a ~ b``."""
        self._spending(super().visit_Concat, node, frame)

    def visit_Getitem(self, node: nodes.Getitem, frame: Frame) -> None:  # noqa: N802
        """``a[1:]``, which Python does by itself."""
        self._spending(super().visit_Getitem, node, frame)

    def _spending(self, visit: Callable[[Any, Frame], None], node: nodes.Node, frame: Frame) -> None:
        self.write("environment.spent(")
        visit(node, frame)
        self.write(")")


class BudgetedTemplate(Template):
    """A template that is given up when it takes too long."""

    def render(self, *args: Any, **kwargs: Any) -> str:  # noqa: ANN401 - passed on as they are
        """As Jinja's.

        Raises:
            TemplateRuntimeError: the time is over.
            UnicodeEncodeError: the result has a lone surrogate, which no file can hold.
        """
        with budget():
            text = super().render(*args, **kwargs)
        text.encode()
        return text
