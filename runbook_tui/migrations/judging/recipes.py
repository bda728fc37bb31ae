"""How to do without harm what the safety table warns of: by kind of operation."""

from __future__ import annotations

from runbook_tui.migrations.engine import Engine
from runbook_tui.migrations.judging.safety import RECREATE, TABLE

_TWIN = (
    "Release 1: add the new one beside the old (expand), write both or keep them in step with a trigger, "
    "backfill. Release 2: read the new one, then drop the old one (contract)."
)
_NOT_VALID = (
    "After all writers are new: add it NOT VALID. After the backfill, in another transaction: VALIDATE "
    "CONSTRAINT, which lets reads and writes go on."
)

RECIPES: dict[str, str] = {
    "add-column-required": (
        "Add it nullable or with a database default, deploy, backfill; after the deploy or in the next release: "
        "SET NOT NULL."
    ),
    "add-column-rewrite": (
        "Add it nullable, set the default in a second statement, backfill in batches, then set NOT NULL."
    ),
    "drop-column": (
        "Search every user of the data store for the name first. An INSERT of the new code must work while the "
        "column is still there: allow NULL or set a default before the deploy."
    ),
    "rename-column": _TWIN,
    "rename-table": _TWIN + " On PostgreSQL: rename, and create a view with the old name in one transaction.",
    "rename-object": _TWIN,
    "rename-enum-value": "Add the new value, switch the writers, backfill, stop using the old value.",
    "remove-enum-value": "Stop writing the value (deploy), backfill, then move the column to a new type.",
    "change-type": (
        "Add a column of the new type (expand), keep both in step, backfill in batches, read the new one in the "
        "next release, then drop the old one."
    ),
    "change-default": "Deploy code that writes the value itself first, so that no INSERT gets it from the default.",
    "drop-default": "Deploy code that writes the value itself first, so that no INSERT gets it from the default.",
    "widen-type-rewrite": "Do it in a quiet hour, or with a tool that copies the table beside the live one.",
    "set-not-null": (
        "Backfill; ADD CHECK (... IS NOT NULL) NOT VALID; VALIDATE it; SET NOT NULL, which then needs no scan; "
        "drop the check."
    ),
    "add-check": _NOT_VALID,
    "add-foreign-key": _NOT_VALID,
    "add-unique": (
        "Remove duplicates, CREATE UNIQUE INDEX CONCURRENTLY, then ADD CONSTRAINT ... UNIQUE USING INDEX. When "
        "the new code needs it (ON CONFLICT), declare the migration as expand."
    ),
    "add-primary-key": "CREATE UNIQUE INDEX CONCURRENTLY, then ADD CONSTRAINT ... PRIMARY KEY USING INDEX.",
    "add-exclusion": "Do it in a quiet hour: no form of it lets writes go on.",
    "refresh-view": "REFRESH ... CONCURRENTLY, which needs a unique index and lets reads go on.",
    "add-primary-key-using-index": "Make its columns NOT NULL first, by way of a validated CHECK.",
    "replace-constraint": (
        "Add the new one NOT VALID under another name, VALIDATE it in another transaction, then drop the old one."
    ),
    "rewrite-table": "Do it in a quiet hour, or with pg_repack, which lets reads and writes go on.",
    "attach-partition": (
        "Add a CHECK with the bounds to the partition NOT VALID, VALIDATE it, attach it, which then needs no scan; "
        "drop the check. A default partition needs a CHECK that excludes them."
    ),
    "create-index": "CREATE INDEX CONCURRENTLY, in a migration of its own that runs outside a transaction.",
    "create-unique-index": "Remove duplicates, then CREATE UNIQUE INDEX CONCURRENTLY outside a transaction.",
    "rebuild-index": "REINDEX CONCURRENTLY (PostgreSQL 12 and later).",
    "update-rows": (
        "Update 1,000 to 10,000 rows at a time, each batch in its own transaction and only rows that still need "
        "it, so that it can be stopped and run again."
    ),
    "copy-rows": "Copy in batches, outside the migration, and leave out what is already there.",
    "drop-table": "Rename it first as a cheap undo, drop it one release later; take a backup.",
    "truncate": "Take a snapshot of the rows first.",
    "delete-rows": "Take a snapshot of the rows first; delete in batches.",
}


_COPY = (
    "Do it in a quiet hour, or with a tool that copies the table beside the live one (gh-ost, "
    "pt-online-schema-change)."
)
_ANEW = (
    "Do it when nothing else writes: make the new table, copy the rows, drop the old one, rename the new one, "
    "in one transaction."
)
_OF_ENGINES: dict[Engine, dict[str, str]] = {
    # MySQL 8.4 Reference Manual, "Online DDL Operations"
    Engine.MYSQL: {
        **dict.fromkeys(
            ("alter-column-unknown", "rebuild-index", "rewrite-table", "rebuild-table", "replace-constraint"),
            _COPY,
        ),
        **dict.fromkeys(("drop-primary-key", "attach-partition", "detach-partition"), _COPY),
        "create-index": _COPY,  # FULLTEXT and SPATIAL; others let writes go on
        "rename-table": _TWIN,
        "add-column-required": (
            "Add it nullable or with a database default, deploy, backfill; in the next release: MODIFY it NOT NULL."
        ),
        "add-check": f"Correct the rows first. {_COPY}",
        "add-column-rewrite": _COPY,
        "add-foreign-key": (
            "Correct the rows first. With SET foreign_key_checks = 0 it is added in place, and no row that is there "
            "is checked."
        ),
        "add-enum-value-inside": "Add the value at the end of the list, which copies nothing.",
    },
    # SQLite, "ALTER TABLE", section "Making Other Kinds Of Table Schema Changes"
    Engine.SQLITE: {
        **{kind: _ANEW for kind, row in TABLE.items() if row.sqlite is RECREATE and kind != "change-type"},
        "rename-table": _TWIN,
        "add-column-required": "Add it nullable or with a constant default; NOT NULL alone needs the table made anew.",
        "add-column-rewrite": "Add it nullable, without the default, and fill it in batches.",
    },
}
"""Where an engine takes other statements than those of PostgreSQL."""


_OF_TOOLS = {
    # ankane/strong_migrations, README, "Removing a column": Active Record keeps the columns that it knows in a cache
    ("rails", "drop-column"): (
        "Release 1: add the column to self.ignored_columns of the model, and allow NULL or set a default. "
        "Release 2: drop it. Release 3: take it out of ignored_columns."
    ),
    # getsentry/sentry-docs, "Database Migrations", "Deleting columns": every query names the fields of the model
    ("django", "drop-column"): (
        "Release 1: null=True or db_default, and RemoveField among the state_operations of a "
        "SeparateDatabaseAndState only. Release 2: drop the column, among its database_operations."
    ),
}
"""Where code that the tool belongs to has a way of its own."""


def recipe(kind: str, engine: Engine, tool: str = "") -> str:
    """What to do instead of, or around, an operation of this kind; empty when there is nothing to say."""
    if (tool, kind) in _OF_TOOLS:
        return _OF_TOOLS[tool, kind]
    plain = kind.removesuffix("-concurrently")
    own = _OF_ENGINES.get(engine, {})
    return own.get(kind) or RECIPES.get(kind) or own.get(plain) or RECIPES.get(plain, "")
