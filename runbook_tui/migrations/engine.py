"""The database engines whose locks and dialects are known."""

from __future__ import annotations

from enum import StrEnum


class Engine(StrEnum):
    """A family of database engines; the value is its SQL dialect's name in sqlglot."""

    POSTGRES = "postgres"
    MYSQL = "mysql"
    SQLITE = "sqlite"


_FAMILIES = {
    "postgres": Engine.POSTGRES,
    "postgresql": Engine.POSTGRES,
    "postgis": Engine.POSTGRES,
    "aurora-postgresql": Engine.POSTGRES,
    "mysql": Engine.MYSQL,
    "mariadb": Engine.MYSQL,
    "percona": Engine.MYSQL,
    "aurora-mysql": Engine.MYSQL,
    "sqlite": Engine.SQLITE,
    "sqlite3": Engine.SQLITE,
}


def engine_family(engine: str | None) -> Engine | None:
    """The family of an engine as the manifest writes it (``postgres@15``, ``MariaDB``); None when unknown."""
    name = (engine or "").strip().lower()
    return _FAMILIES.get(name.split("@")[0].split(":")[0].split(" ")[0])
