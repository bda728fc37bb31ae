-- migrate:up
CREATE TABLE products (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    price_cents INTEGER NOT NULL
);

-- migrate:down
DROP TABLE products;
