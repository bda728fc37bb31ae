"""What a request has to show: security requirements are alternatives, each of which may ask for several things."""

from __future__ import annotations

from dataclasses import dataclass

from runbook_tui.contracts.documents.node import Node
from runbook_tui.contracts.model import Action, Direction, Effect, Kind
from runbook_tui.contracts.openapi.model import Alternative, Api, Operation, Security
from runbook_tui.contracts.openapi.telling import Teller, Voice, names_of

_IDENTITY = ("type", "scheme", "in", "name", "openIdConnectUrl", "flow")
"""What of a scheme decides how a request looks."""
_NOTHING: Alternative = {}
"""What is asked for where nothing is."""


@dataclass(frozen=True, slots=True)
class Guard:
    """What two versions ask for at one place."""

    voice: Voice
    prefix: str
    """Of the rules."""
    what: str
    """What is guarded, in words."""
    old: list[Alternative]
    new: list[Alternative]
    old_at: Node
    new_at: Node


def compare_whole_security(old: Api, new: Api, teller: Teller) -> None:
    """Tell how the requirements differ that hold for operations without their own."""
    what = "every operation without requirements of its own"
    voice = Voice(teller, Direction.REQUEST)
    _compare(_guard(voice, "api-global", what, (old.security, new.security), new.root))


def compare_security(old: Operation, new: Operation, before: Api, after: Api, teller: Teller) -> None:
    """Tell how the requirements of an operation differ, where at least one version has its own."""
    if old.security is None and new.security is None:
        return
    versions = (old.security or before.security, new.security or after.security)
    voice = Voice(teller, Direction.REQUEST, names_of(new))
    _compare(_guard(voice, "api", str(new), versions, new.node))


def _guard(
    voice: Voice, prefix: str, what: str, versions: tuple[Security | None, Security | None], node: Node
) -> Guard:
    old, new = versions
    at = new.node if new is not None else old.node if old is not None else node
    return Guard(
        voice, prefix, what, _alternatives(old), _alternatives(new), old.node if old is not None else at, at
    )


def _alternatives(security: Security | None) -> list[Alternative]:
    """Nothing at all is the same as one alternative that asks for nothing."""
    return (security.alternatives if security is not None else []) or [_NOTHING]


def _compare(guard: Guard) -> None:
    old = [each for each in guard.old if each not in guard.new]
    new = [each for each in guard.new if each not in guard.old]
    for alternative in list(new):
        same = next((each for each in old if each.keys() == alternative.keys()), None)
        if same is not None:
            old.remove(same)
            new.remove(alternative)
            _compare_scopes(same, alternative, guard)
    for alternative in new:
        if alternative:
            _tell_added(alternative, guard)
        elif len(guard.new) > 1:
            _tell_optional(guard, optional=True)
    for alternative in old:
        if alternative:
            _tell_removed(alternative, guard)
        elif len(guard.old) > 1:
            _tell_optional(guard, optional=False)


def _tell_added(alternative: Alternative, guard: Guard) -> None:
    """Whoever shows more than was asked for before was welcome before."""
    unguarded = guard.old == [_NOTHING]
    effect: Effect | None = Effect.NARROWS if unguarded else Effect.WIDENS
    if not unguarded and any(_satisfies(alternative, each) for each in guard.old):
        effect = None
    text = f"{'requires' if unguarded else 'accepts'} {_words(alternative)} for {guard.what}"
    rule = f"{guard.prefix}-security-added"
    guard.voice.tell(rule, Kind.EXISTENCE, Action.ADD, effect, at=guard.new_at, text=text)


def _tell_removed(alternative: Alternative, guard: Guard) -> None:
    unguarded = guard.new == [_NOTHING]
    effect: Effect | None = Effect.WIDENS if unguarded else Effect.NARROWS
    if not unguarded and any(_satisfies(alternative, each) for each in guard.new):
        effect = None
    text = f"no longer {'requires' if unguarded else 'accepts'} {_words(alternative)} for {guard.what}"
    rule = f"{guard.prefix}-security-removed"
    guard.voice.tell(rule, Kind.EXISTENCE, Action.REMOVE, effect, at=guard.old_at, text=text)


def _satisfies(shown: Alternative, asked: Alternative) -> bool:
    return all(name in shown and scopes <= shown[name] for name, scopes in asked.items())


def _words(alternative: Alternative) -> str:
    return " and ".join(sorted(alternative))


def _tell_optional(guard: Guard, *, optional: bool) -> None:
    """An empty alternative among others makes all of them optional."""
    rule = f"{guard.prefix}-security-became-{'optional' if optional else 'required'}"
    effect = Effect.WIDENS if optional else Effect.NARROWS
    action = Action.GENERALIZE if optional else Action.SPECIALIZE
    text = f"{'no longer requires' if optional else 'requires'} security for {guard.what}"
    guard.voice.tell(rule, Kind.REQUIREDNESS, action, effect, at=guard.new_at, text=text)


def _compare_scopes(old: Alternative, new: Alternative, guard: Guard) -> None:
    for scheme, scopes in new.items():
        for scope in sorted(scopes ^ old[scheme]):
            added = scope in scopes
            effect = Effect.NARROWS if added else Effect.WIDENS
            action = Action.ADD if added else Action.REMOVE
            rule = f"{guard.prefix}-security-scope-{'added' if added else 'removed'}"
            text = f"{'requires' if added else 'no longer requires'} the scope {scope} of {scheme} for {guard.what}"
            names = (scope, *guard.voice.names)
            at = guard.new_at if added else guard.old_at
            guard.voice.tell(rule, Kind.EXISTENCE, action, effect, at=at, text=text, names=names)


def compare_schemes(old: Api, new: Api, teller: Teller) -> None:
    """Tell how the schemes differ that are used in both versions; one that nobody uses changes nothing."""
    used = _used(old) & _used(new)
    voice = Voice(teller, Direction.REQUEST)
    for name, node in new.schemes.items():
        if name not in old.schemes:
            text = f"describes the security scheme {name}"
            voice.tell("api-security-component-added", Kind.EXISTENCE, Action.ADD, None, at=node, text=text)
            continue
        before, after = (_identity(scheme) for scheme in (old.schemes[name], node))
        if before != after:
            effect = Effect.NEITHER if name in used else None
            text = f"changes how a request shows {name}: {', '.join(after)} instead of {', '.join(before)}"
            rule = "api-security-component-type-changed"
            voice.tell(rule, Kind.TYPE, Action.CHANGE, effect, at=node, text=text, names=before[-1:])
    for name, node in old.schemes.items():
        if name not in new.schemes:
            text = f"no longer describes the security scheme {name}"
            voice.tell(
                "api-security-component-removed", Kind.EXISTENCE, Action.REMOVE, None, at=node, text=text
            )


def _identity(scheme: Node) -> tuple[str, ...]:
    found = [scheme.text(key).lower() if key in ("scheme", "in") else scheme.text(key) for key in _IDENTITY]
    if "basic" in found[:2] and found[0] in ("basic", "http"):
        return ("http", "basic")  # Swagger 2.0 calls it a type.
    if found[0] == "oauth2":
        return ("oauth2",)
    return tuple(each for each in found if each)


def _used(api: Api) -> set[str]:
    stated = [api.security, *(operation.security for operation in api.operations.values())]
    return {
        name
        for each in stated
        if each is not None
        for alternative in each.alternatives
        for name in alternative
    }
