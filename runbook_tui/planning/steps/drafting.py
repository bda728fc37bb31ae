"""What every step is made with."""

from __future__ import annotations

from dataclasses import dataclass

from runbook_tui.migrations.model import Phase
from runbook_tui.planning.commands import Commands
from runbook_tui.planning.context import Scope
from runbook_tui.planning.paths import Paths
from runbook_tui.planning.words import line
from runbook_tui.release.model import ServiceChange
from runbook_tui.runbook.model import Check, Rollback

ANNOUNCE, PREFLIGHT, BACKUP, DECISION = 60.0, 60.0, 600.0, 300.0
DEPLOY, STOP, VERIFY, FINAL_CHECK = 300.0, 60.0, 60.0, 600.0
MIGRATE = {Phase.BACKFILL: 900.0, Phase.CONTRACT: 120.0}
"""Estimates in seconds where the manifest has none; a migration of another phase is taken for a minute. They are
starting points: the durations of past runs replace them."""


@dataclass(frozen=True, slots=True)
class Drafting:
    """The release, how its commands are rendered and where its folders are."""

    scope: Scope
    commands: Commands
    paths: Paths
    environment: str

    def about(self, change: ServiceChange) -> dict[str, object]:
        """Fields of every step that concerns one service."""
        return {
            "service": change.name,
            "directory": line(self.paths.service(change)),
            "owner": line(change.service.owner),
            "pager": pager(self.scope, change),
        }

    def verify(self, change: ServiceChange, *, before: bool = False) -> Check | None:
        """The check that a service is healthy at its version; None without such a command.

        Args:
            change: the service.
            before: check for the version that runs now, as after a rollback.
        """
        written = change.service.commands.verify
        if written is None:
            return None
        names = self.commands.names_before(change) if before else self.commands.names(change)
        version = change.base_version if before else change.version
        return self.commands.check(written, key(change, "verify"), names, version)

    def back(self, change: ServiceChange, by_hand: str) -> Rollback:
        """How the version that runs now comes back.

        Args:
            change: the service.
            by_hand: what a person does where the service has no command for it.
        """
        written = change.service.commands.rollback
        verify = self.verify(change, before=True)
        if written is None:
            return Rollback(confirm=by_hand, verify=verify)
        command = self.commands.shell(written, key(change, "rollback"), self.commands.names(change))
        return Rollback(run=command, verify=verify)


def key(change: ServiceChange, command: str) -> str:
    """Where a service's command stands in the manifest."""
    return f"services.{change.name}.commands.{command}"


def pager(scope: Scope, change: ServiceChange) -> str | None:
    """Who is paged for a service: as the manifest says, else as a person answered."""
    answer = scope.release.answers.services.get(change.name)
    found = change.service.on_call or (answer.on_call if answer else None)
    return line(found) if found else None


def sha(full: str) -> str:
    """A commit as people read it."""
    return full[:12]
