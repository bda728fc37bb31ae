"""Helmfile, Kubernetes manifests, CODEOWNERS, and several catalogs of one system."""

from __future__ import annotations

import pytest

from runbook_tui.catalog.importing.model import EdgeKind, Kind
from tests.catalog.importing.conftest import Read
from tests.catalog.importing.facts import edges, found, lines, rules, service


def test_helmfile_needs_come_first(read: Read) -> None:
    result = read(
        {
            "helmfile.yaml": """\
            releases:
              - name: orders
                namespace: shop
                chart: ./charts/orders
                needs: [shop/orders-db, prod/shop/stock, mail]
              - {name: stock, namespace: shop, kubeContext: prod, chart: shop/stock, need: [x]}
              - {name: orders-db, namespace: shop, chart: bitnami/postgresql}
              - {name: mail, namespace: other, chart: shop/mail, needs: [shop/stok]}
              - {name: mail, namespace: other, chart: shop/mail}
            helmfiles: [more/*.yaml, "git::https://shop.example/x", {path: none.yaml}]
            """,
            "more/helmfile.yaml": "releases:\n  - {name: web, namespace: shop, chart: shop/web, needs: [orders]}\n",
        },
        "helmfile.yaml",
    )
    assert edges(result, EdgeKind.DEPENDS_ON) == {
        ("orders", "stock"),
        ("orders", "mail"),
        ("web", "orders"),
        ("mail", "stok"),
    }
    assert edges(result, EdgeKind.USES_DATASTORE) == {("orders", "orders-db")}
    (dangling,) = found(result, "unknown-name")
    assert (dangling.level, dangling.remedy) == ("error", "did you mean 'stock'?")
    assert [finding.remedy for finding in found(result, "misspelt-key")] == ["did you mean 'needs'?"]
    assert lines(found(result, "duplicate-name")) == [9]
    assert len(found(result, "not-fetched")) == len(found(result, "missing-file")) == 1
    repository = service(result, "orders").repository
    assert repository is not None
    assert repository.text == "charts/orders"


def test_a_helmfile_with_templates_is_read_as_far_as_it_goes(read: Read) -> None:
    result = read(
        {
            "helmfile.yaml.gotmpl": """\
            {{- $x := .Values.x }}
            releases:
            {{- if .Values.orders }}
              - name: orders
                version: {{ .Values.version | quote }}
                needs: [stock, {{ .Values.more }}]
            {{- end }}
              - name: {{ .Environment.Name }}-x
              - name: stock
            """
        }
    )
    assert edges(result) == {("orders", "stock")}
    (finding,) = found(result, "template-placeholder")
    assert finding.place.line == 1
    assert "line 5" in finding.text
    assert rules(result) == {"template-placeholder"}


def deployment(
    name: str, env: str, *, image: str = "shop/x", labels: str = "", kind: str = "Deployment"
) -> str:
    return f"""\
apiVersion: apps/v1
kind: {kind}
metadata: {{name: {name}}}
spec:
  template:
    metadata: {{labels: {{app: {labels or name}}}}}
    spec:
      containers:
        - name: main
          image: {image}
          env: [{env}]
"""


def component(name: str, spec: str) -> str:
    return (
        f"apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {{name: {name}}}\nspec: {{{spec}}}\n"
    )


def k8s_service(name: str, app: str) -> str:
    return f"---\napiVersion: v1\nkind: Service\nmetadata: {{name: {name}}}\nspec: {{selector: {{app: {app}}}}}\n"


def variable(name: str, value: str) -> str:
    return f'{{name: {name}, value: "{value}"}}'


def test_kubernetes_calls_go_through_services_to_workloads(read: Read) -> None:
    env = [
        variable("STOCK_ADDR", "stock-svc:7000"),
        variable("USERS_URL", "http://users.shop.svc.cluster.local/v1"),
        variable("MAIL_SERVICE_ADDR", "mail:80"),
        variable("ORDERS_HOST", "orders"),
        variable("OTHER_URL", "https://api.example.com"),
        variable("LOCAL_ADDR", "localhost:80"),
        variable("PORT", "8080"),
    ]
    result = read(
        {
            "k8s/orders.yaml": deployment("orders", ", ".join(env)) + k8s_service("orders", "orders"),
            "k8s/stock.yaml": deployment(
                "stock-v1", variable("REDIS_ADDR", "redis-cart:6379"), labels="stock"
            )
            + k8s_service("stock-svc", "stock"),
            "k8s/users.yaml": deployment("users", "") + k8s_service("users", "users"),
            "k8s/redis.yaml": deployment("redis-cart", "", image="redis:7-alpine", kind="StatefulSet"),
        }
    )
    assert edges(result, EdgeKind.CALLS) == {("orders", "stock-v1"), ("orders", "users"), ("orders", "mail")}
    assert edges(result, EdgeKind.USES_DATASTORE) == {("stock-v1", "redis-cart")}
    assert service(result, "redis-cart").type == "redis@7"
    assert [finding.place.file for finding in found(result, "unknown-name")] == ["k8s/orders.yaml"]


def test_kubernetes_config_maps_and_copies_of_workloads(read: Read) -> None:
    data = "data: {STOCK_URL: 'http://stock:80', T: '{{ x }}'}"
    maps = f"---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: settings}}\n{data}\n"
    from_map = "{name: A_URL, valueFrom: {configMapKeyRef: {name: settings, key: STOCK_URL}}}"
    result = read(
        {
            "base/orders.yaml": deployment("orders", from_map) + maps,
            "base/stock.yaml": deployment("stock", ""),
            "prod/orders.yaml": deployment("orders", "") + "---\n" + deployment("orders", ""),
            "chart/Chart.yaml": "name: chart\n",
            "chart/templates/x.yaml": deployment("{{ .Values.name }}", ""),
        }
    )
    assert edges(result) == {("orders", "stock")}
    assert [finding.place.file for finding in found(result, "duplicate-name")] == ["prod/orders.yaml"]
    assert rules(result) == {"duplicate-name"}


def test_a_kustomization_leads_to_its_manifests(read: Read) -> None:
    files = {
        "kustomization.yaml": "resources: [base, orders.yaml, none.yaml]\n",
        "base/kustomization.yaml": "resources: [stock.yaml]\n",
        "base/stock.yaml": deployment("stock", ""),
        "base/other.yaml": deployment("other", ""),
        "orders.yaml": deployment("orders", variable("STOCK_ADDR", "stock:80")),
    }
    result = read(files, "kustomization.yaml")
    assert {one.name for one in result.services} == {"orders", "stock"}
    assert edges(result) == {("orders", "stock")}
    assert lines(found(result, "missing-file")) == [1]


@pytest.mark.parametrize(
    ("pattern", "owns"),
    [
        ("*", True),
        ("/orders/", True),
        ("orders", True),
        ("services", False),
        ("*.yaml", True),
        ("/orders/*", True),
        ("/*", False),
        ("**/compose.yaml", True),
        ("orders/**", True),
        ("/order?/", True),
        ("[Section] @x", False),
        ("# * @x", False),
    ],
)
def test_codeowners_patterns(read: Read, pattern: str, owns: bool) -> None:
    files = {
        "orders/compose.yaml": "services:\n  orders: {image: x}\n",
        ".github/CODEOWNERS": f"{pattern} @shop/team\n",
    }
    owner = service(read(files), "orders").owner
    assert (owner is not None) is owns
    if owner is not None:
        assert (owner.text, str(owner.place)) == ("@shop/team", ".github/CODEOWNERS:1")


def test_codeowners_fill_what_is_missing_and_the_last_match_counts(read: Read) -> None:
    files = {
        "CODEOWNERS": "* @shop/all # everybody\n/src/orders @shop/orders @ann\n/src/mail\n",
        "compose.yaml": "services:\n"
        + "".join(f"  {name}: {{build: ./src/{name}}}\n" for name in ("orders", "mail", "stock")),
        "catalog-info.yaml": component("stock", "owner: team-s"),
    }
    result = read(files)
    owners = {one.name: one.owner.text if one.owner else None for one in result.services}
    assert owners == {"orders": "@shop/orders", "mail": None, "stock": "team-s"}


def test_catalogs_of_one_system_are_put_together(read: Read) -> None:
    files = {
        "catalog-info.yaml": component("orders", "owner: team-a, dependsOn: ['component:mail']"),
        "service.datadog.yaml": "schema-version: v2.2\ndd-service: orders\nteam: Team A\ntier: '1'\n",
        "opslevel.yml": "version: 1\nservice: {name: orders, owner: team_b, tier: tier_2}\n",
        "compose.yaml": "services:\n  orders: {build: ., depends_on: [mail]}\n  mail: {image: x}\n",
    }
    result = read(files)
    orders = service(result, "orders")
    assert orders.owner and orders.tier and orders.repository
    assert (orders.owner.text, orders.tier.text, orders.source) == ("team-a", "1", "backstage")
    assert edges(result, EdgeKind.DEPENDS_ON) == edges(result, EdgeKind.STARTS_AFTER) == {("orders", "mail")}
    assert found(result, "unknown-name") == []
    (disagreement,) = found(result, "facts-disagree")
    assert disagreement.place.file == "opslevel.yml"
    assert service(result, "mail").kind is Kind.SERVICE
