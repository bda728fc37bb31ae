"""The fingerprint of a runbook: what an approval approves and a record belongs to."""

from __future__ import annotations

import hashlib


def digest(data: bytes) -> str:
    """SHA-256 of the bytes of a file, as 64 hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()
