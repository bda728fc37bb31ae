"""Names of other services in the configuration of one: hosts in environment variables and commands."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator

_HOST = r"[A-Za-z][A-Za-z0-9_.-]*"
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,30}://([^\s/?#'\"<>;]{1,1000})")
_WITH_PORT = re.compile(rf"(?<![\w./@:-])({_HOST}):\d{{2,5}}(?![\w.])")
_SETTING = re.compile(
    rf"(?:^|[;\s])(?:server|host|data source|address|addr|endpoint)\s*=\s*({_HOST})", re.IGNORECASE
)
"""``Server=orders-db,1433;Database=orders`` of ADO.NET, ``host=orders-db dbname=orders`` of libpq."""
_BARE = re.compile(_HOST)
_ADDRESS = re.compile(
    r"(?:.*_|)(?:HOST|HOSTNAME|HOSTS|ADDR|ADDRESS|ADDRESSES|SERVER|SERVERS|URL|URLS|URI|ENDPOINT|ENDPOINTS|SERVICE|"
    r"BROKER|BROKERS|NODE|NODES|DSN|UPSTREAM|TARGET|BACKEND|MASTER|PEER)",
    re.IGNORECASE,
)
"""Variables whose value may be a bare name."""
_NO_CALL = re.compile(
    r"CORS|ORIGIN|ALLOW|NO_PROXY|REDIRECT|CALLBACK|ADVERTISED|LISTENER|PUBLIC|EXTERNAL|VIRTUAL_HOST|TRUSTED|"
    r"SERVICE_NAME|CLUSTER_NAME|POD_NAME|SELF",
    re.IGNORECASE,
)
"""Variables that hold the address of something that calls this service, or of itself."""
_OPTION = re.compile(
    r"--?(?:[\w-]*-)?(?:h|host|hostname|server|url|uri|addr|address|endpoint|target|upstream|broker|brokers)"
)


def hosts(key: str, value: str) -> Iterator[str]:
    """Hosts that a variable names, in small letters, without ports; some may be no host."""
    if _NO_CALL.search(key):
        return
    yield from _addresses(value)
    if _ADDRESS.fullmatch(key):
        yield from (part.lower() for part in re.split(r"[\s,;]+", value) if _BARE.fullmatch(part))


def hosts_with_port(key: str, value: str) -> Iterator[str]:
    """Of the hosts of a variable that is called an address those that are surely hosts: in URLs, or with a port."""
    if _ADDRESS.fullmatch(key) and not _NO_CALL.search(key):
        yield from _in_urls(value)
        yield from (match[1].lower() for match in _WITH_PORT.finditer(value))


def hosts_of_command(words: Iterable[str]) -> Iterator[str]:
    """Hosts that a command names: addresses, and the values of options such as ``-h`` and ``--server``."""
    is_value = False
    for word in words:
        yield from _addresses(word)
        option, equals, value = word.partition("=")
        if is_value and _BARE.fullmatch(word):
            yield word.lower()
        if equals and _OPTION.fullmatch(option) and _BARE.fullmatch(value):
            yield value.lower()
        is_value = _OPTION.fullmatch(word) is not None


def command_words(text: str) -> list[str]:
    """The words of a command that is one text."""
    try:
        return shlex.split(text)
    except ValueError:
        return text.split()


def without_domain(host: str) -> str:
    """The name of a Kubernetes service: ``orders`` of ``orders.shop.svc.cluster.local``; others as they are."""
    match = re.fullmatch(r"([a-z0-9-]+)(?:\.[a-z0-9-]+)?(?:\.svc(?:\.[a-z0-9.-]+)?)?", host)
    return match[1] if match is not None else host


def _addresses(value: str) -> Iterator[str]:
    yield from _in_urls(value)
    for pattern in (_WITH_PORT, _SETTING):
        yield from (match[1].lower() for match in pattern.finditer(value))


def _in_urls(value: str) -> Iterator[str]:
    for match in _URL.finditer(value):
        authority = match[1].rpartition("@")[2]
        for part in authority.split(","):
            host = part.partition(":")[0]
            if _BARE.fullmatch(host):
                yield host.lower()
