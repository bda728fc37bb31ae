"""The entry point: find the command, load only what it needs, turn errors into exit statuses.

Exit statuses, the same for all commands:

    0   done
    1   the answer is no: a step failed, a check found errors, no order exists
    2   bad input, with its place; nothing was written
    3   a person is needed, or nobody can know what happened
    70  a bug in this program
    74  the record cannot be written
    75  somebody else holds the record
    130 interrupted
"""

from __future__ import annotations

import sys

from runbook_tui import __version__

COMMANDS = {
    "plan": "derive a runbook from a manifest, git and pending migrations",
    "open": "author a runbook in the app",
    "run": "execute a runbook step by step, or go on where it stopped",
    "explain": "say why a step is where it is, and what if it is skipped",
    "check": "find what is missing or wrong in a runbook",
    "export": "render a runbook as Markdown, or with your own template",
    "answer": "answer what the planner could not know",
    "record": "show or verify the record of a run",
    "schema": "print the JSON Schema of a file format",
    "demo": "build the example release of eight services and open it",
}
"""Command name to its one line of help. Its module is ``runbook_tui.cli.<name>``."""


def entry() -> int:
    """Run the command line of this process.

    Returns:
        The exit status, see the module's docstring.
    """
    return main(sys.argv[1:])


def main(arguments: list[str]) -> int:
    """Run one command.

    Args:
        arguments: as after the program's name: ``["plan", "services.yaml"]``.
    """
    if not arguments or arguments[0] in {"-h", "--help", "help"}:
        print(_help())
        return 0
    if arguments[0] in {"-V", "--version"}:
        print(f"runbook-tui {__version__}")
        return 0
    name, *rest = arguments
    if name not in COMMANDS:
        return _unknown(name)
    try:
        return _run(name, rest)
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:
        sys.stdout = None  # nobody reads: no second error at exit
        return 0
    except Exception as error:
        return _failed(error)


def _run(name: str, rest: list[str]) -> int:
    from argparse import ArgumentParser
    from importlib import import_module

    command = import_module(f"runbook_tui.cli.{name}")
    parser = ArgumentParser(prog=f"runbook {name}", description=(command.__doc__ or name).splitlines()[0])
    command.add_arguments(parser)
    status = command.run(parser.parse_args(rest))
    return int(status)


def _failed(error: Exception) -> int:
    from runbook_tui.files.problems import RunbookError

    if isinstance(error, RunbookError):
        from runbook_tui.text.terminal import block

        print(block(str(error)), file=sys.stderr)
        return error.exit_status
    import traceback

    traceback.print_exception(error)
    print(
        f"\nThis is a bug in runbook-tui {__version__}; nothing of yours is wrong. "
        "Please report it with the lines above and the command that you ran.",
        file=sys.stderr,
    )
    return 70


def _unknown(name: str) -> int:
    from difflib import get_close_matches

    from runbook_tui.text.terminal import plain

    close = get_close_matches(name, COMMANDS, n=1)
    hint = f"; did you mean {close[0]}?" if close else "; see runbook --help"
    print(f"runbook: there is no command {plain(name)!r}{hint}", file=sys.stderr)
    return 2


def _help() -> str:
    lines = [
        "usage: runbook COMMAND ...",
        "",
        "Derive, explain, author and execute release runbooks.",
        "",
        *(f"  {name:<9} {text}" for name, text in COMMANDS.items()),
        "",
        "runbook COMMAND --help tells more. To see it work: runbook demo",
    ]
    return "\n".join(lines)
