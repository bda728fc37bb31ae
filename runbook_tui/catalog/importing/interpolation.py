"""Variables in compose files: ``.env`` files, and ``${NAME:-default}``.

Source: compose-spec/compose-spec:12-interpolation.md, and docs.docker.com/compose/how-tos/environment-variables. The
environment of this process is not asked: what is read must not depend on where it is read.
"""

from __future__ import annotations

import re
from collections import ChainMap
from collections.abc import Mapping

_NAME = r"[A-Za-z_][A-Za-z0-9_]*"
_LINE = re.compile(rf"^[ \t]*(?:export\s+)?({_NAME})\s*=[ \t]*(.*)$", re.MULTILINE)
_PLAIN = re.compile(_NAME)
_OPERATOR = re.compile(r":?[-?+]")
_DEEPEST = 8
_LONGEST = 65_536
"""Characters of one value: variables that name each other many times grow without bound."""


def read_env(text: str, known: Mapping[str, str] | None = None) -> dict[str, str]:
    """The variables of an ``.env`` file; later ones may use earlier ones."""
    values: dict[str, str] = {}
    for match in _LINE.finditer(text):
        name, written = match[1], match[2].strip()
        if written[:1] in {"'", '"'}:
            quote = written[0]
            end = written.find(quote, 1)
            inner = written[1:end] if end > 0 else written[1:]
            values[name] = inner if quote == "'" else interpolate(inner, ChainMap(values, dict(known or {})))
        else:
            bare = re.split(r"\s#", written, maxsplit=1)[0].strip()
            values[name] = interpolate(bare, ChainMap(values, dict(known or {})))
    return values


def interpolate(text: str, values: Mapping[str, str], depth: int = 0) -> str:
    """A value with its variables put in; one that has no value is empty, as compose does it."""
    if "$" not in text:
        return text
    pieces: list[str] = []
    position, size = 0, 0
    while position < len(text) and size < _LONGEST:
        dollar = text.find("$", position)
        if dollar < 0:
            pieces.append(text[position:])
            break
        piece, position = _variable(text, dollar, values, depth, text[position:dollar])
        pieces.append(piece)
        size += len(piece)
    return "".join(pieces)[:_LONGEST]


def unset(text: str, values: Mapping[str, str]) -> list[str]:
    """Names of the variables of a value that have neither a value nor a default."""
    bare = text.replace("$$", "")
    found = re.findall(rf"\$\{{({_NAME})\}}|\$({_NAME})", bare)
    return [name for pair in found for name in pair if name and name not in values]


def _variable(text: str, dollar: int, values: Mapping[str, str], depth: int, before: str) -> tuple[str, int]:
    """The value at a dollar sign, with what stands before it, and where the text goes on."""
    following = text[dollar + 1 : dollar + 2]
    if following == "$":
        return f"{before}$", dollar + 2
    if following == "{":
        end = _closing(text, dollar + 2)
        if end < 0 or depth > _DEEPEST:
            return f"{before}$", dollar + 1
        return before + _expanded(text[dollar + 2 : end], values, depth), end + 1
    name = _PLAIN.match(text, dollar + 1)
    if name is None:
        return f"{before}$", dollar + 1
    return before + values.get(name[0], ""), name.end()


def _expanded(inner: str, values: Mapping[str, str], depth: int) -> str:
    name = _PLAIN.match(inner)
    if name is None:
        return ""
    value = values.get(name[0])
    operator = _OPERATOR.match(inner, name.end())
    if operator is None:
        return value or ""
    is_set = value is not None and (value != "" or ":" not in operator[0])
    other = inner[operator.end() :]
    if operator[0].endswith("+"):
        return interpolate(other, values, depth + 1) if is_set else ""
    if is_set or operator[0].endswith("?"):
        return value or ""
    return interpolate(other, values, depth + 1)


def _closing(text: str, position: int) -> int:
    """The brace that closes one which was opened; -1 where none does."""
    opened = 1
    for match in re.compile(r"\$\{|\}").finditer(text, position, position + 4_096):
        opened += 1 if match[0] == "${" else -1
        if not opened:
            return match.start()
    return -1
