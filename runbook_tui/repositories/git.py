"""One git repository, read: refs, history, files at a commit."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from threading import Lock

from runbook_tui.repositories import history, objects, refs
from runbook_tui.repositories.command import GitCommand
from runbook_tui.repositories.location import Location, locate, shallow_boundary
from runbook_tui.repositories.model import (
    Commit,
    Comparison,
    Hit,
    Listing,
    RepositoryError,
    Resolved,
)

_FULL_NAME = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_SHORT_NAME = re.compile(r"[0-9a-f]{4,39}")
_MOST_LISTINGS = 4
"""Commits whose files are kept in mind: the two of a release, and those of a split."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class Repository:
    """A repository opened for reading. Its methods may be called from several threads at once.

    Each method says how many git processes it starts. Wherever a commit is asked for, any ref will do; full
    object names save the process that resolves it. ``path`` is relative to the root of the repository, ``.``
    is all of it. Every method raises RepositoryError when git cannot answer.
    """

    def __init__(self, location: Location) -> None:
        self._location = location
        self._git = GitCommand(location.git_dir, location.shown)
        self._refs = self._read_refs()
        self._listings: dict[str, Listing] = {}
        self._listing = Lock()

    @classmethod
    def open(cls, path: Path) -> Repository:
        """The repository whose work tree root or bare directory is ``path``: one process.

        Raises RepositoryError when ``path`` does not exist, is no repository (parents are not searched),
        belongs to somebody else, or has no commits yet.
        """
        repository = cls(locate(path))
        if not len(repository._refs) and repository._commits_named(["HEAD"])["HEAD"] is None:
            raise RepositoryError(
                f"{path} has no commits yet", "a repository with history", "commit or fetch first"
            )
        return repository

    @property
    def shown(self) -> str:
        """Its path as people know it."""
        return self._location.shown

    def resolve(self, ref: str) -> Resolved:
        """The commit that a tag, branch, SHA or tag glob (newest version) names: one process."""
        answer = self.resolve_all([ref])[ref]
        if isinstance(answer, RepositoryError):
            raise answer
        return answer

    def resolve_all(self, wanted: Iterable[str]) -> dict[str, Resolved | RepositoryError]:
        """Each ref with what it names, or why it names nothing: one process for all."""
        answers: dict[str, Resolved | RepositoryError] = {}
        revisions: dict[str, tuple[str, str | None]] = {}
        for ref in dict.fromkeys(wanted):
            try:
                revisions[ref] = self._revision(ref)
            except RepositoryError as error:
                answers[ref] = error
        found = self._commits_named([revision for revision, _ in revisions.values()])
        for ref, (revision, tag) in revisions.items():
            sha = found[revision]
            answers[ref] = self._unknown(ref) if sha is None else Resolved(ref, sha, tag)
        return answers

    def tag_at(self, commit: str) -> str | None:
        """The tag of a commit, given by its full name; the highest version of several. No process."""
        return self._refs.tag_at(commit)

    def compare_all(self, base: str, target: str, paths: Sequence[str]) -> dict[str, Comparison]:
        """As :meth:`compare`, for several paths: one process where the history between the commits is one line.

        Where it is not, git alone knows which merges touch a path.
        """
        whole = self.compare(base, target) if len(paths) > 1 else None
        if whole is None or whole.diverged or whole.merges:
            return {path: self.compare(base, target, path) for path in paths}
        found: dict[str, Comparison] = {}
        for path in paths:
            inside = _inside(path)
            folder = f"{inside}/"
            commits = []
            for commit in whole.commits:
                files = tuple(
                    file for file in commit.files if inside in (".", file) or file.startswith(folder)
                )
                if files or inside == ".":
                    commits.append(replace(commit, files=files))
            found[path] = Comparison(tuple(commits), (), diverged=False)
        return found

    def compare(self, base: str, target: str, path: str = ".") -> Comparison:
        """What lies between two commits inside ``path``: one process, two when they have diverged.

        Raises RepositoryError when a shallow clone was cut off between them.
        """
        base, target = self._full(base), self._full(target)
        if base == target:
            return Comparison((), (), diverged=False)
        self._check_depth(base, target)
        pathspecs = _pathspecs(path)
        # Without --full-history the commits of a side branch are left out when a merge took the other side.
        both = ["--full-history", "--end-of-options", f"{base}...{target}", "--", *pathspecs]
        output = self._git.read("log", *history.ARGUMENTS, "--date-order", "--left-right", *both)
        entries = [entry for entry in history.parse(output) if entry.commit.files or not pathspecs]
        left = [entry.commit for entry in entries if not entry.in_target]
        return Comparison(
            commits=tuple(entry.commit for entry in entries if entry.in_target),
            lost=self._without_equivalent(left, both),
            diverged=bool(left),
            merges=any(len(entry.parents) > 1 for entry in entries),
        )

    def commits(self, base: str, target: str, path: str = ".") -> tuple[Commit, ...]:
        """All commits of ``base..target`` that touch ``path``, newest first: as :meth:`compare`."""
        return self.compare(base, target, path).commits

    def files(self, commit: str, path: str = ".") -> dict[str, str]:
        """Path -> blob id of all files under ``path``, recursively: one process.

        A symbolic link is a file whose content is its target; submodules are left out.
        """
        return self.files_under(commit, [path])

    def listing(self, commit: str) -> Listing:
        """Every file of a commit, given by its full name: one process the first time, none for the next ones."""
        with self._listing:
            if commit not in self._listings:
                while len(self._listings) >= _MOST_LISTINGS:
                    self._listings.pop(next(iter(self._listings)))
                blobs = self.files(commit)
                self._listings[commit] = Listing(blobs, frozenset(blobs))
            return self._listings[commit]

    def files_under(self, commit: str, paths: Iterable[str]) -> dict[str, str]:
        """As :meth:`files`, for several files and folders: one process."""
        pathspecs = _pathspecs(*paths)
        return objects.parse_tree(
            self._git.read("ls-tree", "-r", "-z", "--full-tree", self._full(commit), "--", *pathspecs)
        )

    def read(self, commit: str, paths: Iterable[str]) -> dict[str, bytes]:
        """Path -> content of files at a commit: two processes. Paths that are no files there are left out."""
        wanted = list(paths)
        if not wanted:
            return {}
        found = self.files_under(commit, _as_stored(wanted))
        chosen = {path: found[path] for path in wanted if path in found}
        contents = self.read_blobs(chosen.values())
        return {path: contents[blob] for path, blob in chosen.items()}

    def read_at(self, wanted: Iterable[tuple[str, str]]) -> dict[tuple[str, str], tuple[str, bytes]]:
        """Commit and path -> blob id and content: one process for all.

        Commits are given by their full names. Symbolic links are followed inside of the repository. Paths that are no
        files there are left out: those that do not exist, folders, submodules, links that lead out or nowhere.
        """
        asked = [(commit, path) for commit, path in dict.fromkeys(wanted) if "\n" not in path]
        if not asked:
            return {}
        lines = [f"{commit}:{_inside(path)}" for commit, path in asked]
        output = self._git.read("cat-file", "--batch", "--follow-symlinks", lines=lines)
        found = objects.parse_objects(output, lines)
        return {
            pair: (name, data)
            for pair, (name, kind, data) in zip(asked, found, strict=True)
            if kind == "blob"
        }

    def read_blobs(self, names: Iterable[str]) -> dict[str, bytes]:
        """Blob id -> content: one process for all. Raises RepositoryError when one is missing."""
        wanted = list(dict.fromkeys(names))
        if not wanted:
            return {}
        contents = objects.parse_blobs(self._git.read("cat-file", "--batch", lines=wanted), wanted)
        if len(contents) < len(wanted):
            raise RepositoryError(
                f"{self.shown} lacks the content of {len(wanted) - len(contents)} files",
                "a complete clone",
                "clone it again without --filter",
            )
        return contents

    def changed(self, base: str, target: str, path: str = ".") -> dict[str, str]:
        """Path -> ``A``, ``M`` or ``D`` between two commits, renames as removal and addition: one process."""
        options = ["-r", "-z", "--name-status", "--no-renames", "--no-ext-diff", "--ignore-submodules=none"]
        commits = ["--end-of-options", self._full(base), self._full(target)]
        return objects.parse_changes(self._git.read("diff-tree", *options, *commits, "--", *_pathspecs(path)))

    def grep(
        self,
        commit: str,
        names: Sequence[str],
        path: str = ".",
        *,
        exclude: Iterable[str] = (),
        limit: int = 1000,
    ) -> tuple[Hit, ...]:
        """Lines at a commit that contain one of ``names`` as a whole word, in path order: one process.

        Binary files and everything under the paths of ``exclude`` are not searched. At most ``limit`` hits.
        """
        return self.grep_at([commit], names, path, exclude=exclude, limit=limit)[commit]

    def grep_at(
        self,
        commits: Sequence[str],
        names: Sequence[str],
        path: str = ".",
        *,
        exclude: Iterable[str] = (),
        limit: int = 1000,
    ) -> dict[str, tuple[Hit, ...]]:
        """As :meth:`grep`, at several commits: one process, and at most ``limit`` hits at each."""
        found: dict[str, tuple[Hit, ...]] = dict.fromkeys(commits, ())
        patterns = [part for name in names if name and not _CONTROL.search(name) for part in ("-e", name)]
        if not patterns:
            return found
        full = {self._full(commit): commit for commit in commits}
        options = ["-z", "-n", "-I", "-F", "-w", "--full-name", "--no-color", "--no-column", "--no-textconv"]
        options += ["--no-recurse-submodules", "--no-heading", "--no-break"]
        excluded = [f":(top,exclude,literal){_inside(folder)}" for folder in exclude]
        where = ["--", *(_pathspecs(path) or [":(top)"]), *excluded]
        output = self._git.read("grep", *options, *patterns, *full, *where, also=(1,))  # 1: nothing found
        for name, commit in full.items():
            hits = objects.parse_hits(output, name)
            found[commit] = tuple(hit for hit, _ in zip(hits, range(limit), strict=False))
        return found

    def introduced(self, base: str, target: str, path: str) -> tuple[str, str] | None:
        """The first-parent commit of ``base..target`` that added a file, and its parent: one process.

        The latest one when the file was removed and added again; None when the range does not add it.
        """
        return self.introductions(base, target, [path]).get(path)

    def introductions(self, base: str, target: str, paths: Iterable[str]) -> dict[str, tuple[str, str]]:
        """As :meth:`introduced`, for several files: one process. Files that are not added are left out."""
        wanted = set(paths)
        if not wanted:
            return {}
        options = [*history.ARGUMENTS, "--first-parent", "--diff-filter=A", "--end-of-options"]
        between = f"{self._full(base)}..{self._full(target)}"
        output = self._git.read("log", *options, between, "--", *_pathspecs(*_as_stored(sorted(wanted))))
        found: dict[str, tuple[str, str]] = {}
        for entry in history.parse(output):
            for file in entry.commit.files:
                if file in wanted and entry.parents:
                    found.setdefault(file, (entry.commit.sha, entry.parents[0]))
        return found

    def changes_of(
        self, path: str, until: str, since: str | None = None
    ) -> tuple[tuple[str, str | None], ...]:
        """The first-parent commits up to ``until`` that changed ``path``, each with its parent: one process.

        Newest first, and only those after ``since`` where it is given. The first commit of all has no parent.
        """
        ends = [self._full(until), *([f"^{self._full(since)}"] if since is not None else [])]
        options = ["--format=tformat:%H %P", "--first-parent", "--no-renames", "--end-of-options", *ends]
        lines = self._git.read("log", *options, "--", *_pathspecs(path)).decode().splitlines()
        words = (line.split() for line in lines)
        return tuple((found[0], found[1] if len(found) > 1 else None) for found in words)

    def contains(self, commit: str, other: str) -> bool:
        """Whether ``other`` is ``commit`` or one of its ancestors: one process."""
        commit, other = self._full(commit), self._full(other)
        if commit == other:
            return True
        left = self._git.read("rev-list", "--max-count=1", "--end-of-options", other, f"^{commit}")
        return not left.strip()

    def fetch(self) -> None:
        """Bring the default remote's branches and tags: four processes. Nothing else uses the network.

        Branches and files of the work tree stay as they are.
        """
        self._git.fetch()
        self._refs = self._read_refs()

    def _read_refs(self) -> refs.RefTable:
        output = self._git.read("for-each-ref", f"--format={refs.FORMAT}", *refs.NAMESPACES)
        return refs.RefTable.parse(output)

    def _revision(self, ref: str) -> tuple[str, str | None]:
        """What to ask git for ``ref``, and the tag that it means."""
        if not ref or _CONTROL.search(ref):
            raise RepositoryError(f"{ref!r} cannot name a commit", "a tag, branch, SHA or tag glob")
        found = None if _FULL_NAME.fullmatch(ref) else self._refs.find(ref)
        if found is None:
            return ref, None
        return found.object_id, found.name if found.is_tag else None

    def _commits_named(self, revisions: Sequence[str]) -> dict[str, str | None]:
        """The full name of the commit that each revision names, verified to exist."""
        if not revisions:
            return {}
        # On its standard input git takes no options, whatever a revision begins with.
        output = self._git.read("cat-file", "--batch-check", lines=[f"{r}^{{commit}}" for r in revisions])
        return objects.parse_commits(output, revisions)

    def _full(self, commit: str) -> str:
        return commit if _FULL_NAME.fullmatch(commit) else self.resolve(commit).sha

    def _unknown(self, ref: str) -> RepositoryError:
        close = self._refs.close_to(ref)
        if close:
            remedy = f"did you mean {' or '.join(close)}?"
        elif _SHORT_NAME.fullmatch(ref):
            remedy = f"write more of its digits, or run `git -C {self.shown} fetch --tags`"
        elif shallow_boundary(self._location):
            remedy = f"the clone is shallow: run `git -C {self.shown} fetch --unshallow --tags`"
        else:
            remedy = f"was it deleted, or not fetched yet? Run `git -C {self.shown} fetch --tags`"
        return RepositoryError(f"{self.shown} has no commit {ref}", "a tag, branch, SHA or tag glob", remedy)

    def _check_depth(self, base: str, target: str) -> None:
        boundary = shallow_boundary(self._location)
        if not boundary:
            return
        walked = self._git.read("rev-list", "--end-of-options", f"{base}...{target}").decode().split()
        if boundary.intersection(walked):
            raise RepositoryError(
                f"{self.shown} is a shallow clone that was cut off between {base[:12]} and {target[:12]}",
                "the history between what runs and what is released",
                f"run `git -C {self.shown} fetch --unshallow`",
            )

    def _without_equivalent(self, left: Sequence[Commit], both: Sequence[str]) -> tuple[Commit, ...]:
        """Those of the base's own commits whose change no commit of the target makes."""
        if not left:
            return ()
        options = ["--left-only", "--cherry-pick", "--no-merges", "--no-textconv", "--no-ext-diff"]
        missing = set(self._git.read("rev-list", *options, *both).decode().split())
        return tuple(commit for commit in left if commit.sha in missing)


def _pathspecs(*paths: str) -> list[str]:
    """Git's literal pathspecs for ``paths``; none when one of them is the whole repository."""
    inside = [_inside(path) for path in paths]
    return [] if "." in inside else [f":(top,literal){path}" for path in inside]


def _as_stored(paths: Sequence[str]) -> Sequence[str]:
    """``paths``, or the whole repository when one of them may stand for a name that is not UTF-8."""
    return ["."] if any("\\x" in path for path in paths) else paths


def _inside(path: str) -> str:
    """``path`` without detours. Raises RepositoryError when it leads out of the repository."""
    normal = posixpath.normpath(path)
    if posixpath.isabs(normal) or normal.split("/", 1)[0] == ".." or "\0" in normal:
        raise RepositoryError(f"{path!r} leads out of the repository", "a path inside it")
    return normal
