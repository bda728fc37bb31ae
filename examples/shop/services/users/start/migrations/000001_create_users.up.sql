CREATE TABLE users (
    id INTEGER PRIMARY KEY,
    username TEXT,
    password_hash TEXT NOT NULL,
    created_at TEXT NOT NULL
);
