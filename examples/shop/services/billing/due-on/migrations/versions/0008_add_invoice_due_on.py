"""Add invoices.due_on: customers may have other terms than thirty days"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("invoices", sa.Column("due_on", sa.Text, nullable=True))


def downgrade() -> None:
    op.drop_column("invoices", "due_on")
