"""What the rows of a version table say, one function a way of recording. Every value is text, or None."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection

from runbook_tui.migrations.version_table import Failed, Records, Rows

_TRUE = frozenset({"1", "t", "true", "y", "yes", "\x01"})


def is_true(value: str | None) -> bool:
    """Whether a boolean was written, in the way of any engine: ``true``, ``1``, a bit."""
    return (value or "").lower() in _TRUE


def number(version: str) -> str:
    """A version in digits without leading zeros; anything else as it is."""
    return str(int(version)) if re.fullmatch(r"\d{1,100}", version) else version


def column(rows: Rows, name: str, key: Callable[[str], str]) -> Records:
    """A row for each applied migration, with its id in one column."""
    return Records(frozenset(key(value) for row in rows if (value := row[name]) is not None))


def versions(rows: Rows) -> Records:
    """``version`` alone, as text (dbmate, diesel)."""
    return column(rows, "version", str)


def numbers(rows: Rows) -> Records:
    """``version`` as a number, however it is stored (Rails, Ecto)."""
    return column(rows, "version", number)


def heads(rows: Rows) -> Records:
    """Only the ends are kept (alembic)."""
    return Records(column(rows, "version_num", str).applied, heads=True)


def django(rows: Rows) -> Records:
    """An app and a name together are the id."""
    return Records(frozenset(f"{row['app']}.{row['name']}" for row in rows))


def golang_migrate(rows: Rows) -> Records:
    """One row: all up to it is applied, itself in part only when it is dirty. ``-1`` stands for none."""
    for row in rows:
        version = number(row["version"] or "")
        if is_true(row["dirty"]):
            return Records(up_to=version, failed=(Failed(version, "dirty"),))
        return Records(up_to=version)
    return Records()


def goose(rows: Rows) -> Records:
    """The latest row of a version counts; version 0 is the table's own."""
    latest = {number(row["version_id"] or ""): is_true(row["is_applied"]) for row in rows}
    return Records(frozenset(version for version, applied in latest.items() if applied and version != "0"))


def sqlx(rows: Rows) -> Records:
    """``success`` is false from the beginning of a migration to its end."""
    done = {number(row["version"] or ""): is_true(row["success"]) for row in rows}
    failed = tuple(Failed(version, "success is false") for version, good in sorted(done.items()) if not good)
    return Records(frozenset(version for version, good in done.items() if good), failed=failed)


def prisma(rows: Rows) -> Records:
    """Applied is what finished and was not rolled back; a name that failed may have been tried again."""
    applied = {
        row["migration_name"] or "" for row in rows if row["finished_at"] and not row["rolled_back_at"]
    }
    begun = {
        row["migration_name"] or "" for row in rows if not row["finished_at"] and not row["rolled_back_at"]
    }
    failed = tuple(Failed(name, "finished_at is empty") for name in sorted(begun - applied))
    return Records(frozenset(applied), failed=failed)


_ATLAS_BASELINE, _ATLAS_RESOLVED = 1, 4
"""Bits of ``type``, as ``sql/migrate/migrate.go`` of ariga/atlas has them."""


def atlas(rows: Rows) -> Records:
    """Counts of statements show what stopped half-way, unless a person resolved it since.

    A version with a dot in front is Atlas' own note.
    """
    applied: set[str] = set()
    failed: list[Failed] = []
    baseline: str | None = None
    for row in rows:
        version = row["version"] or ""
        if version.startswith("."):
            continue
        kind, done, total = _count(row["type"]), _count(row["applied"]), _count(row["total"])
        if (row["error"] or done < total) and not kind & _ATLAS_RESOLVED:
            failed.append(Failed(version, f"{done} of {total} statements are applied"))
            continue
        applied.add(version)
        if kind & _ATLAS_BASELINE:
            baseline = version
    return Records(frozenset(applied), up_to=baseline, failed=tuple(failed))


def flyway(rows: Rows) -> Records:
    """Rows in the order in which they were installed: an undo or a deletion takes an earlier one back."""
    applied: set[str] = set()
    failed: dict[str, Failed] = {}
    baseline: str | None = None
    for row in rows:
        kind, version = (row["type"] or "").upper(), row["version"]
        key = flyway_key(version if version is not None else f"R__{row['description'] or ''}")
        if kind == "SCHEMA":
            continue
        if not is_true(row["success"]):
            failed[key] = Failed(key, "success is false")
        elif kind.startswith("UNDO") or kind == "DELETE":
            applied.discard(key)
            failed.pop(key, None)
        else:
            applied.add(key)
            failed.pop(key, None)
            if kind.endswith("BASELINE"):
                baseline = key
    return Records(frozenset(applied), up_to=baseline, failed=tuple(failed.values()))


def flyway_key(name: str) -> str:
    """A version without zeros that do not count (``1.0`` and ``01`` are ``1``); of a repeatable the description."""
    if re.fullmatch(r"\d{1,30}([._]\d{1,30}){0,50}", name):
        parts = [int(part) for part in re.split(r"[._]", name)]
        while len(parts) > 1 and parts[-1] == 0:
            parts.pop()
        return ".".join(map(str, parts))
    return re.sub(r"[\s_]+", " ", name)


def liquibase(rows: Rows) -> Records:
    """File, id and author are the identity; what failed is not recorded, and what was skipped is not applied."""
    applied = {
        f"{(row['filename'] or '').removeprefix('classpath:').lstrip('/')}::{row['id']}::{row['author']}"
        for row in rows
        if (row["exectype"] or "").upper() not in {"FAILED", "SKIPPED"}
    }
    return Records(frozenset(applied))


def without_root(recorded: Collection[str], known: Collection[str]) -> frozenset[str]:
    """Changesets by the files of the repository: where its search path began, Liquibase does not record."""
    by_rest: dict[str, list[str]] = {}
    for key in known:
        by_rest.setdefault(key.partition("::")[2], []).append(key.partition("::")[0])

    def aligned(key: str) -> str:
        file, _, rest = key.partition("::")
        files = by_rest.get(rest, [])
        if file in files:
            return key
        same = [each for each in files if each.endswith(f"/{file}") or file.endswith(f"/{each}")]
        return f"{same[0]}::{rest}" if len(same) == 1 else key

    return frozenset(map(aligned, recorded))


def sqitch(rows: Rows) -> Records:
    """Changes with their projects; one that was reworked has a row for each time, told apart as in the plan."""
    seen: Counter[str] = Counter()
    applied: set[str] = set()
    for row in rows:
        key = f"{row['project']}:{row['change']}"
        seen[key] += 1
        applied.add(key if seen[key] == 1 else f"{key}#{seen[key]}")
    return Records(frozenset(applied))


def own_project(recorded: Collection[str], known: Collection[str]) -> frozenset[str]:
    """The changes of the project that shares most with the plan: a registry may serve several."""
    projects: dict[str, set[str]] = {}
    for key in recorded:
        project, _, change = key.partition(":")
        projects.setdefault(project, set()).add(change)

    def shared(name: str) -> tuple[int, int]:
        return len(projects[name].intersection(known)), -len(projects[name].difference(known))

    return frozenset(projects[max(sorted(projects), key=shared)] if projects else ())


def _count(value: str | None) -> int:
    return int(value) if value is not None and re.fullmatch(r"\d{1,15}", value) else 0
