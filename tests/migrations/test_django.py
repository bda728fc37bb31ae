"""Django migrations: operations against the models as they are, SQL, code, the graph of the apps."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from runbook_tui.migrations.model import Level, Phase
from tests.migrations.judged import ASK, NONE, C, E, Judge, M, Pend, X, kinds_of, rules_of

Files = Callable[..., dict[str, str]]

# fmt: off
OPERATIONS = [
    ('migrations.CreateModel("Refund", fields=[("id", models.BigAutoField(primary_key=True))])', "create-table", E),
    ('migrations.CreateModel("P", fields=[], options={"proxy": True}, bases=("shop.order",))', "state-only", NONE),
    ('migrations.CreateModel("P", fields=[], options={"managed": False})', "state-only", NONE),
    ('migrations.DeleteModel("Order")', "drop-table", C),
    ('migrations.RenameModel("Order", "Sale")', "rename-table", X),
    ('migrations.AlterModelTable("order", "sales")', "rename-table", X),
    ('migrations.AlterModelTable("order", "shop_order")', "state-only", NONE),
    ('migrations.AlterModelOptions("order", {"ordering": ["id"]})', "state-only", NONE),
    # fields: default= is Python's, db_default= is the database's
    ('migrations.AddField("order", "c", models.CharField(max_length=3, null=True))', "add-column-nullable", E),
    ('migrations.AddField("order", "c", models.CharField(max_length=3, default="EUR"))', "add-column-required", X),
    ('migrations.AddField("order", "c", models.CharField(max_length=3, db_default="EUR"))', "add-column-defaulted", E),
    ('migrations.AddField("order", "c", models.CharField(max_length=3, db_default=Value(None)))',
     "add-column-required", X),
    ('migrations.AddField("order", "c", models.DateTimeField(db_default=functions.Now()))', "add-column-defaulted", E),
    ('migrations.AddField("order", "c", models.UUIDField(db_default=functions.RandomUUID()))', "add-column-rewrite", E),
    ('migrations.AddField("order", "c", models.GeneratedField(expression=F("id"), output_field=X(), db_persist=True))',
     "add-column-rewrite", E),
    ('migrations.AddField("order", "c", models.CharField(**options))', "add-column-unknown", ASK),
    ('migrations.AddField("order", "c", make_field)', "opaque", ASK),
    ('migrations.AddField("order", "c", models.ManyToManyField("shop.Customer"))', "create-table", E),
    ('migrations.AddField("order", "c", models.ManyToManyField("shop.Customer", through="shop.Link"))',
     "state-only", NONE),
    ('migrations.AddField("order", "c", contenttypes.GenericForeignKey())', "state-only", NONE),
    ('migrations.RemoveField("order", "note")', "drop-column", C),
    ('migrations.RemoveField("order", "labels")', "drop-table", C),
    ('SafeRemoveField("order", "note", deletion_action=DeletionAction.MOVE_TO_PENDING)', "state-only", NONE),
    ('SafeRemoveField("order", "note", deletion_action=DeletionAction.DELETE)', "drop-column", C),
    ('SafeDeleteModel("order", deletion_action=DeletionAction.MOVE_TO_PENDING)', "state-only", NONE),
    ('SafeRunSQL("DROP TABLE shop_order", reverse_sql="", hints={"tables": ["shop_order"]})', "drop-table", C),
    ('AddDefaultValue(model_name="order", name="note", value="x")', "set-default", E),
    ('migrations.RenameField("order", "note", "remark")', "rename-column", X),
    ('migrations.RenameField("order", "labels", "tags")', "rename-table", X),
    ('migrations.AlterField("order", "note", models.CharField(max_length=80, null=True))', "widen-type", E),
    ('migrations.AlterField("order", "note", models.TextField(null=True))', "widen-type", E),
    ('migrations.AlterField("order", "note", models.CharField(max_length=10, null=True))', "change-type", X),
    ('migrations.AlterField("order", "state", models.CharField(max_length=20, primary_key=True))',
     "add-primary-key", C),
    ('migrations.AlterField("order", "note", models.IntegerField(null=True))', "change-type", X),
    ('migrations.AlterField("order", "note", models.CharField(max_length=50))', "set-not-null", C),
    ('migrations.AlterField("order", "note", models.CharField(max_length=50, default="x"))', "set-not-null", C),
    ('migrations.AlterField("order", "state", models.CharField(max_length=20, null=True))', "drop-not-null", E),
    ('migrations.AlterField("order", "state", models.CharField(max_length=20, db_default="new"))', "set-default", E),
    ('migrations.AlterField("order", "state", models.CharField(max_length=20, unique=True))', "add-unique", C),
    ('migrations.AlterField("order", "state", models.CharField(max_length=20, db_index=True))', "create-index", E),
    ('migrations.AlterField("order", "state", models.CharField(max_length=20, default="x", choices=[("a", 1)]))',
     "state-only", NONE),
    ('migrations.AlterField("order", "state", models.CharField(max_length=20, db_collation="C"))', "change-type", X),
    ('migrations.AlterField("order", "note", models.CharField(max_length=50, null=True, db_column="remark"))',
     "rename-column", X),
    ('migrations.AlterField("order", "labels", models.ManyToManyField(to="shop.label", blank=1))', "state-only", NONE),
    ('migrations.AlterField("order", "labels", models.ManyToManyField("shop.Tag"))', "opaque", ASK),
    ('migrations.AlterField("order", "note", models.CharField(max_length=LONG, null=True))', "change-type", X),
    ('migrations.AlterField("order", "unheard_of", models.TextField())', "alter-column-unknown", ASK),
    ('migrations.AlterField("unknown", "c", models.TextField())', "alter-column-unknown", ASK),
    ('migrations.AlterOrderWithRespectTo("order", "customer")', "add-column-required", X),
    # indexes and constraints
    ('migrations.AddIndex("order", models.Index(fields=["-note"], name="i"))', "create-index", E),
    ('migrations.RemoveIndex("order", "i")', "drop-index", C),
    ('migrations.RenameIndex("order", new_name="j", old_name="i")', "rename-index", E),
    ('migrations.AddConstraint("order", models.UniqueConstraint(fields=["note"], name="u"))', "add-unique", C),
    ('migrations.AddConstraint("order", models.CheckConstraint(check=Q(id__gt=0), name="c"))', "add-check", C),
    ('AddConstraintNotValid("order", models.CheckConstraint(check=Q(id__gt=0), name="c"))', "add-check-not-valid", C),
    ('ValidateConstraint("order", "c")', "validate-constraint", C),
    ('migrations.RemoveConstraint("order", "c")', "drop-constraint", E),
    ('migrations.AlterUniqueTogether("order", {("state", "note"), ("note", "customer")})', "add-unique", C),
    ('migrations.AlterUniqueTogether("order", {("state", "note")})', "state-only", NONE),
    ('migrations.AlterUniqueTogether("order", set())', "drop-constraint", E),
    ('migrations.AlterUniqueTogether("order", [])', "drop-constraint", E),
    # SQL and code
    ('migrations.RunSQL("UPDATE shop_order SET note = 1")', "update-rows", M),
    ('migrations.RunSQL([("UPDATE shop_order SET note = %s", ["x"])])', "update-rows", M),
    ('migrations.RunSQL(sql="DROP TABLE shop_order", reverse_sql="SELECT 1")', "drop-table", C),
    ('migrations.RunSQL(migrations.RunSQL.noop, "DROP TABLE shop_order")', "state-only", NONE),
    ('migrations.RunSQL(read("up.sql"))', "opaque", ASK),
    ('migrations.RunPython(forward)', "opaque", ASK),
    ('migrations.RunPython(migrations.RunPython.noop)', "state-only", NONE),
    ('SomethingElse("order")', "opaque", ASK),
    ('TrigramExtension()', "create-object", E),
]
# fmt: on


@pytest.mark.parametrize(
    ("operation", "kind", "phase"), OPERATIONS, ids=[case[0][:80] for case in OPERATIONS]
)
def test_one_operation(django_judge: Judge, operation: str, kind: str, phase: Phase) -> None:
    migration = django_judge(operation + ",")
    first = migration.operations[0]
    assert (first.kind, first.phase) == (kind, phase)
    assert migration.phase is phase


@pytest.mark.parametrize(
    ("operations", "phase"),
    [
        # a foreign key that may be empty comes with its constraint and its index
        (
            'migrations.AddField("order", "c", models.ForeignKey("shop.Customer", models.CASCADE, null=True)),',
            E,
        ),
        ('migrations.AddField("order", "c", models.PositiveIntegerField(null=True)),', E),
        ('migrations.AddField("order", "c", models.PositiveIntegerField(db_default=0)),', E),
        (
            'migrations.AddField("order", "c", models.OneToOneField("shop.Customer", models.CASCADE, null=True)),',
            E,
        ),
        # Django's default fills the rows that are there, and the SQL leaves a default behind
        (
            'migrations.AddField("order", "c", models.IntegerField(default=0)),\n'
            'migrations.RunSQL("ALTER TABLE shop_order ALTER COLUMN c SET DEFAULT 0"),',
            E,
        ),
        (
            'migrations.AddField("order", "c", models.IntegerField()),\n'
            'migrations.RunSQL("ALTER TABLE shop_order ALTER COLUMN c SET DEFAULT 0"),',
            X,
        ),
        (
            'migrations.AlterField("order", "note", models.CharField(max_length=50)),\n'
            """migrations.RunSQL("ALTER TABLE shop_order ALTER COLUMN note SET DEFAULT ''"),""",
            C,
        ),
        # Django compares with its own picture: it does not drop a default that it does not know of
        (
            """migrations.RunSQL("ALTER TABLE shop_order ALTER COLUMN state SET DEFAULT ''"),\n"""
            'migrations.AlterField("order", "state", models.CharField(max_length=30)),',
            E,
        ),
        # models of the same migration
        (
            'migrations.CreateModel("R", fields=[]),\n'
            'migrations.AddField("r", "c", models.IntegerField()),\n'
            'migrations.AlterField("r", "c", models.TextField()),\n'
            'migrations.AddConstraint("r", models.UniqueConstraint(fields=["c"], name="u")),',
            E,
        ),
        (
            'migrations.AddField("order", "c", models.IntegerField(null=True)),\n'
            'migrations.RemoveField("order", "note"),',
            X,
        ),
        (
            'migrations.AddField("order", "c", models.IntegerField(null=True)),\nmigrations.RunPython(fill),',
            ASK,
        ),
        # only what happens to the database counts
        (
            "migrations.SeparateDatabaseAndState(\n"
            '    database_operations=[migrations.RunSQL("CREATE INDEX CONCURRENTLY i ON shop_order (note)")],\n'
            '    state_operations=[migrations.RemoveField("order", "note")],\n),',
            E,
        ),
        (
            "migrations.SeparateDatabaseAndState(\n"
            '    state_operations=[migrations.DeleteModel("Order")],\n),\n'
            "migrations.RunSQL(migrations.RunSQL.noop),",
            NONE,
        ),
    ],
)
def test_several_operations(django_judge: Judge, operations: str, phase: Phase) -> None:
    assert django_judge(operations).phase is phase


def test_names_are_those_of_the_database(django_judge: Judge) -> None:
    migration = django_judge(
        'migrations.RemoveField("order", "customer"),\n'
        'migrations.RemoveField("order", "labels"),\n'
        'migrations.RenameField("order", "note", "remark"),\n'
        'migrations.DeleteModel("Customer"),'
    )
    assert migration.dropped == ("customer_id", "note", "shop_customer", "shop_order_labels")


def test_fields_follow_renames_within_the_history(django_judge: Judge) -> None:
    operations = 'migrations.RenameField("order", "note", "remark"),\n'
    altered = 'migrations.AlterField("order", "remark", models.CharField(max_length=80, null=True)),'
    kinds = kinds_of(django_judge(operations + altered))
    assert kinds == ["rename-column", "widen-type"]


def test_lines_are_those_of_the_operations(pend: Pend, django: Files) -> None:
    sql = 'migrations.RunSQL("""\n    UPDATE shop_order SET note = 1;\n    DROP TABLE shop_order\n"""),'
    files = django(sql)
    text = files["shop/migrations/0002_next.py"].splitlines()
    migration = pend({}, files, tool="django", folder="shop/migrations").pending[1]
    assert [text[operation.line - 1].strip() for operation in migration.operations] == [
        "UPDATE shop_order SET note = 1;",
        "DROP TABLE shop_order",
    ]


@pytest.mark.parametrize(
    ("operation", "has_down"),
    [
        ('migrations.RemoveField("order", "note")', True),
        ("migrations.RunPython(forward)", False),
        ("migrations.RunPython(forward, backward)", True),
        ('migrations.RunSQL("SELECT 1")', False),
        ('migrations.RunSQL("SELECT 1", migrations.RunSQL.noop)', True),
    ],
)
def test_whether_django_can_go_back(django_judge: Judge, operation: str, *, has_down: bool) -> None:
    assert django_judge(operation + ",").has_down is has_down


def test_concurrent_indexes_need_a_migration_that_is_not_atomic(django_judge: Judge) -> None:
    operation = 'AddIndexConcurrently("order", models.Index(fields=["note"], name="i")),'
    rules = {finding.rule for finding in django_judge(operation).findings}
    assert "concurrently-in-transaction" in rules
    apart = django_judge(operation, "atomic = False")
    assert not apart.transactional
    assert "concurrently-in-transaction" not in rules_of(apart)


@pytest.mark.parametrize(
    ("attribute", "operation", "phase"),
    [
        ("safe = Safe.before_deploy()", "RunPython(fill)", E),
        ("safe = Safe.before_deploy", "RunPython(fill)", E),
        ("safe = Safe.after_deploy(delay=timedelta(days=1))", "RunPython(fill)", M),
        ("safe = Safe.after_deploy()", 'RemoveField("order", "note")', C),
        ("is_post_deployment = True", "RunPython(fill)", M),
        ("is_post_deployment = False", "RunPython(fill)", ASK),
    ],
)
def test_declared_phases(django_judge: Judge, attribute: str, operation: str, phase: Phase) -> None:
    header = "from django_safemigrate import Safe"
    assert django_judge(f"migrations.{operation},", attribute, header=header).phase is phase


@pytest.mark.parametrize(
    "text",
    [
        "class Migration(migrations.Migration):\n    operations = []\nMigration.operations += [extra]",
        "class Migration(migrations.Migration):\n    operations = []\nMigration.operations.append(extra)",
        "class Migration(migrations.Migration):\n    operations = []\n    def apply(self, *given):\n        drop()",
        "class Migration(migrations.Migration):\n    @property\n    def operations(self):\n        return [drop]",
        "class Migration(SharedMigration):\n    dependencies = []",
        "class Migration(Mixin, migrations.Migration):\n    dependencies = []",
        "@decorated\nclass Migration(migrations.Migration):\n    operations = []",
        "class Migration(migrations.Migration):\n    operations = [DropTableExtension()]",
    ],
)
def test_a_migration_that_does_more_than_it_lists_is_asked_about(pend: Pend, text: str) -> None:
    files = {"shop/migrations/0001_initial.py": f"from django.db import migrations\n{text}\n"}
    (found,) = pend({}, files, folder="shop/migrations").pending
    assert found.phase is ASK


def test_a_class_of_the_project_with_operations_of_its_own_is_read(pend: Pend) -> None:
    text = "class Migration(CheckedMigration):\n    operations = [migrations.CreateModel('T', fields=[])]\n"
    files = {"shop/migrations/0001_initial.py": f"from django.db import migrations\n{text}"}
    (found,) = pend({}, files, folder="shop/migrations").pending
    assert found.phase is E


# the graph


def migration(app_dependencies: str, attributes: str = "", operations: str = "") -> str:
    return (
        "from django.db import migrations, models\n\nclass Migration(migrations.Migration):\n"
        f"    dependencies = [{app_dependencies}]\n    {attributes}\n    operations = [{operations}]\n"
    )


def test_apps_of_a_project_are_ordered_by_their_dependencies(pend: Pend) -> None:
    files = {
        "shop/migrations/__init__.py": "",
        "shop/migrations/0001_initial.py": migration('("crm", "0002_more")'),
        "shop/migrations/0002_more.py": migration('("shop", "0001_initial")'),
        "crm/migrations/0001_initial.py": migration(""),
        "crm/migrations/0002_more.py": migration('("crm", "0001_initial"), ("auth", "0001_initial")'),
        "crm/models.py": "class Migration: ...",
    }
    base = {"crm/migrations/0001_initial.py": files["crm/migrations/0001_initial.py"]}
    found = pend(base, files, folder=".")
    assert found.tool == "django"
    assert [item.id for item in found.pending] == ["crm.0002_more", "shop.0001_initial", "shop.0002_more"]
    assert found.pending[0].parents == ("crm.0001_initial", "auth.0001_initial")
    assert [item for item in found.findings if item.level is Level.ERROR] == []
    assert found.linear


def test_the_label_of_an_app_is_what_its_migrations_call_it(pend: Pend) -> None:
    files = {
        "src/migrations/0001_initial.py": migration(""),
        "src/migrations/0002_more.py": migration('("store", "0001_initial")'),
    }
    found = pend({}, files, folder="src/migrations")
    assert [item.id for item in found.pending] == ["store.0001_initial", "store.0002_more"]


def test_run_before_makes_a_parent(pend: Pend) -> None:
    files = {
        "a/migrations/0001_x.py": migration("", 'run_before = [("b", "0001_x")]'),
        "b/migrations/0001_x.py": migration(""),
    }
    found = pend({}, files, folder=".")
    assert [(item.id, item.parents) for item in found.pending] == [
        ("a.0001_x", ()),
        ("b.0001_x", ("a.0001_x",)),
    ]


SQUASHED = migration("", 'replaces = [("a", "0001_x"), ("a", "0002_y")]')


def test_a_squashed_migration_is_applied_where_its_parts_are(pend: Pend) -> None:
    parts = {
        "a/migrations/0001_x.py": migration(""),
        "a/migrations/0002_y.py": migration('("a", "0001_x")'),
    }
    third = {"a/migrations/0003_z.py": migration('("a", "0001_squashed")')}
    squashed = {"a/migrations/0001_squashed.py": SQUASHED}
    beside = pend(parts, {**parts, **squashed}, folder="a/migrations")
    assert beside.pending == ()
    instead = pend(parts, {**squashed, **third}, folder="a/migrations")
    assert [item.id for item in instead.pending] == ["a.0003_z"]
    assert [finding for finding in instead.findings if finding.level is not Level.NOTE] == []
    fresh = pend({}, {**parts, **squashed, **third}, folder="a/migrations")
    assert [item.id for item in fresh.pending] == ["a.0001_squashed", "a.0003_z"]


def test_what_follows_a_squashed_migration_follows_its_parts_while_they_are_not_all_applied(
    pend: Pend,
) -> None:
    parts = {
        "a/migrations/0001_x.py": migration(""),
        "a/migrations/0002_y.py": migration('("a", "0001_x")'),
    }
    target = {
        **parts,
        "a/migrations/0001_squashed.py": SQUASHED,
        "a/migrations/0003_z.py": migration('("a", "0001_squashed")'),
    }
    applied = pend(parts, target, folder="a/migrations")
    assert [(item.id, item.parents) for item in applied.pending] == [("a.0003_z", ("a.0001_squashed",))]
    first = {"a/migrations/0001_x.py": parts["a/migrations/0001_x.py"]}
    half = pend(first, target, folder="a/migrations")
    assert [(item.id, item.parents) for item in half.pending] == [
        ("a.0002_y", ("a.0001_x",)),
        ("a.0003_z", ("a.0002_y",)),
    ]
    for found in (applied, half):
        assert [finding for finding in found.findings if finding.level is not Level.NOTE] == []


def test_what_follows_a_part_follows_the_squashed_migration_in_its_place(pend: Pend) -> None:
    target = {
        "a/migrations/0001_squashed.py": SQUASHED,
        "a/migrations/0003_z.py": migration('("a", "0002_y")'),
    }
    found = pend({}, target, folder="a/migrations")
    assert [(item.id, item.parents) for item in found.pending] == [
        ("a.0001_squashed", ()),
        ("a.0003_z", ("a.0001_squashed",)),
    ]


def test_a_file_that_does_not_parse_keeps_its_place(pend: Pend) -> None:
    broken = migration('("a", "0001_x")').replace("operations = [", "operations = [(")
    files = {
        "a/migrations/0001_x.py": migration(""),
        "a/migrations/0002_y.py": broken,
        "a/migrations/0003_z.py": migration('("a", "0002_y")', operations='migrations.DeleteModel("Order")'),
    }
    found = pend({"a/migrations/0001_x.py": files["a/migrations/0001_x.py"]}, files, folder="a/migrations")
    assert [(item.id, item.phase) for item in found.pending] == [("a.0002_y", ASK), ("a.0003_z", C)]
    assert found.pending[0].findings[0].path == "a/migrations/0002_y.py"
    assert found.pending[0].findings[0].line
    assert found.findings == ()


@pytest.mark.parametrize(
    "text",
    [
        "from elsewhere import Migration\n",
        "from elsewhere import Dropping as Migration\n",
        "from elsewhere import *\n",
        "Migration = type('Migration', (Base,), {'operations': drop_everything()})\n",
    ],
)
def test_a_migration_that_is_made_elsewhere_is_asked_about(pend: Pend, text: str) -> None:
    first = "from django.db import migrations\nclass Migration(migrations.Migration):\n    operations = []\n"
    base = {"shop/migrations/0001_first.py": first}
    found = pend(
        base, {**base, "shop/migrations/0002_next.py": text}, tool="django", folder="shop/migrations"
    )
    assert [(m.id, m.phase) for m in found.pending] == [("shop.0002_next", ASK)]


def test_modules_among_migrations_without_a_migration(pend: Pend) -> None:
    first = "from django.db import migrations\nclass Migration(migrations.Migration):\n    operations = []\n"
    base = {"shop/migrations/0001_first.py": first, "shop/migrations/_helpers.py": "x = 1\n"}
    added = {"shop/migrations/helpers.py": "x = 1\n", "shop/models.py": "x = 1\n"}
    found = pend(base, {**base, **added}, tool="django", folder="shop")
    assert [(f.rule, f.path) for f in found.findings if f.rule == "not-a-migration"] == [
        ("not-a-migration", "shop/migrations/helpers.py")
    ]
