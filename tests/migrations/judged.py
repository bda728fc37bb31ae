"""The words of tests that judge migrations: how the fixtures are called, phases in one letter, kinds and rules."""

from __future__ import annotations

from collections.abc import Callable

from runbook_tui.migrations.model import Migration, PendingMigrations, Phase

Pend = Callable[..., PendingMigrations]
Judge = Callable[..., Migration]
Revision = Callable[..., str]
E, M, C, X = Phase.EXPAND, Phase.BACKFILL, Phase.CONTRACT, Phase.BREAKING
ASK, NONE = Phase.ASK, Phase.NONE


def kinds_of(migration: Migration) -> list[str]:
    """What each operation of a migration is."""
    return [operation.kind for operation in migration.operations]


def rules_of(found: Migration | PendingMigrations) -> list[str]:
    """What each finding is about."""
    return [finding.rule for finding in found.findings]
