"""Backstage: entities, references, locations, definitions, and what Backstage itself would not say."""

from __future__ import annotations

import pytest

from runbook_tui.catalog.importing.model import EdgeKind, Kind
from tests.catalog.importing.conftest import Read
from tests.catalog.importing.facts import edges, found, lines, rules, service

HEAD = "apiVersion: backstage.io/v1alpha1\n"


def entity(kind: str, name: str, spec: str = "", metadata: str = "") -> str:
    """One document; ``spec`` and ``metadata`` are the inside of flow mappings."""
    more = f", {metadata}" if metadata else ""
    return f"{HEAD}kind: {kind}\nmetadata: {{name: {name}{more}}}\nspec: {{{spec}}}\n"


def catalog(*documents: str) -> dict[str, str]:
    return {"catalog-info.yaml": "---\n".join(documents)}


ORDERS = entity(
    "Component",
    "orders",
    "type: service, lifecycle: production, owner: group:default/team-a, system: checkout, providesApis: [orders-http], "
    "consumesApis: [stock-http], dependsOn: ['component:users', 'resource:default/orders-db']",
    "title: Orders, annotations: {github.com/project-slug: shop/orders, pagerduty.com/service-id: PQ1ITL1}",
)
STOCK = entity("Component", "stock", "type: service, owner: team-b, providesApis: [stock-http]")
USERS = entity("Component", "users", "type: service, owner: user:ann, dependencyOf: ['component:stock']")
ORDERS_DB = entity("Resource", "orders-db", "type: postgres, owner: team-a")
APIS = [
    entity("API", "orders-http", "type: openapi, owner: team-a, definition: {$text: ./api/openapi.yaml}"),
    entity("API", "stock-http", "type: grpc, owner: team-b, definition: 'syntax = 1;'"),
]


def test_components_resources_and_apis_become_services_stores_and_edges(read: Read) -> None:
    files = catalog(ORDERS, STOCK, USERS, ORDERS_DB, *APIS) | {"api/openapi.yaml": "openapi: 3.0.0\n"}
    result = read(files)
    orders = service(result, "orders")
    assert edges(result, EdgeKind.CONSUMES_API) == {("orders", "stock")}
    assert edges(result, EdgeKind.DEPENDS_ON) == {("orders", "users"), ("stock", "users")}
    assert edges(result, EdgeKind.USES_DATASTORE) == {("orders", "orders-db")}
    assert [(api.name, api.type, api.definition) for api in orders.provides] == [
        ("orders-http", "openapi", "api/openapi.yaml")
    ]
    assert [(use.name, use.engine) for use in orders.datastores] == [("orders-db", "postgres")]
    facts = (orders.title, orders.owner, orders.on_call, orders.lifecycle, orders.repository)
    assert [fact.text for fact in facts if fact] == [
        "Orders",
        "team-a",
        "pagerduty:PQ1ITL1",
        "production",
        "https://github.com/shop/orders",
    ]
    assert rules(result) == set()


def test_a_value_stands_where_it_was_written(read: Read) -> None:
    result = read(
        {
            "a/catalog-info.yaml": """\
            apiVersion: backstage.io/v1alpha1
            kind: Component
            metadata:
              name: orders
            spec:
              owner: team-a
              dependsOn:
                - component:orders
            """
        }
    )
    orders = service(result, "orders")
    assert (str(orders.place), orders.owner and str(orders.owner.place)) == (
        "a/catalog-info.yaml:4:9",
        "a/catalog-info.yaml:6:10",
    )
    assert [str(finding.place) for finding in found(result, "self-cycle")] == ["a/catalog-info.yaml:8:7"]


def test_references_have_the_namespace_of_their_entity_and_ignore_capitals(read: Read) -> None:
    shop = "namespace: shop"
    result = read(
        catalog(
            entity(
                "Component",
                "orders",
                "owner: a, dependsOn: ['Component:Stock', 'component:default/stock']",
                shop,
            ),
            entity("Component", "stock", "owner: a", shop),
            entity("Component", "stock", "owner: b"),
        )
    )
    assert edges(result) == {("orders", "shop-stock"), ("orders", "stock")}
    assert [finding.level for finding in found(result, "same-name")] == ["note"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("consumesApi", "consumesApis"),
        ("provideApis", "providesApis"),
        ("dependOn", "dependsOn"),
        ("depends_on", "dependsOn"),
        ("dependencies", "dependsOn"),
        ("lifecyle", "lifecycle"),
        ("ownner", "owner"),
    ],
)
def test_a_misspelt_key_is_told_with_what_was_meant(read: Read, written: str, meant: str) -> None:
    result = read(catalog(entity("Component", "orders", f"owner: team-a, {written}: [x]")))
    (finding,) = found(result, "misspelt-key")
    assert (finding.place.line, finding.remedy) == (4, f"did you mean '{meant}'?")


@pytest.mark.parametrize("written", ["links", "costCenter", "x-extra", "profile"])
def test_other_keys_are_no_slips(read: Read, written: str) -> None:
    assert rules(read(catalog(entity("Component", "orders", f"owner: team-a, {written}: x")))) == set()


def test_keys_at_the_wrong_level_and_kinds_with_a_slip_are_told(read: Read) -> None:
    result = read(
        catalog(
            f"{HEAD}kind: Component\nmetadata: {{name: orders, owner: team-a}}\ndependsOn: [x]\nspec: {{type: a}}\n",
            entity("Componet", "stock", "owner: a"),
        )
    )
    assert [finding.remedy for finding in found(result, "misplaced-key")] == ["move it to spec"] * 2
    assert [finding.remedy for finding in found(result, "misspelt-key")] == ["did you mean 'Component'?"]
    assert lines(found(result, "missing-owner")) == [3]


def test_names_that_lead_nowhere_are_told_with_what_is_near(read: Read) -> None:
    result = read(
        catalog(
            entity(
                "Component",
                "shop-orders",
                "owner: a, providesApis: [orders], consumesApis: [stok-http], "
                "dependsOn: ['component:shop-stok', 'resource:shop-mail']",
            ),
            entity("Component", "shop-stock", "owner: a, providesApis: [stock-http]"),
            entity("API", "stock-http", "owner: a"),
        )
    )
    told = {finding.text: finding.remedy for finding in found(result, "unknown-name")}
    assert told["no file describes the component 'shop-stok'"] == "did you mean 'shop-stock'?"
    assert told["no file describes the API 'stok-http'"] == "did you mean 'stock-http'?"
    assert "did you mean" not in told["no file describes the resource 'shop-mail'"]
    assert "no file describes the API 'orders'" in told
    assert ("shop-orders", "shop-stok") in edges(result)
    assert service(result, "shop-mail").kind is Kind.EXTERNAL


def test_references_of_the_wrong_kind_are_told_and_linked_to_what_they_mean(read: Read) -> None:
    spec = "owner: domain:x, system: 'component:stock', consumesApis: ['component:stock'], "
    spec += "dependsOn: [stock, 'service:stock', 'api:stock-http', 'group:team-a'], providesApis: 'stock'"
    result = read(
        catalog(
            entity("Component", "orders", spec),
            entity("Component", "stock", "owner: a, providesApis: [stock-http]"),
            entity("API", "stock-http", "owner: a"),
        )
    )
    assert len(found(result, "wrong-kind")) == 6
    (missing,) = found(result, "missing-kind")
    assert missing.remedy == "write 'component:stock'"
    assert len(found(result, "wrong-type")) == 1
    assert edges(result) == {("orders", "stock")}
    assert edges(result, EdgeKind.CONSUMES_API) == {("orders", "stock")}


def test_duplicates_cycles_and_apis_without_one_provider_are_told(read: Read) -> None:
    result = read(
        catalog(
            entity("Component", "a", "owner: o, dependsOn: ['component:b'], providesApis: [x]"),
            entity("Component", "b", "owner: o, dependsOn: ['component:c'], providesApis: [x]"),
            entity("Component", "c", "owner: o, consumesApis: [z]"),
            entity("Component", "d", "owner: o, dependsOn: ['component:d']"),
            entity("Component", "a", "owner: other"),
            entity("Component", "e", "owner: o, providesApis: [z], dependsOn: ['component:a']"),
            entity("API", "x", "owner: o"),
            entity("API", "y", "owner: o"),
            entity("API", "z", "owner: o"),
        )
    )
    assert lines(found(result, "duplicate-name")) == [23]
    (cycle,) = found(result, "cycle")
    assert all(part in cycle.text for part in ("a needs b", "b needs c", "c needs e", "e needs a"))
    assert len(found(result, "self-cycle")) == len(found(result, "provided-twice")) == 1
    assert [finding.text for finding in found(result, "api-not-provided")] == [
        "no service provides the API 'y'"
    ]
    assert service(result, "a").owner is not None


def test_owners_are_known_only_where_groups_are_described(read: Read) -> None:
    component = entity("Component", "orders", "owner: team-a")
    group = entity("Group", "team-b", "type: team, children: []")
    assert found(read(catalog(component)), "unknown-owner") == []
    assert lines(found(read(catalog(component, group)), "unknown-owner")) == [4]
    assert found(read(catalog(component, entity("Group", "team-a", "type: team"))), "unknown-owner") == []


def test_what_is_deprecated_and_still_needed_is_told(read: Read) -> None:
    result = read(
        catalog(
            entity("Component", "orders", "owner: a, consumesApis: [old], dependsOn: ['component:stock']"),
            entity("Component", "stock", "owner: a, lifecycle: deprecated, providesApis: [old]"),
            entity("API", "old", "owner: a, lifecycle: deprecated"),
        )
    )
    assert len(found(result, "deprecated-consumed")) == 3


def test_locations_are_followed_inside_of_the_folder_and_urls_are_not(read: Read) -> None:
    targets = "./all/*.yaml, ./none/*.yaml, ./missing.yaml, ../../secret.yaml, 'https://shop.example/x.yaml'"
    files = {
        "root.yaml": entity("Location", "all", f"targets: [{targets}], target: ./more.yaml"),
        "all/a.yaml": entity("Component", "a", "owner: o, dependsOn: ['component:b']"),
        "more.yaml": entity("Component", "b", "owner: o")
        + "---\n"
        + entity("Location", "back", "target: ./root.yaml"),
    }
    result = read(files, "root.yaml")
    assert edges(result) == {("a", "b")}
    assert len(found(result, "missing-file")) == 2
    assert len(found(result, "outside")) == len(found(result, "not-fetched")) == 1


def test_definitions_that_cannot_be_had_are_told(read: Read) -> None:
    def api(name: str, target: str) -> str:
        return entity("API", name, f"owner: a, type: openapi, definition: {{$openapi: {target}}}")

    provides = entity("Component", "orders", "owner: a, providesApis: [x, y, z]")
    targets = ["./none.yaml", "../../etc/passwd", "https://shop.example/a.yaml"]
    result = read(
        catalog(provides, *(api(name, target) for name, target in zip("xyz", targets, strict=True)))
    )
    assert (
        len(found(result, "missing-file"))
        == len(found(result, "outside"))
        == len(found(result, "not-fetched"))
        == 1
    )


def test_a_skeleton_is_told_and_gives_no_entries(read: Read) -> None:
    files = {
        "catalog-info.yaml": entity("Component", "orders", "owner: ${{ values.owner }}")
        + "---\n"
        + entity("Component", "${{ values.name }}", "owner: team-a")
    }
    result = read(files)
    assert [one.name for one in result.services] == ["orders"]
    assert lines(found(result, "template-placeholder")) == [4, 8]
    assert found(result, "missing-owner") == []


def test_source_locations_give_repository_and_folder(read: Read) -> None:
    where = "annotations: {backstage.io/source-location: 'url:https://github.com/shop/mono/tree/main/services/orders/'}"
    orders = service(read(catalog(entity("Component", "orders", "owner: a", where))), "orders")
    assert orders.repository and orders.path
    assert (orders.repository.text, orders.path.text) == ("https://github.com/shop/mono", "services/orders")


def test_a_service_without_a_pager_is_noted_and_a_library_is_not(read: Read) -> None:
    result = read(
        catalog(
            entity("Component", "a", "owner: o, type: service"),
            entity("Component", "b", "owner: o, type: library"),
        )
    )
    assert [finding.text for finding in found(result, "no-pager")] == ["nobody is paged for a"]
