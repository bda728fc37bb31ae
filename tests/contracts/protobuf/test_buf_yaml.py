"""What a team has agreed with buf is respected."""

from __future__ import annotations

import pytest

from tests.contracts.protobuf.protos import PROTO3, Version, diff, message, one, rules

OLD = {
    "a/x.proto": message("int32 a = 1;"),
    "b/v1beta1/y.proto": "package b.v1beta1; message Y { optional int32 y = 1; }",
}
NEW = {"a/x.proto": message(""), "b/v1beta1/y.proto": "package b.v1beta1; message Y {}"}


def gone(config: str, path: str = "buf.yaml") -> set[str]:
    """The files in which a field is told as gone."""
    found = diff(OLD, {**NEW, path: config})
    assert not found.faults
    return {change.path for change in found.changes if change.rule == "field-no-delete"}


BOTH = {"a/x.proto", "b/v1beta1/y.proto"}


@pytest.mark.parametrize(
    ("config", "left"),
    [
        ("version: v1\n", BOTH),
        ("version: v1\nbreaking: {ignore: [a]}\n", {"b/v1beta1/y.proto"}),
        ("version: v1\nbreaking: {ignore: [a/x.proto]}\n", {"b/v1beta1/y.proto"}),
        ("version: v1\nbreaking: {ignore: [x.proto, a/x]}\n", BOTH),
        ("version: v1\nbreaking: {ignore: [.]}\n", set()),
        ("version: v1\nbreaking: {ignore_only: {FIELD_NO_DELETE: [a]}}\n", {"b/v1beta1/y.proto"}),
        ("version: v1\nbreaking: {ignore_only: {FIELD_SAME_NAME: [a]}}\n", BOTH),
        ("version: v1\nbreaking: {ignore_only: {FILE: [b]}}\n", {"a/x.proto"}),
        ("version: v1\nbreaking: {except: [FIELD_NO_DELETE]}\n", set()),
        ("version: v1\nbreaking: {use: [ENUM_NO_DELETE]}\n", BOTH),
        ("version: v1\nbreaking: {ignore_unstable_packages: true}\n", {"a/x.proto"}),
        ("version: v1beta1\nbuild: {roots: [a]}\nbreaking: {ignore: [x.proto]}\n", {"b/v1beta1/y.proto"}),
        (
            "version: v2\nmodules: [{path: a, breaking: {ignore: [a/x.proto]}}, {path: b}]\n",
            {"b/v1beta1/y.proto"},
        ),
        ("version: v2\nmodules: [{path: a}]\nbreaking: {ignore: [a]}\n", {"b/v1beta1/y.proto"}),
        ("breaking: [1]\nmodules: {a: 1}\nbuild: x\n", BOTH),
        ("", BOTH),
    ],
)
def test_an_agreement_holds_for_its_files(config: str, left: set[str]) -> None:
    assert gone(config) == left


def test_the_nearest_buf_yaml_holds() -> None:
    assert gone("version: v1\nbreaking: {ignore: [x.proto]}\n", "a/buf.yaml") == {"b/v1beta1/y.proto"}
    assert gone("version: v1\nbreaking: {ignore: [x.proto]}\n", "b/buf.yaml") == BOTH


def test_only_the_new_version_has_agreed() -> None:
    found = diff({**OLD, "buf.yaml": "breaking: {ignore: [a, b]}"}, NEW)
    assert found.verdict == "consumer-first"


@pytest.mark.parametrize(
    ("package", "unstable"),
    [("a.v1beta1", True), ("a.v1alpha", True), ("a.v2p1beta3", True), ("a.v1test", True), ("a.v1testfoo", True),
     ("a.v1", False), ("v1beta1", False), ("a.v0beta1", False), ("a.beta", False), ("a.v1beta0", False)],
)  # fmt: skip
def test_packages_that_promise_nothing_yet(package: str, unstable: bool) -> None:
    old: Version = f"package {package}; message M {{ optional int32 a = 1; }}"
    new = {"shop.proto": f"package {package}; message M {{}}",
           "buf.yaml": "breaking: {ignore_unstable_packages: true}"}  # fmt: skip
    assert (diff(old, new).verdict == "compatible") is unstable


def test_a_rule_that_is_excepted_takes_along_those_that_tell_the_same() -> None:
    old, new = message("int32 a = 1;"), message("string a = 1;")
    config = "breaking: {except: [FIELD_SAME_TYPE]}"
    assert diff(old, {"shop.proto": new, "buf.yaml": config}).verdict == "compatible"
    both = message("") + "message Other {}"
    config = "breaking: {except: [MESSAGE_NO_DELETE]}"
    assert diff(both, {"shop.proto": message(""), "buf.yaml": config}).verdict == "compatible"


@pytest.mark.parametrize(
    ("use", "renamed", "moved_code"),
    [("[FILE]", "split", "provider-first"), ("[WIRE_JSON]", "split", "either"), ("[WIRE]", "either", "either"),
     ("[WIRE, ENUM_NO_DELETE]", "split", "provider-first")],
)  # fmt: skip
def test_a_team_may_say_that_json_or_generated_code_does_not_count(
    use: str, renamed: str, moved_code: str
) -> None:
    config = f"breaking: {{use: {use}}}"
    old = message("int32 a = 1;")
    new = {"shop.proto": message("int32 b = 1;"), "buf.yaml": config}
    assert diff(old, new).verdict == renamed
    new["shop.proto"] = old + 'option go_package = "x";'
    assert diff(old, new).verdict == moved_code
    new["shop.proto"] = message("")
    assert diff(old, new).verdict == "consumer-first"


def test_a_team_may_say_that_definitions_may_move_between_files() -> None:
    old = {"a.proto": PROTO3 + "message Event {}", "b.proto": PROTO3}
    new = {"a.proto": PROTO3, "b.proto": PROTO3 + "message Event {}"}
    assert diff(old, {**new, "buf.yaml": "breaking: {use: [PACKAGE]}"}).verdict == "either"
    assert diff(old, {**new, "buf.yaml": "breaking: {use: [FILE, WIRE]}"}).verdict == "provider-first"


def test_files_are_known_by_their_path_inside_of_the_module() -> None:
    text = PROTO3 + "message Event { int32 a = 1; }"
    old = {"root/a/x.proto": text, "buf.yaml": "version: v1beta1\nbuild: {roots: [root]}"}
    new = {
        "proto/a/x.proto": text.replace("int32", "int64"),
        "buf.yaml": "version: v2\nmodules: [{path: proto}]",
    }
    found = diff(old, new)
    assert rules(found) == {"field-same-type", "field-wire-json-compatible-type"}
    assert one(found, "field-same-type").path == "proto/a/x.proto"


def test_a_buf_yaml_that_cannot_be_read_is_a_fault() -> None:
    found = diff(OLD, {**NEW, "buf.yaml": "breaking: [\n"})
    assert found.verdict is None
    assert {fault.path for fault in found.faults} == {"buf.yaml"}
