"""Which API definitions a release changes, and for whom."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from runbook_tui.release.model import ContractChange
from runbook_tui.release.read import read_release

if TYPE_CHECKING:
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


def test_changed_definitions_and_their_consumers(system: System) -> None:
    system.version(
        "mono",
        "v1",
        {
            "services/billing/same.yaml": "1",
            "services/billing/api/edited.yaml": "1",
            "services/web/a": "1",
            "services/app/a": "1",
            "services/billing/proto/removed/x.proto": "1",
        },
    )
    system.version(
        "mono",
        "v2",
        {
            "services/billing/api/edited.yaml": "2",
            "services/billing/added.yaml": "1",
            "services/billing/proto/removed/x.proto": None,
        },
    )
    app, billing, web = read_release(system.load(MANIFEST)).changes
    assert tuple(replace(one, digest="") for one in billing.contracts) == (
        ContractChange(
            "edited", "billing", "openapi", "services/billing/api/edited.yaml", ("app", "web"), "modified"
        ),
        ContractChange("added", "billing", "asyncapi", "services/billing/added.yaml", (), "added"),
        ContractChange("removed", "billing", "grpc", "services/billing/proto/removed", ("web",), "removed"),
    )
    assert app.contracts == web.contracts == ()


def test_commits_of_a_monorepo_belong_to_the_service_they_touch(system: System) -> None:
    files = {f"services/{name}/a": "1" for name in ("billing", "web", "app")}
    definitions = {"services/billing/same.yaml": "1", "services/billing/api/edited.yaml": "1"}
    removed = {"services/billing/added.yaml": "1", "services/billing/proto/removed/x": "1"}
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
    assert names.count("for-each-ref") == names.count("cat-file") == 1
    assert names.count("log") == 2
