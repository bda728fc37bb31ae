"""Who is paged, as a manifest writes it: ``<system>:<id or url>``."""

from __future__ import annotations

import re

_PAGERDUTY = re.compile(
    r"(?:https?://)?[\w.-]*pagerduty\.com/(?:service-directory|services)/([\w-]+)/?(?:\?.*)?"
)
_OPSGENIE = re.compile(r"(?:https?://)?[\w.-]*opsgenies?\.com/service/([\w-]+)/?(?:\?.*)?")


def pager(system: str, text: str) -> str:
    """A pager; the id alone where the URL of a service holds one."""
    value = " ".join(text.split())
    match = {"pagerduty": _PAGERDUTY, "opsgenie": _OPSGENIE}.get(system, _PAGERDUTY).fullmatch(value)
    return f"{system}:{match[1] if match else value}"
