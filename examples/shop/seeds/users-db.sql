-- 600 people. Their password is "correct horse", hashed as registering.py does.
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 600)
INSERT INTO users (id, username, email, password_hash, created_at)
SELECT
    i,
    'user' || i,
    'user' || i || '@mail.example',
    '26e46aaef350c9d3c0924f25ca6c1fb6d38f261b3451a406247ea1c7cbed88015b18fc965259b8a4a033dae489b7405593edd26d91c6e7039c9b6f73e3f8fc0e',
    datetime('2026-05-20', '+' || (i * 6) || ' hours')
FROM n;

INSERT INTO addresses (user_id, street, city, country)
SELECT
    id,
    'Market Street ' || (1 + id % 80),
    CASE id % 4 WHEN 0 THEN 'Zürich' WHEN 1 THEN 'Leeds' WHEN 2 THEN 'Kraków' ELSE 'Bremen' END,
    CASE id % 4 WHEN 0 THEN 'CH' WHEN 1 THEN 'GB' WHEN 2 THEN 'PL' ELSE 'DE' END
FROM users;
