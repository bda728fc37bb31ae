"""What is wrong between two commits: edited, lost, out of order, several ends, phases that block one another."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from runbook_tui.migrations.model import Finding, Level, PendingMigrations, Phase

Pend = Callable[..., PendingMigrations]
Revision = Callable[..., str]

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


def test_a_file_that_is_gone(pend: Pend) -> None:
    found = pend({**FIRST, "db/2_b.up.sql": ADD}, FIRST)
    assert serious(found) == [("gone", Level.WARNING, "db/2_b.up.sql")]


@pytest.mark.parametrize(
    ("tool", "name", "level"),
    [("golang-migrate", "{}_x.up.sql", Level.ERROR), ("dbmate", "{}_x.sql", Level.WARNING)],
)
def test_a_number_below_the_applied_ones(pend: Pend, tool: str, name: str, level: Level) -> None:
    base = {f"db/{name.format(number)}": "-- migrate:up\nSELECT 1;" for number in (1, 5)}
    late = f"db/{name.format(3)}"
    found = pend(base, {**base, late: "-- migrate:up\nSELECT 1;"}, tool=tool)
    assert serious(found) == [("sorts-before-applied", level, late)]


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
