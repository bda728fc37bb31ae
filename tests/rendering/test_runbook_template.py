"""The shipped document: what is in it, and that it is valid Markdown whatever people and repositories say."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it.token import Token

from runbook_tui.execution.model import Note, RunState, State, StepStatus
from runbook_tui.rendering.render import render, render_step
from runbook_tui.runbook.model import Runbook
from runbook_tui.text.terminal import plain

Parse = Callable[[str], list[Token]]

SECTIONS = [
    "Summary", "People", "Scope", "Order", "Schema changes", "Open questions and findings", "Before the start",
    "Go / no-go", "Communication", "Steps", "Decisions", "Verification", "Rollback", "Execution log", "Close-out",
]  # fmt: skip


def headings(tokens: list[Token], level: int) -> list[str]:
    return [tokens[i + 1].content for i, token in enumerate(tokens) if token.type == "heading_open"
            and token.tag == f"h{level}"]  # fmt: skip


def test_the_document_is_the_one_that_was_looked_at(release: Runbook) -> None:
    """When it changes on purpose: look at the new one, then put it in place of ``release.md``."""
    assert render(release) == (Path(__file__).parent / "release.md").read_text()


def test_every_section_and_every_step_has_a_heading(release: Runbook, tokens: Parse) -> None:
    parsed = tokens(render(release))
    assert headings(parsed, 1) == ["Checkout release, week 47"]
    assert headings(parsed, 2) == SECTIONS
    assert headings(parsed, 4) == [step.id for step in release.steps]


def test_links_lead_to_headings(release: Runbook, tokens: Parse) -> None:
    text = render(release)
    anchors = {
        re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in headings(tokens(text), 4)
    }
    linked = set(re.findall(r"\]\(#([^)]*)\)", text))
    assert linked == anchors


def test_what_is_empty_is_left_out(tokens: Parse) -> None:
    bare = Runbook.model_validate(
        {"runbook": 1, "title": "T", "steps": [{"id": "a.b", "title": "A", "kind": "note"}]}
    )
    text = render(bare)
    assert headings(tokens(text), 2) == ["People", "Go / no-go", "Steps", "Execution log", "Close-out"]
    assert "None" not in text and "#### a\\.b" in text and "(#ab)" in text
    assert headings(tokens(render(bare.model_copy(update={"steps": ()}))), 2) == [
        "People",
        "Go / no-go",
        "Close-out",
    ]


def rows(text: str, tokens: list[Token]) -> Iterator[list[int]]:
    """For every table the number of cells in each of its lines."""
    lines = text.split("\n")
    for token in tokens:
        if token.type == "table_open" and token.map is not None:
            table = lines[token.map[0] : token.map[1]]
            yield [len(re.findall(r"(?<!\\)\|", line)) for line in table if line.strip()]


def require_valid(text: str, tokens: list[Token]) -> None:
    assert all(len(set(counts)) == 1 for counts in rows(text, tokens))
    assert text.endswith("\n") and not text.endswith("\n\n")
    lines = text.split("\n")
    for token in tokens:
        if token.type == "fence" and token.map is not None:
            # A fence that is closed ends with its own marks.
            assert lines[token.map[1] - 1].startswith(token.markup), token.content


def test_tables_and_fences_are_whole(release: Runbook, tokens: Parse) -> None:
    text = render(release)
    assert "\n\n\n" not in text
    require_valid(text, tokens(text))


Skeleton = list[tuple[str, str, int]]


def skeleton(tokens: list[Token], *, code: bool) -> Skeleton:
    """What a reader sees besides words: blocks, emphasis, links; code spans where ``code`` says so."""
    left_out = {"text"} if code else {"text", "code_inline"}
    found: Skeleton = []
    for token in tokens:
        children = [child for child in token.children or () if child.type not in left_out]
        inline = [(c.type, str(c.attrs.get("href", "")), c.nesting) for c in children]
        found += [(token.type, token.tag, token.nesting), *inline]
    return found


def words(tokens: list[Token]) -> str:
    """Everything that can be read, with single spaces."""
    inline = (child.content for token in tokens for child in token.children or ())
    fences = (token.content for token in tokens if token.type == "fence")
    return " ".join(" ".join((*inline, *fences)).split())


HOSTILE = (
    "x | y", "a `b` c", "``` x", "~~~", "<b>x</b>", "<!-- x", "[x](http://evil.example)", "![x](http://evil.example/i)",
    "*x* _y_ **z**", "# x", "> x", "1. x", "---", "===", "a\\", "\\|", "http://evil.example/?a=b",
    "www.evil.example", "x@evil.example", "&lt;&#x3c;", "{{ 7*7 }}", "{% raw %}", "$x$", "~~x~~", "a\u202eb\u200bc",
    "[^1]: x", ":-- | --:", "`|`", "|", "</details>", "@everyone", "#1",
)  # fmt: skip
WORD = "Zebra"


def replaced(value: Any, old: str, new: str) -> Any:  # noqa: ANN401 - any data
    if isinstance(value, str):
        return value.replace(old, new)
    if isinstance(value, Mapping):
        return {key: replaced(item, old, new) for key, item in value.items()}
    if isinstance(value, list):
        return [replaced(item, old, new) for item in value]
    return value


def marked(runbook: Runbook) -> dict[str, Any]:
    """The runbook with one word in place of every text that people or repositories write."""
    data = runbook.model_dump(mode="json", exclude_defaults=True)
    written = {"title", "summary", "text", "remedy", "because", "source", "run", "confirm", "approve", "description",
               "irreversible_because", "owner", "pager", "directory", "expect", "service", "version", "base_version",
               "base", "target", "rule", "datastore", "revision", "path", "tool", "system", "manifest"}  # fmt: skip

    def mark(value: Any, key: str = "") -> Any:  # noqa: ANN401 - any data
        if isinstance(value, dict):
            return {name: mark(item, name) for name, item in value.items()}
        if isinstance(value, list):
            return [mark(item, key) for item in value]
        lists = {"changes", "issues", "authors", "approvers", "operations", "hazards", "environment"}
        return WORD if isinstance(value, str) and key in written | lists else value

    found = mark(data)
    found["release"] = {WORD: found["release"]["billing"]}
    assert isinstance(found, dict)
    return found


@pytest.fixture(scope="module")
def template(release: Runbook) -> dict[str, Any]:
    return marked(release)


def require_only_words_change(template: dict[str, Any], tokens: Parse, hostile: str) -> None:
    calm = tokens(render(Runbook.model_validate(template)))
    text = render(Runbook.model_validate(replaced(template, WORD, hostile)))
    parsed = tokens(text)
    require_valid(text, parsed)
    # A pipe behind a backslash cannot stand in code inside a table: it is shown without.
    code = "\\|" not in hostile
    assert skeleton(parsed, code=code) == skeleton(calm, code=code)
    assert " ".join(plain(hostile).split()) in words(parsed)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_what_people_write_changes_words_and_nothing_else(
    template: dict[str, Any], tokens: Parse, hostile: str
) -> None:
    require_only_words_change(template, tokens, hostile)


@settings(max_examples=25, deadline=None)
@given(
    hostile=st.text(
        st.one_of(
            st.sampled_from("|`*_[]()<>#!\\&~-+=.:;@$1a "),
            st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")),
        ),
        min_size=1,
        max_size=12,
    ).filter(lambda text: text.strip() == text and not re.match(r"[-*•]\s", text))
)
def test_no_text_becomes_markup(template: dict[str, Any], tokens: Parse, hostile: str) -> None:
    require_only_words_change(template, tokens, hostile)


def test_a_run_fills_the_log(release: Runbook, tokens: Parse) -> None:
    from dataclasses import asdict

    state = RunState(
        run_id="2026-11-24-production",
        environment="production",
        rehearsal=False,
        operator="ada",
        started_at="2026-11-24T08:30:00Z",
        digest="ab" * 32,
        statuses={
            "announce-start": StepStatus(
                State.SUCCEEDED,
                1,
                "2026-11-24T08:31:00Z",
                seconds=12.4,
                waited=65,
                by="ada",
                output="output/a.1.log",
            ),
            "preflight-billing-db": StepStatus(State.ROLLED_BACK, 2, message="a | b"),
        },
        notes=(Note("2026-11-24T08:32:00Z", "ada", "slow *today*", "announce-start"),),
        finished="rolled_back",
        finished_at="2026-11-24T09:00:00Z",
    )
    text = render(release, state=asdict(state))
    require_valid(text, tokens(text))
    assert "| Status | rolled back |" in text
    assert "| Operator: executes the steps | ada |" in text
    link = "[`announce-start`](#announce-start)"
    assert (
        f"| {link} | 2026-11-24T08:31:00Z | 12s | 1m | succeeded | ada | output: output/a.1\\.log |" in text
    )
    assert "| rolled back |  | attempt 2; a &#124; b |" in text
    assert "- 2026-11-24T08:32:00Z, ada, [`announce-start`](#announce-start): slow \\*today\\*" in text
    assert "Runbook SHA-256 `abab" in text


def test_the_same_runbook_gives_the_same_bytes(release: Runbook) -> None:
    assert render(release) == render(Runbook.model_validate(release.model_dump()))


def test_one_step_is_rendered_as_in_the_document(release: Runbook) -> None:
    document = render(release)
    for step in release.steps:
        assert render_step(release, step.id).strip() in document
    with pytest.raises(KeyError):
        render_step(release, "nothing")
