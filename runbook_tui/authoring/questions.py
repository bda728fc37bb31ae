"""Answering a planner's question: one call for the app and the command line."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from runbook_tui.files.problems import RunbookError


def operator() -> str:
    """Who sits here: RUNBOOK_OPERATOR, else the login name."""
    import getpass
    import os

    return os.environ.get("RUNBOOK_OPERATOR") or getpass.getuser()


def answer(
    manifest: Path,
    question_id: str,
    value: str,
    *,
    because: str,
    by: str | None = None,
    reversible: bool = False,
    targets: Mapping[str, str] | None = None,
) -> Path:
    """Keep an answer beside the manifest, with the digest of what it is about: it is void once that changes.

    Args:
        manifest: the manifest's path.
        question_id: ``migration:<service>/<id>``, ``contract:<api>`` or ``on-call:<service>``.
        value: the phase, the verdict or who is paged.
        because: why.
        by: who says so.
        reversible: for migrations: whether it can be undone.
        targets: service to ref, where something else is released than the manifest says.

    Returns:
        The file that was written.

    Raises:
        RunbookError: the question or the answer is not one that exists.
    """
    from runbook_tui.catalog.answers_file import answers_path, save_answer

    kind = question_id.partition(":")[0]
    field = {"migration": "phase", "contract": "verdict", "on-call": "on_call"}.get(kind)
    if field is None:
        raise RunbookError(
            f"question {question_id!r} is of no known kind; "
            "expected migration:<service>/<id>, contract:<api> or on-call:<service>"
        )
    values: dict[str, str | bool] = {field: value, "by": by or operator(), "because": because}
    if kind == "migration":
        values["reversible"] = reversible
    digest = None if kind == "on-call" else _digest(manifest, question_id, targets)
    if digest:
        values["digest"] = digest
    save_answer(manifest, question_id, values)
    return answers_path(manifest)


def _digest(manifest: Path, question_id: str, targets: Mapping[str, str] | None) -> str | None:
    """The digest of the pending migration or changed contract; None when there is none, or it cannot be read."""
    from runbook_tui.catalog.manifest import read_manifest
    from runbook_tui.release.read import read_release

    loaded = read_manifest(manifest)
    key = question_id.partition(":")[2]
    services = loaded.manifest.services
    owners = {name for name, service in services.items() if any(api.api == key for api in service.provides)}
    only = (owners | {key.partition("/")[0]}) & services.keys()
    try:
        release = read_release(
            loaded, targets={k: v for k, v in (targets or {}).items() if k in only}, only=only
        )
    except RunbookError:
        return None
    found = {
        f"migration:{migration.key}": migration.digest
        for change in release.changes
        for part in change.pending
        for migration in part.pending
    }
    found |= {f"contract:{one.api}": one.digest for change in release.changes for one in change.contracts}
    return found.get(question_id)
