"""Imports: which file is meant, which cannot be meant, and types that none of them defines."""

from __future__ import annotations

import time
from collections.abc import Mapping

import pytest

from runbook_tui.contracts.compare import compare
from runbook_tui.contracts.files import in_memory
from runbook_tui.contracts.model import Fault
from runbook_tui.contracts.registry import format_named
from tests.contracts.protobuf.protos import PROTO3, diff, message, rules, verdict

PART = PROTO3 + "message Part { int32 a = 1; }"
LESS = PROTO3 + "message Part { }"


def found(path: str, reference: str, *others: str, texts: Mapping[str, str] | None = None) -> list[str]:
    """The files that an import leads to; every other file has another text."""
    files = {other: f"{PART} // {other}".encode() for other in others}
    files |= {other: text.encode() for other, text in (texts or {}).items()}
    own = f'{PROTO3}import "{reference}";'.encode()
    return list(format_named("protobuf").references(path, own, in_memory({path: own}, files)))


def fault_places(old: str, new: str, others: Mapping[str, str] | None = None) -> set[tuple[str, int, int]]:
    return {(fault.version, fault.line, fault.column) for fault in diff(old, new, others).faults}


@pytest.mark.parametrize(
    ("others", "expected"),
    [
        (["a/b/x/part.proto", "a/x/part.proto", "x/part.proto"], ["a/b/x/part.proto"]),
        (["a/x/part.proto", "x/part.proto", "a/b/c/x/part.proto"], ["a/x/part.proto"]),
        (["a/b/c/x/part.proto", "other/x/part.proto"], ["a/b/c/x/part.proto"]),
        (["a/c/x/part.proto", "other/x/part.proto", "more/x/part.proto"], ["a/c/x/part.proto"]),
        (["far/away/x/part.proto"], ["far/away/x/part.proto"]),
        (["one/x/part.proto", "two/x/part.proto"], []),
        (["a/c/x/part.proto", "a/d/x/part.proto", "other/x/part.proto"], []),
        (["one/x/other.proto", "one/xx/part.proto", "one/yx/part.proto"], []),
    ],
)
def test_the_nearest_file_is_meant_and_none_where_there_are_several(
    others: list[str], expected: list[str]
) -> None:
    assert found("a/b/own.proto", "x/part.proto", *others) == expected


def test_copies_of_one_file_are_one() -> None:
    copies = {f"{folder}/x/part.proto": PART for folder in ("longer", "two", "one")}
    assert found("a/own.proto", "x/part.proto", texts=copies) == ["one/x/part.proto"]


def test_an_import_may_go_up_to_a_file_that_is_there() -> None:
    assert found("a/b/own.proto", "../c/part.proto", "a/c/part.proto") == ["a/c/part.proto"]
    assert found("a/b/own.proto", "./part.proto", "a/b/part.proto") == ["a/b/part.proto"]


def test_a_broken_file_that_is_only_guessed_is_no_fault() -> None:
    text = message("int32 a = 1;") + 'import "x/part.proto";'
    assert diff(text, message(""), {"far/x/part.proto": "message {"}).verdict == "consumer-first"
    assert {fault.path for fault in diff(text, text, {"x/part.proto": "message {"}).faults} == {
        "x/part.proto"
    }
    outer = {"far/x/part.proto": PROTO3 + 'import "y.proto";', "far/x/y.proto": "message {"}
    assert not diff(text, message(""), outer).faults


@pytest.mark.parametrize("path", ["../../../etc/passwd.proto", "/etc/passwd.proto", "a/../../b.proto", ".."])
def test_an_import_that_leads_out_is_a_fault(path: str) -> None:
    old = message("int32 a = 1;")
    (fault,) = diff(old, f'{old}\n  import public "{path}";').faults
    assert fault == Fault(
        "shop.proto", 4, 17, f"the import {path!r} leads out of its import root",
        "a path below an import root", "name it from there",
    )  # fmt: skip


def test_an_import_of_the_file_itself_is_a_fault() -> None:
    old = message("int32 a = 1;")
    for path in ("shop.proto", "./shop.proto"):
        assert fault_places(old, f'{old}import "{path}";') == {("new", 3, 8)}
    nested = {"api/shop.proto": f'{old}import "shop.proto";'}
    (fault,) = diff({"api/shop.proto": old}, nested).faults
    assert (fault.path, fault.what) == ("api/shop.proto", "the import 'shop.proto' is the file itself")
    assert diff({"api/shop.proto": old}, nested, {"shop.proto": PART}).verdict == "compatible"


AWAY = PROTO3 + 'import "gone/away.proto";\nmessage Event {\n%s\n}\nmessage Ask {}\n'
KNOWN = {"gone/away.proto": 'syntax = "proto3"; package gone; message Away {}'}


@pytest.mark.parametrize(
    ("old", "new", "places"),
    [
        ("gone.Away a = 1;", "gone.Away a = 1; int32 b = 2;", set()),
        ("gone.Away a = 1;", "repeated .gone.Away a = 1;", set()),
        ("gone.Away a = 1;", "", set()),
        ("", "gone.Away a = 1;", {("new", 4, 1)}),
        ("", "Undefined a = 1;", {("new", 4, 1)}),
        ("", "map<string, gone.Away> a = 1;", {("new", 4, 13)}),
        ("string a = 1;", "  gone.Away a = 1;", {("new", 4, 3)}),
        ("gone.Away a = 1;", "Ask a = 1;", {("old", 4, 1)}),
        ("gone.Away a = 1;", "gone.Other a = 1;", {("old", 4, 1), ("new", 4, 1)}),
        ("", "google.type.Money a = 1; validate.Rules b = 2; buf.x.Y c = 3;", set()),
    ],
)
def test_a_type_that_is_not_found_is_a_fault_where_the_versions_differ(
    old: str, new: str, places: set[tuple[str, int, int]]
) -> None:
    assert fault_places(AWAY % old, AWAY % new) == places


def test_endless_types_and_imports_are_told_in_part_and_in_time() -> None:
    began = time.perf_counter()
    fields = "".join(f"T{n} f{n} = {n + 1};" for n in range(5_000))
    assert len(diff(message(""), message(fields)).faults) == 100
    imports = "".join(f'import "{n}/x.proto";' for n in range(2_000))
    assert not diff(message(""), message("") + imports, {f"{n}/y/x.proto": "" for n in range(5_000)}).faults
    assert time.perf_counter() - began < 5


def test_a_fault_names_the_import_that_is_not_found() -> None:
    text = AWAY.replace("import", 'import "google/api/http.proto"; import') % "gone.Away a = 1;"
    (fault,) = diff(AWAY % "", text).faults
    assert fault.what == "the type gone.Away of shop.Event.a is not found"
    assert fault.remedy == "add what it imports and is not found: gone/away.proto"
    assert not diff(AWAY % "", text, KNOWN).faults


def test_an_import_that_is_lost_is_a_fault_where_its_types_are_used() -> None:
    text = AWAY % "gone.Away a = 1;"
    found = diff({"shop.proto": text, **KNOWN}, text)
    assert {(fault.version, fault.line) for fault in found.faults} == {("new", 4)}
    call = AWAY % "" + "service Shop { rpc Buy(gone.Away) returns (gone.Away); }"
    found = diff({"shop.proto": call, **KNOWN}, call)
    assert {(fault.line, fault.column) for fault in found.faults} == {(7, 24), (7, 44)}
    extended = AWAY % "extensions 1 to 9;" + "extend Event { gone.Away a = 1; }"
    assert fault_places(AWAY % "extensions 1 to 9;", extended) == {("new", 7, 16)}


def test_what_is_new_or_gone_as_a_whole_needs_no_types() -> None:
    text = AWAY % "gone.Away a = 1;" + "service Shop { rpc Buy(gone.Away) returns (Ask); }"
    assert verdict(None, text) == "provider-first"
    assert verdict(text, None) == "consumer-first"
    more = text.replace("rpc", "rpc Sell(gone.Away) returns (Ask); rpc") + "message New { gone.Away a = 1; }"
    assert verdict(text, more) == "provider-first"
    assert "message-add" in rules(diff(text, more))


def test_a_type_that_has_come_with_its_file_leaves_nothing_unknown() -> None:
    text = PROTO3 + 'import "shop/part.proto";\nmessage Order { Part part = 1; }'
    part = PROTO3 + "message Part { int32 a = 1; }"
    old, new = (
        in_memory({"order.proto": text.encode()}),
        in_memory({"order.proto": text.encode()}, {"shop/part.proto": part.encode()}),
    )
    assert not compare(old, new, "protobuf").faults
    assert compare(new, old, "protobuf").faults
