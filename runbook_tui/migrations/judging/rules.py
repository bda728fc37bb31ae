"""Every rule that a finding about migrations can have: one place for its level, what it means, and what to do.

Findings name a rule by its id. A finding may be of another level than its rule's where the file says so: what a person
declared, or what an engine or a tool does about it.
"""

from __future__ import annotations

from dataclasses import dataclass

from runbook_tui.migrations.model import Level


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that can be found."""

    id: str
    level: Level
    """The usual one."""
    summary: str
    remedy: str
    """Empty when there is nothing to do."""


_ERROR, _WARNING, _NOTE = Level.ERROR, Level.WARNING, Level.NOTE

# fmt: off
_ROWS = (
    # code of two versions
    ("breaking", _ERROR, "No moment is safe for the change: the old and the new code cannot both work",
     "Split it over two releases: make room first, take away what nobody uses later."),
    ("rename", _ERROR, "A table, column, value or other object gets another name",
     "Add the new name beside the old one, keep both in step, drop the old one a release later."),
    ("type-change", _ERROR, "A column's values become other ones than the running code expects",
     "Add a column of the new type, keep both in step, backfill, switch the readers, drop the old one."),
    ("not-null-without-default", _ERROR, "A column that INSERTs of the running code leave out is required",
     "Add it nullable or with a database default, deploy, backfill, then set NOT NULL."),
    ("mixed-phases", _ERROR, "One file makes room for the new code and takes something from the old",
     "Split the file: what makes room runs before the deploy, the rest after it."),
    ("drop-required-column", _WARNING, "A dropped column is NOT NULL without a default until it is gone",
     "Allow NULL or set a default before the deploy."),
    ("upsert-needs-unique", _WARNING, "A dropped unique constraint or index is what upserts of running code rely on",
     "Run it when no running code upserts by it, and before code writes duplicates."),
    ("readers-first", _WARNING, "Values become possible that old readers do not know",
     "Deploy the services that read it before those that write it."),
    ("no-equality", _WARNING, "Rows get a column that cannot be compared, so SELECT DISTINCT of whole rows fails",
     "Use jsonb, which can be compared."),
    ("declared-contradicts", _WARNING, "What the author declared and what the file does do not agree",
     "Move the operation, or change the declaration, which is trusted."),
    # locks and transactions
    ("blocks-writes", _WARNING, "Writes to the table wait while it runs",
     "Use the form that lets writes go on, such as CREATE INDEX CONCURRENTLY or NOT VALID."),
    ("locks-both-tables", _WARNING, "A foreign key locks the table that it refers to as well",
     "Add the column first, then the foreign key NOT VALID with a lock timeout, and validate it later."),
    ("table-rewrite", _WARNING, "The whole table is written again under a lock",
     "Add what is new beside the old, and fill it in batches."),
    ("table-scan", _WARNING, "Reads and writes wait while the whole table is scanned",
     "Add the constraint NOT VALID and validate it in another transaction."),
    ("long-transaction", _WARNING, "A lock is held until something slow in the same transaction is done",
     "Put the slow part into a migration of its own."),
    ("no-lock-timeout", _NOTE, "The change waits for a lock without end, and everything queues behind it",
     "Set lock_timeout to a few seconds, and try again when it fails."),
    ("validate-in-same-transaction", _WARNING, "NOT VALID and VALIDATE in one transaction gain nothing",
     "Validate in the next migration."),
    ("concurrently-in-transaction", _ERROR, "PostgreSQL refuses CONCURRENTLY inside a transaction",
     "Put it into a migration of its own that the tool runs outside a transaction."),
    ("enum-value-in-transaction", _WARNING, "A new enum value is used in the transaction that adds it",
     "Use the value in a later migration."),
    ("transaction-nesting", _WARNING, "The file begins or ends a transaction inside the tool's own",
     "Leave it out, or tell the tool to use no transaction."),
    ("ddl-autocommit", _WARNING, "MySQL commits each statement, so a failure leaves the file half applied",
     "Write one statement a migration."),
    ("refused-by-engine", _ERROR, "The engine refuses the statement",
     "Write it in a form that the engine takes."),
    ("cascade", _WARNING, "CASCADE takes views with it that the statement does not name",
     "Drop each of them by name, and create them again where they are still needed."),
    # data
    ("unbatched-backfill", _WARNING, "One statement changes all rows and holds their locks to its end",
     "Change 1,000 to 10,000 rows at a time, each batch in its own transaction."),
    ("backfill-in-contract", _WARNING, "A backfill runs together with a change that takes something away",
     "Move it into a migration of its own before that one."),
    ("irreversible", _NOTE, "What is gone comes back from a backup only",
     "Take a snapshot first, and let a person approve the point of no return."),
    ("no-down", _NOTE, "The file does not say how to undo it",
     "Know the way back before you run it."),
    # what was not read
    ("unreadable", _ERROR, "The file, or a statement of it, cannot be read",
     "Correct it, or read it and decide when it may run."),
    ("opaque", _WARNING, "Code or a statement of which only a person can tell what it does",
     "Read it, and decide when it may run: expand, backfill or contract."),
    ("conditional", _NOTE, "It stands inside a condition or loop: it may or may not run",
     ""),
    ("assumed-part-of-drop", _NOTE, "A dropped constraint is taken as part of the drop in the same file",
     "Move it into an expand migration when the new code needs it gone."),
    ("answered", _NOTE, "A person said when the migration may run",
     ""),
    # the folder as a history
    ("edited-after-apply", _ERROR, "The file of an applied migration was edited",
     "Put it back, and write what is missing into a new migration."),
    ("gone", _WARNING, "An applied migration has no file any more",
     "Put it back, unless it was squashed into one that the databases count as applied."),
    ("renamed", _ERROR, "An applied migration stands under another name, which the tool takes for a new one",
     "Give it its name back, or have the databases count it as applied before."),
    ("cannot-stop", _ERROR, "The tool applies all that is pending at once, and not all of it may run then",
     "Release what has to wait later."),
    ("sorts-before-applied", _ERROR, "A new migration stands before one that is applied",
     "Give it a version above the last one, or let it follow the last applied migration."),
    ("contract-before-expand", _ERROR, "A migration that must wait stands before one that must not",
     "Swap them, or release in two steps."),
    ("backfill-before-expand", _WARNING, "A backfill that must wait stands before one that must not",
     "Swap them, or release in two steps."),
    ("two-heads", _ERROR, "The history has several ends, and the tool does not know which one to go to",
     "Add a merge migration, or put one after the other."),
    ("duplicate-id", _ERROR, "Two migrations have one id",
     "Give one of them a number or revision of its own."),
    ("duplicate-name", _ERROR, "Two migrations have one name, and the tool refuses that",
     "Give one of them another name and class."),
    ("unknown-parent", _ERROR, "It follows a migration that is not there",
     "Correct the name, or add the file that is missing."),
    ("cycle", _ERROR, "Migrations follow one another in a circle, so none can be applied",
     "Correct the parent of one of them."),
    # files that the tool looks at otherwise
    ("no-down-function", _ERROR, "The tool refuses a file that exports no function for the way back",
     "Export it, even if it does nothing."),
    ("checksum", _ERROR, "The tool's own checksums do not fit the files, so it applies nothing",
     "See that every file is as it was reviewed, then let the tool write its checksums again."),
    ("several-roots", _WARNING, "Several changelogs are included by no other, and all of them are taken",
     "Name the root changelog as path."),
    ("missing-include", _ERROR, "A changelog includes a file that is not there, or that cannot be known",
     "Write the path out."),
    ("included-twice", _WARNING, "A changelog is included a second time",
     "Take one of the includes out."),
    ("include-cycle", _ERROR, "Changelogs include one another in a circle, or too deep",
     "Take one of the includes out."),
    ("callback", _NOTE, "A file that the tool runs beside the migrations",
     "Read it as a part of the release."),
    ("not-a-migration", _WARNING, "The tool passes the file over",
     "Rename it, or move it out of the folder."),
    ("not-recognised", _WARNING, "No tool knows the file as a migration",
     "Name it as its tool wants it, or leave it out."),
    ("no-migrations", _WARNING, "The folder holds no migration of the tool",
     "Correct the path or the tool."),
    ("nothing-applied", _WARNING, "The version that runs has no migration here, so all count as pending",
     "Right for a new data store; move a folder in a release of its own."),
    ("engine-unknown", _WARNING, "The engine is none that is known: it is read as PostgreSQL, without its locks",
     "Name postgres, mysql or sqlite."),
    ("engine-assumed", _NOTE, "Nothing names the engine: it is read as PostgreSQL",
     "Name it with --engine, or in a manifest."),
    # the live database
    ("database-agrees", _NOTE, "The live database has applied what the running version has",
     ""),
    ("database-behind", _ERROR, "The live database lacks migrations that the running version has",
     "Find out why before anything else is applied."),
    ("database-ahead", _WARNING, "The live database has applied more than the running version has",
     "Say in the manifest what really runs."),
    ("database-dirty", _ERROR, "The tool has noted that a migration failed half-way",
     "Mend the database and the tool's note of it first."),
    ("migration-failed", _ERROR, "The live database says that a migration failed",
     "Mend it before anything else is applied."),
    ("migrations-locked", _WARNING, "The tool has locked its migrations: a run goes on, or died",
     "See that no run goes on, then release the lock with the tool."),
    ("database-silent", _WARNING, "The live database did not answer in time",
     "Ask again, or go on without its word."),
    ("database-refused", _WARNING, "The live database could not be asked",
     "Correct the variable or the rights of its user."),
    ("no-version-table", _ERROR, "The live database has no version table of the tool",
     "Correct the variable, or the version that runs."),
    ("version-table-of-another-tool", _ERROR, "The live database has the version table of another tool",
     "Correct the tool or the variable."),
)
# fmt: on

RULES: dict[str, Rule] = {row[0]: Rule(*row) for row in _ROWS}
"""By id, in the order in which they are told."""
