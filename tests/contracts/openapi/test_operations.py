"""Which operations there are, and what the words and places of their changes are."""

from __future__ import annotations

import json

import pytest

from runbook_tui.contracts.model import Action, Kind, Verdict
from tests.contracts.openapi.describing import (
    EVENT,
    REQUEST,
    RESPONSE,
    STRING,
    Json,
    N,
    W,
    api,
    diff,
    only,
    operation,
    parameter,
    post,
    told,
)

ORDERS = api({"/v1/orders/{id}": {"get": operation(operationId="getOrder")}})
NOTHING = api({})


def test_an_endpoint_that_is_added_needs_the_provider_first() -> None:
    found = diff(NOTHING, ORDERS)
    change = only(found)
    assert found.verdict is Verdict.PROVIDER_FIRST
    assert (change.rule, change.direction, change.kind, change.action) == (
        "endpoint-added", REQUEST, Kind.EXISTENCE, Action.ADD,
    )  # fmt: skip
    assert change.text == "adds GET /v1/orders/{id}"
    assert change.names == ("orders", "getOrder")
    assert change.pointer == "/paths/~1v1~1orders~1{id}/get"


def test_an_endpoint_that_goes_needs_its_consumers_first() -> None:
    found = diff(ORDERS, NOTHING)
    change = only(found)
    assert found.verdict is Verdict.CONSUMER_FIRST
    assert (change.rule, change.effect) == ("api-path-removed-without-deprecation", N)
    assert change.text == "removes GET /v1/orders/{id}"
    assert (change.path, change.line) == ("api/openapi.yaml", 9)


def test_a_method_that_goes_while_the_path_stays() -> None:
    both = api({"/orders": {"get": operation(), "post": operation(deprecated=True)}})
    assert told(diff(both, api({"/orders": {"get": operation()}}))) == [("api-removed-with-deprecation", N)]


def test_a_contract_may_be_new_or_gone() -> None:
    assert told(diff(None, ORDERS)) == [("endpoint-added", W)]
    assert told(diff(ORDERS, None)) == [("api-path-removed-without-deprecation", N)]
    assert told(diff(None, None)) == []


@pytest.mark.parametrize("path", ["/v2/orders/{id}", "/v1/orders"])
def test_another_path_has_no_order(path: str) -> None:
    assert diff(ORDERS, api({path: {"get": operation()}})).verdict is Verdict.SPLIT


def test_another_method_has_no_order() -> None:
    assert diff(ORDERS, api({"/v1/orders/{id}": {"put": operation()}})).verdict is Verdict.SPLIT


def test_the_name_of_a_path_parameter_is_not_sent() -> None:
    def described(name: str) -> dict[str, object]:
        return api({f"/orders/{{{name}}}": {"get": operation(parameter(name, "path"))}})

    assert diff(described("id"), described("orderId")).verdict is Verdict.COMPATIBLE


@pytest.mark.parametrize(
    "change",
    [
        {"summary": "x"},
        {"description": "y"},
        {"tags": ["a"]},
        {"externalDocs": {"url": "https://example.com"}},
        {"x-owner": "team"},
    ],
)
def test_prose_changes_nothing(change: dict[str, object]) -> None:
    assert diff(post(), post(**change)).verdict is Verdict.COMPATIBLE


def test_servers_and_titles_change_nothing() -> None:
    other = NOTHING | {
        "info": {"title": "Store", "version": "2"},
        "servers": [{"url": "https://example.com/v2"}],
    }
    assert diff(NOTHING, other).verdict is Verdict.COMPATIBLE


def test_what_only_people_and_generated_code_see_orders_nothing() -> None:
    found = diff(post(operationId="a"), post(operationId="b", deprecated=True))
    assert found.verdict is Verdict.EITHER
    assert told(found) == [("api-operation-id-removed", None), ("endpoint-deprecated", None)]
    assert found.harmless[0].names == ("a",)


def test_the_order_of_keys_is_nothing() -> None:
    old = post(parameters=[parameter("a"), parameter("b")], operationId="x")
    new = json.loads(json.dumps(old, sort_keys=True))
    new["paths"]["/orders"]["post"]["parameters"].reverse()
    assert diff(old, new).verdict is Verdict.COMPATIBLE


def test_a_change_has_the_line_of_its_place() -> None:
    old = "openapi: 3.0.3\npaths:\n  /orders:\n    get:\n      responses:\n        200: {description: ok}\n"
    new = old + "    post:\n      responses: {}\n"
    change = only(diff(old, new))
    assert (change.path, change.line, change.column) == ("api/openapi.yaml", 7, 5)


def webhook(schema: Json, kind: str = "webhooks") -> dict[str, object]:
    item = {"post": operation(request=schema, operationId="onOrder")}
    return api({}, openapi="3.1.0") | ({kind: {"orderPlaced": item}} if schema else {})


def test_a_webhook_is_written_by_the_provider() -> None:
    closed = {"type": "object", "properties": {"a": STRING}}
    found = diff(webhook(closed), webhook({"type": "object", "properties": {"a": STRING, "b": STRING}}))
    change = only(found)
    assert (change.rule, change.direction, change.effect) == ("event-optional-property-added", EVENT, N)
    assert change.text == "adds the property b to the body of orderPlaced"
    assert found.verdict is Verdict.PROVIDER_FIRST


def test_a_webhook_that_goes_needs_its_consumers_first() -> None:
    schema = {"type": "object"}
    assert told(diff(webhook({}), webhook(schema))) == [("webhook-added", N)]
    found = diff(webhook(schema), webhook({}))
    assert told(found) == [("webhook-removed", W)]
    assert found.verdict is Verdict.CONSUMER_FIRST
    assert found.changes[0].names == ("orderPlaced", "onOrder")


def test_a_callback_has_the_roles_exchanged() -> None:
    def described(**properties: object) -> dict[str, object]:
        inner = operation(request={"type": "object", "properties": properties}, response={"type": "integer"})
        return post(callbacks={"onDone": {"{$request.body#/url}": {"post": inner}}})

    change = only(diff(described(a=STRING), described()))
    assert (change.rule, change.direction, change.effect) == ("event-optional-property-removed", EVENT, W)
    assert told(diff(post(), described())) == [("callback-added", N)]


def test_what_answers_a_webhook_is_read_by_the_provider() -> None:
    def described(kind: str) -> dict[str, object]:
        item = {"post": operation(response={"type": kind})}
        return api({}, webhooks={"orderPlaced": item}, openapi="3.1.0")

    change = only(diff(described("integer"), described("number")))
    assert (change.direction, change.effect) == (REQUEST, W)


def test_one_component_in_both_directions_gives_a_change_of_each() -> None:
    def described(kind: str) -> dict[str, object]:
        order = {"type": "object", "properties": {"total": {"type": kind}}}
        reference = {"$ref": "#/components/schemas/Order"}
        paths = {
            "/orders": {"post": operation(request=reference, response=reference)},
            "/orders/{id}": {"get": operation(response=reference), "put": operation(request=reference)},
        }
        return api(paths, components={"schemas": {"Order": order}})

    found = diff(described("integer"), described("number"))
    assert [(change.direction, change.effect) for change in found.changes] == [(REQUEST, W), (RESPONSE, W)]
    assert {change.pointer for change in found.changes} == {"/components/schemas/Order/properties/total/type"}
    assert found.verdict is Verdict.SPLIT
