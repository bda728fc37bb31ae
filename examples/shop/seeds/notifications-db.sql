-- What people were told since August.
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1200)
INSERT INTO messages (id, user_id, subject, attempts, sent_at)
SELECT i, 1 + (i + 1200) % 600, 'Your order ' || (i + 1200), 1, datetime('2026-08-17', '+' || (i * 105) || ' minutes')
FROM n;

INSERT INTO mutes (user_id, kind) VALUES (17, 'order-placed'), (204, 'order-placed');
