"""A migration folder as it is, compared with no other commit: every migration for itself, and the folder's order."""

from __future__ import annotations

from runbook_tui.migrations.history import History, find_history_problems
from runbook_tui.migrations.model import PendingMigrations
from runbook_tui.migrations.pending import engine_findings
from runbook_tui.migrations.read import Source, judge_scripts, ordered, origin_of
from runbook_tui.migrations.tool import Files


def whole(files: Files, *, service: str, source: Source, engine: str) -> PendingMigrations:
    """Every migration of a folder, each judged as if it alone were pending, with findings about all of them.

    Args:
        files: paths relative to the root of the repository, and what the files hold.
        service: name of the service that keeps them.
        source: the folder, its data store and perhaps its tool.
        engine: the data store's engine as the manifest writes it.

    Raises:
        ProblemsError: when no tool is named and none can be recognised. Broken files are findings, never errors.
    """
    origin = origin_of(source, files, service=service, engine=engine)
    found = origin.tool.scripts(files, source.path)
    scripts = ordered(found)
    history = History(origin.tool, origin.engine, (), scripts, frozenset())
    findings = {*found.findings, *engine_findings(engine, source), *find_history_problems(history)}
    return PendingMigrations(
        service=service,
        datastore=source.datastore,
        tool=origin.tool.name,
        applied_head=None,
        pending=judge_scripts(origin, scripts, None),
        beginning=origin.tool.beginning,
        linear=origin.tool.numbered,
        findings=tuple(
            sorted(findings, key=lambda found: (found.path, found.line, found.rule, found.message))
        ),
    )
