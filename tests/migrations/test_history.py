"""What is wrong between two commits: edited, lost, out of order, several ends, phases that block one another."""

from __future__ import annotations

import pytest

from runbook_tui.migrations.model import Finding, Level, PendingMigrations, Phase
from tests.migrations.judged import Pend, Revision

ADD = "ALTER TABLE orders ADD COLUMN c int"
DROP = "ALTER TABLE orders DROP COLUMN note"
FILL = "UPDATE orders SET note = 'x'"
FIRST = {"db/1_a.up.sql": "CREATE TABLE orders (id int, note text)"}


def serious(found: PendingMigrations) -> list[tuple[str, Level, str]]:
    return [(f.rule, f.level, f.path) for f in found.findings if f.level is not Level.NOTE]


def test_nothing_new_is_nothing_to_say(pend: Pend) -> None:
    found = pend(FIRST, FIRST)
    assert (found.pending, found.findings, found.applied_head) == ((), (), "1")


def test_what_the_base_has_is_applied(pend: Pend) -> None:
    found = pend(FIRST, {**FIRST, "db/2_b.up.sql": ADD, "db/3_c.up.sql": ADD})
    assert found.applied_head == "1"
    assert [item.id for item in found.pending] == ["2", "3"]
    assert [item.parents for item in found.pending] == [("1",), ("2",)]
    assert serious(found) == []


def test_a_folder_without_a_past_may_have_moved(pend: Pend) -> None:
    found = pend({}, FIRST)
    assert found.applied_head is None
    assert serious(found) == [("nothing-applied", Level.WARNING, "db")]


@pytest.mark.parametrize(
    ("before", "after", "level"),
    [
        (ADD, DROP, Level.ERROR),
        (ADD, f"{ADD} NOT NULL", Level.ERROR),
        (ADD, f"-- why\n{ADD}\n;", Level.NOTE),
        (ADD, "ALTER TABLE   orders\n  ADD COLUMN c int", Level.NOTE),
        ("SELECT 'a'", "SELECT 'A'", Level.ERROR),
        ("SELECT 'open", "SELECT 'open ", Level.ERROR),
    ],
)
def test_an_applied_file_that_was_edited(pend: Pend, before: str, after: str, level: Level) -> None:
    found = pend({"db/1_a.up.sql": before}, {"db/1_a.up.sql": after})
    assert [(f.rule, f.level, f.path) for f in found.findings] == [
        ("edited-after-apply", level, "db/1_a.up.sql")
    ]


def test_an_edited_option_of_dbmate_is_an_edit(pend: Pend) -> None:
    text = "-- migrate:up\nSELECT 1;"
    found = pend({"db/1_a.sql": text}, {"db/1_a.sql": text.replace("up", "up transaction:false")})
    assert serious(found) == [("edited-after-apply", Level.ERROR, "db/1_a.sql")]


@pytest.mark.parametrize(
    ("body", "level"),
    [("pass  # really", Level.NOTE), ("pass\n\n", Level.NOTE), ('op.drop_table("orders")', Level.ERROR)],
)
def test_an_edited_revision(pend: Pend, revision: Revision, body: str, level: Level) -> None:
    found = pend(
        {"db/a.py": revision("a", None)}, {"db/a.py": revision("a", None, body, title="Other words")}
    )
    assert [(f.rule, f.level) for f in found.findings] == [("edited-after-apply", level)]


def test_a_renamed_file_keeps_its_identity(pend: Pend, revision: Revision) -> None:
    found = pend({"db/a.py": revision("a", None)}, {"db/versions/a_first.py": revision("a", None)})
    assert (found.pending, found.findings) == ((), ())


UP = "-- migrate:up\n"
FILES = {
    "golang-migrate": ("db/{0:03}_{1}.up.sql", "SELECT '{1}'"),
    "dbmate": ("db/{0:03}_{1}.sql", UP + "SELECT '{1}';"),
    "goose": ("db/{0:05}_{1}.sql", "-- +goose Up\nSELECT '{1}';"),
    "flyway": ("db/V{0}__{1}.sql", "SELECT '{1}'"),
    "prisma": ("db/2026010100000{0}_{1}/migration.sql", "SELECT '{1}'"),
    "diesel": ("db/2026-01-01-00000{0}_{1}/up.sql", "SELECT '{1}'"),
    "sqlx": ("db/{0}_{1}.sql", "SELECT '{1}'"),
    "knex": ("db/2026010100000{0}_{1}.js", "exports.up = (knex) => knex.raw(\"SELECT '{1}'\")"),
    "liquibase": ("db/{0}_{1}.sql", "--liquibase formatted sql\n--changeset me:{0}\nSELECT '{1}';"),
}
"""How each tool names its files, and one that does nothing to any table."""


def files_of(tool: str, *named: str) -> dict[str, str]:
    """Files of a tool: ``files_of("dbmate", "1 a", "2 b")``."""
    path, text = FILES[tool]
    parts = [name.split() for name in named]
    found = {path.format(int(number), word): text.format(int(number), word) for number, word in parts}
    return {"db/liquibase.properties": "", **found} if tool == "liquibase" else found


@pytest.mark.parametrize(
    ("tool", "level"),
    [
        ("golang-migrate", Level.ERROR),
        ("dbmate", Level.WARNING),
        ("goose", Level.WARNING),
        ("flyway", Level.ERROR),
        ("prisma", Level.WARNING),
        ("diesel", Level.WARNING),
        ("sqlx", Level.ERROR),
        ("knex", Level.ERROR),
        ("liquibase", Level.WARNING),
    ],
)
def test_a_file_that_is_gone_stops_some_tools(pend: Pend, tool: str, level: Level) -> None:
    found = pend(files_of(tool, "1 a", "2 b"), files_of(tool, "1 a"), tool=tool)
    ((path, _),) = files_of(tool, "2 b").items() - files_of(tool).items()
    assert serious(found) == [("gone", level, path)]
    assert ("stops" in found.findings[0].message) is (level is Level.ERROR)


@pytest.mark.parametrize(
    ("tool", "level", "what"),
    [
        ("golang-migrate", Level.ERROR, "never runs"),
        ("dbmate", Level.WARNING, "another order"),
        ("goose", Level.ERROR, "refuses"),
        ("prisma", Level.WARNING, "another order"),
        ("diesel", Level.WARNING, "another order"),
        ("flyway", Level.ERROR, "refuses"),
        ("knex", Level.WARNING, "another order"),
        ("sqlx", Level.WARNING, "another order"),
    ],
)
def test_a_number_below_the_applied_ones(pend: Pend, tool: str, level: Level, what: str) -> None:
    base = files_of(tool, "1 a", "5 b")
    found = pend(base, {**base, **files_of(tool, "3 c")}, tool=tool)
    (finding,) = [finding for finding in found.findings if finding.level is not Level.NOTE]
    assert (finding.rule, finding.level, finding.path) == (
        "sorts-before-applied",
        level,
        next(iter(files_of(tool, "3 c"))),
    )
    assert what in finding.message


@pytest.mark.parametrize(
    ("tool", "edit"),
    [
        ("golang-migrate", "does not run it again"),
        ("dbmate", "does not run it again"),
        ("flyway", "stops at its checksum"),
        ("sqlx", "stops at its checksum"),
        ("liquibase", "stops at its checksum"),
    ],
)
def test_what_each_tool_makes_of_an_edit(pend: Pend, tool: str, edit: str) -> None:
    base = files_of(tool, "1 a")
    target = {path: text.replace("'a'", "'other'") for path, text in base.items()}
    (finding,) = pend(base, target, tool=tool).findings
    assert (finding.rule, finding.level) == ("edited-after-apply", Level.ERROR)
    assert edit in finding.message


@pytest.mark.parametrize(
    ("tool", "renamed", "what"),
    [
        ("dbmate", "4 a", "runs it again"),
        ("golang-migrate", "4 a", "runs it again"),
        ("golang-migrate", "0 a", "never runs it"),
        ("knex", "1 other", "the tool stops"),
        ("prisma", "1 other", "runs it again"),
    ],
)
def test_a_renamed_migration_is_told_as_that(pend: Pend, tool: str, renamed: str, what: str) -> None:
    before = files_of(tool, "1 a", "2 b")
    text = before[next(iter(files_of(tool, "1 a")))]
    target = {**files_of(tool, "2 b"), **dict.fromkeys(files_of(tool, renamed), text)}
    found = pend(before, target, tool=tool)
    (finding,) = [finding for finding in found.findings if finding.level is not Level.NOTE]
    assert (finding.rule, finding.level, finding.path) == (
        "renamed",
        Level.ERROR,
        next(iter(files_of(tool, renamed))),
    )
    assert what in finding.message
    assert len(found.pending) == 1


def test_some_tools_miss_the_last_one_only(pend: Pend, revision: Revision) -> None:
    found = pend(files_of("golang-migrate", "1 a", "2 b"), files_of("golang-migrate", "2 b"))
    assert [(f.rule, f.level) for f in found.findings] == [("gone", Level.WARNING)]
    base = {"db/a.py": revision("a", None), "db/b.py": revision("b", "a")}
    found = pend(base, {"db/a.py": base["db/a.py"]}, tool="alembic")
    assert [(f.rule, f.level, f.path) for f in found.findings] == [("gone", Level.ERROR, "db/b.py")]


def test_a_number_that_only_has_other_zeros_is_the_same(pend: Pend) -> None:
    found = pend({"db/1_a.up.sql": ADD}, {"db/0001_a.up.sql": ADD, "db/0002_b.up.sql": ADD})
    assert [item.id for item in found.pending] == ["0002"]
    assert [(f.rule, f.level, f.path) for f in found.findings] == [
        ("renamed", Level.NOTE, "db/0001_a.up.sql")
    ]
    edited = pend({"db/1_a.up.sql": ADD}, {"db/0001_a.up.sql": DROP})
    assert serious(edited) == [("edited-after-apply", Level.ERROR, "db/0001_a.up.sql")]


def test_two_files_of_one_content_are_no_renaming(pend: Pend) -> None:
    base = {"db/1_a.up.sql": ADD, "db/2_b.up.sql": ADD}
    found = pend(base, {"db/3_c.up.sql": ADD})
    assert serious(found) == [
        ("gone", Level.WARNING, "db/1_a.up.sql"),
        ("gone", Level.ERROR, "db/2_b.up.sql"),
    ]


def test_a_revision_slipped_in_before_an_applied_one(pend: Pend, revision: Revision) -> None:
    base = {"db/a.py": revision("a", None), "db/b.py": revision("b", "a")}
    target = {"db/a.py": base["db/a.py"], "db/n.py": revision("n", "a"), "db/b.py": revision("b", "n")}
    assert ("sorts-before-applied", Level.ERROR, "db/n.py") in serious(pend(base, target))


def test_two_heads(pend: Pend, revision: Revision) -> None:
    base = {"db/a.py": revision("a", None)}
    forked = {**base, "db/b.py": revision("b", "a"), "db/c.py": revision("c", "a")}
    found = pend(base, forked)
    assert serious(found) == [("two-heads", Level.ERROR, "db/c.py")]
    assert not found.linear
    merge = revision("m", None).replace("down_revision = None", 'down_revision = ("b", "c")')
    merged = pend(base, {**forked, "db/m.py": merge})
    assert serious(merged) == []
    assert (merged.pending[-1].phase, merged.pending[-1].parents) == (Phase.NONE, ("b", "c"))


def test_two_leaves_of_a_django_app(pend: Pend) -> None:
    def text(*above: str) -> str:
        pairs = ", ".join(f'("shop", "{name}")' for name in above)
        return f"from django.db import migrations\nclass Migration(migrations.Migration):\n    dependencies = [{pairs}]"

    base = {"shop/migrations/0001_a.py": text()}
    forked = {
        **base,
        "shop/migrations/0002_b.py": text("0001_a"),
        "shop/migrations/0002_c.py": text("0001_a"),
        "crm/migrations/0001_a.py": text(),
    }
    found = pend(base, forked, tool="django", folder=".")
    assert serious(found) == [("two-heads", Level.ERROR, "shop/migrations/0002_c.py")]


@pytest.mark.parametrize(
    ("base", "files", "path"),
    [
        ({}, {"db/1_a.up.sql": ADD, "db/1_b.up.sql": ADD}, "db/1_b.up.sql"),
        ({}, {"db/1_a.up.sql": ADD, "db/01_b.up.sql": ADD}, "db/1_a.up.sql"),
        ({}, {"db/1_a.sql": "-- migrate:up", "db/1_b.sql": "-- migrate:up"}, "db/1_b.sql"),
    ],
)
def test_duplicate_numbers(pend: Pend, base: dict[str, str], files: dict[str, str], path: str) -> None:
    assert ("duplicate-id", Level.ERROR, path) in serious(pend(base, files))


def test_duplicate_revisions(pend: Pend, revision: Revision) -> None:
    found = pend({}, {"db/a.py": revision("a", None), "db/b.py": revision("a", None)})
    assert ("duplicate-id", Level.ERROR, "db/b.py") in serious(found)


def test_a_revision_that_points_nowhere(pend: Pend, revision: Revision) -> None:
    base = {"db/a.py": revision("a", None)}
    found = pend(base, {**base, "db/b.py": revision("b", "zzz")})
    assert ("unknown-parent", Level.ERROR, "db/b.py") in serious(found)
    assert "zzz" in next(f.message for f in found.findings if f.rule == "unknown-parent")


@pytest.mark.parametrize("parents", [("b", "a"), ("a", "a")])
def test_a_circle_is_named_and_the_rest_is_still_ordered(
    pend: Pend, revision: Revision, parents: tuple[str, str]
) -> None:
    files = {
        "db/z.py": revision("z", None),
        "db/a.py": revision("a", parents[0]),
        "db/b.py": revision("b", parents[1]),
    }
    found = pend({}, files)
    cycle = next(f for f in found.findings if f.rule == "cycle")
    assert (cycle.level, cycle.path) == (Level.ERROR, "db/a.py")
    assert [item.id for item in found.pending] == ["z", "a", "b"]


# phases along a chain


def blocked(found: PendingMigrations) -> list[Finding]:
    return [finding for finding in found.findings if finding.rule.endswith("-before-expand")]


@pytest.mark.parametrize(
    ("first", "second", "rule"),
    [
        (DROP, ADD, "contract-before-expand"),
        (FILL, ADD, "backfill-before-expand"),
        (ADD, DROP, None),
        (ADD, FILL, None),
        (DROP, FILL, None),
        ("SELECT 1", ADD, None),
    ],
)
def test_a_chain_may_block_itself(pend: Pend, first: str, second: str, rule: str | None) -> None:
    found = pend(FIRST, {**FIRST, "db/2_b.up.sql": first, "db/3_c.up.sql": second})
    assert [finding.rule for finding in blocked(found)] == ([rule] if rule else [])
    for finding in blocked(found):
        assert finding.path == "db/2_b.up.sql"
        assert finding.line == 1
        assert "3" in finding.message
        assert finding.recipe
        assert finding.level is (Level.ERROR if rule == "contract-before-expand" else Level.WARNING)


def test_branches_do_not_block_one_another(pend: Pend, revision: Revision) -> None:
    base = {"db/a.py": revision("a", None)}
    contract = revision("c", "a", 'op.drop_table("orders")', header='branch_labels = ("contract",)')
    expand = revision("e", "a", 'op.create_table("r")', header='branch_labels = ("expand",)')
    found = pend(base, {**base, "db/c.py": contract, "db/e.py": expand})
    assert [item.phase for item in found.pending] == [Phase.CONTRACT, Phase.EXPAND]
    assert serious(found) == []


def test_one_finding_for_each_that_is_in_the_way(pend: Pend) -> None:
    texts = [ADD, DROP, ADD, "SELECT 1", ADD, FILL, ADD]
    files = {f"db/{number}_x.up.sql": text for number, text in enumerate(texts, 2)}
    (finding,) = blocked(pend(FIRST, {**FIRST, **files}))
    assert finding.path == "db/3_x.up.sql"
    assert "4 (and 2 more)" in finding.message


def test_what_is_applied_links_what_is_not(pend: Pend) -> None:
    base = {"db/1_a.sql": f"{UP}{FIRST['db/1_a.up.sql']};", "db/3_c.sql": f"{UP}SELECT 1;"}
    target = {**base, "db/2_b.sql": f"{UP}{DROP};", "db/4_d.sql": f"{UP}{ADD};"}
    assert [f.rule for f in blocked(pend(base, target, tool="dbmate"))] == ["contract-before-expand"]


# tools that apply all that is pending at once


@pytest.mark.parametrize(
    ("texts", "path"),
    [
        ([ADD], None),
        ([ADD, ADD], None),
        ([DROP, DROP], None),
        ([ADD, "SELECT 1"], None),
        ([ADD, DROP], "db/3_x.sql"),
        ([DROP, ADD], "db/2_x.sql"),
        ([ADD, FILL], "db/3_x.sql"),
        ([FILL, DROP], "db/3_x.sql"),
        ([ADD, "SELECT 1", FILL, DROP], "db/4_x.sql"),
        ([ADD, "DO $$ BEGIN PERFORM f(); END $$"], None),
    ],
)
def test_a_tool_that_cannot_stop_needs_one_moment(pend: Pend, texts: list[str], path: str | None) -> None:
    base = {"db/1_a.sql": f"{UP}{FIRST['db/1_a.up.sql']};"}
    new = {f"db/{number}_x.sql": f"{UP}{text};" for number, text in enumerate(texts, 2)}
    found = pend(base, {**base, **new}, tool="dbmate")
    stuck = [finding for finding in found.findings if finding.rule == "cannot-stop"]
    assert [(finding.path, finding.level, finding.line) for finding in stuck] == (
        [(path, Level.ERROR, 2)] if path else []
    )
    for finding in stuck:
        assert "dbmate applies everything that is pending at once" in finding.message
        assert "Release" in finding.recipe
    other = {f"db/{number}_x.up.sql": text for number, text in enumerate(texts, 2)}
    stopping = pend(FIRST, {**FIRST, **other}, tool="golang-migrate")
    assert not [finding for finding in stopping.findings if finding.rule == "cannot-stop"]
