"""The time that a template may take in any thread: a loop in a loop in a loop never comes to an end by itself.

Loops and calls are counted, because they are all that makes a template take long; the clock is read now and then.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from jinja2 import Template, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.exceptions import TemplateRuntimeError

SECONDS = 2.0
"""Of the processor time of one thread."""
COUNTED = "_counted"
"""The filter that every loop's values go through."""
_BETWEEN = 256
_NEVER = float("inf")


class _Spent(threading.local):
    """What the template that this thread renders has used."""

    until = _NEVER
    count = 0


_spent = _Spent()


@contextmanager
def budget() -> Iterator[None]:
    """Within, :func:`tick` raises once the time is over. A template inside of another one shares its time."""
    if _spent.until != _NEVER:
        yield
        return
    _spent.until = time.thread_time() + SECONDS
    _spent.count = 0
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


def counted(items: Iterable[object]) -> Iterator[object]:
    """The same items, each of them counted."""
    for item in items:
        tick()
        yield item


class CountingGenerator(CodeGenerator):
    """Compiles templates whose loops count."""

    def visit_Template(self, node: nodes.Template, frame: Frame | None = None) -> None:  # noqa: N802
        """Put the counting filter around what every loop goes through."""
        for loop in node.find_all(nodes.For):
            loop.iter = nodes.Filter(loop.iter, COUNTED, [], [], None, None, lineno=loop.iter.lineno)
        super().visit_Template(node, frame)


class BudgetedTemplate(Template):
    """A template that is given up when it takes too long."""

    def render(self, *args: Any, **kwargs: Any) -> str:  # noqa: ANN401 - passed on as they are
        """As Jinja's; raises ``TemplateRuntimeError`` when the time is over."""
        with budget():
            return super().render(*args, **kwargs)
