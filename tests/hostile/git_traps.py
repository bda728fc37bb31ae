"""Repositories whose own settings name programs, and such whose data is odd. Every program makes a marker."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.hostile.sweep import commit, git

CONFIG = (
    "core.fsmonitor",
    "core.hooksPath",
    "core.sshCommand",
    "core.gitProxy",
    "core.askPass",
    "core.pager",
    "core.editor",
    "core.alternateRefsCommand",
    "diff.external",
    "diff.trap.command",
    "diff.trap.textconv",
    "filter.trap.clean",
    "filter.trap.smudge",
    "filter.trap.process",
    "merge.trap.driver",
    "include.path",
    "includeIf.gitdir:/.path",
    "remote.origin.uploadpack",
    "remote.origin.vcs",
    "credential.helper",
    "gpg.program",
    "gpg.ssh.program",
    "pager.log",
    "interactive.diffFilter",
    "sequence.editor",
    "alias.log",
    "trailer.trap.command",
    "protocol.ext.allow",
    "uploadpack.packObjectsHook",
    "submodule.trap.update",
)
HOOKS = ("reference-transaction", "post-index-change", "post-checkout", "fsmonitor-watchman", "pre-auto-gc")
_SIGNED = "gpgsig -----BEGIN PGP SIGNATURE-----\n \n iQ==\n -----END PGP SIGNATURE-----"


class Traps:
    """Makes a program for every setting of a repository.

    Args:
        folder: the repository, with at least one commit.
        programs: where the programs go.
        markers: where they tell that they ran.
    """

    def __init__(self, folder: Path, programs: Path, markers: Path) -> None:
        self.folder, self.programs, self.markers = folder, programs, markers
        programs.mkdir(exist_ok=True)

    def program(self, name: str) -> Path:
        """A program that makes a marker of this name."""
        path = self.programs / name.replace("/", "_").replace(":", "_")
        path.write_text(f"#!/bin/sh\n: > '{self.markers}/{path.name}'\ncat \"$1\" 2>/dev/null\n")
        path.chmod(0o755)
        return path

    def set(self, setting: str) -> None:
        """Set one trap."""
        value = str(self.program(setting))
        if setting == "core.hooksPath":
            hooks = self.programs / "hooks"
            hooks.mkdir(exist_ok=True)
            for hook in HOOKS:
                (hooks / hook).write_bytes(self.program(f"hook-{hook}").read_bytes())
                (hooks / hook).chmod(0o755)
            value = str(hooks)
        elif setting in {"include.path", "includeIf.gitdir:/.path"}:
            included = self.programs / setting.replace("/", "_").replace(":", "_").replace(".", "-")
            included.write_text(f"[core]\n fsmonitor = {value}\n[diff]\n external = {value}\n")
            value = str(included)
        elif setting == "protocol.ext.allow":
            value = "always"
        elif setting == "alias.log":
            value = f"!{value}"
        section, _, name = setting.rpartition(".")
        head, _, middle = section.partition(".")
        with (self.folder / ".git" / "config").open("a") as config:
            config.write(f'[{head} "{middle}"]\n' if middle else f"[{head}]\n")
            config.write(f" {name} = {value}\n")

    def prepare(self) -> None:
        """What makes the settings matter: attributes, a signature, a promisor behind an ``ext`` URL."""
        commit(
            self.folder,
            "Trapped",
            {".gitattributes": "* diff=trap filter=trap merge=trap\n", "app.py": "3\n"},
        )
        raw = git(self.folder, "cat-file", "commit", "HEAD").replace("\n\n", f"\n{_SIGNED}\n\n", 1)
        signed = git(self.folder, "hash-object", "-t", "commit", "-w", "--stdin", stdin=f"{raw}\n".encode())
        git(self.folder, "reset", "--quiet", signed)
        with (self.folder / ".git" / "config").open("a") as config:
            config.write('[log]\n showSignature = true\n[remote "origin"]\n promisor = true\n')
            config.write(f" partialclonefilter = blob:none\n url = ext::{self.program('ext')} %S\n")


def _files(names: list[bytes]) -> Callable[[Path], None]:
    def make(folder: Path) -> None:
        blob = git(folder, "hash-object", "-w", "--stdin", stdin=b"x\n")
        entries = b"".join(b"100644 blob " + blob.encode() + b"\t" + name + b"\0" for name in names)
        tree = git(folder, "mktree", "-z", stdin=git_tree(folder) + entries)
        new = git(folder, "commit-tree", tree, "-p", "HEAD", "-m", "Odd names")
        git(folder, "update-ref", "refs/heads/main", new)

    return make


def git_tree(folder: Path) -> bytes:
    """The entries of the newest commit as ``mktree -z`` takes them."""
    listed = git(folder, "ls-tree", "-z", "HEAD")
    return listed.encode("utf-8", "surrogateescape")


def _message(message: bytes, *options: str) -> Callable[[Path], None]:
    def make(folder: Path) -> None:
        tree = git(folder, "rev-parse", "HEAD^{tree}")
        raw = git(folder, *options, "commit-tree", tree, "-p", "HEAD", stdin=message)
        git(folder, "update-ref", "refs/heads/main", raw)

    return make


def _raw_commit(header: bytes) -> Callable[[Path], None]:
    """A commit whose object is as given: ``@T@`` is its tree and ``@P@`` its parent."""

    def make(folder: Path) -> None:
        tree, parent = git(folder, "rev-parse", "HEAD^{tree}"), git(folder, "rev-parse", "HEAD")
        data = header.replace(b"@T@", tree.encode()).replace(b"@P@", parent.encode())
        new = git(folder, "hash-object", "-t", "commit", "-w", "--literally", "--stdin", stdin=data)
        (folder / ".git" / "refs" / "heads" / "main").write_text(f"{new}\n")

    return make


def _branch(name: str) -> Callable[[Path], None]:
    def make(folder: Path) -> None:
        git(folder, "update-ref", f"refs/heads/{name}", "HEAD")
        git(folder, "update-ref", f"refs/tags/{name}-tag", "HEAD")

    return make


def _missing(which: str) -> Callable[[Path], None]:
    def make(folder: Path) -> None:
        sha = git(folder, "rev-parse", which)
        (folder / ".git" / "objects" / sha[:2] / sha[2:]).unlink()

    return make


def _written(name: str, content: str) -> Callable[[Path], None]:
    def make(folder: Path) -> None:
        path = folder / ".git" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content.replace("@HEAD@", git(folder, "rev-parse", "HEAD")))

    return make


def embed(folder: Path) -> None:
    """A bare repository inside of the work tree, whose settings would be taken by whoever stands in it."""
    inner = folder / "inner"
    inner.mkdir()
    git(inner, "init", "--quiet", "--bare")
    (inner / "config").write_text("[core]\n bare = true\n fsmonitor = touch $HOSTILE_MARKERS/embedded\n")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "-m", "Embed")


_WHO = b"author A <a> 1767225600 +0000\ncommitter A <a> 1767225600 +0000\n"
DATA: dict[str, Callable[[Path], None]] = {
    "branch a;id": _branch("a;id"),
    "branch $(id)": _branch("$(id)"),
    "branch `id`": _branch("`id`"),
    "branch a&&b": _branch("a&&b"),
    "branch a|b": _branch("a|b"),
    "branch quotes": _branch("a'b\"c"),
    "branch bidi": _branch("a\u202eb"),
    "branch template": _branch("a{{x}}"),
    "branch a$IFS": _branch("a$IFS<b>"),
    "branch no UTF-8": _branch("caf\udce9"),
    "message escapes": _message(b"x \x1b]52;c;eA==\x07\x1b[2J \xc2\x9b \xe2\x80\xae"),
    "message forged record": _message(b"---\n...\nkind: forged\nsum: 0\n"),
    "message markup": _message(b"[/bold] [@click=app.quit]x | <script>\n\n# Approved\n- [x] yes"),
    "message template": _message(b"{{ 7*7 }} {% raw %} $(touch x) `id`"),
    "message latin-1": _message(b"caf\xe9", "-c", "i18n.commitEncoding=latin-1"),
    "message long": _message(b"x" * 1_000_000),
    "names with LF, TAB, ESC, \\xff": _files([b"a\nb", b"a\tb", b"a\x1b[2Jb", b"bad\xff.txt", b"-rf"]),
    "names of SQL files": _files([b"$(id).sql", b"0003_\xe2\x80\xae.up.sql", b"{{x}}.py", b"[x].yaml"]),
    "author forged": _raw_commit(
        b"tree @T@\nparent @P@\nauthor Eve \x1b]0;x\x07 <e> 1 +0\ncommitter E <e> 1 +0\n\nx\n"
    ),
    "date impossible": _raw_commit(
        b"tree @T@\nparent @P@\nauthor A <a> 99999999999999999 +9999\ncommitter A <a> -1 +0000\n\nx\n"
    ),
    "no author": _raw_commit(b"tree @T@\nparent @P@\n\nx\n"),
    "encoding unknown": _raw_commit(b"tree @T@\nparent @P@\n" + _WHO + b"encoding no-such\n\ncaf\xe9\n"),
    "missing blob": _missing("HEAD:app.py"),
    "missing tree": _missing("HEAD^{tree}"),
    "missing commit": _missing("HEAD~1"),
    "packed-refs with CR": _written("packed-refs", "# pack-refs with: peeled\r\n@HEAD@ refs/tags/v9\r\n"),
    "alternates elsewhere": _written("objects/info/alternates", "/nonexistent\n../../../../\n"),
    "HEAD nowhere": _written("HEAD", "ref: refs/heads/nowhere\n"),
    "config broken": _written("config", '[core\nx = "\n'),
    "embedded bare repository": embed,
}
