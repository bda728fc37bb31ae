"""Add invoices.number, which has no gaps, beside legacy_number"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("invoices", sa.Column("number", sa.Integer))
    op.create_index("invoices_number", "invoices", ["number"])


def downgrade() -> None:
    op.drop_index("invoices_number", "invoices")
    op.drop_column("invoices", "number")
