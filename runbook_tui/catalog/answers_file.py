"""Reads and writes the answers beside a manifest. A person's comments and order of keys survive every write."""

from __future__ import annotations

import io
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from runbook_tui.catalog.answers import Answers, ContractAnswer, MigrationAnswer, ServiceAnswer
from runbook_tui.catalog.model import Manifest, Model
from runbook_tui.files.atomic import write_atomic
from runbook_tui.files.problems import ProblemsError, RunbookError
from runbook_tui.files.suggestions import did_you_mean, one_of, quoted
from runbook_tui.files.yaml_source import YamlSource, parse_yaml, read_bytes, read_yaml, validate

_NEW_FILE = (
    "# Answers to what the planner cannot know. runbook-tui adds them; edit them as you like.\nanswers: 1\n"
)

_SECTIONS: dict[str, tuple[str, type[Model]]] = {
    "migration": ("migrations", MigrationAnswer),
    "contract": ("contracts", ContractAnswer),
    "on-call": ("services", ServiceAnswer),
}
"""Kind of question to the section of the file and the model of the answer."""


class AnswerError(RunbookError):
    """A question or an answer that is not one."""


def answers_path(manifest_path: Path) -> Path:
    """Where the answers of a manifest are: ``services.answers.yaml`` beside ``services.yaml``."""
    return manifest_path.with_name(f"{manifest_path.stem}.answers{manifest_path.suffix}")


def read_answers(manifest_path: Path, *, shown: str | None = None) -> Answers:
    """The answers beside a manifest; none when there is no such file.

    Raises:
        ProblemsError: what is wrong with the file.
    """
    source = read_answers_source(manifest_path, shown=shown)
    return Answers() if source is None else validate(source, Answers)


def read_answers_source(manifest_path: Path, *, shown: str | None = None) -> YamlSource | None:
    """The answers beside a manifest before they are validated; None when there is no such file.

    Raises:
        ProblemsError: the file cannot be read as YAML.
    """
    path = answers_path(manifest_path)
    return read_yaml(path, shown=shown) if os.path.lexists(path) else None


def save_answer(manifest_path: Path, question_id: str, values: Mapping[str, str | bool]) -> None:
    """Write an answer beside a manifest, in place of an earlier answer to the same question.

    Args:
        manifest_path: the manifest; it is read to see whether the question is about something in it.
        question_id: ``migration:<service>/<id>``, ``contract:<api>`` or ``on-call:<service>``.
        values: the fields of :class:`MigrationAnswer`, :class:`ContractAnswer` or :class:`ServiceAnswer`.

    Raises:
        AnswerError: there is no such question, or the values are no answer to it.
        ProblemsError: the manifest or the answers that are there cannot be read.
        WriteRefusedError: the file cannot be written.
    """
    # Imported here, because reading a manifest reads its answers.
    from runbook_tui.catalog.manifest import read_manifest

    section, key, answer = _checked(question_id, values)
    _require_known(question_id, section, key, read_manifest(manifest_path).manifest)
    path = answers_path(manifest_path)
    existing = read_bytes(path, str(path)) if os.path.lexists(path) else _NEW_FILE.encode()
    text = _with_answer(existing.decode("utf-8-sig"), section, key, answer)
    validate(parse_yaml(text.encode(), str(path)), Answers)
    write_atomic(path, text)


def _checked(question_id: str, values: Mapping[str, str | bool]) -> tuple[str, str, dict[str, str | bool]]:
    """The section, the key and the fields of an answer, in the order of the model."""
    kind, _, key = question_id.partition(":")
    if kind not in _SECTIONS:
        remedy = did_you_mean(kind, _SECTIONS)
        raise AnswerError(
            f"there is no question {quoted(question_id)}; expected migration:<service>/<id>, contract:<api> or "
            f"on-call:<service>{'; ' + remedy if remedy else ''}"
        )
    section, model = _SECTIONS[kind]
    unknown = sorted(values.keys() - model.model_fields.keys())
    if unknown:
        known = one_of(model.model_fields)
        raise AnswerError(f"{question_id}: an answer has no field {quoted(unknown[0])}; expected {known}")
    if kind == "migration" and not all(key.partition("/")):
        raise AnswerError(f"{quoted(question_id)} names no migration; expected migration:<service>/<id>")
    try:
        written = YamlSource(quoted(question_id)[1:-1], {section: {key: dict(values)}}, {}, {})
        answer = getattr(validate(written, Answers), section)[key]
    except ProblemsError as error:
        raise AnswerError(str(error)) from error
    return section, key, {name: _plain(value) for name, value in answer if name in values}


def _require_known(question_id: str, section: str, key: str, manifest: Manifest) -> None:
    """Refuse an answer about what is not in the manifest: the manifest could not be read with it."""
    if section == "contracts":
        kind, name = "API", key
        known = {api.api for service in manifest.services.values() for api in service.provides}
    else:
        kind, name = "service", key.partition("/")[0] if section == "migrations" else key
        known = set(manifest.services)
    if name not in known:
        remedy = did_you_mean(name, known)
        raise AnswerError(
            f"{question_id}: there is no {kind} {quoted(name)} in the manifest{'; ' + remedy if remedy else ''}"
        )


def _plain(value: object) -> str | bool:
    return value if isinstance(value, bool) else str(value)


def _with_answer(text: str, section: str, key: str, answer: Mapping[str, str | bool]) -> str:
    from ruamel.yaml import YAML

    yaml = YAML()  # the round-trip kind: keeps comments, order and quotes
    yaml.preserve_quotes = True
    yaml.width = 4096
    document: Any = yaml.load(text)
    if document.get(section) is None:
        document[section] = {}
    entries = document[section]
    entry = entries.get(key)
    if entry is None:
        entries[key] = dict(answer)
    else:
        for stale in [name for name in entry if name not in answer]:
            del entry[stale]
        entry.update(answer)
    out = io.StringIO()
    yaml.dump(document, out)
    return out.getvalue()
