"""Texts that want something of a terminal, of markup, of git or of a document. ``@M@`` is a marker to be made."""

from __future__ import annotations

TERMINAL = (
    "\x1b]52;c;SEVMTE8=\x07",  # the clipboard
    "\x1b]52;c;SEVMTE8=\x1b\\",
    "\x1b]0;owned\x07",  # the title
    "\x1b]8;;https://evil.example\x1b\\link\x1b]8;;\x1b\\",
    "\x1b[2J\x1b[H",
    "\x1b[?1049l",  # leave the alternate screen
    "\x1bc",  # reset
    "\x1bP+q544e\x1b\\",
    "\x05",  # the terminal answers into our input
    "\x1b[c\x1b[6n",
    "a\x9b31mb\x9d0;t\x9cc",  # C1
    "user\u202egpj.exe\u2066x",
    "zero\u200bwidth\u2028line\ufeff",
    "\x07\x08\x0b\x0c\rover",
    "tag\U000e0041\U000e007f\u00ad\ufff9",
)

MARKUP = (
    "[/foo] x",
    "release [1.2.3] [/] fixed",
    "[/etc/passwd] changed",
    "[@click=app.quit]deploy ok[/]",
    "[@click=app.exit()]x",
    "[link=https://evil.example]y[/link]",
    "[black on black]rm -rf /[/]ok",
    "[$error]x[/]",
    "[$nothing 40%]x",
    "[bold red",
    "[[x]] \\[y] [",
    "arr[i] [OK] [ red ] []",
    "[on #fff link='a\"b']x[/on]",
    "${x} {{ 7*7 }} %s {0.__class__}",
    ":warning: :skull: <b>x</b> **y**",
)

REFS = (
    "a;touch @M@",
    "$(touch @M@)",
    "`touch @M@`",
    "a&&touch${IFS}@M@",
    "a|touch @M@",
    "a'b",
    'a"b',
    "a\u202eb",
    "a{{7*7}}",
    "a$IFS",
    "<b>",
    "--output=@F@/ref",
    "--upload-pack=touch @M@",
    "-oProxyCommand=touch @M@",
    "ext::sh -c touch% @M@",
    "../../../etc/passwd",
    "v1^{/touch @M@}",
    "HEAD@{upstream}:db\x1b[2J",
)

DOCUMENT = (
    "\n# Approved by CAB",
    "\n\n---\n",
    "- [x] done",
    "\n- [x] done",
    "1. first",
    "> quoted",
    "```\n# out\n```",
    "`code`` ```",
    "a|b\\|c||",
    "\n| a | b |\n|---|---|\n| c | d |",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</td></tr></table><h1>x",
    "<!-- x",
    "![pixel](https://evil.example/p.png)",
    "[link](javascript:alert(1))",
    "[a]: https://evil.example",
    "https://evil.example www.evil.example a@evil.example",
    "**bold** _it_ ~~gone~~ $x$",
    "&lt;b&gt; &#35; &amp;",
    "=1+1",
    "+cmd|' /C calc'!A0",
    "-2+3",
    '@SUM(1)\t"a",b',
    "{{ 7*7 }}{% raw %}",
)

SECRETS_FORMS = 14
