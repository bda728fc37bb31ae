"""What has to wait when one part of a release waits: nothing may go ahead of what it needs."""

from __future__ import annotations

from collections.abc import Iterable

from runbook_tui.planning.context import Scope
from runbook_tui.planning.model import Constraint, Strength
from runbook_tui.planning.parts import History, Subject
from runbook_tui.planning.rules.registry import JOINING


class Waiting:
    """The services that go only part of their way, or not at all, so that a migration or a definition can wait.

    Args:
        scope: the part of the release that was tried.
        constraints: what the rules say of it.
        history: where migrations and definitions came in.

    A service whose own migration or definition waits goes to the commit before that came in. Another service that needs
    something that waits stays where it is: nobody knows an earlier commit of it that does not.
    """

    def __init__(self, scope: Scope, constraints: Iterable[Constraint], history: History) -> None:
        self._scope = scope
        self._history = history
        self._after: dict[str, list[str]] = {}
        for found in constraints:
            if found.strength is Strength.HARD and found.rule not in JOINING:
                self._after.setdefault(found.before, []).append(found.after)
        self._migrations = {scope.step_of(item): Subject.of(item.leader) for item in scope.migrations}
        self._deploys = {scope.deploy(change.name): change.name for change in scope.moving}
        self._own: dict[str, list[tuple[Subject, str]]] = {}
        for item in scope.migrations:
            own = (Subject.of(item.migration), scope.step_of(item))
            self._own.setdefault(item.migration.service, []).append(own)
        self.targets: dict[str, str] = {}
        """Service to the commit that it goes to instead of its target."""
        self._left_out: dict[str, int] = {}
        self._held: set[str] = set()
        self._open: list[str] = []

    def hold(self, subject: Subject) -> None:
        """Let a migration or a definition wait, and everything that needs it."""
        self._cut(subject)
        while self._open:
            for following in self._after.get(self._open.pop(), ()):
                if following in self._migrations and following not in self._held:
                    self._follow(following)
                elif following in self._deploys and self._deploys[following] not in self.targets:
                    self._stay(self._deploys[following])

    def _follow(self, step: str) -> None:
        """A migration waits because something before it does; its own service may have gone far enough for it."""
        migration = self._migrations[step]
        if migration.service not in self.targets or self._needs_others(step):
            self._cut(migration)

    def _needs_others(self, step: str) -> bool:
        """Whether something of another service that waits precedes a migration."""
        service = self._migrations[step].service
        return any(
            step in self._after.get(held, ()) for held in self._held if self._service_of(held) != service
        )

    def _service_of(self, step: str) -> str:
        return self._deploys.get(step) or self._migrations[step].service

    def _cut(self, subject: Subject) -> None:
        change = self._scope.changes[subject.service]
        position, found = self._history.position(subject), self._history.introduction(subject)
        if position is None or found is None or found.parent == change.base.sha:
            self._stay(change.name)
        elif position + 1 > self._left_out.get(change.name, 0):
            self._left_out[change.name] = position + 1
            self.targets[change.name] = found.parent
            own = self._own.get(change.name, [])
            self._mark(
                [
                    self._scope.deploy(change.name),
                    *(step for one, step in own if self._is_newer(one, position)),
                ]
            )

    def _is_newer(self, subject: Subject, position: int) -> bool:
        own = self._history.position(subject)
        return own is None or own <= position

    def _stay(self, service: str) -> None:
        change = self._scope.changes[service]
        self._left_out[service] = len(change.commits) + 1  # no cut leaves out more
        self.targets[service] = change.base.sha
        self._mark([self._scope.deploy(service), *(step for _, step in self._own.get(service, []))])

    def _mark(self, steps: Iterable[str]) -> None:
        """Whatever follows a deploy is looked at again when the service stops at an earlier commit than before."""
        for step in steps:
            if step not in self._held or step in self._deploys:
                self._held.add(step)
                self._open.append(step)
