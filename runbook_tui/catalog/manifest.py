"""Reads a system's manifest with everything that belongs to it: included manifests, and the answers beside it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from runbook_tui.catalog.answers import Answers
from runbook_tui.catalog.answers_file import answers_path, read_answers_source
from runbook_tui.catalog.checks import check
from runbook_tui.catalog.filling import Filling, fill, read_catalogs_of
from runbook_tui.catalog.follow_ups import FollowUps, follow_ups_path, read_follow_ups
from runbook_tui.catalog.include import merge, read_included
from runbook_tui.catalog.model import Manifest, Model
from runbook_tui.catalog.places import Places, Report
from runbook_tui.files.problems import Problem, ProblemsError
from runbook_tui.files.yaml_source import YamlSource, read_yaml, validate

M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class LoadedManifest:
    """A manifest that was read and checked, with its includes merged into it."""

    manifest: Manifest
    """The ``repository`` of an included service is rewritten to be relative to this manifest."""
    path: Path
    shown: str
    """The name of the file in problems."""
    places: Places
    """Where each part was written, also in included files."""
    answers: Answers
    follow_ups: FollowUps = field(default_factory=FollowUps)
    """What earlier splits have left for later."""
    filling: Filling = field(default_factory=Filling)
    """What its catalogs know besides."""

    def repository_path(self, service: str) -> Path:
        """Where the repository of a service is on this machine; it need not exist.

        Raises:
            KeyError: there is no such service.
        """
        return self.path.parent / self.manifest.services[service].repository


def read_manifest(path: Path, *, shown: str | None = None) -> LoadedManifest:
    """Read a manifest, the manifests it includes and the answers beside it, and check that they agree.

    Whether repositories and the files in them exist is not checked here.

    Args:
        path: the manifest.
        shown: its name in problems; the path as given when left out.

    Raises:
        ProblemsError: all problems of all these files; what compares one part with another is checked once every
            part is well-formed.
    """
    return loaded_from(read_yaml(path, shown=shown), path)


def loaded_from(source: YamlSource, path: Path) -> LoadedManifest:
    """The same from what was read already; ``path`` is where it is, or would be."""
    problems: list[Problem] = []
    filling = Filling()
    catalog = read_catalogs_of(source, path.parent, problems)
    if catalog is not None:
        source, filling = fill(source, catalog, path.parent)
    manifest = _validated(source, Manifest, problems)
    included = list(read_included(path, source, problems))
    answers_source, answers = _answers(path, source, problems)
    follow_ups = _follow_ups(path, source, problems)
    if manifest is None or problems:
        raise ProblemsError(problems)
    merged, origin, problems = merge(manifest, included, source)
    report = Report(Places(source, origin, answers_source, filling.places), problems)
    check(merged, answers, report, filling.apis)
    if report.problems:
        raise ProblemsError(report.problems)
    return LoadedManifest(merged, path, source.path, report.places, answers, follow_ups, filling)


def _answers(path: Path, source: YamlSource, problems: list[Problem]) -> tuple[YamlSource | None, Answers]:
    try:
        answers_source = read_answers_source(path, shown=str(answers_path(Path(source.path))))
    except ProblemsError as error:
        problems.extend(error.problems)
        return None, Answers()
    if answers_source is None:
        return None, Answers()
    return answers_source, _validated(answers_source, Answers, problems) or Answers()


def _follow_ups(path: Path, source: YamlSource, problems: list[Problem]) -> FollowUps:
    try:
        return read_follow_ups(path, shown=str(follow_ups_path(Path(source.path))))
    except ProblemsError as error:
        problems.extend(error.problems)
        return FollowUps()


def _validated(source: YamlSource, model: type[M], problems: list[Problem]) -> M | None:
    try:
        return validate(source, model)
    except ProblemsError as error:
        problems.extend(error.problems)
        return None
