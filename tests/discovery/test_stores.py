"""Data stores and migrations: settings in, stores with their users out. No part of a password is ever kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runbook_tui.discovery.databases import Address, addresses, of_setting
from runbook_tui.discovery.discover import discover
from runbook_tui.discovery.model import Fact, Found, Kind
from tests.discovery.conftest import MakeRepository

PYTHON = "FROM python:3.12-slim\n"
ALEMBIC = "revision = 'a1'\ndown_revision = None\ndef upgrade():\n    pass\n"


def facts(found: Found, kind: Kind) -> list[Fact]:
    return [fact for fact in found.facts() if fact.kind is kind]


def stores(found: Found) -> dict[str, str]:
    return {store.name: store.engine for store in found.stores}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("postgres://u:p@orders-db:5432/orders?x=1", ("postgres", "orders-db", "orders")),
        ("postgresql+asyncpg://localhost/orders_development", ("postgres", "", "orders")),
        ("url=jdbc:mysql://${HOST:ts-mysql}:${PORT:3306}/${DB:ts}", ("mysql", "ts-mysql", "ts")),
        ("jdbc:sqlserver://sql01:1433;databaseName=stock;x=y", ("mssql", "sql01", "stock")),
        ("mongodb://carts-db:27017/data", ("mongodb", "carts-db", "data")),
        ("sqlite:////var/lib/shop/orders.sqlite3", ("sqlite", "", "orders")),
        ("Host=astronomy-db;Username=u;Password=p;Database=astro", ("", "astronomy-db", "astro")),
        ("host=pg01 user=u password=p dbname=stock", ("", "pg01", "stock")),
        ("redis://:secret@redis-cart:6379/0", ("redis", "redis-cart", "")),
    ],
)
def test_addresses_in_all_their_forms(text: str, expected: tuple[str, str, str]) -> None:
    [(address, line)] = list(addresses(f"# settings\n{text}\n"))
    assert (address.engine, address.host, address.name) == expected
    assert line == 2


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("REDIS_ADDR", "redis-cart:6379", ("redis", "redis-cart", "")),
        ("POSTGRES_DB", "orders", ("postgres", "", "orders")),
        ("DB_NAME", "orders_production", ("", "", "orders")),
        ("MYSQL_HOST", "mysql.shop.svc.cluster.local", ("mysql", "mysql", "")),
        ("DB_NAME", "PUT_NAME_HERE", None),
        ("SERVICE_NAME", "orders", None),
    ],
)
def test_settings_by_their_names(key: str, value: str, expected: tuple[str, str, str] | None) -> None:
    found = of_setting(key, value, "x")
    assert (None if found is None else (found.engine, found.host, found.name)) == expected


SECRET = st.text(st.characters(codec="ascii", categories=("L", "N", "P", "S")), min_size=6, max_size=30).map(
    lambda text: f"Zq9{text}"
)


@given(SECRET, st.sampled_from(["postgres", "mysql", "mongodb+srv", "redis", "jdbc:postgresql"]))
def test_no_part_of_a_password_becomes_a_name(secret: str, scheme: str) -> None:
    text = f"DATABASE_URL={scheme}://app:{secret}@db01:5432/orders"
    for address, _ in addresses(text):
        assert "zq9" not in f"{address.host} {address.name}".lower()
    found = of_setting("DATABASE_URL", text.partition("=")[2], "x")
    assert found is None or "zq9" not in f"{found.host} {found.name}".lower()


@given(st.text(max_size=300), st.text(max_size=30))
def test_any_text_can_be_looked_at(text: str, key: str) -> None:
    for address, line in addresses(text):
        assert isinstance(address, Address)
        assert 1 <= line <= text.count("\n") + 1
    of_setting(key, text, "x")


def test_migrations_with_tool_store_and_engine(make: MakeRepository, system: Path) -> None:
    make(
        "billing",
        {
            "Dockerfile": PYTHON,
            "alembic.ini": "[alembic]\nscript_location = db\nsqlalchemy.url = postgresql://app:pw@localhost/billing\n",
            "db/env.py": "",
            "db/versions/a1_begin.py": ALEMBIC,
        },
    )
    found = discover(system)
    [migrations] = facts(found, Kind.MIGRATIONS)
    assert dict(migrations.fields) == {"tool": "alembic", "path": "db", "datastore": "billing-db"}
    assert migrations.source == "billing/alembic.ini:2"
    [use] = facts(found, Kind.DATASTORE)
    assert (use.value, use.field("access")) == ("billing-db", "owner")
    assert stores(found) == {"billing-db": "postgres"}
    assert found.stores[0].source == "billing/alembic.ini:3"


def test_two_services_that_name_one_database_share_it_and_that_is_said(
    make: MakeRepository, system: Path
) -> None:
    url = "DATABASE_URL=postgres://{user}:pw@localhost:5432/shop_core\n"
    make(
        "orders",
        {
            "Dockerfile": PYTHON,
            ".env.example": url.format(user="orders"),
            "db/migrations/1_x.up.sql": "SELECT 1;\n",
            "db/migrations/1_x.down.sql": "SELECT 1;\n",
        },
    )
    make("reports", {"Dockerfile": PYTHON, ".env.example": url.format(user="reports")})
    found = discover(system)
    uses = {fact.service: fact.field("access") for fact in facts(found, Kind.DATASTORE)}
    assert uses == {"orders": "owner", "reports": "write"}
    assert {fact.value for fact in facts(found, Kind.DATASTORE)} == {"shop_core-db"}
    assert any(
        note.startswith("shop_core-db is one data store that 2 services share") for note in found.notes
    )


def test_databases_of_the_same_usual_name_are_not_shared(make: MakeRepository, system: Path) -> None:
    for name in ("orders", "stock"):
        make(
            name,
            {
                "Dockerfile": PYTHON,
                ".env.example": "DATABASE_URL=postgres://a:b@localhost/app\n",
                "alembic.ini": "[alembic]\nscript_location = db\n",
                "db/env.py": "",
                "db/versions/a.py": ALEMBIC,
            },
        )
    found = discover(system)
    assert sorted(stores(found)) == ["orders-db", "stock-db"]
    assert not any("share" in note for note in found.notes)


def test_one_server_with_several_databases(make: MakeRepository, system: Path) -> None:
    for name in ("orders", "stock"):
        make(name, {"Dockerfile": PYTHON, ".env": f"DATABASE_URL=mysql://a:b@db.shop.internal/{name}\n"})
    found = discover(system)
    assert len(found.stores) == 2


def test_a_compose_service_that_runs_a_database(make: MakeRepository, system: Path) -> None:
    compose = """\
services:
  user:
    build: ./user
    environment: [MONGO_HOST=user-db:27017]
    depends_on: [user-db]
  cart: {build: ./cart, depends_on: {cart-redis: {condition: service_healthy}}}
  user-db: {image: "mongo:7"}
  cart-redis: {image: "redis:7"}
"""
    make(".", {"compose.yaml": compose, "user/Dockerfile": PYTHON, "cart/Dockerfile": PYTHON})
    found = discover(system)
    assert stores(found) == {"cart-redis": "redis", "user-db": "mongodb"}
    assert not facts(found, Kind.DEPENDS_ON)


def test_migrations_of_nobody_are_told(make: MakeRepository, system: Path) -> None:
    make(
        ".",
        {
            "shop/Dockerfile": PYTHON,
            "warehouse/alembic.ini": "[alembic]\n",
            "warehouse/db/env.py": "",
            "warehouse/db/versions/a.py": ALEMBIC,
        },
    )
    found = discover(system)
    assert not facts(found, Kind.MIGRATIONS)
    assert found.notes == ("1 alembic migrations in warehouse/db belong to no service that was found",)


def test_the_engine_is_read_from_code_where_nothing_else_tells(make: MakeRepository, system: Path) -> None:
    migration = "-- migrate:up\nCREATE TABLE t (id int);\n-- migrate:down\nDROP TABLE t;\n"
    make(
        "stock",
        {
            "Dockerfile": PYTHON,
            "db/migrations/20260101000000_a.sql": migration,
            "stock/store.py": "import sqlite3\n\nconnection = sqlite3.connect('x')\n",
        },
    )
    found = discover(system)
    assert stores(found) == {"stock-db": "sqlite"}
    assert found.stores[0].source == "stock/stock/store.py:3"


def test_a_second_history_of_a_service_is_a_guess(make: MakeRepository, system: Path) -> None:
    files = {
        f"{name}/{file}": text
        for name in ("one", "two")
        for file, text in {
            "env.py": "",
            "versions/a.py": ALEMBIC,
            "alembic.ini": "[alembic]\nscript_location = .\n",
        }.items()
    }
    make("shop", {"Dockerfile": PYTHON, **files})
    found = discover(system)
    assert len({fact.field("datastore") for fact in facts(found, Kind.MIGRATIONS)}) == 2
    assert [fact.confidence.value for fact in facts(found, Kind.MIGRATIONS)].count("guessed") == 1


def test_values_of_config_maps_are_those_of_the_environment(make: MakeRepository, system: Path) -> None:
    manifest = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: ledger-config}
data:
  SPRING_DATASOURCE_URL: jdbc:postgresql://ledger-db:5432/ledger
  POSTGRES_DB: inner
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: writer}
spec: {template: {spec: {containers: [{image: writer, envFrom: [{configMapRef: {name: ledger-config}}]}]}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: reader}
spec:
  template:
    spec:
      containers:
        - image: reader
          env:
            - name: URL
              valueFrom: {configMapKeyRef: {name: ledger-config, key: SPRING_DATASOURCE_URL}}
            - {name: SECRET, valueFrom: {secretKeyRef: {name: s, key: k}}}
"""
    make(".", {"k8s.yaml": manifest, "writer/Dockerfile": PYTHON, "reader/Dockerfile": PYTHON})
    found = discover(system)
    assert {(fact.service, fact.value, fact.source) for fact in facts(found, Kind.DATASTORE)} == {
        ("reader", "ledger-db", "k8s.yaml:5"),
        ("writer", "ledger-db", "k8s.yaml:5"),
    }


def test_another_environment_has_no_databases_of_its_own(make: MakeRepository, system: Path) -> None:
    compose = "services:\n  shop: {build: shop, environment: {DATABASE_URL: 'mysql://a:b@dev-db/shop'}}\n"
    deployment = """\
kind: Deployment
metadata: {name: shop}
spec: {template: {spec: {containers: [{image: shop, env: [{name: DATABASE_URL, value: "mysql://a:b@prod-db/live"}]}]}}}
"""
    make(".", {"compose.yaml": compose, "k8s.yaml": deployment, "shop/Dockerfile": PYTHON})
    assert list(stores(discover(system))) == ["dev-db"]


def test_the_db_of_one_compose_file_is_not_the_db_of_another(make: MakeRepository, system: Path) -> None:
    images = "  db: {image: postgres}\n  redis: {image: redis}\n"
    compose = f"services:\n  app: {{build: ., depends_on: [db, redis]}}\n{images}"
    for name in ("orders", "stock"):
        make(name, {"compose.yaml": compose, "Dockerfile": PYTHON})
    found = discover(system)
    assert stores(found) == {
        "orders-db": "postgres",
        "orders-redis": "redis",
        "stock-db": "postgres",
        "stock-redis": "redis",
    }
    assert not any("share" in note for note in found.notes)
