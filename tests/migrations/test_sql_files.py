"""Files that hold more than SQL of the database, or no text at all: the rest is still read."""

from __future__ import annotations

import pytest

from runbook_tui.catalog.model import MigrationSource
from runbook_tui.migrations.engine import Engine
from runbook_tui.migrations.model import Level, Migration, Phase
from runbook_tui.migrations.pending import pending
from runbook_tui.migrations.sql import statements
from runbook_tui.migrations.sql.reader import read_sql
from tests.migrations.judged import Judge, kinds_of, rules_of


def operations(migration: Migration) -> list[tuple[str, int]]:
    return [(operation.kind, operation.line) for operation in migration.operations]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\\set ON_ERROR_STOP on\nDROP TABLE orders;\n\\echo done\n", [("drop-table", 2)]),
        ("\\connect other\nDROP TABLE orders;", [("opaque", 1), ("drop-table", 2)]),
        ("DROP TABLE orders;\n\\ir more.sql\nSELECT 1;", [("drop-table", 1), ("opaque", 2), ("query", 3)]),
        (
            "SELECT 'DROP TABLE r' \\gexec\nDROP TABLE orders;",
            [("query", 1), ("opaque", 1), ("drop-table", 2)],
        ),
        ("SELECT '\n\\i no command\n';\nDROP TABLE orders;", [("query", 1), ("drop-table", 4)]),
        (
            "COPY orders (id, note) FROM stdin;\n1\tit's; $$ (\n2\t\\N\n\\.\nDROP TABLE orders;",
            [("insert-rows", 1), ("drop-table", 5)],
        ),
        ("COPY orders FROM stdin;\n1\tnever ended; DROP TABLE orders;\n", [("insert-rows", 1)]),
        ("CREATE TABLE r (\n  id int,\n  delimiter char(1),\n  source text\n);", [("create-table", 1)]),
    ],
)
def test_commands_of_psql(sql: Judge, text: str, expected: list[tuple[str, int]]) -> None:
    assert operations(sql(text)) == expected


@pytest.mark.parametrize("mark", ["//", " //", "$$", " $$", "|"])
def test_delimiters_of_mysql(sql: Judge, mark: str) -> None:
    text = (
        f"DELIMITER {mark.strip()}\nCREATE TRIGGER t BEFORE INSERT ON orders FOR EACH ROW BEGIN SET NEW.note = '//';"
        f" END{mark}\nDELIMITER ;\nDROP TABLE orders;\n"
    )
    assert operations(sql(text, engine="mysql")) == [("create-trigger", 2), ("drop-table", 4)]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("ALTER TABLE orders ADD b int; EXCEPTION WHEN duplicate_column THEN NULL;", [("add-column-nullable", False)]),
        ("DROP TABLE orders; EXCEPTION WHEN OTHERS THEN RAISE NOTICE 'no';", [("drop-table", True)]),
        ("IF EXISTS (SELECT 1) THEN DROP TABLE orders; END IF; DROP TABLE customers;",
         [("drop-table", True), ("drop-table", False)]),
        ("IF true THEN NULL; ELSE DROP TABLE orders; END IF;", [("drop-table", True)]),
        ("BEGIN DROP TABLE orders; EXCEPTION WHEN undefined_table THEN NULL; END; DROP TABLE customers;",
         [("drop-table", False), ("drop-table", False)]),
        ("FOR i IN 1..2 LOOP DROP TABLE orders; END LOOP;", [("opaque", False)]),
        ("ALTER TABLE orders ADD CONSTRAINT f FOREIGN KEY (id) REFERENCES customers (id); "
         "EXCEPTION WHEN duplicate_object THEN null;", [("add-foreign-key", False)]),
        ("EXECUTE 'DROP TABLE orders';", [("opaque", False)]),
        ("CREATE TABLE r (id int); RAISE NOTICE '%', wipe();", [("opaque", False)]),
        ("IF wipe() THEN CREATE TABLE r (id int); END IF;", [("opaque", False)]),
        ("DROP TABLE orders; PERFORM repair();", [("opaque", False)]),
    ],
)  # fmt: skip
def test_blocks_of_sql_and_conditions(sql: Judge, body: str, expected: list[tuple[str, bool]]) -> None:
    migration = sql(f"SELECT 1;\nDO $$\nBEGIN {body}\nEND $$;")
    found = [(o.kind, o.conditional) for o in migration.operations if o.kind != "query"]
    assert found == expected
    assert all(operation.line in (1, 2, 3) for operation in migration.operations)


def test_a_block_of_another_language_is_a_question(sql: Judge) -> None:
    assert sql("DO LANGUAGE plpython3u $$\nBEGIN DROP TABLE orders; END $$").phase is Phase.ASK


GOOD = b"CREATE TABLE good (id int);"


@pytest.mark.parametrize(
    "tool", ["golang-migrate", "dbmate", "flyway", "goose", "prisma", "diesel", "sqlx", "atlas"]
)
@pytest.mark.parametrize(
    ("data", "rule", "words"),
    [
        (b"DROP TABLE orders;\nSELECT '\xff';", "unreadable", "0xff"),
        (b"DROP TABLE orders;\nSELECT 1;\0", "unreadable", "NUL"),
        (b"INSERT INTO orders VALUES (1);\n" * 1_700_000, "unreadable", "too many to read"),
        (b";" * 1_900_000, "unreadable", "too many to read"),  # seconds, and a GB of tokens
        (b"SELECT 1;" + b"(" * 750_000 + b";", "unreadable", "too many to read"),
        ((b"," * 250_000 + b";\n") * 20, "unreadable", "too many to read"),
    ],
    ids=["latin", "nul", "huge", "semicolons", "parentheses", "commas"],
)
def test_a_file_that_is_no_text_is_named_and_the_rest_is_judged(
    tool: str, data: bytes, rule: str, words: str
) -> None:
    mark = {"goose": b"-- +goose Up\n", "dbmate": b"-- migrate:up\n"}.get(tool, b"")
    name = {"golang-migrate": "{}_a.up.sql", "flyway": "V{}__a.sql", "prisma": "{}_a/migration.sql"}
    name |= {"diesel": "{}_a/up.sql"}
    files = {
        f"db/{name.get(tool, '{}_a.sql').format(n)}": mark + text for n, text in enumerate((data, GOOD), 1)
    }
    source = MigrationSource(path="db", datastore="shop", tool=tool)
    bad, good = pending({}, files, service="shop", source=source, engine="postgres").pending
    assert [f.rule for f in bad.findings if words in f.message] == [rule]
    assert bad.phase in (Phase.ASK, Phase.CONTRACT)
    assert kinds_of(good) == ["create-table"]
    assert good.phase is Phase.EXPAND
    edited = pending(
        files, {p: d + b"\n" for p, d in files.items()}, service="shop", source=source, engine="postgres"
    )
    assert "edited-after-apply" in rules_of(edited)


def test_a_name_that_is_not_utf8_is_named() -> None:
    files = {"db/V1__caf\\xe9.sql": GOOD}
    source = MigrationSource(path="db", datastore="shop", tool="flyway")
    (migration,) = pending({}, files, service="shop", source=source, engine="postgres").pending
    assert [f.level for f in migration.findings if "not UTF-8" in f.message] == [Level.ERROR]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_utf16_and_byte_order_marks_are_read(encoding: str) -> None:
    files = {"db/V1__a.sql": "DROP TABLE r;\r\nSELECT 1;".encode(encoding)}
    source = MigrationSource(path="db", datastore="shop", tool="flyway")
    (migration,) = pending({}, files, service="shop", source=source, engine="postgres").pending
    assert operations(migration) == [("drop-table", 1), ("query", 2)]


@pytest.mark.parametrize(
    "piece",
    ["/*", "' ", "$a$ $b$ ", "copy from stdin ", "copy x from stdin;\n", "\\i x\n", "${a", "DROP TABLE x;\n"],
)
def test_hostile_repetition_ends(sql: Judge, piece: str) -> None:
    text = piece * (300_000 // len(piece))
    assert sql(f"DROP TABLE orders;\n{text}").phase is not Phase.NONE


PARTS = """\
CREATE TABLE a (id int, note text DEFAULT 'one; two
;
three');
-- a comment;
/* another;
comment */ ALTER TABLE a ADD COLUMN b int;
CREATE FUNCTION f() RETURNS trigger AS $$ BEGIN
  DELETE FROM a;
  RETURN NEW;
END $$ LANGUAGE plpgsql;
INSERT INTO a VALUES (1, 'x;
y');
INSERT INTO a VALUES (2, 'z');
DROP TABLE a;
"""


@pytest.mark.parametrize("size", [1, 7, 60, 200])
@pytest.mark.parametrize("engine", list(Engine))
def test_a_long_file_is_read_in_parts_as_if_at_once(
    engine: Engine, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    sql = PARTS if engine is Engine.POSTGRES else PARTS.replace("$$", "") * 2
    whole = read_sql(sql, engine)
    monkeypatch.setattr(statements, "_PART", size)
    assert read_sql(sql, engine) == whole
    assert {change.kind for change in whole} >= {"create-table", "insert-rows", "drop-table"}


def test_what_stands_before_a_quote_that_never_ends_is_judged_all_the_same() -> None:
    sql = "DROP TABLE a;\nSELECT 1;\nINSERT INTO b\nVALUES ('x);\nSELECT 2;\n"
    found = read_sql(sql, Engine.POSTGRES)
    assert [(change.kind, change.line) for change in found] == [
        ("drop-table", 1),
        ("query", 2),
        ("unreadable", 4),
    ]
