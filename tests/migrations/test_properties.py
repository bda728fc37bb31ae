"""What holds for every file: nothing raises, nothing runs, order of the input and comments do not matter."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import runbook_tui.migrations
from runbook_tui.catalog.model import MigrationSource
from runbook_tui.migrations.judging.safety import TABLE
from runbook_tui.migrations.model import Migration, PendingMigrations, Phase
from runbook_tui.migrations.pending import pending
from runbook_tui.migrations.read import read_migrations
from tests.migrations.judged import kinds_of

DANGER = [Phase.NONE, Phase.EXPAND, Phase.BACKFILL, Phase.CONTRACT, Phase.ASK, Phase.BREAKING]
ENGINES = ["postgres", "mysql", "sqlite"]
BUILT_IN = ("alembic", "django", "golang-migrate", "dbmate")
QUICK = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

STATEMENTS = [
    "ALTER TABLE orders ADD COLUMN c int",
    "ALTER TABLE orders ADD COLUMN d int NOT NULL",
    "ALTER TABLE orders ADD COLUMN e int NOT NULL DEFAULT 1",
    "ALTER TABLE orders DROP COLUMN note",
    "ALTER TABLE orders RENAME COLUMN note TO remark",
    "ALTER TABLE orders ALTER COLUMN note SET NOT NULL",
    "ALTER TABLE orders ALTER COLUMN c SET DEFAULT 3",
    "ALTER TABLE orders DROP CONSTRAINT f",
    "ALTER TABLE orders ADD CONSTRAINT f UNIQUE (c)",
    "ALTER TABLE fresh ADD COLUMN x int NOT NULL",
    "CREATE TABLE fresh (id int)",
    "DROP TABLE fresh",
    "DROP TABLE orders",
    "CREATE INDEX i ON orders (note)",
    "UPDATE orders SET note = 'x'",
    "INSERT INTO fresh SELECT id FROM orders",
    "DELETE FROM orders",
    "DO $$ BEGIN END $$",
    "CALL repair()",
    "SELECT 1",
    "not sql at all (",
]
WORDS = [
    "ALTER", "TABLE", "orders", "ADD", "COLUMN", "DROP", "CREATE", "INDEX", "ON", "(", ")", ",", ";", "'", '"', "$$",
    "UPDATE", "SET", "=", "SELECT", "FROM", "WITH", "AS", "BEGIN", "END", "CASE", "NOT", "NULL", "--", "/*", "\n", "1",
    "RENAME", "TO", "TYPE", "CHECK", "FUNCTION", "TRIGGER", "VALUES", "INSERT", "INTO", "DELETE", "`", "\\", "\x00",
]  # fmt: skip
PYTHON = [
    "op", ".", "add_column", "drop_table", "execute", "(", ")", "[", "]", "'orders'", "sa.Column", ",", "=", "if ", ":",
    "\n    ", "\n", "for ", " in ", "x", "1", "None", "**", "*", "lambda", "f'{x}'", "%", "+", "return", "with ", "try",
    "except", "def ", "op.get_bind()", "{", "}", "upgrade", "\t", "#", '"""', "class Migration", "operations", "not ",
]  # fmt: skip


def read(
    files: Mapping[str, bytes], tool: str | None = None, engine: str = "postgres"
) -> tuple[Migration, ...]:
    source = MigrationSource(path="db", datastore="shop", tool=tool)
    return read_migrations(source, files, service="shop", engine=engine)


def judge(sql: str, engine: str = "postgres") -> Migration:
    return read({"db/1_a.up.sql": sql.encode()}, "golang-migrate", engine)[0]


@QUICK
@given(
    st.one_of(
        st.binary(max_size=200), st.lists(st.sampled_from(WORDS), max_size=25).map(" ".join).map(str.encode)
    ),
    st.sampled_from(ENGINES),
)
def test_any_bytes_are_a_migration_of_sql(data: bytes, engine: str) -> None:
    (migration,) = read({"db/1_a.up.sql": data}, "golang-migrate", engine)
    assert migration.phase in Phase
    read({"db/1_a.sql": b"-- migrate:up\n" + data}, "dbmate", engine)


@QUICK
@given(
    st.one_of(
        st.binary(max_size=120), st.lists(st.sampled_from(PYTHON), max_size=30).map("".join).map(str.encode)
    ),
    st.sampled_from(
        ["", "def upgrade():\n    ", "class Migration(migrations.Migration):\n    operations = ["]
    ),
)
def test_any_bytes_are_a_migration_of_python(data: bytes, start: str) -> None:
    text = b"from alembic import op\nrevision = 'a'\ndown_revision = None\n" + start.encode() + data
    for tool in ("alembic", "django"):
        for migration in read({"db/a.py": text}, tool):
            assert migration.phase in Phase


@pytest.mark.parametrize(
    "data",
    [
        b"(" * 5_000,
        b"revision = 'a'\ndown_revision = " + b"(" * 5_000,
        b"revision = 'a'\ndown_revision = None\ndef upgrade():\n    x = " + b"-" * 3_000 + b"1",
        b"revision = 'a'\ndown_revision = None\ndef upgrade():\n    x = " + b"a." * 3_000 + b"b",
        b"revision = 'a'\ndown_revision = None\ndef upgrade():\n    while 1:\n        upgrade()",
        b"revision = 'a'\ndown_revision = None\ndef upgrade():\n    x = 'a'\n" + b"    x = x + x\n" * 60,
        b"revision = 'a'\ndown_revision = None\ndef upgrade():\n    '{:>999999999}'.format(1)",
        b"revision = 'a'\ndown_revision = None\ndef upgrade():\n" + b"    op.drop_table('x')\n" * 8_000,
        b"from django.db import migrations\nclass Migration(migrations.Migration):\n    operations = "
        + b"[" * 90,
        b"-- migrate:up\nSELECT " + b"(" * 3_000,
        b"-- migrate:up\n" + b"SELECT 1;" * 1_000,
        b"-- migrate:up\nSELECT 1 " + b"+ 1 " * 5_000,
    ],
    ids=lambda data: data[-40:].decode(),
)
def test_files_made_to_break_a_reader(data: bytes) -> None:
    for tool in BUILT_IN:
        name = {"golang-migrate": "1_a.up.sql", "dbmate": "1_a.sql"}.get(tool, "a.py")
        for migration in read({f"db/{name}": data}, tool):
            assert migration.phase in Phase


def test_nothing_is_run(tmp_path: Path) -> None:
    trap = tmp_path / "ran"
    body = f"open({str(trap)!r}, 'w').write('x')"
    alembic = f"revision = 'a'\ndown_revision = None\n{body}\ndef upgrade():\n    {body}\n"
    django = f"from django.db import migrations\n{body}\nclass Migration(migrations.Migration):\n    {body}\n"
    read({"db/a.py": alembic.encode()}, "alembic")
    read({"db/a.py": django.encode()}, "django")
    assert not trap.exists()


@QUICK
@given(st.lists(st.sampled_from(STATEMENTS), max_size=6), st.sampled_from(ENGINES))
def test_a_file_is_never_less_dangerous_than_an_operation_of_it(statements: list[str], engine: str) -> None:
    migration = judge(";\n".join(statements), engine)
    for operation in migration.operations:
        assert DANGER.index(operation.phase) <= DANGER.index(migration.phase)


@QUICK
@given(
    st.lists(st.sampled_from(STATEMENTS), max_size=5),
    st.sampled_from(["-- drop table orders;\n", "/* UPDATE x;\n ' */ ", "\n\n", "  "]),
    st.sampled_from(ENGINES),
)
def test_a_comment_changes_nothing(statements: list[str], comment: str, engine: str) -> None:
    plain = judge(";\n".join(statements), engine)
    commented = judge(comment + f";\n{comment}".join(statements), engine)
    assert commented.phase is plain.phase
    assert kinds_of(commented) == kinds_of(plain)


@QUICK
@given(st.lists(st.sampled_from(STATEMENTS), max_size=5), st.integers(0, 20))
def test_lines_move_with_the_file(statements: list[str], lines: int) -> None:
    text = ";\n".join(statements)
    before, after = judge(text), judge("\n" * lines + text)
    assert [operation.line + lines for operation in before.operations] == [o.line for o in after.operations]


@QUICK
@given(st.lists(st.sampled_from(STATEMENTS[:-1]), min_size=1, max_size=5))
def test_one_file_or_several_of_a_release_have_the_same_operations(statements: list[str]) -> None:
    together = judge(";\n".join(statements))
    files = {f"db/{number}_x.up.sql": text.encode() for number, text in enumerate(statements)}
    source = MigrationSource(path="db", datastore="shop")
    apart = pending({}, files, service="shop", source=source, engine="postgres").pending
    known = [o.kind for migration in apart for o in migration.operations]
    if not {"state-only", "replace-constraint"} & {o.kind for o in together.operations}:
        assert known == kinds_of(together)


def example(revision: Callable[..., str], tool: str) -> tuple[dict[str, bytes], dict[str, bytes]]:
    if tool == "alembic":
        files = {
            f"db/{name}.py": revision(name, down, f'op.drop_table("{name}")')
            for name, down in (("a", None), ("b", "a"), ("c", "b"), ("d", "b"), ("e", "zzz"), ("f", "f"))
        }
    elif tool == "django":
        files = {
            f"db/{app}/migrations/000{number}_x.py": (
                "from django.db import migrations\nclass Migration(migrations.Migration):\n"
                f"    dependencies = [('{app}', '000{number - 1}_x'), ('a', '0001_x')]\n"
                f"    operations = [migrations.DeleteModel('M{number}')]\n"
            )
            for app in ("a", "b")
            for number in (1, 2, 3)
        }
    else:
        end = "up.sql" if tool == "golang-migrate" else "sql"
        files = {
            f"db/{number}_x.{end}": f"-- migrate:up\nDROP TABLE t{number};" for number in (1, 2, 10, 11, 2)
        }
        files[f"db/10_y.{end}"] = "-- migrate:up\nSELECT 1;"
    encoded = {path: text.encode() for path, text in files.items()}
    return {path: encoded[path] for path in list(encoded)[:2]}, encoded


@pytest.mark.parametrize("tool", list(BUILT_IN))
@settings(QUICK, max_examples=15)
@given(data=st.data())
def test_the_order_of_the_input_does_not_matter(
    data: st.DataObject, tool: str, revision: Callable[..., str]
) -> None:
    base, target = example(revision, tool)
    source = MigrationSource(path="db", datastore="shop", tool=tool)

    def run(names: list[str]) -> PendingMigrations:
        shuffled = {name: target[name] for name in names}
        before = {name: base[name] for name in names if name in base}
        return pending(before, shuffled, service="shop", source=source, engine="postgres")

    names = data.draw(st.permutations(sorted(target)))
    assert run(names) == run(sorted(target))


def test_every_kind_that_a_reader_reports_is_a_row_of_the_table() -> None:
    package = Path(runbook_tui.migrations.__file__).parent
    said = {
        kind
        for path in package.rglob("*.py")
        for pattern in (
            r'Change\(\s*"([a-z-]+)"',
            r'kind="([a-z-]+)"',
            r'_pattern\(\s*"([a-z-]+)(?:@[a-z ]+)?"',
            r'\bkind = "([a-z-]+)"',
        )
        for kind in re.findall(pattern, path.read_text())
    }
    assert len(said) > 40
    assert said <= {*TABLE, "add-column", "alter-column", "restate-column"}


# a file of each language that is cut up and put together in another way
SOURCES = {
    ("rails", "1_next.rb"): """class Next < ActiveRecord::Migration[7.1]
  NAMES = %i[a b].freeze
  def up
    create_table(:a) { |t| t.string :x, null: false, default: "y" }
    NAMES.each { |name| remove_column :orders, name if column_exists?(:orders, name) }
    execute <<~SQL
      UPDATE a SET x = '#{NAMES}';
    SQL
    reversible { |dir| dir.up { drop_table :b } }
  end
end
""",
    ("knex", "1_next.js"): """const NAMES = ["a", "b"];
exports.up = async ({ schema }, ...rest) => {
  for (const name of NAMES) if (await schema.hasTable(name)) await schema.dropTable(`${name}`);
  await Promise.all(NAMES.map((n) => schema.alterTable(n, function () { this.string("x").notNullable().alter(); })));
};
exports.down = (knex) => knex.raw("SELECT ?", [1]).then(() => null);
""",
    ("ecto", "1_next.exs"): """defmodule Next do
  use Ecto.Migration
  @names ~w(a b)a
  def up do
    for name <- @names, do: drop(table(name))
    @names |> Enum.each(&(execute "UPDATE #{&1} SET x = 1"))
    alter table(:orders) do
      modify :x, :text, null: false, from: {:string, null: true}
    end
  rescue
    _ -> with :ok <- flush(), do: create(index(:orders, [:x]))
  end
end
""",
    ("liquibase", "changelog.xml"): """<databaseChangeLog><changeSet id="1" author="a" dbms="${x}">
  <preConditions onFail="MARK_RAN"><not><tableExists tableName="a"/></not></preConditions>
  <addColumn tableName="a"><column name="x" type="int"><constraints nullable="false"/></column></addColumn>
  <sql><![CDATA[DROP TABLE a; SELECT 1;]]></sql><rollback/>
</changeSet></databaseChangeLog>
""",
    ("alembic", "a.py"): """from alembic import op
revision = "a"
down_revision = None
def upgrade(*names, **options):
    for name in ["a", "b"]:
        with op.batch_alter_table(name) as batch:
            batch.drop_column(f"{name}") if name else [op.execute("SELECT 1") for _ in names]
""",
}


@QUICK
@given(st.data())
@pytest.mark.parametrize(("tool", "name"), SOURCES, ids=lambda value: value)
def test_a_file_that_is_cut_up_is_still_judged(tool: str, name: str, data: st.DataObject) -> None:
    words = re.findall(r"\w+|\s+|[^\w\s]", SOURCES[tool, name])
    places = st.integers(0, len(words))
    for start, end, to in data.draw(st.lists(st.tuples(places, places, places), max_size=6)):
        words[to:to] = words[start:end][:20]
        del words[end : end + 3]
    for migration in read({f"db/{name}": "".join(words).encode()}, tool):
        assert migration.phase in Phase
