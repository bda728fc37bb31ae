"""Catalogs that fill a manifest, and catalogs used in its place."""

from __future__ import annotations

import subprocess
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from runbook_tui.catalog.direct import is_catalog, read_any
from runbook_tui.catalog.manifest import LoadedManifest, read_manifest
from runbook_tui.files.problems import ProblemsError

CATALOG = """
    apiVersion: backstage.io/v1alpha1
    kind: Component
    metadata: {name: billing, title: Bills, annotations: {pagerduty.com/service-id: P123}}
    spec: {type: service, lifecycle: production, owner: payments, providesApis: [billing-http], consumesApi: [x],
      dependsOn: ["component:web", "resource:ledger"]}
    ---
    apiVersion: backstage.io/v1alpha1
    kind: API
    metadata: {name: billing-http}
    spec: {type: openapi, lifecycle: production, owner: payments, definition: {$text: ./billing/api.yaml}}
    ---
    apiVersion: backstage.io/v1alpha1
    kind: Resource
    metadata: {name: ledger}
    spec: {type: database, owner: payments}
    ---
    apiVersion: backstage.io/v1alpha1
    kind: Component
    metadata: {name: web}
    spec: {type: website, lifecycle: production, owner: web-team, consumesApis: [billing-http]}
    ---
    apiVersion: backstage.io/v1alpha1
    kind: Component
    metadata: {name: reports}
    spec: {type: service, lifecycle: production, owner: bi, consumesApis: [billing-http],
      dependsOn: ["resource:ledger"]}
    """

MANIFEST = """
    version: 1
    system: shop
    catalog: [catalog-info.yaml]
    services:
      billing: {repository: billing, deployed: v1, release: v2}
      web: {repository: web, deployed: v1, release: v2, owner: somebody-else, consumes: []}
    """


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """With the catalog and clones of its services."""
    (tmp_path / "catalog-info.yaml").write_text(textwrap.dedent(CATALOG))
    for name in ("billing", "web"):
        subprocess.run(["git", "init", "--quiet", name], cwd=tmp_path, check=True)
    return tmp_path


@pytest.fixture
def load(folder: Path) -> Callable[[str], LoadedManifest]:
    """Writes and reads a manifest beside the catalog."""

    def read(text: str = MANIFEST) -> LoadedManifest:
        path = folder / "services.yaml"
        path.write_text(textwrap.dedent(text))
        return read_manifest(path)

    return read


Load = Callable[..., LoadedManifest]


def test_what_the_manifest_leaves_out_comes_from_the_catalog(load: Load) -> None:
    billing = load().manifest.services["billing"]
    assert (billing.owner, billing.title) == ("payments", "Bills")
    assert billing.on_call is not None
    assert "P123" in billing.on_call
    (api,) = billing.provides
    assert (api.api, api.type, api.definition) == ("billing-http", "openapi", "api.yaml")
    assert [use.name for use in billing.datastores] == ["ledger"]
    assert [dependency.service for dependency in billing.dependencies] == ["web"]


def test_what_the_manifest_says_counts(load: Load) -> None:
    web = load().manifest.services["web"]
    assert (web.owner, web.consumes) == ("somebody-else", ())


def test_services_that_only_the_catalog_knows_are_kept_apart(load: Load) -> None:
    loaded = load()
    (reports,) = loaded.filling.outside
    assert reports.name == "reports"
    assert set(reports.consumes) == {"billing-http"}
    assert "ledger" in reports.datastores
    assert set(loaded.manifest.services) == {"billing", "web"}


def test_an_api_of_a_service_outside_of_the_manifest_can_be_consumed(load: Load) -> None:
    text = """
        version: 1
        system: shop
        catalog: [catalog-info.yaml]
        services:
          web: {repository: web, deployed: v1, release: v2, consumes: [billing-http]}
        """
    assert load(text).manifest.services["web"].consumes == ("billing-http",)
    with pytest.raises(ProblemsError, match="there is no API"):
        load(text.replace("billing-http", "nothing-http"))


def test_defects_of_the_catalog_are_told_with_their_place(load: Load) -> None:
    defect = next(one for one in load().filling.defects if one.rule == "misspelt-key")
    assert "consumesApi" in defect.text
    assert (Path(defect.place.file).name, defect.place.line) == ("catalog-info.yaml", 5)


def test_a_catalog_that_is_not_there_is_a_problem_at_its_line(load: Load) -> None:
    with pytest.raises(ProblemsError) as caught:
        load(MANIFEST.replace("[catalog-info.yaml]", "[catalog-info.yaml, gone.yaml]"))
    (problem,) = caught.value.problems
    assert problem.place.line == 4
    assert "gone.yaml" in problem.what


def test_a_catalog_takes_the_place_of_a_manifest_with_the_refs_that_are_given(folder: Path) -> None:
    subprocess.run(["git", "init", "--quiet", "."], cwd=folder, check=True)
    path = folder / "catalog-info.yaml"
    loaded = read_any(path, {"billing": "v1", "web": "v3"}, {"billing": "v2"})
    (name, billing) = next(iter(loaded.manifest.services.items()))
    assert (name, billing.deployed, billing.release, billing.owner) == ("billing", "v1", "v2", "payments")
    assert loaded.repository_path("billing").resolve() == folder.resolve()
    assert {one.name for one in loaded.filling.outside} == {"web", "reports"}


def test_without_refs_a_catalog_says_what_to_give(folder: Path) -> None:
    with pytest.raises(ProblemsError, match="--base SERVICE=REF and --target SERVICE=REF"):
        read_any(folder / "catalog-info.yaml")
    with pytest.raises(ProblemsError, match=r"there is no service biling .* did you mean 'billing'"):
        read_any(folder / "catalog-info.yaml", {"biling": "v1"}, {"billing": "v2"})


def test_a_manifest_of_our_own_is_never_taken_for_a_catalog(folder: Path, load: Load) -> None:
    load()
    assert not is_catalog(folder / "services.yaml")
    assert is_catalog(folder / "catalog-info.yaml")
    assert not is_catalog(folder / "gone.yaml")
