"""squawk's second opinion on the locks of PostgreSQL, where it is installed.

squawk (sbdchd/squawk, the package squawk-cli) knows PostgreSQL's grammar and locks, but neither the tables of earlier
migrations nor what running code needs. So its findings are added to ours, never put in their place: what we say already
of the same hazard at the same place is not repeated, and where it sees a hazard and we see none the disagreement is a
warning.

One run costs about 30 ms and 5 ms a file. It is asked only when a person wants it, so that a plan is the same on every
machine.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Timer

from runbook_tui.migrations.engine import Engine, engine_family
from runbook_tui.migrations.judging.words import NEW_TABLE
from runbook_tui.migrations.model import Finding, Level, Migration, Operation, Phase
from runbook_tui.migrations.sql.files import decoded

DEADLINE = 20.0
"""Seconds after which squawk is not waited for any longer."""
_MOST = 16_000_000
"""Bytes of its answer that are read."""
_LATE = frozenset({Phase.CONTRACT, Phase.BREAKING, Phase.ASK})
_BREAKS_CODE = frozenset({
    "adding-required-field", "ban-drop-column", "ban-drop-database", "ban-drop-not-null", "ban-drop-table",
    "ban-truncate-cascade", "changing-column-type", "renaming-column", "renaming-table",
})  # fmt: skip
"""squawk's rules about running code: we say the same with a phase."""
_SAME = {
    "adding-field-with-default": {"table-rewrite"},
    "adding-foreign-key-constraint": {"blocks-writes", "locks-both-tables", "table-scan"},
    "adding-not-nullable-field": {"table-scan", "not-null-without-default"},
    "adding-primary-key-constraint": {"blocks-writes", "table-rewrite"},
    "adding-serial-primary-key-field": {"blocks-writes", "table-rewrite"},
    "ban-concurrent-index-creation-in-transaction": {"concurrently-in-transaction"},
    "changing-column-type": {"table-rewrite", "type-change"},
    "ban-drop-not-null": {"readers-first"},
    "constraint-missing-not-valid": {"table-scan", "blocks-writes", "validate-in-same-transaction"},
    "disallowed-unique-constraint": {"blocks-writes"},
    "require-concurrent-index-creation": {"blocks-writes"},
    "require-concurrent-index-deletion": {"blocks-writes", "no-lock-timeout"},
    "require-concurrent-partition-detach": {"blocks-writes", "no-lock-timeout"},
    "require-concurrent-reindex": {"blocks-writes"},
}
"""squawk's rules about single statements, and ours that say the same."""
_SECTION = re.compile(r"--[ \t]*(?:migrate:|\+goose[ \t]+|\+migrate[ \t]+)(up|down)\b", re.IGNORECASE)
"""Where dbmate's, goose's and sql-migrate's files turn to the way back."""
_LEFT_OUT = (
    "prefer-", "ban-char-field", "identifier-too-long", "require-table-schema", "require-enum-value-ordering",
    "require-lock-timeout", "require-statement-timeout", "require-timeout-settings", "transaction-nesting",
)  # fmt: skip
"""Rules of taste, and those of which we know more: what the tool wraps, and which locks can queue."""


@dataclass(frozen=True, slots=True)
class _Remark:
    """One of squawk's findings; lines count from 1."""

    rule: str
    line: int
    last_line: int
    message: str
    remedy: str


def find_squawk() -> str | None:
    """The program: on the PATH, or beside the Python that runs us."""
    beside = Path(sys.executable).with_name("squawk")
    return shutil.which("squawk") or (str(beside) if os.access(beside, os.X_OK) else None)


def second_opinion(
    migrations: Sequence[Migration],
    contents: Mapping[str, bytes],
    *,
    engine: str,
    program: str | None = None,
    deadline: float = DEADLINE,
) -> tuple[tuple[Migration, ...], str]:
    """The migrations with squawk's findings (``squawk:<rule>``) among theirs, and why it was not heard.

    Args:
        migrations: of one folder, as they were judged.
        contents: what their files hold, by path; a file that is missing or is no ``.sql`` is passed over.
        engine: the data store's engine as the manifest writes it; squawk knows PostgreSQL only.
        program: the path of squawk; found when it is left out.
        deadline: seconds to wait for it.

    Returns:
        The migrations in their order, and an empty text; when squawk is missing, hangs or gives no answer that can
        be read, they are as they were, and the text says why. It never raises.
    """
    if engine_family(engine) is not Engine.POSTGRES:
        return tuple(migrations), "squawk knows PostgreSQL only"
    found = program or find_squawk()
    if found is None:
        return tuple(migrations), "squawk is not installed"
    texts = {m.path: _upgrade(decoded(contents[m.path])) for m in migrations if m.path in contents}
    in_transaction = {m.path: m.transactional for m in migrations}
    remarks: dict[str, list[_Remark]] = defaultdict(list)
    for transactional in (True, False):
        paths = [p for p in texts if p.endswith(".sql") and in_transaction[p] is transactional]
        if paths:
            try:
                for path, remark in _asked(found, {p: texts[p] for p in paths}, transactional, deadline):
                    remarks[path].append(remark)
            except (OSError, ValueError) as error:
                return tuple(migrations), f"squawk gave no answer: {error}"
    starts = {m.path: sorted(other.line for other in migrations if other.path == m.path) for m in migrations}
    return tuple(_added(m, remarks[m.path], starts[m.path]) for m in migrations), ""


def _upgrade(sql: str) -> str:
    """The same lines, without those of the way back."""
    down = False
    kept = []
    for line in sql.split("\n"):
        mark = _SECTION.match(line)
        down = mark[1].lower() == "down" if mark else down
        kept.append("" if down else line)
    return "\n".join(kept)


def _asked(
    program: str, texts: Mapping[str, str], transactional: bool, deadline: float
) -> Iterator[tuple[str, _Remark]]:
    """squawk's remarks by path.

    Raises:
        OSError: when it cannot be started.
        ValueError: when it does not answer in time, or not with JSON of its kind.
    """
    with tempfile.TemporaryDirectory(prefix="runbook-squawk-") as folder:
        names = {f"{number}.sql": path for number, path in enumerate(texts)}
        for name, path in names.items():
            (Path(folder) / name).write_text(texts[path], encoding="utf-8")
        (Path(folder) / "none.toml").touch()  # what somebody configured in a folder above is not ours
        options = ["--reporter", "json", "--config", "none.toml"]
        options += ["--assume-in-transaction"] if transactional else []
        answer = _run([program, *options, *names], folder, deadline)
    try:
        items = json.loads(answer)
        for item in items:
            first, last = int(item["line"]) + 1, int(item.get("line_end", item["line"])) + 1
            remark = _Remark(
                str(item["rule_name"]), first, last, str(item["message"]), str(item.get("help") or "")
            )
            yield names[Path(str(item["file"])).name], remark
    except (TypeError, KeyError, AttributeError, RecursionError) as error:
        message = f"its answer is not what it should be ({type(error).__name__})"
        raise ValueError(message) from error


def _run(command: Sequence[str], folder: str, deadline: float) -> bytes:
    """What a program prints.

    Raises:
        OSError: when it cannot be started.
        ValueError: when it prints too much, or does not end in time.
    """
    process = subprocess.Popen(
        command,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    late = False

    def end() -> None:
        nonlocal late
        late = True
        _kill(process)

    timer = Timer(deadline, end)
    timer.start()
    try:
        assert process.stdout is not None
        with process.stdout:
            answer = process.stdout.read(_MOST + 1)
        if len(answer) <= _MOST:
            process.wait()
    finally:
        timer.cancel()
        _kill(process)
        process.wait()
    if late or len(answer) > _MOST:
        message = f"not within {deadline:g} s" if late else "it does not stop talking"
        raise ValueError(message)
    return answer


def _kill(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def _added(migration: Migration, remarks: Sequence[_Remark], starts: Sequence[int]) -> Migration:
    """A migration with what is new in the remarks on its part of the file."""
    end = next((start for start in starts if start > migration.line), sys.maxsize)
    own = [remark for remark in remarks if migration.line <= remark.line < end]
    found = {finding for remark in own for finding in _findings(migration, remark)}
    ordered = sorted({*migration.findings, *found}, key=lambda f: (f.line, f.rule, f.message))
    return replace(migration, findings=tuple(ordered)) if found else migration


def _findings(migration: Migration, remark: _Remark) -> Iterator[Finding]:
    rule, name = f"squawk:{remark.rule}", remark.rule
    if name.startswith(_LEFT_OUT):
        return
    operations = _operations_at(migration, remark)
    # what earlier migrations tell: the table is new, or the column was so before
    known = any(
        operation.text.endswith(NEW_TABLE) or operation.kind == "state-only" for operation in operations
    )
    if known or (name in _BREAKS_CODE and any(operation.phase in _LATE for operation in operations)):
        return
    lines = {operation.line for operation in operations}
    here = {finding.rule for finding in migration.findings if finding.line in lines}
    if here & _SAME.get(name, set()):
        return
    level, message = Level.NOTE, remark.message
    if name in _SAME or name in _BREAKS_CODE:
        level = Level.WARNING
        ours = ", ".join(f"{operation.text} ({operation.lock or 'no lock'})" for operation in operations)
        message = (
            f"{message.rstrip('. ')}; no such hazard is seen here by other means: {ours or 'nothing is read'}"
        )
    yield Finding(rule, level, migration.path, remark.line, message, remark.remedy)


def _operations_at(migration: Migration, remark: _Remark) -> list[Operation]:
    """The operations of the statement, or its part, that a remark is about."""
    before = [operation for operation in migration.operations if operation.line <= remark.last_line]
    last = max((operation.line for operation in before), default=0)
    inside = [operation for operation in before if operation.line >= remark.line]
    return inside or [operation for operation in before if operation.line == last]
