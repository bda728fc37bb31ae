"""What moved since a run began: the runbook file, and the commits that the release names.

The frozen runbook is what is executed, and targets are full names of commits. But commands run in work trees, people
read the file, and a branch that moved can bring a migration that nobody planned for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from posixpath import dirname
from typing import TYPE_CHECKING

from runbook_tui.files.problems import RunbookError
from runbook_tui.runbook.digest import digest

if TYPE_CHECKING:
    from runbook_tui.execution.framing import Checkpoint, Value
    from runbook_tui.execution.session import Session
    from runbook_tui.runbook.model import Runbook, ServiceRelease, Step

_MOST_NAMES = 20
_SERVICES_A_CHECKPOINT = 50
_SHORT = 12
_MOST_FILES = 5

VERSION_SET = "version-set"
"""The kind of the checkpoints that keep what the repositories said when the run began."""


def version_sets(runbook: Runbook, base: Path) -> Iterator[dict[str, Value]]:
    """What to keep of the repositories when a run begins, in parts that fit into a checkpoint.

    Args:
        runbook: of the run.
        base: the folder that repositories are relative to.
    """
    heads: dict[str, str] = {}
    names: dict[str, str] = {}
    for service, released in runbook.release.items():
        if released.repository is None:
            continue
        try:
            found = _read(base, released.repository)
        except RunbookError:
            continue  # where it was planned it may have been; what cannot be read cannot be compared
        heads[service] = found.head
        names[service] = " ".join(found.of(released.target)[:_MOST_NAMES])
        if len(heads) == _SERVICES_A_CHECKPOINT:
            yield {"heads": heads, "names": names}
            heads, names = {}, {}
    if heads:
        yield {"heads": heads, "names": names}


class DriftCheck:
    """Compares this moment with when the run began."""

    def __init__(self, session: Session, checkpoints: Iterable[Checkpoint]) -> None:
        self._session = session
        self._heads: dict[str, str] = {}
        self._names: dict[str, str] = {}
        for checkpoint in checkpoints:
            if checkpoint.kind == VERSION_SET:
                self.add(checkpoint.values)

    def add(self, values: Mapping[str, Value]) -> None:
        """Take a version set into account."""
        for kept, found in ((self._heads, values.get("heads")), (self._names, values.get("names"))):
            if isinstance(found, Mapping):
                kept.update({service: str(told) for service, told in found.items()})

    def before(self, step: Step | None) -> tuple[str, ...]:
        """What moved and was not accepted, in sentences.

        Args:
            step: about to be done. A step of a service looks at its repository, a decision and None at all of them,
                anything else at none.
        """
        accepted = self._session.state.accepted_drift
        return tuple(said for said in self._found(step) if said not in accepted)

    def _found(self, step: Step | None) -> Iterator[str]:
        yield from self._runbook()
        release = self._session.runbook.release
        if step is not None and step.service is not None:
            services: Iterable[str] = (step.service,)
        else:
            services = release if step is None or step.approve is not None else ()
        for service in services:
            if service in release and service in self._heads:
                yield from self._service(service, release[service])

    def _runbook(self) -> Iterator[str]:
        from runbook_tui.execution.runs import read_bytes

        session = self._session
        path = session.base / str(session.first.values.get("runbook", ""))
        try:
            changed = digest(read_bytes(path)) != session.state.digest
        except RunbookError:
            yield f"{path.name} is not there any more; the copy that the run began with is executed"
            return
        if changed:
            yield f"{path.name} was edited since the run began; the copy that it began with is executed"

    def _service(self, service: str, released: ServiceRelease) -> Iterator[str]:
        try:
            now = _read(self._session.base, released.repository or "")
        except RunbookError as error:
            yield f"{service}: its repository cannot be read any more: {error}"
            return
        before = self._heads[service]
        if now.head not in {before, released.target}:
            yield (
                f"{service}: {_short(before)} was checked out when the run began, {_short(now.head)} is now; "
                f"the release is {_short(released.target)}"
            )
        moved: dict[str, list[str]] = {}
        for name in self._names.get(service, "").split():
            commit = now.commits.get(name)
            if commit is None:
                yield f"{service}: {name} named the target {_short(released.target)} and is gone"
            elif commit != released.target:
                moved.setdefault(commit, []).append(name)
        for commit, moving in moved.items():
            names = " and ".join(moving)
            verb = "names" if len(moving) == 1 else "name"
            new = self._new_migrations(service, released, commit)
            yield f"{service}: {names} named the target {_short(released.target)} and {verb} {_short(commit)} now{new}"

    def _new_migrations(self, service: str, released: ServiceRelease, commit: str) -> str:
        from runbook_tui.repositories.names import added_files

        folders = {
            dirname(step.migration.path) or "."
            for step in self._session.runbook.steps
            if step.migration is not None and step.service == service
        }
        path = self._session.base / (released.repository or "")
        files = added_files(path, released.target, commit, tuple(sorted(folders)))
        if not files:
            return ""
        more = f" and {len(files) - _MOST_FILES} more" if len(files) > _MOST_FILES else ""
        return f", with migrations that are in no step: {', '.join(files[:_MOST_FILES])}{more}"


def _read(base: Path, repository: str) -> Names:
    from runbook_tui.repositories.names import read_names

    return read_names(base / repository)


def _short(commit: str) -> str:
    return commit[:_SHORT] or "nothing"


if TYPE_CHECKING:
    from runbook_tui.repositories.names import Names
