"""What is deployed, as build and deployment files say it: one value for compose, Kubernetes, Skaffold and Aspire."""

from __future__ import annotations

import re
from dataclasses import dataclass

from runbook_tui.discovery.checkout import Checkout

_VARIABLE = re.compile(
    r"\$\{(?P<name>[\w.]+)(?:(?::[-=]?|[-=])(?P<default>(?![?+])[^{}]*))?\}|\$(?P<bare>[A-Za-z_]\w*)"
)
"""As shells and compose write it, and Spring (``${NAME:default}``)."""
_DOTENV = re.compile(
    r"^[ \t]*(?:export\s+)?(?P<name>[A-Za-z_]\w*)\s*=\s*(?P<value>\"[^\"]*\"|'[^']*'|.*?)(?:\s+#.*)?\s*$"
)


@dataclass(frozen=True, slots=True)
class Setting:
    """An environment variable of a unit, or any other named text."""

    name: str
    value: str
    source: str


@dataclass(frozen=True, slots=True)
class Need:
    """Another unit, or a data store, that a unit names as needed."""

    name: str
    source: str
    started: bool = True
    """Whether it is to be started before; else it is only called."""


@dataclass(frozen=True, slots=True)
class Unit:
    """Something that is built or deployed."""

    name: str
    checkout: Checkout
    source: str
    how: str
    """Such as ``compose service``."""
    folder: str = ""
    """Where it is built, in the checkout; empty when it is not built there."""
    image: str = ""
    settings: tuple[Setting, ...] = ()
    needs: tuple[Need, ...] = ()
    team: str = ""
    """From a label."""
    dockerfile: str = ""
    """Path of the file by which it is built."""

    @property
    def image_name(self) -> str:
        """The last part of the image's name, without tag and digest."""
        return image_name(self.image)


def image_name(image: str) -> str:
    """``user-db`` of ``weaveworksdemos/user-db:0.3.0``."""
    return image.partition("@")[0].rpartition("/")[2].partition(":")[0].lower()


def resolved(text: str, variables: dict[str, str]) -> str:
    """A text with its ``${NAME:-default}`` put in; a variable that nobody sets stays as it is."""

    def value(match: re.Match[str]) -> str:
        name = match["name"] or match["bare"]
        known = variables.get(name)
        return known if known is not None else match["default"] if match["default"] is not None else match[0]

    for _ in range(3):  # values may name others
        after = _VARIABLE.sub(value, text)[:4096]
        if after == text:
            break
        text = after
    return text


def with_defaults(text: str) -> str:
    """A text in which every ``${NAME:-default}`` is its default; what has none stays as it is."""
    return _VARIABLE.sub(lambda match: match["default"] if match["default"] is not None else match[0], text)


def dotenv(checkout: Checkout, path: str) -> dict[str, tuple[str, int]]:
    """The variables of an ``.env`` file, each with its line."""
    found: dict[str, tuple[str, int]] = {}
    for number, line in enumerate(checkout.text(path).split("\n"), 1):
        match = _DOTENV.match(line)
        if match:
            found[match["name"]] = (match["value"].strip("'\""), number)
    return found


def folded(name: str) -> str:
    """A name as people mean it: ``Cart-Service``, ``cart_service`` and ``cartservice`` are the same."""
    return re.sub(r"[^a-z0-9]", "", name.lower())
