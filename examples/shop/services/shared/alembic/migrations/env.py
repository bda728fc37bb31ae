"""Where Alembic finds the database: DATABASE is the path of a SQLite file."""

import os

from alembic import context
from sqlalchemy import create_engine

engine = create_engine(f"sqlite:///{os.environ['DATABASE']}")
with engine.connect() as connection:
    context.configure(connection=connection, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()
