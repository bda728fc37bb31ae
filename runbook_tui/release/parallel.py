"""The same question to many repositories at once, with all their problems collected."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from runbook_tui.files.problems import Problem, ProblemsError

WORKERS = 4
"""Four give all there is to gain on two processors: they also hide how long a process takes to start."""

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


def ask_all(
    keys: Iterable[Key], question: Callable[[Key], Value], problems: list[Problem]
) -> dict[Key, Value]:
    """The answer for each key, in the order of the keys.

    A key whose question raises ProblemsError has no answer; its problems are added to ``problems``.
    """
    answers: dict[Key, Value] = {}
    with ThreadPoolExecutor(WORKERS, thread_name_prefix="repository") as pool:
        asked = [(key, pool.submit(question, key)) for key in keys]
        for key, future in asked:
            try:
                answers[key] = future.result()
            except ProblemsError as error:
                problems.extend(error.problems)
    return answers
