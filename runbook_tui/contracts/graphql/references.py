"""How two type references differ: the same rule holds for what is given and for what is returned.

Compare ``is_change_safe_for_object_or_interface_field`` and ``is_change_safe_for_input_object_field_or_field_arg`` of
graphql-python/graphql-core:src/graphql/utilities/find_schema_changes.py, each of which knows the safe direction only.
"""

from __future__ import annotations

from runbook_tui.contracts.model import Effect


def effect_of(old: str, new: str) -> Effect | None:
    """What the change does to the set of legal values; None where the references are the same.

    Values that may be null from now on are more than before, on whichever level of a list. A list is no longer a
    single value, and a type of another name no longer the same: a variable of the one type is rejected for the other.
    """
    found: set[Effect] = set()
    while True:
        old_bare, new_bare = old.removesuffix("!"), new.removesuffix("!")
        if (old_bare == old) != (new_bare == new):
            found.add(Effect.WIDENS if new_bare == new else Effect.NARROWS)
        if not (old_bare.startswith("[") and new_bare.startswith("[")):
            break
        old, new = old_bare[1:-1], new_bare[1:-1]
    if old_bare != new_bare or len(found) > 1:
        return Effect.NEITHER
    return found.pop() if found else None
