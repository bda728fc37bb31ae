"""Plan a manifest's release and bring the result into a runbook file without losing a person's edits."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from runbook_tui.files.problems import RunbookError

if TYPE_CHECKING:
    from runbook_tui.catalog.manifest import LoadedManifest
    from runbook_tui.planning.model import Plan
    from runbook_tui.planning.planner import PlanOptions
    from runbook_tui.planning.regenerate import Merge
    from runbook_tui.release.model import Release
    from runbook_tui.runbook.document import RunbookDocument
    from runbook_tui.runbook.model import Window


class NoOrder(RunbookError):
    """The release cannot be ordered; its cycles say why and how to split it."""

    exit_status = 1

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        super().__init__("the release cannot be ordered; nothing was written")


@dataclass(frozen=True)
class Request:
    """What to plan."""

    manifest: Path
    environment: str = "production"
    title: str | None = None
    window: Window | None = None
    targets: Mapping[str, str] | None = None
    """Service to ref, in place of the manifest's ``release``."""
    only: Collection[str] | None = None
    """The services of the release; all of the manifest's when None."""
    fetch: bool = False


@dataclass(frozen=True)
class Draft:
    """A planned release."""

    request: Request
    loaded: LoadedManifest
    release: Release
    plan: Plan


@dataclass(frozen=True)
class Written:
    """What writing a draft did."""

    document: RunbookDocument
    merge: Merge | None
    """None when the file is new."""


def draft(request: Request, runbook_path: Path | None = None) -> Draft:
    """Read the manifest and its repositories, and plan.

    Args:
        request: what to plan.
        runbook_path: where the runbook will be; directories in it are relative to its folder.

    Raises:
        ProblemsError, RepositoryError: the manifest or a repository cannot be read as asked.
    """
    from runbook_tui.catalog.manifest import read_manifest
    from runbook_tui.planning.planner import plan
    from runbook_tui.release.read import read_release

    loaded = read_manifest(request.manifest)
    release = read_release(loaded, targets=request.targets, only=request.only, fetch=request.fetch)
    planned = plan(release, _options(request), runbook_path=str(runbook_path) if runbook_path else None)
    if planned.cycles:
        planned = _with_split(request, loaded, release, planned)
    return Draft(request, loaded, release, planned)


def _with_split(request: Request, loaded: LoadedManifest, release: Release, planned: Plan) -> Plan:
    from dataclasses import replace

    from runbook_tui.planning.split import propose
    from runbook_tui.release.read import read_introductions, read_release

    known = replace(release, introductions=read_introductions(release, loaded))
    fixed = dict(request.targets or {})

    def read(targets: Mapping[str, str]) -> Release:
        return read_release(loaded, targets={**fixed, **targets}, only=request.only)

    cycles = tuple(
        replace(cycle, split=propose(known, cycle, _options(request), read)) for cycle in planned.cycles
    )
    return replace(planned, cycles=cycles)


def _options(request: Request) -> PlanOptions:
    from runbook_tui.planning.planner import PlanOptions

    return PlanOptions(title=request.title, environment=request.environment, window=request.window)


def derived_path(runbook_path: Path) -> Path:
    """Where the last derived form of a runbook is kept, for the next merge."""
    return runbook_path.with_name(f".{runbook_path.stem}.derived.yaml")


def write(drafted: Draft, runbook_path: Path) -> Written:
    """Write the plan to a new runbook file, or merge it into the one that is there.

    Raises:
        NoOrder: the plan has cycles.
        ProblemsError: the file that is there is not a valid runbook; it is left as it is.
    """
    from runbook_tui.planning.regenerate import merge
    from runbook_tui.runbook.document import RunbookDocument

    derived = drafted.plan.runbook
    if derived is None:
        raise NoOrder(drafted.plan)
    sidecar = derived_path(runbook_path)
    created = RunbookDocument.create(derived)
    if not runbook_path.exists():
        created.save(runbook_path)
        created.save(sidecar)
        return Written(created, None)
    document = RunbookDocument.read(runbook_path)
    before = RunbookDocument.read(sidecar).runbook if sidecar.exists() else None
    merged = merge(document, before, derived)
    document.save()
    created.save(sidecar)
    return Written(document, merged)


def replan(runbook_path: Path) -> Written:
    """Derive a runbook again from the manifest that it names, and merge.

    Raises:
        RunbookError: it names no manifest, or what :func:`draft` and :func:`write` raise.
    """
    from runbook_tui.runbook.document import RunbookDocument

    runbook = RunbookDocument.read(runbook_path).runbook
    if runbook.manifest is None:
        raise RunbookError(
            f"{runbook_path} names no manifest, so it cannot be planned again; add the key `manifest`"
        )
    request = Request(runbook_path.parent / runbook.manifest, environment=runbook.environment)
    return write(draft(request, runbook_path), runbook_path)
