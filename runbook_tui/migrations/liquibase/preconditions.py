"""Whether a changeset runs: its ``dbms``, its contexts, and its preconditions.

A precondition with ``onFail="HALT"``, the default, stops the tool when it does not hold: what follows runs, or nothing
does. With MARK_RAN and CONTINUE the changeset is passed over. Most of those only ask whether its work is done already.
Source: Liquibase documentation, "Preconditions".
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from runbook_tui.migrations.changes import ADD_COLUMN, Change, table_key
from runbook_tui.migrations.engine import Engine
from runbook_tui.migrations.liquibase.columns import bare, table_of
from runbook_tui.migrations.liquibase.dbms import applies, certain
from runbook_tui.migrations.liquibase.nodes import Node
from runbook_tui.migrations.sql.reader import read_sql

_PASSED_OVER = frozenset({"MARK_RAN", "CONTINUE"})
_EXISTENCE = {
    "tableExists": "table",
    "viewExists": "view",
    "columnExists": "column",
    "indexExists": "index",
    "foreignKeyConstraintExists": "constraint",
    "uniqueConstraintExists": "constraint",
    "primaryKeyExists": "primary key",
    "sequenceExists": "sequence",
}
_NAMED = (
    "columnName",
    "indexName",
    "foreignKeyName",
    "constraintName",
    "primaryKeyName",
    "sequenceName",
    "viewName",
)
_READS = frozenset({"query", "setting", "unreadable", "opaque"})
_SETTINGS = frozenset({"onFail", "onError", "onFailMessage", "onErrorMessage", "onSqlOutput", "onUpdateSQL"})


@dataclass(frozen=True, slots=True)
class Exists:
    """A question whether something is there, or is not."""

    kind: str
    there: bool
    table: str
    name: str


@dataclass(frozen=True, slots=True)
class Guard:
    """What the preconditions of a changeset come to."""

    runs: bool = True
    """False when the engine alone decides that it is passed over."""
    stops: bool = False
    """On this engine the tool stops at it, and applies nothing that follows."""
    doubtful: bool = False
    """It may or may not run, and nothing here tells which."""
    exists: tuple[Exists, ...] = ()
    elsewhere: bool = False
    """Its file may be for other databases, so what it creates may be there already in this one."""

    def apply(self, change: Change) -> Change:
        """The change as certain as its changeset."""
        if self.doubtful:
            return replace(change, conditional=True)
        if self.exists and not all(_only_repeats(one, change) for one in self.exists):
            return replace(change, conditional=True)
        return replace(change, if_exists=True) if self.exists or self.elsewhere else change


def may_stay_pending(preconditions: Node | None) -> bool:
    """Whether it may be passed over without a note, so that it stays the next one to run."""
    return preconditions is not None and preconditions.get("onFail").upper() == "CONTINUE"


def asked_of_database(preconditions: Node | None, engine: Engine) -> list[Change]:
    """What asking changes: SQL that does more than read, and code."""
    found: list[Change] = []
    for node in preconditions.children if preconditions is not None else ():
        if node.name in ("customPrecondition", "ext:customPrecondition"):
            found.append(Change("opaque", node.line, detail="a precondition that is code"))
        elif node.name == "sqlCheck":
            sql = node.text or node.get("sql")
            changes = read_sql(sql, engine) if "${" not in sql else []
            found += [replace(one, line=node.line) for one in changes if one.kind not in _READS]
        else:
            found += asked_of_database(node, engine)
    return found


def guard_of(preconditions: Node | None, engine: Engine | None) -> Guard:
    """What preconditions mean for the engine."""
    if preconditions is None:
        return Guard()
    on_fail, on_error = (preconditions.get(name).upper() for name in ("onFail", "onError"))
    holds, exists = _all(preconditions.children, engine)
    if on_fail not in _PASSED_OVER and on_error not in _PASSED_OVER:
        return Guard(stops=holds is False and on_fail in ("", "HALT"))
    if holds is False:
        return Guard(runs=on_fail not in _PASSED_OVER)
    return Guard(doubtful=holds is None, exists=tuple(exists))


def _all(nodes: Iterable[Node], engine: Engine | None) -> tuple[bool | None, list[Exists]]:
    """Whether all of them hold: None when that is not known. Questions of existence are given back."""
    answers: list[bool | None] = []
    exists: list[Exists] = []
    for node in nodes:
        if node.name in _SETTINGS:
            continue
        answer, asked = _one(node, engine)
        answers.append(answer)
        exists += asked
    return _both(answers), exists


def _both(answers: Sequence[bool | None]) -> bool | None:
    if False in answers:
        return False
    return None if None in answers else True


def _one(node: Node, engine: Engine | None) -> tuple[bool | None, list[Exists]]:
    if node.name == "and":
        return _all(node.children, engine)
    if node.name == "dbms":
        kinds = node.get("type")
        return (applies(kinds, engine) if certain(kinds, engine) else None), []
    if node.name == "or":
        answers = [_one(child, engine) for child in node.children if child.name not in _SETTINGS]
        if any(answer is True and not asked for answer, asked in answers):
            return True, []
        known = answers and all(answer is False for answer, _ in answers)
        return (False if known else None), []
    if node.name == "not":
        return _not(node, engine)
    kind = _EXISTENCE.get(node.name)
    return (True, [_exists(node, kind, there=True)]) if kind else (None, [])


def _not(node: Node, engine: Engine | None) -> tuple[bool | None, list[Exists]]:
    inside = [child for child in node.children if child.name not in _SETTINGS]
    if len(inside) != 1:
        return None, []
    answer, asked = _one(inside[0], engine)
    if not asked:
        return (None if answer is None else not answer), []
    if len(asked) == 1 and inside[0].name in _EXISTENCE:
        return True, [replace(asked[0], there=False)]
    return None, []


def _exists(node: Node, kind: str, *, there: bool) -> Exists:
    table = table_of(node) or table_of(node, "foreignKey") or ""
    name = next((bare(node.get(key)) for key in _NAMED if node.get(key)), "")
    return Exists(kind, there, table_key(table), name.lower())


def _only_repeats(asked: Exists, change: Change) -> bool:
    """Whether the change does what the question asks about, so that it is done afterwards either way."""
    table, name = table_key(change.table or ""), (change.name or "").lower()
    same_table = not asked.table or asked.table == table
    if change.kind == "state-only":
        return True
    if not asked.there:
        if asked.kind == "table":  # what comes with a new table is new as well
            return bool(asked.table) and asked.table == table
        if asked.kind == "column" and same_table and asked.name in {column.lower() for column in change.over}:
            return True  # so is what comes with a new column
        made = change.kind == ADD_COLUMN or change.kind.startswith(("add-", "create-"))
    else:
        if asked.kind == "table":
            return change.kind == "drop-table" and asked.table == table
        made = change.kind.startswith("drop-")
    if asked.kind == "primary key":
        return made and change.kind.endswith("primary-key") and same_table
    return made and same_table and bool(name) and asked.name == name
