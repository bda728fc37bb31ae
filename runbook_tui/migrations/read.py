"""Migration files to :class:`Migration` values, in the order in which their tool applies them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Protocol

from runbook_tui.files.problems import Place, Problem, ProblemsError
from runbook_tui.migrations.changes import Body, table_key
from runbook_tui.migrations.engine import Engine, engine_family
from runbook_tui.migrations.graph import in_order
from runbook_tui.migrations.judging.classify import Judged, classify
from runbook_tui.migrations.judging.conventions import declared_by_names
from runbook_tui.migrations.judging.estimates import estimate, seconds
from runbook_tui.migrations.judging.hazards import find_hazards
from runbook_tui.migrations.judging.judge import (
    declared_phase,
    dropped_names,
    find_mixed,
    is_mixed,
    phase_of,
    reversal_of,
)
from runbook_tui.migrations.judging.safety import UNREAD
from runbook_tui.migrations.judging.schema import Schema
from runbook_tui.migrations.judging.split import split_of
from runbook_tui.migrations.judging.subject import Subject
from runbook_tui.migrations.model import Finding, Migration, Phase
from runbook_tui.migrations.registry import detect_tool, tool_named, tool_names
from runbook_tui.migrations.tool import MigrationTool, Script, Scripts

_OF_READABLE = frozenset({"unreadable", "opaque", "no-down"})
"""Findings that say nothing new about a file whose problem is known."""


class Source(Protocol):
    """What is needed of the manifest's entry: :class:`runbook_tui.catalog.model.MigrationSource` has it."""

    @property
    def path(self) -> str:
        """Folder of the migration files, relative to the root of the repository."""
        ...

    @property
    def datastore(self) -> str:
        """Name of the data store."""
        ...

    @property
    def tool(self) -> str | None:
        """The tool; None to find out from the files."""
        ...


@dataclass(frozen=True, slots=True)
class Origin:
    """Where migrations come from: the parts that all of one folder share."""

    service: str
    source: Source
    tool: MigrationTool
    engine: Engine
    rows: Mapping[str, int] = field(default_factory=dict)
    """How many rows the tables have, by their :func:`runbook_tui.migrations.changes.table_key`, where it is known."""
    small: bool = False
    """Whether the manifest says that no table is large."""
    locks_known: bool = True
    """False for an engine that is named and not known: its SQL may be much like PostgreSQL's, its locks are not."""


def read_migrations(
    source: Source,
    files: Mapping[str, bytes],
    *,
    service: str,
    engine: str,
    rows: Mapping[str, int] | None = None,
    small: bool = False,
) -> tuple[Migration, ...]:
    """Every migration of a folder, each judged for itself, in the tool's order.

    Args:
        source: the folder, its data store and perhaps its tool.
        files: paths relative to the root of the repository, and what the files hold.
        service: name of the service that keeps them.
        engine: the data store's engine as the manifest writes it; one that is not known is read as PostgreSQL.
        rows: how many rows the tables have, as in :class:`Origin`: how long an operation takes is told of those.
        small: as in :class:`Origin`: locks that last as long as the table is large are then only noted.

    Raises:
        UnknownToolError: when the tool that is named does not exist.
        ProblemsError: when no tool is named and none can be recognised. Broken files are findings, never errors.
    """
    origin = origin_of(source, files, service=service, engine=engine)
    origin = replace(origin, rows=rows or {}, small=small)
    scripts = ordered(origin.tool.scripts(files, source.path))
    return judge_scripts(origin, scripts, None)


def origin_of(source: Source, files: Mapping[str, bytes], *, service: str, engine: str) -> Origin:
    """The folder with its tool and engine.

    Raises:
        UnknownToolError: when the tool that is named does not exist.
        ProblemsError: when no tool is named and none can be recognised.
    """
    name = source.tool or detect_tool(files, source.path)
    if name is None:
        what = f"no migration of {service} is recognised in {source.path}"
        expected = f"files of {', '.join(tool_names())}"
        raise ProblemsError(
            [Problem(Place(source.path), what, expected, "name the tool, or correct the path")]
        )
    tool, family = tool_named(name), engine_family(engine)
    tool.engine_known = family is not None
    locks_known = family is not None or not engine
    return Origin(service, source, tool, family or Engine.POSTGRES, locks_known=locks_known)


def ordered(scripts: Scripts) -> tuple[Script, ...]:
    """Scripts with parents first, where a squashed migration stands for those that it replaces."""
    standing_for = {name: script.id for script in scripts.scripts for name in script.replaces}
    parents: dict[str, list[str]] = {}
    for script in sorted(scripts.scripts, key=lambda found: found.path):
        instead = [standing_for[name] for name in script.parents if name in standing_for]
        parents.setdefault(
            script.id, [*script.parents, *(parent for parent in instead if parent != script.id)]
        )
    order, _ = in_order(parents)
    place = {name: index for index, name in enumerate(order)}
    return tuple(sorted(scripts.scripts, key=lambda script: (place[script.id], script.path)))


def judge_scripts(
    origin: Origin, scripts: Sequence[Script], pending: Collection[str] | None
) -> tuple[Migration, ...]:
    """The migrations of the pending ids, judged on top of the others.

    What one pending migration creates is new to running code for all that follow. With None for ``pending`` every
    migration is returned, each as if it were the only one that is pending.
    """
    read = origin.tool.reader(origin.engine)
    if not origin.tool.apps:  # Django's folders are named for what an app is about
        scripts = declared_by_names(scripts, origin.source.path)
    schema = Schema()
    result: list[Migration] = []
    for script in scripts:
        body = read(script)
        schema.end_session()
        if pending is None:
            schema.forget_pending()
        if pending is None or script.id in pending:
            result.append(_judge(origin, script, body, schema))
        else:
            for change in body.changes:
                schema.apply(change, pending=False)
    return tuple(result)


def _estimated(judged: Judged, origin: Origin) -> Judged:
    operation = judged.operation
    rows = origin.rows.get(table_key(operation.table)) if operation.table else None
    if rows is None or judged.harmless:
        return judged
    known = (operation.kind, judged.lock, origin.engine, rows)
    return replace(judged, operation=replace(operation, estimate=estimate(*known), seconds=seconds(*known)))


def _unlocked(judged: Judged) -> Judged:
    return replace(judged, lock=UNREAD, operation=replace(judged.operation, lock=UNREAD.text))


def _judge(origin: Origin, script: Script, body: Body, schema: Schema) -> Migration:
    judged = [
        _estimated(item, origin)
        for item in classify(body.changes, schema, origin.engine, transactional=body.transactional)
    ]
    if not origin.locks_known:
        judged = [_unlocked(item) for item in judged]
    operations = tuple(item.operation for item in judged)
    declared = declared_phase(script, operations)
    transactional = body.transactional and origin.engine is not Engine.MYSQL
    commands = origin.tool.commands(script, origin.source.path)
    subject = Subject(
        script.path,
        origin.engine,
        body,
        judged,
        transactional,
        declared,
        script.data,
        origin.small,
        origin.tool.name,
    )
    inferred = phase_of(operations)
    findings: list[Finding] = [*find_hazards(subject), *find_mixed(subject, inferred, declared)]
    if script.problem is not None:
        findings = [script.problem, *(finding for finding in findings if finding.rule not in _OF_READABLE)]
        inferred = Phase.ASK if inferred in (Phase.NONE, Phase.EXPAND) else inferred
    return Migration(
        service=origin.service,
        datastore=origin.source.datastore,
        tool=origin.tool.name,
        id=script.id,
        title=script.title,
        path=script.path,
        parents=script.parents,
        phase=declared or inferred,
        operations=operations,
        findings=tuple(sorted(findings, key=lambda found: (found.line, found.rule, found.message))),
        reversal=reversal_of(operations),
        has_down=body.has_down,
        transactional=transactional,
        dropped=dropped_names(judged),
        declared=declared,
        digest=sha256(script.data).hexdigest()[:12],
        command=commands.up if commands else "",
        command_down=commands.down if commands else "",
        line=script.line,
        split=() if declared else split_of(judged, origin.engine, mixed=is_mixed(operations)),
    )
