"""The rules by which two versions are told apart: those of buf under their names in lower case, and the additions.

Source: bufbuild/buf:private/bufpkg/bufcheck/bufcheckserver (what each rule means, and its category).
"""

from __future__ import annotations

from enum import StrEnum

from runbook_tui.contracts.model import Action, Effect, Kind


class Layer(StrEnum):
    """Who notices a change."""

    WIRE = "wire"
    """Everybody: binary messages and calls."""
    JSON = "json"
    """Those who read and write messages as JSON."""
    SOURCE = "source"
    """Those who build against the definitions: running processes understand each other."""
    FILES = "files"
    """Those who import a definition by the path of its file."""


_TYPE_RULES = ("field-same-type", "field-wire-json-compatible-type", "field-wire-compatible-type")
_CARDINALITY_RULES = (
    "field-same-cardinality",
    "field-wire-json-compatible-cardinality",
    "field-wire-compatible-cardinality",
)

ALSO_EXCEPTED: dict[str, tuple[str, ...]] = {
    "field-no-delete": ("field-no-delete-unless-name-reserved", "field-no-delete-unless-number-reserved"),
    "enum-value-no-delete": (
        "enum-value-no-delete-unless-name-reserved",
        "enum-value-no-delete-unless-number-reserved",
    ),
    "field-same-ctype": ("field-same-cpp-string-type",),
    "field-same-label": _CARDINALITY_RULES,
    "file-same-java-string-check-utf8": ("field-same-java-utf8-validation",),
    **dict.fromkeys(_TYPE_RULES, _TYPE_RULES),
    **dict.fromkeys(_CARDINALITY_RULES, _CARDINALITY_RULES),
    **{
        f"{kind}-no-delete": (f"package-{kind}-no-delete",)
        for kind in ("enum", "extension", "message", "service")
    },
    **{
        f"package-{kind}-no-delete": (f"{kind}-no-delete",)
        for kind in ("enum", "extension", "message", "service")
    },
}
"""Rules that tell the same fact more strictly or less: who does not mind the one does not mind the other. Also the
names that buf has given up, with those that it uses instead."""

_KINDS = (
    (("enum-value-",), Kind.VALUES),
    (("-no-delete", "-add"), Kind.EXISTENCE),
    (("-required-fields", "-cardinality"), Kind.REQUIREDNESS),
    (("-default",), Kind.VALUES),
    (
        ("-same-type", "-compatible-type", "-request-type", "-response-type", "-jstype", "-string-type"),
        Kind.TYPE,
    ),
    (("-utf8-validation", "-json-format"), Kind.CONSTRAINTS),
)


def kind_of(rule: str) -> Kind:
    """What about a contract a rule looks at."""
    if rule.startswith(("reserved-", "extension-message-")):
        return Kind.CONSTRAINTS
    return next((kind for parts, kind in _KINDS if any(part in rule for part in parts)), Kind.STRUCTURE)


def action_of(rule: str, effect: Effect | None) -> Action:
    """How it changes."""
    if rule.endswith("-add"):
        return Action.ADD
    if "-no-delete" in rule:
        return Action.REMOVE
    if effect is Effect.WIDENS:
        return Action.GENERALIZE
    return Action.SPECIALIZE if effect is Effect.NARROWS else Action.CHANGE
