-- The language somebody is written to in. NULL: not asked yet, English is used.
ALTER TABLE users ADD COLUMN locale TEXT;
