"""What is read as Protobuf, and what is said of text that is not."""

from __future__ import annotations

import pytest

from runbook_tui.contracts.files import in_memory
from runbook_tui.contracts.registry import format_named
from tests.contracts.protobuf.protos import PROTO3, changes, diff, files_of, one, rules

EVERYTHING = """\
// a comment; with } and "
syntax = 'proto2';
package shop . v1;  /* one
over two lines */
import public "a.proto"; import weak 'b.' "proto"; import option "c.proto";
option java_package = "com." "shop";
option (my.file).deep = { a: 1 b { c: "x" 'y' }; [ext.name] <d: -inf>, e: [1, {f: 2}], [type.a.com/x.Y] {} };
message Order {
  option deprecated = true;
  required int32 id = 0x1 [default = -010, (my.rule) = {min: 1}, json_name = "ID"];
  optional group Part = 2 { repeated string tag = 1; }
  map < string , .shop.v1.Order > more = 3;
  oneof choice { option (x) = 1; string a = 4; group G = 5 {} }
  extensions 100 to 199, 1000 to max [declaration = { number: 100 }];
  reserved 20, 30 to 40, 50 to max; reserved "old", 'older';
  enum Kind { option allow_alias = true; NONE = 0; SOME = 1; OTHER = 1; MINUS = -1 [deprecated = true];
    reserved -5 to -2; }
  extend Order { optional int32 inside = 101; }
  message Inner { message Deep {}; };
  optional string message = 60; optional string reserved_name = 61; repeated to to = 62;
  ;
}
message to {}
extend Order { optional Order outside = 100; repeated group Many = 102 { } }
service Orders {
  option deprecated = true;
  rpc Get ( Order ) returns ( stream .shop.v1.Order );
  rpc Put ( stream Order ) returns ( Order ) { option idempotency_level = IDEMPOTENT; ; };
}
"""


def test_every_statement_of_the_language_is_read() -> None:
    found = diff(EVERYTHING, EVERYTHING.replace("optional Order outside", "optional Order moved"))
    assert rules(found) >= {"field-same-name", "extension-no-delete", "extension-add"}
    gone = [change for change in found.changes if change.rule == "extension-no-delete"]
    assert {change.pointer for change in gone} == {"shop.v1.outside"}


def test_comments_blanks_and_lines_change_nothing() -> None:
    spread = EVERYTHING.replace(" {", " /* ; */\n {").replace(";\n", ";\n\n// }\n")
    assert diff(EVERYTHING, spread).verdict == "compatible"
    assert not changes(diff(EVERYTHING, "\ufeff" + EVERYTHING.replace("\n", "\r\n")))


def test_editions_write_names_that_are_reserved_without_quotes_and_say_who_may_use_a_type() -> None:
    old = 'edition = "2024"; export message M { reserved a, b; } local enum E { X = 0; }'
    assert one(diff(old, old.replace("a, b", "a")), "reserved-message-no-delete").text.endswith("name b of M")


@pytest.mark.parametrize(
    ("text", "line", "column", "what", "expected"),
    [
        ("syntax = proto3;", 1, 10, "'proto3' cannot stand here", '"proto3"'),
        ('syntax = "proto4";', 1, 10, "the syntax 'proto4' is not known", '"proto2" or "proto3"'),
        ('edition = "new";', 1, 11, "the edition 'new' is not known", 'an edition such as "2023"'),
        ("message M {\n  int32 a 1;\n}", 2, 11, "'1' cannot stand here", "'='"),
        ("message M {\n  int32 a = x;\n}", 2, 13, "'x' cannot stand here", "the number of the field"),
        ("message M {\n  int32 = 1;\n}", 2, 9, "'=' cannot stand here", "the name of the field"),
        ("message M { int32 a = 1 }", 1, 25, "'}' cannot stand here", "';'"),
        ("message M {\n int32 a = 1;", 2, 14, "the block that line 1 opens is never closed", "'}'"),
        ('option a = "x;\n', 1, 12, "a text that is never closed", "a closing quote"),
        ("/* never\nmessage M {}", 1, 1, "a comment that is never closed", "'*/'"),
        ("massage M {}", 1, 1, "'massage' cannot stand here", "syntax, edition, package, import"),
        ("service S { rpc A(B) return (C); }", 1, 22, "'return' cannot stand here", "'returns'"),
        ("enum E { A; }", 1, 11, "';' cannot stand here", "'='"),
        ("message M { int32 a = 1_0; }", 1, 23, "'1_0' cannot stand here", "the number of the field"),
        ("message M { int32 a = 099; }", 1, 23, "'099' cannot stand here", "the number of the field"),
        ("message M { int32 a = 99999999999999999999999; }", 1, 23, "the number is too large", "64 bits"),
        ("}", 1, 1, "'}' cannot stand here", "syntax, edition"),
        ("message M {} message M {}", 1, 14, "type 'M' is defined twice", "line 1 has the other"),
        (
            "message M { int32 a = 1; int32 a = 2; }",
            1,
            26,
            "field of M 'a' is defined twice",
            "one definition",
        ),
        (
            "message M { int32 a = 1; int32 b = 1; }",
            1,
            26,
            "number 1 of M is defined twice",
            "one definition",
        ),
        ("enum E { A = 0; A = 1; }", 1, 17, "value of E 'A' is defined twice", "one definition"),
        ("a\0b", 1, 1, "a zero byte", "text"),
    ],
)
def test_a_mistake_has_its_place_and_what_was_expected(
    text: str, line: int, column: int, what: str, expected: str
) -> None:
    found = diff(PROTO3, text)
    assert found.verdict is None
    fault = found.faults[0]
    assert (fault.path, fault.line, fault.column, fault.version) == ("shop.proto", line, column, "new")
    assert what in fault.what
    assert expected in fault.expected


def test_all_mistakes_are_told_and_the_rest_is_compared() -> None:
    old = PROTO3 + "message A { int32 a = 1; }\nmessage B { int32 b = 1; int32 c = 2; }"
    new = PROTO3 + "message A { int32 a 1; int32 = 2;\n string 3; }\nmessage B { int32 b = 1; }\nenum {"
    found = diff(old, new)
    assert [(fault.line, fault.column) for fault in found.faults][:3] == [(2, 21), (2, 30), (3, 9)]
    assert "field-no-delete" in {change.rule for change in found.changes}


def test_faults_of_the_old_version_say_so() -> None:
    assert {fault.version for fault in diff("message {", PROTO3).faults} == {"old"}


def test_a_file_is_recognised_by_its_name_and_that_it_is_text() -> None:
    protobuf = format_named("grpc")
    assert protobuf.name == "protobuf"
    assert protobuf.recognises("a/b.proto", b"whatever")
    assert not protobuf.recognises("a/b.proto", b"\x00\x01")
    assert not protobuf.recognises("a/b.txt", b'syntax = "proto3";')


def test_references_are_the_imported_files_that_exist() -> None:
    text = (
        'import "shop/b.proto"; import "google/protobuf/any.proto"; import "far/c.proto"; import "no.proto";'
    )
    files = in_memory(
        files_of({"api/shop/a.proto": text}),
        files_of({"api/shop/b.proto": "", "shop/b.proto": "", "vendor/x/far/c.proto": "", "far/d.proto": ""}),
    )
    found = format_named("protobuf").references("api/shop/a.proto", text.encode(), files)
    assert list(found) == ["api/shop/b.proto", "vendor/x/far/c.proto"]
