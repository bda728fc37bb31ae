"""How long a single example takes says nothing on a busy machine; cost is measured where it matters."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("without deadline", deadline=None)
settings.load_profile("without deadline")
