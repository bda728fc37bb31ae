"""What a team has agreed with buf in its ``buf.yaml``: roots of modules, and what may break.

Read are ``breaking.ignore``, ``ignore_only``, ``except`` and ``ignore_unstable_packages`` of versions v1beta1, v1 and
v2, and ``breaking.use`` where it says that only the JSON or only the binary form counts (``WIRE_JSON``, ``WIRE``).
All other rules are on: buf's smaller sets leave out what an order depends on, such as a deleted RPC.
Sources: https://buf.build/docs/configuration/v2/buf-yaml/, v1 and v1beta1 beside it; bufbuild/buf:
private/bufpkg/bufcheck/client.go (ignoreFileLocation), private/pkg/protoversion/package_version.go.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from posixpath import dirname, normpath

from runbook_tui.contracts.documents.document import read_document
from runbook_tui.contracts.files import ContractFiles
from runbook_tui.contracts.format import Report
from runbook_tui.contracts.protobuf.rules import ALSO_EXCEPTED, Layer
from runbook_tui.contracts.protobuf.schema import Source

_UNSTABLE = re.compile(r"v[1-9]\d*(p[1-9]\d*)?(alpha|beta)([1-9]\d*)?|v[1-9]\d*test.*")
_CATEGORIES = frozenset({"FILE", "PACKAGE", "WIRE_JSON", "WIRE"})
_ALL_LAYERS = frozenset(Layer)


@dataclass(frozen=True, slots=True)
class Agreement:
    """The ``breaking`` part of a ``buf.yaml``."""

    ignored: tuple[str, ...] = ()
    """Files and folders, relative to the folder of the ``buf.yaml`` or to a root."""
    ignored_by_rule: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    excepted: frozenset[str] = frozenset()
    """Rules, named as ours."""
    skips_unstable: bool = False
    layers: frozenset[Layer] = _ALL_LAYERS

    def allows(self, rule: str, package: str, paths: Iterable[str]) -> bool:
        """Whether a rule does not hold for a file.

        Args:
            rule: named as ours.
            package: of the file.
            paths: the file's path, relative to all that ``ignored`` may be relative to.
        """
        if rule in self.excepted or (self.skips_unstable and is_unstable(package)):
            return True
        folders = (*self.ignored, *self.ignored_by_rule.get(rule, ()), *self.ignored_by_rule.get("*", ()))
        return any(_is_inside(path, folder) for path in paths for folder in folders)


@dataclass(frozen=True, slots=True)
class _Config:
    folder: str
    agreement: Agreement
    roots: tuple[str, ...] = ()
    modules: tuple[tuple[str, Agreement], ...] = ()

    def inner_path(self, path: str) -> str:
        return path.removeprefix(f"{self.folder}/") if self.folder else path

    def module_of(self, path: str) -> tuple[str, Agreement]:
        """The root of a file's module, relative to the folder, and what holds in it."""
        inner = self.inner_path(path)
        found = [one for one in self.modules if _is_inside(inner, one[0])]
        if found:
            return max(found, key=lambda one: len(one[0]))
        root = max((root for root in self.roots if _is_inside(inner, root)), key=len, default="")
        return root, self.agreement


class Workspace:
    """The ``buf.yaml`` files of one version, each found from the files below it."""

    def __init__(self, files: ContractFiles, version: str, report: Report) -> None:
        self._files = files
        self._version = version
        self._report = report
        self._by_folder: dict[str, _Config] = {}

    def module_path(self, path: str) -> str:
        """A file's path relative to the root of its module: how other files import it."""
        config = self._config(dirname(path))
        root = config.module_of(path)[0]
        inner = config.inner_path(path)
        return inner.removeprefix(f"{root}/") if root else inner

    def allows(self, rule: str, source: Source) -> bool:
        """Whether the team does not mind what a rule finds in a file of either version."""
        config = self._config(dirname(source.path))
        if config is _NOTHING:
            return False
        agreement = config.module_of(source.path)[1]
        return agreement.allows(
            rule, source.file.package, (config.inner_path(source.path), source.module_path)
        )

    def layers(self, source: Source) -> frozenset[Layer]:
        """What counts in a file."""
        return self._config(dirname(source.path)).module_of(source.path)[1].layers

    def _config(self, folder: str) -> _Config:
        if folder not in self._by_folder:
            found = self._read(folder)
            if found is None:
                found = self._config(dirname(folder)) if folder else _NOTHING
            self._by_folder[folder] = found
        return self._by_folder[folder]

    def _read(self, folder: str) -> _Config | None:
        path = f"{folder}/buf.yaml" if folder else "buf.yaml"
        data = self._files.read(path)
        if data is None or not data.strip():
            return None
        document = read_document(path, data, self._version)
        self._report.faults += document.faults
        return _config(folder, _mapping(document.value))


_NOTHING = _Config("", Agreement())


def is_unstable(package: str) -> bool:
    """Whether a package promises nothing yet: its last part is a version such as ``v1beta1``, ``v2alpha`` or
    ``v1test``."""
    _, dot, last = package.rpartition(".")
    return bool(dot) and _UNSTABLE.fullmatch(last) is not None


def _config(folder: str, content: Mapping[str, object]) -> _Config:
    default = _agreement(_mapping(content.get("breaking")))
    modules = [_mapping(module) for module in _items(content.get("modules"))]
    return _Config(
        folder,
        default,
        tuple(_clean(_texts(_mapping(content.get("build")).get("roots")))),
        tuple(
            (
                next(_clean([str(module.get("path", "."))])),
                _agreement(_mapping(module["breaking"])) if "breaking" in module else default,
            )
            for module in modules
        ),
    )


def _agreement(breaking: Mapping[str, object]) -> Agreement:
    by_rule: dict[str, tuple[str, ...]] = {}
    for rule, paths in _mapping(breaking.get("ignore_only")).items():
        folders = tuple(_clean(_texts(paths)))
        for name in ["*"] if rule in _CATEGORIES else _named(rule):
            by_rule[name] = by_rule.get(name, ()) + folders
    return Agreement(
        tuple(_clean(_texts(breaking.get("ignore")))),
        by_rule,
        frozenset(name for rule in _texts(breaking.get("except")) for name in _named(rule)),
        breaking.get("ignore_unstable_packages") is True,
        _layers(_texts(breaking.get("use"))),
    )


def _named(rule: str) -> tuple[str, ...]:
    name = rule.lower().replace("_", "-")
    return (name, *ALSO_EXCEPTED.get(name, ()))


def _layers(used: list[str]) -> frozenset[Layer]:
    if used and set(used) <= {"WIRE"}:
        return frozenset({Layer.WIRE})
    if used and set(used) <= {"WIRE", "WIRE_JSON"}:
        return frozenset({Layer.WIRE, Layer.JSON})
    return _ALL_LAYERS


def _clean(paths: Iterable[str]) -> Iterator[str]:
    for path in paths:
        cleaned = normpath(path) if path else "."
        yield "" if cleaned == "." else cleaned


def _is_inside(path: str, folder: str) -> bool:
    return not folder or path == folder or path.startswith(f"{folder}/")


def _mapping(value: object) -> Mapping[str, object]:
    return {str(key): inner for key, inner in value.items()} if isinstance(value, dict) else {}


def _items(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _texts(value: object) -> list[str]:
    return [item for item in _items(value) if isinstance(item, str)]
