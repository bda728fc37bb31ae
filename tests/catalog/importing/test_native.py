"""A catalog as a manifest: what is taken over, what is left to a person, what fills a manifest that is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from runbook_tui.catalog.importing.fill import fill
from runbook_tui.catalog.importing.manifest_text import manifest_text
from runbook_tui.catalog.importing.model import (
    Edge,
    EdgeKind,
    ImportedCatalog,
    ImportedDependency,
    ImportedService,
    Kind,
    Stated,
)
from runbook_tui.catalog.importing.native import as_manifest_services
from runbook_tui.catalog.manifest import read_manifest
from runbook_tui.files.problems import Place
from runbook_tui.files.yaml_source import parse_yaml
from tests.catalog.importing.conftest import Read

PLACE = Place("c.yaml", 3, 1)
BACKSTAGE = """\
apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: orders
  annotations: {github.com/project-slug: shop/orders, pagerduty.com/service-id: P1}
spec:
  owner: team-a
  lifecycle: experimental
  providesApis: [orders-http]
  consumesApis: [stock-http, other]
  dependsOn: ["component:stock", "component:mail", "component:gone", "resource:orders-db"]
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: stock}
spec: {owner: team-b, lifecycle: sunset, providesApis: [stock-http, stock-trpc]}
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: mail}
spec: {type: service}
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: library}
spec: {type: library, owner: team-b}
---
apiVersion: backstage.io/v1alpha1
kind: Resource
metadata: {name: orders-db}
spec: {type: postgres, owner: team-a}
---
apiVersion: backstage.io/v1alpha1
kind: API
metadata: {name: orders-http}
spec: {type: openapi, owner: team-a, definition: {$text: ./api/openapi.yaml}}
---
apiVersion: backstage.io/v1alpha1
kind: API
metadata: {name: stock-http}
spec: {type: openapi, owner: team-b, definition: "openapi: 3.0.0"}
---
apiVersion: backstage.io/v1alpha1
kind: API
metadata: {name: stock-trpc}
spec: {type: trpc, owner: team-b}
"""


def backstage(read: Read) -> ImportedCatalog:
    return read({"catalog-info.yaml": BACKSTAGE, "api/openapi.yaml": "openapi: 3.0.0\n"})


def completed(text: str) -> str:
    """The manifest after a person filled in what it asks for."""
    return re.sub(r"# TODO (owner|repository|deployed|release):.*", r"\1: x", text)


def test_the_services_in_the_words_of_a_manifest(read: Read) -> None:
    services = as_manifest_services(backstage(read))
    assert services == {
        "orders": {
            "owner": "team-a",
            "on_call": "pagerduty:P1",
            "lifecycle": "experimental",
            "provides": [{"api": "orders-http", "type": "openapi", "definition": "api/openapi.yaml"}],
            "consumes": ["stock-http"],
            "datastores": [{"name": "orders-db", "access": "write"}],
            "depends_on": ["mail", "stock"],
        },
        "stock": {"owner": "team-b", "provides": [{"api": "stock-http", "type": "openapi"}]},
        "mail": {},
    }


def test_the_written_manifest_says_where_values_came_from_and_is_accepted_when_completed(
    read: Read, tmp_path: Path
) -> None:
    written = manifest_text(backstage(read), "shop")
    assert "    owner: team-a  # catalog-info.yaml:7\n" in written
    assert "      - mail  # catalog-info.yaml:11\n" in written
    assert (
        "# TODO repository: the folder of its clone; the catalog says https://github.com/shop/orders"
        in written
    )
    assert written.count("# TODO deployed") == written.count("# TODO release") == 3
    assert written.count("# TODO owner") == 1
    assert "# left out: lifecycle sunset" in written
    assert "# left out: consumes other" in written
    assert "# left out: depends-on gone" in written
    path = tmp_path / "services.yaml"
    path.write_text(completed(written))
    manifest = read_manifest(path).manifest
    assert manifest.services["orders"].consumes == ("stock-http",)
    assert manifest.datastores["orders-db"].engine == "postgres"


def test_nothing_that_a_catalog_does_not_say_is_made_up(read: Read) -> None:
    for service in as_manifest_services(backstage(read)).values():
        assert service.keys().isdisjoint({"repository", "deployed", "release"})


def test_every_reason_to_need_a_service_is_one_dependency(read: Read) -> None:
    needs = "depends_on: [b, c], environment: {B_URL: 'http://b:80'}"
    compose = f"services:\n  a: {{image: x, {needs}}}\n  b: {{image: x}}\n  c: {{image: x}}\n"
    services = as_manifest_services(read({"compose.yaml": compose}))
    assert services["a"]["depends_on"] == ["b", "c"]


@pytest.mark.parametrize(
    "name", ["Order Processor", "a/b", "null", "~", "\x1b[31m", "é", "-x-", "a" * 300, "\u202e", "{x}: #"]
)
def test_no_name_makes_a_manifest_that_cannot_be_read(name: str, tmp_path: Path) -> None:
    fact = Stated(f"{name}: '{name}' # \n x", PLACE)
    need = ImportedDependency("other", EdgeKind.DEPENDS_ON, PLACE)
    services = (
        ImportedService(
            name,
            Kind.SERVICE,
            PLACE,
            "x",
            owner=fact,
            title=fact,
            on_call=fact,
            path=fact,
            depends_on=(need,),
        ),
        ImportedService("other", Kind.SERVICE, Place("a\nb: c", 1), "x", lifecycle=fact, tier=fact),
    )
    edge = Edge(name, "other", EdgeKind.DEPENDS_ON, PLACE)
    written = manifest_text(ImportedCatalog(services, (edge,), (), files=("a\nb: c",), systems=(name,)), name)
    parse_yaml(written.encode(), "m")
    path = tmp_path / "services.yaml"
    path.write_text(completed(written))
    assert len(read_manifest(path).manifest.services) == 2


def test_a_manifest_is_filled_only_where_it_says_nothing(read: Read) -> None:
    catalog = backstage(read)
    data = {
        "version": "1",
        "system": "shop",
        "services": {
            "orders": {
                "repository": "r",
                "deployed": "d",
                "release": "m",
                "owner": "team-x",
                "datastores": [],
            },
            "stock": {"repository": "r", "deployed": "d", "release": "m"},
            "web": {"repository": "r", "deployed": "d", "release": "m", "owner": "w"},
        },
    }
    filled = fill(data, catalog)
    services = filled.data["services"]
    assert isinstance(services, dict)
    assert services["orders"] == {
        "repository": "r",
        "deployed": "d",
        "release": "m",
        "owner": "team-x",
        "datastores": [],
        "on_call": "pagerduty:P1",
        "lifecycle": "experimental",
        "provides": [{"api": "orders-http", "type": "openapi", "definition": "api/openapi.yaml"}],
        "consumes": ["stock-http"],
        "depends_on": ["stock"],
    }
    assert services["stock"]["owner"] == "team-b"
    assert services["web"] == data["services"]["web"]  # type: ignore[index]
    assert set(services) == {"orders", "stock", "web"}
    assert filled.places[("services", "stock", "owner")].line == 16
    assert filled.places[("services", "orders", "consumes", 0)].line == 10
    assert ("services", "orders", "owner") not in filled.places


def test_what_is_filled_in_is_a_manifest(read: Read, tmp_path: Path) -> None:
    names = ("orders", "stock", "mail")
    bare = {name: {"owner": "o", "repository": "r", "deployed": "d", "release": "m"} for name in names}
    filled = fill({"version": "1", "system": "s", "services": bare}, backstage(read))
    services = filled.data["services"]
    assert isinstance(services, dict)
    assert services["orders"]["depends_on"] == ["mail", "stock"]
    assert services["orders"]["datastores"] == [
        {"name": "orders-db", "access": "write", "engine": "postgres"}
    ]
    assert bare["orders"] == {"owner": "o", "repository": "r", "deployed": "d", "release": "m"}
