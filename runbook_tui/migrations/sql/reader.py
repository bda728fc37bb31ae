"""SQL text to changes. Nothing is ever run, and no text makes it raise."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from runbook_tui.migrations.changes import Change
from runbook_tui.migrations.engine import Engine
from runbook_tui.migrations.sql.blocks import read_block
from runbook_tui.migrations.sql.client import without_client_commands
from runbook_tui.migrations.sql.statements import Statement, UnreadableSqlError, in_parts
from runbook_tui.migrations.sql.variables import PREFIX, is_unknown

LONGEST_FILE = 8 * 1024 * 1024
"""Characters; a larger one is data, and cutting it into tokens takes longer than a person waits."""
_MOST_STATEMENTS = 100_000
"""Of one file; judging more takes longer than a person waits."""
_LONGEST_PARSED = 60_000
"""Characters of one statement: longer ones are rows to be inserted."""
_VALUES = frozenset("'0123456789")
"""How strings and numbers begin."""
_EXECUTED = re.compile(r"(/\*M?!\d{0,6})(.*?)(?:\*/|\Z)", re.DOTALL)
"""MySQL runs what stands in such a comment: MySQL manual, "Comments"."""


def read_sql(sql: str, engine: Engine) -> list[Change]:
    """What the statements of ``sql`` do, in order, with lines from 1.

    A statement that cannot be read becomes a change of kind ``unreadable`` or ``opaque``, never an error.
    """
    if not sql.strip():
        return []
    from runbook_tui.migrations.sql.parse import unreadable
    from runbook_tui.migrations.sql.triggers import body_of, refused_rows

    if len(sql) > LONGEST_FILE:
        return [unreadable(1, sql[:200], f"{len(sql)} characters are too many to read")]
    if engine is Engine.MYSQL and "!" in sql:
        sql = _EXECUTED.sub(lambda found: f"{' ' * len(found[1])}{found[2]}  ", sql)
    sql, told = without_client_commands(sql)
    changes: list[Change] = []
    inserts: dict[tuple[str, ...], list[Change]] = {}
    bodies: dict[str, str] = {}
    number = 0
    try:
        for text, before, statements in in_parts(sql, engine):
            for statement in statements:
                found = _read_once(text, statement, engine, inserts)
                bodies |= body_of(statement, found)
                found = [*found, *refused_rows(statement, found, bodies)]
                changes += _placed(found, statement, before, number)
                number += 1
            if number > _MOST_STATEMENTS:
                return [
                    *told,
                    unreadable(1, sql[:200], f"more than {_MOST_STATEMENTS} statements are too many"),
                ]
    except UnreadableSqlError as error:
        changes.append(unreadable(error.line, sql[:200], error.reason))
    return sorted([*changes, *told], key=lambda change: change.line) if told else changes


def _placed(found: Iterable[Change], statement: Statement, before: int, number: int) -> list[Change]:
    """The changes of a statement of a part that stands ``before`` lines into its file."""
    place = (statement.line + before, number)
    return [replace(change, statement=place, line=change.line + before) for change in found]


def _read_once(
    sql: str, statement: Statement, engine: Engine, inserts: dict[tuple[str, ...], list[Change]]
) -> list[Change]:
    """What a statement does; of INSERTs that differ in their values only the first is read."""
    shape = _shape(statement)
    if shape and shape in inserts:
        return [replace(change, line=statement.line) for change in inserts[shape]]
    try:
        found = _read_statement(sql, statement, engine)
    except RecursionError:
        from runbook_tui.migrations.sql.parse import unreadable

        found = [unreadable(statement.line, statement.text[:200], "it is nested too deep to be read")]
    if shape:
        inserts[shape] = found
    return found


def _shape(statement: Statement) -> tuple[str, ...]:
    """An INSERT without its values: a file of thousands is read once for each shape. Empty for all others."""
    if statement.pieces[0].word != "INSERT" or len(statement.text) > _LONGEST_PARSED:
        return ()
    return tuple("?" if piece.word[0] in _VALUES else piece.word for piece in statement.pieces)


def _read_statement(sql: str, statement: Statement, engine: Engine) -> list[Change]:
    from runbook_tui.migrations.sql.alter import read_alter_table
    from runbook_tui.migrations.sql.definitions import read_tree
    from runbook_tui.migrations.sql.parse import opaque, parse_statement, unreadable
    from runbook_tui.migrations.sql.patterns import match_statement

    if PREFIX in statement.text and is_unknown([piece.word for piece in statement.pieces]):
        return [opaque(statement.line, statement.plain)]
    words = [piece.word for piece in statement.pieces[:3]]
    if words[0] == "ALTER" and "TABLE" in words:
        return read_alter_table(sql, statement, engine)
    if words[0] == "RENAME":
        return _rename_tables(statement)
    if words[0] == "DO" and engine is Engine.POSTGRES:
        return read_block(statement, engine, _read_statement) or [opaque(statement.line, statement.plain)]
    tree, reason = None, ""
    if len(statement.text) <= _LONGEST_PARSED:
        try:
            tree = parse_statement(statement, engine)
        except UnreadableSqlError as error:
            reason = str(error)
    known = read_tree(tree, statement.line, statement.plain, engine) if tree is not None else None
    if known is not None:
        return known
    matched = match_statement(statement.plain, statement.line)
    if matched:
        return matched
    return [
        unreadable(statement.line, statement.plain, reason)
        if reason
        else opaque(statement.line, statement.plain)
    ]


def _rename_tables(statement: Statement) -> list[Change]:
    """MySQL's ``RENAME TABLE a TO b, c TO d``."""
    from runbook_tui.migrations.sql.parse import opaque
    from runbook_tui.migrations.sql.patterns import match_statement

    pairs = statement.plain.partition(" TABLE ")[2].split(",")
    found = [match_statement(f"RENAME TABLE {pair.strip()}", statement.line) for pair in pairs]
    known = [change for matched in found for change in matched]
    return known if len(known) == len(pairs) else [opaque(statement.line, statement.plain)]
