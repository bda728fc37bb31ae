"""Responses: statuses, headers, bodies."""

from __future__ import annotations

from dataclasses import replace

from runbook_tui.contracts.model import Action, Effect, Kind
from runbook_tui.contracts.openapi.bodies import Message, compare_media
from runbook_tui.contracts.openapi.model import Header, Operation, Response
from runbook_tui.contracts.openapi.telling import Roles, Teller, Voice, named, names_of


def compare_responses(old: Operation, new: Operation, roles: Roles, teller: Teller) -> None:
    """Tell how the responses of two versions of an operation differ."""
    voice = Voice(teller, roles.answering, names_of(new))
    for status, after in new.responses.items():
        before = old.responses.get(status) or old.responses.get(_class_of(status))
        if before is not None:
            _compare(before, after, new, voice)
        elif not _is_class_in(status, old):
            _tell_status(after, new, voice, added=True)
    for status, before in old.responses.items():
        whole = new.responses.get(_class_of(status))
        if status in new.responses or (whole is not None and whole.status in old.responses):
            continue
        if whole is not None:
            _compare(before, whole, new, voice)
        elif not _is_class_in(status, new):
            _tell_status(before, new, voice, added=False)


def _class_of(status: str) -> str:
    return f"{status[:1]}XX"


def _is_class_in(status: str, operation: Operation) -> bool:
    """Whether a status stands for a class, some of which an operation names."""
    return status.endswith("XX") and any(each[:1] == status[:1] for each in operation.responses)


def _tell_status(response: Response, operation: Operation, voice: Voice, *, added: bool) -> None:
    """Consumers wait for a success that is new, and leave one that goes; errors they have to expect of any kind."""
    effect = None
    if response.success:
        effect = Effect.NARROWS if added else Effect.WIDENS
    words = ("adds", "to") if added else ("removes", "from")
    text = f"{words[0]} the status {response.status} {words[1]} the responses of {operation}"
    rule = f"response-{'success' if response.success else 'non-success'}-status-{'added' if added else 'removed'}"
    action = Action.ADD if added else Action.REMOVE
    voice.tell(rule, Kind.EXISTENCE, action, effect, at=response.node, text=text)


def _compare(before: Response, after: Response, operation: Operation, voice: Voice) -> None:
    place = f"the {after.status} response of {operation}"
    for key, header in after.headers.items():
        own = replace(voice, names=(header.name,))
        if key in before.headers:
            _compare_header(before.headers[key], header, place, own)
        else:
            text = f"adds the header {header.name} to {place}"
            own.tell(
                "response-header-added", Kind.EXISTENCE, Action.ADD, Effect.NARROWS, at=header.node, text=text
            )
    for key, header in before.headers.items():
        if key not in after.headers:
            rule = f"{'required' if header.required else 'optional'}-response-header-removed"
            text = f"removes the header {header.name} from {place}"
            own = replace(voice, names=(header.name,))
            own.tell(rule, Kind.EXISTENCE, Action.REMOVE, Effect.WIDENS, at=header.node, text=text)
    compare_media(before.media, after.media, Message(voice, "response", place))


def _compare_header(before: Header, after: Header, place: str, voice: Voice) -> None:
    if before.required != after.required:
        rule = f"response-header-became-{'required' if after.required else 'optional'}"
        effect = Effect.NARROWS if after.required else Effect.WIDENS
        action = Action.SPECIALIZE if after.required else Action.GENERALIZE
        text = f"{'always has' if after.required else 'may leave out'} the header {after.name} in {place}"
        at = after.node.get("required") or after.node
        voice.tell(rule, Kind.REQUIREDNESS, action, effect, at=at, text=text)
    voice.teller.schemas.compare(
        before.schema,
        after.schema,
        voice.direction,
        f"the header {after.name} of {place}",
        named(voice.direction, "response-header"),
        names=voice.names,
        textual=True,
    )
