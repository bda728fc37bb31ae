-- migrate:up
ALTER TABLE messages ADD COLUMN attempts INTEGER NOT NULL DEFAULT 0;

-- migrate:down
ALTER TABLE messages DROP COLUMN attempts;
