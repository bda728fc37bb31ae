"""Plan a manifest's release and bring the result into a runbook file without losing a person's edits."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING

from runbook_tui.files.problems import RunbookError

if TYPE_CHECKING:
    from runbook_tui.catalog.follow_ups import FollowUp
    from runbook_tui.catalog.manifest import LoadedManifest
    from runbook_tui.planning.model import Plan, PlannedRelease
    from runbook_tui.planning.planner import PlanOptions
    from runbook_tui.planning.regenerate import Merge
    from runbook_tui.release.live import Databases
    from runbook_tui.release.model import Release
    from runbook_tui.runbook.document import RunbookDocument
    from runbook_tui.runbook.model import Runbook, Selection, Step, Window


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
    environment: str | None = None
    """As the runbook that is there says when None, else ``production``; so it is with title and window."""
    title: str | None = None
    """The title of the runbook that is there when None, as long as the same services were asked for."""
    window: Window | None = None
    targets: Mapping[str, str] | None = None
    """Service to ref, in place of the manifest's ``release``."""
    only: Collection[str] | None = None
    """The services of the release; all of the manifest's when None."""
    bases: Mapping[str, str] | None = None
    """Service to ref, in place of the manifest's ``deployed``."""
    fetch: bool = False
    live: Databases | None = None
    """The databases that are asked what is applied; none when None."""
    durations: Mapping[str, float] = field(default_factory=dict)
    """Seconds that steps took in past runs, by id. They are the estimates, but for what the manifest says."""


@dataclass(frozen=True)
class Draft:
    """A planned release."""

    request: Request
    loaded: LoadedManifest
    release: Release
    plan: Plan
    split: tuple[PlannedRelease, ...] = ()
    """The sequence of which this is the first release; empty when nothing was split."""
    later: tuple[FollowUp, ...] = ()
    """What is remembered of that sequence when the runbook is written."""

    @property
    def releases(self) -> tuple[PlannedRelease, ...]:
        """The sequence of releases that this is split into, or could be."""
        return self.split or next((cycle.split for cycle in self.plan.cycles if cycle.split), ())


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
        runbook_path: where the runbook will be; directories in it are relative to its folder. What the request leaves
            open is taken from the runbook that is there.

    Raises:
        ProblemsError, RepositoryError: the manifest, a repository or the runbook cannot be read as asked.
    """
    from runbook_tui.authoring.broken_migrations import require_loadable
    from runbook_tui.catalog.direct import read_any
    from runbook_tui.planning.planner import plan
    from runbook_tui.release.read import read_release
    from runbook_tui.runbook.document import RunbookDocument

    if runbook_path is not None:
        _require_place(runbook_path, request.manifest)
        if runbook_path.exists():
            request = _completed(request, RunbookDocument.read(runbook_path).runbook)
    loaded = read_any(request.manifest, request.bases, request.targets)
    release = read_release(
        loaded,
        targets=request.targets,
        bases=request.bases,
        only=request.only,
        fetch=request.fetch,
        live=request.live,
    )
    require_loadable(release, loaded)
    planned = plan(release, _options(request), runbook_path=str(runbook_path) if runbook_path else None)
    if planned.cycles:
        planned = _with_split(request, loaded, release, planned)
    if planned.runbook is not None:
        estimated = _estimated(planned.runbook, request, loaded)
        selected = estimated.model_copy(update={"selection": _selection(request)})
        planned = replace(planned, runbook=selected)
    return Draft(request, loaded, release, planned)


def _estimated(planned: Runbook, request: Request, loaded: LoadedManifest) -> Runbook:
    """The runbook with the durations of past runs in place of the planner's defaults."""
    from runbook_tui.runbook.model import Kind

    if not request.durations:
        return planned
    said = {name for name, service in loaded.manifest.services.items() if service.estimate is not None}

    def estimate(step: Step) -> Step:
        seconds = request.durations.get(step.id)
        if seconds is None or (step.kind is Kind.DEPLOY and step.service in said):
            return step
        return step.model_copy(update={"estimate": float(max(1, ceil(seconds)))})

    return planned.model_copy(update={"steps": tuple(estimate(step) for step in planned.steps)})


def _require_place(runbook_path: Path, manifest: Path) -> None:
    """Refuse what cannot be written before the work is done, and the manifest as the place of the runbook."""
    from runbook_tui.files.atomic import linked_file, require_writable

    require_writable(linked_file(runbook_path))
    sidecar = derived_path(runbook_path)
    try:
        require_writable(linked_file(sidecar))
    except RunbookError as error:
        raise RunbookError(
            f"{error}\n{sidecar} is written together with {runbook_path.name}: "
            "move what is there away, or choose another name"
        ) from error
    if runbook_path.exists() and manifest.exists() and runbook_path.samefile(manifest):
        raise RunbookError(f"{runbook_path}: this is the manifest; name another file for the runbook")


def _with_split(request: Request, loaded: LoadedManifest, release: Release, planned: Plan) -> Plan:
    from runbook_tui.planning.split import propose
    from runbook_tui.release.read import read_introductions, read_release

    known = replace(release, introductions=read_introductions(release, loaded))
    fixed = dict(request.targets or {})

    def read(targets: Mapping[str, str], bases: Mapping[str, str]) -> Release:
        running = {**(request.bases or {}), **bases}
        return read_release(
            loaded, targets={**fixed, **targets}, bases=running, only=request.only, known=release
        )

    split = propose(known, _options(request), read)
    return replace(planned, cycles=tuple(replace(cycle, split=split) for cycle in planned.cycles))


def _completed(request: Request, there: Runbook) -> Request:
    """What the request leaves open, from the runbook that is there: people may have set or changed it."""
    same = _selection(request) == there.selection
    return replace(
        request,
        environment=request.environment or there.environment,
        title=request.title or (there.title if same else None),
        window=request.window or there.window,
    )


def _selection(request: Request) -> Selection | None:
    from runbook_tui.runbook.model import Selection

    if request.only is None and not request.targets and not request.bases:
        return None
    targets = dict(sorted((request.targets or {}).items()))
    bases = dict(sorted((request.bases or {}).items()))
    return Selection(only=tuple(sorted(request.only or ())), targets=targets, bases=bases)


def _options(request: Request) -> PlanOptions:
    from runbook_tui.planning.planner import PlanOptions

    environment = request.environment or "production"
    return PlanOptions(title=request.title, environment=environment, window=request.window)


def derived_path(runbook_path: Path) -> Path:
    """Where the last derived form of a runbook is kept, for the next merge."""
    return runbook_path.with_name(f".{runbook_path.stem}.derived.yaml")


def write(drafted: Draft, runbook_path: Path) -> Written:
    """Write the plan to a new runbook file, or merge it into the one that is there.

    Raises:
        NoOrder: the plan has cycles.
        ProblemsError: the file that is there is not a valid runbook; it is left as it is.
        WriteRefusedError: the runbook, or what is kept beside it, cannot be written; neither was.
    """
    from runbook_tui.planning.regenerate import merge
    from runbook_tui.runbook.document import RunbookDocument

    derived = drafted.plan.runbook
    if derived is None:
        raise NoOrder(drafted.plan)
    _require_place(runbook_path, drafted.request.manifest)
    sidecar = derived_path(runbook_path)
    created = RunbookDocument.create(derived)
    if not runbook_path.exists():
        created.save(runbook_path)
        created.save(sidecar)
        _remember(drafted)
        return Written(created, None)
    document = RunbookDocument.read(runbook_path)
    before = _derived_before(sidecar, runbook_path)
    merged = merge(document, before, derived)
    document.save()
    created.save(sidecar)
    _remember(drafted)
    return Written(document, merged)


def _remember(drafted: Draft) -> None:
    """Keep what a split leaves for later beside the manifest, and drop what runs by now."""
    from runbook_tui.catalog.follow_ups import save_follow_ups

    known = drafted.loaded.follow_ups.releases
    if drafted.split:
        left = drafted.later
    else:
        titles = {item.title for item in drafted.release.follow_ups}
        left = tuple(item for item in known if item.title in titles)
    if left != known:
        save_follow_ups(drafted.request.manifest, left)


def _derived_before(sidecar: Path, runbook_path: Path) -> Runbook | None:
    from runbook_tui.runbook.document import RunbookDocument

    if not sidecar.exists():
        return None
    try:
        return RunbookDocument.read(sidecar).runbook
    except RunbookError as error:
        raise RunbookError(
            f"{error}\n{sidecar} is how {runbook_path.name} was derived last, to tell what people changed since; "
            "restore it, or remove it: every difference is then shown as a conflict"
        ) from error


def request_of(runbook_path: Path) -> Request:
    """What a runbook was planned for: its manifest and the services and refs that were selected.

    Raises:
        RunbookError: it cannot be read, or names no manifest.
    """
    from runbook_tui.runbook.document import RunbookDocument

    runbook = RunbookDocument.read(runbook_path).runbook
    if runbook.manifest is None:
        raise RunbookError(
            f"{runbook_path} names no manifest, so it cannot be planned again; add the key `manifest`"
        )
    selection = runbook.selection
    return Request(
        runbook_path.parent / runbook.manifest,
        targets=selection.targets if selection else None,
        bases=selection.bases if selection else None,
        only=frozenset(selection.only) if selection and selection.only else None,
    )


def replan(runbook_path: Path, durations: Mapping[str, float] | None = None) -> Written:
    """Derive a runbook again from the manifest that it names, for what was asked for then, and merge.

    Args:
        runbook_path: of the runbook.
        durations: as in :class:`Request`.

    Raises:
        RunbookError: it names no manifest, or what :func:`draft` and :func:`write` raise.
    """
    request = replace(request_of(runbook_path), durations=durations or {})
    return write(draft(request, runbook_path), runbook_path)
