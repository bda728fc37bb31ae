-- Nobody logs in by user name any more (SHOP-437). auth 1.6 still reads the column.
DROP INDEX users_username;
ALTER TABLE users DROP COLUMN username;
