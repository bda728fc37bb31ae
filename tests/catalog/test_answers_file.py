"""Answers are kept beside the manifest, and what people wrote there survives."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runbook_tui.catalog.answers import Answers, ContractAnswer, MigrationAnswer, ServiceAnswer
from runbook_tui.catalog.answers_file import AnswerError, answers_path, read_answers, save_answer
from runbook_tui.files.problems import ProblemsError, RunbookError

WRITTEN = """\
# kept by the release team
answers: 1

migrations:
  # the slow one
  billing/0043: {phase: backfill, reversible: false, by: "ann", because: rewrites rows in batches}   # see SHOP-12

# who goes first
contracts:
  billing-http:
    verdict: provider-first
    by: ann   # on leave
    because: 'only a field was added'
"""


MANIFEST = """\
version: 1
system: s
services:
  billing:
    {owner: o, repository: ., deployed: v1, release: v2, provides: [{api: billing-http, type: openapi}]}
  orders:
    {owner: o, repository: ., deployed: v1, release: v2, provides: [{api: orders-http, type: openapi}]}
  notifications: {owner: o, repository: ., deployed: v1, release: v2}
"""


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    path = tmp_path / "services.yaml"
    path.write_text(MANIFEST)
    return path


def test_the_file_stands_beside_the_manifest() -> None:
    assert answers_path(Path("a/services.yaml")) == Path("a/services.answers.yaml")
    assert answers_path(Path("shop.v2.yml")) == Path("shop.v2.answers.yml")


def test_no_file_means_no_answers(manifest: Path) -> None:
    assert read_answers(manifest) == Answers()


def test_written_answers_are_read(manifest: Path) -> None:
    answers_path(manifest).write_text(WRITTEN)
    answers = read_answers(manifest)
    assert answers.migrations["billing/0043"].phase == "backfill"
    assert answers.migrations["billing/0043"].reversible is False
    assert answers.contracts["billing-http"].because == "only a field was added"


def test_link_to_nowhere_is_not_taken_for_no_answers(manifest: Path) -> None:
    answers_path(manifest).symlink_to("nowhere.yaml")
    with pytest.raises(ProblemsError, match="there is no such file"):
        read_answers(manifest)


def test_first_answers_make_the_file(manifest: Path) -> None:
    save_answer(
        manifest, "on-call:notifications", {"on_call": "phone:ann", "by": "ann", "because": "no pager yet"}
    )
    save_answer(
        manifest,
        "migration:billing/0043",
        {"phase": "contract", "by": "ann", "because": "x", "reversible": True},
    )
    save_answer(manifest, "contract:billing-http", {"verdict": "either", "by": "ben", "because": "0042"})
    answers = read_answers(manifest)
    assert answers.migrations == {
        "billing/0043": MigrationAnswer(phase="contract", reversible=True, by="ann", because="x")
    }
    assert answers.contracts == {"billing-http": ContractAnswer(verdict="either", by="ben", because="0042")}
    assert answers.services == {
        "notifications": ServiceAnswer(on_call="phone:ann", by="ann", because="no pager yet")
    }
    assert answers_path(manifest).read_text().startswith("# Answers to what the planner cannot know.")


def test_what_people_wrote_survives_an_answer(manifest: Path) -> None:
    answers_path(manifest).write_text(WRITTEN)
    save_answer(
        manifest, "contract:orders-http", {"verdict": "consumer-first", "by": "ben", "because": "removed"}
    )
    text = answers_path(manifest).read_text()
    assert text.startswith(WRITTEN)
    assert text.removeprefix(WRITTEN) == (
        "  orders-http:\n    verdict: consumer-first\n    by: ben\n    because: removed\n"
    )


def test_new_answer_replaces_the_old_one_and_nothing_else(manifest: Path) -> None:
    answers_path(manifest).write_text(WRITTEN)
    save_answer(
        manifest, "migration:billing/0043", {"phase": "expand", "by": "cy", "because": "it only adds"}
    )
    text = answers_path(manifest).read_text()
    old, new = WRITTEN.splitlines(), text.splitlines()
    changed = [number for number, lines in enumerate(zip(old, new, strict=True)) if lines[0] != lines[1]]
    assert changed == [5]
    assert (
        " ".join(new[5].split())
        == 'billing/0043: {phase: expand, by: "cy", because: it only adds} # see SHOP-12'
    )


def test_file_keeps_its_mode_and_leaves_nothing_behind(manifest: Path) -> None:
    path = answers_path(manifest)
    path.write_text(WRITTEN)
    path.chmod(0o600)
    save_answer(manifest, "contract:orders-http", {"verdict": "either", "by": "b", "because": "c"})
    assert path.stat().st_mode & 0o777 == 0o600
    assert sorted(entry.name for entry in manifest.parent.iterdir()) == [
        "services.answers.yaml",
        "services.yaml",
    ]


@pytest.mark.parametrize(
    ("question", "values", "said"),
    [
        ("migrations:billing/1", {}, "there is no question 'migrations:billing/1'; expected migration:"),
        ("nonsense", {}, "there is no question 'nonsense'"),
        ("migration:billing", {"phase": "expand", "by": "a", "because": "b"}, "names no migration"),
        ("migration:/1", {"phase": "expand", "by": "a", "because": "b"}, "names no migration"),
        (
            "migration:a/1",
            {"phase": "deploy", "by": "a", "because": "b"},
            "phase: found the text 'deploy'; expected one of",
        ),
        ("migration:a/1", {"phase": "expand", "by": "a"}, "the key 'because' is missing"),
        ("contract:a", {"verdict": "either", "by": "", "because": "b"}, "by: "),
        ("contract:a", {"verdict": "either", "by": "a\nb", "because": "b"}, "by: "),
        ("contract:a b", {"verdict": "either", "by": "a", "because": "b"}, "found the text 'a b' as a name"),
        (
            "contract:a",
            {"verdict": "either", "by": "a", "because": "b", "phase": "expand"},
            "no field 'phase'",
        ),
        (
            "on-call:a",
            {"on_call": "x", "by": "", "because": "\x1b"},
            "on-call:a: because: found the text '\\u{1b}'; expected one line of text without control characters\n"
            "on-call:a: by: found an empty value; expected at least 1 character",
        ),
        (
            "migration:a/1",
            {"phase": "expnd", "by": "a", "because": "b"},
            "migration:a/1: phase: found the text 'expnd'; expected one of backfill, contract, expand; "
            "did you mean 'expand'?",
        ),
        (
            "on-call:order",
            {"on_call": "x", "by": "a", "because": "b"},
            "there is no service 'order' in the manifest",
        ),
        ("on-call:order", {"on_call": "x", "by": "a", "because": "b"}, "did you mean 'orders'?"),
        ("migration:bill/1", {"phase": "expand", "by": "a", "because": "b"}, "no service 'bill'"),
        ("contract:billing", {"verdict": "either", "by": "a", "because": "b"}, "no API 'billing'"),
    ],
)
def test_wrong_questions_and_answers_write_nothing(
    question: str, values: dict[str, str | bool], said: str, manifest: Path
) -> None:
    with pytest.raises(AnswerError) as caught:
        save_answer(manifest, question, values)
    assert said in str(caught.value)
    assert not answers_path(manifest).exists()


@pytest.mark.parametrize(
    "content", ["answers: [\n", "answers: 2\n", "a: *x\n", "- a\n", "migrations: {a/1: {}}\n"]
)
def test_file_that_cannot_be_read_is_not_written(content: str, manifest: Path) -> None:
    answers_path(manifest).write_text(content)
    with pytest.raises(ProblemsError):
        save_answer(manifest, "contract:orders-http", {"verdict": "either", "by": "b", "because": "c"})
    assert answers_path(manifest).read_text() == content


def test_manifest_that_cannot_be_read_gets_no_answers(manifest: Path) -> None:
    manifest.write_text("version: 1\n")
    with pytest.raises(ProblemsError, match="the key 'system' is missing"):
        save_answer(manifest, "contract:orders-http", {"verdict": "either", "by": "b", "because": "c"})
    assert not answers_path(manifest).exists()


def test_failure_to_write_leaves_the_old_answers(manifest: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answers_path(manifest).write_text(WRITTEN)

    def full(_: int) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(RunbookError, match="No space left"):
        save_answer(manifest, "contract:orders-http", {"verdict": "either", "by": "b", "because": "c"})
    assert answers_path(manifest).read_text() == WRITTEN


LINES = st.text(
    alphabet=st.characters(
        min_codepoint=32, exclude_characters="\x7f", exclude_categories=["Cc", "Cs", "Cn"]
    ),
    min_size=1,
    max_size=30,
) | st.sampled_from(
    ["yes", "null", "~", "1", "0x1", "1e3", "2026-01-01", "- a", "a: b", "# c", "'", '"', "|", "{a}", "!t"]
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(migration=LINES, by=LINES, because=LINES)
def test_any_answer_is_read_back(migration: str, by: str, because: str, manifest: Path) -> None:
    key = f"billing/{migration}"
    answers_path(manifest).write_text(WRITTEN)
    save_answer(manifest, f"migration:{key}", {"phase": "expand", "by": by, "because": because})
    answers = read_answers(manifest)
    assert answers.migrations[key] == MigrationAnswer(phase="expand", by=by, because=because)
    assert answers.contracts["billing-http"].by == "ann"
    assert "# see SHOP-12" in answers_path(manifest).read_text()
