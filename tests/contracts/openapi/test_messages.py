"""Parameters, request bodies, responses."""

from __future__ import annotations

import pytest

from runbook_tui.contracts.model import Effect, Verdict
from tests.contracts.openapi.describing import (
    STRING,
    Json,
    N,
    W,
    X,
    api,
    backwards,
    diff,
    only,
    operation,
    parameter,
    post,
    told,
)

LIST = {"type": "array", "items": STRING}
JSON = {"application/json": {"schema": STRING}}


def body(**more: object) -> dict[str, object]:
    return post(requestBody={"content": JSON} | more)


def answer(content: object = None, headers: object = None, **statuses: object) -> dict[str, object]:
    response = {"description": "ok", "content": content or JSON, "headers": headers or {}}
    return post(responses={key[1:]: value for key, value in statuses.items()} or {"200": response})


CHANGES: list[tuple[str, Json, Json, Effect | None]] = [
    ("new-optional-request-parameter", post(), post(parameters=[parameter("a")]), W),
    ("new-required-request-parameter", post(), post(parameters=[parameter("a", "header", required=True)]), N),
    ("request-parameter-removed", post(parameters=[parameter("a")]), post(), N),
    ("request-parameter-removed", post(parameters=[parameter("a", required=True)]), post(), W),
    (
        "request-parameter-became-required",
        post(parameters=[parameter("a")]),
        post(parameters=[parameter("a", required=True)]),
        N,
    ),
    (
        "request-parameter-type-generalized",
        post(parameters=[parameter("a", schema={"type": "integer"})]),
        post(parameters=[parameter("a")]),
        W,
    ),
    (
        "request-parameter-type-generalized",
        post(parameters=[parameter("a")]),
        post(parameters=[parameter("a", schema=LIST)]),
        W,
    ),
    (
        "request-parameter-style-changed",
        post(parameters=[parameter("a", schema=LIST)]),
        post(parameters=[parameter("a", schema=LIST, explode=False)]),
        X,
    ),
    (
        "request-parameter-property-enum-value-removed",
        post(parameters=[parameter("a", schema={"type": "array", "items": {"enum": ["x", "y"]}})]),
        post(parameters=[parameter("a", schema={"type": "array", "items": {"enum": ["x"]}})]),
        N,
    ),
    ("request-body-added-optional", post(), body(), W),
    ("request-body-added-required", post(), body(required=True), N),
    ("request-body-removed", body(), post(), N),
    ("request-body-became-required", body(), body(required=True), N),
    ("request-body-media-type-added", body(), body(content=JSON | {"text/csv": {}}), W),
    ("request-body-media-type-schema-added", body(content={"application/json": {}}), body(), N),
    ("response-body-media-type-schema-removed", answer(), answer({"application/json": {}}), W),
    ("response-media-type-added", answer(), answer(JSON | {"text/csv": {}}), N),
    ("response-media-type-removed", answer(JSON | {"text/csv": {}}), answer(), W),
    (
        "response-media-type-name-specialized",
        answer(),
        answer({"application/hal+json": {"schema": STRING}}),
        N,
    ),
    ("response-success-status-added", answer(_200={}), answer(_200={}, _202={}), N),
    ("response-success-status-removed", answer(_200={}, _202={}), answer(_200={}), W),
    ("response-non-success-status-added", answer(_200={}), answer(_200={}, _404={}), None),
    ("response-header-added", answer(), answer(headers={"ETag": {"schema": STRING}}), N),
    ("optional-response-header-removed", answer(headers={"ETag": {"schema": STRING}}), answer(), W),
    (
        "response-header-became-optional",
        answer(headers={"ETag": {"schema": STRING, "required": True}}),
        answer(headers={"ETag": {"schema": STRING}}),
        W,
    ),
    (
        "response-header-type-changed",
        answer(headers={"Age": {"schema": {"type": "integer"}}}),
        answer(headers={"Age": {"schema": {"type": "boolean"}}}),
        X,
    ),
]


@pytest.mark.parametrize(("rule", "old", "new", "effect"), CHANGES)
def test_one_change_and_the_way_back(rule: str, old: Json, new: Json, effect: Effect | None) -> None:
    found = told(diff(old, new))
    assert found == [(rule, effect)]
    assert [effect for _, effect in told(diff(new, old))] == backwards(found)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (post(parameters=[parameter("X-Id", "header")]), post(parameters=[parameter("x-id", "header")])),
        (post(), post(parameters=[parameter("Accept", "header")])),
        (answer(headers={"ETag": {"schema": STRING}}), answer(headers={"etag": {"schema": STRING}})),
        (answer(), answer({"Application/JSON": {"schema": STRING}})),
        (answer(_200={}), answer(_2XX={})),
        (
            body(),
            post(
                requestBody={"content": {"application/json": {"schema": {"type": "string", "example": "x"}}}}
            ),
        ),
    ],
)
def test_two_ways_to_say_the_same(old: Json, new: Json) -> None:
    assert not diff(old, new).changes
    assert not diff(new, old).changes


def test_a_parameter_of_the_path_is_one_of_each_operation() -> None:
    path = {"get": operation(), "post": operation()}
    old, new = api({"/a": path}), api({"/a": path | {"parameters": [parameter("b", required=True)]}})
    change = only(diff(old, new))
    assert change.rule == "new-required-request-default-parameter-to-existing-path"
    assert change.text == "adds the required query parameter b to GET /a"
    moved = api({"/a": {each: operation(parameter("b", required=True)) for each in path}})
    assert diff(new, moved).verdict is Verdict.COMPATIBLE


def test_another_success_status_has_no_order() -> None:
    assert diff(answer(_200={}), answer(_201={})).verdict is Verdict.SPLIT


def test_another_media_type_has_no_order() -> None:
    assert diff(answer(), answer({"application/xml": {"schema": STRING}})).verdict is Verdict.SPLIT


def test_texts_read_as_sentences() -> None:
    order = {
        "type": "object",
        "properties": {"lines": {"type": "array", "items": {"properties": {"sku": STRING}}}},
    }
    wider = {"type": "object", "properties": {"lines": {"type": "array", "items": {"properties": {}}}}}
    change = only(diff(post(**operation(response=order)), post(**operation(response=wider))))
    assert change.text == "removes the property lines[].sku from the 200 response of POST /orders"
    assert change.names == ("sku",)


def test_text_in_other_media_types_may_be_anything() -> None:
    def described(media_type: str, kind: str) -> dict[str, object]:
        return body(content={media_type: {"schema": {"type": kind}}})

    assert only(diff(described("text/csv", "integer"), described("text/csv", "string"))).effect is W
    found = diff(described("application/json", "integer"), described("application/json", "string"))
    assert found.verdict is Verdict.SPLIT


def test_who_leaves_a_parameter_out_relies_on_its_default() -> None:
    old, new = (post(parameters=[parameter("a", schema={"type": "integer", "default": n})]) for n in (1, 2))
    for one, other in ((old, new), (new, old)):
        assert told(diff(one, other)) == [("request-parameter-default-value-changed", N)]
