"""What a team has agreed with buf in its ``buf.yaml``: roots of modules, and what may break.

Read are ``breaking.ignore``, ``ignore_only``, ``except`` and ``ignore_unstable_packages`` of versions v1beta1, v1 and
v2, and of ``breaking.use`` what counts: files, generated code, JSON or only binary messages (``FILE``, ``PACKAGE``,
``WIRE_JSON``, ``WIRE``). All other rules are on: buf's smaller sets leave out what an order depends on, such as a
deleted RPC.
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
_ALL_LAYERS = frozenset(Layer)
_LAYERS = {
    "FILE": _ALL_LAYERS,
    "PACKAGE": frozenset({Layer.WIRE, Layer.JSON, Layer.SOURCE}),
    "WIRE_JSON": frozenset({Layer.WIRE, Layer.JSON}),
    "WIRE": frozenset({Layer.WIRE}),
}
"""buf's categories, the strictest first."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """The ``breaking`` part of a ``buf.yaml``."""

    ignored: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Rule, named as ours (``*`` for all), to files and folders, relative to the ``buf.yaml`` or to a root."""
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
        folders = [self.ignored[name] for name in ("*", rule) if name in self.ignored]
        return any(folder in inside for path in paths for folder in _around(path) for inside in folders)


@dataclass(frozen=True, slots=True)
class _Config:
    folder: str
    agreement: Agreement
    roots: frozenset[str] = frozenset()
    modules: Mapping[str, Agreement] = field(default_factory=dict)

    def inner_path(self, path: str) -> str:
        return path.removeprefix(f"{self.folder}/") if self.folder else path

    def module_of(self, path: str) -> tuple[str, Agreement]:
        """The root of a file's module, relative to the folder, and what holds in it."""
        for folder in _around(self.inner_path(path)):
            if folder in self.modules:
                return folder, self.modules[folder]
            if folder in self.roots:
                return folder, self.agreement
        return "", self.agreement


class Workspace:
    """The ``buf.yaml`` files of one version, each found from the files below it."""

    def __init__(self, files: ContractFiles, version: str, report: Report) -> None:
        self._files = files
        self._version = version
        self._report = report
        self._by_folder: dict[str, _Config | None] = {}

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
        for around in _around(folder):
            if around not in self._by_folder:
                self._by_folder[around] = self._read(around)
            found = self._by_folder[around]
            if found is not None:
                return found
        return _NOTHING

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
    modules: dict[str, Agreement] = {}
    for item in _items(content.get("modules")):
        module = _mapping(item)
        own = _agreement(_mapping(module["breaking"])) if "breaking" in module else default
        modules[_clean(str(module.get("path", ".")))] = own
    roots = _texts(_mapping(content.get("build")).get("roots"))
    return _Config(folder, default, frozenset(map(_clean, roots)), modules)


def _agreement(breaking: Mapping[str, object]) -> Agreement:
    ignored: dict[str, frozenset[str]] = {"*": frozenset(map(_clean, _texts(breaking.get("ignore"))))}
    for rule, paths in _mapping(breaking.get("ignore_only")).items():
        folders = frozenset(map(_clean, _texts(paths)))
        for name in ["*"] if rule in _LAYERS else _named(rule):
            ignored[name] = ignored.get(name, frozenset()) | folders
    return Agreement(
        ignored,
        frozenset(name for rule in _texts(breaking.get("except")) for name in _named(rule)),
        breaking.get("ignore_unstable_packages") is True,
        _layers(_texts(breaking.get("use"))),
    )


def _named(rule: str) -> tuple[str, ...]:
    name = rule.lower().replace("_", "-")
    return (name, *ALSO_EXCEPTED.get(name, ()))


def _layers(used: list[str]) -> frozenset[Layer]:
    """What counts is what the strictest category asks for; single rules say nothing of that."""
    return (
        _LAYERS[min(used, key=list(_LAYERS).index)] if used and set(used) <= _LAYERS.keys() else _ALL_LAYERS
    )


def _clean(path: str) -> str:
    cleaned = normpath(path) if path else "."
    return "" if cleaned == "." else cleaned


def _around(path: str) -> Iterator[str]:
    """A path, and all folders around it, from the inside outwards; the empty one last."""
    while path.strip("/"):
        yield path
        path = dirname(path)
    yield ""


def _mapping(value: object) -> Mapping[str, object]:
    return {str(key): inner for key, inner in value.items()} if isinstance(value, dict) else {}


def _items(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _texts(value: object) -> list[str]:
    return [item for item in _items(value) if isinstance(item, str)]
