"""From the name of an environment variable to a database engine that can be asked.

URLs come as the application has them: with an asynchronous driver, with Prisma's or libpq's own parameters. What the
driver at hand does not know is translated or left out, so that the same variable serves both.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from runbook_tui.migrations.engine import Engine, engine_family
from runbook_tui.migrations.live.model import Refusal, RefusedError

if TYPE_CHECKING:
    import sqlite3
    import ssl

    import sqlalchemy
    from sqlalchemy.engine import URL

_MYSQL = {"pymysql": "pymysql", "mysqldb": "MySQLdb", "mysqlconnector": "mysql"}
_DRIVERS = {
    "postgresql": {"psycopg": "psycopg", "psycopg2": "psycopg2", "pg8000": "pg8000"},
    "mysql": _MYSQL,
    "mariadb": _MYSQL,
    "sqlite": {"pysqlite": "sqlite3"},
}
"""Synchronous drivers that a URL without one may get, with the module that shows that they are installed."""

_TIMEOUTS = {
    "psycopg": ("connect_timeout",),
    "psycopg2": ("connect_timeout",),
    "pg8000": ("timeout",),
    "pymysql": ("connect_timeout", "read_timeout", "write_timeout"),
    "mysqldb": ("connect_timeout", "read_timeout", "write_timeout"),
    "mysqlconnector": ("connection_timeout",),
}

_POOLS = frozenset({"schema", "pgbouncer", "connection_limit", "pool_timeout", "socket_timeout", "pool_mode"})
"""Parameters of Prisma and of poolers, which no driver takes."""

_TLS = ("sslmode", "ssl-mode", "ssl_mode", "sslaccept", "ssl")
_EITHER = frozenset({"disable", "disabled", "allow", "prefer", "preferred", "false", "0"})
_UNVERIFIED = frozenset({"require", "required", "true", "1", "accept_invalid_certs"})
_TAKEN = {
    "pg8000": frozenset({"application_name", "unix_sock", "source_address"}),
    "pymysql": frozenset({"charset", "unix_socket", "ssl_ca", "ssl_cert", "ssl_key", "program_name"}),
}
"""What the drivers that come with the extra take of a URL's parameters; others parse the URL for themselves."""


def engine_at(
    variable: str, environment: Mapping[str, str], expected: Engine | None, timeout: float
) -> sqlalchemy.Engine:
    """An engine for the URL in a variable, which has connected to nothing yet.

    Args:
        variable: name of the environment variable.
        environment: where it is looked up.
        expected: the engine that the manifest names; a URL of another one is refused.
        timeout: seconds that the driver may wait for each answer.

    Raises:
        RefusedError: no variable, no SQLAlchemy, no driver, or no URL of an engine that is read here.
    """
    text = environment.get(variable, "").strip()
    if not text:
        raise _refused(
            variable,
            f"the environment has no variable {variable}",
            "Set it to the URL of a user that may read, such as postgresql://reader@host/name.",
        )
    if find_spec("sqlalchemy") is None:
        raise _refused(variable, "SQLAlchemy is not installed", "Install runbook-tui[database].")
    from sqlalchemy import create_engine
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import SQLAlchemyError
    from sqlalchemy.pool import NullPool

    try:
        url = _with_driver(variable, make_url(text))
        if engine_family(url.get_backend_name()) is Engine.SQLITE:
            arguments: dict[str, Any] = {"creator": _sqlite(variable, url.database, timeout)}
        else:
            url, connecting = _connecting(url, timeout)
            arguments = {"connect_args": connecting}
        engine = create_engine(url, poolclass=NullPool, hide_parameters=True, **arguments)
    except ImportError as error:
        what = f"the driver that {variable} names is not installed ({error.name})"
        remedy = "Install it, or leave the driver out of the URL: another one is taken then."
        raise _refused(variable, what, remedy) from None
    except OSError:
        what = f"{variable} names a certificate that cannot be read"
        raise _refused(variable, what, "Correct its path, or make it readable.") from None
    except (SQLAlchemyError, ValueError, TypeError):
        what = f"{variable} holds no URL of a database"
        remedy = "Write it as SQLAlchemy does: postgresql://, mysql://, mariadb:// or sqlite:///."
        raise _refused(variable, what, remedy) from None
    found = engine_family(engine.dialect.name)
    if expected is not None and found is not expected:
        what = f"{variable} is the URL of {engine.dialect.name}, and the manifest says {expected.value}"
        raise _refused(variable, what, "Correct the variable, or the engine in the manifest.")
    return engine


def schema_of(variable: str, environment: Mapping[str, str]) -> str | None:
    """The schema that Prisma's parameter of the URL names."""
    from sqlalchemy.engine import make_url

    schema = make_url(environment[variable].strip()).query.get("schema")
    return schema if isinstance(schema, str) else None


def _with_driver(variable: str, url: URL) -> URL:
    """The URL with a synchronous driver that is installed."""
    backend, _, driver = url.drivername.partition("+")
    backend = "postgresql" if backend == "postgres" else backend
    if backend not in _DRIVERS:
        what = f"{variable} is the URL of an engine that is not read here"
        raise _refused(variable, what, "PostgreSQL, MySQL, MariaDB and SQLite are; leave url_env out.")
    named = url.set(drivername=f"{backend}+{driver}") if driver else None
    if named is not None and not named.get_dialect().is_async:
        return named
    installed = [name for name, module in _DRIVERS[backend].items() if find_spec(module) is not None]
    if not installed:
        what = f"no driver for {backend} is installed"
        raise _refused(variable, what, "Install runbook-tui[database].")
    return url.set(drivername=f"{backend}+{installed[0]}")


def _connecting(url: URL, timeout: float) -> tuple[URL, dict[str, Any]]:
    """The URL without what its driver does not know, and what the driver is given instead."""
    driver = url.get_driver_name()
    whole = max(1, math.ceil(timeout))
    arguments: dict[str, Any] = dict.fromkeys(_TIMEOUTS.get(driver, ()), whole)
    query = {name: value if isinstance(value, str) else value[-1] for name, value in url.query.items()}
    if driver in _TAKEN:
        context = _tls(query)
        if context is not None:
            arguments["ssl_context" if driver == "pg8000" else "ssl"] = context
        url = url.set(
            host=query.get("host") or url.host,
            port=int(query["port"]) if query.get("port") else url.port,
            username=query.get("user") or url.username,
            password=query.get("password") or url.password,
        )
        if driver == "pg8000" and (url.host or "").startswith("/"):
            arguments["unix_sock"] = f"{url.host}/.s.PGSQL.{url.port or 5432}"
        kept = {name: value for name, value in query.items() if name in _TAKEN[driver]}
    else:
        kept = {name: value for name, value in query.items() if name not in _POOLS}
        if driver.startswith("psycopg") and "ssl" in kept:  # asyncpg's word
            mode = kept.pop("ssl")
            kept.setdefault("sslmode", "require" if mode == "true" else mode)
    return url.set(query=kept), arguments


def _tls(query: Mapping[str, str]) -> ssl.SSLContext | None:
    """TLS as the URL asks for it, in libpq's words or MySQL's; None where the driver may do as it likes."""
    mode = next((query[name].lower().replace("-", "_") for name in _TLS if name in query), "prefer")
    if mode in _EITHER:
        return None
    import ssl

    context = ssl.create_default_context(cafile=query.get("sslrootcert") or query.get("ssl_ca"))
    if mode in _UNVERIFIED:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    elif mode == "verify_ca":
        context.check_hostname = False
    return context


def _sqlite(variable: str, database: str | None, timeout: float) -> Callable[[], sqlite3.Connection]:
    """Opens the file for reading; one that is missing is not created."""
    import sqlite3
    from pathlib import Path
    from urllib.parse import quote

    path = Path(database or "").absolute()
    if not database or not path.is_file():
        what = f"{variable} names no SQLite file that exists"
        raise _refused(variable, what, "Correct the path; it is relative to the folder you are in.")

    def connect() -> sqlite3.Connection:
        # SQLAlchemy closes it in the thread that opened it, and reads in no other.
        address = f"file:{quote(str(path))}?mode=ro"
        connection = sqlite3.connect(address, uri=True, timeout=timeout)
        connection.text_factory = lambda data: data.decode("utf-8", "replace")
        return connection

    return connect


def file_beside(engine: sqlalchemy.Engine, name: str) -> str | None:
    """The SQLite file ``name`` beside the one of an engine, with its ending; None when there is none."""
    from pathlib import Path

    path = Path(engine.url.database or "")
    beside = path.with_name(name + "".join(path.suffixes))
    return str(beside) if beside.is_file() else None


def _refused(variable: str, why: str, remedy: str) -> RefusedError:
    return RefusedError(Refusal(variable, why, remedy))
