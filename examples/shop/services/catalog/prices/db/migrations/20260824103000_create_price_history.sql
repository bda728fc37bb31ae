-- migrate:up
CREATE TABLE prices (
    product_id INTEGER NOT NULL,
    price_cents INTEGER NOT NULL,
    since TEXT NOT NULL,
    PRIMARY KEY (product_id, since)
);

-- migrate:down
DROP TABLE prices;
