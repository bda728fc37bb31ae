"""Create invoices"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "invoices",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("order_id", sa.Integer, nullable=False),
        sa.Column("legacy_number", sa.Text),
        sa.Column("amount_cents", sa.Integer, nullable=False),
        sa.Column("issued_on", sa.Text, nullable=False),
    )
    op.create_index("invoices_order", "invoices", ["order_id"])


def downgrade() -> None:
    op.drop_table("invoices")
