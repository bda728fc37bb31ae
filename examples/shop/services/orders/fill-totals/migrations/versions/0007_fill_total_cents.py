"""Fill orders.total_cents from the lines, rounded half to even as the invoices are

SQLite rounds half away from zero, so this is done here, a thousand orders at a time. It only touches
orders without total_cents: it can be stopped and run again.
"""

from decimal import ROUND_HALF_EVEN, Decimal

from alembic import op
from sqlalchemy import text

revision = "0007"
down_revision = "0006"

ORDERS = "SELECT id, total FROM orders WHERE total_cents IS NULL ORDER BY id LIMIT 1000"
LINES = "SELECT quantity, price FROM order_lines WHERE order_id = :id"
FILL = "UPDATE orders SET total_cents = :cents WHERE id = :id"


def upgrade() -> None:
    connection = op.get_bind()
    while orders := connection.execute(text(ORDERS)).all():
        for order in orders:
            lines = connection.execute(text(LINES), {"id": order.id}).all()
            exact = sum((line.quantity * Decimal(str(line.price)) for line in lines), Decimal(0))
            total = exact if lines else Decimal(str(order.total))
            cents = int((total * 100).quantize(Decimal(1), ROUND_HALF_EVEN))
            connection.execute(text(FILL), {"cents": cents, "id": order.id})


def downgrade() -> None:
    op.execute("UPDATE orders SET total_cents = NULL")  # it follows from the lines, and can be filled again
