"""Fill invoices.currency of older invoices, 5,000 at a time

Touches only invoices without a currency: it can be stopped, and run again, at any time.
"""

from alembic import op

revision = "0006"
down_revision = "0005"

BATCHES = 40  # enough for 200,000 invoices

FILL = """
UPDATE invoices
SET currency = CASE country WHEN 'CH' THEN 'CHF' WHEN 'GB' THEN 'GBP' WHEN 'PL' THEN 'PLN' ELSE 'EUR' END
WHERE id IN (SELECT id FROM invoices WHERE currency IS NULL ORDER BY id LIMIT 5000)
"""


def upgrade() -> None:
    with op.get_context().autocommit_block():  # every batch is committed by itself
        for _ in range(BATCHES):
            op.execute(FILL)


def downgrade() -> None:
    op.execute("UPDATE invoices SET currency = NULL")  # it follows from the country, and can be filled again
