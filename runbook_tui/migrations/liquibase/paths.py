"""Where the files are that a changelog names: beside it, or below the tool's search path."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

_RESOURCES = re.compile(r"^(?:.*/)?src/[^/]+/resources/")
"""Maven's and Gradle's folder of resources: names of files begin below it."""


def stored_name(path: str) -> str:
    """A file as DATABASECHANGELOG names it: below the folder of resources, else as it is in the repository."""
    return _RESOURCES.sub("", path)


@dataclass(frozen=True, slots=True)
class Tree:
    """The files that can be seen."""

    files: Mapping[str, bytes]
    folder_path: str
    """The folder (or root changelog) of the manifest."""
    resources: tuple[str, ...] = field(init=False)
    """The folders of resources of all modules: together they are the classpath."""

    def __post_init__(self) -> None:
        found = {match[0].rstrip("/") for match in map(_RESOURCES.match, self.files) if match is not None}
        object.__setattr__(self, "resources", tuple(sorted(found, key=lambda one: ("/test" in one, one))))

    def resolve(self, target: str, by: str, *, relative: bool) -> str | None:
        """The file that ``by`` names; None when it is not among the files."""
        return next(
            (path for path in self._candidates(target, by, relative=relative) if path in self.files), None
        )

    def folder(self, target: str, by: str, *, relative: bool) -> str | None:
        """The folder that ``by`` names, if anything is in it."""
        for folder in self._candidates(target, by, relative=relative):
            if any(self.is_below(path, folder) for path in self.files):
                return folder
        return None

    @staticmethod
    def is_below(path: str, folder: str) -> bool:
        """Whether a file is in a folder or one of its folders."""
        return folder in (".", "") or path.startswith(f"{folder}/")

    def _candidates(self, target: str, by: str, *, relative: bool) -> list[str]:
        """The search path is not written in a changelog: any folder above it may be the one."""
        here = posixpath.dirname(by)
        wanted = target.replace("\\", "/").removeprefix("classpath*:").removeprefix("classpath:")
        if relative:
            return [_normal(here, wanted)]
        above = ["", *(str(folder) for folder in reversed(PurePosixPath(by).parents) if str(folder) != ".")]
        resources = _RESOURCES.match(by)
        if resources is not None:
            above = [resources[0].rstrip("/"), *above, *self.resources]
        return [_normal(folder, wanted.lstrip("/")) for folder in above]

    def search_path(self, root: str, includes: Iterable[tuple[str, str]]) -> str:
        """The folder below which the names in changelogs begin; empty for that of the repository.

        Args:
            root: the root changelog.
            includes: names that are not relative, and the files or folders that they turned out to be.
        """
        resources = _RESOURCES.match(root)
        if resources is not None:
            return resources[0].rstrip("/")
        for name, found in includes:
            wanted = _normal("", name.removeprefix("classpath:").lstrip("/"))
            if found.endswith(f"/{wanted}"):
                return found.removesuffix(f"/{wanted}")
        return ""


def _normal(folder: str, target: str) -> str:
    return posixpath.normpath(posixpath.join(folder, target))
