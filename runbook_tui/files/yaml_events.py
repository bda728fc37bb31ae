"""The events of a YAML text: from libyaml the same as from the pure parser, some twenty times faster.

libyaml is stricter in some places and laxer in others, and says less about what is wrong. So its answer counts only
where it finds nothing wrong; what it refuses is read again by the pure parser.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module

from ruamel.yaml import YAML
from ruamel.yaml.events import Event


def fast_events(text: str) -> Iterator[Event] | None:
    """The events of a text; None where libyaml is not installed (``ruamel.yaml.clib``).

    Iterating raises what the parser raises.
    """
    made = _parser()
    return None if made is None else _events(made, text)


def pure_events(text: str) -> Iterator[Event]:
    """The events of a text from the pure parser. Iterating raises what the parser raises."""
    # A new one for every text: a directive of one would change how the next is read.
    return iter(YAML(typ="safe", pure=True).parse(text))


def _events(made: Callable[[str], object], text: str) -> Iterator[Event]:
    # The method of Cython gives None after the last event.
    yield from iter(made(text).get_event, None)  # type: ignore[attr-defined]


@cache
def _parser() -> Callable[[str], object] | None:
    try:
        made: Callable[[str], object] = import_module("_ruamel_yaml").CParser
    except (ImportError, AttributeError):
        return None
    return made
