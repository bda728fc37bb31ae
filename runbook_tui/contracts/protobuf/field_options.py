"""Options and features of a field that change how texts are checked, or what generated code looks like."""

from __future__ import annotations

from collections.abc import Iterator

from runbook_tui.contracts.model import Direction
from runbook_tui.contracts.protobuf.comparison import GENERATED, NARROWS, WIDENS, Difference, Impact, Spot
from runbook_tui.contracts.protobuf.features import feature_option
from runbook_tui.contracts.protobuf.fields import ResolvedField
from runbook_tui.contracts.protobuf.tree import Message, Option

_LONG = frozenset({"int64", "uint64", "sint64", "fixed64", "sfixed64"})
_TEXTS = frozenset({"string", "bytes"})
_CTYPE = "ctype"
_JAVA_OPTION = "java_string_check_utf8"
_CPP_FEATURE = "features.(pb.cpp).string_type"
_JAVA_FEATURE = "features.(pb.java).utf8_validation"


def option_differences(
    before: ResolvedField, after: ResolvedField, directions: tuple[Direction, ...]
) -> Iterator[Difference]:
    """What differs in options between two fields with one number."""
    if before.kind in _LONG and after.kind in _LONG:
        yield from _jstype(before, after)
    if before.kind in _TEXTS and after.kind in _TEXTS:
        yield from _cpp_string_type(before, after)
    if before.kind == after.kind == "string":
        yield from _utf8(before, after, directions)
        yield from _java_utf8(before, after, directions)


def _option(field: ResolvedField, name: str) -> Option | None:
    return next((option for option in field.node.options if option.name == name), None)


def _jstype(before: ResolvedField, after: ResolvedField) -> Iterator[Difference]:
    was, now = _option(before, "jstype"), _option(after, "jstype")
    old, new = str(was.value) if was else "JS_NORMAL", str(now.value) if now else "JS_NORMAL"
    if old != new:
        text = f"changes the JavaScript type of {after.full} from {old} to {new}"
        yield _difference("field-same-jstype", before, after, text, now)


def _cpp_string_type(before: ResolvedField, after: ResolvedField) -> Iterator[Difference]:
    if isinstance(after.owner.node, Message) and after.owner.node.map_of:
        return  # keys and values of maps have none
    old, new = cpp_string_type(before), cpp_string_type(after)
    if old != new and (old, new) != ("STRING_PIECE", "STRING"):  # that one C++ reads as before
        text = f"changes the C++ type of {after.full} from {old} to {new}"
        chosen = _option(after, _CTYPE) or feature_option(after.node.options, _CPP_FEATURE)
        yield _difference("field-same-cpp-string-type", before, after, text, chosen)


def cpp_string_type(field: ResolvedField) -> str:
    """``STRING``, ``VIEW``, ``CORD``, or ``STRING_PIECE``, which only the older option has."""
    edition = field.owner.source.file.edition
    option = _option(field, _CTYPE)
    if option and (edition.startswith("proto") or edition < "2024"):
        return str(option.value)
    return field.features.cpp_string_type


def _utf8(
    before: ResolvedField, after: ResolvedField, directions: tuple[Direction, ...]
) -> Iterator[Difference]:
    old, new = before.features.utf8_validation, after.features.utf8_validation
    if old != new:
        text = f"changes whether {after.full} has to be UTF-8 from {old} to {new}"
        chosen = feature_option(after.node.options, "features.utf8_validation")
        yield _difference(
            "field-same-utf8-validation",
            before,
            after,
            text,
            chosen,
            impact=_stricter(new),
            directions=directions,
        )


def _java_utf8(
    before: ResolvedField, after: ResolvedField, directions: tuple[Direction, ...]
) -> Iterator[Difference]:
    old, new = java_utf8_validation(before), java_utf8_validation(after)
    if old != new:
        text = f"changes whether {after.full} has to be UTF-8 in Java from {old} to {new}"
        chosen = after.owner.source.options.get(_JAVA_OPTION) or feature_option(
            after.node.options, _JAVA_FEATURE
        )
        yield _difference(
            "field-same-java-utf8-validation",
            before,
            after,
            text,
            chosen,
            impact=_stricter(new),
            directions=directions,
        )


def java_utf8_validation(field: ResolvedField) -> str:
    """``VERIFY`` or ``NONE``, from the option of the file or the features of an edition."""
    source = field.owner.source
    option = source.options.get(_JAVA_OPTION)
    if option or source.file.edition.startswith("proto"):
        checked = option is not None and option.value == "true"
    else:
        checked = field.features.java_utf8_validation == "VERIFY"
    return "VERIFY" if checked else field.features.utf8_validation


def _stricter(new: str) -> Impact:
    """A reader that checks refuses messages that were legal before."""
    return NARROWS if new == "VERIFY" else WIDENS


def _difference(
    rule: str,
    before: ResolvedField,
    after: ResolvedField,
    text: str,
    chosen: Option | None,
    *,
    impact: Impact = GENERATED,
    directions: tuple[Direction, ...] = (Direction.REQUEST,),
) -> Difference:
    spot = Spot(after.owner.source, chosen.at if chosen else after.node.at, before.owner.source)
    return Difference(rule, after.full, spot, text, impact, before.names, directions)
