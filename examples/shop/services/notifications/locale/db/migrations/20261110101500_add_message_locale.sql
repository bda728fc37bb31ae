-- migrate:up
ALTER TABLE messages ADD COLUMN locale TEXT;

-- migrate:down
ALTER TABLE messages DROP COLUMN locale;
