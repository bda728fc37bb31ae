-- migrate:up
CREATE TABLE stock (
    product_id INTEGER PRIMARY KEY,
    pieces INTEGER NOT NULL
);

-- migrate:down
DROP TABLE stock;
