"""Formats: each stands for a sample of its own, so that what is within what can be told without knowing any grammar."""

from __future__ import annotations

_SAMPLES = {
    "date-time": "2026-11-24T09:30:00Z", "date": "2026-11-24", "time": "09:30:00Z", "duration": "P1D",
    "email": "a@example.org", "idn-email": "ä@example.org", "hostname": "example.org", "idn-hostname": "ä.example.org",
    "ipv4": "192.0.2.1", "ipv6": "2001:db8::1", "uri": "https://example.org/", "uri-reference": "../a",
    "iri": "https://ä.example.org/", "iri-reference": "../ä", "uuid": "2eb8aa08-aa98-11ea-b4aa-73b441d16380",
    "json-pointer": "/a", "relative-json-pointer": "1/a", "regex": "^a$", "uri-template": "/{a}",
}  # fmt: skip
_WITHIN = {
    "uri": ("uri-reference", "iri", "iri-reference"), "uri-reference": ("iri-reference",), "iri": ("iri-reference",),
    "email": ("idn-email",), "hostname": ("idn-hostname",),
}  # fmt: skip
"""Formats whose every text is one of other formats as well."""
NUMBERS = {
    "int8": (-(2**7), 2**7 - 1), "int16": (-(2**15), 2**15 - 1), "int32": (-(2**31), 2**31 - 1),
    "int64": (-(2**63), 2**63 - 1), "uint8": (0, 2**8 - 1), "uint16": (0, 2**16 - 1), "uint32": (0, 2**32 - 1),
    "uint64": (0, 2**64 - 1),
}  # fmt: skip
"""Formats of numbers: the smallest and the largest (https://spec.openapis.org/registry/format/)."""
_NONE = "¬"
"""Texts of this character alone are of no format."""


def sample(name: str) -> str:
    """A text that stands for all of a format."""
    return _SAMPLES.get(name, f"<{name}>")


def without_format(length: int) -> str:
    """A text that is of no format."""
    return _NONE * length


def is_a(text: str, name: str) -> bool | None:
    """Whether a text is of a format; known of samples, and of texts without one."""
    if text and not text.strip(_NONE):
        return False
    for each in {*_SAMPLES, name, text[1:-1]}:
        if text == sample(each):
            return each == name or name in _WITHIN.get(each, ())
    return None
