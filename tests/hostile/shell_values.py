"""Values that mean something to a shell. ``@M@`` is a marker that none of them may make."""

from __future__ import annotations

VALUES = (
    "", " ", "  lead and trail  ", "a b", "a\tb",
    "'", '"', "''", '""', "a'b", 'a"b', "'\"'\"'", "it's; touch @M@; echo 'x",
    "\\", "a\\", "\\'", "a\\nb", "\\\\",
    "$(touch @M@)", "`touch @M@`", "$HOME", "${HOME}", "$((1+1))", "$'x'", '$"x"', "${x:-$(touch @M@)}",
    "a;touch @M@", "a&&touch @M@", "a||touch @M@", "a|touch @M@", "a&touch @M@", "&", ">@M@", "a>@M@", "<@M@",
    "a\nb", "\n", "a\ntouch @M@\n", "a\rb",
    "*", "?", "[a-z]*", "{a,b}", "~", "~root", "!!", "!x", "#x",
    "-n", "--version", "-rf /", "x=1 touch @M@",
    "%s%n", "\u202egpj\u200b", "日本 é \U0001f680",
)  # fmt: skip
REFUSED = {"NUL": "a\0b", "a lone surrogate": "\ud800", "200 kB": "x" * 200_000}
