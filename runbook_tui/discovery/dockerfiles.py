"""Dockerfiles: which program an image is in the end, a project's own or somebody else's.

Source: docs.docker.com/reference/dockerfile (``FROM``, ``ARG``, stages).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from runbook_tui.discovery.checkout import Checkout, folder_of
from runbook_tui.discovery.units import image_name, resolved

_FROM = re.compile(
    r"^[ \t]*FROM[ \t]+(?:--\S+[ \t]+)*(?P<image>\S+)(?:[ \t]+AS[ \t]+(?P<stage>\S+))?[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)
_ARGUMENT = re.compile(r"^[ \t]*ARG[ \t]+(?P<name>\w+)=(?P<value>\S+)", re.IGNORECASE | re.MULTILINE)
_NAMES = (
    "Dockerfile",
    "Containerfile",
    "dockerfile",
    "Dockerfile.*",
    "*.Dockerfile",
    "*.dockerfile",
    "Dockerfile-*",
)
_NOT_RELEASED = re.compile(
    r"(?:^|[._-])(?:dev|development|test|tests|ci|debug|local|base|builder|e2e|lint)(?:$|[._-])"
)


@dataclass(frozen=True, slots=True)
class Dockerfile:
    """One Dockerfile."""

    path: str
    folder: str
    image: str
    """What its last stage is built from, as written, with the stages before it followed."""
    line: int
    released: bool
    """Whether its name does not say that it is for development or tests only."""


def dockerfiles(checkout: Checkout) -> Iterator[Dockerfile]:
    """The Dockerfiles of a repository, sorted by path."""
    for path, text in checkout.texts(checkout.named(*_NAMES)):
        if path.endswith((".md", ".txt", ".dockerignore", ".tmpl", ".j2")):
            continue
        image, line = _last_image(text)
        name = path.rpartition("/")[2].lower()
        if image:
            yield Dockerfile(path, folder_of(path), image, line, _NOT_RELEASED.search(name) is None)


def _last_image(text: str) -> tuple[str, int]:
    arguments = {match["name"]: match["value"].strip("\"'") for match in _ARGUMENT.finditer(text)}
    stages: dict[str, str] = {}
    image, line = "", 0
    for match in _FROM.finditer(text):
        named = resolved(match["image"], arguments)
        image, line = stages.get(named.lower(), named), text.count("\n", 0, match.start()) + 1
        if match["stage"]:
            stages[match["stage"].lower()] = image
    return image, line


def base_of(dockerfile: Dockerfile) -> str:
    """The last part of the name of the image that it is built from."""
    return image_name(dockerfile.image)
