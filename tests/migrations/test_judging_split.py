"""What has no safe moment is told as steps over two releases, and their SQL works at every one of them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from runbook_tui.migrations.model import Phase, SplitStep
from tests.locks.postgres import Postgres, started
from tests.migrations.judged import C, E, Judge, M

pytestmark = pytest.mark.xdist_group("postgres")

Execute = Callable[[str], object]

BASE = """
CREATE TABLE sales ("user" varchar(20) NOT NULL, note varchar(50), amount int NOT NULL DEFAULT 0);
INSERT INTO sales ("user", note, amount) VALUES ('a', 'x', 1), ('b', NULL, 2)
"""


@dataclass(frozen=True)
class Case:
    """A migration, what the code of three releases writes, and what must be there in the end."""

    sql: str
    running: str
    first: str
    second: str
    by_hand: str = ""
    """The backfill of which only words are given."""
    refused: str = ""
    """What the tables refuse in the end."""
    engines: tuple[str, ...] = ("postgres", "sqlite")


OLD = """INSERT INTO sales ("user") VALUES ('c')"""
CASES = {
    "rename": Case(
        "ALTER TABLE sales RENAME COLUMN note TO remark",
        """INSERT INTO sales ("user", note) VALUES ('c', 'y')""",
        """INSERT INTO sales ("user", note, remark) VALUES ('c', 'y', 'y')""",
        """INSERT INTO sales ("user", remark) VALUES ('c', 'y')""",
    ),
    "rename what is required": Case(
        'ALTER TABLE sales RENAME COLUMN "user" TO "Order"',
        OLD,
        """INSERT INTO sales ("user", "Order") VALUES ('c', 'c')""",
        """INSERT INTO sales ("Order") VALUES ('c')""",
        refused="INSERT INTO sales (note) VALUES ('y')",
        engines=("postgres",),
    ),
    "type": Case(
        "ALTER TABLE sales ALTER COLUMN amount TYPE bigint",
        """INSERT INTO sales ("user", amount) VALUES ('c', 3)""",
        """INSERT INTO sales ("user", amount, amount_new) VALUES ('c', 3, 3)""",
        """INSERT INTO sales ("user", amount_new) VALUES ('c', 30000000000)""",
        refused=OLD,
        engines=("postgres",),
    ),
    "required column": Case(
        "ALTER TABLE sales ADD COLUMN currency varchar(3) NOT NULL",
        OLD,
        """INSERT INTO sales ("user", currency) VALUES ('c', 'EUR')""",
        """INSERT INTO sales ("user", currency) VALUES ('c', 'EUR')""",
        by_hand="UPDATE sales SET currency = 'EUR' WHERE currency IS NULL",
        refused=OLD,
        engines=("postgres",),
    ),
    "required at last": Case(
        "ALTER TABLE sales ALTER COLUMN note SET NOT NULL",
        OLD,
        """INSERT INTO sales ("user", note) VALUES ('c', 'y')""",
        """INSERT INTO sales ("user", note) VALUES ('c', 'y')""",
        by_hand="UPDATE sales SET note = '' WHERE note IS NULL",
        refused=OLD,
        engines=("postgres",),
    ),
    "rename a table": Case(
        "ALTER TABLE sales RENAME TO orders",
        OLD,
        """INSERT INTO orders ("user") VALUES ('c')""",
        """INSERT INTO orders ("user") VALUES ('c')""",
        refused="SELECT 1 FROM sales",
        engines=("postgres",),
    ),
    "rename an enum value": Case(
        "ALTER TYPE mood RENAME VALUE 'sad' TO 'blue'",
        "INSERT INTO moods VALUES ('sad')",
        "INSERT INTO moods VALUES ('sad')",
        "INSERT INTO moods VALUES ('blue')",
        by_hand="UPDATE moods SET mood = 'blue' WHERE mood = 'sad'",
        engines=("postgres",),
    ),
}
MOODS = "; CREATE TYPE mood AS ENUM ('sad', 'happy'); CREATE TABLE moods (mood mood); INSERT INTO moods VALUES ('sad')"


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    with started(18) as server:
        yield server


def walk(case: Case, steps: tuple[SplitStep, ...], execute: Execute) -> None:
    """Every step, with the code of both sides of each deploy."""

    def run(release: int, *phases: Phase) -> None:
        for step in steps:
            if step.release == release and step.phase in phases:
                for statement in step.sql.split(";\n"):
                    if statement:
                        execute(statement)
                if step.phase is M and not step.sql:
                    execute(case.by_hand)

    run(1, E)
    for code in (case.running, case.first):
        execute(code)
    run(1, M, C)
    execute(case.first)
    run(2, E)
    for code in (case.first, case.second):
        execute(code)
    run(2, M, C)
    execute(case.second)


@pytest.mark.parametrize("name", CASES)
def test_the_code_of_both_releases_works_at_every_step(sql: Judge, postgres: Postgres, name: str) -> None:
    case = CASES[name]
    migration = sql(case.sql, before=BASE + MOODS)
    postgres.begin_anew(BASE + MOODS)
    with postgres.session() as session:
        walk(case, migration.split, session.execute_simple)
        if case.refused:
            with pytest.raises(Exception, match=r"null|does not exist"):
                session.execute_simple(case.refused)


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if "sqlite" in case.engines])
def test_the_same_on_sqlite(sql: Judge, name: str) -> None:
    case = CASES[name]
    connection = sqlite3.connect(":memory:")
    connection.executescript(BASE)
    walk(case, sql(case.sql, before=BASE, engine="sqlite").split, connection.execute)
    connection.close()


def test_values_are_copied_until_they_are_the_same(sql: Judge) -> None:
    case = CASES["rename"]
    connection = sqlite3.connect(":memory:")
    connection.executescript(BASE)
    steps = {
        (step.release, step.phase): step.sql for step in sql(case.sql, before=BASE, engine="sqlite").split
    }
    connection.execute(steps[1, E])
    connection.execute("UPDATE sales SET remark = 'old'")
    connection.execute(steps[1, M])
    assert connection.execute("SELECT note, remark FROM sales").fetchall() == [("x", "x"), (None, None)]
    connection.close()


def test_a_mixed_file_is_told_line_by_line(sql: Judge) -> None:
    text = (
        "ALTER TABLE orders ADD COLUMN c int;\nUPDATE orders SET note = 'x';\nALTER TABLE orders DROP COLUMN state;\n"
        "CREATE TABLE t (id int);\nALTER TABLE orders RENAME note TO remark;\n"
    )
    steps = sql(text).split
    own = {step.phase: step.lines for step in steps if step.lines}
    assert own == {E: (1, 4), M: (2,), C: (3,)}
    assert [(step.release, step.phase) for step in steps] == sorted(
        ((step.release, step.phase) for step in steps),
        key=lambda place: (place[0], [E, M, C].index(place[1])),
    )
    assert any("ADD COLUMN remark varchar(50)" in step.sql for step in steps)


@pytest.mark.parametrize(
    ("text", "engine", "statements"),
    [
        ("ALTER TABLE orders RENAME COLUMN state TO status", "mysql", 5),
        ("ALTER TABLE orders MODIFY note int", "mysql", 3),
        # the types are not known
        ("ALTER TABLE elsewhere RENAME COLUMN a TO b", "postgres", 2),
        ("ALTER TABLE orders ALTER COLUMN note TYPE int USING length(note)", "postgres", 2),
        ("ALTER TABLE orders ALTER COLUMN note TYPE mood", "postgres", 1),
        ("ALTER TABLE orders RENAME TO sales", "mysql", 1),
        ("ALTER VIEW v RENAME TO w", "postgres", 0),
        ("ALTER TABLE orders MODIFY state enum('a')", "mysql", 5),
    ],
)
def test_sql_is_given_where_it_can_be_written(sql: Judge, text: str, engine: str, statements: int) -> None:
    steps = sql(text, engine=engine).split
    assert sum(bool(step.sql) for step in steps) == statements
    assert {step.release for step in steps} == {1, 2}


@pytest.mark.parametrize(
    "text",
    [
        "ALTER TABLE orders ADD COLUMN c int",
        "ALTER TABLE orders DROP COLUMN note",
        "CREATE TABLE t (a int); ALTER TABLE t RENAME a TO b",
        "CALL repair()",
        "ALTER TABLE orders ADD CHECK (note IS NOT NULL)",
    ],
)
def test_what_has_a_moment_of_its_own_is_not_split(sql: Judge, text: str) -> None:
    assert sql(text).split == ()


def test_names_of_any_kind_are_quoted(sql: Judge) -> None:
    before = 'CREATE TABLE "a""b; c" ("It\'s" int)'
    steps = sql('ALTER TABLE "a""b; c" RENAME COLUMN "It\'s" TO "x\ny"', before=before).split
    assert all(step.sql.count('"') % 2 == 0 for step in steps)
