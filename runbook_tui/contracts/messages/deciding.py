"""Whether a version allows messages that another forbids, and one such message."""

from __future__ import annotations

from runbook_tui.contracts.messages.evaluating import Evaluator
from runbook_tui.contracts.messages.lists import make_list
from runbook_tui.contracts.messages.model import UNKNOWN, Case, Found, Same, Schema
from runbook_tui.contracts.messages.numbers import make_number
from runbook_tui.contracts.messages.objects import make_object
from runbook_tui.contracts.messages.search import Maker, Search, first
from runbook_tui.contracts.messages.texts import make_text


def only_in(one: Schema, other: Schema, same: Same, *, declared_only: bool = False) -> Found:
    """A message that one schema allows and the other forbids, or that there is none.

    Args:
        one: the schema that has to allow it.
        other: the schema that has to forbid it.
        same: whether two schemas certainly say the same.
        declared_only: only of messages whose writers keep to what their schema declares.
    """
    makers: dict[str, Maker] = {
        "null": _make_null,
        "boolean": _make_boolean,
        "number": make_number,
        "string": make_text,
        "array": make_list,
        "object": make_object,
    }
    found = Search(same, makers, declared_only).search(one, other)
    if found.exists:
        allowed, refused = Evaluator().allows(one, found.value), Evaluator().allows(other, found.value)
        return found if allowed is True and refused is False else UNKNOWN
    return found


def _make_null(search: Search, case: Case) -> Found:
    return first(case, [None], complete=True)


def _make_boolean(search: Search, case: Case) -> Found:
    return first(case, [True, False], complete=True)
