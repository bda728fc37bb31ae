"""The few lines around http.server that every service of the shop carries in its repository.

Settings come from the environment: PORT, DATABASE (a SQLite file), SERVICE_VERSION, SERVICE_COMMIT,
and <NAME>_URL for every service that is called.
"""

from __future__ import annotations

import json
import os
import re
import sqlite3
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer

Handler = Callable[..., object]


class Refused(Exception):
    """Answered with this HTTP status and these details."""

    def __init__(self, status: int, what: str, **details: object) -> None:
        super().__init__(what)
        self.status = status
        self.body = {"error": what, **details}


class Service:
    """Routes, health and version of one service.

    ``needs`` names the tables and columns that this version of the service reads or writes. While the
    database has another schema, /health answers 503 and says what is missing.
    """

    def __init__(self, name: str, needs: Mapping[str, tuple[str, ...]] | None = None) -> None:
        self.name = name
        self.needs = dict(needs or {})
        self.routes: list[tuple[str, re.Pattern[str], Handler]] = []
        self.route("GET", "/health")(self.health)
        self.route("GET", "/version")(self.version)

    def route(self, method: str, path: str) -> Callable[[Handler], Handler]:
        """Register a function. Names in braces become its arguments, the JSON of a POST is ``body``."""
        pattern = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path))

        def register(handler: Handler) -> Handler:
            self.routes.append((method, pattern, handler))
            return handler

        return register

    @contextmanager
    def database(self) -> Iterator[sqlite3.Connection]:
        """The service's database for one request: committed when it went well, closed in any case."""
        connection = sqlite3.connect(os.environ["DATABASE"], timeout=5)
        connection.row_factory = sqlite3.Row
        try:
            with connection:
                yield connection
        finally:
            connection.close()

    def call(self, service: str, path: str, body: object = None) -> object:
        """What another service answers to GET, or to POST when there is a body."""
        url = os.environ[f"{service.upper()}_URL"] + path
        data = None if body is None else json.dumps(body).encode()
        try:
            with urllib.request.urlopen(url, data) as answer:
                return json.load(answer)
        except OSError as error:
            raise Refused(502, f"{service}{path} failed: {error}") from error

    def version(self) -> dict[str, object]:
        """What runs here."""
        return {
            "service": self.name,
            "version": os.environ.get("SERVICE_VERSION", "unknown"),
            "commit": os.environ.get("SERVICE_COMMIT", "unknown"),
        }

    def health(self) -> dict[str, object]:
        """Whether the database has what this version needs."""
        missing = self.missing()
        if missing:
            raise Refused(503, "the database has another schema", missing=missing, **self.version())
        return {"status": "ok", **self.version()}

    def missing(self) -> list[str]:
        """Tables and columns that this version needs and the database does not have."""
        if not self.needs:
            return []
        names = []
        with self.database() as connection:
            for table, columns in self.needs.items():
                found = {row["name"] for row in connection.execute(f"PRAGMA table_info({table})")}
                names += [f"{table}.{column}" for column in columns if column not in found] if found else [table]
        return names

    def answer(self, method: str, path: str, body: object) -> object:
        """The value of the route that fits."""
        for allowed, pattern, handler in self.routes:
            match = pattern.fullmatch(path)
            if match and allowed == method:
                arguments = match.groupdict()
                return handler(body=body, **arguments) if method == "POST" else handler(**arguments)
        raise Refused(404, f"nothing at {method} {path}")

    def serve(self) -> None:
        """Answer requests until the process is ended."""
        handler = type("Handler", (_Handler,), {"service": self})
        with _Server(("127.0.0.1", int(os.environ["PORT"])), handler) as server:
            server.serve_forever()


class _Server(ThreadingHTTPServer):
    def server_bind(self) -> None:
        TCPServer.server_bind(self)  # without asking the name server for our own name


class _Handler(BaseHTTPRequestHandler):
    service: Service

    def do_GET(self) -> None:
        self._answer(None)

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        self._answer(json.loads(self.rfile.read(length) or b"null"))

    def _answer(self, body: object) -> None:
        try:
            status, value = 200, self.service.answer(self.command, self.path.partition("?")[0], body)
        except Refused as refused:
            status, value = refused.status, refused.body
        data = json.dumps(value).encode() + b"\n"
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
