"""Source text in colours, line by line."""

from __future__ import annotations

from pathlib import PurePosixPath

from textual.content import Content

from runbook_tui.text.terminal import block

_LANGUAGES = {
    ".sql": "postgresql",
    ".py": "python",
    ".rb": "ruby",
    ".js": "javascript",
    ".cjs": "javascript",
    ".mjs": "javascript",
    ".ts": "typescript",
    ".exs": "elixir",
    ".xml": "xml",
    ".yaml": "yaml",
    ".yml": "yaml",
    ".json": "json",
}
_LONGEST = 100_000
"""Characters; finding the colours of a longer text takes longer than a key press may."""


def coloured(path: str, text: str) -> tuple[Content, ...]:
    """The lines of a file in the colours of its language; nothing for a language or length that is not coloured."""
    language = _LANGUAGES.get(PurePosixPath(path).suffix)
    if language is None or len(text) > _LONGEST:
        return ()
    from textual.highlight import highlight

    return tuple(highlight(block(text.expandtabs(4)), language=language).split(allow_blank=True))
