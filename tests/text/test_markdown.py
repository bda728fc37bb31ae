"""Foreign text in Markdown means nothing: what it parses to has the shape that the text ``x`` has."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from runbook_tui.text.markdown import cell, code, code_cell, fence, text
from runbook_tui.text.terminal import block, plain

PARSER = MarkdownIt("gfm-like")
ESCAPE = Callable[[str], str]

HOSTILE = [
    "a|b", "|", "||", "a\\|b", "`", "``",
    "```", "a`b``c", "<b>", "<img src=x onerror=y>", "<!-- x", "</td>", "<https://e.org>",
    "[a](http://e.org)", "![a](http://e.org)", "[a]: http://e.org", "[^1]", "[x]",
    "[ ] todo", "*a*", "**a**", "_a_", "__a__",
    "snake_case_name", "~~a~~", "~a~", "# a", "## a ##", "a #", "- a",
    "+ a", "* a", "-", "---", "- - -", "***", "===", "1. a",
    "12) a", "1.", "> a", "&amp;", "&#35;",
    "&lt;b&gt;", "&", "http://e.org", "https://e.org/a_b_c", "www.e.org", "e.org",
    "setup.py", "a@e.org", "mailto:a@e.org", "@user", "@org/team", "$a$",
    "$$x$$", "\\", "a\\", "\\*a\\*", "a\nb", "a\n\nb",
    "a\r\nb", "\n# Approved by CAB", "\n---", "\n- [x] done", "\n```\n", "    code",
    "\ta", "  ", "", "a  ", "a  \nb", ":::",
    ":--|--:", "|---|", "a\n|---|\n", "a!", "!", "![",
    "!", "{{ x }}", "{% raw %}", "\x1b[2J", "a\u202eb", "a\u2028b", "é日本🚀",
    "v1.2.3-rc.1", "10.0.0.1", "a * b * c", "2 < 3 > 1", "C:\\x",
    "a/b.c:12", "#12", "GH-12", "\u00a0x", "<?php", "<![CDATA[",
    "<a@b.co>", "_", "a_", "_a", "*", "ftp://e.org", "//e.org",
    "x" * 300, "[[a]]", "a&b;c", "\\&amp;", "\\<b>", "`a`b`", " `a` ",
]  # fmt: skip

PLACES: dict[str, Callable[[str], str]] = {
    "paragraph": "{}\n".format,
    "after words": "before {} after\n".format,
    "after a line": "before\n{}\n".format,
    "heading": "## {}\n".format,
    "list item": "- {}\n".format,
    "bold": "**{}** x\n".format,
    "link label": "[{}](https://example.org)\n".format,
    "quote": "> {}\n".format,
    "before a link": "{}[a](https://example.org)\n".format,
    "below a bar": "| h |\n{}\n".format,
}


def shape(markdown: str) -> list[str]:
    """Every token's type and attributes, without the text."""
    return list(_shape(PARSER.parse(markdown)))


def _shape(tokens: list[Token]) -> Iterator[str]:
    for token in tokens:
        if token.type != "text":
            yield f"{token.type} {token.tag} {token.attrs}"
        yield from _shape(token.children or [])


def words(markdown: str) -> str:
    """All text that a reader sees."""
    return "".join(
        child.content
        for token in PARSER.parse(markdown)
        for child in token.children or []
        if child.type == "text"
    )


def seen(value: str) -> str:
    """What is left of a value on one line of a document."""
    return re.sub(r" +", " ", plain(re.sub(r"\s*[\r\n]+\s*|\t", " ", value)).strip())


def written(value: str) -> str:
    return re.sub(r" +", " ", value)


ANY = st.text(max_size=40) | st.text(
    alphabet="ab1.()[]{}<>!*_#-+=~`|\\&;:/@$^\"' \n\tw", max_size=30
)  # mostly what Markdown gives a meaning


@pytest.mark.parametrize("place", PLACES)
def test_hostile_text_is_text(place: str) -> None:
    wrap = PLACES[place]
    for value in HOSTILE:
        if seen(value):
            assert shape(wrap(text(value))) == shape(wrap("x")), value
            assert written(words(wrap(text(value)))) == written(words(wrap("@")).replace("@", seen(value))), (
                value
            )


@pytest.mark.parametrize("place", PLACES)
@given(value=ANY)
@example(value="1" * 9 + ". a")
def test_any_text_is_text(place: str, value: str) -> None:
    wrap = PLACES[place]
    if seen(value):
        assert shape(wrap(text(value))) == shape(wrap("x"))
        assert written(words(wrap(text(value)))) == written(words(wrap("@")).replace("@", seen(value)))


def table(value: str) -> str:
    return f"| h | i |\n| --- | --- |\n| {value} | y |\n| z | w |\n"


@given(ANY)
def test_any_text_is_one_cell(value: str) -> None:
    assert shape(table(cell(value))) == shape(table("x"))
    assert written(words(table(cell(value)))) == f"hi{seen(value)}yzw"


def test_hostile_text_is_one_cell() -> None:
    for value in HOSTILE:
        assert shape(table(cell(value))) == shape(table("x")), value
        assert written(words(table(cell(value)))) == f"hi{seen(value)}yzw", value


def code_of(markdown: str) -> list[str]:
    return [
        child.content
        for token in PARSER.parse(markdown)
        for child in token.children or []
        if child.type == "code_inline"
    ]


@given(ANY)
@example("`")
@example("")
@example("  ")
def test_any_text_is_one_code_span(value: str) -> None:
    assert code_of(f"{code(value)}\n") == [plain(value) or " "]
    assert shape(f"run {code(value)} now\n") == shape("run `x` now\n")


@given(ANY)
@example("a|b")
@example("a\\|b")
def test_any_text_is_one_code_cell(value: str) -> None:
    markdown = table(code_cell(value))
    if "\\|" in plain(value):
        assert shape(markdown) == shape(table("x"))
        assert written(words(markdown)) == f"hi{seen(value)}yzw"
    else:
        assert code_of(markdown) == [plain(value) or " "]


@given(ANY)
@example("```\n# out")
@example("~~~")
@example("")
def test_any_text_is_one_fenced_block(value: str) -> None:
    (token,) = PARSER.parse(fence(value, "sh") + "\n")
    assert (token.type, token.info) == ("fence", "sh")
    assert token.content == block(value).removesuffix("\n") + "\n" or (
        not token.content.strip("\n") and not value.strip("\n")
    )


def test_language_of_a_fence_cannot_break_out() -> None:
    assert fence("x", "sh`\n# a").splitlines()[0] == "```sha"


@pytest.mark.parametrize(
    ("value", "markdown"),
    [
        ("Add invoices.currency to billing", "Add invoices\\.currency to billing"),
        ("billing 2.4.0 writes snake_case (see #12)", "billing 2.4.0 writes snake_case (see #12)"),
        ("don't panic: it's fine, 100% - really?", "don't panic: it's fine, 100% - really?"),
        ("- a", "\\- a"),
        ("1. a", "1\\. a"),
        ("$a$", "\\$a\\$"),  # mathematics on GitHub
    ],
)
def test_ordinary_text_stays_readable_in_the_source(value: str, markdown: str) -> None:
    assert text(value) == markdown
