-- migrate:up
CREATE TABLE messages (
    id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL,
    subject TEXT NOT NULL,
    sent_at TEXT
);
CREATE INDEX messages_user ON messages (user_id);

-- migrate:down
DROP TABLE messages;
