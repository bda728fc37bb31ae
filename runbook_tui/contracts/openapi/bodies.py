"""Request bodies, and the media types of all bodies."""

from __future__ import annotations

from dataclasses import dataclass

from runbook_tui.contracts.model import Action, Direction, Effect, Kind
from runbook_tui.contracts.openapi.model import Media, Operation
from runbook_tui.contracts.openapi.reading import is_json
from runbook_tui.contracts.openapi.telling import Roles, Teller, Voice, names_of


@dataclass(frozen=True, slots=True)
class Message:
    """A body whose media types are compared."""

    voice: Voice
    rules: str
    """What the rules of its media types begin with: ``request-body`` or ``response``."""
    place: str

    @property
    def direction(self) -> Direction:
        """Who writes it."""
        return self.voice.direction

    @property
    def subject(self) -> str:
        """Prefix of the rules of its schema."""
        return f"{self.direction}-body" if self.direction is not Direction.EVENT else "event"

    @property
    def is_request(self) -> bool:
        """Whether the provider reads it."""
        return self.direction is Direction.REQUEST


def compare_body(old: Operation, new: Operation, roles: Roles, teller: Teller) -> None:
    """Tell how the request bodies of two versions of an operation differ."""
    voice = Voice(teller, roles.asking, names_of(new))
    before, after = old.body, new.body
    if before is None and after is not None:
        needed = "required" if after.required else "optional"
        effect = Effect.NARROWS if after.required else Effect.WIDENS
        text = f"adds the {needed} body of {new}"
        voice.tell(
            f"request-body-added-{needed}", Kind.EXISTENCE, Action.ADD, effect, at=after.node, text=text
        )
    elif before is not None and after is None:
        effect = Effect.WIDENS if before.required else Effect.NARROWS
        text = f"removes the body of {new}"
        voice.tell("request-body-removed", Kind.EXISTENCE, Action.REMOVE, effect, at=before.node, text=text)
    elif before is not None and after is not None:
        if before.required != after.required:
            effect = Effect.NARROWS if after.required else Effect.WIDENS
            rule = f"request-body-became-{'required' if after.required else 'optional'}"
            text = f"{'requires' if after.required else 'no longer requires'} the body of {new}"
            at = after.node.get("required") or after.node
            voice.tell(rule, Kind.REQUIREDNESS, Action.CHANGE, effect, at=at, text=text)
        compare_media(before.media, after.media, Message(voice, "request-body", f"the body of {new}"))


def compare_media(old: dict[str, Media], new: dict[str, Media], message: Message) -> None:
    """Tell how the media types of a body and their schemas differ."""
    several = len(old.keys() | new.keys()) > 1
    for before, after in _matched(old, new):
        if before is not None and after is not None:
            _compare_name(before, after, message)
            _compare_schema(
                before, after, message, f"{message.place} as {after.name}" if several else message.place
            )
        elif after is not None:
            _tell_existence(after, message, added=True)
        elif before is not None:
            _tell_existence(before, message, added=False)


def _matched(old: dict[str, Media], new: dict[str, Media]) -> list[tuple[Media | None, Media | None]]:
    """The same media type of both versions; then those of which one is a kind of the other."""
    found: list[tuple[Media | None, Media | None]] = [(old[key], new[key]) for key in new if key in old]
    gone = [key for key in old if key not in new]
    for key in (key for key in new if key not in old):
        match = next((each for each in gone if is_within(each, key) or is_within(key, each)), None)
        if match is not None:
            gone.remove(match)
        found.append((old[match] if match is not None else None, new[key]))
    return [*found, *((old[key], None) for key in gone)]


def is_within(narrow: str, wide: str) -> bool:
    """Whether one media type is a kind of another: ``application/problem+json`` is JSON. Parameters do not matter."""
    one, other = (each.partition(";")[0] for each in (narrow, wide))
    if one == other:
        return True
    kind, _, subtype = one.partition("/")
    wide_kind, _, wide_subtype = other.partition("/")
    if other == "*/*" or (wide_subtype == "*" and kind == wide_kind):
        return True
    return kind == wide_kind and subtype.rpartition("+")[2] == wide_subtype and "+" in subtype


def _tell_existence(media: Media, message: Message, *, added: bool) -> None:
    """A request may come in one more form; an answer may be asked for in one more."""
    effect = Effect.WIDENS if added == message.is_request else Effect.NARROWS
    rule = f"{message.rules}-media-type-{'added' if added else 'removed'}"
    words = ("adds", "to") if added else ("removes", "from")
    text = f"{words[0]} the media type {media.name} {words[1]} {message.place}"
    action = Action.ADD if added else Action.REMOVE
    message.voice.tell(rule, Kind.EXISTENCE, action, effect, at=media.node, text=text)


def _compare_name(before: Media, after: Media, message: Message) -> None:
    old, new = (each.name.strip().lower() for each in (before, after))
    if old == new:
        return
    effect: Effect | None
    if old.partition(";")[0] == new.partition(";")[0]:
        suffix, effect, action = "changed", None, Action.CHANGE
    elif is_within(new, old):
        suffix, effect, action = "specialized", Effect.NARROWS, Action.SPECIALIZE
    else:
        suffix, effect, action = "generalized", Effect.WIDENS, Action.GENERALIZE
    text = f"changes the media type of {message.place} from {before.name} to {after.name}"
    rule = f"{message.rules}-media-type-name-{suffix}"
    message.voice.tell(rule, Kind.EXISTENCE, action, effect, at=after.node, text=text)


def _compare_schema(before: Media, after: Media, message: Message, place: str) -> None:
    old, new = before.schema, after.schema
    if old is not None and new is not None:
        message.voice.teller.schemas.compare(
            old,
            new,
            message.direction,
            place,
            message.subject,
            names=message.voice.names,
            textual=not (is_json(before.name) or is_json(after.name)),
        )
        return
    node = new or old
    if node is not None:
        effect = Effect.NARROWS if new else Effect.WIDENS
        action = Action.ADD if new else Action.REMOVE
        rule = f"{message.rules.partition('-')[0]}-body-media-type-schema-{'added' if new else 'removed'}"
        text = f"{'says' if new else 'no longer says'} what {place} looks like"
        message.voice.tell(rule, Kind.EXISTENCE, action, effect, at=node, text=text)
