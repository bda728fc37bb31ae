"""Ways to judge one piece of SQL, Python or Ruby at the public face of the room."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from textwrap import dedent, indent

import pytest

from runbook_tui.catalog.model import MigrationSource
from runbook_tui.migrations.model import Migration, PendingMigrations
from runbook_tui.migrations.pending import pending
from tests.migrations.judged import Judge, Pend

BASE = """
CREATE TABLE orders (
    id bigint PRIMARY KEY,
    state varchar(20) NOT NULL,
    note varchar(50),
    amount decimal(10, 2) NOT NULL DEFAULT 0,
    customer_id bigint NOT NULL
);
CREATE TABLE customers (id bigint PRIMARY KEY, name text);
"""


@pytest.fixture
def pend() -> Pend:
    """``pend(base, target, tool=..., engine=..., folder=...)``: what is pending between two sets of files."""

    def run(
        base: Mapping[str, str],
        target: Mapping[str, str],
        *,
        tool: str | None = None,
        engine: str = "postgres",
        folder: str = "db",
    ) -> PendingMigrations:
        source = MigrationSource(path=folder, datastore="shop", tool=tool)
        encoded = [{path: text.encode() for path, text in files.items()} for files in (base, target)]
        return pending(encoded[0], encoded[1], service="shop", source=source, engine=engine)

    return run


@pytest.fixture
def sql(pend: Pend) -> Judge:
    """``sql(text, engine="postgres")``: that SQL as the one pending migration after two tables exist."""

    def run(text: str, *, engine: str = "postgres", before: str = BASE) -> Migration:
        base = {"db/1_base.up.sql": before}
        target = {**base, "db/2_next.up.sql": text, "db/2_next.down.sql": "SELECT 1"}
        return pend(base, target, tool="golang-migrate", engine=engine).pending[0]

    return run


ALEMBIC = '''"""{title}"""
import sqlalchemy as sa
from alembic import op
{header}
revision = "{revision}"
down_revision = {down}


def upgrade():
{body}


def downgrade():
    op.drop_table("orders")
'''


@pytest.fixture
def revision() -> Callable[..., str]:
    """``revision("b", "a", body)``: an Alembic revision file."""

    def write(
        name: str, down: str | None, body: str = "pass", *, header: str = "", title: str = "Change"
    ) -> str:
        text = indent(dedent(body).strip() or "pass", "    ")
        return ALEMBIC.format(title=title, header=dedent(header), revision=name, down=repr(down), body=text)

    return write


@pytest.fixture
def alembic(pend: Pend, revision: Callable[..., str]) -> Judge:
    """``alembic(body_of_upgrade)``: that as the one pending revision after two tables exist."""

    def run(body: str, *, header: str = "", engine: str = "postgres") -> Migration:
        first = revision("a1", None, f"op.execute({BASE!r})")
        base = {"db/versions/a1_base.py": first}
        target = {**base, "db/versions/b2_next.py": revision("b2", "a1", body, header=header)}
        return pend(base, target, tool="alembic", engine=engine).pending[0]

    return run


DJANGO_BASE = """
from django.db import migrations, models

class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel("Customer", fields=[("id", models.BigAutoField(primary_key=True))]),
        migrations.CreateModel(
            name="Order",
            fields=[
                ("id", models.BigAutoField(primary_key=True)),
                ("state", models.CharField(max_length=20)),
                ("note", models.CharField(max_length=50, null=True)),
                ("customer", models.ForeignKey("shop.Customer", on_delete=models.CASCADE)),
                ("labels", models.ManyToManyField("shop.Label")),
            ],
            options={"unique_together": {("state", "note")}},
        ),
    ]
"""


@pytest.fixture
def django() -> Callable[..., dict[str, str]]:
    """``django(operations, attributes)``: the files of an app whose second migration has these operations."""

    def write(operations: str, attributes: str = "", header: str = "") -> dict[str, str]:
        text = (
            f"from django.db import migrations, models\nfrom django.db.models import *\n{dedent(header)}\n\n"
            f"class Migration(migrations.Migration):\n"
            f'    dependencies = [("shop", "0001_initial")]\n'
            f"{indent(dedent(attributes), '    ')}\n"
            f"    operations = [\n{indent(dedent(operations), '        ')}\n    ]\n"
        )
        return {"shop/migrations/0001_initial.py": DJANGO_BASE, "shop/migrations/0002_next.py": text}

    return write


@pytest.fixture
def django_judge(pend: Pend, django: Callable[..., dict[str, str]]) -> Judge:
    """``django_judge(operations)``: those as the one pending migration of the app."""

    def run(
        operations: str, attributes: str = "", *, header: str = "", engine: str = "postgres"
    ) -> Migration:
        files = django(operations, attributes, header)
        base = {path: text for path, text in files.items() if "0001" in path}
        return pend(base, files, tool="django", engine=engine, folder="shop/migrations").pending[0]

    return run


RAILS_BASE = """
class Base < ActiveRecord::Migration[7.1]
  def change
    create_table :customers do |t|
      t.text :name
    end
    create_table :orders do |t|
      t.string :state, limit: 20, null: false
      t.string :note, limit: 50
      t.decimal :amount, precision: 10, scale: 2, null: false, default: 0
      t.references :customer, null: false, foreign_key: true
    end
  end
end
"""


def ruby(body: str, *, method: str = "up", head: str = "", version: str = "[7.1]", extra: str = "") -> str:
    """A migration file with that body."""
    head, extra = indent(dedent(head), "  "), indent(dedent(extra), "  ")
    inner = indent(dedent(body), "    ")
    return f"class Next < ActiveRecord::Migration{version}\n{head}\n  def {method}\n{inner}\n  end\n{extra}\nend\n"


@pytest.fixture
def rails(pend: Pend) -> Judge:
    """``rails(body)``: that as the one pending migration after two tables exist."""

    def run(body: str, *, engine: str = "postgres", **parts: str) -> Migration:
        base = {"db/migrate/20260101000000_base.rb": RAILS_BASE}
        target = {**base, "db/migrate/20260102000000_next.rb": ruby(body, **parts)}
        return pend(base, target, tool="rails", engine=engine, folder="db/migrate").pending[0]

    return run
