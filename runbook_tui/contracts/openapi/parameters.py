"""Parameters of operations."""

from __future__ import annotations

from dataclasses import replace

from runbook_tui.contracts.model import Action, Effect, Kind
from runbook_tui.contracts.openapi.model import Operation, Parameter
from runbook_tui.contracts.openapi.styles import compare_as_list, compare_styles
from runbook_tui.contracts.openapi.telling import Roles, Teller, Voice, named


def compare_parameters(old: Operation, new: Operation, roles: Roles, teller: Teller) -> None:
    """Tell how the parameters of two versions of an operation differ."""
    voice = Voice(teller, roles.asking)
    for key, after in new.parameters.items():
        own = replace(voice, names=() if after.where == "path" else after.names)
        before = old.parameters.get(key)
        if before is None:
            _tell_added(after, new, replace(voice, names=after.names))
        else:
            _compare(before, after, f"{after} of {new}", own)
    for key, before in old.parameters.items():
        if key not in new.parameters:
            _tell_removed(before, new, replace(voice, names=before.names))


def _tell_added(after: Parameter, operation: Operation, voice: Voice) -> None:
    needed = "required" if after.required else "optional"
    rule = f"new-{needed}-request-parameter"
    if after.where == "path":
        rule = "new-request-path-parameter"
    elif after.shared:
        rule = f"new-{needed}-request-default-parameter-to-existing-path"
    effect = Effect.NARROWS if after.required else Effect.WIDENS
    text = f"adds the {needed} {str(after).removeprefix('the ')} to {operation}"
    voice.tell(rule, Kind.EXISTENCE, Action.ADD, effect, at=after.node, text=text)


def _tell_removed(before: Parameter, operation: Operation, voice: Voice) -> None:
    """A provider that demanded it has to stop that before consumers may leave it out; else consumers go first."""
    rule = "request-parameter-removed" + ("-with-deprecation" if before.deprecated else "")
    effect = Effect.WIDENS if before.required else Effect.NARROWS
    text = f"removes {before} from {operation}"
    voice.tell(rule, Kind.EXISTENCE, Action.REMOVE, effect, at=before.node, text=text)


def _compare(before: Parameter, after: Parameter, place: str, voice: Voice) -> None:
    if before.required != after.required and after.where != "path":
        effect, action = Effect.WIDENS, Action.GENERALIZE
        if after.required:
            effect, action = Effect.NARROWS, Action.SPECIALIZE
        rule = f"request-parameter-became-{'required' if after.required else 'optional'}"
        text = f"{'requires' if after.required else 'no longer requires'} {place}"
        voice.tell(
            rule, Kind.REQUIREDNESS, action, effect, at=after.node.get("required") or after.node, text=text
        )
    if before.deprecated != after.deprecated:
        rule = f"request-parameter-{'deprecated' if after.deprecated else 'reactivated'}"
        text = f"{'deprecates' if after.deprecated else 'no longer deprecates'} {place}"
        voice.tell(rule, Kind.EXISTENCE, Action.CHANGE, None, at=after.node, text=text)
    compare_styles(before, after, place, voice)
    if not compare_as_list(before, after, place, voice):
        voice.teller.schemas.compare(
            before.schema,
            after.schema,
            voice.direction,
            place,
            named(voice.direction, "request-parameter"),
            names=voice.names,
            textual=before.textual and after.textual,
        )
