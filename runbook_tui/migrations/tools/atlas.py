"""Atlas, versioned workflow: ``<version>_<title>.sql`` with ``atlas.sum``, a chain of checksums.

Source: ariga/atlas, sql/migrate/dir.go (files, atlas.sum, directives), sql/migrate/migrate.go (Pending),
cmd/atlas/internal/cmdapi/migrate.go. The files look like anybody's numbered SQL: ``atlas.sum`` shows whose they are. A
new file below the applied ones stops Atlas (``exec-order linear``, the default), and so does a wrong ``atlas.sum``.
Beside files of goose, golang-migrate, Flyway or dbmate, ``atlas.sum`` covers those, and their own tools read them.
"""

from __future__ import annotations

import base64
import hashlib
import re
import shlex
from collections.abc import Collection, Iterator, Mapping
from pathlib import PurePosixPath

from runbook_tui.migrations.changes import Body
from runbook_tui.migrations.engine import Engine
from runbook_tui.migrations.model import Finding, Level
from runbook_tui.migrations.sql.client import with_delimiter
from runbook_tui.migrations.sql.files import (
    decoded,
    marked_for,
    refused,
    sql_body,
    text_problem,
)
from runbook_tui.migrations.tool import (
    BodyReader,
    Commands,
    Files,
    Late,
    MigrationTool,
    Script,
    Scripts,
    chained,
    directly_in,
    title_of,
)

_SUM = "atlas.sum"
_NUMBERED = re.compile(r"^\d\w*?(?:_.*)?(?<!\.up)(?<!\.down)\.sql$", re.DOTALL)
_DIRECTIVE = re.compile(r"^([ -~]*)atlas:(\w+)(?: +(.+))*")


class Atlas(MigrationTool):
    """Reads files that are listed in ``atlas.sum``."""

    name = "atlas"
    late = Late.REFUSES
    refuses_edits = True
    starts_from_last = True
    marked = True

    def recognises(self, path: str, data: bytes) -> bool:
        """``<version>_<title>.sql`` with no mark of another tool."""
        return _NUMBERED.match(PurePosixPath(path).name) is not None and marked_for(data) is None

    def marks(self, paths: Collection[str], folder: str) -> bool:
        """``atlas.sum`` in the folder."""
        return str(PurePosixPath(folder) / _SUM) in paths

    def scripts(self, files: Files, folder: str) -> Scripts:
        """The SQL files of the folder itself, in the order of their names."""
        inside = directly_in(files, folder)
        found = [_script(path, data) for path, data in sorted(inside.items()) if path.endswith(".sql")]
        order = chained(found, lambda script: (script.path,))
        return Scripts(order, tuple(_wrong_sum(inside, folder)))

    def commands(self, script: Script, folder: str) -> Commands:
        """``--to-version``; going back is computed by Atlas against a development database."""
        options = f'--dir {shlex.quote(f"file://{folder}")} --url "$DATABASE_URL"'
        version = shlex.quote(script.id)
        down = ""
        if script.parents:
            back = shlex.quote(script.parents[0])
            down = f'atlas migrate down {options} --dev-url "$ATLAS_DEV_URL" --to-version {back}'
        return Commands(
            f"atlas migrate apply {options} --to-version {version}", down, f"atlas migrate status {options}"
        )

    def reader(self, engine: Engine) -> BodyReader:
        """Reads a file with its own delimiter and mode of transaction."""

        def read(script: Script) -> Body:
            text = decoded(script.data)
            alone = "none" in _directives(text, "txmode")
            delimiter = _first_directive(text, "delimiter")
            sql = with_delimiter(text, _unescaped(delimiter)) if delimiter else text
            # Atlas computes the way back from the schemas before and after
            return sql_body(sql, engine, has_down=True, in_transaction=not alone)

        return read


def _script(path: str, data: bytes) -> Script:
    name = PurePosixPath(path).name
    version, _, title = name.removesuffix(".sql").partition("_")
    text = decoded(data)
    other = marked_for(data) or ("golang-migrate" if name.endswith((".up.sql", ".down.sql")) else None)
    problem = text_problem(path, data)
    if other is not None:
        problem = refused(path, 1, f"it is written for {other}", f"Name {other} as the tool.")
    modes = _directives(text, "txmode")
    if modes and (len(modes) > 1 or modes[0] not in ("none", "file")):
        why = f"'atlas:txmode {' '.join(modes)}' is no mode of a file, and the tool stops at it"
        problem = refused(path, 1, why, "Write none or file.")
    baseline = bool(_directives(text, "checkpoint"))
    return Script(version, title_of(title), path, (), data, baseline=baseline, problem=problem)


def _directives(text: str, name: str) -> list[str]:
    """What the comments at the top of a file say; they end with an empty line, or else are the first statement's."""
    comments: list[str] = []
    rest = text
    while rest.startswith(("#", "--")):
        line, _, rest = rest.partition("\n")
        comments.append(line.strip())
    if rest and not rest.lstrip(" \t").startswith(("\n", "\r\n")):
        return []
    found = (_DIRECTIVE.match(comment) for comment in comments)
    return [match[3] or "" for match in found if match and match[2] == name]


def _first_directive(text: str, name: str) -> str:
    found = _DIRECTIVE.match(text.partition("\n")[0])
    return (found[3] or "").strip() if found and found[1] == "-- " and found[2] == name else ""


def _unescaped(delimiter: str) -> str:
    return delimiter.replace("\\n", "\n").replace("\\r", "\r").replace("\\t", "\t")


def _wrong_sum(inside: Mapping[str, bytes], folder: str) -> Iterator[Finding]:
    """Where ``atlas.sum`` and the files disagree: Atlas then applies nothing."""
    path = str(PurePosixPath(folder) / _SUM)
    remedy = "See that every file is as it was reviewed, then run 'atlas migrate hash'."
    if path not in inside:
        why = "there is no atlas.sum, and the tool applies nothing without it"
        yield Finding("checksum", Level.ERROR, path, 0, why, remedy)
        return
    head, *lines = decoded(inside[path]).splitlines() or [""]
    listed = {
        name.strip(): (number, hashed)
        for number, line in enumerate(lines, 2)
        for name, hashed in [_cut(line)]
    }
    total = hashlib.sha256()
    for name, (_, hashed) in listed.items():
        total.update(name.encode() + hashed.encode())
    chain = hashlib.sha256()
    right = True
    for file, data in sorted(inside.items()):
        name = PurePosixPath(file).name
        if not name.endswith(".sql"):
            continue
        chain.update(name.encode())
        if _ignored(data):
            continue
        chain.update(data)
        number, hashed = listed.pop(name, (0, ""))
        if right and not number:
            yield Finding("checksum", Level.ERROR, file, 0, "atlas.sum does not list it", remedy)
            right = False
        elif right and hashed != _encoded(chain):
            why = f"{name} is not what its checksum says: it, or a file before it, was changed"
            yield Finding("checksum", Level.ERROR, path, number, why, remedy)
            right = False  # every one that follows is wrong with it
    for name, (number, _) in listed.items() if right else ():
        yield Finding(
            "checksum", Level.ERROR, path, number, f"{name} is listed, and there is no such file", remedy
        )
        right = False
    if right and head.removeprefix("h1:") != _encoded(total):
        yield Finding("checksum", Level.ERROR, path, 1, "the sum of the whole folder is wrong", remedy)


def _cut(line: str) -> tuple[str, str]:
    name, _, hashed = line.partition("h1:")
    return name, hashed


def _encoded(digest: hashlib._Hash) -> str:
    return base64.b64encode(digest.digest()).decode()


def _ignored(data: bytes) -> bool:
    found = _DIRECTIVE.match(decoded(data[:200]).partition("\n")[0])
    return found is not None and found[2] == "sum" and found[3] == "ignore"


TOOL = Atlas
