"""HTTP requests of steps and checks: one deadline for all of it, little memory, no proxies, few redirects."""

from __future__ import annotations

import http.client
import socket
import threading
import time
from base64 import b64encode
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import SplitResult, quote, unquote, urljoin, urlsplit

from runbook_tui.runbook.model import Http
from runbook_tui.text.addresses import masked

__all__ = ["MAX_BODY", "Answer", "RequestFailed", "masked", "request"]

MAX_BODY = 1024 * 1024
"""Bytes of an answer that are read; the rest is not."""
MAX_REDIRECTS = 5
_ASKED_EVERY = 0.1
_PATH = "/%:=&?~+!$,;'@()*[]"


class RequestFailed(Exception):
    """There is no answer; the text says why."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said."""

    status: int
    reason: str
    body: str
    """As text, at most :data:`MAX_BODY` bytes of it; undecodable bytes are U+FFFD."""
    cut: bool
    """Whether there was more."""
    redirects: tuple[str, ...] = ()
    """The addresses that it was sent on to, without passwords."""

    @property
    def line(self) -> str:
        """``200 OK``."""
        return f"{self.status} {self.reason}".strip()


def request(asked: Http, *, timeout: float, interrupted: Callable[[], bool]) -> Answer:
    """Send a request and read the answer.

    GET and HEAD follow at most five redirects, none to another scheme; other methods follow none, so that nothing is
    sent twice. Proxies of the environment are not used. Headers and credentials do not go to another host.

    Args:
        asked: what to send.
        timeout: seconds for everything together: finding the host, connecting, redirects, the last byte.
        interrupted: asked ten times a second; the request is given up when it says yes.

    Raises:
        RequestFailed: no whole answer came.
    """
    exchange = _Exchange(asked, timeout)
    exchange.start()
    deadline = time.monotonic() + timeout
    while True:
        exchange.join(max(0.0, min(_ASKED_EVERY, deadline - time.monotonic())))
        if not exchange.is_alive():
            break
        if interrupted():
            exchange.abort()
            raise RequestFailed("given up")
        if time.monotonic() >= deadline:
            exchange.abort()
            raise RequestFailed(exchange.late)
    if exchange.answer is None:
        raise RequestFailed(exchange.failure)
    return exchange.answer


@dataclass(slots=True)
class _Hop:
    """One request on the way, perhaps after redirects."""

    url: str
    parts: SplitResult
    headers: dict[str, str] = field(default_factory=dict)


class _Exchange(threading.Thread):
    """The conversation, in a thread of its own: name lookups know no time limit."""

    def __init__(self, asked: Http, timeout: float) -> None:
        super().__init__(name="http-request", daemon=True)
        self.answer: Answer | None = None
        self.failure = ""
        self.late = f"{masked(asked.url)}: no complete answer within {timeout:g} s"
        self._asked = asked
        self._timeout = timeout
        self._socket: socket.socket | None = None
        self._aborted = False

    def abort(self) -> None:
        """End it from outside: a closed socket ends every wait."""
        self._aborted = True
        if self._socket is not None:
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)

    def run(self) -> None:
        url = self._asked.url
        try:
            self.answer = self._follow()
        except RequestFailed as error:
            self.failure = str(error)
        except TimeoutError:
            self.failure = self.late
        except (OSError, http.client.HTTPException, ValueError) as error:
            self.failure = f"{masked(url)}: {_reason(error)}"

    def _follow(self) -> Answer:
        hop = _Hop(self._asked.url, _split(self._asked.url), dict(self._asked.headers))
        redirects: list[str] = []
        while True:
            answer, location = self._exchange(hop, tuple(redirects))
            if location is None or self._asked.method not in {"GET", "HEAD"}:
                return answer
            if len(redirects) == MAX_REDIRECTS:
                raise RequestFailed(f"{masked(self._asked.url)}: more than {MAX_REDIRECTS} redirects")
            hop = _next_hop(hop, location)
            redirects.append(masked(hop.url))

    def _exchange(self, hop: _Hop, redirects: tuple[str, ...]) -> tuple[Answer, str | None]:
        secure = hop.parts.scheme == "https"
        kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        connection = kind(hop.parts.hostname or "", hop.parts.port, timeout=self._timeout)
        try:
            connection.connect()
            # The connection forgets its socket as soon as the head of an answer is there.
            self._socket = connection.sock
            path = quote(hop.parts.path or "/", safe=_PATH)
            query = f"?{quote(hop.parts.query, safe=_PATH)}" if hop.parts.query else ""
            body = self._asked.body.encode() if self._asked.body is not None else None
            if self._aborted:
                raise RequestFailed("given up")
            connection.request(self._asked.method, path + query, body, _headers(hop))
            response = connection.getresponse()
            data = response.read(MAX_BODY + 1)
            text = data[:MAX_BODY].decode(_charset(response), errors="replace")
            answer = Answer(response.status, response.reason, text, len(data) > MAX_BODY, redirects)
            moved = response.status in {301, 302, 303, 307, 308}
            return answer, response.getheader("Location") if moved else None
        finally:
            connection.close()


def _split(url: str) -> SplitResult:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise RequestFailed(f"{masked(url)}: an http:// or https:// address with a host is needed")
    return parts


def _next_hop(hop: _Hop, location: str) -> _Hop:
    url = urljoin(hop.url, location)
    parts = _split(url)
    if parts.scheme != hop.parts.scheme:
        raise RequestFailed(f"{masked(hop.url)}: redirects to {masked(url)}; another scheme is not followed")
    same = (parts.hostname, parts.port) == (hop.parts.hostname, hop.parts.port)
    return _Hop(url, parts, hop.headers if same else {})


def _headers(hop: _Hop) -> dict[str, str]:
    headers = {"User-Agent": "runbook-tui", "Accept-Encoding": "identity", "Connection": "close"}
    if hop.parts.username is not None:
        pair = f"{unquote(hop.parts.username)}:{unquote(hop.parts.password or '')}"
        headers["Authorization"] = "Basic " + b64encode(pair.encode()).decode()
    return {**headers, **hop.headers}


def _charset(response: http.client.HTTPResponse) -> str:
    name = response.headers.get_content_charset("utf-8")
    try:
        b"x".decode(name, errors="replace")
    except (LookupError, ValueError):  # not known, or no encoding of text
        return "utf-8"
    return name


def _reason(error: Exception) -> str:
    if isinstance(error, http.client.HTTPException) and not str(error):
        return type(error).__name__
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
