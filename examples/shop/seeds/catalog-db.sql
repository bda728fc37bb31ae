-- 48 products in six categories.
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 48)
INSERT INTO products (id, name, category, price_cents)
SELECT
    i,
    CASE i % 6 WHEN 0 THEN 'Kettle' WHEN 1 THEN 'Teapot' WHEN 2 THEN 'Mug' WHEN 3 THEN 'Tray' WHEN 4 THEN 'Jug' ELSE 'Bowl' END
        || ', ' || CASE i % 4 WHEN 0 THEN 'blue' WHEN 1 THEN 'green' WHEN 2 THEN 'white' ELSE 'grey' END || ' ' || i,
    CASE i % 6 WHEN 0 THEN 'kitchen' WHEN 1 THEN 'tea' WHEN 2 THEN 'tea' WHEN 3 THEN 'table' WHEN 4 THEN 'table' ELSE 'kitchen' END,
    435 + (i - 1) * 100
FROM n;
