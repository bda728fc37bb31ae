"""Where the code of a service is: repositories and folders as catalogs write them."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass

_TREE = re.compile(
    r"(?P<repository>[a-z+]+://[^/]+/.+?)/(?:-/)?(?:tree|blob|src)/(?P<ref>[^/]+)(?:/(?P<path>.*))?"
)
"""A folder of a repository at GitHub, GitLab (``/-/tree/``) or Bitbucket (``/src/``)."""
_REMOTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://|[^/\s]+@[^/\s:]+:")
HOSTS = {
    "github": "https://github.com",
    "gitlab": "https://gitlab.com",
    "bitbucket": "https://bitbucket.org",
}


@dataclass(frozen=True, slots=True)
class Code:
    """A repository, and the folder inside of it."""

    repository: str
    path: str = ""


def is_remote(text: str) -> bool:
    """Whether it is a URL, or git's short form ``user@host:path``."""
    return _REMOTE.match(text) is not None


def code_at(url: str) -> Code:
    """The repository and folder behind a URL such as ``url:https://github.com/shop/mono/tree/main/orders/``."""
    bare = url.removeprefix("url:").partition("?")[0].rstrip("/")
    match = _TREE.fullmatch(bare)
    if match is None:
        return Code(bare)
    path = (match["path"] or "").strip("/")
    # A source location may name the catalog file itself.
    folder = posixpath.dirname(path) if path.endswith((".yaml", ".yml")) else path
    return Code(match["repository"], folder)


def folder_of(text: str) -> str:
    """A folder inside of a repository as a manifest writes it: ``/services/orders/`` is ``services/orders``."""
    return posixpath.normpath(text.strip().strip("/") or ".")
