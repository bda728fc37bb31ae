"""Swagger 2.0, OpenAPI 3.0 and 3.1; several files; what is no description."""

from __future__ import annotations

import json

import pytest

from runbook_tui.contracts.compare import compare
from runbook_tui.contracts.files import in_memory
from runbook_tui.contracts.formats.openapi import OpenApi
from runbook_tui.contracts.model import Verdict
from tests.contracts.openapi.describing import STRING, Json, N, W, X, api, diff, only, operation, post, told

ORDER = {"type": "object", "properties": {"total": {"type": "integer"}}}


def swagger(*parameters: object, response: object = None, **top: object) -> dict[str, object]:
    answer = {"description": "ok"} | ({"schema": response} if response is not None else {})
    paths = {"/orders": {"post": {"parameters": list(parameters), "responses": {"200": answer}}}}
    return {"swagger": "2.0", "info": {"title": "Shop", "version": "1"}, "paths": paths} | top


def in_body(schema: Json, **more: object) -> dict[str, object]:
    return {"name": "order", "in": "body", "schema": schema} | more


def test_bodies_of_swagger_are_parameters() -> None:
    wider = {"type": "object", "properties": {"total": {"type": "number"}}}
    change = only(diff(swagger(in_body(ORDER)), swagger(in_body(wider))))
    assert (change.rule, change.effect) == ("request-property-type-generalized", W)
    assert change.pointer == "/paths/~1orders/post/parameters/0/schema/properties/total/type"
    assert told(diff(swagger(), swagger(in_body(ORDER, required=True)))) == [
        ("request-body-added-required", N)
    ]
    assert told(diff(swagger(response=ORDER), swagger(response=wider))) == [
        ("response-property-type-generalized", W)
    ]


def test_parameters_of_swagger_are_their_own_schema() -> None:
    def described(**more: object) -> dict[str, object]:
        return swagger({"name": "status", "in": "query", "type": "string"} | more)

    assert told(diff(described(), described(enum=["a"]))) == [("request-parameter-became-enum", N)]
    assert told(diff(described(), described(required=True))) == [("request-parameter-became-required", N)]
    as_list = described(type="array", items={"type": "string"})
    assert told(diff(as_list, as_list | described(type="array", items=STRING, collectionFormat="multi"))) == [
        ("request-parameter-style-changed", X)
    ]


def test_media_types_and_the_base_path_of_swagger() -> None:
    old = swagger(response=ORDER, produces=["application/json"])
    new = swagger(response=ORDER, produces=["application/json", "application/xml"])
    assert told(diff(old, new)) == [("response-media-type-added", N)]
    assert told(diff(swagger(basePath="/v1"), swagger(basePath="/v2/"))) == [("request-base-path-changed", X)]
    assert diff(swagger(), swagger(basePath="/")).verdict is Verdict.COMPATIBLE


def test_the_same_api_in_the_next_version_of_the_notation() -> None:
    old = swagger(
        in_body(ORDER, required=True),
        {"name": "q", "in": "query", "type": "string"},
        response={"type": "string", "x-nullable": True},
        securityDefinitions={"b": {"type": "basic"}},
        security=[{"b": []}],
    )
    new = api(
        {
            "/orders": {
                "post": operation(
                    {"name": "q", "in": "query", "schema": STRING},
                    response={"type": "string", "nullable": True},
                )
                | {"requestBody": {"required": True, "content": {"application/json": {"schema": ORDER}}}}
            }
        },
        components={"securitySchemes": {"b": {"type": "http", "scheme": "basic"}}},
        security=[{"b": []}],
    )
    assert diff(old, new).verdict is Verdict.COMPATIBLE
    newest = json.loads(
        json.dumps(new).replace('"type": "string", "nullable": true', '"type": ["string", "null"]')
    )
    assert diff(new, newest | {"openapi": "3.1.0"}).verdict is Verdict.COMPATIBLE


def test_a_change_in_another_file_is_at_its_place_there() -> None:
    main = api({"/orders": {"$ref": "paths/orders.yaml"}})
    item = b"post:\n  requestBody:\n    $ref: '../bodies.yaml#/order'\n  responses: {}\n"
    bodies = [
        b"order:\n  content:\n    application/json:\n      schema: {type: %s}\n" % kind
        for kind in (b"integer", b"number")
    ]
    others = [{"api/paths/orders.yaml": item, "api/bodies.yaml": each} for each in bodies]
    change = only(diff(main, main, (others[0], others[1])))
    assert (change.path, change.pointer, change.line) == (
        "api/bodies.yaml", "/order/content/application~1json/schema/type", 4,
    )  # fmt: skip
    assert diff(main, main, (others[0], others[0])).verdict is Verdict.COMPATIBLE


def test_an_operation_may_be_in_another_file() -> None:
    main = api({"/orders": {"post": {"$ref": "create.yaml"}}})
    old, new = b"responses: {}\n", b"responses: {}\nparameters: [{name: a, in: query, required: true}]\n"
    change = only(diff(main, main, ({"api/create.yaml": old}, {"api/create.yaml": new})))
    assert (change.rule, change.path) == ("new-required-request-parameter", "api/create.yaml")
    assert only(diff(api({}), main, ({}, {"api/create.yaml": old}))).path == "api/openapi.yaml"


def test_a_url_that_both_versions_refer_to_is_the_same_thing() -> None:
    def described(reference: str, summary: str) -> dict[str, object]:
        return post(**operation(response={"$ref": reference}), summary=summary)

    url = "https://example.com/problem.yaml#/Problem"
    assert diff(described(url, "a"), described(url, "b")).verdict is Verdict.COMPATIBLE
    found = diff(described("#/info", "a"), described(url, "b"))
    assert found.verdict is None
    assert found.faults[0].what == f"$ref '{url}' is a URL, and nothing is fetched"


def test_what_cannot_be_read_is_not_gone() -> None:
    found = diff(post(), "openapi: 3.0.3\npaths:\n  - a: b: c\n")
    assert not found.changes
    assert (found.verdict, found.faults[0].line, found.faults[0].version) == (None, 3, "new")


@pytest.mark.parametrize("text", ["a: 1\n", "[]", "openapi: 4.0.0\n", "", "just text", "openapi:\n  a: 1\n"])
def test_what_is_no_description_is_a_fault(text: str) -> None:
    found = diff(post(), text)
    assert found.verdict is None or not text


def test_the_rest_is_compared_in_spite_of_a_fault() -> None:
    broken = {"get": operation(response={"$ref": "#/components/schemas/Gone"})}
    fine = {"get": operation()}
    found = diff(api({"/a": fine, "/b": fine}), api({"/a": broken, "/c": fine}))
    assert [fault.what for fault in found.faults] == []
    found = diff(
        api({"/a": {"get": operation(response=STRING)}, "/b": fine}), api({"/a": broken, "/c": fine})
    )
    assert [fault.what for fault in found.faults] == ["$ref '#/components/schemas/Gone' leads to nothing"]
    assert len(found.changes) == 2


@pytest.mark.parametrize(
    ("path", "text", "found"),
    [
        ("openapi.yaml", "# a comment\nopenapi: 3.0.0\ninfo: {}\n", True),
        ("api.yml", "swagger: '2.0'\n", True),
        ("api.json", '{"paths": {}, "openapi": "3.1.0"}', True),
        ("api.json", '{\n  "swagger": "2.0"}', True),
        ("asyncapi.yaml", "asyncapi: 3.0.0\n", False),
        ("values.yaml", "image:\n  openapi: latest\n", False),
        ("values.yaml", "text: |\n  the openapi: 3.0.0\n", False),
    ],
)
def test_descriptions_are_recognised(path: str, text: str, found: bool) -> None:
    assert OpenApi().recognises(path, text.encode()) is found


def test_descriptions_of_a_folder_are_compared_by_their_path() -> None:
    one, other = (
        json.dumps(post(**more)).encode() for more in ({}, {"parameters": [{"name": "a", "in": "query"}]})
    )
    found = compare(
        in_memory({"a.json": one, "b.json": one}), in_memory({"a.json": other, "b.json": one}), "openapi"
    )
    assert [(change.rule, change.path) for change in found.changes] == [
        ("new-optional-request-parameter", "a.json")
    ]


def test_files_that_are_referred_to() -> None:
    files = in_memory({"a.yaml": b"$ref: b.yaml\n"}, {"b.yaml": b""})
    assert list(OpenApi().references("a.yaml", b"$ref: b.yaml\n", files)) == ["b.yaml"]
