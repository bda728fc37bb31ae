"""Texts as YAML scalars that every reader takes for the same text, and comments that end where their line ends."""

from __future__ import annotations

import re

from runbook_tui.text.terminal import plain

_PLAIN = re.compile(r"[A-Za-z0-9_./](?:[A-Za-z0-9_./@+()-]| (?=[A-Za-z0-9_./@+()]))*")
_MEANT_OTHERWISE = re.compile(r"(?i)(?:null|true|false|yes|no|on|off|y|n|\.{3}|-+)")
_LONGEST_COMMENT = 200


def scalar(text: str) -> str:
    """A text as it can stand in block and flow style."""
    if _PLAIN.fullmatch(text) and not _MEANT_OTHERWISE.fullmatch(text):
        return text
    return '"' + "".join(_escaped(character) for character in text) + '"'


def _escaped(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    if plain(character) == character:
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def comment(text: str) -> str:
    """A comment of one line, from foreign text."""
    shown = " ".join(plain(text).split())
    return f"# {shown[: _LONGEST_COMMENT - 1]}…" if len(shown) > _LONGEST_COMMENT else f"# {shown}"
