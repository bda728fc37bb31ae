"""SET NOT NULL spares its scan where a validated check is known, in whatever language the check was written."""

from __future__ import annotations

import pytest

from runbook_tui.catalog.model import MigrationSource
from runbook_tui.migrations.read import read_migrations
from tests.locks.claims import judged

TABLE = "CREATE TABLE orders (id bigint, note varchar(50), code int);"
SET = "ALTER TABLE orders ALTER COLUMN note SET NOT NULL"
CHECK = "ALTER TABLE orders ADD CONSTRAINT c CHECK"
SPARED = "AccessExclusive, instant: a validated check spares the scan"
SCANNED = "AccessExclusive while the table is scanned"

# fmt: off
HISTORIES = [
    (f"{CHECK} (note IS NOT NULL);", SPARED),
    (f"{CHECK} (note IS NOT NULL AND code > 0);", SPARED),
    (f"{CHECK} (note IS NOT NULL) NOT VALID; ALTER TABLE public.Orders VALIDATE CONSTRAINT C;", SPARED),
    (f"{CHECK} (note IS NOT NULL) NOT VALID;", SCANNED),
    (f"{CHECK} (note IS NOT NULL) NOT VALID; ALTER TABLE orders VALIDATE CONSTRAINT other;", SCANNED),
    (f"{CHECK} (note IS NOT NULL OR code > 0);", SCANNED),
    (f"{CHECK} (note IS NULL);", SCANNED),
    (f"{CHECK} (code IS NOT NULL);", SCANNED),
    (f"{CHECK} (note IS NOT NULL); ALTER TABLE orders DROP CONSTRAINT c;", SCANNED),
    (f"{CHECK} (note IS NOT NULL); ALTER TABLE orders RENAME CONSTRAINT c TO d;", SCANNED),
    (f"{CHECK} (note IS NOT NULL); ALTER TABLE orders DROP COLUMN note; ALTER TABLE orders ADD note text;", SCANNED),
    (f"{CHECK} (note IS NOT NULL); ALTER TABLE orders RENAME note TO old; ALTER TABLE orders ADD note text;", SCANNED),
    (f"{CHECK} (note IS NOT NULL); DROP TABLE orders; {TABLE}", SCANNED),
    ("ALTER TABLE orders ADD CHECK (note IS NOT NULL);", SCANNED),  # its name is not known when it is dropped
]
# fmt: on


@pytest.mark.parametrize(("before", "lock"), HISTORIES)
def test_only_a_check_that_holds_for_every_row_spares_the_scan(before: str, lock: str) -> None:
    migration = judged(TABLE + before, SET, "postgres")
    assert migration.operations[-1].lock == lock
    assert ("table-scan" in {finding.rule for finding in migration.findings}) is (lock == SCANNED)


ALEMBIC = {
    "db/versions/a_base.py": f'op.execute("{TABLE}")',
    "db/versions/b_check.py": "op.create_check_constraint('c', 'orders', 'note IS NOT NULL', postgresql_not_valid={})",
    "db/versions/c_set.py": "op.alter_column('orders', 'note', nullable=False, existing_type=sa.String(50))",
}
RAILS = {
    "db/migrate/1_base.rb": f'execute "{TABLE}"',
    "db/migrate/2_check.rb": 'add_check_constraint :orders, "note IS NOT NULL", name: "c", validate: {}',
    "db/migrate/3_set.rb": "change_column_null :orders, :note, false",
}


@pytest.mark.parametrize("valid", [True, False])
def test_a_check_of_alembic_spares_it(valid: bool) -> None:
    files, last = {}, None
    for path, body in ALEMBIC.items():
        name = path.split("/")[-1][0]
        files[path] = (
            f"import sqlalchemy as sa\nfrom alembic import op\nrevision = {name!r}\ndown_revision = {last!r}\n"
            f"def upgrade():\n    {body.format(not valid)}\n"
        ).encode()
        last = name
    source = MigrationSource(path="db", datastore="shop", tool="alembic")
    migration = read_migrations(source, files, service="shop", engine="postgres")[-1]
    assert migration.operations[-1].lock == (SPARED if valid else SCANNED)


@pytest.mark.parametrize("valid", [True, False])
def test_a_check_of_rails_spares_it(valid: bool) -> None:
    pytest.importorskip("tree_sitter_ruby")
    head, tail = "class M < ActiveRecord::Migration[7.1]\n  def up\n    ", "\n  end\nend\n"
    said = str(valid).lower()
    files = {path: f"{head}{body.format(said)}{tail}".encode() for path, body in RAILS.items()}
    source = MigrationSource(path="db/migrate", datastore="shop", tool="rails")
    migration = read_migrations(source, files, service="shop", engine="postgres")[-1]
    assert migration.operations[-1].lock == (SPARED if valid else SCANNED)
