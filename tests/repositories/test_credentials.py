"""Whose credential helper a fetch asks: the user's, never the repository's."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from runbook_tui.repositories.git import Repository
from runbook_tui.repositories.model import RepositoryError

if TYPE_CHECKING:
    from tests.repositories.conftest import Source


class _Locked(BaseHTTPRequestHandler):
    """Wants a password for everything."""

    def do_GET(self) -> None:
        self.send_response(401)
        self.send_header("WWW-Authenticate", 'Basic realm="x"')
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def locked_url() -> Iterator[str]:
    """A git server that lets nobody in."""
    server = HTTPServer(("127.0.0.1", 0), _Locked)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/shop.git"
    server.shutdown()
    thread.join()
    server.server_close()


def test_only_the_users_credential_helper_is_asked(
    source: Source, locked_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source.commit("one")

    def helper(name: str) -> str:
        return f"!f() {{ : > '{tmp_path}/{name}'; echo username=u; echo password=p; }}; f"

    settings = tmp_path / "gitconfig"
    source.git("config", "--file", str(settings), "credential.helper", helper("users"))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    monkeypatch.delenv("http_proxy", raising=False)
    source.git("config", "remote.origin.url", locked_url)
    source.git("config", "credential.helper", helper("repositorys"))
    source.git("config", f"credential.{locked_url}.helper", helper("repositorys-by-url"))
    source.git("config", "core.askPass", str(tmp_path / "askpass"))
    with pytest.raises(RepositoryError, match="Authentication failed"):
        Repository.open(source.path).fetch()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["gitconfig", "shop", "users"]
