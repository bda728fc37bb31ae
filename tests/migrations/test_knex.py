"""Knex: the schema builder, what is followed, what becomes a question, and the habits of the tool."""

from __future__ import annotations

from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runbook_tui.catalog.model import MigrationSource
from runbook_tui.migrations.model import Level, Migration, Phase, Reversal
from runbook_tui.migrations.read import read_migrations
from runbook_tui.migrations.registry import detect_tool, tool_named
from tests.migrations.judged import ASK, NONE, C, E, Judge, M, Pend, X, kinds_of, rules_of

BASE = """
exports.up = (knex) => knex.schema
  .createTable('customers', (t) => { t.increments(); t.text('name'); })
  .createTable('orders', function (table) {
    table.bigIncrements('id');
    table.string('state', 20).notNullable();
    table.string('note', 50);
    table.decimal('amount', 10, 2).notNullable().defaultTo(0);
    table.integer('customer_id').notNullable().references('customers.id');
    table.unique(['state', 'note']);
  });
exports.down = (knex) => knex.schema.dropTable('orders').dropTable('customers');
"""


@pytest.fixture
def knex(pend: Pend) -> Judge:
    """``knex(body_of_up)``: that as the one pending migration after two tables exist."""

    def run(body: str, *, top: str = "", engine: str = "postgres", name: str = "2_next.js") -> Migration:
        text = f"{dedent(top)}\nexports.up = async function (knex) {{\n{dedent(body)}\n}};\nexports.down = () => null;"
        base = {"db/1_base.js": BASE}
        return pend(base, {**base, f"db/{name}": text}, tool="knex", engine=engine).pending[0]

    return run


def alter(column: str) -> str:
    """``alterTable`` of orders."""
    return f"await knex.schema.alterTable('orders', (t) => {{ {column}; }});"


# fmt: off
OPERATIONS = [
    ("await knex.schema.createTable('r', (t) => { t.increments(); t.timestamps(true, true); })", "create-table", E),
    ("await knex.schema.createTableIfNotExists('r', (t) => { t.increments(); })", "create-table", E),
    ("await knex.schema.dropTable('orders')", "drop-table", C),
    ("await knex.schema.dropTableIfExists('orders')", "drop-table", C),
    ("await knex.schema.withSchema('sales').dropTable('orders')", "drop-table", C),
    ("await knex.schema.renameTable('orders', 'sales')", "rename-table", X),
    ("await knex.schema.createView('v', (v) => v.as(knex('orders').select('id')))", "create-view", E),
    ("await knex.schema.dropView('v')", "drop-view", C),
    ("await knex.schema.dropSchema('sales')", "drop-schema", C),
    ("await knex.schema.raw('DROP INDEX i')", "drop-index", C),
    ("await knex.schema.invented('orders')", "opaque", ASK),
    (alter("t.string('c', 3)"), "add-column-nullable", E),
    (alter("t.string('c').nullable()"), "add-column-nullable", E),
    (alter("t.string('c').notNullable()"), "add-column-required", X),
    (alter("t.string('c').nullable(false)"), "add-column-required", X),
    (alter("t.string('c').notNullable().defaultTo('x')"), "add-column-defaulted", E),
    (alter("t.boolean('c').notNullable().default(false)"), "add-column-defaulted", E),
    (alter("t.timestamp('c').notNullable().defaultTo(knex.fn.now())"), "add-column-defaulted", E),
    (alter("t.uuid('c').defaultTo(knex.raw('gen_random_uuid()'))"), "add-column-rewrite", E),
    (alter("t.uuid('c').defaultTo(knex.fn.uuid())"), "add-column-rewrite", E),
    (alter("t.string('c').notNullable().defaultTo(process.env.C)"), "add-column-unknown", ASK),
    (alter("t.string('c').notNullable().defaultTo(null)"), "add-column-required", X),
    (alter("t.timestamps(true, true)"), "add-column-defaulted", E),
    (alter("t.timestamps()"), "add-column-nullable", E),
    (alter("t.increments('n')"), "add-column-rewrite", E),
    (alter("t.specificType('c', 'text[]')"), "add-column-nullable", E),
    (alter("t.integer('c').references('id').inTable('customers')"), "add-foreign-key", E),
    (alter("t.string('c').unique()"), "add-unique", E),
    (alter("t.string('c').notNullable().defaultTo('x').unique()"), "add-unique", X),
    (alter("t.dropColumn('note')"), "drop-column", C),
    (alter("t.dropColumns('note', 'state')"), "drop-column", C),
    (alter("t.dropColumn(NAME)"), "drop-column", C),
    (alter("t.dropTimestamps()"), "drop-column", C),
    (alter("t.string('note').drop()"), "drop-column", C),
    (alter("t.renameColumn('note', 'remark')"), "rename-column", X),
    (alter("t.setNullable('state')"), "drop-not-null", E),
    (alter("t.dropNullable('note')"), "set-not-null", C),
    (alter("t.string('note', 50).notNullable().alter()"), "set-not-null", C),
    (alter("t.text('note').alter()"), "widen-type", E),
    (alter("t.string('note', 10).alter()"), "change-type", X),
    (alter("t.string('note', 50).alter()"), "state-only", NONE),
    (alter("t.text('other').alter()"), "alter-column-unknown", ASK),
    (alter("t.string('note', 80).alter({ alterNullable: false })"), "widen-type", E),
    (alter("t.foreign('customer_id').references('customers.id')"), "add-foreign-key", C),
    (alter("t.unique('note')"), "add-unique", C),
    (alter("t.unique(['note'], { useConstraint: false })"), "create-unique-index", C),
    (alter("t.index(['note'], 'i')"), "create-index", E),
    (alter("t.index(['note'], 'i', { indexType: 'unique' })"), "create-unique-index", C),
    (alter("t.primary(['note'])"), "add-primary-key", C),
    (alter("t.dropPrimary()"), "drop-primary-key", C),
    (alter("t.dropForeign('customer_id')"), "drop-constraint", E),
    (alter("t.dropUnique(['state', 'note'])"), "drop-constraint", E),
    (alter("t.dropIndex('note')"), "drop-index", C),
    (alter("t.dropChecks('a')"), "drop-constraint", E),
    (alter("t.check('?? > 0', ['amount'])"), "add-check", C),
    (alter("t.invented('note')"), "opaque", ASK),
    (alter("t.string('c').invented()"), "add-column-nullable", ASK),
    ("await knex('orders').update({ note: 'x' })", "update-rows", M),
    ("await knex('orders').where('id', 1).increment('amount', 1)", "update-rows", M),
    ("await knex.from('orders').where({ id: 1 }).del()", "delete-rows", C),
    ("await knex('orders').truncate()", "truncate", C),
    ("await knex('customers').insert({ name: 'a' })", "insert-rows", E),
    ("await knex('customers').insert([{ name: 'a' }]).onConflict('id').merge()", "update-rows", M),
    ("await knex('customers').insert(knex('orders').select('note'))", "copy-rows", M),
    ("await knex.insert({ name: 'a' }).into('customers')", "insert-rows", E),
    ("await knex.batchInsert('customers', [{ name: 'a' }])", "insert-rows", E),
    ("await knex('customers').insert(rows)", "opaque", ASK),
    ("await knex.transaction(async (trx) => { await trx('orders').del(); })", "delete-rows", C),
    ("await knex.raw('DROP TABLE orders')", "drop-table", C),
    ("await knex.raw('ALTER TABLE ?? DROP COLUMN ??', ['orders', 'note'])", "drop-column", C),
    ("await knex.raw('UPDATE orders SET note = :n', { n: 'x' })", "update-rows", M),
    ("await knex.raw('ALTER TABLE ?? DROP COLUMN note', [other()])", "opaque", ASK),
    ("await knex.raw(`DROP TABLE ${name()}`)", "opaque", ASK),
    ("await knex.raw(readFileSync('up.sql'))", "opaque", ASK),
    ("await helper(knex)", "opaque", ASK),
    ("await knex.migrate.latest()", "opaque", ASK),
    ("await knex('orders').select('id').whereNull('note'); console.log('done')", None, NONE),
]
# fmt: on


@pytest.mark.parametrize(("body", "kind", "phase"), OPERATIONS, ids=[case[0][:90] for case in OPERATIONS])
def test_one_operation(knex: Judge, body: str, kind: str | None, phase: Phase) -> None:
    migration = knex(body)
    assert (kind is None and not migration.operations) or kind in kinds_of(migration)
    assert migration.phase is phase


@pytest.mark.parametrize(
    ("body", "phase"),
    [
        (
            alter("t.text('c').notNullable().defaultTo('')"),
            X,
        ),  # MySQL takes no default for text, so Knex leaves it out
        (alter("t.string('c').notNullable().defaultTo('')"), E),
        (alter("t.enu('c', ['a', 'b']).alter()"), ASK),
    ],
)
def test_mysql_differs(knex: Judge, body: str, phase: Phase) -> None:
    assert knex(body, engine="mysql").phase is phase


def test_sqlite_keeps_a_unique_constraint_as_an_index(knex: Judge) -> None:
    found = knex(alter("t.unique('note'); t.dropUnique(['state', 'note'])"), engine="sqlite")
    assert kinds_of(found) == ["create-unique-index", "drop-index"]


@pytest.mark.parametrize(
    ("body", "kinds"),
    [
        (
            "return knex.schema.dropTable('a').then(() => knex('b').del()).then(() => { throw new Error(); });",
            ["drop-table", "delete-rows"],
        ),
        (
            "for (const name of ['a', 'b']) { await knex.schema.dropTable(`old_${name}`); }",
            ["drop-table", "drop-table"],
        ),
        ("await Promise.all(TABLES.map((name) => knex.schema.dropTable(name)));", ["drop-table", "drop-table"]),
        ("TABLES.forEach(drop(knex));", ["opaque"]),
        ("await clean(knex, 'orders');", ["delete-rows"]),
        ("await knex.schema.alterTable('orders', function () { this.dropColumn('note'); });", ["drop-column"]),
        ("const { schema: s } = knex; await s.dropTable('orders');", ["drop-table"]),
        ("return Promise.all([knex.raw('DROP TABLE a'), knex('b').where('x', knex.raw('now()')).del()]);",
         ["drop-table", "delete-rows"]),
        ("if (knex.client.config.client === 'mysql2') { await knex.raw('DROP TABLE a'); }", []),
        ("if (1 === 2) { await knex.raw('DROP TABLE a'); } else { await knex.raw('DROP TABLE b'); }", ["drop-table"]),
        ("const q = knex.raw('DROP TABLE a'); await q;", ["drop-table"]),
        ("await knex['schema']['dropTable']('a');", ["drop-table"]),
        ("await knex.schema[operation]('a');", ["opaque"]),
        ("await knex('a').where('b', 1).softDelete();", ["opaque"]),
        ("const [run] = await knex('t'); await run();", ["opaque"]),
        ("const trx = await knex.transaction(); await trx('b').del(); await trx.commit();", ["delete-rows"]),
        ("const names = []; names.push('a'); for (const n of names) await knex.schema.dropTable(n);", ["drop-table"]),
    ],
)  # fmt: skip
def test_what_is_written_out_is_followed(knex: Judge, body: str, kinds: list[str]) -> None:
    top = """
    const TABLES = ['a', 'b'];
    const clean = (trx, table) => trx(table).del();
    """
    found = knex(body, top=top)
    assert [(operation.kind, operation.conditional) for operation in found.operations] == [
        (kind, False) for kind in kinds
    ]


@pytest.mark.parametrize(
    "body",
    [
        "if (process.env.X) { await knex.schema.dropTable('orders'); }",
        "for (const row of await knex('orders').select()) { await knex('orders').where('id', row.id).del(); }",
        "const rows = await knex('orders'); await Promise.all(rows.map((row) => knex('orders').del()));",
        "if (knex.client.config.client === 'pg') { await knex.schema.dropTable('orders'); }",
        "try { f = 1; } catch (e) { await knex.schema.dropTable('orders'); }",
        "if (x) return; await knex.schema.dropTable('orders');",
        "switch (x) { case 1: await knex.schema.dropTable('orders'); break; }",
        "await pMap(rows, async () => { await knex.schema.dropTable('orders'); });",
        "while (more) { await knex('orders').del(); }",
        "x && await knex.schema.dropTable('orders');",
    ],
)
def test_what_may_not_happen_is_conditional_and_counts(knex: Judge, body: str) -> None:
    found = knex(body)
    (dropped,) = [o for o in found.operations if o.kind in ("drop-table", "delete-rows")]
    assert dropped.conditional
    assert found.phase in (C, ASK)


@pytest.mark.parametrize(
    ("body", "conditional"),
    [
        ("if (!(await knex.schema.hasTable('r'))) { await knex.schema.createTable('r', MAKE); }", [False]),
        ("return knex.schema.hasTable('r').then((is) => { if (!is) return knex.schema.createTable('r', MAKE); });",
         [False]),
        ("const is = await knex.schema.hasTable('r'); if (is) return; await knex.schema.createTable('r', MAKE);",
         [False]),
        ("if (await knex.schema.hasColumn('orders', 'note')) " + alter("t.dropColumn('note'); t.dropColumn('state')"),
         [False, True]),
        ("if (await knex.schema.hasTable('x')) { await knex.schema.dropTable('orders'); }", [True]),
    ],
)  # fmt: skip
def test_asking_whether_it_exists_is_if_exists(knex: Judge, body: str, conditional: list[bool]) -> None:
    found = knex(body, top="const MAKE = (t) => t.increments();")
    assert [operation.conditional for operation in found.operations] == conditional


def test_what_a_migration_makes_itself_breaks_nobody(knex: Judge) -> None:
    found = knex(
        "await knex.schema.createTable('r', (t) => { t.integer('a'); });\n"
        "await knex.schema.alterTable('r', (t) => { t.string('b').notNullable(); t.unique('a'); t.dropColumn('a'); });"
    )
    assert found.phase is E


def test_an_imported_name_of_a_table_is_the_same_everywhere(knex: Judge) -> None:
    body = """
    await knex.schema.createTable(TableName.Reports, (t) => t.increments());
    await knex.schema.alterTable(TableName.Reports, (t) => t.unique('a'));
    """
    assert knex(body, top="const { TableName } = require('../tables');").phase is E


def test_lines_are_those_of_the_file(knex: Judge) -> None:
    found = knex(
        "await knex.raw(`\n  SELECT 1;\n\n  DROP TABLE orders;\n`);\nawait knex.schema\n  .dropTable('b');"
    )
    assert [(o.kind, o.line) for o in found.operations if o.kind == "drop-table"] == [
        ("drop-table", 6),
        ("drop-table", 9),
    ]


# exports


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("2_a.js", "module.exports = { up: (k) => k.schema.dropTable('a'), down() {} };"),
        ("2_a.js", "module.exports = { async up(k) { await k.schema.dropTable('a'); }, async down() {} };"),
        ("2_a.js", "async function up(k) { await k.schema.dropTable('a'); }\nmodule.exports = { up, down: () => 1 };"),
        ("2_a.cjs", "const up = exports.up = (k) => k.schema.dropTable('a'); exports.down = up;"),
        ("2_a.mjs", "export const up = async (k) => { await k.schema.dropTable('a'); };\nexport const down = up;"),
        ("2_a.mjs", "const up = (k) => k.schema.dropTable('a');\nconst down = up;\nexport { up, down };"),
        ("2_a.ts", "import { Knex } from 'knex';\nexport async function up(k: Knex): Promise<void> {\n"
                   "  await (k as any).schema.dropTable('a' as string)!;\n}\nexport function down() {}"),
    ],
)  # fmt: skip
def test_every_way_to_export(pend: Pend, name: str, text: str) -> None:
    (migration,) = pend({}, {f"db/{name}": text}, tool="knex").pending
    assert kinds_of(migration) == ["drop-table"]
    assert (migration.id, migration.title) == (name, "a")


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("20260101120000_add_note.js", "add note"),
        ("20260101A-add-note.ts", "add note"),
        ("2026-01-31-12-59-add-note.js", "add note"),
        ("2.0.1.js", "2.0.1"),
        ("add_note.js", "add note"),
    ],
)
def test_the_title_is_what_follows_the_number(pend: Pend, name: str, title: str) -> None:
    assert pend({}, {f"db/{name}": BASE}, tool="knex").pending[0].title == title


@pytest.mark.parametrize(
    ("text", "transactional"),
    [
        ("exports.config = { transaction: false };", False),
        ("exports.config = { transaction: true };", True),
        ("", True),
    ],
)
def test_a_migration_says_whether_it_is_transactional(pend: Pend, text: str, *, transactional: bool) -> None:
    body = "exports.up = (knex) => knex.raw('CREATE INDEX CONCURRENTLY i ON orders (note)'); exports.down = null;"
    (migration,) = pend({}, {"db/1_a.js": f"{text}\n{body}"}, tool="knex").pending
    assert migration.transactional is transactional
    refused = "concurrently-in-transaction" in rules_of(migration)
    assert refused is transactional


@pytest.mark.parametrize(
    ("down", "has_down"),
    [
        ("(knex) => knex.schema.dropTable('r')", True),
        ("() => {}", False),
        ("() => { throw new Error('no'); }", False),
        ("async () => { console.warn('not undone'); return Promise.resolve(true); }", False),
        ("async (knex) => { await knex.raw(''); }", False),
    ],
)
def test_a_down_has_to_change_something(pend: Pend, down: str, *, has_down: bool) -> None:
    text = (
        f"exports.up = (knex) => knex.schema.createTable('r', (t) => t.increments());\nexports.down = {down};"
    )
    assert pend({}, {"db/1_a.js": text}, tool="knex").pending[0].has_down is has_down


@pytest.mark.parametrize(
    "text",
    [
        "module.exports = createAddColumnMigration('orders', 'c', { type: 'string' }); // up down",
        "const { make } = require('../make');\nmodule.exports = make('up', 'down');",
        "exports.up = require('./other').up;\nexports.down = () => null;",
        "exports.down = () => null;",
        "exports.up = (knex) => { deep(knex); };\nfunction deep(k) { deep(k); }\nexports.down = 1;",
    ],
)
def test_what_another_file_does_is_a_question(pend: Pend, text: str) -> None:
    assert pend({}, {"db/1_a.js": text}, tool="knex").pending[0].phase is ASK


# the folder


def test_the_order_is_that_of_the_names_and_only_of_the_folder(pend: Pend) -> None:
    text = "exports.up = (knex) => knex.raw('SELECT 1');\nexports.down = () => null;"
    files = {f"db/{name}": text for name in ("20_b.js", "100_c.js", "lib/30_d.js", "40_e.d.ts", "notes.md")}
    found = pend({}, files, tool="knex").pending
    assert [(item.id, item.parents) for item in found] == [("100_c.js", ()), ("20_b.js", ("100_c.js",))]
    assert found[1].command == "knex migrate:up 20_b.js"
    assert found[1].command_down == "knex migrate:down 20_b.js"


def test_a_file_that_is_gone_stops_the_tool(pend: Pend) -> None:
    other = "exports.up = (knex) => knex.schema.dropTable('a');\nexports.down = () => null;"
    found = pend({"db/1_base.js": BASE}, {"db/2_next.js": other}, tool="knex")
    assert [(f.rule, f.level) for f in found.findings] == [("gone", Level.ERROR)]
    found = pend({"db/1_base.js": BASE}, {"db/1_base.ts": BASE}, tool="knex")  # the name has its extension
    assert [f.level for f in found.findings] == [Level.ERROR]


@pytest.mark.parametrize(
    ("edited", "level"),
    [
        (BASE.replace("table.decimal", "// money\n    table\n    .decimal"), Level.NOTE),
        (BASE.replace("20", "21"), Level.ERROR),
    ],
)
def test_comments_and_layout_are_no_edit(pend: Pend, edited: str, level: Level) -> None:
    found = pend({"db/1_base.js": BASE}, {"db/1_base.js": edited}, tool="knex")
    assert [(f.rule, f.level) for f in found.findings] == [("edited-after-apply", level)]


def test_a_line_break_that_ends_a_statement_is_an_edit(pend: Pend) -> None:
    text = "exports.up = (knex) => { return knex.raw('SELECT 1'); };\nexports.down = () => null;"
    edited = text.replace("return knex", "return\nknex")
    found = pend({"db/1_a.js": text}, {"db/1_a.js": edited}, tool="knex")
    assert [f.level for f in found.findings] == [Level.ERROR]


@pytest.mark.parametrize(
    ("where", "reversal"),
    [
        ("whereNull('note')", Reversal.LOSS),
        ("whereNull('note').orWhere('note', '')", Reversal.UNKNOWN),
        ("where('id', 1)", Reversal.UNKNOWN),
    ],
)
def test_a_backfill_that_fills_only_what_is_null_can_be_undone(
    knex: Judge, where: str, reversal: Reversal
) -> None:
    assert knex(f"await knex('orders').{where}.update({{ note: 'x' }});").reversal is reversal


def test_a_file_that_comes_late_runs_all_the_same(pend: Pend) -> None:
    found = pend({"db/2_b.js": BASE}, {"db/2_b.js": BASE, "db/1_a.js": BASE}, tool="knex")
    assert [(f.rule, f.level) for f in found.findings] == [("sorts-before-applied", Level.WARNING)]


@pytest.mark.parametrize(
    ("text", "rule", "line"),
    [
        ("exports.up = (knex) => knex.raw('SELECT 1');", "no-down-function", 1),
        ("exports.up = (knex) => {\n  knex.raw('SELECT 1'\n};\nexports.down = 1;", "unreadable", 2),
    ],
)
def test_a_broken_file_is_a_question_with_its_line(pend: Pend, text: str, rule: str, line: int) -> None:
    good = "exports.up = (knex) => knex.schema.dropTable('a');\nexports.down = () => null;"
    found = pend({}, {"db/1_a.js": text, "db/2_b.js": good}, tool="knex").pending
    assert [migration.phase for migration in found] == [ASK, C]
    errors = [f for f in found[0].findings if f.rule == rule]
    assert [(f.rule, f.path) for f in errors] == [(rule, "db/1_a.js")]
    assert errors[0].line >= line


@pytest.mark.parametrize(
    ("path", "text", "tool"),
    [
        ("db/1_a.js", "exports.up = (knex) => knex.raw('x');", "knex"),
        ("db/2.0.1.js", "exports.up = (knex) => knex.raw('x');", "knex"),
        ("db/20260101A-a.js", "exports.up = (knex) => knex.raw('x');", "knex"),
        (
            "db/20260101_a.ts",
            "export async function up(knex: Knex) {}\nexport async function down() {}",
            "knex",
        ),
        ("db/1_a.js", "module.exports = { up: (db) => db.schema.createTable('a', f) };", "knex"),
        (
            "db/1_a.js",
            "module.exports = { up: (queryInterface, S) => queryInterface.dropTable('knex') };",
            None,
        ),
        (
            "db/1_a.ts",
            "import { Kysely } from 'kysely'; export async function up(db: Kysely<any>) { knex; }",
            None,
        ),
        ("db/knexfile.js", "module.exports = { client: 'pg' };", None),
        ("db/1_a.d.ts", "export declare function up(knex: Knex): void;", None),
    ],
)
def test_the_tool_is_known_by_its_files(path: str, text: str, tool: str | None) -> None:
    assert detect_tool({path: text.encode()}, "db") == tool


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="{}()=>.,;'`$[] \nabtknexupschema?:!&|", max_size=120))
def test_no_text_makes_it_raise(text: str) -> None:
    source = MigrationSource(path="db", datastore="shop", tool="knex")
    files = {"db/1_a.js": f"exports.up = (knex) => {{ {text} }}; exports.down = 1".encode()}
    (migration,) = read_migrations(source, files, service="s", engine="postgres")
    assert migration.id == "1_a.js"


@pytest.mark.parametrize(
    ("start", "double"),
    [
        ("let a = [1];", "a = a.concat(a);"),
        ("let a = [1];", "a = [...a, ...a];"),
        ("let a = 'x';", "a = a + a;"),
        ("let a = 'x';", "a = `${a}${a}`;"),
        ("let a = 'x';", "a = [a, a].join('');"),
        ("let a = knex.raw('x');", "a = knex.raw('? ?', [a, a]);"),
    ],
)
def test_nothing_grows_without_end(knex: Judge, start: str, double: str) -> None:
    assert (
        knex(f"{start}\n{double * 60}\nawait knex.schema.dropTable('orders');").operations[-1].kind
        == "drop-table"
    )


def test_deep_nesting_is_a_question() -> None:
    source = MigrationSource(path="db", datastore="shop", tool="knex")
    deep = "(" * 3000 + "1" + ")" * 3000
    files = {"db/1_a.js": f"exports.up = (knex) => {deep}; exports.down = 1".encode()}
    (migration,) = read_migrations(source, files, service="s", engine="postgres")
    assert migration.phase is ASK
    assert tool_named("knex").name == "knex"
