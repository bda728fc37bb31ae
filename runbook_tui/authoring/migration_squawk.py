"""squawk's second opinion, where somebody asks for it: on the migrations of PostgreSQL that are files of SQL."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from runbook_tui.migrations.engine import Engine, engine_family
from runbook_tui.migrations.inspection import Inspected
from runbook_tui.migrations.squawk import find_squawk, second_opinion

Read = Callable[[Sequence[str]], dict[str, bytes]]
"""What the files at paths hold."""
_INSTALL = "squawk is not installed, so its opinion is missing: pip install 'runbook-tui[postgres]'"


class Squawk:
    """Asks squawk about one folder after the other, and says once why it does not answer.

    Args:
        tell: is called with what is in its way.
    """

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._program = find_squawk()
        if self._program is None:
            tell(_INSTALL)

    def heard(self, inspected: Inspected, read: Read) -> Inspected:
        """A folder with squawk's findings among its own; as it was where squawk has nothing to say.

        Raises:
            RepositoryError: when git cannot read them.
        """
        family = engine_family(inspected.engine) if inspected.engine else Engine.POSTGRES
        paths = {item.path for item in inspected.found.pending if item.path.endswith(".sql")}
        if self._program is None or family is not Engine.POSTGRES or not paths:
            return inspected
        migrations, why = second_opinion(
            inspected.found.pending, read(sorted(paths)), engine="postgres", program=self._program
        )
        if why:
            self._tell(f"{inspected.folder}: {why}")
        return replace(inspected, found=replace(inspected.found, pending=migrations))
