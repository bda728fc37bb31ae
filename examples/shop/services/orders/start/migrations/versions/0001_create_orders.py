"""Create orders"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "orders",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("user_id", sa.Integer, nullable=False),
        sa.Column("total", sa.Float, nullable=False),
        sa.Column("placed_at", sa.Text, nullable=False),
    )
    op.create_index("orders_user", "orders", ["user_id"])


def downgrade() -> None:
    op.drop_table("orders")
