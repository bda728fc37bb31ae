"""Where projects write down which database engine they use: settings, drivers, images, words of SQL."""

from __future__ import annotations

import re
from dataclasses import dataclass

_ASSIGNED = r"""\s*[=:]\s*['"]?(?P<name>[A-Za-z][\w-]*)"""
_AS_URL = r"""\s*[=:]\s*['"]?(?:jdbc:|db:)?(?P<name>[a-z][a-z0-9]*)(?:\+\w+)?:"""
_DJANGO = ("settings.py", "settings/base.py", "settings/common.py", "settings/production.py")
_RAILS = tuple(f"config/database{middle}.yml" for middle in ("", ".example", ".sample")) + tuple(
    f"config/database.yml.{end}" for end in ("example", "sample")
)


@dataclass(frozen=True, slots=True)
class NamingFile:
    """A kind of file that names engines: the ends of its path, and where in it the name stands."""

    ends: tuple[str, ...]
    pattern: re.Pattern[str]
    """Has a group ``name``."""
    deep: bool = False
    """Whether it may lie anywhere below a folder that holds the migrations too, not only in that folder."""


def _naming(*ends: str, names: str, deep: bool = False) -> NamingFile:
    return NamingFile(ends, re.compile(names, re.MULTILINE), deep)


SETTINGS = (
    _naming("migration_lock.toml", names=rf"^\s*provider{_ASSIGNED}"),
    _naming(
        *("schema.prisma", "prisma/schema.prisma", "prisma/schema/schema.prisma"),
        names=r'^\s*datasource\s+\w+\s*\{[^}]*?\bprovider\s*=\s*"(?P<name>\w+)"',
    ),
    _naming("alembic.ini", names=rf"^\s*sqlalchemy\.url{_AS_URL}"),
    _naming("sqitch.conf", names=rf"^\s*engine{_ASSIGNED}"),
    _naming(
        *("flyway.conf", "flyway.toml", "conf/flyway.conf", "flyway.properties"),
        names=rf"^\s*(?:flyway\.)?url{_AS_URL}",
    ),
    _naming("liquibase.properties", names=rf"^\s*(?:liquibase\.command\.)?url{_AS_URL}"),
    _naming("atlas.hcl", names=r'"(?:docker://)?(?P<name>[a-z]+)(?:://|/\d)'),
    _naming(*_RAILS, names=r"^\s*adapter:\s*['\"]?(?P<name>[\w-]+)"),
    _naming(
        *("knexfile.js", "knexfile.ts", "knexfile.cjs", "knexfile.mjs"),
        names=rf"""\b['"]?client['"]?{_ASSIGNED}""",
    ),
    _naming(*_DJANGO, names=r"""['"]ENGINE['"]\s*:\s*['"][\w.]*\.(?P<name>\w+)['"]""", deep=True),
    _naming(
        *("application.properties", "application.yml", "application.yaml"),
        names=r"\bjdbc:(?:tc:)?(?P<name>[a-z][a-z0-9]*):",
        deep=True,
    ),
)
"""Settings of migration tools and frameworks, which name the engine itself."""

_PYTHON = {
    "postgres": r"(?i)\b(?:psycopg\w*|asyncpg|pg8000)\b",
    "mysql": r"(?i)\b(?:mysqlclient|pymysql|aiomysql)\b",
    "sqlite": r"(?i)\baiosqlite\b",
}
DRIVERS = {
    "Cargo.toml": {
        family: rf'^\s*(?:diesel|sqlx)\b[^\n]*"{family}' for family in ("postgres", "mysql", "sqlite")
    },
    "mix.exs": {
        "postgres": r"\{:postgrex\b",
        "mysql": r"\{:myxql\b",
        "sqlite": r"\{:ecto_sqlite3\b",
    },
    "Gemfile": {
        "postgres": r"""^\s*gem ['"]pg['"]""",
        "mysql": r"""^\s*gem ['"](?:mysql2|trilogy)['"]""",
        "sqlite": r"""^\s*gem ['"]sqlite3['"]""",
    },
    "go.mod": {
        "postgres": r"\b(?:jackc/pgx|lib/pq)\b",
        "mysql": r"\bgo-sql-driver/mysql\b",
        "sqlite": r"\b(?:mattn/go-sqlite3|modernc\.org/sqlite)\b",
    },
    "package.json": {
        "postgres": r'"(?:pg|postgres)"\s*:',
        "mysql": r'"mysql2?"\s*:',
        "sqlite": r'"(?:better-)?sqlite3"\s*:',
    },
    "pyproject.toml": _PYTHON,
    "requirements.txt": _PYTHON,
}
"""Drivers that projects depend on: name of the file, engine, how its line looks."""

IMAGES = _naming(
    *("docker-compose.yml", "docker-compose.yaml", "compose.yml", "compose.yaml"),
    names=r"""^\s*image:\s*['"]?(?:[\w.:-]+/)*(?P<name>[\w-]+?)(?:[:@'"]|\s*$)""",
)
"""What runs beside the code."""

DIALECT = {
    "mysql": r"(?i)\bENGINE\s*=\s*InnoDB\b|\bAUTO_INCREMENT\b|\bTABLE\s+(?:IF\s+(?:NOT\s+)?EXISTS\s+)?`",
    "sqlite": r"(?i)\bAUTOINCREMENT\b|^\s*PRAGMA\s+\w+",
    "postgres": (
        r"(?i)\b(?:BIG|SMALL)SERIAL\b|\bTIMESTAMPTZ\b|\bJSONB\b|\bplpgsql\b|\bUSING\s+(?:gin|gist)\b"
        r"|\bINDEX\s+CONCURRENTLY\b"
    ),
}
"""Words of SQL that only one of the engines takes."""

WORDS = {
    **dict.fromkeys(("pg", "postgresql_psycopg2", "pgx", "pgx5", "timescaledb", "pgvector"), "postgres"),
    **dict.fromkeys(("mysql2", "trilogy"), "mysql"),
    **dict.fromkeys(("better-sqlite3", "libsql"), "sqlite"),
}
"""Other words for the engines: of drivers, adapters and images."""

FOREIGN = frozenset(
    {
        *("mssql", "sqlserver", "oracle", "cockroachdb", "cockroach", "clickhouse", "mongodb", "snowflake"),
        *("redshift", "spanner", "db2", "h2", "hsqldb", "derby", "ydb"),
    }
)
"""Engines that nothing is known of: they are named as they are."""
