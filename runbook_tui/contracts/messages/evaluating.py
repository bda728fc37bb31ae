"""Whether a schema allows a value: yes, no, or unknown."""

from __future__ import annotations

from runbook_tui.contracts.messages.model import Answer, Assertion, Schema, every
from runbook_tui.contracts.messages.values import kind_of

MAX_STEPS = 20_000


class Evaluator:
    """Answers for one value after another; gives up on what takes too long, for good."""

    def __init__(self) -> None:
        self._open: set[tuple[int, int]] = set()
        self._steps = 0

    def allows(self, schema: Schema, value: object) -> Answer:
        """Whether a value fits a schema."""
        key = (id(schema), id(value))
        if key in self._open:
            return True  # a schema that only refers to itself says nothing
        self._open.add(key)
        try:
            return every(self.holds(assertion, value) for assertion in schema.assertions)
        finally:
            self._open.remove(key)

    def holds(self, assertion: Assertion, value: object) -> Answer:
        """Whether an assertion holds for a value, of whatever type."""
        self._steps += 1
        if self._steps > MAX_STEPS:
            return None
        if assertion.kind is not None and assertion.kind != kind_of(value):
            return True
        return assertion.holds(value, self.allows)
