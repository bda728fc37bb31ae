-- migrate:up
CREATE TABLE mutes (
    user_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    PRIMARY KEY (user_id, kind)
);

-- migrate:down
DROP TABLE mutes;
