"""Compose: what starts after what, addresses, data stores, variables, includes."""

from __future__ import annotations

import pytest

from runbook_tui.catalog.importing.model import EdgeKind, Kind
from tests.catalog.importing.conftest import Read
from tests.catalog.importing.facts import edges, found, lines, rules, service


def test_both_forms_of_depends_on_are_orders_of_starting(read: Read) -> None:
    result = read(
        {
            "compose.yaml": """\
            services:
              web:
                image: shop/web
                depends_on: [api]
              api:
                build: ./api
                depends_on:
                  db: {condition: service_healthy}
                  queue: {condition: service_strated}
              db: {image: "postgres:16.2"}
              queue: {image: rabbitmq}
            """
        }
    )
    assert edges(result, EdgeKind.STARTS_AFTER) == {("web", "api"), ("api", "db"), ("api", "queue")}
    assert edges(result, EdgeKind.USES_DATASTORE) == {("api", "db")}
    assert (service(result, "db").kind, service(result, "db").type) == (Kind.DATASTORE, "postgres@16.2")
    assert service(result, "queue").kind is Kind.QUEUE
    assert lines(found(result, "wrong-type")) == [9]
    assert len(found(result, "start-up-edges")) == 1
    repository = service(result, "api").repository
    assert repository is not None
    assert repository.text == "api"


def test_addresses_in_the_environment_and_commands_are_calls(read: Read) -> None:
    result = read(
        {
            "docker-compose.yml": """\
            services:
              orders:
                image: shop/orders
                environment:
                  - TRACES=http://zipkin:9411/api
                  - MONGO_HOST=orders-db:27017
                  - USERS_HOST=users
                  - CORS_ORIGIN=http://web:80
                  - MODE=web
                  - ORDERS_URL=http://orders:80
              users:
                image: shop/users
                environment: {DSN: "postgres://u:p@users-db:5432/users", BROKERS: "kafka-1:9092,kafka-2:9092"}
              load: {image: shop/load, command: -d 60 -h web}
              wait: {image: shop/wait, command: ["wait-for", "web:80", "--url=users"]}
              web: {image: shop/web, hostname: www}
              proxy: {image: nginx, environment: {BACKEND_URL: "http://www:80"}}
              zipkin: {image: openzipkin/zipkin}
              orders-db: {image: shop/orders-db}
              users-db: {image: "mysql:8"}
              kafka-1: {image: "bitnami/kafka:3"}
              kafka-2: {image: "bitnami/kafka:3"}
            """
        }
    )
    assert edges(result, EdgeKind.CALLS) == {
        ("orders", "zipkin"),
        ("orders", "users"),
        ("users", "kafka-1"),
        ("users", "kafka-2"),
        ("load", "web"),
        ("wait", "web"),
        ("wait", "users"),
        ("proxy", "web"),
    }
    assert edges(result, EdgeKind.USES_DATASTORE) == {("orders", "orders-db"), ("users", "users-db")}


def test_names_alone_are_guesses_that_order_nothing(read: Read) -> None:
    result = read(
        {
            "compose.yaml": "services:\n  user: {image: x}\n  user-db: {image: y}\n  mongo-cart: {image: mongo}\n"
        }
    )
    assert edges(result, EdgeKind.BY_NAME) == {("user", "user-db")}
    assert all(edge.guessed for edge in result.edges)
    assert edges(result) == set()


def test_a_project_without_any_order_says_that_it_is_unknown(read: Read) -> None:
    result = read({"compose.yaml": "services:\n  a: {image: x}\n  b: {image: y}\n  db: {image: postgres}\n"})
    first, second = found(result, "order-unknown")
    assert "order" in first.text
    assert "a, b" in second.text or "a, b" in first.text
    assert edges(result) == set()


def test_variables_come_from_env_files_and_defaults_only(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STORE", "redis")
    result = read(
        {
            ".env": "HOST=api\nURL=http://${HOST}:80  # where\nexport DB='postgres'\n",
            "compose.yaml": """\
            services:
              web:
                image: ${REGISTRY:-shop}/web:${TAG-latest}
                environment: [URL, "OTHER=${NONE:-http://${HOST}:90}", "ESCAPED=$${HOST}"]
                env_file: [web.env, {path: none.env, required: false}]
              api: {image: shop/api}
              store: {image: "${STORE}"}
              db: {image: "${DB}:15"}
              mail: {image: shop/mail}
            """,
            "web.env": "MAIL_HOST=mail\n",
        }
    )
    assert edges(result, EdgeKind.CALLS) == {("web", "api"), ("web", "mail")}
    assert service(result, "db").type == "postgres@15"
    assert service(result, "store").kind is Kind.SERVICE
    assert [finding.place.line for finding in found(result, "unset-variable")] == [7]


def test_anchors_merge_keys_and_extends_are_taken_over(read: Read) -> None:
    result = read(
        {
            "compose.yaml": """\
            x-app: &app
              image: shop/app
              depends_on: [db]
            services:
              a: {<<: *app}
              b:
                extends: {service: base, file: base.yaml}
                depends_on: [a]
              c: {extends: a}
              d: {extends: {service: none, file: base.yaml}}
              e: {extends: {service: x, file: ../../x.yaml}}
              db: {image: mariadb}
            """,
            "base.yaml": "services:\n  base: {build: ./base, depends_on: [db]}\n",
        }
    )
    starts = {("a", "db"), ("b", "db"), ("b", "a"), ("c", "db")}
    assert edges(result, EdgeKind.STARTS_AFTER) == starts
    assert len(found(result, "unknown-name")) == len(found(result, "outside")) == 1


def test_included_files_are_part_of_the_project(read: Read) -> None:
    result = read(
        {
            "compose.yaml": "include: [more/compose.yaml, {path: [b.yaml, none.yaml]}]\n"
            "services:\n  a: {image: x, depends_on: [b, c]}\n",
            "more/compose.yaml": "include: [../compose.yaml]\nservices:\n  c: {image: '${IMAGE}'}\n",
            "more/.env": "IMAGE=postgres\n",
            "b.yaml": "services:\n  b: {image: x}\n",
        },
        "compose.yaml",
    )
    assert edges(result, EdgeKind.STARTS_AFTER) == {("a", "b"), ("a", "c")}
    assert service(result, "c").kind is Kind.DATASTORE
    assert lines(found(result, "missing-file")) == [1]


def test_of_a_folder_the_files_that_compose_reads_unasked_are_read(read: Read) -> None:
    files = {
        "compose.yaml": "services:\n  a: {image: x}\n  b: {image: x, depends_on: [a]}\n",
        "compose.override.yaml": "services:\n  a: {depends_on: [c]}\n  c: {image: x}\n",
        "compose.tracing.yaml": "services:\n  a: {depends_on: [t]}\n  t: {image: x}\n",
        "dev/docker-compose.one.yml": "services:\n  m: {image: x}\n",
        "dev/docker-compose.two.yml": "services:\n  m: {depends_on: [n]}\n  n: {image: x}\n",
    }
    assert edges(read(files)) == {("b", "a"), ("a", "c"), ("m", "n")}
    assert [finding.place.file for finding in found(read(files), "not-read")] == ["compose.tracing.yaml"]
    both = read(files, "compose.yaml", "compose.tracing.yaml")
    assert edges(both) == {("b", "a"), ("a", "t")}


def test_what_compose_refuses_is_an_error(read: Read) -> None:
    result = read(
        {
            "compose.yaml": """\
            services:
              a: {image: x, depends_on: [b]}
              b: {image: x, depends_on: [c], depend_on: [d]}
              c: {image: x, depends_on: [a]}
              orders: {image: x}
              mail: {image: x, depends_on: [ordres]}
              itself: {image: x, depends_on: [itself]}
            """
        }
    )
    assert [finding.level for finding in found(result, "cycle")] == ["error"]
    assert [finding.level for finding in found(result, "self-cycle")] == ["error"]
    (dangling,) = found(result, "unknown-name")
    assert (dangling.level, dangling.remedy) == ("error", "did you mean 'orders'?")
    assert [finding.remedy for finding in found(result, "misspelt-key")] == ["did you mean 'depends_on'?"]


def test_stores_of_one_name_in_two_projects_are_two(read: Read) -> None:
    compose = "services:\n  {name}: {{image: x, depends_on: [db]}}\n  db: {{image: postgres}}\n"
    result = read(
        {
            "a/compose.yaml": compose.format(name="a"),
            "b/compose.yaml": "name: shop\n" + compose.format(name="b"),
        }
    )
    assert edges(result, EdgeKind.USES_DATASTORE) == {("a", "a-db"), ("b", "shop-db")}
    assert len(found(result, "same-name")) == 1


def test_links_namespaces_and_volumes_order_the_start_too(read: Read) -> None:
    result = read(
        {
            "compose.yaml": """\
            services:
              a: {image: x, links: ["b:alias"]}
              b: {image: x, network_mode: "service:c"}
              c: {image: x, volumes_from: ["d:ro", "container:other"]}
              d: {image: x, labels: {com.shop.team: team-d}}
            """
        }
    )
    assert edges(result, EdgeKind.STARTS_AFTER) == {("a", "b"), ("b", "c"), ("c", "d")}
    owner = service(result, "d").owner
    assert owner is not None
    assert owner.text == "team-d"
    assert rules(result) == set()


def test_services_that_find_each_other_at_run_time_are_noted(read: Read) -> None:
    two = "  a: {image: x, depends_on: [consul]}\n  b: {image: x, depends_on: [consul]}\n"
    compose = f"services:\n{two}  consul: {{image: consul}}\n"
    (note,) = found(read({"compose.yaml": compose}), "calls-through-registry")
    assert "a, b" in note.text
