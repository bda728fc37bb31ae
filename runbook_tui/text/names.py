"""Names for files and ids made from text that anybody may have written."""

from __future__ import annotations

import hashlib
import re
import unicodedata

_LONGEST = 80
_FORBIDDEN = re.compile(r"[^a-z0-9._-]+")


def slug(text: str) -> str:
    """A name of 1 to 80 characters out of ``a-z 0-9 . _ -``, beginning with a letter or digit.

    Accents are dropped and everything else becomes a dash. Where letters have no ASCII form, nothing would be left or
    the text is too long, a digest of the whole text keeps different texts apart. The result is its own slug.
    """
    decomposed = unicodedata.normalize("NFKD", text)
    unwritable = any(character.isalnum() and not character.isascii() for character in decomposed)
    name = _FORBIDDEN.sub("-", decomposed.encode("ascii", "ignore").decode("ascii").lower())
    name = re.sub(r"-{2,}", "-", name).strip("-._")
    if name and len(name) <= _LONGEST and not unwritable:
        return name
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    kept = name[: _LONGEST - len(digest) - 1].rstrip("-._")
    return f"{kept}-{digest}" if kept else digest
