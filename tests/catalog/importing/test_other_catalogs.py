"""Datadog, OpsLevel, Cortex and Score."""

from __future__ import annotations

import pytest

from runbook_tui.catalog.importing.model import EdgeKind, ImportedService, Kind
from tests.catalog.importing.conftest import Read
from tests.catalog.importing.facts import edges, found, lines, rules, service


def facts(one: ImportedService) -> dict[str, str]:
    """What is said of an entry."""
    values = {
        name: getattr(one, name)
        for name in ("title", "owner", "on_call", "tier", "lifecycle", "repository", "path")
    }
    return {name: value.text for name, value in values.items() if value is not None}


DATADOG = """\
apiVersion: v3
kind: service
metadata:
  name: orders
  displayName: Orders
  owner: team-a
  links: [{name: code, type: repo, url: "https://github.com/shop/orders"}]
integrations:
  pagerduty: {serviceURL: "https://shop.pagerduty.com/service-directory/PQ1ITL1"}
spec:
  lifecycle: production
  tier: "1"
  dependsOn: [service:stock, datastore:orders-db, queue:default/mail, stock, "api:orders-http", service:stok]
---
apiVersion: v3
kind: service
metadata: {name: stock, inheritFrom: "system:shop"}
spec: {dependOn: [service:orders]}
datadog: {codeLocations: [{repositoryURL: "https://github.com/shop/mono.git", paths: ["stock/**"]}]}
---
apiVersion: v3
kind: datastore
metadata: {name: orders-db, owner: team-a}
spec: {type: postgres, dependencyOf: [service:stock]}
---
apiVersion: v3
kind: queue
metadata: {name: mail, owner: team-b}
---
apiVersion: v3
kind: system
metadata: {name: shop, owner: team-s}
spec: {components: [service:orders, service:gone]}
---
apiVersion: v3
kind: api
metadata: {name: orders-http, owner: team-a}
spec: {type: openapi, implementedBy: [service:orders], interface: {fileRef: "https://shop.example/api.yaml"}}
---
apiVersion: v4
kind: service
metadata: {name: late, owner: team-a, team: team-b}
"""


def test_datadog_entities(read: Read) -> None:
    result = read({"entity.datadog.yaml": DATADOG})
    orders = service(result, "orders")
    assert facts(orders) == {
        "title": "Orders",
        "owner": "team-a",
        "on_call": "pagerduty:PQ1ITL1",
        "tier": "1",
        "lifecycle": "production",
        "repository": "https://github.com/shop/orders",
    }
    assert [(api.name, api.type) for api in orders.provides] == [("orders-http", "openapi")]
    assert edges(result, EdgeKind.DEPENDS_ON) == {("orders", "stock"), ("orders", "mail"), ("orders", "stok")}
    assert edges(result, EdgeKind.USES_DATASTORE) == {("orders", "orders-db"), ("stock", "orders-db")}
    assert facts(service(result, "stock")) == {
        "owner": "team-s",
        "repository": "https://github.com/shop/mono",
        "path": "stock",
    }
    assert service(result, "mail").kind is Kind.QUEUE
    assert service(result, "orders-db").type == "postgres"


def test_what_is_wrong_with_datadog_entities_is_told(read: Read) -> None:
    result = read({"entity.datadog.yaml": DATADOG})
    assert [finding.remedy for finding in found(result, "unknown-name")] == [
        "did you mean 'stock'?",
        "describe the service, or read its file as well",
    ]
    assert lines(found(result, "missing-kind")) == lines(found(result, "wrong-kind")) == [13]
    assert lines(found(result, "misspelt-key")) == [18]
    assert lines(found(result, "unknown-version")) == [40]
    assert [finding.place.line for finding in found(result, "unknown-key")] == [42]
    assert len(found(result, "queue-direction")) == 1


@pytest.mark.parametrize(
    ("version", "pager"),
    [
        ("v2", "integrations: {pagerduty: 'https://shop.pagerduty.com/service-directory/P1'}"),
        (
            "v2.1",
            "integrations: {pagerduty: {service-url: 'https://shop.pagerduty.com/service-directory/P1'}}",
        ),
        (
            "v2.2",
            "integrations: {pagerduty: {service-url: 'https://shop.pagerduty.com/service-directory/P1/'}}\ntype: web",
        ),
    ],
)
def test_older_datadog_services(read: Read, version: str, pager: str) -> None:
    text = f"schema-version: {version}\ndd-service: orders\nteam: team-a\n{pager}\n"
    later = "tier: High\nlifecycle: deprecated\n" if version != "v2" else "dd-team: team-b\n"
    link = "links: [{name: code, type: repo, url: 'https://github.com/shop/orders'}]\n"
    result = read(
        {
            "service.datadog.yaml": text
            + later
            + link
            + "---\nschema-version: v2.2\ndd-service: db\ntype: db\n"
        }
    )
    told = facts(service(result, "orders"))
    assert (told["owner"], told["on_call"], told["repository"]) == (
        "team-a",
        "pagerduty:P1",
        "https://github.com/shop/orders",
    )
    assert service(result, "db").kind is Kind.DATASTORE
    assert rules(result) <= {"missing-owner"}


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("schema-version: v9\ndd-service: a\nteam: t\n", "unknown-version"),
        ("schema-version: v2.2\nteam: t\n", "missing-name"),
        ("schema-version: v2.2\ndd-service: a\nteam: t\nlifecyle: x\n", "misspelt-key"),
        ("schema-version: v2.2\ndd-service: a\nteam: t\nanything: x\n", "unknown-key"),
        (
            "schema-version: v2.2\ndd-service: a\nteam: t\n---\nschema-version: v2.2\ndd-service: a\n",
            "duplicate-name",
        ),
        ("schema-version: v2.2\ndd-service: a\nteam: t\nteam: u\n", "duplicate-key"),
    ],
)
def test_what_is_wrong_with_older_datadog_services_is_told(read: Read, text: str, rule: str) -> None:
    assert rule in rules(read({"service.datadog.yaml": text}))


def test_opslevel_dependencies_name_aliases(read: Read) -> None:
    result = read(
        {
            "orders/opslevel.yml": """\
            version: 1
            service:
              name: Order Processor
              owner: order_team
              tier: tier_1
              lifecycle: generally_available
              repositories: [{name: shop/mono, path: /orders, provider: github}]
              alert_sources: [{type: pagerduty, external_id: PQ1ITL1}]
              dependencies:
                - alias: stock
                - alias: users_service
                  notes: by mail
                - alias: gone
            """,
            "stock/opslevel.yml": "version: 1\ncomponent:\n  name: stock-api\n  aliases: [stock]\n  owners: team\n",
            "users/opslevel.yml": "version: 1\nservice: {name: Users Service, owner: t, alert sources: []}\n",
            "repository/opslevel.yml": "version: 1\nrepository: {owner: t, tier: tier_2}\n",
        }
    )
    assert edges(result) == {("order_processor", name) for name in ("stock-api", "users_service", "gone")}
    assert facts(service(result, "order_processor")) == {
        "title": "Order Processor",
        "owner": "order_team",
        "on_call": "pagerduty:PQ1ITL1",
        "tier": "tier_1",
        "lifecycle": "generally_available",
        "repository": "https://github.com/shop/mono",
        "path": "orders",
    }
    assert {finding.remedy for finding in found(result, "misspelt-key")} == {
        "did you mean 'owner'?",
        "did you mean 'alert_sources'?",
    }
    assert len(found(result, "missing-owner")) == len(found(result, "unknown-name")) == 1


def test_cortex_entities(read: Read) -> None:
    result = read(
        {
            "cortex.yaml": """\
            openapi: 3.0.1
            info:
              title: Orders
              x-cortex-tag: orders
              x-cortex-owners: [{type: slack, channel: x}, {type: group, name: team-a, provider: OKTA}]
              x-cortex-oncall: {pagerduty: {id: PQ1ITL1, type: SERVICE}}
              x-cortex-git: {github: {repository: shop/mono, basepath: orders}}
              x-cortex-groups: ["tier:1", "lifecycle:production"]
              x-cortex-link: [{name: API, type: OPENAPI, url: ./openapi.yaml}]
              x-cortex-dependency: [{tag: stock, method: GET, path: /stock}, {tag: orders-db}, {tag: gone}]
              x-cortex-dependncy: [{tag: users}]
            """,
            "catalog/stock.yaml": "openapi: 3.0.1\ninfo: {title: S, x-cortex-tag: stock}\n".replace(
                "{", "{\n  ", 1
            ),
            "catalog/db.yaml": "info:\n  x-cortex-tag: orders-db\n  x-cortex-type: postgres\n",
            "catalog/team.yaml": "info:\n  x-cortex-tag: team-a\n  x-cortex-type: team\n",
            "catalog/new.yaml": "info:\n  x-cortex-tag: <SERVICE_TAG>\n",
        }
    )
    orders = service(result, "orders")
    assert facts(orders) == {
        "title": "Orders",
        "owner": "team-a",
        "on_call": "pagerduty:PQ1ITL1",
        "tier": "1",
        "lifecycle": "production",
        "repository": "https://github.com/shop/mono",
        "path": "orders",
    }
    assert [(api.name, api.definition) for api in orders.provides] == [("orders-API", "openapi.yaml")]
    assert edges(result, EdgeKind.DEPENDS_ON) == {("orders", "stock"), ("orders", "gone")}
    assert edges(result, EdgeKind.USES_DATASTORE) == {("orders", "orders-db")}
    assert "team-a" not in {one.name for one in result.services}
    assert [finding.remedy for finding in found(result, "misspelt-key")] == [
        "did you mean 'x-cortex-dependency'?"
    ]
    assert len(found(result, "template-placeholder")) == 1


def test_score_resources_with_an_id_are_shared(read: Read) -> None:
    def workload(name: str, resources: str) -> str:
        return f"apiVersion: score.dev/v1b1\nmetadata: {{name: {name}}}\ncontainers: {{}}\nresources: {{{resources}}}\n"

    result = read(
        {
            "a.yaml": workload(
                "orders", "db: {type: postgres, id: shared}, own: {type: mysql}, dns: {type: dns}"
            ),
            "b.yaml": workload(
                "stock", "main: {type: Postgres, id: shared}, own: {type: mysql}, bus: {type: kafka-topic}"
            ),
            "c.yaml": workload(
                "web", "api: {type: service-port, params: {workload: orders}}, users: {type: service}"
            ),
            "d.yaml": workload("mail", "x: {clas: y}"),
        }
    )
    assert edges(result, EdgeKind.USES_DATASTORE) == {
        ("orders", "shared"),
        ("stock", "shared"),
        ("orders", "orders-own"),
        ("stock", "stock-own"),
    }
    assert edges(result, EdgeKind.DEPENDS_ON) == {("web", "orders"), ("web", "users"), ("stock", "bus")}
    assert service(result, "shared").type == "postgres"
    assert {"misspelt-key", "wrong-type", "unknown-name"} <= rules(result)
