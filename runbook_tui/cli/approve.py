"""Print or sign the approval of a step of a run, for a second person on their own login.

Without ``--key`` the statement is printed, and the command that signs it. With it, the signature is printed or written,
to be given to whoever executes the run. Nothing is written into the record: whoever executes it takes the signature
in, and it is checked then against the keys that the runbook allows.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from runbook_tui.cli.output import narrate
from runbook_tui.cli.parser import file_path

if TYPE_CHECKING:
    from runbook_tui.execution.runs import RunView
    from runbook_tui.runbook.model import Step


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what ``runbook approve`` takes."""
    parser.add_argument(
        "run", type=Path, help="folder of the run, such as checkout.runs/2026-11-24-production"
    )
    parser.add_argument("step", help="id of the step that asks for an approval")
    parser.add_argument("--as", dest="name", metavar="NAME", required=True, help="who approves")
    parser.add_argument(
        "--key", type=Path, metavar="KEY", help="SSH key to sign with; prints only if left out"
    )
    parser.add_argument(
        "-o", "--output", type=file_path, metavar="FILE", help="write here; printed when left out"
    )


def run(args: Namespace) -> int:
    """Print the statement, or the signature over it."""
    from runbook_tui.execution.approvals import statement
    from runbook_tui.execution.runs import read_run
    from runbook_tui.execution.signing import sign

    view = read_run(args.run)
    step = _asking(view, args.step)
    _refuse_own(view, step, args.name)
    text = statement(view.state, step, args.name)
    _tell(view, step)
    if args.key is None:
        _put(text, args.output)
        shown = f"{args.output}" if args.output is not None else "< THIS > SIGNATURE"
        narrate(f"Sign it: ssh-keygen -Y sign -n runbook -f KEY {shown}", "bold")
        narrate("or run this command with --key KEY")
        return 0
    narrate("The statement that is signed:")
    for line in text.splitlines():
        narrate(f"      {line}", "dim")
    _put(sign(args.key, text.encode(), ask=sys.stdin.isatty()), args.output)
    narrate(f"Give the signature to {view.state.operator}, who executes the run")
    return 0


def _asking(view: RunView, step_id: str) -> Step:
    """The step, when it asks for an approval that was not given.

    Raises:
        ProblemsError: the runbook has no such step.
        NotAllowed: there is nothing to approve.
    """
    from runbook_tui.cli.usage import unknown_step
    from runbook_tui.execution.errors import NotAllowed
    from runbook_tui.execution.model import DONE
    from runbook_tui.files.problems import ProblemsError

    if problems := unknown_step(str(view.folder), step_id, view.runbook):
        raise ProblemsError(problems)
    step = view.runbook.step(step_id)
    if step.approve is None:
        gates = [other.id for other in view.runbook.steps if other.approve is not None]
        known = f"; these are: {', '.join(gates)}" if gates else "; no step of the runbook is"
        raise NotAllowed(f"{step_id} is no decision, so there is nothing to approve{known}")
    if view.state.finished is not None:
        raise NotAllowed(f"the run is finished ({view.state.finished}); there is nothing to approve any more")
    if view.state.statuses[step_id].state in DONE:
        raise NotAllowed(f"{step_id} is {view.state.statuses[step_id].state} already")
    return step


def _refuse_own(view: RunView, step: Step, name: str) -> None:
    """Whoever executes cannot approve where two people are needed; who is no named approver is told so.

    Raises:
        NotAllowed: the names are the same.
    """
    from runbook_tui.execution.errors import NotAllowed

    if view.runbook.separate_approvers and name == view.state.operator:
        raise NotAllowed(f"{name} executes this run; {step.id} is approved by somebody else")
    if step.approvers and name not in step.approvers:
        narrate(f"{step.id} names {', '.join(step.approvers)} to approve it, and not {name}", "yellow")


def _tell(view: RunView, step: Step) -> None:
    """What is approved, for whoever is about to sign it."""
    narrate(f"{view.runbook.title} ({view.state.environment}), executed by {view.state.operator}", "bold")
    narrate(f"{step.id}: {step.title}")
    for line in (step.approve or "").splitlines():
        narrate(f"      {line}")
    edited = [other for other, status in view.state.statuses.items() if status.edited]
    if edited:
        narrate(f"commands that are other ones than the runbook's: {', '.join(edited)}", "yellow")


def _put(text: str, output: Path | None) -> None:
    from runbook_tui.files.atomic import write_atomic

    if output is None:
        sys.stdout.write(text)
    else:
        write_atomic(output, text)
        narrate(f"written: {output}")
