"""Drop invoices.legacy_number

The old numbers are in the archive of the accountants only.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    with op.batch_alter_table("invoices") as invoices:
        invoices.drop_column("legacy_number")


def downgrade() -> None:
    op.add_column("invoices", sa.Column("legacy_number", sa.Text))
