"""Rails migrations: operations, what is followed, what becomes a question."""

from __future__ import annotations

import pytest

from runbook_tui.migrations.model import Level, Phase
from tests.migrations.conftest import ruby
from tests.migrations.judged import ASK, NONE, C, E, Judge, M, Pend, X, kinds_of, rules_of

# fmt: off
OPERATIONS = [
    ("create_table :r", ["create-table"], E),
    ("create_table(:r, id: :uuid) { |t| t.string :a, null: false }", ["create-table"], E),
    ("create_table :orders, force: :cascade", ["drop-table", "create-table"], X),
    ("create_join_table :orders, :customers", ["create-table"], E),
    ("drop_table :orders", ["drop-table"], C),
    ("drop_table :orders, :customers, if_exists: true", ["drop-table", "drop-table"], C),
    ("drop_join_table :orders, :customers", ["drop-table"], C),
    ("rename_table :orders, :sales", ["rename-table"], X),
    ("add_column :orders, :c, :string", ["add-column-nullable"], E),
    ("add_column 'orders', 'c', :string, :null => true", ["add-column-nullable"], E),
    ("add_column :orders, :c, :string, null: false", ["add-column-required"], X),
    ("add_column :orders, :c, :string, null: false, default: 'x'", ["add-column-defaulted"], E),
    ("add_column :orders, :c, :datetime, null: false, default: -> { 'now()' }", ["add-column-defaulted"], E),
    ("add_column :orders, :c, :uuid, null: false, default: 'gen_random_uuid()'", ["add-column-rewrite"], E),
    ("add_column :orders, :c, :uuid, default: -> { 'gen_random_uuid()' }", ["add-column-rewrite"], E),
    ("add_column :orders, :c, :bigserial", ["add-column-rewrite"], E),
    ("add_column :orders, :c, :virtual, type: :string, as: 'upper(note)', stored: true", ["add-column-rewrite"], E),
    ("add_column :orders, :c, :string, null: false, default: Settings.code", ["opaque", "add-column-unknown"], ASK),
    ("add_column :orders, :c, :string, **options", ["opaque", "add-column-unknown"], ASK),
    ("add_columns :orders, :c, :d, type: :string", ["add-column-nullable"] * 2, E),
    ("add_timestamps :orders", ["add-column-required"] * 2, X),
    ("add_timestamps :orders, null: true", ["add-column-nullable"] * 2, E),
    ("add_timestamps :orders, default: -> { 'CURRENT_TIMESTAMP' }", ["add-column-defaulted"] * 2, E),
    ("add_reference :orders, :shop", ["add-column-nullable", "create-index"], E),
    ("add_reference :orders, :shop, index: false", ["add-column-nullable"], E),
    ("add_reference :orders, :shop, null: false, index: false", ["add-column-required"], X),
    ("add_belongs_to :orders, :shop, index: { algorithm: :concurrently, unique: true }",
     ["add-column-nullable", "create-unique-index-concurrently"], E),
    ("add_reference :orders, :shop, foreign_key: true, index: false", ["add-column-nullable", "add-foreign-key"], E),
    ("add_reference :orders, :owner, polymorphic: true, index: false", ["add-column-nullable"] * 2, E),
    ("remove_column :orders, :note, :string", ["drop-column"], C),
    ("remove_columns :orders, :note, :state", ["drop-column"] * 2, C),
    ("remove_reference :orders, :customer, foreign_key: true", ["drop-constraint", "drop-column"], C),
    ("remove_belongs_to :orders, :owner, polymorphic: true", ["drop-column"] * 2, C),
    ("remove_timestamps :orders", ["drop-column"] * 2, C),
    ("rename_column :orders, :note, :remark", ["rename-column"], X),
    ("change_column :orders, :note, :string, limit: 80", ["widen-type"], E),
    ("change_column :orders, :note, :text", ["widen-type"], E),
    ("change_column :orders, :note, :string, limit: 10", ["change-type"], X),
    ("change_column :orders, :note, :text, null: false", ["widen-type", "set-not-null"], X),
    ("change_column :orders, :amount, :decimal, precision: 12, scale: 2", ["widen-type"], E),
    ("change_column :orders, :customer_id, :integer, using: 'customer_id::int'", ["change-type"], X),
    ("change_column_null :orders, :note, false", ["set-not-null"], C),
    ("change_column_null :orders, :note, false, 'x'", ["update-rows", "set-not-null"], C),
    ("change_column_null :orders, :state, true", ["drop-not-null"], E),
    ("change_column_null :orders, :note, strict?", ["alter-column-unknown"], ASK),
    ("change_column_default :orders, :note, 'x'", ["change-default"], C),
    ("change_column_default :orders, :amount, from: 0, to: nil", ["drop-default"], C),
    ("change_column_comment :orders, :note, from: nil, to: 'free'", ["comment"], NONE),
    ("add_index :orders, :note", ["create-index"], E),
    ("add_index :orders, %i[note state], unique: true", ["create-unique-index"], C),
    ("add_index :orders, :note, unique: unique_notes", ["opaque", "create-unique-index"], ASK),
    ("add_index :orders, :note, algorithm: :concurrently", ["create-index-concurrently"], E),
    ("remove_index :orders, :note", ["drop-index"], C),
    ("remove_index :orders, column: :note, algorithm: :concurrently", ["drop-index-concurrently"], C),
    ("rename_index :orders, 'a', 'b'", ["rename-index"], E),
    ("add_foreign_key :orders, :customers", ["add-foreign-key"], C),
    ("add_foreign_key :orders, :customers, validate: false", ["add-foreign-key-not-valid"], C),
    ("validate_foreign_key :orders, :customers", ["validate-constraint"], C),
    ("remove_foreign_key :orders, :customers", ["drop-constraint"], E),
    ("add_check_constraint :orders, 'amount > 0', name: 'c'", ["add-check"], C),
    ("add_check_constraint :orders, 'amount > 0', name: 'c', validate: false", ["add-check-not-valid"], C),
    ("validate_check_constraint :orders, name: 'c'", ["validate-constraint"], C),
    ("remove_check_constraint :orders, name: 'c'", ["drop-constraint"], E),
    ("add_unique_constraint :orders, :note", ["add-unique"], C),
    ("add_unique_constraint :orders, using_index: 'i'", ["add-unique-using-index"], E),
    ("add_exclusion_constraint :orders, 'note WITH =', using: :gist", ["add-exclusion"], C),
    ("create_enum :mood, %w[good bad]", ["create-type"], E),
    ("add_enum_value :mood, 'so_so'", ["add-enum-value"], E),
    ("rename_enum_value :mood, from: 'bad', to: 'sad'", ["rename-enum-value"], X),
    ("drop_enum :mood", ["drop-type"], C),
    ("enable_extension 'citext'", ["create-object"], E),
    ("disable_extension 'citext'", ["drop-object"], C),
    ("rename_schema :a, :b", ["rename-object"], X),
    ("execute 'DROP TABLE orders'", ["drop-table"], C),
    ("execute <<~SQL.squish\n  UPDATE orders SET note = 'x'\n  WHERE note IS NULL\nSQL", ["update-rows"], M),
    ("connection.exec_update('DELETE FROM orders')", ["delete-rows"], C),
    ("ActiveRecord::Base.connection.execute('DELETE FROM orders')", ["delete-rows"], C),
    ("connection.remove_column :orders, :note", ["drop-column"], C),
    ('execute "DROP TABLE #{connection.quote_table_name(:orders)}"', ["drop-table"], C),
    ("connection.execute_batch(['SELECT 1', 'DROP TABLE orders'])", ["query", "drop-table"], C),
    ("connection.execute_batch(['SELECT 1', sql])", ["opaque", "opaque"], ASK),
    ("execute sql_of_the_day", ["opaque", "opaque"], ASK),
    ('execute "DELETE FROM #{params[:table]}"', ["opaque", "opaque"], ASK),
    ('execute "UPDATE orders SET note = #{connection.quote(note)}"', ["opaque", "update-rows"], ASK),
    ("do_something_else :orders", ["opaque"], ASK),
    ("orders = [1]\norders.each { |o| shout o }", ["opaque"], ASK),
    ("say 'hello'\nputs 1\nsleep 0.1", [], NONE),
    # rows
    ("Order.update_all(note: 'x')", ["update-rows"], M),
    ("Order.where(note: nil).in_batches.update_all(note: 'x')", ["update-rows"], M),
    ("Order.find_each { |order| order.update_columns(note: order.state) }", ["update-rows"], M),
    ("Order.where(note: nil).delete_all", ["delete-rows"], C),
    ("Customer.insert_all([{ name: 'x' }])", ["insert-rows"], E),
    ("Customer.insert_all(rows)", ["opaque", "opaque"], ASK),
    ("Customer.insert_all(Order.pluck(:note), unique_by: :name)", ["opaque"], ASK),
    ("Order.find_each { |order| order.update!(note: 'x') }", ["opaque"], ASK),
    ("Order.destroy_all", ["opaque"], ASK),
    ("Order.find_each(&:recalculate)", ["opaque"], ASK),
    ("Order.unscoped.find_each(&:destroy)", ["opaque"], ASK),
    ("Order.where(note: nil).map(&:note)", [], NONE),
    ("Order.find_by_sql('DELETE FROM orders RETURNING id')", ["delete-rows"], C),
    ("Order.first.lines << line", ["opaque", "opaque"], ASK),
    ("Setting.currency = 'EUR'", ["opaque"], ASK),
    ("Order.find_each { |order| order.settings.express = true }", ["opaque"], ASK),
    ("order = Order.first\norder.note = 'x'", [], NONE),
    ("Order.table_name = 'orders'", [], NONE),
    ("Rails.application.load_seed", ["opaque"], ASK),
    ("Rails.logger.info 'x'\nRails.application.config.x", [], NONE),
    ("ActiveRecord::Base.descendants.each { |model| model.reset! }", ["opaque"], ASK),
    ("delete 'DELETE FROM orders'", ["delete-rows"], C),
    ("FixOrdersJob.perform_later", ["opaque"], ASK),
    ("Order.where(note: nil).count", [], NONE),
    ("Order.reset_column_information", [], NONE),
    # libraries
    ("add_concurrent_index :orders, :note, name: 'i'", ["create-index-concurrently"], E),
    ("remove_concurrent_index_by_name :orders, 'i'", ["drop-index-concurrently"], C),
    ("add_concurrent_foreign_key :orders, :shops, column: :shop_id",
     ["add-foreign-key-not-valid", "validate-constraint"], C),
    ("add_not_null_constraint :orders, :note, validate: false", ["add-check-not-valid"], C),
    ("add_text_limit :orders, :note, 80", ["add-check-not-valid", "validate-constraint"], C),
    ("rename_column_concurrently :orders, :note, :remark",
     ["add-column-nullable", "create-trigger", "update-rows"], X),
    ("cleanup_concurrent_column_rename :orders, :note, :remark", ["drop-trigger", "drop-column"], C),
    ("with_lock_retries { remove_column :orders, :note }", ["setting", "drop-column"], C),
    ("queue_batched_background_migration 'Fill', :orders, :id", ["opaque"], ASK),
    ("create_view :sums, version: 2", ["create-view"], E),
    ("update_view :sums, version: 3, revert_to_version: 2", ["reshape-view"], ASK),
    ("drop_view :sums", ["drop-view"], C),
    ("Migration::TableDropper.execute_drop('orders')", ["drop-table"], C),
    ("DB.exec('UPDATE orders SET note = :n', n: 1)", ["update-rows"], M),
]
# fmt: on


@pytest.mark.parametrize(("body", "expected", "phase"), OPERATIONS, ids=[case[0] for case in OPERATIONS])
def test_an_operation_is_a_row_of_the_safety_table(
    rails: Judge, body: str, expected: list[str], phase: Phase
) -> None:
    found = rails(body)
    assert kinds_of(found) == expected
    assert found.phase is phase


# fmt: off
TABLES = [
    ("t.string :c, :d", ["add-column-nullable"] * 2),
    ("t.column :c, :integer, null: false", ["add-column-required"]),
    ("t.references :shop, foreign_key: { validate: false }",
     ["add-column-nullable", "create-index", "add-foreign-key-not-valid"]),
    ("t.timestamps", ["add-column-required"] * 2),
    ("t.remove :note, :state", ["drop-column"] * 2),
    ("t.rename :note, :remark", ["rename-column"]),
    ("t.change :note, :text", ["widen-type"]),
    ("t.change_null :note, false", ["set-not-null"]),
    ("t.index [:note], unique: true", ["create-unique-index"]),
    ("t.remove_index name: 'i'", ["drop-index"]),
    ("t.foreign_key :customers", ["add-foreign-key"]),
    ("t.check_constraint 'amount > 0', name: 'c'", ["add-check"]),
    ("t.remove_references :customer", ["drop-column"]),
    ("t.has_attached_file :scan", ["opaque"]),
    ("t.string :c, index: { unique: true }", ["add-column-nullable", "create-unique-index"]),
    ("%w[c d].each { |name| t.jsonb name }", ["add-column-nullable"] * 2),
]
# fmt: on


@pytest.mark.parametrize(("line", "expected"), TABLES, ids=[case[0] for case in TABLES])
def test_change_table_is_its_lines(rails: Judge, line: str, expected: list[str]) -> None:
    assert kinds_of(rails(f"change_table :orders, bulk: true do |t|\n  {line}\nend")) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("%i[note state].each { |c| remove_column :orders, c }", [("note", False), ("state", False)]),
        ("{ orders: :note }.each { |t, c| remove_column t, c }", [("note", False)]),
        ("COLUMNS.each do |c|\n  remove_column TABLE, c\nend", [("note", False), ("state", False)]),
        ("drop_from(:orders, column: :note)", [("note", False)]),
        ("within { remove_column :orders, :note }", [("note", False)]),
        ("name = 'note'\nwithin { remove_column :orders, name }", [("note", False)]),
        ("around { |name| remove_column :orders, name }", [("note", False)]),
        ("[1].each(&method(:drop_note))", [("note", True)]),
        ("safety_assured { remove_column :orders, :note }", [("note", False)]),
        ("ActiveRecord::Base.transaction { remove_column :orders, :note }", [("note", False)]),
        ("remove_column :orders, :note if somebody?", [("note", True)]),
        ("remove_column :orders, :note if column_exists?(:orders, :note)", [("note", False)]),
        (
            "remove_column :orders, :note if table_exists?(:orders) && column_exists?(:orders, :note)",
            [("note", False)],
        ),
        (
            "remove_column :orders, :note if !column_exists?(:orders, :x) && column_exists?(:orders, :note)",
            [("note", True)],
        ),
        ("return unless column_exists?(:orders, :note)\nremove_column :orders, :note", [("note", False)]),
        ("return if column_exists?(:orders, :x)\nremove_column :orders, :note", [("note", True)]),
        ("return if done?\nremove_column :orders, :note", [("note", True)]),
        ("return\nremove_column :orders, :note", []),
        ("remove_column :orders, :note unless Rails.env.test?", [("note", False)]),
        ("columns.each { |c| remove_column :orders, c.name }", [(None, True)]),
        ("begin\n  say 'x'\nrescue => e\n  remove_column :orders, :note\nend", [("note", True)]),
        ("case kind\nwhen 1 then remove_column :orders, :note\nend", [("note", True)]),
        ("name = 'note'\nremove_column :orders, \"#{name}\"", [("note", False)]),
        ("name = somebody? ? 'note' : 'state'\nremove_column :orders, name", [(None, False)]),
        (
            "reversible { |d| d.up { remove_column :orders, :note }; d.down { drop_table :x } }",
            [("note", False)],
        ),
        ("up_only { remove_column :orders, :note }", [("note", False)]),
        ("revert { add_column :orders, :note, :string }", [("note", False)]),
    ],
)
def test_plain_ruby_is_followed(rails: Judge, body: str, expected: list[tuple[str | None, bool]]) -> None:
    head = "TABLE = :orders\nCOLUMNS = %w[note state].freeze"
    extra = """
    def down = drop_table(:orders)
    def drop_from(table, column:) = remove_column(table, column)
    def within
      name = "other"
      yield
    end
    def around(&block)
      within { block.call("note") }
    end
    def drop_note(_) = remove_column(:orders, :note)
    """
    operations = rails(body, head=head, extra=extra).operations
    drops = [(item.name, item.conditional) for item in operations if item.phase is C]
    assert drops == expected


@pytest.mark.parametrize(
    "body",
    [
        "revert",
        "revert CreateOrders",
        "revert { execute 'DELETE FROM orders' }",
        "send(:drop_table, :orders)",
        "eval 'drop_table :orders'",
        "orders.drop!",
        "`psql -c 'DROP TABLE orders'`\nsystem 'psql'",
        "Klass.const_get(:Order).connection.truncate(:orders)",
        "change_table :orders, &definition",
        "helper { |x| x.y! }",
    ],
)
def test_what_only_running_it_would_tell_is_asked(rails: Judge, body: str) -> None:
    found = rails(body)
    assert found.phase is ASK
    assert "opaque" in rules_of(found)


@pytest.mark.parametrize(
    ("method", "body", "extra", "expected"),
    [
        ("change", "add_column :orders, :c, :string", "", True),
        ("change", "remove_column :orders, :note, :string", "", True),
        ("change", "remove_column :orders, :note", "", False),
        ("change", "drop_table(:orders) { |t| t.string :note }", "", True),
        ("change", "drop_table :orders", "", False),
        ("change", "change_column :orders, :note, :text", "", False),
        ("change", "change_column_default :orders, :note, from: nil, to: 'x'", "", True),
        ("change", "change_column_default :orders, :note, 'x'", "", False),
        ("change", "remove_index :orders, :note", "", True),
        ("change", "remove_index :orders, name: 'i'", "", False),
        ("change", "execute 'UPDATE orders SET note = 1'", "", False),
        ("change", "connection.add_column :orders, :c, :string", "", False),
        ("change", "Order.update_all(note: 'x')", "", False),
        ("change", "add_column :orders, :c, :string\nup_only { Order.update_all(c: 'x') }", "", True),
        ("change", "reversible { |d| d.up { execute 'DELETE FROM orders' } }", "", False),
        ("change", "reversible { |d| d.up { drop_table :x }; d.down { create_table :x } }", "", True),
        ("up", "drop_table :orders", "def down\n  create_table :orders\nend", True),
        ("up", "drop_table :orders", "def down; end", False),
        ("up", "drop_table :orders", "def down\n  raise ActiveRecord::IrreversibleMigration\nend", False),
        ("up", "drop_table :orders", "", False),
        ("self.up", "drop_table :orders", "def self.down\n  create_table :orders\nend", True),
    ],
)
def test_whether_it_can_be_undone(rails: Judge, method: str, body: str, extra: str, expected: bool) -> None:
    found = rails(body, method=method, extra=extra)
    assert kinds_of(found)
    assert found.has_down is expected


@pytest.mark.parametrize(
    ("kind", "precise", "engine", "expected"),
    [
        (":datetime, precision: 3", ":datetime, precision: 6", "postgres", "widen-type"),
        (":datetime, precision: 3", ":datetime", "postgres", "widen-type"),
        (":datetime, precision: 6", ":datetime, precision: 3", "postgres", "change-type"),
        (":timestamptz, precision: 3", ":datetime, precision: 6", "postgres", "change-type"),
        (":datetime, precision: 3", ":datetime, precision: 6", "mysql", "change-type"),
        (":cidr", ":inet", "postgres", "widen-type"),
        (":inet", ":cidr", "postgres", "change-type"),
    ],
)
def test_times_and_addresses_that_take_more(
    pend: Pend, kind: str, precise: str, engine: str, expected: str
) -> None:
    base = {"db/1_base.rb": ruby(f"add_column :orders, :c, {kind}").replace("Next", "Base")}
    files = {**base, "db/2_next.rb": ruby(f"change_column :orders, :c, {precise}")}
    (found,) = pend(base, files, tool="rails", engine=engine).pending
    assert kinds_of(found) == [expected]


def test_lines_are_those_of_the_file(rails: Judge) -> None:
    body = "execute <<~SQL\n  UPDATE orders SET note = 'x';\n  DELETE FROM orders;\nSQL\ndrop_table :orders"
    assert [item.line for item in rails(body).operations] == [5, 6, 8]


def test_change_goes_before_up(rails: Judge) -> None:
    found = rails("drop_table :orders", extra="def change\n  add_column :orders, :c, :string\nend")
    assert kinds_of(found) == ["add-column-nullable"]


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("", ["add-column-nullable", "add-column-nullable", "add-column-nullable"]),
        ("[4.2]", ["add-column-nullable", "add-column-nullable", "add-column-nullable"]),
        ("[5.0]", ["add-column-required", "add-column-required", "add-column-nullable", "create-index"]),
    ],
)
def test_older_versions_had_other_defaults(rails: Judge, version: str, expected: list[str]) -> None:
    assert (
        kinds_of(rails("add_timestamps :orders\nadd_reference :orders, :shop", version=version)) == expected
    )


@pytest.mark.parametrize(
    "text",
    [
        "class Next < Shop::BaseMigration\n  def down\n  end\nend\n",
        "class Next < ActiveRecord::Migration[7.1]\n  include Shop::Backfill\nend\n",
        "class Next < ActiveRecord::Migration[7.1]\n  alias_method :up, :down\nend\n",
        "class Next < ActiveRecord::Migration[7.1]\n  define_method(:up) { drop_table :orders }\nend\n",
        "class Next < ActiveRecord::Migration[7.1]\n  Shop.seed\nend\n",
        "class Next < ActiveRecord::Migration[7.1]\n  def up = super\nend\n",
        "Shop.seed\nclass Next < ActiveRecord::Migration[7.1]\nend\n",
        "drop = 1\n",
    ],
)
def test_what_stands_elsewhere_is_not_known(pend: Pend, text: str) -> None:
    (found,) = pend({}, {"db/migrate/1_next.rb": text}, tool="rails", folder="db/migrate").pending
    assert found.phase is ASK


def test_a_new_table_breaks_nobody(rails: Judge) -> None:
    body = """
    create_table :shops do |t|
      t.string :name, null: false
      t.references :owner, foreign_key: { to_table: :customers }
      t.index :name, unique: true
      t.whatever :else
    end
    add_column :shops, :code, :string, null: false
    add_index :shops, :code, unique: true
    Shop.insert_all([{ name: "x" }])
    """
    assert rails(body).phase is E


@pytest.mark.parametrize(
    "guard", ["return if table_exists?(:shops)", "return if connection.table_exists?('shops')"]
)
def test_a_table_made_unless_it_is_there_is_new(rails: Judge, guard: str) -> None:
    body = f"{guard}\ncreate_table(:shops) {{ |t| t.string :name }}\nadd_index :shops, :name, unique: true"
    found = rails(body)
    assert found.phase is E
    assert not any(operation.conditional for operation in found.operations)


def test_a_transaction_that_is_switched_off(rails: Judge) -> None:
    line = "add_index :orders, :note, algorithm: :concurrently"
    assert "concurrently-in-transaction" in rules_of(rails(line))
    found = rails(line, head="disable_ddl_transaction!")
    assert not found.transactional
    assert "concurrently-in-transaction" not in rules_of(found)
    begin = "execute 'BEGIN; DELETE FROM orders; COMMIT'"
    assert "transaction-nesting" in rules_of(rails(begin))
    assert "transaction-nesting" not in rules_of(rails(begin, head="disable_ddl_transaction!"))


def test_a_json_column_is_warned_of_on_postgresql_only(rails: Judge) -> None:
    body = "add_column :orders, :data, :json"
    assert ("no-equality", Level.WARNING) in {(f.rule, f.level) for f in rails(body).findings}
    assert "no-equality" not in rules_of(rails(body, engine="mysql"))
    assert "no-equality" not in rules_of(rails("create_table(:r) { |t| t.json :data }"))


@pytest.mark.parametrize(
    ("options", "rule"), [("algorithm: :copy", "table-rewrite"), ("lock: :shared", "blocks-writes")]
)
def test_mysql_does_as_it_is_told(rails: Judge, options: str, rule: str) -> None:
    body = "add_index :orders, :note"
    assert rule not in rules_of(rails(body, engine="mysql"))
    assert rule in rules_of(rails(f"{body}, {options}", engine="mysql"))


def test_models_of_the_file_say_their_table_and_that_nothing_else_happens(rails: Judge) -> None:
    body = "Line.find_each { |line| line.update!(note: 'x') }\nSold.update_all(note: 'x')"
    head = """
    class Line < ActiveRecord::Base
      self.table_name = "order_lines"
    end
    class Sold < ActiveRecord::Base
      self.table_name = :orders
      after_save { shout }
    end
    """
    found = rails(body, head=head)
    assert [(item.kind, item.table) for item in found.operations] == [
        ("update-rows", "order_lines"),
        ("update-rows", "orders"),
    ]
    assert kinds_of(rails("Sold.first.update!(note: 'x')", head=head)) == ["opaque"]
