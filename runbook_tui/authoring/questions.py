"""Answering a planner's question: one call for the app and the command line."""

from __future__ import annotations

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
) -> Path:
    """Keep an answer beside the manifest.

    Args:
        manifest: the manifest's path.
        question_id: ``migration:<service>/<id>``, ``contract:<api>`` or ``on-call:<service>``.
        value: the phase, the verdict or who is paged.
        because: why.
        by: who says so.
        reversible: for migrations: whether it can be undone.

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
    save_answer(manifest, question_id, values)
    return answers_path(manifest)
