-- 2,400 orders of one to three lines. Some totals have the rounding that SHOP-444 is about.
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2400)
INSERT INTO orders (id, user_id, total, status, ship_country, placed_at)
SELECT
    i,
    1 + i % 600,
    0,
    CASE WHEN i % 40 = 0 THEN 'cancelled' ELSE 'placed' END,
    CASE i % 4 WHEN 0 THEN 'CH' WHEN 1 THEN 'GB' WHEN 2 THEN 'PL' ELSE 'DE' END,
    datetime('2026-05-21', '+' || (i * 105) || ' minutes')
FROM n;

INSERT INTO order_lines (order_id, product_id, quantity, price)
SELECT orders.id, 1 + (orders.id * 7 + line.i) % 48, 1 + (orders.id + line.i) % 3, 4.35 + (orders.id * 7 + line.i) % 48
FROM orders JOIN (SELECT 0 AS i UNION SELECT 1 UNION SELECT 2) AS line ON line.i <= orders.id % 3;

UPDATE orders SET total = (SELECT sum(quantity * price) FROM order_lines WHERE order_id = orders.id);
