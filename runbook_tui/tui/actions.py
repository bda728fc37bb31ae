"""Every action of the app, once: the footer, the help, the command palette and the key bindings read this registry.

A screen has one method ``do_<id>`` for each of its actions and says with ``why_not(id)`` why one is not possible now.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from textual.binding import Binding, BindingType


class Danger(IntEnum):
    """What an action can do to the world, mildest first."""

    NONE = 0
    """It only shows something."""
    EDITS = 1
    """It changes the runbook or the record."""
    EXECUTES = 2
    """It runs a command, a request or a query."""
    UNDOES = 3
    """It takes effects back, or gives up."""


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that a person can do."""

    id: str
    key: str
    """Textual's name of the key: ``e``, ``ctrl+e``, ``slash``."""
    description: str
    """One or two words for the footer."""
    tooltip: str
    """One sentence."""
    danger: Danger = Danger.NONE
    also: tuple[str, ...] = ()
    """Other keys that do the same."""
    footer: bool = True
    """Whether the footer shows it; the help and the palette always do."""
    priority: bool = False
    """Whether the key works before the focused widget sees it."""

    @property
    def shown_key(self) -> str:
        """The key as it is printed on screen: ``^e`` for ctrl+e."""
        return shown(self.key)


_SHOWN = {"slash": "/", "question_mark": "?", "escape": "esc", "enter": "enter", "space": "space"}


def shown(key: str) -> str:
    """A Textual key name as people read it."""
    modifier, _, rest = key.rpartition("+")
    name = _SHOWN.get(rest, rest)
    return {"": "", "ctrl": "^", "shift": "shift+"}.get(modifier, f"{modifier}+") + name


def bindings(actions: Iterable[Action]) -> list[BindingType]:
    """Key bindings that call the screen's ``action_perform``."""
    return [
        Binding(
            ",".join((action.key, *action.also)),
            f"screen.perform('{action.id}')",
            action.description,
            show=False,
            tooltip=action.tooltip,
            id=f"runbook.{action.id}",
            priority=action.priority,
        )
        for action in actions
    ]


EVERYWHERE = (
    Action(
        "help", "question_mark", "Help", "All keys of this screen, and what each of them does", also=("f1",)
    ),
    Action("palette", "ctrl+p", "Commands", "Find a command or a step by name", footer=False),
    Action("quit", "ctrl+q", "Quit", "Leave; asks when something is not saved", footer=False, priority=True),
)

AUTHOR = (
    Action("edit", "e", "Edit", "Edit the selected step in a form", Danger.EDITS),
    Action("add", "a", "Add", "Add a step after the selected one", Danger.EDITS),
    Action("remove", "d", "Remove", "Remove the selected step; refused while others need it", Danger.EDITS),
    Action("questions", "q", "Questions", "Answer what the planner could not know", Danger.EDITS),
    Action("save", "s", "Save", "Write the runbook file", Danger.EDITS, also=("ctrl+s",)),
    Action("undo", "u", "Undo", "Take the last edit back", Danger.EDITS, also=("ctrl+z",)),
    Action("run", "r", "Run …", "Go on to executing this runbook; asks first", Danger.EXECUTES),
    Action("filter", "slash", "Filter", "Show only steps that contain these words"),
    Action(
        "move_up", "K", "Up", "Move the step up; refused where a need forbids it", Danger.EDITS, ("shift+up",)
    ),
    Action(
        "move_down",
        "J",
        "Down",
        "Move the step down; refused where a need forbids it",
        Danger.EDITS,
        ("shift+down",),
    ),
    Action("redo", "ctrl+y", "Redo", "Do the undone edit again", Danger.EDITS, ("ctrl+r",), footer=False),
    Action("replan", "p", "Re-plan", "Derive the runbook again; your edits are kept", Danger.EDITS),
    Action(
        "migrations",
        "m",
        "Migrations",
        "What every pending migration does, locks and loses, beside its source",
    ),
    Action("findings", "i", "Findings", "What is missing or odd in this runbook, worst first"),
    Action("export", "x", "Export", "Write the Markdown document"),
    Action(
        "editor", "ctrl+e", "$EDITOR", "Edit the runbook file in your own editor", Danger.EDITS, footer=False
    ),
    Action("copy", "y", "Copy", "Copy the step's command to the clipboard", footer=False),
    Action("details", "enter", "Details", "Show all fields of the selected step", footer=False),
    Action("tab_1", "1", "Details", "All fields of the step", footer=False),
    Action("tab_2", "2", "Why here", "What orders the step, and what waits for it", footer=False),
    Action("tab_3", "3", "Preview", "The step as the document shows it", footer=False),
    Action("tab_4", "4", "Document", "The whole document as text", footer=False),
    Action("tab_5", "5", "Source", "The runbook file, at the selected step", footer=False),
    *EVERYWHERE,
)

MIGRATIONS = (
    Action("next", "n", "Next finding", "Go to the next thing that is said about the migration"),
    Action("previous", "N", "Previous", "Go to the finding before"),
    Action(
        "filter",
        "slash",
        "Filter",
        "Show only migrations that contain these words: a table, a phase, a rule, error",
    ),
    Action("folders", "i", "Folders", "What is said about the folders: edited, lost or misplaced files"),
    Action("source", "v", "Source", "In a small terminal: show the source, or what is said about it"),
    Action("back", "escape", "Back", "Back to the runbook"),
    *EVERYWHERE,
)

INIT = (
    Action(
        "questions",
        "q",
        "Questions",
        "Answer what no repository tells, one question after the other",
        Danger.EDITS,
    ),
    Action("write", "w", "Write", "Write the manifest", Danger.EDITS, also=("ctrl+s",)),
    Action(
        "plan", "n", "Plan", "Plan the release of the written manifest, and open its runbook", Danger.EDITS
    ),
    Action(
        "toggle",
        "space",
        "In or out",
        "Take the selected fact, service or data store in, or leave it out",
        Danger.EDITS,
    ),
    Action("edit", "e", "Edit", "Correct the selected fact, or answer it", Danger.EDITS, also=("enter",)),
    Action(
        "rename",
        "r",
        "Rename",
        "Rename the selected service, API or data store wherever it is named",
        Danger.EDITS,
    ),
    Action(
        "preview",
        "p",
        "Preview",
        "Show the manifest as it would be written, or how the selected fact is known",
    ),
    Action("undo", "u", "Undo", "Take the last change back", Danger.EDITS, also=("ctrl+z",)),
    Action(
        "filter",
        "slash",
        "Filter",
        "Show only facts that contain these words: a service, a file, guess, open",
    ),
    Action(
        "left_out", "i", "Left out", "What looked like a service and is none, and what else there is to know"
    ),
    Action("back", "escape", "Back", "Take the filter away, or leave", footer=False),
    *EVERYWHERE,
)

RUN = (
    Action("run", "r", "Run", "Execute the step shown", Danger.EXECUTES),
    Action("confirm", "c", "Done", "Say that what the step asks for is done", Danger.EDITS),
    Action("approve", "a", "Approve", "Decide yes; the digest of the runbook is kept with it", Danger.EDITS),
    Action("decline", "d", "Decline", "Decide no; asks for a reason", Danger.EDITS),
    Action("retry", "R", "Retry", "Execute the failed step again", Danger.EXECUTES),
    Action("edit", "e", "Edit …", "Put another command in the step's place, in this run only", Danger.EDITS),
    Action("resolve", "u", "Decide …", "Say what happened to a step whose outcome is unknown", Danger.EDITS),
    Action(
        "skip",
        "s",
        "Skip",
        "Leave the step out; shows what depends on it and asks for a reason",
        Danger.EDITS,
    ),
    Action("fail", "f", "Failed", "Mark the step as failed; asks for a reason", Danger.EDITS),
    Action("mark_done", "o", "Mark done", "It was done another way; asks for the evidence", Danger.EDITS),
    Action("note", "n", "Note", "Write a note into the record", Danger.EDITS),
    Action(
        "rollback",
        "b",
        "Roll back …",
        "Show what would be undone, in which order, and start it",
        Danger.UNDOES,
    ),
    Action(
        "until",
        "U",
        "Run until …",
        "Execute what is ready by itself up to a step; stops at persons, failures and the point of no return",
        Danger.EXECUTES,
    ),
    Action(
        "rewind",
        "w",
        "Rewind …",
        "Go back to a step; shows what that resets and what of it is not safe to repeat",
        Danger.EDITS,
    ),
    Action(
        "drift",
        "D",
        "Drift …",
        "Show what moved since the run began, and accept it",
        Danger.EDITS,
        footer=False,
    ),
    Action(
        "hand_over", "h", "Hand over …", "Name who goes on, with a note for them, and leave", Danger.EDITS
    ),
    Action(
        "shell",
        "S",
        "Shell",
        "Open a shell where the step runs; that it was open is noted",
        Danger.EXECUTES,
        footer=False,
    ),
    Action("pause", "P", "Pause", "Leave; a running command goes on, and the run is taken up again later"),
    Action(
        "stop",
        "ctrl+c",
        "Stop …",
        "Stop the command, pause, roll back or give up",
        Danger.UNDOES,
        priority=True,
    ),
    Action(
        "suspend",
        "ctrl+z",
        "Suspend",
        "Give the terminal to the shell until fg; what runs goes on",
        footer=False,
    ),
    Action(
        "take_over",
        "T",
        "Take over …",
        "While you watch: ask the app that executes the run to leave, and go on here",
        Danger.UNDOES,
    ),
    Action("abort", "X", "Abort …", "Give the run up and close its record; asks for a reason", Danger.UNDOES),
    Action("current", "escape", "Current", "Back to the current step", footer=False),
    Action("zoom", "z", "Zoom", "Give the output the whole screen", footer=False),
    Action("copy", "y", "Copy", "Copy the step's command to the clipboard", footer=False),
    *EVERYWHERE,
)
