"""Helmfile: ``helmfile.yaml``, with or without Go templates, and the helmfiles that it names.

Sources: helmfile.readthedocs.io, "DAG-aware installation/deletion ordering with needs": all releases under ``needs``
are installed before the release, and deleted after it; helmfile/helmfile:pkg/state/state.go.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from runbook_tui.catalog.importing import engines
from runbook_tui.catalog.importing.files import Files, Source, UnreadableError, is_pattern
from runbook_tui.catalog.importing.keys import check_keys
from runbook_tui.catalog.importing.model import CatalogFinding, EdgeKind, Kind, Level, Stated
from runbook_tui.catalog.importing.reader import CatalogReader
from runbook_tui.catalog.importing.report import Draft, Report, first, stated
from runbook_tui.files.foreign_nodes import Map, Text, child, entries, items, text, texts, words
from runbook_tui.files.foreign_yaml import Document
from runbook_tui.files.placeholders import is_placeholder
from runbook_tui.files.suggestions import quoted

_NAME = re.compile(r"helmfile(?:[.-][\w.-]+)?\.ya?ml(?:\.gotmpl)?", re.IGNORECASE)
_ALL_KEYS = """
name namespace chart version values secrets set setString setTemplate needs labels installed condition hooks
wait waitForJobs timeout atomic force createNamespace kubeContext inherit strategicMergePatches jsonPatches
transformers dependencies missingFileHandler valuesTemplate historyMax verify devel recreatePods cleanupOnFail
skipDeps tillerNamespace adopt directory disableValidation disableOpenAPIValidation
disableAutoDetectedKubeVersionForDiff postRenderer postRendererArgs reuseValues resetValues skipSchemaValidation
suppressDiff suppressOutputLineRegex syncArgs trackMode trackTimeout trackLogs description enableDNS keyring
insecureSkipTLSVerify plainHttp forceGoGetter forceNamespace lookup deleteWait deleteTimeout cascade template
validate apiVersions kubeVersion verifyTemplate unitTests kubedogQPS kubedogBurst trackKinds skipKinds
trackResources skipCRDs takeOwnership hideNotes forceConflicts
"""
_KEYS = frozenset(_ALL_KEYS.split())
_OWNERS = ("owner", "team")
_MOST_FILES = 500


@dataclass(frozen=True, slots=True)
class _Release:
    draft: Draft
    node: Map
    context: str
    namespace: str
    templated: bool
    """Whether releases of its file depend on values that are not known."""

    def is_named(self, context: str, namespace: str, name: str) -> bool:
        """Whether a need of ``[[context/]namespace/]name`` may mean it; empty parts mean any."""
        same_name = name == self.draft.name
        return same_name and namespace in {"", self.namespace} and context in {"", self.context}


class Helmfile(CatalogReader):
    """Reads releases and their needs."""

    name = "helmfile"
    order = 60
    file_names = "helmfile.yaml"

    def recognises(self, name: str, folder: str, data: bytes) -> bool:
        """By name, or by the folder ``helmfile.d``."""
        return _NAME.fullmatch(name) is not None or (folder == "helmfile.d" and self.accepts(name, data))

    def accepts(self, name: str, data: bytes) -> bool:
        """Any file with releases."""
        return re.search(rb"^(releases|helmfiles):", data, re.MULTILINE) is not None

    def read(self, sources: Sequence[Source], files: Files, report: Report) -> None:
        """Read all releases, then link them."""
        loader = _Loader(files, report)
        for source in sources:
            loader.load(source)
        for release in loader.releases:
            for need in texts(release.node, "needs"):
                if not is_placeholder(need.value):
                    target = _target(release, need, loader.releases, report)
                    report.link(release.draft, target, EdgeKind.DEPENDS_ON, need.place)


@dataclass(slots=True)
class _Loader:
    files: Files
    report: Report
    releases: list[_Release] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    known: dict[tuple[str, str, str], Draft] = field(default_factory=dict)

    def load(self, source: Source) -> None:
        """Add the releases of a file, and of the helmfiles that it names."""
        real = os.path.realpath(source.path)
        if real in self.seen or len(self.seen) >= _MOST_FILES:
            return
        self.seen.add(real)
        self.report.read.append(source.shown)
        for document in self.report.documents(source):
            self.report.tell_placeholders(document)
            for node in items(document.root, "releases"):
                if isinstance(node, Map):
                    self._add(node, document, source)
            for item in items(document.root, "helmfiles"):
                path = item if isinstance(item, Text) else text(item, "path")
                if path is not None and not is_placeholder(path.value):
                    self._follow(source.folder, path)

    def _add(self, node: Map, document: Document, source: Source) -> None:
        check_keys(self.report, node, _KEYS, "a release")
        name = text(node, "name")
        if name is None:
            if not document.placeholders:
                self.report.find("missing-name", "this release has no name", node.place, "add it")
            return
        if is_placeholder(name.value):
            return
        namespace, context = words(node, "namespace"), words(node, "kubeContext")
        draft = _draft(node, name, "/".join(filter(None, (context, namespace))), source)
        if not document.placeholders:  # whose branches may have it twice
            self._tell_repeated(draft)
        self.report.add(draft)
        self.releases.append(_Release(draft, node, context, namespace, bool(document.placeholders)))

    def _tell_repeated(self, draft: Draft) -> None:
        """Two releases of one file must not have one name; those of several files are states of their own."""
        key = (draft.place.file, draft.scope, draft.name)
        earlier = self.known.setdefault(key, draft)
        if earlier is not draft:
            what = f"the release {quoted(draft.name)} is described already, at {earlier.place}"
            self.report.find("duplicate-name", what, draft.place, "remove or rename one of the two")

    def _follow(self, folder: Path, path: Text) -> None:
        written = path.value.strip()
        if "://" in written or written.startswith("git::"):
            what = f"the helmfile {quoted(written)} is a URL, and nothing is fetched"
            self.report.find("not-fetched", what, path.place, "read a clone of it as well")
            return
        target = folder / written
        if is_pattern(written):
            found = self.files.matching(folder, written)
        elif self.files.is_folder(target):
            found = self.files.matching(target, "*.y*ml*")
        else:
            found = [Path(os.path.normpath(target))]
        for file in found:
            try:
                self.load(Source(file, self.files.read(file), named=False))
            except UnreadableError as error:
                what = f"{quoted(written)} cannot be read: {error}"
                self.report.find("missing-file", what, path.place, "check the path")


def _draft(node: Map, name: Text, scope: str, source: Source) -> Draft:
    chart = stated(text(node, "chart"))
    guess = engines.of_image(chart.text.rstrip("/")) if chart is not None else None
    guess = guess or engines.of_name(name.value.strip())
    local = chart is not None and chart.text.startswith((".", "/"))
    labels = child(node, "labels")
    return Draft(
        Helmfile.name,
        guess.kind if guess is not None else Kind.SERVICE,
        name.value.strip(),
        name.place,
        scope=scope if not is_placeholder(scope) else "",
        type=guess.engine if guess is not None else "",
        owner=first(_label(labels, key) for key in _OWNERS),
        tier=_label(labels, "tier"),
        repository=Stated(os.path.normpath(chart.text), chart.place) if chart is not None and local else None,
        own_code=str(source.folder / chart.text) if chart is not None and local else "",
        guessed=guess is not None and guess.from_name,
    )


def _label(labels: object, wanted: str) -> Stated | None:
    found: Iterator[Stated | None] = (
        stated(value)
        for key, _, value in (entries(labels) if isinstance(labels, Map) else ())
        if isinstance(value, Text) and key.rpartition("/")[2].lower() == wanted
    )
    return first(found)


def _target(release: _Release, need: Text, releases: Sequence[_Release], report: Report) -> Draft:
    *before, name = need.value.strip().split("/")
    context, namespace = ["", "", *before][-2:]
    named = [other for other in releases if other.is_named(context, namespace, name)]
    near = [other for other in named if other.namespace == release.namespace] or named
    if near:
        return near[0].draft
    level = Level.WARNING if release.templated else Level.ERROR
    what = f"{release.draft.name} needs {quoted(need.value)}, which is no release of these helmfiles"
    remedy = (
        report.meant(name, {other.draft.name for other in releases} - {release.draft.name})
        or "add it, or remove the need"
    )
    return report.name_only(name, need.place, CatalogFinding("unknown-name", level, what, need.place, remedy))


READER = Helmfile
