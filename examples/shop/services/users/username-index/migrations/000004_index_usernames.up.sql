CREATE INDEX users_username ON users (username);
