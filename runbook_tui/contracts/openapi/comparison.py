"""Two versions of an API: which operations there are, and what each of them differs in."""

from __future__ import annotations

import re

from runbook_tui.contracts.model import Action, Direction, Effect, Kind
from runbook_tui.contracts.openapi.answers import compare_responses
from runbook_tui.contracts.openapi.bodies import compare_body
from runbook_tui.contracts.openapi.model import Api, Operation
from runbook_tui.contracts.openapi.parameters import compare_parameters
from runbook_tui.contracts.openapi.security import compare_schemes, compare_security, compare_whole_security
from runbook_tui.contracts.openapi.telling import CALLED, CALLING, Roles, Teller, Voice, names_of

_TEMPLATE = re.compile(r"\{[^}]*\}")
Operations = dict[tuple[str, str], Operation]


def compare_apis(old: Api | None, new: Api | None, teller: Teller) -> None:
    """Tell everything that differs; either may be missing: the API is new, or gone."""
    before = old.operations if old is not None else {}
    after = new.operations if new is not None else {}
    for one, other in _matched(before, after):
        if one is not None and other is not None:
            compare_operations(one, other, CALLED, teller)
            if old is not None and new is not None:
                compare_security(one, other, old, new, teller)
        elif other is not None:
            _tell_added(other, teller)
        elif one is not None:
            _tell_removed(one, after, teller)
    _compare_webhooks(
        old.webhooks if old is not None else {}, new.webhooks if new is not None else {}, teller
    )
    if old is not None and new is not None:
        compare_whole_security(old, new, teller)
        compare_schemes(old, new, teller)
        _compare_base_path(old, new, teller)


def _matched(old: Operations, new: Operations) -> list[tuple[Operation | None, Operation | None]]:
    """Pairs of the same operation; parameters in a path may be renamed, for their names are not sent."""
    found: list[tuple[Operation | None, Operation | None]] = []
    left = {key: operation for key, operation in old.items() if key not in new}
    by_shape = {(_shape_of(path), method): key for (path, method), key in ((key, key) for key in left)}
    for key, operation in new.items():
        path, method = key
        if key in old:
            found.append((old[key], operation))
            continue
        match = by_shape.pop((_shape_of(path), method), None)
        found.append((left.pop(match) if match is not None else None, operation))
    return [*found, *((operation, None) for operation in left.values())]


def _shape_of(path: str) -> str:
    return _TEMPLATE.sub("{}", path)


def _tell_added(operation: Operation, teller: Teller) -> None:
    voice = Voice(teller, Direction.REQUEST, names_of(operation))
    text = f"adds {operation}"
    voice.tell("endpoint-added", Kind.EXISTENCE, Action.ADD, Effect.WIDENS, at=operation.at, text=text)


def _tell_removed(operation: Operation, after: Operations, teller: Teller) -> None:
    shape = _shape_of(operation.path)
    whole = "" if any(_shape_of(path) == shape for path, _ in after) else "path-"
    rule = f"api-{whole}removed-{'with' if operation.deprecated else 'without'}-deprecation"
    voice = Voice(teller, Direction.REQUEST, names_of(operation))
    text = f"removes {operation}"
    voice.tell(rule, Kind.EXISTENCE, Action.REMOVE, Effect.NARROWS, at=operation.at, text=text)


def compare_operations(old: Operation, new: Operation, roles: Roles, teller: Teller) -> None:
    """Tell what two versions of an operation differ in."""
    compare_parameters(old, new, roles, teller)
    compare_body(old, new, roles, teller)
    compare_responses(old, new, roles, teller)
    _compare_lifecycle(old, new, roles, teller)
    for name, after in new.callbacks.items():
        before = old.callbacks.get(name)
        if before is not None:
            compare_operations(before, after, _exchanged(roles), teller)
        else:
            _tell_callback(name, new, after, teller, added=True)
    for name, before in old.callbacks.items():
        if name not in new.callbacks:
            _tell_callback(name, old, before, teller, added=False)


def _exchanged(roles: Roles) -> Roles:
    return CALLING if roles is CALLED else CALLED


def _tell_callback(name: str, owner: Operation, operation: Operation, teller: Teller, *, added: bool) -> None:
    _tell_call(
        f"the callback {name.partition(' ')[0]} of {owner}", "callback", operation, teller, added=added
    )


def _compare_lifecycle(old: Operation, new: Operation, roles: Roles, teller: Teller) -> None:
    """What no message shows, but people and generated code do."""
    voice = Voice(teller, roles.asking, names_of(new))
    old_id, new_id = old.node.text("operationId"), new.node.text("operationId")
    if old_id != new_id:
        at = new.node.get("operationId") or new.node
        text = f"renames the operation {new} from {old_id or 'nothing'} to {new_id or 'nothing'}"
        rule = f"api-operation-id-{'removed' if old_id else 'added'}"
        action = Action.CHANGE if old_id and new_id else Action.REMOVE if old_id else Action.ADD
        names = (old_id,) if old_id else ()
        voice.tell(rule, Kind.STRUCTURE, action, None, at=at, text=text, names=names)
    if old.deprecated != new.deprecated:
        text = f"{'deprecates' if new.deprecated else 'no longer deprecates'} {new}"
        rule = f"endpoint-{'deprecated' if new.deprecated else 'reactivated'}"
        at = new.node.get("deprecated") or new.node
        voice.tell(rule, Kind.EXISTENCE, Action.CHANGE, None, at=at, text=text)


def _compare_webhooks(old: Operations, new: Operations, teller: Teller) -> None:
    for key, operation in new.items():
        if key in old:
            compare_operations(old[key], operation, CALLING, teller)
        else:
            _tell_call(f"the webhook {operation.path}", "webhook", operation, teller, added=True)
    for key, operation in old.items():
        if key not in new:
            _tell_call(f"the webhook {operation.path}", "webhook", operation, teller, added=False)


def _tell_call(what: str, rule: str, operation: Operation, teller: Teller, *, added: bool) -> None:
    """A call that the provider makes: nobody gets it before the provider sends it, and none once it stops."""
    found = (operation.path, operation.node.text("operationId"))
    voice = Voice(teller, CALLING.asking, tuple(dict.fromkeys(name for name in found if name)))
    effect = Effect.NARROWS if added else Effect.WIDENS
    action = Action.ADD if added else Action.REMOVE
    text = f"{'adds' if added else 'removes'} {what}"
    name = f"{rule}-{'added' if added else 'removed'}"
    voice.tell(name, Kind.EXISTENCE, action, effect, at=operation.at, text=text)


def _compare_base_path(old: Api, new: Api, teller: Teller) -> None:
    before, after = (_base(api) for api in (old, new))
    node = new.base_path or old.base_path
    if before == after or node is None or "swagger" not in _keys(old) or "swagger" not in _keys(new):
        return
    voice = Voice(teller, Direction.REQUEST, tuple(part for part in before.split("/") if part)[-1:])
    text = f"moves all paths from {before or '/'} to {after or '/'}"
    rule = "request-base-path-changed"
    voice.tell(rule, Kind.STRUCTURE, Action.CHANGE, Effect.NEITHER, at=node, text=text)


def _base(api: Api) -> str:
    found = api.base_path.value if api.base_path is not None else ""
    return found.rstrip("/") if isinstance(found, str) else ""


def _keys(api: Api) -> set[str]:
    return {key for key, _ in api.root.items()}
