-- migrate:up
ALTER TABLE products ADD COLUMN category TEXT;
CREATE INDEX products_category ON products (category);

-- migrate:down
DROP INDEX products_category;
ALTER TABLE products DROP COLUMN category;
