"""Whether a schema allows a value: yes, no, or unknown."""

from __future__ import annotations

from runbook_tui.contracts.messages.model import Answer, Assertion, Schema, every
from runbook_tui.contracts.messages.values import kind_of

MAX_STEPS = 20_000


class _TooLongError(Exception):
    pass


class Evaluator:
    """Answers for one value after another, as long as it all does not take too long."""

    def __init__(self) -> None:
        self._answers: dict[tuple[Schema, int], Answer] = {}
        self._values: list[object] = []
        self._steps = 0

    def allows(self, schema: Schema, value: object) -> Answer:
        """Whether a value fits a schema."""
        self._values.append(value)  # so that no other value gets the same id
        try:
            return self._allows(schema, value)
        except (_TooLongError, RecursionError):
            return None

    def holds(self, assertion: Assertion, value: object) -> Answer:
        """Whether an assertion holds for a value, of whatever type."""
        self._values.append(value)
        try:
            return self._holds(assertion, value)
        except (_TooLongError, RecursionError):
            return None

    def _allows(self, schema: Schema, value: object) -> Answer:
        key = (schema, id(value))
        if key not in self._answers:
            self._answers[key] = True  # a schema that only refers to itself says nothing
            self._answers[key] = every(self._holds(assertion, value) for assertion in schema.assertions)
        return self._answers[key]

    def _holds(self, assertion: Assertion, value: object) -> Answer:
        self._steps += 1
        if self._steps > MAX_STEPS:
            raise _TooLongError
        if assertion.kind is not None and assertion.kind != kind_of(value):
            return True
        return assertion.holds(value, self._allows)
