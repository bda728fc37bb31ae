"""Which API definitions a release changes, how they differ, and for whom."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from runbook_tui.contracts.model import Verdict
from runbook_tui.release.read import read_introductions, read_release

if TYPE_CHECKING:
    from runbook_tui.release.model import ContractChange, Release
    from tests.release.conftest import System

MANIFEST = """
    version: 1
    system: shop
    services:
      billing:
        owner: payments
        repository: mono
        path: services/billing
        deployed: v1
        release: v2
        provides:
          - {api: same, type: openapi, definition: same.yaml}
          - {api: edited, type: openapi, definition: ./api/edited.yaml}
          - {api: added, type: asyncapi, definition: added.yaml}
          - {api: removed, type: grpc, definition: proto/removed}
          - {api: undocumented, type: grpc}
      web:
        owner: web
        repository: mono
        path: services/web
        deployed: v1
        release: v2
        consumes: [edited, removed]
      app:
        owner: app
        repository: mono
        path: services/app
        deployed: v1
        release: v1
        consumes: [edited]
    """

PROTO = 'syntax = "proto3";\npackage shop;\nmessage Order { string id = 1; }\n'


def openapi(*paths: str, extra: str = "") -> str:
    """A definition with these paths, each answering a GET."""
    found = "".join(f"  {path}:\n    get: {{responses: {{'200': {{description: ok}}}}}}\n" for path in paths)
    return f"openapi: 3.0.0\ninfo: {{title: x, version: '1'}}\npaths:\n{found}{extra}"


def asyncapi() -> str:
    """A definition without channels."""
    return "asyncapi: 2.6.0\ninfo: {title: x, version: '1'}\nchannels: {}\n"


def avro(*fields: object) -> str:
    """A record with these fields."""
    return json.dumps({"type": "record", "name": "Placed", "fields": list(fields)})


def changed(release: Release) -> dict[str, ContractChange]:
    """By API."""
    return {contract.api: contract for change in release.changes for contract in change.contracts}


def mono(system: System) -> System:
    """Two versions of the manifest's repository."""
    billing = "services/billing"
    system.version(
        "mono",
        "v1",
        {
            f"{billing}/same.yaml": openapi("/same"),
            f"{billing}/api/edited.yaml": openapi("/orders", "/export"),
            "services/web/a": "call('/export')",
            "services/app/a": "call('/orders')",
            f"{billing}/proto/removed/x.proto": PROTO,
        },
    )
    system.version(
        "mono",
        "v2",
        {
            f"{billing}/api/edited.yaml": openapi("/orders"),
            f"{billing}/added.yaml": asyncapi(),
            f"{billing}/proto/removed/x.proto": None,
            "services/web/a": "call('/orders')",
        },
    )
    return system


def test_changed_definitions_and_their_consumers(system: System) -> None:
    found = changed(read_release(mono(system).load(MANIFEST)))
    assert {api: (one.path, one.consumers, one.kind) for api, one in found.items()} == {
        "edited": ("services/billing/api/edited.yaml", ("app", "web"), "modified"),
        "added": ("services/billing/added.yaml", (), "added"),
        "removed": ("services/billing/proto/removed", ("web",), "removed"),
    }
    edited = found["edited"].diff
    assert edited is not None
    assert edited.verdict is Verdict.CONSUMER_FIRST
    (removal,) = edited.changes
    assert (removal.path, removal.line) == ("services/billing/api/edited.yaml", 7)
    removed = found["removed"].diff
    assert removed is not None
    assert removed.verdict is Verdict.CONSUMER_FIRST


def test_consumers_are_searched_for_what_changes_at_both_of_their_commits(system: System) -> None:
    uses = {(use.api, use.service): use for use in read_release(mono(system).load(MANIFEST)).contract_uses}
    web, app = uses["edited", "web"], uses["edited", "app"]
    assert "export" in web.names
    assert [hit.path for hit in web.before["export"]] == ["services/web/a"]
    assert "export" not in web.after
    assert app.before == app.after
    assert "export" not in app.after


def test_the_definition_itself_is_no_use_of_it(system: System) -> None:
    system.version("mono", "v1", {"api.yaml": openapi("/orders", "/export"), "web/a": "1"})
    system.version("mono", "v2", {"api.yaml": openapi("/orders")})
    loaded = system.load(
        """
        version: 1
        system: shop
        services:
          billing: {owner: a, repository: mono, deployed: v1, release: v2,
            provides: [{api: x, type: openapi, definition: api.yaml}]}
          web: {owner: a, repository: mono, deployed: v1, release: v1, consumes: [x]}
        """
    )
    (use,) = read_release(loaded).contract_uses
    assert not use.after


def test_commits_of_a_monorepo_belong_to_the_service_they_touch(system: System) -> None:
    files = {f"services/{name}/a": "1" for name in ("billing", "web", "app")}
    definitions = {
        "services/billing/same.yaml": openapi("/same"),
        "services/billing/api/edited.yaml": openapi("/a"),
    }
    removed = {"services/billing/added.yaml": asyncapi(), "services/billing/proto/removed/x.proto": PROTO}
    system.version("mono", "v1", {**files, **definitions, **removed})
    system.version("mono", "v2-rc1", {"services/web/a": "2"})
    system.version("mono", "v2", {"services/billing/a": "2"})
    app, billing, web = read_release(system.load(MANIFEST)).changes
    assert [commit.subject for commit in billing.commits] == ["Release v2"]
    assert [commit.subject for commit in web.commits] == ["Release v2-rc1"]
    assert not app.moves


def test_a_monorepo_is_opened_once(system: System, processes: list[list[str]]) -> None:
    test_commits_of_a_monorepo_belong_to_the_service_they_touch(system)
    names = [command[0] for command in processes]
    assert names.count("for-each-ref") == 1
    assert names.count("cat-file") == 3  # the commits, the definitions that are files, those in a folder
    assert names.count("ls-tree") == 2  # of the folder
    assert names.count("log") == 1  # both services go between the same commits, along one line


ONE = """
    version: 1
    system: shop
    services:
      orders:
        owner: a
        repository: orders
        deployed: {base}
        release: v9
        provides: [{{api: x, type: {type}, definition: {path}{more}}}]
      web: {{owner: a, repository: web, deployed: v1, release: v2, consumes: [x]}}
    """


def one(system: System, type_name: str, path: str, *, base: str = "v1", more: str = "") -> Release:
    """The release of one provider from ``base`` to ``v9``, with one consumer that moves."""
    if not (system.folder / "web").exists():
        system.version("web", "v1", {"a": "1"})
        system.version("web", "v2", {"a": "2"})
    return read_release(system.load(ONE.format(type=type_name, path=path, base=base, more=more)))


def test_a_change_in_a_file_that_a_definition_refers_to_is_a_change_of_it(system: System) -> None:
    reference = (
        "  /orders:\n    get:\n      responses:\n        '200':\n          description: ok\n          content:\n"
        "            application/json:\n              schema: {$ref: 'parts/order.yaml'}\n"
    )
    order = "type: object\nrequired: [id]\nproperties: {id: {type: string}}\n"
    system.version("orders", "v1", {"api/x.yaml": openapi(extra=reference), "api/parts/order.yaml": order})
    system.version("orders", "v9", {"api/parts/order.yaml": order.replace("required: [id]\n", "")})
    contract = changed(one(system, "openapi", "api/x.yaml"))["x"]
    assert contract.diff is not None
    assert contract.diff.verdict is Verdict.CONSUMER_FIRST
    assert contract.diff.changes[0].path == "api/parts/order.yaml"


USES = {
    "avro": {
        "x/placed.avsc": avro({"name": "method", "type": ["null", "shop.Method"]}),
        "x/Method.avsc": '{"type": "enum", "name": "Method", "namespace": "shop", "symbols": ["A"]}',
    },
    "graphql": {
        "x/schema.graphql": '# import Order from "order.graphql"\ntype Query { order: Order }\n',
        "x/order.graphql": "type Order { id: ID total: Int }\n",
    },
    "protobuf": {
        "x/api.proto": 'syntax = "proto3";\nimport "x/order.proto";\nmessage Event { Order order = 1; }\n',
        "x/order.proto": 'syntax = "proto3";\nmessage Order { string id = 1; string total = 2; }\n',
    },
}
"""Type to a definition, and the file that it uses."""


@pytest.mark.parametrize(
    ("type_name", "old", "new"),
    [("avro", '["A"]', '["A", "B"]'), ("graphql", " total: Int", ""), ("protobuf", " string total = 2;", "")],
)
def test_every_format_follows_what_it_uses(system: System, type_name: str, old: str, new: str) -> None:
    definition, used = USES[type_name]
    text = USES[type_name][used]
    assert old in text
    system.version("orders", "v1", dict(USES[type_name]))
    system.version("orders", "v9", {used: text.replace(old, new)})
    contract = changed(one(system, type_name, definition))["x"]
    assert contract.diff is not None
    assert contract.diff.verdict is Verdict.CONSUMER_FIRST
    assert {change.path for change in contract.diff.changes} == {used}


def test_a_definition_of_another_type_is_a_fault_and_the_rest_is_read(system: System) -> None:
    system.version("orders", "v1", {"x.yaml": asyncapi()})
    system.version("orders", "v9", {"x.yaml": asyncapi() + "x-a: 1\n"})
    contract = changed(one(system, "openapi", "x.yaml"))["x"]
    assert contract.diff is not None
    assert contract.diff.verdict is None
    assert "this is asyncapi, and the manifest says openapi" in contract.diff.faults[0].what


@pytest.mark.parametrize("content", ["openapi: [", "openapi: 3.0.0\npaths: {{ paths }}\n", "\x00\x01"])
def test_what_cannot_be_parsed_is_a_fault_with_its_place(system: System, content: str) -> None:
    system.version("orders", "v1", {"x.yaml": openapi("/a")})
    system.version("orders", "v9", {"x.yaml": content})
    contract = changed(one(system, "openapi", "x.yaml"))["x"]
    assert contract.diff is not None
    assert contract.diff.verdict is None
    assert {(fault.path, fault.version) for fault in contract.diff.faults} == {("x.yaml", "new")}


def test_a_promise_is_held_against_what_runs(system: System) -> None:
    system.version("orders", "v1", {"x.avsc": avro({"name": "id", "type": "int"})})
    system.version("orders", "v9", {"x.avsc": avro({"name": "id", "type": "string"})})
    contract = changed(one(system, "avro", "x.avsc", more=", compatibility: BACKWARD"))["x"]
    assert [promise.running for promise in contract.broken_promises] == [True]


def test_a_transitive_promise_is_held_against_every_version_that_is_kept(system: System) -> None:
    # each version can be read after the one before it; the last cannot read what the first wrote
    system.version("orders", "v1", {"x.avsc": avro({"name": "id", "type": "int"})})
    oldest = system.git("orders", "rev-parse", "HEAD")
    system.version("orders", "v2", {"x.avsc": avro()})
    system.version("orders", "v9", {"x.avsc": avro({"name": "id", "type": "string", "default": ""})})
    mode = ", compatibility: BACKWARD"
    assert not changed(one(system, "avro", "x.avsc", base="v2", more=mode))["x"].broken_promises
    (promise,) = changed(one(system, "avro", "x.avsc", base="v2", more=f"{mode}_TRANSITIVE"))[
        "x"
    ].broken_promises
    assert (promise.version, promise.running) == (oldest, False)
    kept = f"{mode}_TRANSITIVE, retained_since: v2"
    assert not changed(one(system, "avro", "x.avsc", base="v2", more=kept))["x"].broken_promises


def test_a_contract_comes_in_where_consumers_have_to_go_first(system: System) -> None:
    system.version("orders", "v1", {"x.yaml": openapi("/old")})
    system.version("orders", "v2", {"x.yaml": openapi("/old", "/new")})
    system.version("orders", "v3", {"other": "1"})
    before = system.git("orders", "rev-parse", "HEAD")
    system.version("orders", "v4", {"x.yaml": openapi("/new")})
    cut = system.git("orders", "rev-parse", "HEAD")
    system.version("orders", "v9", {"x.yaml": openapi("/new", "/newer")})
    release = one(system, "openapi", "x.yaml")
    loaded = system.load(ONE.format(type="openapi", path="x.yaml", base="v1", more=""))
    (found,) = read_introductions(release, loaded)
    assert (found.subject, found.commit, found.parent) == ("contract:x", cut, before)
