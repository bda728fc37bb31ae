-- An invoice for each order, and the years before: 12,400 in all.
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12400)
INSERT INTO invoices (id, order_id, legacy_number, number, amount_cents, country, issued_on)
SELECT
    i,
    i - 10000,
    'R-' || (i - 10000),
    i,
    435 + (i * 137) % 20000,
    CASE i % 4 WHEN 0 THEN 'CH' WHEN 1 THEN 'GB' WHEN 2 THEN 'PL' ELSE 'DE' END,
    date('2026-10-31', '-' || ((12400 - i) / 15) || ' days')
FROM n;

INSERT INTO credit_notes (invoice_id, amount_cents, issued_on)
SELECT id, amount_cents, date(issued_on, '+3 days') FROM invoices WHERE order_id % 40 = 0 AND order_id > 0;
