"""JavaScript, Elixir and Ruby that hide what they do are never called safe."""

from __future__ import annotations

import pytest

from runbook_tui.migrations.model import Migration
from tests.migrations.judged import Pend
from tests.migrations.test_adversarial_sql import is_safe

KNEX = "exports.up = async function (knex) {{\n{}\n}};\nexports.down = async (knex) => {{ {} }};\n"
ECTO = "defmodule Shop.Next do\n  use Ecto.Migration\n\n  def up do\n{}\n  end\n\n  def down, do: {}\nend\n"
RAILS = "class Next < ActiveRecord::Migration[7.1]\n  def up\n{}\n  end\nend\n"
DROP = 'knex.schema.dropTable("orders")'

JAVASCRIPT = [
    f"const f = (x = {DROP}) => x; await f()",
    'await knex.schema.table("orders", (...all) => all[0].dropColumn("note"))',
    f"return Array.from([1], () => {DROP})",
    f"const o = {{ get go() {{ return {DROP} }} }}; await o.go",
    f"switch (1) {{ case await {DROP}: }}",
    'await knex.client.raw("DROP TABLE orders")',
    'await knex.client.query(connection, "DROP TABLE orders")',
    "await this.down(knex)",
    'require("child_process").execSync("psql -f drop.sql")',
    'await require("pg").query("DROP TABLE orders")',
]
ELIXIR = [
    "Enum.map([:orders], &(drop table(&1)))",
    ":ok\nafter\n  drop table(:orders)",
    'raise "no"\nrescue\n  _ -> drop table(:orders)',
    "__MODULE__.down()",
    'System.cmd("psql", ["-f", "drop.sql"])',
    'System.shell("psql -f drop.sql")',
]
RUBY = [
    'add_column :orders, :x, "integer NOT NULL"',
    'add_column :orders, :x, "integer UNIQUE"',
    'add_column :orders, :x, "what nobody can read ("',
]


def only(pend: Pend, tool: str, path: str, text: str) -> Migration:
    (migration,) = pend({}, {path: text}, tool=tool).pending
    return migration


@pytest.mark.parametrize("body", JAVASCRIPT)
def test_javascript_that_hides_a_drop_is_never_called_safe(pend: Pend, body: str) -> None:
    assert not is_safe(only(pend, "knex", "db/1_next.js", KNEX.format(body, f"await {DROP}")))


@pytest.mark.parametrize("body", ELIXIR)
def test_elixir_that_hides_a_drop_is_never_called_safe(pend: Pend, body: str) -> None:
    assert not is_safe(only(pend, "ecto", "db/1_next.exs", ECTO.format(body, "drop(table(:orders))")))


CLASSES = [
    RAILS.format("") + "class Next\n  def up\n    drop_table :orders\n  end\nend\n",
    RAILS.format("").replace(
        "def up", "def exec_migration(connection, direction)\n    drop_table :orders\n  end\n\n  def up"
    ),
    "class ActiveRecord::Migration\n  def add_column(*) = drop_table(:orders)\nend\n"
    + RAILS.format("add_column :orders, :x, :text"),
]


@pytest.mark.parametrize("text", CLASSES)
def test_a_class_of_ruby_that_is_more_than_it_looks_is_never_called_safe(pend: Pend, text: str) -> None:
    assert not is_safe(only(pend, "rails", "db/1_next.rb", text))


@pytest.mark.parametrize("body", RUBY)
def test_ruby_that_hides_a_rule_is_never_called_safe(pend: Pend, body: str) -> None:
    assert not is_safe(only(pend, "rails", "db/1_next.rb", RAILS.format(body)))


@pytest.mark.parametrize(
    ("tool", "path", "text"),
    [
        (
            "knex",
            "db/1_next.js",
            KNEX.format("return knex.schema.createTable('fresh', (t) => t.increments())", ""),
        ),
        ("ecto", "db/1_next.exs", ECTO.format("Enum.each([:a, :b], &(create table(&1)))", ":ok")),
        ("rails", "db/1_next.rb", RAILS.format('add_column :orders, :x, "double precision"')),
    ],
)
def test_what_takes_nothing_away_is_called_safe(pend: Pend, tool: str, path: str, text: str) -> None:
    assert is_safe(only(pend, tool, path, text))
