"""Python that hides what it does is never called safe, and what is harmless is not made to look dangerous."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from runbook_tui.migrations.model import Phase
from tests.migrations.judged import Judge, Pend
from tests.migrations.test_adversarial_sql import is_safe

DROP = 'op.drop_table("orders")'
CREATE = 'op.create_table("fresh")'

IN_UPGRADE = [
    f"class X:\n    @staticmethod\n    def go():\n        {DROP}\nX.go()",
    f"class X:\n    def go(self):\n        {DROP}\nX.go(None)",
    f"sorted([1], key=lambda _: {DROP})",
    f"max([1], key=lambda one, *rest: {DROP})",
    f"def g(x={DROP}):\n    pass",
    "from alembic.operations import Operations\nOperations(op.get_context()).drop_table('orders')",
    'with op.batch_alter_table("orders", recreate="always", table_args=(sa.UniqueConstraint("note"),)):\n    pass',
    'with op.batch_alter_table("orders", reflect_args=[sa.Column("note", sa.Integer)]):\n    pass',
]
"""Bodies of ``upgrade()``."""

AT_THE_TOP = [
    (DROP, "pass"),
    (f"x = {DROP}", "pass"),
    (f"if True:\n    {DROP}", "pass"),
    ("op.create_table = op.drop_table", CREATE),
    ('setattr(op, "create_table", op.drop_table)', CREATE),
    (f"class Fake:\n    def create_table(self, name):\n        {DROP}\nop = Fake()", CREATE),
]
"""What stands before ``upgrade()``, and its body."""

UPGRADES = [
    "@decorated\ndef upgrade():\n    pass",
    "def upgrade():\n    pass\n\nupgrade = other = lambda: op.drop_table('orders')",
]

MIGRATIONS = [
    "if ENABLED:\n    {drop}\nelse:\n    {empty}",
    "try:\n    {drop}\nexcept ImportError:\n    pass",
    "{empty}\n{drop}",
    "{empty}\nsetattr(Migration, 'operations', OPERATIONS)",
    "{empty}\nMigration.operations.append(migrations.DeleteModel('Order'))",
]


@pytest.mark.parametrize("body", IN_UPGRADE)
@pytest.mark.parametrize("engine", ["postgres", "sqlite"])
def test_an_upgrade_that_hides_a_drop_is_never_called_safe(alembic: Judge, body: str, engine: str) -> None:
    assert not is_safe(alembic(body, engine=engine))


@pytest.mark.parametrize(("header", "body"), AT_THE_TOP)
def test_what_runs_when_a_revision_is_loaded_counts(alembic: Judge, header: str, body: str) -> None:
    assert not is_safe(alembic(body, header=header))


@pytest.mark.parametrize("upgrade", UPGRADES)
def test_an_upgrade_that_other_code_makes_is_asked_about(pend: Pend, upgrade: str) -> None:
    text = f"from alembic import op\nrevision = 'a'\ndown_revision = None\n\n{upgrade}\n"
    assert pend({}, {"db/a.py": text}, tool="alembic").pending[0].phase is Phase.ASK


@pytest.mark.parametrize("text", MIGRATIONS)
def test_a_migration_that_django_finds_is_seen(
    pend: Pend, django: Callable[..., dict[str, str]], text: str
) -> None:
    one = (
        "class Migration(migrations.Migration): dependencies = [('shop', '0001_initial')]; operations = [{}]"
    )
    first = {path: body for path, body in django("").items() if "0001" in path}
    written = text.format(drop=one.format("migrations.DeleteModel('Order')"), empty=one.format(""))
    files = {**first, "shop/migrations/0002_next.py": f"from django.db import migrations\n{written}\n"}
    (migration,) = pend(first, files, tool="django", folder="shop/migrations").pending
    assert not is_safe(migration)


@pytest.mark.parametrize(
    "body",
    [
        "class State:\n    NEW = 'new'\nop.add_column('orders', sa.Column('x', sa.Text, server_default=State.NEW))",
        "for name in sorted(['a', 'b'], key=lambda name: name.lower()):\n"
        "    op.add_column('orders', sa.Column(name, sa.Text))",
        "with op.batch_alter_table('orders', recreate='never') as batch:\n"
        "    batch.add_column(sa.Column('x', sa.Text))",
    ],
)
def test_what_takes_nothing_away_is_called_safe(alembic: Judge, body: str) -> None:
    assert is_safe(alembic(body))
