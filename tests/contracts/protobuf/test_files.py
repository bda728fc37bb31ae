"""Files, packages, options, imports, and definitions that move."""

from __future__ import annotations

import pytest

from runbook_tui.contracts.compare import compare
from runbook_tui.contracts.files import in_memory
from runbook_tui.contracts.model import Direction, Effect
from tests.contracts.protobuf.protos import (
    EDITION,
    PROTO2,
    PROTO3,
    changes,
    diff,
    message,
    one,
    response,
    rules,
    verdict,
)

WHOLE = PROTO3 + "message Ask {} message Answer {} service Shop { rpc Buy(Ask) returns (Answer); }"


def test_a_contract_that_is_new_needs_its_provider_and_one_that_is_gone_its_consumers_first() -> None:
    assert verdict(None, WHOLE) == "provider-first"
    assert verdict(WHOLE, None) == "consumer-first"
    assert verdict(None, message("")) == "either"
    gone = diff(message(""), None)
    assert gone.verdict == "consumer-first"
    assert rules(gone) == {"file-no-delete", "package-no-delete"}
    assert one(diff(WHOLE, None), "file-no-delete").names[:3] == ("Shop", "Buy", "buy")


def test_a_definition_that_nothing_uses_leaves_after_its_consumers() -> None:
    old = message("") + "message Other {} enum Kind { ZERO = 0; } message Used {} message By { Used u = 1; }"
    for name, gone in (("message Other {}", "message"), ("enum Kind { ZERO = 0; }", "enum")):
        found = diff(old, old.replace(name, ""))
        assert found.verdict == "consumer-first"
        change = one(found, f"{gone}-no-delete")
        assert (change.direction, change.line) == (Direction.REQUEST, 0)
        assert one(found, f"package-{gone}-no-delete").effect is None


def test_the_type_of_a_field_that_is_gone_demands_nothing_besides_the_field() -> None:
    old = response("Part p = 1; string q = 2;") + "message Part {}"
    found = diff(old, response("string q = 2;"))
    assert found.verdict == "consumer-first"
    assert one(found, "message-no-delete").effect is None


def test_what_is_inside_of_something_gone_is_told_at_what_is_left_around_it() -> None:
    old = PROTO3 + "message A {\n message B {\n message C { enum D { ZERO = 0; } }\n}\n}"
    found = diff(old, PROTO3 + "\nmessage A {\n message B {\n}\n}")
    assert (one(found, "message-no-delete").pointer, one(found, "message-no-delete").line) == (
        "shop.A.B.C",
        4,
    )
    assert (one(found, "enum-no-delete").effect, one(found, "enum-no-delete").line) == (None, 4)


def test_a_definition_may_move_to_another_file() -> None:
    part = "message Part { int32 a = 1; }"
    old = {"a.proto": PROTO3 + f"message Event {{ Part p = 1; }} {part}", "b.proto": PROTO3}
    new = {"a.proto": PROTO3 + "message Event { Part p = 1; }", "b.proto": PROTO3 + part}
    found = diff(old, new)
    assert rules(found) == {"message-no-delete"}
    assert found.verdict == "provider-first"
    assert one(found, "message-no-delete").text == "moves message shop.Part from a.proto"
    new["b.proto"] = PROTO3 + "message Part {}"
    change = one(diff(old, new), "field-no-delete")
    assert (change.path, change.effect) == ("b.proto", Effect.WIDENS)


def test_a_file_may_be_renamed() -> None:
    found = diff({"a.proto": WHOLE}, {"b.proto": WHOLE})
    assert rules(found) == {"file-no-delete"}
    assert found.verdict == "provider-first"


def test_a_package_that_changes_gives_every_method_another_path() -> None:
    assert diff(WHOLE, WHOLE.replace("shop;", "store;")).verdict == "split"
    found = diff(WHOLE, WHOLE.replace("shop;", "store;"))
    assert {"file-same-package", "package-no-delete"} <= rules(found)


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("", 'option java_package = "a";', "file-same-java-package"),
        ('option go_package = "a";', 'option go_package = "b";', "file-same-go-package"),
        ("option java_multiple_files = true;", "", "file-same-java-multiple-files"),
        ("", "option optimize_for = CODE_SIZE;", "file-same-optimize-for"),
        ("", "option cc_enable_arenas = false;", "file-same-cc-enable-arenas"),
    ],
)
def test_an_option_of_generated_code_changes_builds_only(old: str, new: str, rule: str) -> None:
    found = diff(message("") + old, message("") + new)
    assert rules(found) == {rule}
    assert found.verdict == "provider-first"


@pytest.mark.parametrize(
    "option",
    [
        "option optimize_for = SPEED;",
        'option java_package = "";',
        "option deprecated = true;",
        "option (x) = 1;",
    ],
)
def test_an_option_that_says_the_default_or_nothing_of_code_changes_nothing(option: str) -> None:
    assert verdict(message(""), message("") + option) == "compatible"


def test_what_only_builds_notice_orders_nothing_beside_what_messages_notice() -> None:
    old, new = response("int32 a = 1;"), response("") + 'option java_package = "a";'
    found = diff(old, new)
    assert found.verdict == "consumer-first"
    assert one(found, "file-same-java-package").effect is None


def test_another_syntax_is_told_with_what_it_changes() -> None:
    fields = "optional string a = 1; enum Kind { ZERO = 0; } "
    found = diff(message(fields, PROTO2), message(fields, PROTO3))
    assert rules(found) == {"file-same-syntax", "enum-same-type", "field-same-utf8-validation",
                            "field-same-java-utf8-validation"}  # fmt: skip
    equal = "option features.utf8_validation = NONE; option features.enum_type = CLOSED;"
    equal += " option features.json_format = LEGACY_BEST_EFFORT;"
    found = diff(message(fields, PROTO2), message(fields.replace("optional ", ""), EDITION) + equal)
    assert rules(found) == {"file-same-syntax"}
    newer = message("", EDITION).replace("2023", "2024")
    assert rules(diff(message("", EDITION), newer)) == {"file-same-edition"}


@pytest.mark.parametrize(
    ("old", "new", "rule", "effect"),
    [
        ("features.field_presence = IMPLICIT", "features.field_presence = EXPLICIT",
         "field-same-cardinality", "narrows"),
        ("features.field_presence = LEGACY_REQUIRED", "features.field_presence = EXPLICIT",
         "message-same-required-fields", "widens"),
        ("features.utf8_validation = NONE", "features.utf8_validation = VERIFY",
         "field-same-utf8-validation", "narrows"),
        ("features = { utf8_validation: VERIFY }", "features = { utf8_validation: NONE }",
         "field-same-utf8-validation", "widens"),
        ("features.(pb.cpp).string_type = CORD", "features = { [pb.cpp] { string_type: VIEW } }",
         "field-same-cpp-string-type", "narrows"),
        ("features.(pb.java).utf8_validation = VERIFY, features.utf8_validation = NONE",
         "features.(pb.java).utf8_validation = DEFAULT, features.utf8_validation = NONE",
         "field-same-java-utf8-validation", "widens"),
    ],
)  # fmt: skip
def test_a_feature_of_a_field(old: str, new: str, rule: str, effect: str) -> None:
    before, after = (message(f"string a = 1 [{option}];", EDITION) for option in (old, new))
    assert one(diff(before, after), rule).effect == effect


def test_features_are_inherited() -> None:
    wide = EDITION + "option features.message_encoding = DELIMITED; message Event { message P {} P p = 1; }"
    narrow = EDITION + "message Event { message P {} P p = 1 [features.message_encoding = DELIMITED]; }"
    assert diff(wide, narrow).verdict == "compatible"
    assert (
        one(diff(wide, EDITION + "message Event { message P {} P p = 1; }"), "field-same-type").effect
        == "neither"
    )
    format_ = "option features.json_format = LEGACY_BEST_EFFORT;"
    assert (
        one(diff(message("", EDITION), message("", EDITION) + format_), "message-same-json-format").effect
        == "narrows"
    )


def test_imported_files_give_types_and_are_compared_as_far_as_they_are_used() -> None:
    text = PROTO3 + 'import "common/money.proto"; message Event { Money m = 1; }'
    money = PROTO3 + "message Money { int64 units = 1; string code = 2; } message Not { int32 a = 1; }"
    less = PROTO3 + "message Money { int64 units = 1; }"
    old, new = (
        in_memory({"api/shop.proto": text.encode()}, {"api/common/money.proto": other.encode()})
        for other in (money, less)
    )
    found = compare(old, new, "protobuf")
    assert found.verdict == "consumer-first"
    change = one(found, "field-no-delete")
    assert (change.pointer, change.path) == ("shop.Money.code", "api/common/money.proto")
    assert {each.pointer for each in changes(found)} == {"shop.Money.code"}


def test_missing_imports_are_no_fault() -> None:
    head = PROTO3 + 'import "google/protobuf/timestamp.proto"; import "gone/away.proto";'
    old = head + "message Event { google.protobuf.Timestamp at = 1; gone.Away away = 2; }"
    assert diff(old, old + "// more").verdict == "compatible"
    found = diff(old, old.replace("Timestamp at", "Duration at"))
    assert one(found, "field-same-type").effect is Effect.NEITHER
    found = diff(old, old.replace("google.protobuf.Timestamp at", "string at"))
    assert one(found, "field-same-cardinality").pointer == "shop.Event.at"
    known = {"gone/away.proto": 'syntax = "proto3"; package gone; message Away {}'}
    assert diff(old, old, known).verdict == "compatible"


def test_a_mistake_in_an_imported_file_is_told() -> None:
    text = PROTO3 + 'import "b.proto"; message Event { B b = 1; }'
    found = diff(text, text, {"b.proto": "message {"})
    assert {(fault.path, fault.version) for fault in found.faults} == {("b.proto", "old"), ("b.proto", "new")}
