"""Add orders.total_cents beside the rounded orders.total"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("orders", sa.Column("total_cents", sa.Integer, nullable=True))


def downgrade() -> None:
    op.drop_column("orders", "total_cents")
