"""Messages of two versions: which there are, and what each consists of."""

from __future__ import annotations

from runbook_tui.contracts.asyncapi.json_payloads import Part
from runbook_tui.contracts.asyncapi.matching import message_pairs
from runbook_tui.contracts.asyncapi.model import Body, Message, Messages
from runbook_tui.contracts.asyncapi.payloads import JSON, PayloadComparer, family_of
from runbook_tui.contracts.asyncapi.telling import Flow, Teller
from runbook_tui.contracts.documents.resolving import reference_of
from runbook_tui.contracts.model import Action, Direction, Effect, Kind
from runbook_tui.contracts.openapi.reading import is_json, media_key


class MessageComparer:
    """Compares what goes over channels. What several channels share is compared once for each direction."""

    def __init__(self, teller: Teller, payloads: PayloadComparer) -> None:
        self._schemas = teller.schemas
        self._payloads = payloads
        self._seen: dict[tuple[int, int, Direction], tuple[object, object]] = {}
        """What was compared is kept, so that the ids stay its own."""

    def compare(self, old: Messages, new: Messages, flow: Flow) -> None:
        """Tell how the messages of one flow differ: any of them may be sent, so that one more allows more."""
        if not self._is_new(old, new, flow.direction) or not (old or new):
            return
        if not old or not new:
            _tell_described(old, new, flow)
            return
        for one, other in message_pairs(old, new):
            if one is not None and other is not None:
                self._compare(one, other, flow)
            elif other is not None:
                _tell_existence(other, flow, added=True)
            elif one is not None:
                _tell_existence(one, flow, added=False)

    def _is_new(self, old: object, new: object, direction: Direction) -> bool:
        key = (id(old), id(new), direction)
        if key in self._seen:
            return False
        self._seen[key] = (old, new)
        return True

    def _compare(self, old: Message, new: Message, flow: Flow) -> None:
        if old.body is None or new.body is None:
            if not _is_same_url(old, new):
                for message, shapes in ((old, self._schemas.old), (new, self._schemas.new)):
                    if message.url is not None:
                        shapes.documents.follow(message.url)  # reports it
            return
        if self._is_new(old.body, new.body, flow.direction):
            _compare_name(old.body, new.body, new, flow)
            _compare_content_type(old.body, new.body, new, flow)
            self._compare_parts(old.body, new.body, new, flow)

    def _compare_parts(self, old: Body, new: Body, message: Message, flow: Flow) -> None:
        voice, place = flow.voice_of(message), flow.place(message)
        subject = "event" if flow.direction is Direction.EVENT else f"{flow.direction}-message"
        textual = all(_is_textual(body.content_type) for body in (old, new))
        part = Part(voice, place, subject, "payload", textual)
        self._payloads.compare(old.payload, new.payload, part)
        part = Part(voice, f"the key of {place}", f"{subject}-key", "key", textual)
        self._payloads.compare(old.key, new.key, part)
        part = Part(voice, f"the headers of {place}", f"{subject}-headers", "headers")
        self._payloads.compare(old.headers, new.headers, part)


def _is_textual(content_type: str) -> bool:
    """Whether scalars are plain text, as in a form."""
    kind = content_type.partition("/")[0].strip().lower()
    return bool(content_type) and not is_json(content_type) and kind == "text"


def _is_same_url(old: Message, new: Message) -> bool:
    return old.url is not None and new.url is not None and reference_of(old.url) == reference_of(new.url)


def _tell_described(old: Messages, new: Messages, flow: Flow) -> None:
    """Where no message is described there may be any."""
    added = bool(new)
    at = (new or old)[0].at
    text = f"{'says' if added else 'no longer says'} which messages are {flow.whole}"
    effect = Effect.NARROWS if added else Effect.WIDENS
    action = Action.ADD if added else Action.REMOVE
    rule = f"messages-{'described' if added else 'undescribed'}"
    flow.voice.tell(rule, Kind.STRUCTURE, action, effect, at=at, text=text)


def _tell_existence(message: Message, flow: Flow, *, added: bool) -> None:
    words = ("adds", "to") if added else ("removes", "from")
    named = f"the {flow.noun} {message.shown}" if message.shown else f"a {flow.noun}"
    text = f"{words[0]} {named} {words[1]} {flow.whole}"
    effect = Effect.WIDENS if added else Effect.NARROWS
    action = Action.ADD if added else Action.REMOVE
    rule = f"{flow.noun}-{'added' if added else 'removed'}"
    flow.voice_of(message).tell(rule, Kind.STRUCTURE, action, effect, at=message.at, text=text)


def _compare_name(old: Body, new: Body, message: Message, flow: Flow) -> None:
    """Names are for generated code, and in no message."""
    if old.name and new.name and old.name != new.name:
        text = f"calls the {flow.noun} {old.name} {flow.where} {new.name}"
        at = new.node.get("name") or new.node
        flow.voice.tell(
            f"{flow.noun}-renamed", Kind.STRUCTURE, Action.CHANGE, None, at=at, text=text, names=(old.name,)
        )


def _compare_content_type(old: Body, new: Body, message: Message, flow: Flow) -> None:
    """Another encoding is read by nobody who knows the old one; what is not stated is JSON where it can be."""
    before, after = (body.content_type or _default(body) for body in (old, new))
    stated = bool(old.content_type), bool(new.content_type)
    if media_key(before) == media_key(after) or stated == (False, False):
        return
    same = before.partition(";")[0].strip().lower() == after.partition(";")[0].strip().lower()
    effect = None if same or not (before and after) else Effect.NEITHER
    told = before or "nothing", after or "nothing"
    text = f"changes the content type of {flow.place(message)} from {told[0]} to {told[1]}"
    rule = f"{flow.noun}-content-type-changed"
    at = new.content_type_at
    flow.voice_of(message).tell(rule, Kind.TYPE, Action.CHANGE, effect, at=at, text=text)


def _default(body: Body) -> str:
    payload = body.payload
    return "application/json" if payload is None or family_of(payload.format) == JSON else ""
