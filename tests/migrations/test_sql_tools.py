"""Tools that keep plain SQL: which files are theirs, ids, order, commands, transactions, and what they refuse."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping

import pytest

from runbook_tui.migrations.model import Level, Migration, PendingMigrations, Phase
from runbook_tui.migrations.registry import detect_tool, tool_named
from tests.migrations.judged import Pend, kinds_of, rules_of

Files = dict[str, str]

TABLE = "CREATE TABLE r (id int);\n"
COLUMN = "ALTER TABLE r ADD COLUMN b int;\n"
GOOSE = "-- +goose Up\n{}-- +goose Down\nDROP TABLE r;\n"
PLAN = """%syntax-version=1.0.0
%project=shop

tables 2026-01-01T00:00:00Z Ann <ann@example.org> # the first
{}"""
LATER = "columns [tables] 2026-01-02T00:00:00Z Ann <ann@example.org>\n"


def atlas_sum(files: Mapping[str, str]) -> str:
    """``atlas.sum`` of SQL files by name, as its documentation describes it."""
    chain, total, lines = hashlib.sha256(), hashlib.sha256(), []
    for name, text in sorted(files.items()):
        chain.update(name.encode() + text.encode())
        hashed = base64.b64encode(chain.digest()).decode()
        total.update(name.encode() + hashed.encode())
        lines.append(f"{name} h1:{hashed}\n")
    return f"h1:{base64.b64encode(total.digest()).decode()}\n{''.join(lines)}"


def atlas(files: Files) -> Files:
    return {**{f"db/{name}": text for name, text in files.items()}, "db/atlas.sum": atlas_sum(files)}


def tool_files(tool: str) -> tuple[Files, Files]:
    """A migration and one more that follows it, as a tool keeps them."""
    first, both = {
        "flyway": ({"db/V1__tables.sql": TABLE}, {"db/V2__columns.sql": COLUMN}),
        "goose": ({"db/00001_tables.sql": GOOSE.format(TABLE)}, {"db/00002_columns.sql": GOOSE.format(COLUMN)}),
        "prisma": ({"db/1_tables/migration.sql": TABLE}, {"db/2_columns/migration.sql": COLUMN}),
        "diesel": (
            {"db/2026-01-01-000000_tables/up.sql": TABLE},
            {"db/2026-01-02-000000_columns/up.sql": COLUMN, "db/2026-01-02-000000_columns/down.sql": "SELECT 1"},
        ),
        "sqlx": ({"db/1_tables.sql": TABLE}, {"db/2_columns.up.sql": COLUMN, "db/2_columns.down.sql": "SELECT 1"}),
        "sqitch": (
            {"db/sqitch.plan": PLAN.format(""), "db/deploy/tables.sql": TABLE},
            {"db/sqitch.plan": PLAN.format(LATER), "db/deploy/columns.sql": COLUMN, "db/revert/columns.sql": "DROP"},
        ),
        "atlas": (atlas({"1_tables.sql": TABLE}), atlas({"1_tables.sql": TABLE, "2_columns.sql": COLUMN})),
    }[tool]  # fmt: skip
    return first, {**first, **both}


TOOLS = ["atlas", "diesel", "flyway", "goose", "prisma", "sqitch", "sqlx"]
UP = {
    "atlas": 'atlas migrate apply --dir file://db --url "$DATABASE_URL" --to-version 2',
    "diesel": 'diesel --database-url "$DATABASE_URL" --migration-dir db migration run',
    "flyway": 'flyway -url="$DATABASE_URL" -locations=filesystem:db -target=2 migrate',
    "goose": 'goose -dir db "$GOOSE_DRIVER" "$DATABASE_URL" up-to 2',
    "prisma": "npx prisma migrate deploy --schema schema.prisma",
    "sqitch": 'sqitch --chdir db deploy --target "db:$DATABASE_URL" --to-change columns',
    "sqlx": 'sqlx migrate run --source db --database-url "$DATABASE_URL" --target-version 2',
}
DOWN = {
    "atlas": 'atlas migrate down --dir file://db --url "$DATABASE_URL" --dev-url "$ATLAS_DEV_URL" --to-version 1',
    "diesel": 'diesel --database-url "$DATABASE_URL" --migration-dir db migration revert',
    "flyway": "",
    "goose": 'goose -dir db "$GOOSE_DRIVER" "$DATABASE_URL" down-to 1',
    "prisma": "",
    "sqitch": 'sqitch --chdir db revert --target "db:$DATABASE_URL" -y --to-change tables',
    "sqlx": 'sqlx migrate revert --source db --database-url "$DATABASE_URL" --target-version 1',
}
IDS = {
    "atlas": ("1", "2"),
    "diesel": ("20260101000000", "20260102000000"),
    "flyway": ("1", "2"),
    "goose": ("1", "2"),
    "prisma": ("1_tables", "2_columns"),
    "sqitch": ("tables", "columns"),
    "sqlx": ("1", "2"),
}


@pytest.mark.parametrize("tool", TOOLS)
def test_what_follows_is_pending_with_its_commands(pend: Pend, tool: str) -> None:
    base, target = tool_files(tool)
    found = pend(base, target, tool=tool)
    assert found.findings == ()
    (migration,) = found.pending
    assert (found.applied_head, migration.id) == IDS[tool]
    assert migration.parents == (IDS[tool][0],)
    assert migration.title == "columns"
    assert (migration.command, migration.command_down) == (UP[tool], DOWN[tool])
    assert [(o.kind, o.table, o.name) for o in migration.operations] == [("add-column-nullable", "r", "b")]
    assert migration.phase is Phase.EXPAND
    assert tool_named(tool).stops is (tool not in ("diesel", "prisma"))


@pytest.mark.parametrize("tool", TOOLS)
def test_the_first_can_be_undone_to_nothing(pend: Pend, tool: str) -> None:
    base, _ = tool_files(tool)
    (migration,) = pend({}, base, tool=tool).pending
    assert migration.parents == ()
    assert migration.command


# whose files they are


@pytest.mark.parametrize(
    ("files", "tool"),
    [
        *((tool_files(tool)[1], tool) for tool in TOOLS if tool != "sqlx"),
        ({**tool_files("sqlx")[1], "Cargo.toml": ""}, "sqlx"),
        ({"db/1_a.sql": TABLE, ".sqlx/query-1.json": ""}, "sqlx"),
        ({"db/1_a.up.sql": TABLE, "Cargo.toml": ""}, "sqlx"),
        ({"db/1_a.up.sql": TABLE, "db/1_a.down.sql": TABLE}, "golang-migrate"),
        ({"db/1_a.up.sql": TABLE, "Cargo.toml": "", "go.mod": ""}, "golang-migrate"),
        ({"db/1_a.up.sql": TABLE, "db/atlas.sum": ""}, "golang-migrate"),
        ({"db/1_a.sql": GOOSE.format(TABLE), "db/atlas.sum": "", "Cargo.toml": ""}, "goose"),
        ({"db/1_a.sql": f"-- migrate:up\n{TABLE}", "db/atlas.sum": "", "Cargo.toml": ""}, "dbmate"),
        ({"db/V1__a.sql": TABLE, "db/atlas.sum": ""}, "flyway"),
        ({"db/1_a.sql": TABLE, "db/atlas.sum": "", "Cargo.toml": ""}, "atlas"),
        ({"db/1_a/migration.sql": TABLE, "db/migration_lock.toml": ""}, "prisma"),
        ({"db/1_seed.sql": "INSERT INTO r VALUES (1)", "db/schema.sql": TABLE}, None),
        ({"db/V1.sql": TABLE, "db/Views__all.sql": TABLE}, None),
        ({"db/up.sql": TABLE, "db/migration.sql": TABLE}, None),
        ({"db/1_a.go": "package migrations"}, None),
        ({"db/V1__A.java": "class V1__A {}"}, None),
        ({"db/V1__A.java": "import org.flywaydb.core.api.migration.BaseJavaMigration;"}, "flyway"),
        ({"db/1_a.go": 'import "github.com/pressly/goose/v3"'}, "goose"),
    ],
)  # fmt: skip
def test_whose_files_they_are(files: Files, tool: str | None) -> None:
    assert detect_tool({path: text.encode() for path, text in files.items()}, "db") == tool


def test_folders_of_a_whole_repository() -> None:
    resources = "app/src/main/resources/db/migration"
    folders = {
        "flyway": ([f"{resources}/V1__a.sql", f"{resources}/2026/V2__b.sql", "x/V1__a.sql", "x/y/V2__a.sql"],
                   [resources, "x"]),
        "prisma": (["prisma/migrations/1_a/migration.sql"], ["prisma/migrations"]),
        "diesel": (["migrations/1_a/up.sql", "migrations/2_b/up.sql"], ["migrations"]),
        "sqitch": (["sql/plans/sqitch.plan"], ["sql"]),
        "sqlx": (["rust/migrations/1_a.sql", "go/migrations/1_a.sql"], ["rust/migrations"]),
        "atlas": (["a/1_a.sql", "b/1_a.sql"], ["b"]),
    }  # fmt: skip
    others = ["rust/Cargo.toml", "b/atlas.sum", "sql/sqitch.conf"]
    paths = {path for found, _ in folders.values() for path in found} | set(others)
    for tool, (found, expected) in folders.items():
        assert tool_named(tool).folders(sorted(found), paths) == tuple(expected), tool


# order, and what comes late


def order(found: PendingMigrations) -> list[str]:
    return [migration.id for migration in found.pending]


def test_flyway_compares_versions_by_number_and_runs_repeatable_ones_last(pend: Pend) -> None:
    names = ["V10__a", "V9__b", "V1.10__c", "V1_9__d", "V1.9.1__e", "R__b views", "R__a views", "V2.0__f"]
    files = {f"db/sub/{index}/{name}.sql": TABLE for index, name in enumerate(names)}
    found = pend({}, files, tool="flyway")
    assert order(found) == ["1.9", "1.9.1", "1.10", "2.0", "9", "10", "R__a views", "R__b views"]


def test_flyway_takes_equal_versions_for_one(pend: Pend) -> None:
    found = pend({}, {"db/V1__a.sql": TABLE, "db/V1_0__b.sql": TABLE}, tool="flyway")
    assert [finding.rule for finding in found.findings if finding.level is Level.ERROR] == ["duplicate-id"]


def test_a_repeatable_migration_runs_again_when_it_changes(pend: Pend) -> None:
    base = {"db/V1__a.sql": TABLE, "db/R__v.sql": "CREATE OR REPLACE VIEW v AS SELECT 1;"}
    assert pend(base, base, tool="flyway").pending == ()
    found = pend(base, {**base, "db/R__v.sql": "CREATE OR REPLACE VIEW v AS SELECT 2;"}, tool="flyway")
    assert order(found) == ["R__v"]
    assert found.findings == ()
    assert "-target" not in found.pending[0].command


@pytest.mark.parametrize(
    ("tool", "path", "level"),
    [
        ("flyway", "db/V1.5__late.sql", Level.ERROR),
        ("goose", "db/2_late.sql", Level.ERROR),
        ("prisma", "db/2_late/migration.sql", Level.WARNING),
        ("diesel", "db/2_late/up.sql", Level.WARNING),
        ("sqlx", "db/2_late.sql", Level.WARNING),
    ],
)
def test_a_migration_below_the_applied_ones(pend: Pend, tool: str, path: str, level: Level) -> None:
    paths = {
        "flyway": ["db/V1__a.sql", "db/V3__a.sql"],
        "goose": ["db/1_a.sql", "db/3_a.sql"],
        "sqlx": ["db/1_a.sql", "db/3_a.sql"],
        "prisma": ["db/1_a/migration.sql", "db/3_a/migration.sql"],
        "diesel": ["db/1_a/up.sql", "db/3_a/up.sql"],
    }[tool]
    base = {name: GOOSE.format(TABLE) for name in paths}
    found = pend(base, {**base, path: GOOSE.format(TABLE)}, tool=tool)
    assert [(finding.rule, finding.level) for finding in found.findings] == [("sorts-before-applied", level)]


def test_atlas_and_sqitch_refuse_what_comes_late(pend: Pend) -> None:
    base, target = (
        atlas({"1.sql": TABLE, "3.sql": TABLE}),
        atlas({"1.sql": TABLE, "2.sql": TABLE, "3.sql": TABLE}),
    )
    assert rules_of(pend(base, target, tool="atlas")) == ["sorts-before-applied"]
    deploy = {"db/deploy/tables.sql": TABLE, "db/deploy/early.sql": TABLE, "db/deploy/columns.sql": COLUMN}
    early = "early 2026-01-02T00:00:00Z Ann <ann@example.org>\n"
    base = {**deploy, "db/sqitch.plan": PLAN.format(LATER)}
    target = {**deploy, "db/sqitch.plan": PLAN.format(early + LATER)}
    found = pend(base, target, tool="sqitch")
    assert [(f.rule, f.level) for f in found.findings] == [("sorts-before-applied", Level.ERROR)]


def test_a_baseline_is_for_new_databases_only(pend: Pend) -> None:
    files = {
        "db/V1__a.sql": TABLE,
        "db/V2__b.sql": COLUMN,
        "db/B2__all.sql": "CREATE TABLE r (id int, b int);",
    }
    target = {**files, "db/V3__c.sql": "ALTER TABLE r ALTER COLUMN b SET NOT NULL;"}
    assert order(pend({}, target, tool="flyway")) == ["B2", "3"]
    assert order(pend({"db/V1__a.sql": TABLE, "db/V2__b.sql": COLUMN}, target, tool="flyway")) == ["3"]
    checkpoint = {"1.sql": TABLE, "2.sql": f"-- atlas:checkpoint\n\n{TABLE}", "3.sql": COLUMN}
    assert order(pend({}, atlas(checkpoint), tool="atlas")) == ["2", "3"]
    assert order(pend(atlas({"1.sql": TABLE}), atlas(checkpoint), tool="atlas")) == ["3"]


# edits


@pytest.mark.parametrize("tool", TOOLS)
def test_an_edited_file_is_told(pend: Pend, tool: str) -> None:
    base, _ = tool_files(tool)
    edited = {path: text.replace(TABLE, "CREATE TABLE r (id bigint);\n") for path, text in base.items()}
    found = [
        finding for finding in pend(base, edited, tool=tool).findings if finding.rule == "edited-after-apply"
    ]
    assert [finding.level for finding in found] == [Level.ERROR]
    refuses = tool in ("flyway", "sqlx", "atlas")
    assert ("stops at its checksum" in found[0].message) is refuses


@pytest.mark.parametrize("tool", TOOLS)
def test_another_comment_matters_where_checksums_do(pend: Pend, tool: str) -> None:
    base, _ = tool_files(tool)
    edited = {path: text.replace(TABLE, f"{TABLE}-- remark\n") for path, text in base.items()}
    found = [
        finding for finding in pend(base, edited, tool=tool).findings if finding.rule == "edited-after-apply"
    ]
    refuses = tool in ("flyway", "sqlx", "atlas")
    assert [finding.level for finding in found] == [Level.ERROR if refuses else Level.NOTE]


@pytest.mark.parametrize(
    ("tool", "path", "before", "after"),
    [
        ("goose", "db/1_a.sql", GOOSE.format(TABLE), f"-- +goose NO TRANSACTION\n{GOOSE.format(TABLE)}"),
        ("dbmate", "db/1_a.sql", f"-- migrate:up\n{TABLE}", f"-- migrate:up transaction:false\n{TABLE}"),
        ("sqlx", "db/1_a.sql", TABLE, f"-- no-transaction\n{TABLE}"),
        ("diesel", "db/1_a/metadata.toml", "run_in_transaction = true", "run_in_transaction = false"),
        ("sqitch", "db/sqitch.plan", PLAN.format(""), PLAN.format("").replace("Ann", "Bea")),
    ],
)
def test_what_a_tool_is_told_in_a_comment_is_no_comment(
    pend: Pend, tool: str, path: str, before: str, after: str
) -> None:
    rest = {"db/1_a/up.sql": TABLE, "db/deploy/tables.sql": TABLE}
    found = pend({**rest, path: before}, {**rest, path: after}, tool=tool).findings
    assert [(f.rule, f.level) for f in found if f.rule == "edited-after-apply"] == [
        ("edited-after-apply", Level.ERROR)
    ]
    assert "only comments" not in next(f.message for f in found if f.rule == "edited-after-apply")


# transactions

INSIDE = "concurrently-in-transaction"
INDEX = "CREATE INDEX CONCURRENTLY i ON r (id);\n"


@pytest.mark.parametrize(
    ("tool", "files", "rules"),
    [
        ("flyway", {"V2__b.sql": INDEX}, []),
        ("flyway", {"V2__b.sql": INDEX + COLUMN}, [INSIDE]),
        ("flyway", {"V2__b.sql": f"SET lock_timeout = 1;{INDEX}"}, [INSIDE]),
        ("flyway", {"V2__b.sql": INDEX + COLUMN, "V2__b.sql.conf": "executeInTransaction=false"}, []),
        ("flyway", {"V2__b.sql": INDEX, "V2__b.sql.conf": "executeInTransaction=true"}, [INSIDE]),
        ("goose", {"2_b.sql": GOOSE.format(INDEX)}, [INSIDE]),
        ("goose", {"2_b.sql": f"-- +goose NO TRANSACTION\n{GOOSE.format(INDEX)}"}, []),
        ("prisma", {"2_b/migration.sql": INDEX}, []),
        ("prisma", {"2_b/migration.sql": INDEX + COLUMN}, [INSIDE]),
        ("diesel", {"2_b/up.sql": INDEX}, [INSIDE]),
        ("diesel", {"2_b/up.sql": INDEX, "2_b/metadata.toml": "run_in_transaction = false"}, []),
        ("diesel", {"2_b/up.sql": INDEX, "2_b/metadata.toml": "# nothing said: no"}, []),
        ("diesel", {"2_b/up.sql": INDEX, "2_b/metadata.toml": "= ["}, [INSIDE]),
        ("diesel", {"2_b/up.sql": INDEX + COLUMN, "2_b/metadata.toml": "run_in_transaction=false"}, [INSIDE]),
        ("sqlx", {"2_b.sql": INDEX}, [INSIDE]),
        ("sqlx", {"2_b.sql": f"-- no-transaction\n{INDEX}"}, []),
        ("sqlx", {"2_b.sql": f"\n-- no-transaction\n{INDEX}"}, [INSIDE]),
        ("sqitch", {"sqitch.plan": PLAN.format(""), "deploy/tables.sql": INDEX}, []),
        ("sqitch", {"sqitch.plan": PLAN.format(""), "deploy/tables.sql": f"BEGIN;{INDEX}COMMIT;"}, [INSIDE]),
        ("sqitch", {"sqitch.plan": PLAN.format(""), "deploy/tables.sql": f"BEGIN;{COLUMN}COMMIT;"}, []),
        ("flyway", {"V2__b.sql": f"BEGIN;{COLUMN}COMMIT;"}, ["transaction-nesting"]),
        ("prisma", {"2_b/migration.sql": f"BEGIN;{COLUMN}COMMIT;"}, []),
        ("atlas", {"2_b.sql": INDEX}, [INSIDE]),
        ("atlas", {"2_b.sql": f"-- atlas:txmode none\n\n{INDEX}"}, []),
        ("atlas", {"2_b.sql": f"-- atlas:txmode none\n{INDEX}"}, [INSIDE]),
    ],
)  # fmt: skip
def test_transactions(pend: Pend, tool: str, files: Files, rules: list[str]) -> None:
    target = atlas(files) if tool == "atlas" else {f"db/{name}": text for name, text in files.items()}
    (migration,) = pend({}, target, tool=tool).pending
    watched = (INSIDE, "transaction-nesting")
    assert [finding.rule for finding in migration.findings if finding.rule in watched] == rules


# files that a tool refuses, and files that are no SQL


def refused(migration: Migration) -> list[tuple[int, str]]:
    return [
        (f.line, f.message) for f in migration.findings if f.rule == "unreadable" and f.level is Level.ERROR
    ]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (TABLE, 1, "before '-- +goose Up'"),
        ("-- nothing\n", 1, "no '-- +goose Up'"),
        ("-- +goose Up\n-- +goose Up\nSELECT 1;", 2, "does not belong here"),
        ("-- +goose Down\nSELECT 1;", 1, "does not belong here"),
        ("-- +goose Up\n -- +goose Down\nSELECT 1;", 2, "no mark"),
        ("-- +goose Upp\nSELECT 1;", 1, "no mark"),
        ("-- +goose Up\n-- +goose StatementBegin\nSELECT 1;\n", 2, "never closed"),
        ("-- +goose Up\n-- +goose StatementEnd\n", 2, "no counterpart"),
        ("-- +goose Up\nSELECT 1;\nDROP TABLE r\n-- +goose Down\n", 3, "no semicolon"),
        ("-- +goose Up\nCREATE FUNCTION f() RETURNS int AS $$\nSELECT 1;\n$$ LANGUAGE sql;\n", 3, "in the middle of"),
    ],
)  # fmt: skip
def test_goose_refuses(pend: Pend, text: str, line: int, words: str) -> None:
    (migration,) = pend({}, {"db/1_a.sql": text}, tool="goose").pending
    ((at, message),) = refused(migration)
    assert (at, words in message) == (line, True), message
    assert migration.phase in (Phase.ASK, Phase.CONTRACT)


def test_goose_sections_keep_their_lines(pend: Pend) -> None:
    text = (
        "-- +goose Up\n-- +goose StatementBegin\nCREATE FUNCTION f() RETURNS int AS $$\nSELECT 1;\n$$ LANGUAGE sql;\n"
        "-- +goose StatementEnd\n-- +goose ENVSUB ON\nDROP TABLE ${PREFIX}.r;\n-- +goose ENVSUB OFF\n\n"
        "DROP TABLE s; -- no more\n-- +goose Down\nDROP TABLE t;\n"
    )
    (migration,) = pend({}, {"db/1_a.sql": text.replace("\n", "\r\n")}, tool="goose").pending
    assert refused(migration) == []
    assert [(o.kind, o.line) for o in migration.operations] == [
        ("create-function", 3), ("drop-table", 8), ("drop-table", 11)
    ]  # fmt: skip
    assert migration.has_down


@pytest.mark.parametrize(
    ("tool", "path", "id_"),
    [
        ("goose", "db/00007_move.go", "7"),
        ("flyway", "db/V1_7__Move.java", "1.7"),
        ("flyway", "db/V7__Move.kt", "7"),
        ("flyway", "db/R__Move.groovy", "R__Move"),
    ],
)
def test_a_program_is_a_question_and_no_fault(pend: Pend, tool: str, path: str, id_: str) -> None:
    (migration,) = pend({}, {path: "x", "db/7_move_test.go": "x", "db/helpers.go": "x"}, tool=tool).pending
    assert (migration.id, migration.phase) == (id_, Phase.ASK)
    assert not [finding for finding in migration.findings if finding.level is Level.ERROR]


@pytest.mark.parametrize(
    ("tool", "files", "rule", "path"),
    [
        ("flyway", {"db/v2__lower.sql": TABLE}, "not-a-migration", "db/v2__lower.sql"),
        ("flyway", {"db/V2_one_underscore.sql": TABLE}, "not-a-migration", "db/V2_one_underscore.sql"),
        ("flyway", {"db/afterMigrate.sql": TABLE}, "callback", "db/afterMigrate.sql"),
        ("goose", {"db/notes.sql": TABLE}, "unreadable", "db/notes.sql"),
        ("sqlx", {"db/a_b.sql": TABLE}, "unreadable", "db/a_b.sql"),
        ("sqlx", {"db/notes.sql": TABLE}, "not-a-migration", "db/notes.sql"),
        ("sqlx", {"db/2_b.down.sql": TABLE}, "not-a-migration", "db/2_b.down.sql"),
        ("prisma", {"db/2_b/other.sql": TABLE}, "unreadable", "db/2_b"),
        ("diesel", {"db/2_b/down.sql": TABLE}, "unreadable", "db/2_b"),
        ("atlas", {"db/2_b.sql": TABLE}, "checksum", "db/2_b.sql"),
        ("atlas", {"db/1_tables.sql": COLUMN}, "checksum", "db/atlas.sum"),
        ("atlas", {"db/atlas.sum": ""}, "checksum", "db/1_tables.sql"),
        ("atlas", {"db/atlas.sum": atlas_sum({"1_tables.sql": TABLE, "9.sql": TABLE})}, "checksum", "db/atlas.sum"),
        ("sqitch", {"db/sqitch.plan": PLAN.format("what is this")}, "unreadable", "db/sqitch.plan"),
        ("sqitch", {"db/sqitch.plan": PLAN.format(LATER.replace("tables", "x"))}, "unreadable", "db/sqitch.plan"),
        ("sqitch", {"db/sqitch.plan": PLAN.format(LATER.replace("columns", "tables"))}, "unreadable", "db/sqitch.plan"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_folder(pend: Pend, tool: str, files: Files, rule: str, path: str) -> None:
    base, _ = tool_files(tool)
    found = pend({}, {**base, **files}, tool=tool).findings
    assert (rule, path) in [(finding.rule, finding.path) for finding in found]


def test_files_of_another_format_beside_atlas_sum_are_no_files_of_atlas(pend: Pend) -> None:
    (migration,) = pend({}, atlas({"1_a.sql": GOOSE.format(TABLE)}), tool="atlas").pending
    assert "goose" in refused(migration)[0][1]
    assert migration.phase is Phase.ASK


def test_atlas_has_its_own_delimiter(pend: Pend) -> None:
    text = "-- atlas:delimiter -- end\n\nDROP TABLE r\n-- end\nCREATE TABLE s (a text DEFAULT '-- end')\n-- end\n"
    (migration,) = pend({}, atlas({"1_a.sql": text}), tool="atlas").pending
    assert [(o.kind, o.line) for o in migration.operations] == [("drop-table", 3), ("create-table", 5)]


@pytest.mark.parametrize("suffix", ["", ".conf"])
def test_flyway_undo(pend: Pend, suffix: str) -> None:
    files = {"db/V1.2__a.sql": TABLE, f"db/U1_2__a.sql{suffix}": "DROP TABLE r;"}
    (migration,) = pend({}, files, tool="flyway").pending
    assert migration.has_down is (not suffix)
    assert migration.command_down.endswith("-target=1.2 undo") is (not suffix)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("ALTER TABLE ${schema}.r ADD COLUMN b int;", ["add-column-nullable"]),
        ("DROP TABLE ${table};", ["drop-table"]),
        ("INSERT INTO r VALUES (${a}, '${b}');", ["insert-rows"]),
        ("CREATE TABLE ${prefix}r (id int);", ["create-table"]),
        ("ALTER TABLE r ADD COLUMN b ${type};", ["opaque"]),
        ("ALTER TABLE r ADD COLUMN b int ${rest};", ["opaque"]),
        ("${statement};", ["opaque"]),
    ],
)
def test_flyway_placeholders(pend: Pend, text: str, kinds: list[str]) -> None:
    (migration,) = pend({}, {"db/V1__a.sql": text}, tool="flyway").pending
    assert kinds_of(migration) == kinds


def test_sqitch_reworks_a_change(pend: Pend) -> None:
    tag = "@v1 2026-01-03T00:00:00Z Ann <ann@example.org>\n"
    again = "tables [tables@v1 columns] 2026-01-04T00:00:00Z Ann <ann@example.org>\n"
    base = {
        "db/sqitch.plan": PLAN.format(LATER),
        "db/deploy/tables.sql": TABLE,
        "db/deploy/columns.sql": COLUMN,
    }
    target = {
        **base,
        "db/sqitch.plan": PLAN.format(LATER + tag + again),
        "db/deploy/tables@v1.sql": TABLE,
        "db/deploy/tables.sql": "DROP TABLE r;",
        "db/revert/tables.sql": TABLE,
    }
    found = pend(base, target, tool="sqitch")
    (migration,) = found.pending
    assert found.findings == ()
    assert (migration.id, migration.path) == ("tables#2", "db/deploy/tables.sql")
    assert migration.command.endswith("--to-change tables@HEAD")
    assert migration.command_down.endswith("--to-change columns")
    assert kinds_of(migration) == ["drop-table"]


def test_sqitch_without_a_script_is_told_at_the_line_of_the_plan(pend: Pend) -> None:
    files = {"db/sqitch.plan": PLAN.format(LATER), "db/deploy/tables.sql": TABLE}
    migration = pend({}, files, tool="sqitch").pending[1]
    assert [(f.path, f.line) for f in migration.findings if f.rule == "unreadable"] == [("db/sqitch.plan", 5)]
    assert migration.phase is Phase.ASK


def test_sqitch_is_told_where_things_are(pend: Pend) -> None:
    files = {
        "db/sqitch.conf": '[core]\n\ttop_dir = sql\n\tplan_file = plans/shop.plan\n[engine "pg"]\n\ttop_dir = x\n',
        "db/plans/shop.plan": PLAN.format(""),
        "db/sql/deploy/tables.sql": 'CREATE TABLE :"schema".r (id int);\n\\i more.sql\n',
    }  # fmt: skip
    (migration,) = pend({}, files, tool="sqitch").pending
    assert [(o.kind, o.line) for o in migration.operations] == [("create-table", 1), ("opaque", 2)]


def test_prisma_may_be_named_by_the_folder_of_its_schema(pend: Pend) -> None:
    files = {
        "db/schema.prisma": "",
        "db/migrations/1_a/migration.sql": TABLE,
        "db/migrations/migration_lock.toml": "",
    }
    (migration,) = pend({}, files, tool="prisma").pending
    assert migration.id == "1_a"
    assert migration.command.endswith("--schema db/schema.prisma")


def test_prisma_redefines_a_table_of_sqlite(pend: Pend) -> None:
    base = {
        "db/1_a/migration.sql": 'CREATE TABLE "R" ("id" INTEGER NOT NULL PRIMARY KEY, "a" TEXT NOT NULL, "b" TEXT);'
    }
    redefined = """
-- RedefineTables
PRAGMA defer_foreign_keys=ON;
PRAGMA foreign_keys=OFF;
CREATE TABLE "new_R" ("id" INTEGER NOT NULL PRIMARY KEY, "a" TEXT NOT NULL, "c" TEXT);
INSERT INTO "new_R" ("a", "id") SELECT "a", "id" FROM "R";
DROP TABLE "R";
ALTER TABLE "new_R" RENAME TO "R";
PRAGMA foreign_keys=ON;
PRAGMA defer_foreign_keys=OFF;
"""
    found = pend(base, {**base, "db/2_b/migration.sql": redefined}, tool="prisma", engine="sqlite")
    kinds = {(o.kind, o.name) for o in found.pending[0].operations if o.phase is not Phase.NONE}
    assert kinds == {("add-column-nullable", "c"), ("drop-column", "b")}


def test_diesel_knows_its_own_function(pend: Pend) -> None:
    text = f"{TABLE}SELECT diesel_manage_updated_at('r');"
    (migration,) = pend({}, {"db/1_a/up.sql": text}, tool="diesel").pending
    assert kinds_of(migration) == ["create-table", "create-trigger"]
