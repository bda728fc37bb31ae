"""An answer is kept for what it was given for: once that has changed, it is asked for again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from runbook_tui.authoring.draft import Draft, Request, draft
from runbook_tui.authoring.questions import answer
from runbook_tui.catalog.answers_file import answers_path

Commit = Callable[[str, str, Mapping[str, str]], None]

OPAQUE = "CREATE TABLE t (id bigint);\nDO $$ BEGIN PERFORM {}(); END $$;\n"


@pytest.fixture
def asking(manifest: Path, commit: Commit) -> Path:
    """The manifest with a migration and a contract change of billing that nobody can judge but a person."""
    entry = "    provides: [{api: bill, type: openapi, definition: api/bill.yaml}]\n"
    entry += "    datastores: [{name: bills, access: owner, engine: postgres}]\n"
    entry += "    migrations: {path: db, datastore: bills, tool: golang-migrate}\n"
    text = manifest.read_text().replace("    owner: team-billing\n", f"    owner: team-billing\n{entry}")
    manifest.write_text(
        text.replace("    owner: team-cart\n", "    owner: team-cart\n    consumes: [bill]\n")
    )
    commit("billing", "v1", {"api/bill.yaml": "paths: {}\n", "db/readme": ""})
    commit("billing", "v2", {"api/bill.yaml": "paths: {/a: {}}\n", "db/1_x.up.sql": OPAQUE.format("one")})
    return manifest


def open_questions(drafted: Draft) -> set[str]:
    return {question.id for question in drafted.plan.questions if question.blocking}


def stale(drafted: Draft) -> list[str]:
    return [finding.text for finding in drafted.plan.findings if finding.rule == "stale-answer"]


BOTH = {"migration:billing/1", "contract:bill"}


def test_an_answer_holds_until_its_migration_or_contract_is_changed(asking: Path, commit: Commit) -> None:
    assert open_questions(draft(Request(asking))) == BOTH
    answer(asking, "migration:billing/1", "expand", because="it only counts", by="ann")
    answer(asking, "contract:bill", "provider-first", because="a path more", by="li")
    answered = draft(Request(asking))
    assert (open_questions(answered), stale(answered)) == (set(), [])

    commit("billing", "v2", {"readme": "nothing that was asked about"})
    assert open_questions(draft(Request(asking))) == set()

    commit("billing", "v2", {"db/1_x.up.sql": OPAQUE.format("drop_everything")})
    again = draft(Request(asking))
    assert open_questions(again) == {"migration:billing/1"}
    assert stale(again) == ["ann answered migration:billing/1 (expand) before db/1_x.up.sql was changed"]

    commit("billing", "v2", {"api/bill.yaml": "paths: {/b: {}}\n"})
    assert open_questions(draft(Request(asking))) == BOTH
    answer(asking, "migration:billing/1", "contract", because="it drops", by="ann")
    answer(asking, "contract:bill", "consumer-first", because="another path", by="li")
    assert open_questions(draft(Request(asking))) == set()


def test_an_answer_that_a_person_wrote_without_a_digest_holds(asking: Path, commit: Commit) -> None:
    path = answers_path(asking)
    said = "{phase: expand, by: ann, because: whatever comes}"
    path.write_text(f"answers: 1\nmigrations:\n  billing/1: {said}\n")
    commit("billing", "v2", {"db/1_x.up.sql": OPAQUE.format("two")})
    assert open_questions(draft(Request(asking))) == {"contract:bill"}


def test_an_answer_is_about_the_ref_that_is_released(asking: Path, commit: Commit) -> None:
    commit("billing", "v3", {"db/1_x.up.sql": OPAQUE.format("three")})
    targets = {"billing": "v3"}
    answer(asking, "migration:billing/1", "backfill", because="slow", by="ann", targets=targets)
    assert "migration:billing/1" not in open_questions(draft(Request(asking, targets=targets)))
    assert "migration:billing/1" in open_questions(draft(Request(asking)))
