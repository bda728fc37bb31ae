"""Ecto: the migration DSL, what is followed, what becomes a question, and the habits of the tool."""

from __future__ import annotations

from textwrap import dedent, indent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runbook_tui.catalog.model import MigrationSource
from runbook_tui.migrations.model import Level, Migration, Phase
from runbook_tui.migrations.read import read_migrations
from runbook_tui.migrations.registry import detect_tool, tool_named
from tests.migrations.judged import ASK, NONE, C, E, Judge, M, Pend, X, kinds_of, rules_of


def module(body: str) -> str:
    """A migration's file."""
    return f"defmodule Shop.Repo.Migrations.Next do\n  use Ecto.Migration\n{indent(dedent(body).strip(), '  ')}\nend\n"


BASE = module("""
def change do
  create table(:customers) do
    add :name, :text
  end

  create table("orders") do
    add :state, :string, size: 20, null: false
    add :note, :string, size: 50
    add :amount, :decimal, precision: 10, scale: 2, null: false, default: 0
    add :customer_id, references(:customers), null: false
    timestamps()
  end

  create unique_index(:orders, [:state, :note])
end
""")


@pytest.fixture
def ecto(pend: Pend) -> Judge:
    """``ecto(body_of_change)``: that as the one pending migration after two tables exist."""

    def run(body: str, *, top: str = "", engine: str = "postgres", function: str = "change") -> Migration:
        text = module(f"{dedent(top)}\ndef {function} do\n{indent(dedent(body).strip(), '  ')}\nend")
        base = {"db/1_base.exs": BASE}
        return pend(base, {**base, "db/2_next.exs": text}, tool="ecto", engine=engine).pending[0]

    return run


def alter(line: str) -> str:
    """``alter table`` of orders."""
    return f"alter table(:orders) do\n  {line}\nend"


# fmt: off
OPERATIONS = [
    ("create table(:r) do\n  add :a, :text\nend", "create-table", E),
    ("create table(:r)", "create-table", E),
    ("create_if_not_exists table(:r) do\n  timestamps()\nend", "create-table", E),
    ("drop table(:orders)", "drop-table", C),
    ("drop_if_exists table(:orders), mode: :cascade", "drop-table", C),
    ("drop table(:orders, prefix: \"sales\")", "drop-table", C),
    ("rename table(:orders), to: table(:sales)", "rename-table", X),
    ("rename table(:orders), :note, to: :remark", "rename-column", X),
    ("rename index(:orders, [:state]), to: \"i\"", "rename-index", E),
    (alter("add :c, :string"), "add-column-nullable", E),
    (alter("add :c, :string, null: true"), "add-column-nullable", E),
    (alter("add :c, :string, null: false"), "add-column-required", X),
    (alter('add :c, :string, null: false, default: "x"'), "add-column-defaulted", E),
    (alter("add :c, :map, null: false, default: %{}"), "add-column-defaulted", E),
    (alter('add :c, :utc_datetime, null: false, default: fragment("now()")'), "add-column-defaulted", E),
    (alter('add :c, :uuid, null: false, default: fragment("gen_random_uuid()")'), "add-column-rewrite", E),
    (alter("add :c, :string, null: false, default: nil"), "add-column-required", X),
    (alter("add :c, :string, null: false, default: @unknown"), "add-column-unknown", ASK),
    (alter("add :c, :string, options()"), "add-column-unknown", ASK),
    (alter("add :c, :bigserial"), "add-column-rewrite", E),
    (alter('add :c, :integer, generated: "ALWAYS AS (amount * 2) STORED"'), "add-column-rewrite", E),
    (alter("add_if_not_exists :c, :string"), "add-column-nullable", E),
    (alter("add :c, references(:customers)"), "add-foreign-key", E),
    (alter("add :c, references(:customers), primary_key: true"), "add-primary-key", X),
    (alter("timestamps()"), "add-column-required", X),
    (alter("timestamps(null: true)"), "add-column-nullable", E),
    (alter('timestamps(default: fragment("now()"))'), "add-column-defaulted", E),
    (alter("timestamps(@options)"), "add-column-unknown", ASK),
    (alter("remove :note"), "drop-column", C),
    (alter("remove :note, :string, size: 50"), "drop-column", C),
    (alter("remove_if_exists :note, :string"), "drop-column", C),
    (alter("remove :customer_id, references(:customers)"), "drop-column", C),
    (alter("modify :note, :string, size: 50, null: false"), "set-not-null", C),
    (alter("modify :state, :string, size: 20, null: true"), "drop-not-null", E),
    (alter("modify :note, :string, size: 80"), "widen-type", E),
    (alter("modify :note, :text"), "widen-type", E),
    (alter("modify :note, :string, size: 10"), "change-type", X),
    (alter("modify :other, :text"), "change-type", X),
    (alter("modify :other, :text, from: :string"), "widen-type", E),
    (alter("modify :other, :text, null: false, from: {:text, null: true}"), "set-not-null", C),
    (alter("modify :inserted_at, :utc_datetime"), "state-only", NONE),
    (alter("modify :amount, :decimal, precision: 10, scale: 2, default: 1"), "change-default", C),
    (alter("modify :amount, :decimal, precision: 10, scale: 2, default: nil"), "drop-default", C),
    (alter("modify :note, :string, size: 50, primary_key: true"), "add-primary-key", C),
    (alter("modify :customer_id, references(:customers), from: references(:customers)"), "replace-constraint", ASK),
    (alter("modify :note, @type"), "alter-column-unknown", ASK),
    ("create index(:orders, [:note])", "create-index", E),
    ("create index(:orders, [:note], concurrently: true)", "create-index-concurrently", E),
    ("create index(:orders, [:note], unique: true)", "create-unique-index", C),
    ("create index(:orders, [:note], @options)", "create-unique-index", C),
    ("create unique_index(:orders, [\"lower(note)\"])", "create-unique-index", C),
    ("create unique_index(:orders, [:note], concurrently: true)", "create-unique-index-concurrently", C),
    ("drop index(:orders, [:note])", "drop-index", C),
    ("drop_if_exists index(:orders, [:note], concurrently: true)", "drop-index-concurrently", C),
    ("create constraint(:orders, :positive, check: \"amount > 0\")", "add-check", C),
    ("create constraint(:orders, :positive, check: \"amount > 0\", validate: false)", "add-check-not-valid", C),
    ("create constraint(:orders, :alone, exclude: \"gist (note WITH =)\")", "add-exclusion", C),
    ("drop constraint(:orders, :positive)", "drop-constraint", E),
    ("drop constraint(:orders, \"orders_pkey\")", "drop-primary-key", C),
    ('execute "DROP TABLE orders"', "drop-table", C),
    ('execute "DROP TABLE orders", "SELECT 1"', "drop-table", C),
    ('execute("UPDATE orders SET note = state")', "update-rows", M),
    ('execute fn -> repo().query!("DELETE FROM orders") end', "delete-rows", C),
    ('"DROP TABLE orders" |> execute()', "drop-table", C),
    ("execute ~s(DROP TABLE orders)", "drop-table", C),
    ('repo().query!("DROP TABLE orders", [], log: false)', "drop-table", C),
    ('Ecto.Adapters.SQL.query!(Shop.Repo, "DROP TABLE orders", [])', "drop-table", C),
    ('repo().update_all(from(o in "orders", where: is_nil(o.note)), set: [note: "x"])', "update-rows", M),
    ('from(o in "orders", update: [set: [note: "x"]]) |> repo().update_all([])', "update-rows", M),
    ('repo().delete_all("orders")', "delete-rows", C),
    ('Shop.Repo.delete_all(Shop.Order)', "delete-rows", C),
    ('repo().insert_all("customers", [%{name: "a"}])', "insert-rows", E),
    ('repo().insert_all("customers", rows())', "opaque", ASK),
    ('repo().insert_all("customers", from(o in "orders", select: %{name: o.note}))', "copy-rows", M),
    ("repo().all(Shop.Order)\nflush()", None, NONE),
    # nobody can tell
    ('execute "DROP TABLE #{name()}"', "opaque", ASK),
    ('execute File.read!("up.sql")', "opaque", ASK),
    ('execute_file("up.sql", "down.sql")', "opaque", ASK),
    ("Oban.Migration.up(version: 12)", "opaque", ASK),
    ("Shop.Backfill.run()", "opaque", ASK),
    ("helper(:orders)", "opaque", ASK),
    ("helper", "opaque", ASK),
    ("create made()", "opaque", ASK),
    ("drop @table", "opaque", ASK),
]
# fmt: on


@pytest.mark.parametrize(("body", "kind", "phase"), OPERATIONS, ids=[case[0][:80] for case in OPERATIONS])
def test_one_operation(ecto: Judge, body: str, kind: str | None, phase: Phase) -> None:
    migration = ecto(body)
    assert (kind is None and not migration.operations) or kind in kinds_of(migration)
    assert migration.phase is phase


def test_a_foreign_key_may_wait_for_its_validation(ecto: Judge) -> None:
    found = ecto(alter("add :c, references(:customers, validate: false), null: false, default: 1"))
    assert "add-foreign-key-not-valid" in kinds_of(found)


def test_mysql_writes_the_whole_column_anew(ecto: Judge) -> None:
    """MySQL's MODIFY loses NOT NULL and the default when they are not said again; PostgreSQL keeps them."""
    body = alter("modify :state, :string, size: 20")
    assert kinds_of(ecto(body, engine="mysql")) == ["drop-not-null"]
    assert kinds_of(ecto(body)) == ["state-only"]


@pytest.mark.parametrize(
    ("body", "kinds"),
    [
        ("for name <- [:a, :b], do: drop table(name)", ["drop-table", "drop-table"]),
        ("for name <- @names do\n  drop table(name)\nend", ["drop-table", "drop-table"]),
        ("for a <- [1, 2], b <- ~w(x y)a do\n  execute \"DROP TABLE t_#{a}_#{b}\"\nend", ["drop-table"] * 4),
        ("Enum.each(@names, fn name -> drop table(name) end)", ["drop-table", "drop-table"]),
        ("Enum.each(@names, &drop(table(&1)))", ["drop-table", "drop-table"]),
        ("Enum.map(@names, &gone/1)", ["drop-table", "drop-table"]),
        ("@names |> Enum.each(&gone/1)", ["drop-table", "drop-table"]),
        ('execute Enum.map_join(@names, "; ", &"DROP TABLE #{&1}")', ["drop-table", "drop-table"]),
        ("execute(&purge/0)", ["delete-rows"]),
        ("gone(:a)", ["drop-table"]),
        ("alter table(:orders), do: remove(:note)", ["drop-column"]),
        ("made(:a)", ["opaque"]),
        ("if direction() == :up do\n  drop table(:a)\nelse\n  drop table(:b)\nend", ["drop-table"]),
        ("unless direction() == :up, do: drop(table(:a))", []),
        ("name = \"a\"\nexecute \"DROP TABLE \" <> name", ["drop-table"]),
        ("repo().transaction(fn -> repo().delete_all(\"orders\") end)", ["delete-rows"]),
        ("alter table(:orders) do\n  common()\nend", ["add-column-nullable", "drop-column"]),
        ("execute \"DROP TABLE #{String.trim_trailing(\"as\", \"s\")}\"", ["drop-table"]),
    ],
)  # fmt: skip
def test_what_is_written_out_is_followed(ecto: Judge, body: str, kinds: list[str]) -> None:
    top = """
    @names [:a, :b]

    defp gone(name), do: drop(table(name))

    defmacro made(name) do
      quote do: drop(table(unquote(name)))
    end

    defp purge do
      repo().delete_all("orders")
    end

    defp common do
      add :c, :text
      remove :note
    end
    """
    found = ecto(body, top=top)
    assert [(operation.kind, operation.conditional) for operation in found.operations] == [
        (kind, False) for kind in kinds
    ]


@pytest.mark.parametrize(
    "body",
    [
        "if System.get_env(\"X\"), do: drop(table(:orders))",
        "unless prefix() do\n  drop table(:orders)\nend",
        "for name <- names(), do: drop(table(name))",
        "case repo().query!(\"SELECT 1\") do\n  %{rows: []} -> drop table(:orders)\n  _ -> :ok\nend",
        "cond do\n  x() -> drop(table(:orders))\n  true -> nil\nend",
        "with {:ok, _} <- x() do\n  drop table(:orders)\nend",
        "rows = repo().all(\"orders\")\nEnum.each(rows, fn _ -> drop(table(:orders)) end)",
        "x() && drop(table(:orders))",
        "repo().all(\"orders\") |> case do\n  [] -> drop table(:orders)\n  _ -> nil\nend",
        "several(:b)",
        "try do\n  :ok\nrescue\n  _ -> drop table(:orders)\nend",
    ],
)  # fmt: skip
def test_what_may_not_happen_is_conditional_and_counts(ecto: Judge, body: str) -> None:
    top = """
    defp several(x) when x == :a, do: nil
    defp several(_), do: drop(table(:orders))
    """
    found = ecto(body, top=top)
    (dropped,) = [operation for operation in found.operations if operation.kind == "drop-table"]
    assert dropped.conditional
    assert found.phase in (C, ASK)


def test_what_a_migration_makes_itself_breaks_nobody(ecto: Judge) -> None:
    found = ecto("""
    create table(:r) do
      add :a, :text
    end

    alter table(:r) do
      add :b, :text, null: false
      remove :a
    end

    create unique_index(:r, [:b])
    """)
    assert found.phase is E


def test_lines_are_those_of_the_file(ecto: Judge) -> None:
    found = ecto('execute """\nSELECT 1;\n\nDROP TABLE orders\n"""\ndrop table(:b)')
    assert [o.line for o in found.operations if o.kind == "drop-table"] == [7, 9]


def test_callbacks_of_the_transaction_run_as_well(ecto: Judge) -> None:
    top = """
    def after_begin, do: execute("SET lock_timeout = '1s'")
    def before_commit, do: execute("DROP TABLE orders")
    """
    found = ecto(alter("add :c, :text"), top=top)
    assert kinds_of(found) == [
        "setting",
        "add-column-nullable",
        "drop-table",
    ]
    assert "no-lock-timeout" not in rules_of(found)


@pytest.mark.parametrize(
    ("top", "transactional"),
    [("@disable_ddl_transaction true\n@disable_migration_lock true", False), ("@moduledoc false", True)],
)
def test_a_migration_says_whether_it_is_transactional(ecto: Judge, top: str, *, transactional: bool) -> None:
    migration = ecto("create index(:orders, [:note], concurrently: true)", top=top)
    assert migration.transactional is transactional
    refused = "concurrently-in-transaction" in rules_of(migration)
    assert refused is transactional


@pytest.mark.parametrize(
    ("body", "has_down"),
    [
        ("create table(:r)", True),
        ("drop index(:orders, [:note])", True),
        ("drop table(:orders)", False),
        ("drop constraint(:orders, :positive)", False),
        ('execute "SELECT 1"', False),
        ('execute "SELECT 1", "SELECT 1"', True),
        (alter("add :c, :text"), True),
        (alter("remove :note"), False),
        (alter("remove :note, :text"), True),
        (alter("modify :note, :text"), False),
        (alter("modify :note, :text, from: :string"), True),
        (alter("add_if_not_exists :c, :text"), False),
        ("rename table(:orders), :note, to: :remark", True),
    ],
)
def test_a_change_is_undone_when_all_of_it_can_be_turned_round(
    ecto: Judge, body: str, *, has_down: bool
) -> None:
    assert ecto(body).has_down is has_down


@pytest.mark.parametrize(
    ("down", "has_down"),
    [
        ("def down, do: drop(table(:r))", True),
        ("def down do\n  if direction() == :down, do: drop(table(:r))\nend", True),
        ('def down, do: raise("no way back")', False),
        ("def down, do: :ok", False),
        ("def down do\nend", False),
        ("", False),
    ],
)
def test_a_down_has_to_change_something(pend: Pend, down: str, *, has_down: bool) -> None:
    text = module(f"def up, do: create(table(:r))\n{down}")
    assert pend({}, {"db/1_a.exs": text}, tool="ecto").pending[0].has_down is has_down


def test_up_stands_before_change(pend: Pend) -> None:
    text = module(
        "def change, do: drop(table(:a))\ndef up, do: create(table(:b))\ndef down, do: drop(table(:b))"
    )
    assert kinds_of(pend({}, {"db/1_a.exs": text}, tool="ecto").pending[0]) == ["create-table"]


@pytest.mark.parametrize(
    "text",
    [
        module("if @engine == :x do\n  def change, do: drop(table(:a))\nend"),
        "defmodule A do\n  def change, do: nil\nend",
        "IO.puts(1)",
        module("def change, do: again()\ndefp again, do: again()"),
    ],
)
def test_a_module_that_is_not_written_out_is_a_question(pend: Pend, text: str) -> None:
    assert pend({}, {"db/1_a.exs": text}, tool="ecto").pending[0].phase is ASK


# the folder


def test_the_order_is_that_of_the_versions_with_folders_below(pend: Pend) -> None:
    text = module("def change, do: nil")
    files = {f"db/{name}": text for name in ("10_c.exs", "9_b.exs", "old/1_a.exs", ".formatter.exs", "x.exs")}
    found = pend({}, files, tool="ecto")
    assert [(item.id, item.title, item.parents) for item in found.pending] == [
        ("1", "a", ()),
        ("9", "b", ("1",)),
        ("10", "c", ("9",)),
    ]
    assert ("not-a-migration", "db/x.exs") in [(finding.rule, finding.path) for finding in found.findings]
    assert "db/.formatter.exs" not in [finding.path for finding in found.findings]
    commands = (found.pending[1].command, found.pending[1].command_down)
    assert commands == ("mix ecto.migrate --to 9", "mix ecto.rollback --to 9")


def test_a_version_is_a_number(pend: Pend) -> None:
    text = module("def change, do: nil")
    found = pend({}, {"db/1_a.exs": text, "db/01_b.exs": text}, tool="ecto")
    assert "duplicate-id" in rules_of(found)


@pytest.mark.parametrize(
    ("edited", "level"),
    [
        (BASE.replace("  timestamps()", "  # when\n    timestamps()"), Level.NOTE),
        (BASE.replace("size: 20", "size: 21"), Level.ERROR),
    ],
)
def test_comments_and_layout_are_no_edit(pend: Pend, edited: str, level: Level) -> None:
    found = pend({"db/1_base.exs": BASE}, {"db/1_base.exs": edited}, tool="ecto")
    assert [(f.rule, f.level) for f in found.findings] == [("edited-after-apply", level)]


def test_a_file_that_comes_late_runs_all_the_same(pend: Pend) -> None:
    found = pend({"db/2_b.exs": BASE}, {"db/2_b.exs": BASE, "db/1_a.exs": BASE}, tool="ecto")
    assert ("sorts-before-applied", Level.WARNING) in [(f.rule, f.level) for f in found.findings]


def test_a_broken_file_is_a_question_with_its_line(pend: Pend) -> None:
    broken = "defmodule A do\n  use Ecto.Migration\n  def change do\n    drop table(:a\n  end\nend\n"
    found = pend(
        {}, {"db/1_a.exs": broken, "db/2_b.exs": module("def change, do: drop(table(:a))")}, tool="ecto"
    )
    assert [migration.phase for migration in found.pending] == [ASK, C]
    (error,) = [f for f in found.pending[0].findings if f.level is not Level.NOTE]
    assert (error.rule, error.path) == ("unreadable", "db/1_a.exs")
    assert error.line > 1


@pytest.mark.parametrize(
    ("path", "text", "tool"),
    [
        ("db/20260101_a.exs", "defmodule A do\n  use Ecto.Migration\nend", "ecto"),
        ("db/1_a.exs", "defmodule A do\n  use Shop.Migration\nend", "ecto"),
        ("db/a.exs", "defmodule A do\n  use Ecto.Migration\nend", None),
        ("db/1_a.exs", "ExUnit.start()", None),
    ],
)
def test_the_tool_is_known_by_its_files(path: str, text: str, tool: str | None) -> None:
    assert detect_tool({path: text.encode()}, "db") == tool


def test_folders_inside_of_one_are_a_part_of_it() -> None:
    paths = [
        "priv/repo/migrations/1_a.exs",
        "priv/repo/migrations/2026/2_b.exs",
        "priv/logs/migrations/1_a.exs",
    ]
    assert tool_named("ecto").folders(paths, paths) == ("priv/logs/migrations", "priv/repo/migrations")


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="{}()[]<>-=|&@:,.\"'~# \nabdoendfntable%^", max_size=120))
def test_no_text_makes_it_raise(text: str) -> None:
    source = MigrationSource(path="db", datastore="shop", tool="ecto")
    files = {"db/1_a.exs": module(f"def change do\n{text}\nend").encode()}
    (migration,) = read_migrations(source, files, service="s", engine="postgres")
    assert migration.id == "1"


@pytest.mark.parametrize(
    ("start", "double"),
    [
        ("a = [1]", "a = a ++ a"),
        ('a = "x"', "a = a <> a"),
        ('a = "x"', 'a = "#{a}#{a}"'),
        ('a = "x"', 'a = Enum.join([a, a], "")'),
        ('a = "x"', 'a = String.replace(a, "x", "xx")'),
    ],
)
def test_nothing_grows_without_end(ecto: Judge, start: str, double: str) -> None:
    body = "\n".join([start, *[double] * 60, "drop table(:orders)"])
    assert kinds_of(ecto(body)) == ["drop-table"]


def test_deep_nesting_is_a_question() -> None:
    source = MigrationSource(path="db", datastore="shop", tool="ecto")
    files = {"db/1_a.exs": module(f"def change, do: {'(' * 3000}1{')' * 3000}").encode()}
    (migration,) = read_migrations(source, files, service="s", engine="postgres")
    assert migration.phase is ASK
