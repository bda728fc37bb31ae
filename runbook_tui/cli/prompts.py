"""Questions on a terminal: numbered choices and lines of text, never y/n."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from runbook_tui.cli.output import say, styled

INDENT = "      "


class InputEnded(KeyboardInterrupt):
    """The input ended: ctrl+d, or nobody is there any more."""


def choose(choices: Sequence[str]) -> str:
    """The choice whose number was typed; asks until it is one of them."""
    for number, choice in enumerate(choices, 1):
        say(f"{INDENT}{number}. {choice}")
    while True:
        typed = ask(f"{INDENT}number: ")
        if typed.isdecimal() and typed.isascii() and 1 <= int(typed[:9]) <= len(choices):
            return choices[int(typed) - 1]
        say(f"{INDENT}a number from 1 to {len(choices)} is needed")


def reason(prompt: str = "reason: ") -> str:
    """A line of text that is not empty."""
    while True:
        typed = ask(f"{INDENT}{prompt}")
        if typed:
            return typed


def paste(prompt: str, most: int) -> str:
    """Several typed or pasted lines, up to one with a single dot or the end of the input.

    Args:
        prompt: what is asked for.
        most: characters; further ones are not kept, and that is told.
    """
    say(f"{INDENT}{prompt}; end with a line that has a single dot")
    lines: list[str] = []
    left = most
    while True:
        sys.stdout.flush()
        line = sys.stdin.readline()
        if not line or line.rstrip("\r\n") == ".":
            break
        lines.append(line[: max(0, left)])
        left -= len(line)
    if left < 0:
        say(f"{INDENT}{-left} characters more than {most} were not kept", "yellow")
    return "".join(lines)


def ask(prompt: str) -> str:
    """One typed line without the blanks around it.

    Raises:
        InputEnded: the input ended.
    """
    print(styled(prompt, "cyan"), end="", flush=True)
    line = sys.stdin.readline()
    if not line:
        raise InputEnded
    return line.strip()
