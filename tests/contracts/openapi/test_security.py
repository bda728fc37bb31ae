"""What a request has to show."""

from __future__ import annotations

import pytest

from runbook_tui.contracts.model import Effect, Verdict
from tests.contracts.openapi.describing import Json, N, W, X, api, backwards, diff, only, operation, told

KEY: dict[str, list[str]] = {"key": []}
OAUTH = {"oauth": ["read"]}


def guarded(*alternatives: Json, whole: object = None) -> dict[str, object]:
    more = {"security": whole} if whole is not None else {}
    own = {"security": list(alternatives)} if alternatives else {}
    return api({"/orders": {"get": operation() | own}}, **more)


@pytest.mark.parametrize(
    ("rule", "old", "new", "effect"),
    [
        ("api-security-added", guarded(), guarded(KEY), N),
        ("api-security-added", guarded(KEY), guarded(KEY, OAUTH), W),
        ("api-security-scope-added", guarded(OAUTH), guarded({"oauth": ["read", "write"]}), N),
        ("api-security-became-optional", guarded(KEY), guarded(KEY, {}), W),
        ("api-global-security-added", guarded(), guarded(whole=[KEY]), N),
        ("api-global-security-scope-removed", guarded(whole=[OAUTH]), guarded(whole=[{"oauth": []}]), W),
        ("api-security-removed", guarded(whole=[KEY]), guarded(whole=[KEY]) | guarded({}, whole=[KEY]), W),
    ],
)
def test_one_change_and_the_way_back(rule: str, old: Json, new: Json, effect: Effect) -> None:
    found = told(diff(old, new))
    assert found == [(rule, effect)]
    assert [effect for _, effect in told(diff(new, old))] == backwards(found)


def test_showing_more_than_before_narrows() -> None:
    both = KEY | OAUTH
    assert told(diff(guarded(KEY), guarded(both))) == [
        ("api-security-added", None),
        ("api-security-removed", N),
    ]
    assert told(diff(guarded(both), guarded(KEY))) == [
        ("api-security-added", W),
        ("api-security-removed", None),
    ]


def test_the_order_of_alternatives_is_nothing() -> None:
    old, new = guarded(KEY, OAUTH, {"oauth": ["write"]}), guarded({"oauth": ["write"]}, OAUTH, KEY)
    assert diff(old, new).verdict is Verdict.COMPATIBLE


def test_a_whole_requirement_that_an_operation_repeats_is_nothing() -> None:
    assert diff(guarded(whole=[KEY]), guarded(KEY, whole=[KEY])).verdict is Verdict.COMPATIBLE


def scheme(used: bool, **described: object) -> dict[str, object]:
    return guarded(KEY if used else {}) | {"components": {"securitySchemes": {"key": described}}}


def test_a_scheme_that_is_used_cannot_become_another() -> None:
    old, new = ({"type": "apiKey", "name": name, "in": "header"} for name in ("X-Key", "X-Token"))
    change = only(diff(scheme(True, **old), scheme(True, **new)))
    assert (change.rule, change.effect) == ("api-security-component-type-changed", X)
    assert change.names == ("X-Key",)
    assert diff(scheme(False, **old), scheme(False, **new)).verdict is Verdict.EITHER


def test_where_a_token_is_fetched_is_not_in_the_request() -> None:
    old, new = (
        {"type": "oauth2", "flows": {"implicit": {"authorizationUrl": url, "scopes": {}}}}
        for url in ("a", "b")
    )
    assert diff(scheme(True, **old), scheme(True, **new)).verdict is Verdict.COMPATIBLE
