"""Liquibase's changelogs as a history: roots, includes, identities, edits, and the commands of the tool."""

from __future__ import annotations

import pytest

from runbook_tui.migrations.model import Level, PendingMigrations
from runbook_tui.migrations.registry import detect_tool
from tests.migrations.judged import Pend, kinds_of

XML = "<databaseChangeLog{}>\n{}\n</databaseChangeLog>"
ADD = '<addColumn tableName="t"><column name="{}" type="int"/></addColumn>'


def log(*entries: str, attributes: str = "") -> str:
    return XML.format(f" {attributes}" if attributes else "", "\n".join(entries))


def change(name: str, types: str = "", attributes: str = "") -> str:
    return f'<changeSet id="{name}" author="me" {attributes}>{types or ADD.format(name)}</changeSet>'


def ids(found: PendingMigrations) -> list[str]:
    return [item.id for item in found.pending]


def said(found: PendingMigrations) -> list[tuple[str, Level, str, int]]:
    passed = ("nothing-applied", "contract-before-expand")
    return [(f.rule, f.level, f.path, f.line) for f in found.findings if f.rule not in passed]


def test_order_is_that_of_the_includes(pend: Pend) -> None:
    files = {
        "db/db.changelog-master.xml": log(
            '<include file="z.xml" relativeToChangelogFile="true"/>',
            change("between"),
            '<includeAll path="parts" relativeToChangelogFile="true"/>',
            change("end", attributes='runOrder="last"'),
            change("after"),
            change("start", attributes='runOrder="first"'),
        ),
        "db/z.xml": log(change("z"), '<include file="db/y.yaml"/>'),
        "db/y.yaml": "databaseChangeLog:\n- changeSet: {id: y, author: me, changes: [{empty: {}}]}\n",
        "db/parts/2.sql": "--liquibase formatted sql\n--changeset me:two\nSELECT 1;",
        "db/parts/1.sql": "SELECT 1;",
        "db/parts/deep/3.xml": log(change("three")),
        "db/readme.md": "databaseChangeLog",
    }
    found = pend({}, files)
    assert [name.split("::")[1] for name in ids(found)] == [
        *("start", "z", "y", "between", "raw", "two", "three", "after", "end"),
    ]
    assert said(found) == []
    assert found.linear
    assert [item.parents for item in found.pending][1] == (ids(found)[0],)


@pytest.mark.parametrize("path", ["src/main/resources/db", "src/main/resources/db/master.xml"])
def test_names_begin_below_the_resources(pend: Pend, path: str) -> None:
    files = {
        "src/main/resources/db/master.xml": log('<include file="classpath:/db/a.xml"/>'),
        "src/main/resources/db/a.xml": log(change("a")),
        "src/main/resources/db/other.xml": log(change("b")),
    }
    found = pend({}, files, folder=path, tool="liquibase")
    assert ids(found) == ["db/a.xml::a::me"]
    resources = "--search-path=src/main/resources"
    assert found.pending[0].command == (
        f'liquibase {resources} update-count --changelog-file=db/master.xml --url="$DATABASE_URL" --count=1'
    )
    assert found.pending[0].command_down == (
        f'liquibase {resources} rollback-count --changelog-file=db/master.xml --url="$DATABASE_URL" --count=1'
    )


@pytest.mark.parametrize(
    ("include", "begins"),
    [
        (
            '<include file="parts/a.xml"/>',
            "liquibase --search-path=app/db update-count --changelog-file=root.xml ",
        ),
        (
            '<includeAll path="db/parts/"/>',
            "liquibase --search-path=app update-count --changelog-file=db/root.xml ",
        ),
        ('<include file="app/db/parts/a.xml"/>', "liquibase update-count --changelog-file=app/db/root.xml "),
        (
            '<include file="parts/a.xml" relativeToChangelogFile="true"/>',
            "liquibase update-count --changelog-file=app/db/root.xml ",
        ),
    ],
)
def test_the_search_path_is_where_the_names_begin(pend: Pend, include: str, begins: str) -> None:
    files = {"app/db/root.xml": log(include), "app/db/parts/a.xml": log(change("a"))}
    assert pend({}, files, folder="app/db").pending[0].command.startswith(begins)


@pytest.mark.parametrize(
    ("file", "set_", "name"),
    [
        ('logicalFilePath="shop"', "", "shop::a::me"),
        ('logicalFilePath="shop"', 'logicalFilePath="/own"', "own::a::me"),
        ("", "", "db/a.xml::a::me"),
    ],
)
def test_a_logical_path_stands_for_the_file(pend: Pend, file: str, set_: str, name: str) -> None:
    found = pend({}, {"db/a.xml": log(change("a", attributes=set_), attributes=file)})
    assert ids(found) == [name]


MASTER = "db/changelog.xml"


@pytest.mark.parametrize(
    ("files", "finding"),
    [
        ({MASTER: log('<include file="no.xml"/>')}, ("missing-include", Level.ERROR, MASTER, 2)),
        (
            {MASTER: log('<include file="no.xml" errorIfMissing="false"/>')},
            ("missing-include", Level.NOTE, MASTER, 2),
        ),
        ({MASTER: log('<includeAll path="no"/>')}, ("missing-include", Level.ERROR, MASTER, 2)),
        ({MASTER: log('<include file="${x}.xml"/>')}, ("missing-include", Level.ERROR, MASTER, 2)),
        (
            {
                MASTER: log('<include file="db/b.xml"/>'),
                "db/b.xml": log('<include file="db/changelog.xml"/>'),
            },
            ("include-cycle", Level.ERROR, "db/changelog.xml", 2),
        ),
        (
            {
                MASTER: log('<include file="db/b.xml"/>', '<include file="db/b.xml"/>'),
                "db/b.xml": log(change("b")),
            },
            ("included-twice", Level.WARNING, MASTER, 3),
        ),
        (
            {"db/a.xml": log(change("a")), "db/b.xml": log(change("b"))},
            ("several-roots", Level.WARNING, "db", 0),
        ),
        (
            {MASTER: log(change("a")), "db/other.xml": log(change("b"))},
            ("not-a-migration", Level.NOTE, "db/other.xml", 0),
        ),
        (
            {MASTER: log(change("a"), change("a"))},
            ("duplicate-id", Level.ERROR, MASTER, 3),
        ),
    ],
)
def test_what_is_wrong_with_the_tree(
    pend: Pend, files: dict[str, str], finding: tuple[str, Level, str, int]
) -> None:
    assert finding in said(pend({}, files, tool="liquibase"))


def test_a_file_outside_of_the_folder_is_said(pend: Pend) -> None:
    files = {
        MASTER: log('<include file="../shared/a.xml" relativeToChangelogFile="true"/>'),
        "shared/a.xml": log(),
    }
    (finding,) = [f for f in pend({}, files).findings if f.rule == "missing-include"]
    assert "db" in finding.recipe


def test_liquibase_properties_names_the_root(pend: Pend) -> None:
    files = {
        "db/liquibase.properties": "url=x\nchangeLogFile: real.xml\n",
        "db/real.xml": log(change("a")),
        "db/db.changelog-master.xml": log(change("b")),
    }
    assert ids(pend({}, files)) == ["db/real.xml::a::me"]
    assert detect_tool({path: text.encode() for path, text in files.items()}, "db") == "liquibase"


def test_one_identity_may_be_several_changesets_for_several_engines(pend: Pend) -> None:
    drop = '<dropTable tableName="t"/>'
    both = log(change("a", attributes='dbms="mysql"'), change("a", drop, 'dbms="postgresql"'))
    found = pend({}, {MASTER: both})
    assert [kinds_of(item) for item in found.pending] == [["drop-table"]]
    assert said(found) == []


# edits


def edited(
    pend: Pend, before: str, after: str, more: dict[str, str] | None = None
) -> list[tuple[str, Level]]:
    found = pend({MASTER: before, **(more or {})}, {MASTER: after, **(more or {})})
    assert ids(found) == []
    return [(f.rule, f.level) for f in found.findings]


def test_an_edit_of_a_neighbour_is_none(pend: Pend) -> None:
    found = pend({MASTER: log(change("a"))}, {MASTER: log("", "<!-- x -->", change("a"), change("b"))})
    assert [item.id for item in found.pending] == [f"{MASTER}::b::me"]
    assert said(found) == []


@pytest.mark.parametrize(
    ("before", "after", "is_edit"),
    [
        (change("a"), change("a", ADD.format("other")), True),
        (change("a"), change("a", f"<comment>why</comment>\n {ADD.format('a')}"), False),
        (change("a"), change("a", attributes='context="prod"'), False),
        (change("a", "<sql>DROP TABLE a</sql>"), change("a", "<sql>\n  DROP   TABLE a\n</sql>"), False),
        (change("a", "<sql>DROP TABLE a</sql>"), change("a", "<sql>DROP TABLE A</sql>"), True),
        (change("a", "<sql>x</sql>"), change("a", "<sql>x</sql><rollback>SELECT 1</rollback>"), False),
        (
            '<property name="n" value="1"/>' + change("a", "<sql>SELECT ${n}</sql>"),
            '<property name="n" value="2"/>' + change("a", "<sql>SELECT ${n}</sql>"),
            True,
        ),
    ],
)
def test_an_edit_is_what_the_checksum_sees(pend: Pend, before: str, after: str, is_edit: bool) -> None:
    expected = [("edited-after-apply", Level.ERROR)] if is_edit else []
    assert edited(pend, log(before), log(after)) == expected


def test_an_edited_sql_file_is_an_edit_of_the_changeset_that_names_it(pend: Pend) -> None:
    text = log(change("a", '<sqlFile path="a.sql" relativeToChangelogFile="true"/>'))
    found = pend({MASTER: text, "db/a.sql": "SELECT 1"}, {MASTER: text, "db/a.sql": "DROP TABLE t"})
    assert [(f.rule, f.level) for f in found.findings] == [("edited-after-apply", Level.ERROR)]


def test_a_sql_file_is_read_where_it_is_named(pend: Pend) -> None:
    named = '<sqlFile path="sql/a.sql" relativeToChangelogFile="true"/>'
    found = pend({}, {MASTER: log(change("a", named)), "db/sql/a.sql": "\n\nDROP TABLE t"})
    assert [(o.kind, o.line) for o in found.pending[0].operations] == [("drop-table", 2)]
    (lost,) = pend({}, {MASTER: log(change("a", named))}).pending
    assert kinds_of(lost) == ["opaque"]


@pytest.mark.parametrize("attribute", ["runOnChange", "runAlways"])
def test_what_runs_again_is_pending_when_it_changes(pend: Pend, attribute: str) -> None:
    repeated = [change("a", f"<sql>SELECT {n}</sql>", f'{attribute}="true"') for n in (1, 2)]
    found = pend({MASTER: log(repeated[0])}, {MASTER: log(repeated[1])})
    assert (ids(found), said(found)) == ([f"{MASTER}::a::me"], [])


def test_a_valid_checksum_excuses_an_edit(pend: Pend) -> None:
    excused = change("a", f"<validCheckSum>ANY</validCheckSum>{ADD.format('other')}")
    assert edited(pend, log(change("a")), log(excused)) == [("edited-after-apply", Level.WARNING)]


def test_a_changelog_under_another_name_runs_again(pend: Pend) -> None:
    include = '<include file="{}.xml" relativeToChangelogFile="true"/>'
    parts = log(change("a"), change("b"))
    found = pend(
        {MASTER: log(include.format("old")), "db/old.xml": parts},
        {MASTER: log(include.format("new")), "db/new.xml": parts},
    )
    assert ids(found) == ["db/new.xml::a::me", "db/new.xml::b::me"]
    (finding,) = found.findings
    assert (finding.rule, finding.level, finding.path) == ("renamed", Level.ERROR, "db/new.xml")
    assert "and 1 more" in finding.message
    kept = log(change("a"), change("b"), attributes='logicalFilePath="db/old.xml"')
    moved = pend(
        {MASTER: log(include.format("old")), "db/old.xml": parts},
        {MASTER: log(include.format("new")), "db/new.xml": kept},
    )
    assert (ids(moved), moved.findings) == ([], ())


def test_a_changeset_between_applied_ones_runs(pend: Pend) -> None:
    found = pend(
        {MASTER: log(change("a"), change("c"))}, {MASTER: log(change("a"), change("b"), change("c"))}
    )
    assert ids(found) == [f"{MASTER}::b::me"]
    assert said(found) == [("sorts-before-applied", Level.WARNING, MASTER, 3)]


# commands


@pytest.mark.parametrize(
    ("before", "attributes", "count"),
    [
        ("", "", 1),
        (change("always", attributes='runAlways="true"'), "", 2),
        (change("always", attributes='runAlways="true" dbms="oracle"'), "", 1),
        ("", 'context="prod"', None),
        ("", 'labels="x"', None),
        ("", 'dbms="oracle"', None),
        (change("b", f'<preConditions onFail="CONTINUE"/>{ADD.format("b")}'), "", None),
    ],
)
def test_a_count_takes_in_what_the_tool_would_run(
    pend: Pend, before: str, attributes: str, count: int | None
) -> None:
    found = pend({MASTER: log(before)}, {MASTER: log(before, change("a", attributes=attributes))})
    command = found.pending[-1].command
    assert command.endswith(f"--count={count}") if count else command == ""
