"""Notes the changes of a Rails migration, each as certain as the place where it stands, and what undoes them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from runbook_tui.migrations.changes import Change
from runbook_tui.migrations.ruby.guards import fits
from runbook_tui.migrations.ruby.loading import ClassReader
from runbook_tui.migrations.ruby.place import Place
from runbook_tui.migrations.ruby.reversing import goes_backwards
from runbook_tui.migrations.ruby.values import Call, Exists
from runbook_tui.migrations.syntax import line_of

if TYPE_CHECKING:
    from tree_sitter import Node


class Recorder(ClassReader):
    """Notes every change while it follows ``change`` or ``up``."""

    def __init__(self, root: Node, place: Place) -> None:
        super().__init__(root)
        self.changes: list[Change] = []
        self.place = place
        self.backwards = True
        """Whether every change so far can be turned round."""
        self.undone = False
        """Some change has an opposite."""
        self._recording = False

    def begin(self, method: str) -> None:
        """Follow ``change`` or ``up``."""
        self._recording = method == "change"
        node = self.methods[method]
        self.follow(method, Call(None, method, (), {}, line_of(node)))
        if self._recording and self.changes and not self.undone:
            self.backwards = False

    def note(self, change: Change) -> None:
        """One more change, as certain as the place where it stands."""
        for guard in self.doubts:
            if isinstance(guard, Exists) and fits(guard, change):
                change = replace(change, if_exists=True)
            else:
                change = replace(change, conditional=True)
        self.changes.append(change)

    def opaque(self, line: int, what: str) -> None:
        """Something that only running it would tell."""
        self.note(Change("opaque", line, detail=what))
        if self._recording:
            self.backwards = False

    def noted(self, call: Call, changes: list[Change]) -> None:
        """The changes of one call; ``change`` records none but those of the migration itself."""
        for change in changes:
            self.note(change)
        if not self._recording or not changes:
            return
        if call.receiver is None and goes_backwards(call):
            self.undone = True
        elif not all(change.kind in ("setting", "query", "comment") for change in changes):
            self.backwards = False

    @contextmanager
    def upwards(self) -> Iterator[None]:
        """What is only run upwards; the author says elsewhere, or needs not say, how it is undone."""
        recording, self._recording = self._recording, False
        try:
            yield
        finally:
            self._recording = recording
