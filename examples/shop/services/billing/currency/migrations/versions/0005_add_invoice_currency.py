"""Add invoices.currency"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("invoices", sa.Column("currency", sa.Text, nullable=True))


def downgrade() -> None:
    op.drop_column("invoices", "currency")
