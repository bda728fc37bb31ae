"""Values and lists as people read them."""

from __future__ import annotations

import json
from collections.abc import Sequence

LONGEST = 60
"""Characters of a value that are shown."""


def shown(value: object) -> str:
    """A JSON value on one line, cut where it is long."""
    if isinstance(value, str):
        text = f"'{value}'"
    else:
        try:
            text = json.dumps(value, ensure_ascii=False)
        except (ValueError, RecursionError):
            text = "a large value"
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def either(words: Sequence[str]) -> str:
    """``a``, ``a or b``, ``a, b or c``."""
    return " or ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)
