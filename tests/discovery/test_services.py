"""Which folders are services, which may be, and which are not: repositories in, candidates with their reasons out."""

from __future__ import annotations

from pathlib import Path

import pytest

from runbook_tui.discovery.discover import discover
from runbook_tui.discovery.model import Confidence, Found
from runbook_tui.discovery.places import NothingThere
from tests.discovery.conftest import MakeRepository, git

PYTHON = "FROM python:3.12-slim\nCOPY . .\n"


def sure(found: Found) -> list[str]:
    return [each.name for each in found.candidates if each.sure]


def unsure(found: Found) -> list[str]:
    return [each.name for each in found.candidates if not each.sure]


def test_every_repository_with_a_deployable_is_a_service_named_for_it(
    make: MakeRepository, system: Path
) -> None:
    make("orders", {"Dockerfile": PYTHON})
    make("teams/billing", {"Procfile": "web: gunicorn app\n"})
    make("handbook", {"README.md": "# How we work\n"})
    found = discover(system)
    assert sure(found) == ["billing", "orders"]
    billing = found.candidates[0]
    assert (billing.repository, billing.path) == ("teams/billing", ".")
    assert (billing.source, billing.confidence) == ("teams/billing/Procfile", Confidence.READ)


def test_a_monorepo_by_its_compose_file(make: MakeRepository, system: Path) -> None:
    compose = """\
services:
  cart:
    build: {context: ., dockerfile: src/cart/Dockerfile}
  web-shop:
    build: ./src/shop
  cart-db: {image: "postgres:16"}
  load-generator: {build: ./src/loadgen}
"""
    make(
        ".",
        {
            "compose.yaml": compose,
            "src/cart/Dockerfile": PYTHON,
            "src/cart/main.py": "",
            "src/shop/Dockerfile": PYTHON,
            "src/loadgen/Dockerfile": PYTHON,
            "src/common/pyproject.toml": '[project]\nname = "common"\n',
            "tests/e2e/Dockerfile": PYTHON,
            "docs/Dockerfile": PYTHON,
            "tools/seed/Dockerfile": PYTHON,
        },
    )
    found = discover(system)
    assert [(each.name, each.path) for each in found.candidates if each.sure] == [
        ("cart", "src/cart"),
        ("web-shop", "src/shop"),
    ]
    assert found.candidates[0].source == "compose.yaml:2"
    assert found.candidates[0].confidence is Confidence.STATED
    assert unsure(found) == ["load-generator"]
    assert {each.name for each in found.left_out} == {"docs", "tests/e2e", "tools/seed"}


def test_kubernetes_workloads_name_the_folders_of_their_images(make: MakeRepository, system: Path) -> None:
    workload = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {name}
spec:
  template:
    spec:
      containers: [{{name: main, image: "registry.example/shop/{image}:1.2"}}]
"""
    make(
        "deploy",
        {
            "k8s/all.yaml": workload.format(name="orders", image="shop-orders")
            + "---\n"
            + workload.format(name="redis", image="redis")
        },
    )
    make("shop-orders", {"Dockerfile": PYTHON})
    found = discover(system)
    assert sure(found) == ["shop-orders"]
    assert found.candidates[0].source == "deploy/k8s/all.yaml:4"
    assert "Kubernetes Deployment orders" in found.candidates[0].why


def test_what_deployment_files_leave_out_beside_what_they_name_is_asked(
    make: MakeRepository, system: Path
) -> None:
    services = "".join(f"  {name}: {{build: ./{name}}}\n" for name in ("a", "b", "c"))
    folders = {f"{name}/Dockerfile": PYTHON for name in ("a", "b", "c", "forgotten")}
    make(
        ".",
        {
            "compose.yaml": f"services:\n{services}",
            **folders,
            "shell/package.json": '{"scripts": {"start": "x"}}',
        },
    )
    found = discover(system)
    assert sure(found) == ["a", "b", "c"]
    assert unsure(found) == ["forgotten"]
    assert [each.name for each in found.left_out] == ["shell"]


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"manage.py": "os.environ['DJANGO_SETTINGS_MODULE']\n"}, True),
        ({"config.ru": "run App\n", "Gemfile": ""}, True),
        ({"mix.exs": "def application, do: [mod: {Shop, []}]\n# :phoenix\n"}, True),
        ({"mix.exs": "def application, do: [extra_applications: [:logger]]\n"}, False),
        (
            {
                "pom.xml": "<artifactId>spring-boot-maven-plugin</artifactId>",
                "src/main/java/x/ShopApplication.java": "",
            },
            True,
        ),
        (
            {"pom.xml": "<artifactId>spring-boot-starter</artifactId>", "src/main/java/x/Money.java": ""},
            False,
        ),
        ({"package.json": '{"scripts": {"start": "node ."}, "dependencies": {\n"express": "4"}}'}, True),
        ({"package.json": '{"main": "index.js", "scripts": {"test": "jest"}}'}, False),
        ({"go.mod": "module x\n", "cmd/server/main.go": "package main\n"}, True),
        ({"go.mod": "module x\n", "money.go": "package money\n"}, False),
        ({"Cargo.toml": "[dependencies]\naxum = '1'\n", "src/main.rs": ""}, True),
        ({"Cargo.toml": "[lib]\n", "src/lib.rs": ""}, False),
        ({"Shop.csproj": '<Project Sdk="Microsoft.NET.Sdk.Web">'}, True),
        ({"Shop.csproj": '<Project Sdk="Microsoft.NET.Sdk">'}, False),
        ({"pyproject.toml": 'dependencies = [\n  "fastapi",\n]\n', "app.py": ""}, True),
        ({"pyproject.toml": 'dependencies = [\n  "attrs",\n]\n', "app.py": ""}, False),
        ({"composer.json": "{}", "artisan": ""}, True),
    ],
)
def test_programs_that_go_on_running_are_services_and_libraries_are_none(
    make: MakeRepository, system: Path, files: dict[str, str], expected: bool
) -> None:
    make("shop", files)
    assert sure(discover(system)) == (["shop"] if expected else [])


def test_an_image_of_somebody_elses_program_is_no_service(make: MakeRepository, system: Path) -> None:
    make(
        ".",
        {
            "shop/Dockerfile": "FROM node:22 AS build\nRUN x\nFROM build\n",
            "db/Dockerfile": "ARG V=16\nFROM postgres:$V\nCOPY init.sql /docker-entrypoint-initdb.d/\n",
            "queue/Dockerfile": "FROM rabbitmq:3-management AS base\nFROM base\n",
        },
    )
    found = discover(system)
    assert sure(found) == ["shop"]
    reasons = {each.name: each.why for each in found.left_out}
    assert reasons["db"] == "its Dockerfile sets up postgres: a data store"
    assert reasons["queue"] == "its Dockerfile sets up rabbitmq, a program of other people"


def test_processes_of_one_code_base_are_one_service(make: MakeRepository, system: Path) -> None:
    compose = "services:\n  web: {build: .}\n  worker: {build: .}\n"
    make("shop", {"compose.yaml": compose, "Dockerfile": PYTHON})
    found = discover(system)
    assert sure(found) == ["shop"]
    assert {each.name for each in found.left_out} == {"web", "worker"}


def test_services_built_from_one_context_lie_in_the_folders_of_their_names(
    make: MakeRepository, system: Path
) -> None:
    compose = "services:\n  geo: {build: .}\n  rate: {build: .}\n"
    files = {
        "services/geo/x.go": "",
        "services/rate/x.go": "",
        "cmd/geo/main.go": "package main\n",
        "Dockerfile": PYTHON,
    }
    make("hotel", {"compose.yaml": compose, **files})
    found = discover(system)
    assert [(each.name, each.path) for each in found.candidates if each.sure] == [
        ("geo", "services/geo"),
        ("rate", "services/rate"),
    ]


def test_the_projects_of_an_aspire_host(make: MakeRepository, system: Path) -> None:
    program = """\
var db = builder.AddPostgres("pg").AddDatabase("ignored");
var postgres = builder.AddPostgres("postgres");
var catalogDb = postgres.AddDatabase("catalogdb");
var catalog = builder.AddProject<Projects.Catalog_API>("catalog-api").WithReference(catalogDb);
builder.AddProject<Projects.WebApp>("webapp")
    .WithReference(catalog)
    .WaitFor(catalog);
"""
    web = '<Project Sdk="Microsoft.NET.Sdk.Web">'
    make(
        ".",
        {
            "src/Host/Host.csproj": f"{web}<IsAspireHost>true</IsAspireHost>",
            "src/Host/Program.cs": program,
            "src/Catalog.API/Catalog.API.csproj": web,
            "src/WebApp/WebApp.csproj": web,
        },
    )
    found = discover(system)
    assert [(each.name, each.path) for each in found.candidates] == [
        ("catalog-api", "src/Catalog.API"),
        ("webapp", "src/WebApp"),
    ]
    assert ("webapp.depends_on.catalog-api", "src/Host/Program.cs:7") in [
        (f.id, f.source) for f in found.facts()
    ]
    assert [(store.name, store.engine) for store in found.stores] == [("catalogdb", "postgres")]


def test_equal_names_in_two_repositories_are_told_apart(make: MakeRepository, system: Path) -> None:
    for repository in ("shop", "stock"):
        make(repository, {"api/Dockerfile": PYTHON, "web/Dockerfile": PYTHON})
    names = sure(discover(system))
    assert len(set(names)) == 4
    assert names == ["shop-api", "shop-web", "stock-api", "stock-web"]


def test_a_folder_of_a_repository_is_looked_at_alone(make: MakeRepository, system: Path) -> None:
    make(".", {"services/orders/Dockerfile": PYTHON, "other/Dockerfile": PYTHON})
    found = discover(system / "services")
    assert [(each.name, each.repository, each.path) for each in found.candidates] == [
        ("orders", "..", "services/orders")
    ]


def test_what_is_only_in_the_work_tree_is_not_there(make: MakeRepository, system: Path) -> None:
    folder = make("shop", {"README.md": ""})
    (folder / "Dockerfile").write_text(PYTHON)
    assert not discover(system).candidates


def test_a_repository_without_commits_is_told_and_the_others_are_read(
    make: MakeRepository, system: Path
) -> None:
    make("shop", {"Dockerfile": PYTHON})
    (system / "empty").mkdir()
    git(system / "empty", "init", "--quiet")
    found = discover(system)
    assert sure(found) == ["shop"]
    assert any("has no commits yet" in note for note in found.notes)


def test_a_folder_without_repositories_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NothingThere, match="no git repository"):
        discover(tmp_path)
    with pytest.raises(NothingThere, match="is no folder"):
        discover(tmp_path / "nowhere")


def test_skaffold_artifacts_of_jib_lie_in_their_projects(make: MakeRepository, system: Path) -> None:
    artifact = "build:\n  artifacts:\n    - {image: ledger, context: ../.., jib: {project: src/ledger}}\n"
    pom = {"src/ledger/pom.xml": "spring-boot", "src/ledger/src/main/java/LedgerApplication.java": ""}
    make(".", {"src/ledger/skaffold.yaml": artifact, **pom})
    [ledger] = discover(system).candidates
    assert (ledger.name, ledger.path, ledger.source) == ("ledger", "src/ledger", "src/ledger/skaffold.yaml:3")


def test_a_build_that_says_nothing_of_the_code_is_followed_by_the_names(
    make: MakeRepository, system: Path
) -> None:
    builds = {"trainer-http": "app", "trainer-grpc": "app", "web": "web"}
    compose = "services:\n" + "".join(f"  {name}: {{build: docker/{at}}}\n" for name, at in builds.items())
    files = {
        "docker/app/Dockerfile": PYTHON,
        "docker/web/Dockerfile": PYTHON,
        "internal/trainer/main.go": "",
        "web/a.ts": "",
    }
    make("workouts-example", {"compose.yaml": compose, **files})
    assert [(each.name, each.path) for each in discover(system).candidates] == [
        ("trainer", "internal/trainer"),
        ("web", "web"),
    ]


def test_a_folder_that_is_named_for_a_database_and_holds_no_program_is_none(
    make: MakeRepository, system: Path
) -> None:
    compose = "services:\n  mysql: {build: mysql}\n  shop: {build: shop}\n"
    make(".", {"compose.yaml": compose, "mysql/Dockerfile": "FROM own/base:1\n", "shop/Dockerfile": PYTHON})
    found = discover(system)
    assert sure(found) == ["shop"]
    assert [each.name for each in found.left_out] == ["mysql"]


def test_a_repository_may_be_called_an_example(make: MakeRepository, system: Path) -> None:
    make("shop-example", {"Dockerfile": PYTHON})
    make("shop-e2e", {"Dockerfile": PYTHON})
    found = discover(system)
    assert (sure(found), unsure(found)) == (["shop-example"], ["shop-e2e"])
