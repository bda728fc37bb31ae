"""squawk's findings are added to ours where it is installed, and never in their place."""

from __future__ import annotations

import stat
from pathlib import Path
from time import monotonic

import pytest

from runbook_tui.migrations.model import Level, Migration
from runbook_tui.migrations.squawk import find_squawk, second_opinion
from tests.migrations.judged import Pend

BASE = {"db/1_base.up.sql": "CREATE TABLE orders (id bigint PRIMARY KEY, note text);"}

needs_squawk = pytest.mark.skipif(find_squawk() is None, reason="squawk is not installed")


def judged(pend: Pend, files: dict[str, str]) -> tuple[Migration, ...]:
    return pend(BASE, {**BASE, **files}, tool="golang-migrate").pending


def added(
    migrations: tuple[Migration, ...], files: dict[str, str], **options: object
) -> list[tuple[str, int, Level]]:
    contents = {path: text.encode() for path, text in files.items()}
    found, why = second_opinion(migrations, contents, engine="postgres", **options)  # type: ignore[arg-type]
    assert not why
    return [(f.rule, f.line, f.level) for m in found for f in m.findings if f.rule.startswith("squawk:")]


@needs_squawk
@pytest.mark.parametrize(
    "sql",
    [
        "CREATE INDEX i ON orders (note);",
        "ALTER TABLE orders ADD COLUMN c int NOT NULL;",
        "ALTER TABLE orders ADD COLUMN k uuid DEFAULT gen_random_uuid();",
        "ALTER TABLE orders\n  ADD COLUMN c int,\n  ALTER COLUMN note SET NOT NULL;",
        "ALTER TABLE orders ADD CONSTRAINT u UNIQUE (note);",
        "ALTER TABLE orders ADD COLUMN o bigint REFERENCES orders (id);",
        "ALTER TABLE orders ALTER COLUMN id TYPE int;",
        "ALTER TABLE orders DROP COLUMN note;",
        "ALTER TABLE orders RENAME TO sales;",
        "ALTER TABLE orders ALTER COLUMN note DROP NOT NULL;",
        "DROP INDEX i;",
        "REINDEX TABLE orders;",
        "CREATE TABLE t (id int PRIMARY KEY);\nCREATE INDEX j ON t (id);",
        "BEGIN;\nALTER TABLE orders ADD COLUMN c text;\nCOMMIT;",
    ],
)
def test_what_is_said_already_is_not_repeated(pend: Pend, sql: str) -> None:
    files = {"db/2_next.up.sql": sql}
    assert added(judged(pend, files), files) == []


@needs_squawk
def test_what_only_squawk_says_is_a_note_with_its_line(pend: Pend) -> None:
    files = {"db/2_next.up.sql": "SELECT 1;\n\nCREATE DOMAIN price AS int CHECK (value > 0);"}
    assert added(judged(pend, files), files) == [("squawk:ban-create-domain-with-constraint", 3, Level.NOTE)]


@needs_squawk
def test_a_table_of_another_pending_migration_is_new_too(pend: Pend) -> None:
    files = {"db/2_next.up.sql": "CREATE TABLE t (id int);", "db/3_next.up.sql": "CREATE INDEX j ON t (id);"}
    assert added(judged(pend, files), files) == []


@needs_squawk
def test_the_way_back_is_not_looked_at(pend: Pend) -> None:
    text = "-- migrate:up\nSELECT 1;\n-- migrate:down\nCREATE DOMAIN price AS int CHECK (value > 0);"
    files = {"db/2_next.sql": text}
    migrations = pend({}, files, tool="dbmate").pending
    assert added(migrations, files) == []


def program(folder: Path, script: str) -> str:
    path = folder / "squawk"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def test_a_disagreement_is_a_warning(pend: Pend, tmp_path: Path) -> None:
    files = {"db/2_next.up.sql": "SELECT 1;\nALTER TABLE orders ADD COLUMN c int;"}
    item = (
        '[{"file": "0.sql", "line": 1, "line_end": 1, "column": 0, "message": "It rewrites.", "help": null, '
        '"rule_name": "adding-field-with-default"}]'
    )
    fake = program(tmp_path, f"echo '{item}'; exit 1")
    assert added(judged(pend, files), files, program=fake) == [
        ("squawk:adding-field-with-default", 2, Level.WARNING)
    ]


@pytest.mark.parametrize(
    ("script", "why"),
    [
        ("sleep 60", "not within"),
        ("sleep 60 & exec sleep 60", "not within"),
        ("echo rubbish", "no answer"),
        ("exit 3", "no answer"),
        ("echo '{\"a\": 1}'", "no answer"),
        ("echo '[1]'", "no answer"),
        ('echo \'[{"file": "../x", "line": 0, "rule_name": "r", "message": "m"}]\'', "no answer"),
        ('echo \'[{"file": "0.sql", "line": "x", "rule_name": "r", "message": "m"}]\'', "no answer"),
        ("printf '\\377\\376\\000'", "no answer"),
        ("yes", "does not stop"),
    ],
)
def test_a_broken_squawk_changes_nothing(pend: Pend, tmp_path: Path, script: str, why: str) -> None:
    files = {"db/2_next.up.sql": "ALTER TABLE orders ADD COLUMN c int;"}
    migrations = judged(pend, files)
    contents = {path: text.encode() for path, text in files.items()}
    begun = monotonic()
    found, said = second_opinion(
        migrations, contents, engine="postgres", program=program(tmp_path, script), deadline=0.5
    )
    assert found == migrations
    assert why in said
    assert monotonic() - begun < 30


def test_without_squawk_nothing_changes(pend: Pend, tmp_path: Path) -> None:
    files = {"db/2_next.up.sql": "ALTER TABLE orders ADD COLUMN c int;"}
    migrations = judged(pend, files)
    contents = {path: text.encode() for path, text in files.items()}
    assert second_opinion(migrations, contents, engine="mysql")[0] == migrations
    missing = second_opinion(migrations, contents, engine="postgres", program=str(tmp_path / "none"))
    assert missing[0] == migrations
    assert "no answer" in missing[1]
    assert second_opinion(migrations, {}, engine="postgres", program="unused") == (migrations, "")
