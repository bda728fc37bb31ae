"""Alembic revisions: operations, what is followed, what becomes a question, the graph."""

from __future__ import annotations

import pytest

from runbook_tui.migrations.model import Level, Phase
from tests.migrations.judged import ASK, NONE, C, E, Judge, M, Pend, Revision, X, kinds_of

# fmt: off
OPERATIONS = [
    ('op.create_table("r", sa.Column("id", sa.Integer, primary_key=True))', "create-table", E),
    ('op.drop_table("orders")', "drop-table", C),
    ('op.rename_table("orders", "sales")', "rename-table", X),
    ('op.add_column("orders", sa.Column("c", sa.String(3)))', "add-column-nullable", E),
    ('op.add_column("orders", sa.Column("c", sa.String(3), nullable=True))', "add-column-nullable", E),
    ('op.add_column("orders", sa.Column("c", sa.String(3), nullable=False))', "add-column-required", X),
    ('op.add_column("orders", sa.Column("c", sa.String(3), nullable=False, default="x"))', "add-column-required", X),
    ('op.add_column("orders", sa.Column("c", sa.Text, nullable=False, server_default="x"))', "add-column-defaulted", E),
    ('op.add_column("orders", sa.Column("c", sa.Boolean, nullable=False, server_default=sa.false()))',
     "add-column-defaulted", E),
    ('op.add_column("orders", sa.Column("c", sa.DateTime, nullable=False, server_default=sa.func.now()))',
     "add-column-defaulted", E),
    ('op.add_column("orders", sa.Column("c", sa.DateTime, server_default=sa.text("now()"), nullable=False))',
     "add-column-defaulted", E),
    ('op.add_column("orders", sa.Column("c", sa.Uuid, server_default=sa.text("gen_random_uuid()"), nullable=False))',
     "add-column-rewrite", E),
    ('op.add_column("orders", sa.Column("c", sa.Integer, sa.Identity()))', "add-column-rewrite", E),
    ('op.add_column("orders", sa.Column("c", sa.Integer, sa.Computed("amount * 2")))', "add-column-rewrite", E),
    ('op.add_column("orders", sa.Column("c", sa.Integer, nullable=unknown()))', "add-column-unknown", ASK),
    ('op.add_column("orders", sa.Column("c", sa.Integer, **options))', "add-column-unknown", ASK),
    ('op.drop_column("orders", "note")', "drop-column", C),
    ('op.drop_column(table_name="orders", column_name="note")', "drop-column", C),
    ('op.alter_column("orders", "note", new_column_name="remark")', "rename-column", X),
    ('op.alter_column("orders", "note", nullable=False)', "set-not-null", C),
    ('op.alter_column("orders", "state", nullable=True)', "drop-not-null", E),
    ('op.alter_column("orders", "note", type_=sa.String(80), existing_type=sa.String(50))', "widen-type", E),
    ('op.alter_column("orders", "note", type_=sa.Text())', "widen-type", E),
    ('op.alter_column("orders", "note", type_=sa.String(10), existing_type=sa.String(50))', "change-type", X),
    ('op.alter_column("orders", "id", type_=sa.BigInteger, existing_type=sa.Integer)', "change-type", X),
    ('op.alter_column("orders", "x", type_=sa.String(80))', "change-type", X),
    ('op.alter_column("orders", "note", type_=sa.Text, postgresql_using="note::text")', "change-type", X),
    ('op.alter_column("orders", "state", server_default="new")', "set-default", E),
    ('op.alter_column("orders", "state", server_default="a", existing_server_default="b")', "change-default", C),
    ('op.alter_column("orders", "amount", server_default=None)', "drop-default", C),
    ('op.alter_column("orders", "note", comment="free text")', "comment", NONE),
    ('op.alter_column("orders", "note", **options)', "alter-column-unknown", ASK),
    ('op.create_index("i", "orders", ["note"])', "create-index", E),
    ('op.create_index(op.f("i"), "orders", ["note"], unique=True)', "create-unique-index", C),
    ('op.create_index("i", "orders", ["note"], unique=UNIQUE)', "create-unique-index", C),
    ('op.create_index("i", "orders", ["note"], postgresql_concurrently=True)', "create-index-concurrently", E),
    ('op.drop_index("i", table_name="orders")', "drop-index", C),
    ('op.create_unique_constraint("u", "orders", ["note"])', "add-unique", C),
    ('op.create_foreign_key("f", "orders", "customers", ["customer_id"], ["id"])', "add-foreign-key", C),
    ('op.create_foreign_key("f", "orders", "customers", ["customer_id"], ["id"], postgresql_not_valid=True)',
     "add-foreign-key-not-valid", C),
    ('op.create_check_constraint("c", "orders", "amount > 0")', "add-check", C),
    ('op.create_primary_key("p", "customers", ["name"])', "add-primary-key", C),
    ('op.drop_constraint("f", "orders", type_="foreignkey")', "drop-constraint", E),
    ('op.drop_constraint("p", "orders", type_="primary")', "drop-primary-key", C),
    ('op.bulk_insert(sa.table("customers"), [{"id": 1}])', "insert-rows", E),
    ('op.bulk_insert(sa.table("customers"), [r for r in op.get_bind().execute(sa.text("SELECT 1"))])', "copy-rows", M),
    ('op.bulk_insert(table, [r for r in op.get_bind().execute(sa.text("SELECT 1"))])', "opaque", ASK),
    ('op.execute("UPDATE orders SET note = state")', "update-rows", M),
    ('op.execute(sa.text("DELETE FROM orders WHERE id = :id").bindparams(id=1))', "delete-rows", C),
    ('op.execute(sql="DROP TABLE orders")', "drop-table", C),
    ('op.execute(sa.table("orders", sa.column("note")).update().values(note="x"))', "update-rows", M),
    ('op.execute(sa.delete(sa.table("orders")))', "delete-rows", C),
    ('op.execute(sa.insert(sa.table("customers")).from_select(["id"], sa.select(other)))', "copy-rows", M),
    ('op.get_bind().execute(sa.text("DROP TABLE orders"))', "drop-table", C),
    ('sa.Enum("a", "b", name="mood").create(op.get_bind(), checkfirst=True)', "create-type", E),
    ('sa.Enum(name="mood").drop(op.get_bind())', "drop-type", C),
    ('op.create_exclude_constraint("e", "orders", ("note", "="))', "add-exclusion", C),
    ('op.create_table_comment("orders", "all of them"); op.execute("SELECT 1")', "query", NONE),
    ('op.execute(sa.Table("orders", sa.MetaData()).delete(unknown))', "delete-rows", C),
    # what the column is already
    ('op.alter_column("orders", "state", nullable=False)', "state-only", NONE),
    ('op.alter_column("orders", "note", server_default=None, existing_type=sa.Text())', "state-only", NONE),
    ('op.alter_column("orders", "note", type_=sa.String(50))', "state-only", NONE),
    # calls that only look, say, or make a value
    ('if not helpers.index_exists(op.get_bind(), "i"):\n    op.create_index("i", "orders", ["note"])',
     "create-index", E),
    ('helpers.create_index_if_exists(op.get_bind(), "i")', "opaque", ASK),
    ('op.add_column("orders", sa.Column("c", project.Big().with_variant(sa.Integer, "sqlite")))',
     "add-column-nullable", E),
    ('op.bulk_insert(sa.table("customers"), [{"id": ids.generate_uuid(), "name": ids.first_name()}])',
     "insert-rows", E),
    ('ids.first_name()', "opaque", ASK),
    # as many rows as something else has
    ('for row in op.get_bind().execute(sa.text("SELECT 1")):\n    op.execute("INSERT INTO customers (id) VALUES (1)")',
     "copy-rows", M),
    ('for number in (1, 2):\n    op.execute(f"INSERT INTO customers (id) VALUES ({number})")', "insert-rows", E),
    # nobody can tell
    ('op.execute(f"DROP TABLE {name()}")', "opaque", ASK),
    ('op.execute(load("up.sql"))', "opaque", ASK),
    ('op.run_async(work)', "opaque", ASK),
    ('op.invented("orders")', "opaque", ASK),
    ('sa.MetaData().create_all(op.get_bind())', "opaque", ASK),
    ('getattr(op, "drop_table")("orders")', "opaque", ASK),
]
# fmt: on


@pytest.mark.parametrize(("body", "kind", "phase"), OPERATIONS, ids=[case[0][:80] for case in OPERATIONS])
def test_one_operation(alembic: Judge, body: str, kind: str, phase: Phase) -> None:
    migration = alembic(body)
    last = migration.operations[-1]
    assert (last.kind, last.phase) == (kind, phase)
    assert migration.phase is phase


@pytest.mark.parametrize(
    ("body", "kinds"),
    [
        ('logging.getLogger("x").info("%s", op.get_bind())', []),
        ('other.get_logger().info("done")', []),
        ("if tools.has_column(op.get_bind(), name):\n    pass", []),
        ("ids.uuid4()", []),
        ("op.get_context().impl.drop_table(orders)", ["opaque"]),
        ("@run\ndef inner():\n    pass", ["opaque"]),
        ('class Inner:\n    op.drop_table("orders")', ["drop-table"]),
        ("ids.uuid4(op.get_bind())", ["opaque"]),
        ('op.bulk_insert(sa.table("customers"), [{"id": ids.next()}])', ["insert-rows"]),
        (
            'op.bulk_insert(sa.table("customers"), [{"id": ids.next(op.get_bind())}])',
            ["opaque", "insert-rows"],
        ),
        ("fill(rows=ids.next(1))", ["opaque", "opaque"]),
    ],
)
def test_calls_that_only_give_a_value(alembic: Judge, body: str, kinds: list[str]) -> None:
    """A function of another module counts as such by its name, or where it stands for one field without arguments."""
    assert kinds_of(alembic(body, header="import logging")) == kinds


@pytest.mark.parametrize(
    ("body", "kinds"),
    [
        (
            """
            with op.batch_alter_table("orders") as batch_op:
                batch_op.add_column(sa.Column("c", sa.Integer))
                batch_op.drop_column("note")
                batch_op.alter_column("state", nullable=True)
                batch_op.create_index(batch_op.f("i"), ["c"])
                batch_op.create_foreign_key("f", "customers", ["customer_id"], ["id"])
            """,
            ["add-column-nullable", "drop-column", "drop-not-null", "create-index", "add-foreign-key"],
        ),
        (
            """
            for table in ("orders", "customers"):
                op.drop_column(table, "note")
            """,
            ["drop-column", "drop-column"],
        ),
        (
            """
            for table, column in op.get_bind().execute(sa.text("SELECT 1")):
                op.drop_column(table, column)
            """,
            ["query", "drop-column"],
        ),
        (
            """
            if op.get_bind().dialect.name == "postgresql":
                op.execute("CREATE EXTENSION citext")
            else:
                op.drop_table("orders")
            """,
            ["create-object"],
        ),
        (
            """
            def add(table, name="c"):
                op.add_column(table, sa.Column(name, sa.Integer))
            add("orders")
            add(table="customers", name="d")
            """,
            ["add-column-nullable", "add-column-nullable"],
        ),
        (
            """
            connection = op.get_bind()
            for row in connection.execute(sa.text("SELECT id FROM orders")):
                connection.execute(sa.text("UPDATE orders SET note = 'x' WHERE id = :id"), {"id": row.id})
            """,
            ["query", "update-rows"],
        ),
        ('op.execute("DROP TABLE %s" % "orders")', ["drop-table"]),
        ('op.execute("DROP TABLE {}".format("orders"))', ["drop-table"]),
        ('name = "orders"\nop.execute(f"DROP TABLE {name}")', ["drop-table"]),
        ('op.execute("UPDATE orders SET note = 1; DROP TABLE orders")', ["update-rows", "drop-table"]),
    ],
)
def test_what_is_written_out_is_followed(alembic: Judge, body: str, kinds: list[str]) -> None:
    assert kinds_of(alembic(body)) == kinds


def test_names_come_from_constants_loops_and_arguments(alembic: Judge) -> None:
    migration = alembic(
        """
        for column in COLUMNS:
            drop(TABLE, column)
        """,
        header="""
        TABLE = "orders"
        COLUMNS = ["note"] + ["state"]

        def drop(table, name):
            op.drop_column(table, f"{name}")
        """,
    )
    assert migration.dropped == ("note", "state")


@pytest.mark.parametrize(
    "body",
    [
        'if something():\n    op.drop_table("orders")',
        'for table in inspect():\n    op.drop_table("orders")',
        'while something():\n    op.drop_table("orders")',
        'try:\n    op.drop_table("orders")\nexcept Exception:\n    pass',
        'something() and op.drop_table("orders")',
        '[op.drop_table("orders") for x in unknown]',
        'if sa.inspect(op.get_bind()).has_table("orders"):\n    return\nop.drop_table("orders")',
        'if unknown:\n    raise ValueError\nop.drop_table("orders")',
        'match unknown:\n    case 1:\n        op.drop_table("orders")',
    ],
)
def test_what_may_not_run_counts_and_is_marked(alembic: Judge, body: str) -> None:
    migration = alembic(body)
    dropping = next(operation for operation in migration.operations if operation.kind == "drop-table")
    assert dropping.conditional
    assert migration.phase in (C, ASK)
    assert any(finding.rule == "conditional" for finding in migration.findings)


@pytest.mark.parametrize(
    "body",
    [
        'if False:\n    op.drop_table("orders")',
        'for table in []:\n    op.drop_table("orders")',
        'return\nop.drop_table("orders")',
        'def unused():\n    op.drop_table("orders")',
    ],
)
def test_what_surely_does_not_run_does_not_count(alembic: Judge, body: str) -> None:
    assert alembic(body).phase is NONE


@pytest.mark.parametrize(
    "body",
    [
        "helpers.add_audit_columns('orders')",
        "from elsewhere import work\nwork(op)",
        "session = sa.orm.Session(op.get_bind())\nfor row in session.query(Order):\n    row.note = 'x'",
        "list(map(op.drop_table, ['orders']))",
        "functools.partial(op.drop_table, 'orders')()",
        "def again():\n    again()\nagain()",
        "tables = ['a']\ntables.append('b')\nfor t in tables:\n    op.execute('DROP TABLE ' + t)",
    ],
)
def test_what_cannot_be_followed_is_a_question_with_its_place(alembic: Judge, body: str) -> None:
    migration = alembic(
        body, header="import functools\nfrom app import helpers\nfrom app.models import Order"
    )
    assert migration.phase is ASK
    assert any(finding.rule == "opaque" and finding.line and finding.recipe for finding in migration.findings)


@pytest.mark.parametrize(
    "body",
    [
        "print('hello')\nlogger.info('x')\nlen([1])",
        "now = datetime.datetime.now()",
        "sa.inspect(op.get_bind()).get_columns('orders')",
        "op.get_bind().execute(sa.text('SELECT 1')).scalar()",
        "seen = set()\nseen.add(1)",
        "'''only a comment'''",
    ],
)
def test_what_only_computes_is_nothing(alembic: Judge, body: str) -> None:
    header = "import datetime\nimport logging\nlogger = logging.getLogger(__name__)"
    assert alembic(body, header=header).phase is NONE


def test_a_drop_in_downgrade_is_no_drop(alembic: Judge) -> None:
    migration = alembic('op.add_column("orders", sa.Column("c", sa.Integer))')
    assert migration.phase is E
    assert migration.dropped == ()
    assert migration.has_down


def test_lines_of_sql_in_a_string_are_those_of_the_file(pend: Pend, revision: Revision) -> None:
    text = revision(
        "b", None, 'op.execute("""\n    UPDATE orders SET note = 1;\n\n    DROP TABLE orders\n""")'
    )
    migration = pend({}, {"db/b.py": text}).pending[0]
    lines = [text.splitlines()[operation.line - 1].strip() for operation in migration.operations]
    assert lines == ["UPDATE orders SET note = 1;", "DROP TABLE orders"]


def test_a_concurrent_index_in_an_autocommit_block_is_fine(alembic: Judge) -> None:
    inside = 'op.create_index("i", "orders", ["note"], postgresql_concurrently=True)'
    outside = f"with op.get_context().autocommit_block():\n    {inside}"
    assert any(finding.rule == "concurrently-in-transaction" for finding in alembic(inside).findings)
    assert not any(finding.rule == "concurrently-in-transaction" for finding in alembic(outside).findings)


def test_a_backfill_in_batches_is_told_from_one_in_a_single_transaction(alembic: Judge) -> None:
    fill = 'op.execute("UPDATE orders SET note = 1 WHERE note IS NULL")'
    loop = f"for _ in range(40):\n        {fill}"
    committed = f"with op.get_context().autocommit_block():\n        for _ in range(40):\n            {fill}"
    levels = {
        text: [finding.level for finding in alembic(text).findings if finding.rule == "unbatched-backfill"]
        for text in (fill, loop, committed)
    }
    assert levels == {fill: [Level.WARNING], loop: [Level.WARNING], committed: [Level.NOTE]}


# the graph


def test_the_order_is_that_of_the_revisions(pend: Pend, revision: Revision) -> None:
    files = {
        "db/3.py": revision("aaa", "bbb", title="Third"),
        "db/1.py": revision("ccc", None),
        "db/2.py": revision("bbb", "ccc"),
        "db/env.py": "revision = None",
        "db/notes.txt": "revision",
    }
    found = pend({"db/1.py": files["db/1.py"]}, files)
    assert found.tool == "alembic"
    assert found.applied_head == "ccc"
    assert [migration.id for migration in found.pending] == ["bbb", "aaa"]
    assert [migration.parents for migration in found.pending] == [("ccc",), ("bbb",)]
    assert found.pending[1].title == "Third"
    assert found.linear


@pytest.mark.parametrize(
    "header",
    [
        'revision: str = "b"\ndown_revision: Union[str, None] = "a"',
        "down_revision = 'a'\nrevision = 'b'",
        'revision = "b"\ndown_revision = ("a",)',
        'revision = "b"\ndown_revision = ["a"]',
        'PREVIOUS = "a"\nrevision = "b"\ndown_revision = PREVIOUS',
        'revision = "b"\ndown_revision = None\ndepends_on = "a"',
    ],
)
def test_headers_in_their_forms(pend: Pend, revision: Revision, header: str) -> None:
    base = {"db/a.py": revision("a", None)}
    found = pend(base, {**base, "db/b.py": f"{header}\n\ndef upgrade():\n    pass\n"}, tool="alembic")
    assert [(migration.id, migration.parents) for migration in found.pending] == [("b", ("a",))]


def test_a_parent_that_is_not_written_out_is_an_error(pend: Pend) -> None:
    text = "revision = 'b'\ndown_revision = latest()\n\ndef upgrade():\n    pass\n"
    migration = pend({}, {"db/b.py": text}).pending[0]
    assert [(f.rule, f.level) for f in migration.findings] == [("unreadable", Level.ERROR)]
    assert migration.phase is ASK


def test_a_file_that_does_not_parse_keeps_its_place_and_the_rest_is_judged(
    pend: Pend, revision: Revision
) -> None:
    base = {"db/a.py": revision("a", None)}
    broken = "revision = 'b'\ndown_revision = 'a'\n\ndef upgrade(:\n"
    files = {**base, "db/b.py": broken, "db/c.py": revision("c", "b", 'op.drop_table("orders")')}
    found = pend(base, files)
    assert [(migration.id, migration.phase) for migration in found.pending] == [("b", ASK), ("c", C)]
    problem = found.pending[0].findings[0]
    assert (problem.rule, problem.level, problem.path, problem.line) == (
        "unreadable",
        Level.ERROR,
        "db/b.py",
        4,
    )
    assert found.linear


def test_a_broken_file_without_a_name_is_a_finding_of_the_folder(pend: Pend, revision: Revision) -> None:
    found = pend({}, {"db/a.py": revision("a", None), "db/b.py": "revision = (\n"})
    assert [(f.rule, f.path) for f in found.findings if f.level is Level.ERROR] == [("unreadable", "db/b.py")]
    assert [migration.id for migration in found.pending] == ["a"]


# declared phases


@pytest.mark.parametrize(
    ("path", "header", "phase"),
    [
        ("db/versions/expand/b.py", "", E),
        ("db/versions/2026.1/contract/b.py", "", C),
        ("db/versions/b.py", 'branch_labels = ("contract",)', C),
        ("db/versions/b.py", 'branch_labels = "shop_expand"', E),
        ("db/versions/b.py", "", X),
    ],
)
def test_folders_and_labels_declare_the_phase(
    pend: Pend, revision: Revision, path: str, header: str, phase: Phase
) -> None:
    text = revision("b", None, 'op.rename_table("orders", "sales")', header=header)
    migration = pend({}, {path: text}).pending[0]
    assert migration.phase is phase
    assert migration.declared is (None if phase is X else phase)
    contradicted = [finding for finding in migration.findings if finding.rule == "declared-contradicts"]
    assert len(contradicted) == (phase is not X)


def test_a_label_holds_for_the_revisions_that_follow_on_its_branch(pend: Pend, revision: Revision) -> None:
    files = {
        "db/a.py": revision("a", None),
        "db/e1.py": revision("e1", "a", header='branch_labels = ("expand",)'),
        "db/e2.py": revision("e2", "e1", 'op.drop_table("orders")'),
        "db/c1.py": revision("c1", "a", 'op.drop_table("orders")', header='branch_labels = ("contract",)'),
    }
    found = pend({"db/a.py": files["db/a.py"]}, files)
    declared = {migration.id: migration.declared for migration in found.pending}
    assert declared == {"e1": None, "e2": E, "c1": C}
    assert not found.linear
    assert not [finding for finding in found.findings if finding.rule == "two-heads"]


def test_an_empty_revision_is_nothing_whatever_it_declares(pend: Pend, revision: Revision) -> None:
    assert pend({}, {"db/contract/b.py": revision("b", None)}).pending[0].phase is NONE


@pytest.mark.parametrize(
    ("body", "phase"),
    [
        # the table may have been there all along
        (
            'if unknown:\n    op.create_table("r")\nop.add_column("r", sa.Column("c", sa.Text, nullable=False))',
            X,
        ),
        ('op.create_table("r")\nop.add_column("r", sa.Column("c", sa.Text, nullable=False))', E),
        # the type may be either
        (
            'if unknown:\n    op.alter_column("orders", "note", type_=sa.String(90))\n'
            'op.alter_column("orders", "note", type_=sa.String(80))',
            X,
        ),
    ],
)
def test_what_may_have_happened_is_not_relied_on(alembic: Judge, body: str, phase: Phase) -> None:
    assert alembic(body).phase is phase


@pytest.mark.parametrize(
    ("column", "warned"), [("sa.JSON()", True), ("postgresql.JSON()", True), ("types.JSON()", False)]
)
def test_a_json_of_the_project_itself_may_be_jsonb(alembic: Judge, column: str, *, warned: bool) -> None:
    header = "from shop import types\nfrom sqlalchemy.dialects import postgresql"
    found = alembic(f"op.add_column('orders', sa.Column('extra', {column}))", header=header).findings
    assert any(finding.rule == "no-equality" for finding in found) is warned
