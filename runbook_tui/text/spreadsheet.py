"""Foreign text on its way into a CSV file; programs that open one take a cell for a formula by how it begins."""

from __future__ import annotations

from runbook_tui.text.terminal import plain

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
"""What a formula begins with (https://owasp.org/www-community/attacks/CSV_Injection), also in full width."""


def csv_cell(value: object) -> str:
    """One quoted cell (RFC 4180) on one line; what would be taken for a formula begins with an apostrophe."""
    written = str(value)
    content = plain(written)
    if written.lstrip(" ").startswith(_FORMULA):
        content = f"'{content}"
    return '"{}"'.format(content.replace('"', '""'))
