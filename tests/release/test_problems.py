"""Everything that is wrong with all repositories of a release, at once and at its line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runbook_tui.files.problems import ProblemsError
from runbook_tui.release.read import read_release

if TYPE_CHECKING:
    from tests.release.conftest import System

SERVICE = """\
      {name}:
        owner: team
        repository: {repository}
        deployed: {deployed}
        release: {release}
"""


def _manifest(*services: tuple[str, str, str, str]) -> str:
    lines = [SERVICE.format(name=n, repository=r, deployed=d, release=t) for n, r, d, t in services]
    return "    version: 1\n    system: shop\n    services:\n" + "".join(lines)


def test_all_services_problems_at_once(system: System) -> None:
    system.version("orders", "v1", {"a": "1"})
    system.version("billing", "v1.0", {"a": "1"})
    (system.folder / "plain").mkdir()
    loaded = system.load(
        _manifest(
            ("orders", "orders", "v1", "v2"),
            ("billing", "billing", "v1.1", "x*"),
            ("gone", "nowhere", "v1", "v1"),
            ("plain", "plain", "v1", "v1"),
        )
    )
    with pytest.raises(ProblemsError) as caught:
        read_release(loaded, targets={"orders": "v3"})
    problems = caught.value.problems
    assert [(p.place.file, p.place.line) for p in problems] == [
        ("--target orders=v3", 0),
        ("services.yaml", 12),
        ("services.yaml", 13),
        ("services.yaml", 16),
        ("services.yaml", 21),
    ]
    assert [p.what.removeprefix(f"{system.folder}/") for p in problems] == [
        f"{system.folder / 'orders'} has no commit v3".removeprefix(f"{system.folder}/"),
        "billing has no commit v1.1",
        "no tag matches x*",
        "nowhere does not exist",
        "plain is not a git repository",
    ]
    assert problems[1].remedy == "did you mean v1.0?"


def test_a_repository_of_several_services_is_complained_about_once(system: System) -> None:
    loaded = system.load(_manifest(("a", "mono", "v1", "v2"), ("b", "x/../mono", "v1", "v2")))
    with pytest.raises(ProblemsError) as caught:
        read_release(loaded)
    assert [str(p.place) for p in caught.value.problems] == ["services.yaml:6:17"]


def test_paths_that_do_not_exist_in_the_repository(system: System) -> None:
    system.version("billing", "v1", {"a": "1"})
    system.version("billing", "v2", {"a": "2"})
    loaded = system.load(
        _manifest(("billing", "billing", "v1", "v2"))
        + """\
        migrations: {path: migrations, datastore: db, tool: dbmate}
        datastores: [{name: db, access: owner}]
        provides:
          - {api: billing-http, type: openapi, definition: openapi.yaml}
          - {api: billing-rpc, type: grpc, definition: rpc.proto}
    datastores:
      db: {engine: postgres@15}
"""
    )
    with pytest.raises(ProblemsError) as caught:
        read_release(loaded)
    assert "does not exist in" in caught.value.problems[0].what
    assert [(p.place.line, p.what.split(" ", 1)[0]) for p in caught.value.problems] == [
        (9, "migrations"),
        (12, "openapi.yaml"),
        (13, "rpc.proto"),
    ]


def test_a_misspelt_folder_of_a_monorepo(system: System) -> None:
    system.version("mono", "v1", {"services/billing/a": "1"})
    system.version("mono", "v2", {"other": "1"})
    manifest = _manifest(("billing", "mono", "v1", "v2"))
    (change,) = read_release(system.load(manifest + "        path: services/billing\n")).changes
    assert change.commits == ()
    with pytest.raises(ProblemsError) as caught:
        read_release(system.load(manifest + "        path: services/biling\n"))
    assert [(p.place.line, p.what.split(" ", 1)[0]) for p in caught.value.problems] == [
        (9, "services/biling")
    ]
