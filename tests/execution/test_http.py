"""Requests against a real server on this machine that behaves badly."""

from __future__ import annotations

import gzip
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from pydantic import ValidationError

from runbook_tui.execution.http import MAX_BODY, RequestFailed, masked, request
from runbook_tui.runbook.model import Http


class Handler(BaseHTTPRequestHandler):
    seen: list[tuple[str, str, dict[str, str], bytes]]

    def do_GET(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        self.seen.append((self.command, self.path, dict(self.headers), self.rfile.read(length)))
        answer = getattr(self, "answer_" + self.path.strip("/").partition("?")[0].partition("/")[0], None)
        if answer is None:
            self.send_error(404)
        else:
            answer()

    do_POST = do_PUT = do_DELETE = do_HEAD = do_GET  # noqa: N815

    def say(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def answer_ok(self) -> None:
        self.say(200, "fine \xe9 \N{SNOWMAN}".encode())

    def answer_latin(self) -> None:
        self.say(200, "é".encode("latin-1"), Content_Type="text/plain; charset=latin-1")

    def answer_nonsense(self) -> None:
        self.say(200, b"\xff\xfe", Content_Type="text/plain; charset=no-such")

    def answer_broken(self) -> None:
        self.say(503, b"down for maintenance")

    def answer_loop(self) -> None:
        self.say(302, Location="/loop")

    def answer_hop(self) -> None:
        left = int(self.path.rpartition("/")[2])
        self.say(302, Location=f"/hop/{left - 1}" if left > 1 else "/ok")

    def answer_file(self) -> None:
        self.say(302, Location="file:///etc/passwd")

    def answer_secure(self) -> None:
        self.say(301, Location="https://127.0.0.1:1/")

    def answer_away(self) -> None:
        self.say(302, Location=self.path.partition("?")[2])

    def answer_large(self) -> None:
        self.say(200, b"x" * (MAX_BODY + 10))

    def answer_drip(self) -> None:
        self.send_response(200)
        self.end_headers()
        for _ in range(100):
            try:
                self.wfile.write(b".")
            except OSError:
                return
            time.sleep(0.05)

    def log_message(self, *_: object) -> None:
        pass


Server = tuple[str, list[tuple[str, str, dict[str, str], bytes]]]


def serve() -> tuple[ThreadingHTTPServer, Server]:
    seen: list[tuple[str, str, dict[str, str], bytes]] = []
    handler = type("Listening", (Handler,), {"seen": seen})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    return server, (f"http://127.0.0.1:{server.server_address[1]}", seen)


@pytest.fixture
def server() -> Iterator[Server]:
    running, found = serve()
    yield found
    running.shutdown()
    running.server_close()


def ask(url: str, method: str = "GET", timeout: float = 5, **more: object) -> object:
    asked = Http.model_validate({"url": url, "method": method, **more})
    return request(asked, timeout=timeout, interrupted=lambda: False)


def said(answer: object) -> tuple[int, str]:
    return (getattr(answer, "status"), getattr(answer, "body"))  # noqa: B009


def test_an_answer(server: Server) -> None:
    assert said(ask(server[0] + "/ok?a=b&c=%20d")) == (200, "fine é ☃")
    assert server[1][0][:2] == ("GET", "/ok?a=b&c=%20d")


@pytest.mark.parametrize(("path", "text"), [("/latin", "é"), ("/nonsense", "\ufffd\ufffd")])
def test_other_encodings(server: Server, path: str, text: str) -> None:
    assert said(ask(server[0] + path)) == (200, text)


def test_a_bad_status_is_an_answer(server: Server) -> None:
    assert said(ask(server[0] + "/broken")) == (503, "down for maintenance")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_what_is_sent(server: Server, method: str) -> None:
    ask(server[0] + "/ok", method, body='{"a": "é"}', headers={"X-Token": "t"})
    command, _, headers, body = server[1][0]
    assert (command, headers["X-Token"], body.decode()) == (method, "t", '{"a": "é"}')


def test_a_head_request_has_no_body(server: Server) -> None:
    assert said(ask(server[0] + "/ok", "HEAD")) == (200, "")


def test_few_redirects_are_followed(server: Server) -> None:
    answer = ask(server[0] + "/hop/5")
    assert said(answer)[0] == 200
    assert len(getattr(answer, "redirects")) == 5  # noqa: B009
    with pytest.raises(RequestFailed, match="more than 5 redirects"):
        ask(server[0] + "/hop/6")
    with pytest.raises(RequestFailed, match="more than 5 redirects"):
        ask(server[0] + "/loop")


def test_nothing_is_sent_twice(server: Server) -> None:
    assert said(ask(server[0] + "/hop/3", "POST", body="pay"))[0] == 302
    assert len(server[1]) == 1


@pytest.mark.parametrize("path", ["/file", "/secure"])
def test_another_scheme_is_not_followed(server: Server, path: str) -> None:
    with pytest.raises(RequestFailed, match=r"address with a host|another scheme"):
        ask(server[0] + path)


def test_secrets_do_not_go_to_another_host(server: Server) -> None:
    running, (other, seen) = serve()
    try:
        url = server[0].replace("http://", "http://ann:secret@")
        ask(f"{url}/away?{other}/ok", headers={"X-Token": "t"})
    finally:
        running.shutdown()
        running.server_close()
    assert "Authorization" in server[1][0][2]
    assert not {"Authorization", "X-Token"} & set(seen[0][2])


def test_a_large_body_is_cut(server: Server) -> None:
    answer = ask(server[0] + "/large")
    assert (len(said(answer)[1]), getattr(answer, "cut")) == (MAX_BODY, True)  # noqa: B009


def test_the_deadline_is_for_everything_together(server: Server) -> None:
    began = time.monotonic()
    with pytest.raises(RequestFailed, match=r"no complete answer within 0\.3 s"):
        ask(server[0] + "/drip", timeout=0.3)
    assert time.monotonic() - began < 2


def test_a_request_can_be_given_up(server: Server) -> None:
    began = time.monotonic()
    with pytest.raises(RequestFailed, match="given up"):
        request(Http(url=server[0] + "/drip"), timeout=30, interrupted=lambda: True)
    assert time.monotonic() - began < 2


def test_a_server_that_accepts_and_says_nothing() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        pytest.raises(RequestFailed, match=r"within 0\.2 s"),
    ):
        ask(f"http://127.0.0.1:{silent.getsockname()[1]}/", timeout=0.2)


@pytest.mark.parametrize(
    ("make", "said_so"),
    [
        (lambda port: f"http://127.0.0.1:{port}/", "refused"),
        (lambda port: "http://127.0.0.1:99999/", "[Pp]ort"),
        (lambda port: "http://:80/", "host"),
        (lambda port: "http://no-such-host.invalid/", "no-such-host.invalid"),
    ],
)
def test_no_server(make: Callable[[int], str], said_so: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(RequestFailed, match=said_so):
        ask(make(port))


def test_passwords_are_masked() -> None:
    with pytest.raises(RequestFailed) as caught:
        ask("http://ann:hunter2@127.0.0.1:1/x")
    assert "hunter2" not in str(caught.value)
    assert masked("https://ann:hunter2@h:1/p@q") == "https://***@h:1/p@q"
    assert masked("https://h/p@q") == "https://h/p@q"


def test_proxies_of_the_environment_are_not_used(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    assert said(ask(server[0] + "/ok"))[0] == 200


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://ann:hun/ter2@h/", "http://***@h/"),
        ("http://ann:pw@h?x=@b", "http://***@h?x=@b"),
        ("http://ann:pw@[::1]:80/a@b", "http://***@[::1]:80/a@b"),
        ("http://[::1]:80/a@b", "http://[::1]:80/a@b"),
        ("http://h:80/a@b", "http://h:80/a@b"),
        ("http://a:b@c@h/", "http://***@h/"),
        ("//ann:pw@h/", "***@h/"),
        ("ann:pw@h", "***@h"),
        ("http://", "http://"),
        ("http://h", "http://h"),
    ],
)
def test_no_form_of_a_password_is_shown(url: str, shown: str) -> None:
    assert masked(url) == shown


def test_the_conversation_ends_with_the_request(server: Server) -> None:
    """A server that goes on for ever keeps no thread and no socket of ours."""
    with pytest.raises(RequestFailed):
        ask(server[0] + "/drip", timeout=0.2)
    end = time.monotonic() + 3
    while any(thread.name == "http-request" for thread in threading.enumerate()):
        assert time.monotonic() < end
        time.sleep(0.01)


def raw(answer: bytes, pause: float = 0.0) -> tuple[socket.socket, str]:
    """A server that sends these bytes once, a byte at a time when there is a pause."""
    listening = socket.create_server(("127.0.0.1", 0))

    def talk() -> None:
        with suppress(OSError):
            connection, _ = listening.accept()
            with connection:
                connection.recv(65536)
                for start in range(0, len(answer), 1 if pause else 65536):
                    connection.sendall(answer[start : start + (1 if pause else 65536)])
                    time.sleep(pause)

    threading.Thread(target=talk, daemon=True).start()
    return listening, f"http://127.0.0.1:{listening.getsockname()[1]}/"


def test_a_head_that_drips_is_within_the_deadline() -> None:
    listening, url = raw(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 1000, pause=0.02)
    began = time.monotonic()
    with listening, pytest.raises(RequestFailed, match=r"within 0\.3 s"):
        ask(url, timeout=0.3)
    assert time.monotonic() - began < 2


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n" + gzip.compress(b"0" * 10**7, mtime=0)[:9], ""),
        (
            b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(b"0" * 10**7, mtime=0),
            "",
        ),
        (b"HTTP/1.1 200 OK\r\nX: " + b"y" * 70_000 + b"\r\n\r\n", "header line"),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n", "more than 100 headers"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort", "100"),
        (b"SSH-2.0-OpenSSH\r\n", "SSH"),
        (b"", ""),
        (b"HTTP/1.1 99999 \x1b[2J\r\n\r\n", "99999"),
        (b"HTTP/1.1 302 F\r\nLocation: http://a\tb/\r\n\r\n", ""),
        (b"HTTP/1.1 302 F\r\nLocation: //\xff\xfe\xfd/\r\n\r\n", ""),
        (b"HTTP/1.1 302 F\r\nLocation: http://[::1\r\n\r\n", ""),
    ],
    ids=range(11),
)
def test_answers_of_another_kind_end_in_a_sentence_or_a_short_text(answer: bytes, told: str) -> None:
    listening, url = raw(answer)
    with listening:
        try:
            found = ask(url, timeout=2)
        except RequestFailed as error:
            assert told in str(error)
        else:
            assert len(said(found)[1]) < 100_000  # what is compressed stays so


def test_three_hundred_megabytes_take_the_memory_of_one() -> None:
    import resource

    listening = socket.create_server(("127.0.0.1", 0))

    def talk() -> None:
        with suppress(OSError):
            connection, _ = listening.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 300000000\r\n\r\n")
                for _ in range(300):
                    connection.sendall(b"x" * 1_000_000)

    threading.Thread(target=talk, daemon=True).start()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with listening:
        found = ask(f"http://127.0.0.1:{listening.getsockname()[1]}/")
    assert getattr(found, "cut")  # noqa: B009
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 30_000


@pytest.mark.parametrize("url", ["http://h/\r\nX: y", "http://h/ x", "ftp://h/", "http://", "http:///x"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises((ValidationError, RequestFailed)):
        ask(url)


def test_headers_cannot_bring_others() -> None:
    with pytest.raises(ValidationError):
        Http.model_validate({"url": "http://h/", "headers": {"X": "a\r\nY: b"}})
