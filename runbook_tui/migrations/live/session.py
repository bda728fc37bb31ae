"""One short, read-only conversation with a database, which ends in time whatever the server does.

What is set ends with the transaction where the engine allows it (PostgreSQL): a pooler may give the same connection to
somebody else afterwards.
"""

from __future__ import annotations

import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, TypeVar

from runbook_tui.migrations.engine import Engine, engine_family
from runbook_tui.migrations.live.model import Refusal, RefusedError

if TYPE_CHECKING:
    import sqlalchemy
    from sqlalchemy import Connection

Value = TypeVar("Value")

_STATED = {
    "28P01": "the server does not let its user in",
    "28000": "the server does not let its user in",
    "1045": "the server does not let its user in",
    "1698": "the server does not let its user in",
    "3D000": "the server has no database of that name",
    "1049": "the server has no database of that name",
    "1044": "its user may not use that database",
    "42501": "its user may not read the version table",
    "1142": "its user may not read the version table",
    "53300": "the server has no connection left",
    "1040": "the server has no connection left",
    "57P03": "the server is starting up",
    "2003": "nothing accepts connections there",
    "2002": "nothing accepts connections there",
    "25006": "only reading is allowed",
    "1792": "only reading is allowed",
    "SQLITE_READONLY": "only reading is allowed",
    "SQLITE_NOTADB": "it is no SQLite database",
    "SQLITE_CORRUPT": "it is a damaged SQLite database",
}
"""What codes of PostgreSQL (SQLSTATE), MySQL and SQLite say. What the driver writes beside them is not repeated."""

_WORDS = (
    (re.compile(r'database ".*" does not exist', re.DOTALL), _STATED["3D000"]),
    (re.compile(r"authentication failed|no pg_hba\.conf entry|role .* does not exist"), _STATED["28P01"]),
    (re.compile(r"could not translate host name|failed to resolve host"), "its host is not known"),
    (re.compile(r"Connection refused|No such file or directory"), _STATED["2003"]),
    (re.compile(r"certificate verify failed|SSL"), "TLS fails"),
)
"""What libpq says where it gives no code: it does not while it connects."""
_EXPIRED = re.compile(r"timeout expired|timed out")
_MOST_SAID = 4000
"""Characters of a driver's text that are looked at."""

_TOO_SLOW = frozenset({"57014", "55P03", "1969", "3024", "1205", "SQLITE_BUSY", "SQLITE_INTERRUPT"})
"""Codes of statements that were given up for their time, or for a lock."""


def ask(
    engine: sqlalchemy.Engine, variable: str, question: Callable[[Connection], Value], timeout: float
) -> Value:
    """The answer to a question that is put in a read-only transaction, which is rolled back.

    Args:
        engine: of :func:`runbook_tui.migrations.live.address.engine_at`.
        variable: the environment variable, to name it.
        question: what is read; it runs in a thread of its own, which is left behind when it takes too long.
        timeout: seconds for everything: connecting, asking, reading.

    Raises:
        RefusedError: the server cannot be reached, refuses, or gives no answer in time.
    """
    answers: SimpleQueue[Value | Refusal] = SimpleQueue()

    def converse() -> None:
        try:
            with engine.connect() as connection:
                _begin(connection, timeout)
                answer: Value | Refusal = question(connection)
                connection.rollback()
        except Exception as error:  # drivers raise what they like, and its text may hold the URL
            answer = _refusal(variable, error, timeout)
        answers.put(answer)

    # A daemon: it does not keep the process from ending, and the driver's own timeout ends it before.
    threading.Thread(target=converse, name=f"live database {variable}", daemon=True).start()
    try:
        answer = answers.get(timeout=timeout)
    except Empty:
        raise RefusedError(_silence(variable, timeout)) from None
    if isinstance(answer, Refusal):
        raise RefusedError(answer)
    return answer


def _begin(connection: Connection, timeout: float) -> None:
    """Begin a transaction that cannot write."""
    from sqlalchemy import text

    milliseconds = max(1, int(timeout * 1000))
    family = engine_family(connection.dialect.name)
    if family is Engine.POSTGRES:
        connection.execute(text("SET TRANSACTION READ ONLY"))
        connection.execute(text(f"SET LOCAL statement_timeout = {milliseconds}"))
    elif family is Engine.MYSQL:
        limit = (
            f"max_statement_time = {milliseconds / 1000:g}"
            if getattr(connection.dialect, "is_mariadb", False)
            else f"max_execution_time = {milliseconds}"
        )
        connection.execute(text(f"SET SESSION {limit}"))
        # for the session: CREATE and DROP end a transaction that is read-only, and are done after it
        connection.execute(text("SET SESSION TRANSACTION READ ONLY"))
        connection.execute(text("START TRANSACTION READ ONLY"))
    else:
        connection.execute(text("PRAGMA query_only = ON"))


def _silence(variable: str, timeout: float) -> Refusal:
    what = f"the database of {variable} gave no answer within {timeout:g} s"
    return Refusal(variable, what, "Look at the network, the server, and what holds its locks.", silent=True)


def _refusal(variable: str, error: BaseException, timeout: float) -> Refusal:
    if isinstance(error, RefusedError):
        return error.refusal
    causes = list(_causes(error))
    codes = [code for cause in causes for code in _codes(cause)]
    said = "\n".join(str(cause)[:_MOST_SAID] for cause in causes)
    slow = any(isinstance(cause, TimeoutError) for cause in causes) or _TOO_SLOW.intersection(codes)
    if slow or _EXPIRED.search(said):
        return _silence(variable, timeout)
    stated = next((_STATED[code] for code in codes if code in _STATED), None)
    worded = next((why for pattern, why in _WORDS if pattern.search(said)), None)
    why = _known(causes) or stated or worded or _unknown(causes, codes)
    remedy = f"Look at {variable}: host, port, database, and a user that may read."
    return Refusal(variable, f"the database of {variable} was not read: {why}", remedy)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error with what led to it, the driver's own included."""
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        found = waiting.pop(0)
        if found is None or id(found) in seen:
            continue
        seen.add(id(found))
        yield found
        waiting += [getattr(found, "orig", None), found.__cause__, found.__context__]
        waiting.append(getattr(found, "original_exception", None))


def _codes(error: BaseException) -> Iterator[str]:
    """The error codes that the drivers keep in their own ways."""
    for name in ("sqlstate", "pgcode", "sqlite_errorname", "errno"):
        value = getattr(error, name, None)
        if isinstance(value, str | int) and not isinstance(error, OSError):
            yield str(value)
    first = error.args[0] if error.args else None
    if isinstance(first, dict):
        yield str(first.get("C", ""))
    elif isinstance(first, int) and not isinstance(error, OSError):
        yield str(first)


def _known(causes: list[BaseException]) -> str | None:
    """What happened below the database: the network, TLS, a package of the driver."""
    for cause in causes:
        if isinstance(cause, ssl.SSLError):
            return f"TLS fails ({cause.reason or 'no reason is given'})"
        if isinstance(cause, socket.gaierror):
            return "its host is not known"
        if isinstance(cause, ConnectionRefusedError | FileNotFoundError):
            return "nothing accepts connections there"
        if isinstance(cause, RuntimeError) and "cryptography" in str(cause):
            return "the driver needs the package cryptography for this server's passwords"
    return None


def _unknown(causes: list[BaseException], codes: list[str]) -> str:
    """The name of the driver's error and its code."""
    error = getattr(causes[0], "orig", None) or causes[0]
    code = next((code for code in codes if code.replace("_", "").isalnum()), "")
    return f"{type(error).__name__} {code}".strip()
