"""What a changeset does on one engine."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace

from runbook_tui.migrations.changes import Body, Change
from runbook_tui.migrations.engine import Engine
from runbook_tui.migrations.liquibase.change_types import UNDONE, changes_of
from runbook_tui.migrations.liquibase.changelog import ChangeSet
from runbook_tui.migrations.liquibase.dbms import applies, certain
from runbook_tui.migrations.liquibase.nodes import Node, canonical, mapped
from runbook_tui.migrations.liquibase.paths import Tree
from runbook_tui.migrations.liquibase.preconditions import Guard, asked_of_database, guard_of
from runbook_tui.migrations.liquibase.sql_code import Place
from runbook_tui.migrations.liquibase.tree import Placed

_FILES = ("path", "file")
_HARMLESS_ADDITIONS = ("engine", "charset", "character set", "collate", "row_format", "default ")


def read_body(variants: Sequence[Placed], tree: Tree, engine: Engine, home: Engine | None) -> Body:
    """The changes of a changeset; of several with one identity, of those that the engine runs.

    ``home`` is the engine that ``dbms`` names, None when nobody knows it; ``engine`` is how SQL is read then.
    """
    changes: list[Change] = []
    has_down, transactional, found = True, True, False
    for placed in variants:
        if not runs_on(placed, home):
            continue
        found = True
        place = Place(placed.path, engine, home, tree, placed.properties)
        nodes = [_expanded(node, place) for node in placed.change_set.changes]
        made = [change for node in nodes for change in changes_of(node, place)]
        made += _modified(placed.change_set, home)
        changes += asked_of_database(placed.change_set.preconditions, engine)
        guard = _certainty(placed, home)
        if guard.stops:
            stopped = "its precondition does not hold on this engine, and stops the tool"
            changes.append(Change("unreadable", placed.change_set.line, name=stopped, detail=placed.id))
        changes += [guard.apply(change) for change in made]
        has_down = has_down and _undone(placed.change_set)
        transactional = transactional and placed.change_set.flag("runInTransaction", default=True)
    if not found:
        changes.append(_does_nothing(variants[0], engine))
    return Body(tuple(changes), has_down, transactional, wraps_transaction=transactional)


def runs_on(placed: Placed, engine: Engine | None) -> bool:
    """Whether Liquibase runs it there: not when it is ignored, or for other engines only."""
    change_set = placed.change_set
    if placed.ignored or change_set.flag("ignore"):
        return False
    expanded = placed.properties.expand(change_set.attributes.get("dbms", ""), engine)
    return applies(expanded, engine) and guard_of(change_set.preconditions, engine).runs


def checksummed(variants: Sequence[Placed], tree: Tree) -> bytes:
    """What Liquibase's MD5SUM is made of, in a form of its own: change types, their SQL and files, no layout.

    Comments, contexts, preconditions and rollbacks may be edited; the tool does not compare them.
    """
    seen: list[object] = []
    for placed in variants:
        nodes = [canonical(node) for node in (*placed.change_set.changes, *placed.change_set.modify_sql)]
        written = json.dumps(nodes)
        files = [" ".join(text.split()) for text in _files(placed, tree)]
        seen += [nodes, placed.properties.definitions("".join([written, *files])), files]
    return json.dumps(seen).encode()


def _files(placed: Placed, tree: Tree) -> Iterator[str]:
    for node in placed.change_set.changes:
        target = next((node.get(key) for key in _FILES if node.get(key)), "")
        relative = node.flag("relativeToChangelogFile") is True
        found = tree.resolve(target, placed.path, relative=relative) if target else None
        if found is not None:
            yield tree.files[found].decode("utf-8", "replace")


def _expanded(node: Node, place: Place) -> Node:
    if not place.properties.count:
        return node
    return mapped(node, lambda text: place.properties.expand(text, place.home))


def _certainty(placed: Placed, engine: Engine | None) -> Guard:
    """How sure it is that it runs. The context of an include says which database a whole file is for."""
    guard = guard_of(placed.change_set.preconditions, engine)
    dbms = placed.properties.expand(placed.change_set.attributes.get("dbms", ""), engine)
    if placed.change_set.contexts or not certain(dbms, engine):
        return replace(guard, doubtful=True)
    return replace(guard, elsewhere=bool(placed.contexts))


def _undone(change_set: ChangeSet) -> bool:
    if change_set.rollback is not None:
        return True
    return all(node.name in UNDONE for node in change_set.changes)


def _modified(change_set: ChangeSet, engine: Engine | None) -> list[Change]:
    """``modifySql``: what is added to the SQL, or replaced in it, is not read."""
    found = []
    for node in change_set.modify_sql:
        if not applies(node.get("dbms"), engine):
            continue
        for child in node.children:
            value = child.get("value").strip().lower()
            if child.name == "append" and (value.startswith(_HARMLESS_ADDITIONS) or not value):
                continue
            if child.name in ("append", "prepend", "replace", "regExpReplace"):
                what = f"modifySql: {child.name} of the SQL that the tool makes"
                found.append(Change("opaque", child.line, detail=what))
    return found


def _does_nothing(placed: Placed, engine: Engine) -> Change:
    change_set = placed.change_set
    if placed.ignored or change_set.flag("ignore"):
        why = "it is ignored"
    else:
        named = change_set.attributes.get("dbms", "")
        why = f"it is for {named}" if named else f"its precondition does not hold on {engine.value}"
    return Change("state-only", change_set.line, detail=f"{why}: the tool passes it over")
