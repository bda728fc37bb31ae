"""Manifests as people write them are read; what belongs to them is merged in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from runbook_tui.catalog.answers import Answers
from runbook_tui.catalog.manifest import LoadedManifest, read_manifest
from runbook_tui.catalog.model import Access, BackfillPosition, CommandCheck, Dependency
from runbook_tui.files.problems import Place

Write = Callable[..., Path]
Read = Callable[..., LoadedManifest]
Told = Callable[..., list[str]]

FULL = """\
# The checkout.
version: 1
system: checkout
announce: {channel: "#releases", run: "bin/announce {{ message }}"}
approvers: [ann, ben]
variables: {namespace: shop, port: 8080}
datastores:
  orders-db: {engine: postgres@15, backfill: before-deploy, contract: offline, size: large,
              check: "pg_isready -d {{ datastore }}", backup: "bin/backup {{ datastore }}"}
services:
  orders:
    title: Orders
    owner: team-checkout
    on_call: pagerduty:PQ1ITL1
    tier: 1
    lifecycle: production
    repository: ../orders
    path: services/orders
    deployed: v2.14.0
    release: main
    version: 2.15
    provides:
      - {api: orders-http, type: openapi, definition: api/openapi.yaml}
      - {api: order-placed, type: avro, definition: schemas/order-placed.avsc, compatibility: BACKWARD}
    consumes: [inventory-grpc]
    datastores:
      - {name: orders-db, engine: postgres, access: owner}
      - {name: users-db, access: read}
    migrations: {tool: alembic, path: migrations/versions, datastore: orders-db}
    depends_on: [inventory, {service: users, kind: hard}]
    commands:
      preflight: test -f Dockerfile
      migrate: "alembic -x db={{ datastore }} upgrade {{ revision }}"
      migrate_down: "alembic downgrade {{ previous }}"
      migrated: alembic current
      deploy: "kubectl -n {{ variables.namespace }} set image deploy/{{ service }} app={{ version }}"
      verify: {http: "https://orders:{{ variables['port'] }}/up", expect: "{{ version }}", timeout: 2m, every: 500ms}
      rollback: "kubectl -n {{ variables.namespace }} rollout undo deploy/{{ service }} # {% if base %}old{% endif %}"
    estimate: 1h30m
  inventory:
    owner: team-stock
    repository: /srv/inventory
    deployed: prod/*
    release: 0123456
    provides: [{api: inventory-grpc, type: grpc}]
    datastores: [{name: stock-db, access: owner}]
    migrations:
      - {path: db/migrate, datastore: stock-db}
      - {path: db/data, datastore: stock-db, tool: dbmate}
  users: {owner: id, repository: ../users, deployed: v1, release: v2, datastores: [{name: users-db, access: owner}]}
rules:
  dependency-first: {enabled: false, reason: all services start in any order}
pinned:
  - {before: deploy-users, after: deploy-orders, because: the sign-in page changes first}
"""


def test_full_manifest_is_read(read: Read, tmp_path: Path) -> None:
    loaded = read(FULL)
    manifest = loaded.manifest
    orders = manifest.services["orders"]
    assert (manifest.system, manifest.variables["port"], orders.version) == ("checkout", "8080", "2.15")
    assert manifest.datastores["orders-db"].backfill is BackfillPosition.BEFORE_DEPLOY
    assert [use.access for use in orders.datastores] == [Access.OWNER, Access.READ]
    assert [source.tool for source in orders.migration_sources] == ["alembic"]
    assert [source.path for source in manifest.services["inventory"].migration_sources] == [
        "db/migrate",
        "db/data",
    ]
    assert orders.dependencies == (
        Dependency(service="inventory", kind="normal"),
        Dependency(service="users", kind="hard"),
    )
    assert isinstance(orders.commands.verify, CommandCheck)
    assert manifest.services["inventory"].release == "0123456"
    assert loaded.repository_path("orders") == tmp_path / "../orders"
    assert loaded.repository_path("inventory") == Path("/srv/inventory")
    with pytest.raises(KeyError):
        loaded.repository_path("payments")


def test_places_lead_back_to_the_file(read: Read) -> None:
    places = read(FULL).places
    assert places.place(("services", "orders", "owner")) == Place("services.yaml", 13, 12)
    assert places.place(("services", "users"), key=True) == Place("services.yaml", 50, 3)
    assert places.place(("services", "users", "estimate")) == Place("services.yaml", 50, 10)


def test_manifest_is_shown_under_its_path_unless_told_otherwise(write: Write) -> None:
    path = write(FULL)
    assert read_manifest(path).shown == str(path)
    assert read_manifest(path, shown="s.yaml").places.place(("system",)).file == "s.yaml"


SMALL = "version: 1\nsystem: s\nservices:\n  a: {owner: o, repository: ., deployed: v1, release: v2}\n"

PART = """\
version: 1
system: s
datastores:
  b-db: {engine: sqlite}
services:
  b:
    owner: o
    repository: .
    deployed: v1
    release: v2
    depends_on: [a]
    datastores: [{name: b-db, access: owner}]
"""


def test_files_that_the_system_refuses(told: Told, tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    long = "x" * 300
    found = told(SMALL + f"include: [loop, {long}]\n")
    assert [problem.split(": ", 2)[1] for problem in found] == ["loop", long]
    assert all("the file cannot be read (" in problem for problem in found)


def test_a_manifest_with_the_longest_name_has_no_answers(tmp_path: Path) -> None:
    path = tmp_path / ("x" * 250 + ".yaml")
    path.write_text(SMALL)
    assert read_manifest(path).answers == Answers()


def test_included_services_are_merged_and_stay_where_they_are(read: Read, tmp_path: Path) -> None:
    loaded = read(SMALL + "include: [repos/b/runbook.yaml]\n", repos__b__runbook=PART)
    assert list(loaded.manifest.services) == ["a", "b"]
    assert loaded.manifest.datastores["b-db"].engine == "sqlite"
    assert loaded.manifest.services["b"].repository == "repos/b"
    assert loaded.repository_path("b") == tmp_path / "repos/b"
    assert loaded.places.place(("services", "b", "release")) == Place("repos/b/runbook.yaml", 10, 14)
    assert loaded.places.place(("services", "a", "release")).file == "services.yaml"


def test_system_of_included_services_alone(read: Read) -> None:
    loaded = read("version: 1\nsystem: s\ninclude: [b.yaml]\n", b=PART.replace("    depends_on: [a]\n", ""))
    assert list(loaded.manifest.services) == ["b"]


def test_problems_of_all_files_are_told_at_once(told: Told) -> None:
    manifest = (
        SMALL.replace("owner: o", "onwer: o")
        + "include: [b.yaml, missing.yaml, services.yaml, b.yaml, folder]\n"
    )
    found = told(
        manifest,
        b="version: 1\nsystem: s\nservices: {b: {}}\ninclude: []\n",
        folder__x="",
        answers="answers: 1\nmigrations: []\n",
    )
    assert [line.partition(";")[0] for line in found] == [
        "b.yaml:3:12: the key 'deployed' is missing in services.b",
        "b.yaml:3:12: the key 'owner' is missing in services.b",
        "b.yaml:3:12: the key 'release' is missing in services.b",
        "b.yaml:3:12: the key 'repository' is missing in services.b",
        "b.yaml:4:1: unknown key 'include'",
        "services.answers.yaml:2:13: migrations: found a list",
        "services.yaml:4:3: the key 'owner' is missing in services.a",
        "services.yaml:4:7: unknown key 'onwer' in services.a",
        "services.yaml:5:19: missing.yaml: there is no such file",
        "services.yaml:5:33: 'services.yaml' is already part of this manifest",
        "services.yaml:5:48: 'b.yaml' is already part of this manifest",
        "services.yaml:5:56: folder: this is a directory",
    ]


def test_what_is_defined_twice_is_told_with_both_places(told: Told) -> None:
    found = told(
        SMALL + "include: [b.yaml, c.yaml]\n",
        b=PART,
        c=PART.replace("system: s", "system: t").replace("  b:", "  a:"),
    )
    assert [line.partition(";")[0] for line in found] == [
        "c.yaml:2:9: this manifest is of the system 't'",
        "c.yaml:4:3: the datastore 'b-db' is defined twice, first at b.yaml:4:3",
        "c.yaml:6:3: the service 'a' is defined twice, first at services.yaml:4:3",
    ]


def test_manifest_without_services_is_a_problem(told: Told) -> None:
    (line,) = told("version: 1\nsystem: s\n")
    assert line == "services.yaml:1:1: there is no service; expected at least one; add it under 'services'"


def test_answers_beside_the_manifest_are_read_and_checked(read: Read, told: Told) -> None:
    answers = "answers: 1\nservices:\n  a: {on_call: 'phone:ann', by: ann, because: no pager yet}\n"
    assert read(SMALL, answers=answers).answers.services["a"].on_call == "phone:ann"
    wrong = (
        "migrations:\n  aa/1: &m\n    {phase: expand, by: x, because: y}\n".replace(" &m", "")
        + "  b: {phase: expand, by: x, because: y}\n"
        + "contracts:\n  zzz: {verdict: either, by: x, because: y}\n"
        + "services:\n  aa: {on_call: x, by: x, because: y}\n"
    )
    assert [line.partition("; expected")[0] for line in told(SMALL, answers=wrong)] == [
        "services.answers.yaml:2:3: there is no service 'aa' in the manifest",
        "services.answers.yaml:4:3: 'b' names no migration",
        "services.answers.yaml:6:3: there is no API 'zzz' in the manifest; remove the answer",
        "services.answers.yaml:8:3: there is no service 'aa' in the manifest",
    ]
