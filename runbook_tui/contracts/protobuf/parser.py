"""From the bytes of a .proto file to its tree, with every mistake and its place.

The grammar is that of proto2, proto3 and editions from 2023 on
(https://protobuf.dev/reference/protobuf/edition-2023-spec/). The parser is ours because those that exist cannot serve:
protoc (in grpcio-tools) reads folders on disk, wants every import and installs 27 MB; proto-schema-parser takes
0.2 ms a line; buf is a program of 45 MB, and a release may have ten thousand contracts.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

from runbook_tui.contracts.protobuf.bodies import Scope, read_definition
from runbook_tui.contracts.protobuf.cursor import END, Cursor, MistakeError, TooManyMistakesError
from runbook_tui.contracts.protobuf.literals import read_text
from runbook_tui.contracts.protobuf.repeated import report_repeated
from runbook_tui.contracts.protobuf.services import read_service
from runbook_tui.contracts.protobuf.statements import read_or_skip
from runbook_tui.contracts.protobuf.tree import File, Import, Mistake, Place, Service

_KEYWORDS = "syntax, edition, package, import, option, message, enum, service or extend"
_SYNTAXES = frozenset({"proto2", "proto3"})
_KINDS_OF_IMPORT = frozenset({"public", "weak", "option"})


@dataclass(frozen=True, slots=True)
class Parsed:
    """The tree of a file, and what is wrong with its text; the tree has what could be read all the same."""

    file: File
    mistakes: tuple[Mistake, ...]


@dataclass(slots=True)
class _Head:
    """What only the top of a file can say."""

    edition: str = "proto2"
    edition_at: Place = (0, 0)
    package: str = ""
    package_at: Place = (0, 0)
    imports: list[Import] = field(default_factory=list)
    services: list[Service] = field(default_factory=list)


_LARGE = 100_000
"""Bytes from which on few files are kept."""
_MOST_IMPORTS = 2_000
"""The most that one file of Google's public APIs has are 261."""


def parse(data: bytes) -> Parsed:
    """Read a file. Never raises.

    The same bytes are read once: most files of a contract are the same in both versions, and many contracts share
    imports.
    """
    return _parse_large(data) if len(data) > _LARGE else _parse_small(data)


def _parse(data: bytes) -> Parsed:
    text = data.decode("utf-8-sig", "replace")
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        wrong = Mistake((line, 1), "a zero byte", "text", "check that this is a .proto file in UTF-8")
        return Parsed(File(), (wrong,))
    cursor = Cursor(text)
    head, scope = _Head(), Scope()
    try:
        while cursor.kind != END:
            read_or_skip(cursor, lambda: _read_statement(cursor, head, scope))
            if cursor.text == "}":
                cursor.report(cursor.unexpected(_KEYWORDS).mistake)
                cursor.advance()
        report_repeated(cursor, [*scope.messages, *scope.enums, *head.services], "type")
    except TooManyMistakesError:
        pass
    return Parsed(_file(head, scope), tuple(cursor.mistakes))


_parse_small = lru_cache(maxsize=512)(_parse)
_parse_large = lru_cache(maxsize=8)(_parse)


def _file(head: _Head, scope: Scope) -> File:
    return File(
        head.edition,
        head.edition_at,
        head.package,
        head.package_at,
        tuple(head.imports),
        tuple(scope.messages),
        tuple(scope.enums),
        tuple(head.services),
        tuple(scope.extensions),
        tuple(scope.options),
    )


def _read_statement(cursor: Cursor, head: _Head, scope: Scope) -> None:
    keyword = cursor.text
    if keyword == "service":
        head.services.append(read_service(cursor))
    elif keyword == "import":
        head.imports.append(_read_import(cursor))
        if len(head.imports) > _MOST_IMPORTS:
            what = f"more than {_MOST_IMPORTS:,} imports"
            cursor.report(Mistake(cursor.place(), what, "fewer", "check that this is the right file"))
            raise TooManyMistakesError
    elif keyword == "package":
        head.package_at = cursor.place()
        cursor.advance()
        head.package = cursor.dotted_name("the name of the package")
        cursor.scope = len(head.package)
        cursor.expect(";")
    elif keyword in ("syntax", "edition"):
        _read_edition(cursor, head)
    elif not read_definition(cursor, scope):
        raise cursor.unexpected(_KEYWORDS)


def _read_edition(cursor: Cursor, head: _Head) -> None:
    at = cursor.place()
    keyword = cursor.advance()
    cursor.expect("=")
    value_at = cursor.place()
    value = read_text(cursor, '"proto3"' if keyword == "syntax" else '"2023"').decode("utf-8", "replace")
    cursor.expect(";")
    known = value in _SYNTAXES if keyword == "syntax" else value[:4].isdigit() or value == "UNSTABLE"
    if not known:
        expected = '"proto2" or "proto3"' if keyword == "syntax" else 'an edition such as "2023"'
        raise MistakeError(Mistake(value_at, f"the {keyword} {value[:40]!r} is not known", expected))
    head.edition, head.edition_at = value, at


def _read_import(cursor: Cursor) -> Import:
    cursor.expect("import")
    kind = cursor.advance() if cursor.text in _KINDS_OF_IMPORT else ""
    at = cursor.place()
    path = read_text(cursor, "the path of a file in quotes").decode("utf-8", "replace")
    cursor.expect(";")
    return Import(path, is_public=kind == "public", at=at)
