"""Migration files that nobody can load: there is nothing to plan until they are mended."""

from __future__ import annotations

from collections.abc import Iterator

from runbook_tui.catalog.manifest import LoadedManifest
from runbook_tui.files.problems import Place, Problem, ProblemsError
from runbook_tui.migrations.model import Finding, Level, PendingMigrations
from runbook_tui.release.model import Release, ServiceChange


def require_loadable(release: Release, loaded: LoadedManifest) -> None:
    """Refuse a release with a migration file that is broken at the commit to be released.

    A migration whose effect is not known is a question; of one that its own tool cannot load nobody can answer any.
    What a person answered all the same stands.

    Raises:
        ProblemsError: all such files of all services, each with its line.
    """
    problems = [problem for change in release.changes for problem in _broken(release, loaded, change)]
    if problems:
        raise ProblemsError(problems)


def _broken(release: Release, loaded: LoadedManifest, change: ServiceChange) -> Iterator[Problem]:
    repository = loaded.repository_path(change.name)
    for part in change.pending:
        for finding in _findings(release, part):
            if finding.rule == "unreadable" and finding.level is Level.ERROR:
                what = f"this migration, as it is at {change.target.ref}, cannot be read: {finding.message}"
                remedy = finding.recipe[:1].lower() + finding.recipe[1:].rstrip(".")
                yield Problem(Place(str(repository / finding.path), finding.line), what, "", remedy)


def _findings(release: Release, part: PendingMigrations) -> Iterator[Finding]:
    yield from part.findings
    for migration in part.pending:
        if migration.key not in release.answers.migrations:
            yield from migration.findings
