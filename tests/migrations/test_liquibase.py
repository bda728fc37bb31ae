"""Liquibase's changesets: every format into the same operations, and each change type judged as what it does."""

from __future__ import annotations

import json
from textwrap import dedent, indent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runbook_tui.catalog.model import MigrationSource
from runbook_tui.migrations.model import Migration, Phase, Reversal
from runbook_tui.migrations.read import read_migrations
from tests.migrations.judged import Judge, Pend, kinds_of

XML = """<?xml version="1.0" encoding="UTF-8"?>
<databaseChangeLog xmlns="http://www.liquibase.org/xml/ns/dbchangelog"
                   xmlns:ext="http://www.liquibase.org/xml/ns/dbchangelog-ext">
{}
</databaseChangeLog>
"""
BASE = """
<changeSet id="base" author="me">
  <createTable tableName="orders">
    <column name="id" type="bigint"><constraints primaryKey="true"/></column>
    <column name="state" type="varchar(20)"><constraints nullable="false"/></column>
    <column name="note" type="varchar(50)" defaultValue="x"/>
  </createTable>
</changeSet>
"""


@pytest.fixture
def change(pend: Pend) -> Judge:
    """``change(types, attributes)``: those change types as the one pending changeset after ``orders`` exists."""

    def run(types: str, attributes: str = "", *, engine: str = "postgres", before: str = BASE) -> Migration:
        one = f'<changeSet id="next" author="me" {attributes}>\n{types}\n</changeSet>'
        base = {"db/changelog.xml": XML.format(before)}
        target = {"db/changelog.xml": XML.format(before + one)}
        (migration,) = pend(base, target, engine=engine).pending
        return migration

    return run


T = 'tableName="orders"'
ADD = '<addColumn tableName="orders"><column name="c" type="int"/></addColumn>'


@pytest.mark.parametrize(
    ("types", "kinds_found", "phase"),
    [
        (
            '<createTable tableName="t"><column name="id" type="int"/></createTable>',
            ["create-table"],
            Phase.EXPAND,
        ),
        (f"<dropTable {T}/>", ["drop-table"], Phase.CONTRACT),
        ('<renameTable oldTableName="orders" newTableName="o"/>', ["rename-table"], Phase.BREAKING),
        (f'<addColumn {T}><column name="c" type="int"/></addColumn>', ["add-column-nullable"], Phase.EXPAND),
        (
            f'<addColumn {T}><column name="c" type="int"><constraints nullable="false"/></column></addColumn>',
            ["add-column-required"],
            Phase.BREAKING,
        ),
        (
            f'<addColumn {T}><column name="c" type="int" defaultValueNumeric="0"><constraints nullable="false"/>'
            "</column></addColumn>",
            ["add-column-defaulted"],
            Phase.EXPAND,
        ),
        (
            f'<addColumn {T}><column name="c" type="int" valueNumeric="0"><constraints nullable="false"/></column>'
            "</addColumn>",
            ["add-column-nullable", "update-rows", "set-not-null"],
            Phase.BREAKING,
        ),
        (
            f'<addColumn {T}><column name="c" type="bigint" autoIncrement="true"/></addColumn>',
            ["add-column-rewrite"],
            Phase.EXPAND,
        ),
        (
            f'<addColumn {T}><column name="c" type="uuid" defaultValueComputed="gen_random_uuid()"/></addColumn>',
            ["add-column-rewrite"],
            Phase.EXPAND,
        ),
        (
            f'<addColumn {T}><column name="c" type="int"><constraints nullable="${{maybe}}"/></column></addColumn>',
            ["add-column-unknown"],
            Phase.ASK,
        ),
        (f'<dropColumn {T} columnName="note"/>', ["drop-column"], Phase.CONTRACT),
        (
            f'<dropColumn {T}><column name="note"/><column name="state"/></dropColumn>',
            ["drop-column", "drop-column"],
            Phase.CONTRACT,
        ),
        (
            f'<renameColumn {T} oldColumnName="note" newColumnName="n"/>',
            ["rename-column"],
            Phase.BREAKING,
        ),
        (f'<modifyDataType {T} columnName="note" newDataType="varchar(60)"/>', ["widen-type"], Phase.EXPAND),
        (f'<modifyDataType {T} columnName="note" newDataType="int"/>', ["change-type"], Phase.BREAKING),
        (
            f'<addNotNullConstraint {T} columnName="note" defaultNullValue="-"/>',
            ["update-rows", "set-not-null"],
            Phase.CONTRACT,
        ),
        (f'<dropNotNullConstraint {T} columnName="state"/>', ["drop-not-null"], Phase.EXPAND),
        (f'<addDefaultValue {T} columnName="state" defaultValue="new"/>', ["set-default"], Phase.EXPAND),
        (f'<addDefaultValue {T} columnName="note" defaultValue="y"/>', ["change-default"], Phase.CONTRACT),
        (f'<dropDefaultValue {T} columnName="note"/>', ["drop-default"], Phase.CONTRACT),
        (f'<addPrimaryKey {T} columnNames="id" constraintName="pk"/>', ["add-primary-key"], Phase.CONTRACT),
        (f"<dropPrimaryKey {T}/>", ["drop-primary-key"], Phase.CONTRACT),
        (f'<addUniqueConstraint {T} columnNames="state,note"/>', ["add-unique"], Phase.CONTRACT),
        (
            f'<addUniqueConstraint {T} columnNames="state" forIndexName="i"/>',
            ["add-unique-using-index"],
            Phase.EXPAND,
        ),
        (f'<dropUniqueConstraint {T} constraintName="u"/>', ["drop-constraint"], Phase.EXPAND),
        (
            '<addForeignKeyConstraint baseTableName="orders" baseColumnNames="id" constraintName="f" '
            'referencedTableName="r" referencedColumnNames="id"/>',
            ["add-foreign-key"],
            Phase.CONTRACT,
        ),
        (
            '<addForeignKeyConstraint baseTableName="orders" baseColumnNames="id" constraintName="f" '
            'referencedTableName="r" referencedColumnNames="id" validate="false"/>',
            ["add-foreign-key-not-valid"],
            Phase.CONTRACT,
        ),
        (
            '<dropForeignKeyConstraint baseTableName="orders" constraintName="f"/>',
            ["drop-constraint"],
            Phase.EXPAND,
        ),
        ('<dropAllForeignKeyConstraints baseTableName="orders"/>', ["drop-constraint"], Phase.EXPAND),
        (
            f'<createIndex {T} indexName="i"><column name="note"/></createIndex>',
            ["create-index"],
            Phase.EXPAND,
        ),
        (
            f'<createIndex {T} indexName="i" unique="true"><column name="note"/></createIndex>',
            ["create-unique-index"],
            Phase.CONTRACT,
        ),
        (f'<dropIndex {T} indexName="i"/>', ["drop-index"], Phase.CONTRACT),
        ('<createSequence sequenceName="s"/>', ["create-object"], Phase.EXPAND),
        ('<dropSequence sequenceName="s"/>', ["drop-object"], Phase.CONTRACT),
        ('<createView viewName="v">SELECT 1</createView>', ["create-view"], Phase.EXPAND),
        ('<dropView viewName="v"/>', ["drop-view"], Phase.CONTRACT),
        (f'<insert {T}><column name="id" value="1"/></insert>', ["insert-rows"], Phase.EXPAND),
        (f'<loadData {T} file="x.csv"/>', ["insert-rows"], Phase.EXPAND),
        (f'<loadUpdateData {T} file="x.csv" primaryKey="id"/>', ["update-rows"], Phase.BACKFILL),
        (f'<update {T}><column name="note" value="1"/></update>', ["update-rows"], Phase.BACKFILL),
        (f"<delete {T}><where>id = 1</where></delete>", ["delete-rows"], Phase.CONTRACT),
        (
            f'<mergeColumns {T} column1Name="state" column2Name="note" finalColumnName="c" finalColumnType="text"/>',
            ["add-column-nullable", "update-rows", "drop-column", "drop-column"],
            Phase.BREAKING,
        ),
        (
            '<addLookupTable existingTableName="orders" existingColumnName="state" newTableName="states" '
            'newColumnName="state"/>',
            ["create-table", "copy-rows", "add-foreign-key"],
            Phase.BREAKING,
        ),
        (
            "<sql>ALTER TABLE orders DROP COLUMN note; SELECT 1</sql>",
            ["drop-column", "query"],
            Phase.CONTRACT,
        ),
        ('<sql dbms="oracle">ALTER TABLE orders DROP COLUMN note</sql>', ["state-only"], Phase.NONE),
        (
            '<sql endDelimiter="GO">DROP TABLE a\nGO\nDROP TABLE b\ngo</sql>',
            ["drop-table"] * 2,
            Phase.CONTRACT,
        ),
        ("<sql>ALTER TABLE orders ${what}</sql>", ["opaque"], Phase.ASK),
        ("<sql>SELECT 1 ${rest}; DROP TABLE b</sql>", ["opaque", "drop-table"], Phase.ASK),
        ("<sql>INSERT INTO orders VALUES ('${id}')</sql>", ["insert-rows"], Phase.EXPAND),
        (
            f'<addColumn {T}><column name="c" type="int" defaultValueComputed="${{now}}"><constraints '
            'nullable="false"/></column></addColumn>',
            ["add-column-unknown"],
            Phase.ASK,
        ),
        (
            f'<addDefaultValue {T} columnName="state" defaultValue="${{x}}"/>',
            ["alter-column-unknown"],
            Phase.ASK,
        ),
        ('<customChange class="x.Y"/>', ["opaque"], Phase.ASK),
        ('<executeCommand executable="rm"/>', ["opaque"], Phase.ASK),
        ('<ext:changeEverything tableName="orders"/>', ["opaque"], Phase.ASK),
        ("<inventedByNobody/>", ["opaque"], Phase.ASK),
        ("<empty/>", ["state-only"], Phase.NONE),
        ('<tagDatabase tag="v1"/>', ["state-only"], Phase.NONE),
        (
            f'<createIndex {T} indexName="i"><column name="note"/></createIndex>'
            '<modifySql dbms="postgresql"><replace replace="INDEX" with="INDEX CONCURRENTLY"/></modifySql>',
            ["create-index", "opaque"],
            Phase.ASK,
        ),
        (
            f'<addColumn {T}><column name="c" type="int"/></addColumn>'
            '<modifySql dbms="mysql"><append value=" oops"/></modifySql>',
            ["add-column-nullable"],
            Phase.EXPAND,
        ),
    ],
)
def test_what_a_change_type_does(change: Judge, types: str, kinds_found: list[str], phase: Phase) -> None:
    migration = change(types)
    assert (kinds_of(migration), migration.phase) == (kinds_found, phase)


def test_what_is_new_in_the_release_does_not_concern_running_code(change: Judge) -> None:
    made = '<createTable tableName="t"><column name="id" type="int"/></createTable>'
    migration = change(f'{made}<dropColumn tableName="t" columnName="id"/>')
    assert migration.phase is Phase.EXPAND


@pytest.mark.parametrize(
    ("types", "title"),
    [
        (ADD, "next: add column orders"),
        (f"<comment> why  so </comment>{ADD}", "why so"),
        ("<sql>\n-- first\n DROP  TABLE a;\nDROP TABLE b</sql>", "next: DROP TABLE a;"),
        (f"{ADD}<empty/><empty/>", "next: add column orders, empty and 1 more"),
    ],
)
def test_a_title_in_words(change: Judge, types: str, title: str) -> None:
    assert change(types).title == title


@pytest.mark.parametrize(
    ("before", "after", "engine", "found"),
    [
        ("DATETIME", "timestamp(6)", "postgres", ["state-only"]),
        ("DATETIME", "datetime(3)", "postgres", ["change-type"]),
        ("java.sql.Types.VARCHAR(9)", "VARCHAR2(20)", "postgres", ["widen-type"]),
        ("clob", "text", "postgres", ["state-only"]),
        ("INT(11)", "integer", "postgres", ["state-only"]),
        ("int", "BIGINT", "postgres", ["change-type"]),
        ("${kind}", "${kind}", "postgres", ["state-only"]),
        ("${kind}", "${other}", "postgres", ["change-type"]),
    ],
)
def test_types_by_whatever_name(
    change: Judge, before: str, after: str, engine: str, found: list[str]
) -> None:
    made = f'<changeSet id="t" author="me"><createTable tableName="t"><column name="c" type="{before}"/></createTable>'
    migration = change(
        f'<modifyDataType tableName="t" columnName="c" newDataType="{after}"/>',
        before=f"{made}</changeSet>",
        engine=engine,
    )
    assert kinds_of(migration) == found


def test_mysql_states_a_whole_column_anew(change: Judge) -> None:
    wider = '<modifyDataType tableName="orders" columnName="state" newDataType="varchar(30)"/>'
    assert kinds_of(change(wider)) == ["widen-type"]
    assert kinds_of(change(wider, engine="mysql")) == ["widen-type", "drop-not-null"]
    auto = '<addAutoIncrement tableName="orders" columnName="id" columnDataType="bigint"/>'
    assert change(auto, engine="mysql").phase is Phase.ASK
    assert kinds_of(change(auto)) == ["create-object", "set-default"]


DROP = '<dropColumn tableName="orders" columnName="note"/>'


@pytest.mark.parametrize(
    ("types", "attributes", "phase", "conditional"),
    [
        (DROP, 'dbms="postgresql"', Phase.CONTRACT, False),
        (DROP, 'dbms="!h2, !oracle"', Phase.CONTRACT, False),
        (DROP, 'dbms="oracle,mysql"', Phase.NONE, False),
        (DROP, 'dbms="!postgresql"', Phase.NONE, False),
        (DROP, 'ignore="true"', Phase.NONE, False),
        (DROP, 'context="prod"', Phase.CONTRACT, True),
        (DROP, 'contextFilter="prod"', Phase.CONTRACT, True),
        (DROP, 'labels="big"', Phase.CONTRACT, True),
        (
            f'<preConditions><sqlCheck expectedResult="0">x</sqlCheck></preConditions>{DROP}',
            "",
            Phase.CONTRACT,
            False,
        ),
        (
            f'<preConditions onFail="MARK_RAN"><sqlCheck expectedResult="0">x</sqlCheck></preConditions>{DROP}',
            "",
            Phase.CONTRACT,
            True,
        ),
        (
            f'<preConditions onFail="MARK_RAN"><dbms type="oracle"/></preConditions>{DROP}',
            "",
            Phase.NONE,
            False,
        ),
        (
            f'<preConditions onFail="MARK_RAN"><not><dbms type="oracle"/></not></preConditions>{DROP}',
            "",
            Phase.CONTRACT,
            False,
        ),
        (
            '<preConditions onFail="MARK_RAN"><not><columnExists tableName="orders" columnName="c"/></not>'
            f"</preConditions>{ADD}",
            "",
            Phase.EXPAND,
            False,
        ),
        (
            '<preConditions onFail="MARK_RAN"><columnExists tableName="orders" columnName="note"/>'
            f"</preConditions>{DROP}",
            "",
            Phase.CONTRACT,
            False,
        ),
        (
            f'<preConditions onFail="MARK_RAN"><tableExists tableName="else"/></preConditions>{DROP}',
            "",
            Phase.CONTRACT,
            True,
        ),
    ],
)
def test_whether_a_changeset_runs(
    change: Judge, types: str, attributes: str, phase: Phase, conditional: bool
) -> None:
    migration = change(types, attributes)
    assert migration.phase is phase
    assert any(operation.conditional for operation in migration.operations) is conditional


def test_a_precondition_that_stops_the_tool_is_said(change: Judge) -> None:
    halts = f'<preConditions><dbms type="oracle"/></preConditions>{ADD}'
    (finding,) = [found for found in change(halts).findings if found.rule == "unreadable"]
    assert "stops the tool" in finding.message
    warns = halts.replace("<preConditions>", '<preConditions onFail="WARN">')
    assert change(warns).phase is Phase.EXPAND


def test_on_an_engine_that_is_not_known_any_changeset_may_run(change: Judge) -> None:
    for attributes in ('dbms="oracle"', 'dbms="!postgresql"'):
        migration = change(DROP, attributes, engine="oracle")
        assert (migration.phase, migration.command) == (Phase.CONTRACT, "")
        assert migration.operations[0].conditional


@pytest.mark.parametrize(
    ("types", "has_down"),
    [
        (ADD, True),
        (DROP, False),
        ("<sql>SELECT 1</sql>", False),
        ("<sql>SELECT 1</sql><rollback>SELECT 2</rollback>", True),
        ("<sql>SELECT 1</sql><rollback/>", True),
        (f'{DROP}<rollback changeSetId="base" changeSetAuthor="me"/>', True),
        (f"{ADD}{DROP}", False),
    ],
)
def test_what_can_be_undone(change: Judge, types: str, has_down: bool) -> None:
    assert change(types).has_down is has_down


def test_a_changeset_is_a_transaction_unless_it_says_otherwise(change: Judge) -> None:
    assert change(ADD).transactional
    assert not change(ADD, 'runInTransaction="false"').transactional


YAML = """
databaseChangeLog:
  - property: {name: kind, value: varchar(10)}
  - changeSet:
      id: 7
      author: me
      comment: A column
      preConditions:
        - onFail: MARK_RAN
        - not:
            - columnExists: {tableName: orders, columnName: c}
      changes:
        - addColumn:
            tableName: orders
            columns:
              - column:
                  name: c
                  type: ${kind}
                  constraints:
                    nullable: false
        - sql:
            splitStatements: false
            sql: |
              UPDATE orders SET c = 'x';
              DROP TABLE old;
      rollback:
        - dropColumn: {tableName: orders, columnName: c}
"""
SQL = """--liquibase formatted sql

--changeset me:7 runInTransaction:false
--comment: A column
--preconditions onFail:MARK_RAN
--precondition-sql-check expectedResult:0 SELECT 1
ALTER TABLE orders ADD COLUMN c varchar(10) NOT NULL;
UPDATE orders SET c = 'x';
DROP TABLE old;
--rollback ALTER TABLE orders DROP COLUMN c;
"""


def as_json(text: str) -> str:
    from ruamel.yaml import YAML as READER

    return json.dumps(READER(typ="safe").load(text), indent="\t")


@pytest.mark.parametrize(
    ("path", "text", "lines"),
    [
        ("db/changelog.yaml", YAML, (16, 24, 25)),
        ("db/changelog.json", as_json(YAML), None),
        ("db/changelog.sql", SQL, (7, 8, 9)),
    ],
)
def test_every_format_says_the_same(pend: Pend, path: str, text: str, lines: tuple[int, ...] | None) -> None:
    (migration,) = pend({}, {path: text}).pending
    assert migration.id == f"{path}::7::me"
    assert kinds_of(migration) == ["add-column-required", "update-rows", "drop-table"]
    assert (migration.title, migration.has_down, migration.phase) == ("A column", True, Phase.BREAKING)
    assert migration.reversal is Reversal.NO
    if lines is not None:
        assert tuple(operation.line for operation in migration.operations) == lines


def test_lines_of_xml_are_those_of_the_file(pend: Pend) -> None:
    text = XML.format(
        dedent(
            """\
            <changeSet id="1" author="me">
              <sql>
                <comment>of two
                lines</comment>
                DROP TABLE a;
                <!-- and
                     more -->
                DROP TABLE b;
              </sql>
              <dropTable
                  tableName="c"/>
            </changeSet>"""
        )
    )
    (migration,) = pend({}, {"db/changelog.xml": text}).pending
    written = text.split("\n")
    assert migration.line == 4
    assert [written[operation.line - 1].strip() for operation in migration.operations] == [
        "DROP TABLE a;",
        "DROP TABLE b;",
        "<dropTable",
    ]


FORMATTED = """--liquibase formatted sql logicalFilePath:shop
DROP TABLE lost;
--changeset "Ann Lee":one runOnChange:true endDelimiter:/
CREATE FUNCTION f() RETURNS int AS $$ SELECT 1; $$ LANGUAGE sql
/
DROP TABLE a
/
--ignoreLines:start
DROP TABLE never;
--ignoreLines:end
--ignoreLines:1
DROP TABLE never;
--rollback empty
--changeset me:two dbms:oracle
DROP TABLE b;
--changeset nobody
"""


def test_formatted_sql_has_lines_of_the_tool_itself(pend: Pend) -> None:
    found = pend({}, {"db/a.sql": FORMATTED})
    one, two = found.pending
    assert (one.id, two.id) == ("shop::one::Ann Lee", "shop::two::me")
    assert [(o.kind, o.line) for o in one.operations] == [("create-function", 4), ("drop-table", 6)]
    assert one.has_down
    assert two.phase is Phase.NONE
    said = [(f.rule, f.line) for f in found.findings if f.line]
    assert said == [("not-a-migration", 2), ("unreadable", 16)]


BILLION = """<?xml version="1.0"?>
<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>
<databaseChangeLog><changeSet id="&b;" author="me"/></databaseChangeLog>
"""
OUTSIDE = """<?xml version="1.0"?>
<!DOCTYPE x [
<!ENTITY a SYSTEM "file:///etc/hostname">]>
<databaseChangeLog><changeSet id="&a;" author="me"/></databaseChangeLog>
"""


@pytest.mark.parametrize(
    ("path", "text", "line"),
    [
        ("db/a.xml", BILLION, 2),
        ("db/a.xml", OUTSIDE, 3),
        ("db/a.xml", "<databaseChangeLog>\n<changeSet>", 2),
        ("db/a.xml", "<x>databaseChangeLog</x>", 1),
        ("db/a.xml", "<databaseChangeLog>\n<changeset id='1' author='me'/></databaseChangeLog>", 2),
        ("db/a.xml", f"<databaseChangeLog>{'<a>' * 5000}", 1),
        ("db/a.yaml", "databaseChangeLog: &a\n- *a", 1),
        ("db/a.yaml", "databaseChangeLog:\n  - changeSet: [", 2),
        ("db/a.json", '{"databaseChangeLog": [', 1),
        ("db/a.json", '["databaseChangeLog"]', 1),
    ],
)
def test_a_changelog_that_cannot_be_read_is_told_with_its_line(
    pend: Pend, path: str, text: str, line: int
) -> None:
    found = pend({}, {path: text, "db/z.xml": XML.format(BASE)})
    (problem,) = [finding for finding in found.findings if finding.rule == "unreadable"]
    assert (problem.path, problem.line) == (path, line)
    assert [item.id for item in found.pending] == ["db/z.xml::base::me"]


def test_a_changelog_in_utf_16_is_read() -> None:
    text = '<?xml version="1.0" encoding="UTF-16"?>' + XML.partition("?>")[2].format(BASE)
    source = MigrationSource(path="db", datastore="shop", tool="liquibase")
    (found,) = read_migrations(source, {"db/a.xml": text.encode("utf-16")}, service="billing", engine="mysql")
    assert kinds_of(found) == ["create-table"]


def test_a_changeset_without_its_names_is_refused(pend: Pend) -> None:
    (migration,) = pend({}, {"db/a.xml": XML.format(f'<changeSet id="1">{DROP}</changeSet>')}).pending
    assert [(f.rule, f.line) for f in migration.findings if f.rule == "unreadable"] == [("unreadable", 4)]


# fmt: off
PIECES = st.sampled_from(
    [
        "<changeSet id='1' author='a'>", "</changeSet>", "<sql>", "</sql>", "${x}", "<![CDATA[", "]]>", "&amp;", "\n",
        "--changeset a:1 endDelimiter:(\n", "--ignoreLines:99999999999999999999\n", "/* liquibase rollback\n", "*/",
        "- changeSet:\n", "    changes:\n", "      - sql: x\n", "- include: {file: a}\n", "$$", "'", "\0", "é",
    ]
)
# fmt: on


@given(st.lists(PIECES, max_size=12).map("".join), st.sampled_from(["xml", "yaml", "json", "sql"]))
def test_no_text_makes_the_reader_raise(text: str, kind: str) -> None:
    head = {
        "xml": "<databaseChangeLog>{}</databaseChangeLog>",
        "yaml": "databaseChangeLog:\n{}",
        "json": '{{"databaseChangeLog": [{}]}}',
        "sql": "--liquibase formatted sql\n{}",
    }[kind]
    data = head.format(indent(text, "  ") if kind == "yaml" else text).encode()
    source = MigrationSource(path="db", datastore="shop", tool="liquibase")
    read_migrations(source, {f"db/a.{kind}": data}, service="billing", engine="mysql")
