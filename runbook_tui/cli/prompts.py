"""Questions on a terminal: numbered choices and lines of text, never y/n."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from runbook_tui.cli.output import say, styled

_INDENT = "      "


def choose(choices: Sequence[str]) -> str:
    """The choice whose number was typed; asks until it is one of them."""
    for number, choice in enumerate(choices, 1):
        say(f"{_INDENT}{number}. {choice}")
    while True:
        typed = ask(f"{_INDENT}number: ")
        if typed.isdigit() and 1 <= int(typed) <= len(choices):
            return choices[int(typed) - 1]
        say(f"{_INDENT}a number from 1 to {len(choices)} is needed")


def reason(prompt: str = "reason: ") -> str:
    """A line of text that is not empty."""
    while True:
        typed = ask(f"{_INDENT}{prompt}")
        if typed:
            return typed


def ask(prompt: str) -> str:
    """One typed line without the blanks around it.

    Raises:
        KeyboardInterrupt: the input ended.
    """
    print(styled(prompt, "cyan"), end="", flush=True)
    line = sys.stdin.readline()
    if not line:
        raise KeyboardInterrupt
    return line.strip()
