"""Addresses of databases in settings: engine, host and name of the database. No user name or password is kept.

Recognised are URLs (JDBC's too, and those with ``${NAME:default}`` in them), the key-value forms of libpq and ADO.NET,
and settings whose name says what they are (``POSTGRES_DB``, ``DB_HOST``, ``database: shop_production``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from runbook_tui.discovery.checkout import line_of
from runbook_tui.discovery.units import with_defaults

_SCHEMES = {
    **dict.fromkeys(
        ("postgres", "postgresql", "postgis", "psql", "pgx", "pgx5", "ecto", "cockroach"), "postgres"
    ),
    **dict.fromkeys(("mysql", "mysql2", "trilogy"), "mysql"),
    "mariadb": "mariadb",
    **dict.fromkeys(("sqlite", "sqlite3"), "sqlite"),
    **dict.fromkeys(("mongodb", "mongo"), "mongodb"),
    **dict.fromkeys(("redis", "rediss"), "redis"),
    **dict.fromkeys(("sqlserver", "mssql"), "mssql"),
    "oracle": "oracle",
    "cockroachdb": "cockroachdb",
    "clickhouse": "clickhouse",
    "cassandra": "cassandra",
}
_URL = re.compile(
    r"\b(?:jdbc:)?(?P<scheme>"
    + "|".join(_SCHEMES)
    + r")(?:\+\w{1,20})?:(?://|thin:@)(?P<rest>[^\s\"'<>|\\]{0,500})"
)
_AFTER_USER = re.compile(
    r"(?P<host>[^/:;?,)&]{0,200})(?::(?:\d{1,5}|\$\{?\w+\}?))?(?:[/](?P<name>[^?;),&]{0,120}))?(?:[?;,)&].*)?"
)
"""What follows the last ``@``: anything else may be a part of a password."""
_KEYED = re.compile(
    r"(?i)\b(?:host|server|data source)\s*=\s*(?:tcp:)?(?P<host>[^\s;\"',]{1,120})[,\s;][^\"'\n]{0,300}?"
    r"\b(?:dbname|database|initial catalog)\s*=\s*(?P<name>[^\s;\"'&]{1,80})"
)
_NAME_KEYS = re.compile(
    r"(?i)^(?:[\w.]*[_.])?(?:(?P<engine>postgres|pg|mysql|mariadb|mongo(?:_initdb)?|mssql)_?(?:db|database|dbname)"
    r"|(?:db|database)_(?:name|database)|db_schema)$"
)
_HOST_KEYS = re.compile(
    r"(?i)^(?:[\w.]*[_.])?(?:(?P<engine>postgres|pg|mysql|mariadb|mongo|redis|valkey|mssql)_?(?:host|addr|address|server|url)"
    r"|(?:db|database)_?(?:host|server|address))$"
)
_KEY_ENGINES = {"pg": "postgres", "mongo": "mongodb", "mongo_initdb": "mongodb"}
_ASSIGNED = re.compile(
    r"^[ \t]*[\"']?(?P<key>NAME|database|dbname|db_name|DB_NAME)[\"']?\s*(?:=>|[:=])\s*"
    r"[\"']?(?P<value>[\w.${}:-]{1,80})[\"']?[ \t]*,?[ \t]*$",
    re.MULTILINE,
)
_LONGEST = 64 * 1024
"""Characters that are looked at: settings are far shorter."""
_STAGE = re.compile(r"[_-](?:dev(?:elopment)?|prod(?:uction)?|test|staging|local)$", re.IGNORECASE)
_NO_NAME = re.compile(r"[${}<>%*.@:\[\]]|^\d*$|^[A-Z][A-Z0-9]*_[A-Z0-9_]*$")
"""Placeholders, and what is no name of a database."""
_NO_HOST = re.compile(r"[${}<>%*@\[\]]|^\d*$|^[A-Z][A-Z0-9]*_[A-Z0-9_]*$")
USUAL_HOSTS = frozenset(
    {
        *(
            "",
            "localhost",
            "127.0.0.1",
            "0.0.0.0",
            "::1",
            "[",
            "host",
            "hostname",
            "host.docker.internal",
            "db",
            "database",
        ),
        *(
            "postgres",
            "postgresql",
            "mysql",
            "mariadb",
            "mongo",
            "mongodb",
            "redis",
            "sql",
            "example.com",
            "server",
            "dbhost",
        ),
    }
)
"""Hosts that say where somebody's own machine is, not which database this is."""

GENERIC = frozenset(
    {
        *(
            "",
            "app",
            "application",
            "database",
            "db",
            "data",
            "main",
            "default",
            "dev",
            "development",
            "test",
            "prod",
        ),
        *(
            "production",
            "postgres",
            "postgresql",
            "mysql",
            "mongo",
            "master",
            "public",
            "admin",
            "mydb",
            "dbname",
            "name",
        ),
        *(
            "example",
            "sys",
            "root",
            "local",
            "demo",
            "sample",
            "memory",
            ":memory:",
            "testdb",
            "mydatabase",
            "string",
        ),
    }
)
"""Names of databases that say nothing about which one it is."""


@dataclass(frozen=True, slots=True)
class Address:
    """A database as somebody's settings name it."""

    engine: str
    host: str
    """Lower case; empty where it is nobody's in particular."""
    name: str
    """Of the database; empty where it is not told."""
    source: str
    """Where the text came from, with its line where it is known."""

    @property
    def telling(self) -> bool:
        """Whether it says which database this is."""
        return bool(self.host) or self.name.lower() not in GENERIC


def addresses(text: str, path: str = "") -> Iterator[tuple[Address, int]]:
    """The addresses in a text, each with its line."""
    text = with_defaults(text[:_LONGEST])
    for match in _URL.finditer(text):
        found = _of_url(match, path)
        if found is not None:
            yield found, line_of(text, match.start())
    for match in _KEYED.finditer(text):
        name, host = _named(match["name"]), _host(match["host"])
        if name or host:
            yield Address("", host, name, path), line_of(text, match.start())


def of_setting(key: str, value: str, source: str) -> Address | None:
    """The address in an environment variable, by its value or by its name."""
    for found, _ in addresses(value):
        return Address(found.engine, found.host, found.name, source)
    match = _NAME_KEYS.match(key)
    if match and _named(value):
        return Address(_engine(match["engine"]), "", _named(value), source)
    match = _HOST_KEYS.match(key)
    if match and "://" not in value and _host(value):
        return Address(_engine(match["engine"]), _host(value), "", source)
    return None


def named_in_settings(text: str) -> Iterator[tuple[str, int]]:
    """Names of databases in settings of frameworks (``database: shop_production``), each with its line."""
    for match in _ASSIGNED.finditer(text):
        name = _named(match["value"])
        if name:
            yield name, line_of(text, match.start("value"))


def _of_url(match: re.Match[str], path: str) -> Address | None:
    engine = _SCHEMES[match["scheme"]]
    parts = _AFTER_USER.fullmatch(match["rest"].rpartition("@")[2])
    if parts is None:
        return None
    name = parts["name"] or ""
    if engine == "sqlite":
        file = name.rpartition("/")[2]
        return Address(engine, "", _named(file.rpartition(".")[0] or file), path)
    if engine == "mssql":
        keyed = re.search(r"(?i);database(?:name)?=([^;]+)", match["rest"])
        name = keyed[1] if keyed else name
    if engine in ("redis", "cassandra"):
        name = ""
    return Address(engine, _host(parts["host"]), _named(name), path)


def _named(text: str) -> str:
    """A name of a database without the stage that it is for; empty where it is none, or a placeholder."""
    name = _STAGE.sub("", with_defaults(text.strip().strip("\"'")).strip("/"))
    return "" if _NO_NAME.search(name) or len(name) > 80 or "/" in name else name


def _host(text: str) -> str:
    """A host that tells databases apart: without port, domain and placeholders."""
    host = with_defaults(text.strip().strip("\"'")).partition(":")[0].partition("/")[0]
    if _NO_HOST.search(host) or host.lower() in USUAL_HOSTS or host.startswith(("127.", "192.168.", "10.")):
        return ""
    host = host.lower()
    return host.partition(".svc")[0].partition(".")[0] if ".svc" in host else host


def _engine(word: str | None) -> str:
    lowered = (word or "").lower()
    return _KEY_ENGINES.get(lowered, lowered)
