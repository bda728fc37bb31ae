"""Add invoices.country"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("invoices", sa.Column("country", sa.Text))


def downgrade() -> None:
    op.drop_column("invoices", "country")
