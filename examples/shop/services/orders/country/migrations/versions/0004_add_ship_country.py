"""Add orders.ship_country: VAT depends on it"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("orders", sa.Column("ship_country", sa.Text))


def downgrade() -> None:
    op.drop_column("orders", "ship_country")
