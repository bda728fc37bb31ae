"""The entry point: find the command, load only what it needs, turn errors into exit statuses.

Exit statuses, the same for all commands:

    0   done
    1   the answer is no: a step failed, a check found errors, no order exists
    2   bad input, with its place; nothing was written
    3   a person is needed, or nobody can know what happened
    70  a bug in this program
    74  the record, or the output, cannot be written
    75  somebody else holds the record
    129 the terminal went away while a run went on (SIGHUP); its commands go on
    130 interrupted
    141 nobody reads the output any more
    143 ended by SIGTERM while a run went on; its commands go on
"""

from __future__ import annotations

import errno
import os
import sys
from io import TextIOWrapper
from typing import TYPE_CHECKING

from runbook_tui import __version__

if TYPE_CHECKING:
    from runbook_tui.files.problems import RunbookError

COMMANDS = {
    "init": "find services, data stores and contracts, and write a manifest",
    "migrations": "say what migrations do, when they may run, and what is wrong with them",
    "contracts": "say what changed in a contract, and who has to be deployed first",
    "catalog": "read the services and edges of a catalog, and report its defects",
    "applied": "ask live databases whether they are where 'deployed' says",
    "plan": "derive a runbook from a manifest, git and pending migrations",
    "open": "author a runbook in the app",
    "run": "execute a runbook step by step, or go on where it stopped",
    "approve": "print or sign the approval of a step of a run, for a second person",
    "explain": "say why a step is where it is, and what if it is skipped",
    "check": "find what is missing or wrong in a runbook",
    "export": "render a runbook as Markdown, or with your own template",
    "answer": "answer what the planner could not know",
    "record": "show, verify, repair, watch, sign, redact, export or compare records",
    "verify": "say which layers of evidence of a record hold",
    "schema": "print the JSON Schema of a file format",
    "demo": "build the example release of eight services and open it",
}
"""Command name to its one line of help. Its module is ``runbook_tui.cli.<name>``."""


def entry() -> int:
    """Run the command line of this process.

    Returns:
        The exit status, see the module's docstring.
    """
    _open_what_is_closed()
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # not every terminal can show an arrow
    return main(sys.argv[1:])


def _open_what_is_closed() -> None:
    """Some supervisors start programs without the standard streams; the next file would get their numbers."""
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # gets the lowest number that is free: this one
        if getattr(sys, name) is None:
            setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115


def main(arguments: list[str]) -> int:
    """Run one command.

    Args:
        arguments: as after the program's name: ``["plan", "services.yaml"]``.
    """
    try:
        status = _main(arguments)
        sys.stdout.flush()
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:
        drop_output()
        return 141
    except OSError as error:
        return _unwritten(error) if _is_of_output(error) else _failed(error)
    except Exception as error:
        return _failed(error)
    return status


def _main(arguments: list[str]) -> int:
    if not arguments or arguments[0] in {"-h", "--help", "help"}:
        print(_help())
        return 0
    if arguments[0] in {"-V", "--version"}:
        print(f"runbook-tui {__version__}")
        return 0
    name, *rest = arguments
    return _run(name, rest) if name in COMMANDS else _unknown(name)


def _run(name: str, rest: list[str]) -> int:
    from importlib import import_module

    from runbook_tui.cli.parser import Parser

    command = import_module(f"runbook_tui.cli.{name}")
    parser = Parser(prog=f"runbook {name}", description=(command.__doc__ or name).splitlines()[0])
    command.add_arguments(parser)
    status = command.run(parser.parse_args(rest))
    return int(status)


def _failed(error: Exception) -> int:
    from runbook_tui.files.problems import RunbookError
    from runbook_tui.text.terminal import block

    if not isinstance(error, RunbookError):
        return _bug(error)
    try:
        _show_record(error)
        print(block(str(error)), file=sys.stderr)
    except OSError:  # nobody reads it, or it has no place either; the status tells
        drop_output()
    return error.exit_status


def _show_record(error: RunbookError) -> None:
    """Print the record that no file system took: it is nowhere else."""
    from runbook_tui.execution.errors import RecordFailed

    if isinstance(error, RecordFailed) and error.spilled is None and error.text:
        print(error.text, end="" if error.text.endswith("\n") else "\n", flush=True)


def _is_of_output(error: OSError) -> bool:
    """Whether it was standard output that could not be written; what concerns a file names it."""
    return error.filename is None and error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EIO}


def _unwritten(error: OSError) -> int:
    drop_output()
    print(f"the output cannot be written ({error.strerror}); make room, and run it again", file=sys.stderr)
    return 74


def drop_output() -> None:
    """What could not be written is not tried again when Python ends, which would complain and change the status."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            nothing = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nothing, stream.fileno())
            os.close(nothing)


def _bug(error: Exception) -> int:
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
        *(f"  {name:<10} {text}" for name, text in COMMANDS.items()),
        "",
        "runbook COMMAND --help tells more. To see it work: runbook demo",
    ]
    return "\n".join(lines)
