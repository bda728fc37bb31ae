"""Edits of steps: change, add, remove, move, undo, redo."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import work
from textual.content import Content

from runbook_tui.files.problems import RunbookError
from runbook_tui.text.terminal import plain
from runbook_tui.tui.content import QUIET, joined, line
from runbook_tui.tui.dialogs.answers import Choice
from runbook_tui.tui.screens.author_base import AuthorBase
from runbook_tui.tui.widgets.sheet import Block, Field, Gap, Paragraph

if TYPE_CHECKING:
    from runbook_tui.runbook.model import Kind, Step


class EditActions(AuthorBase):
    """The verbs that change the steps. Every one of them can be undone."""

    def why_no_edit(self, action_id: str) -> str:
        """Why an edit is not possible now; empty when it is, or when it is no edit."""
        document = self.document
        if document is None:
            return "the runbook is not read yet"
        if action_id in {"edit", "remove", "move_up", "move_down", "copy", "details"} and self.step is None:
            return "no step is selected"
        if action_id == "undo" and not document.can_undo:
            return "there is nothing to undo"
        if action_id == "redo" and not document.can_redo:
            return "there is nothing to redo"
        ids = self.ids()
        if action_id == "move_up" and self.selected == ids[0]:
            return "it is the first step"
        if action_id == "move_down" and self.selected == ids[-1]:
            return "it is the last step"
        return ""

    @work(group="dialog")
    async def do_edit(self) -> None:
        """Change the selected step in a form."""
        from runbook_tui.tui.dialogs.edit_step import EditStepDialog

        step = self.step
        if step is None or self.document is None:
            return
        changes = await self.app.push_screen_wait(EditStepDialog(step, self.runbook))
        if changes:
            self._keep(step.id, changes)

    def _keep(self, step_id: str, changes: dict[str, object]) -> None:
        assert self.document is not None
        try:
            self.document.set_fields(step_id, changes)
        except RunbookError as error:
            self.say(str(error), "error")
            return
        self.edited(select=step_id)
        self.say(f"Changed {', '.join(sorted(changes))} of {plain(step_id)}. u takes it back.")

    @work(group="dialog")
    async def do_add(self) -> None:
        """Add a step after the selected one: choose its kind, then fill the form."""
        from runbook_tui.tui.dialogs.edit_step import EditStepDialog
        from runbook_tui.tui.forms.new_step import KINDS, new_step

        choices = [Choice(kind.value, kind.value.capitalize(), text) for kind, text in KINDS.items()]
        chosen = await self.choose("Add a step", [], choices)
        if chosen is None or self.document is None:
            return
        kind: Kind = next(kind for kind in KINDS if kind.value == chosen)
        step = new_step(kind, self.step, self.ids())
        made = await self.app.push_screen_wait(EditStepDialog(step, self.runbook, new=True))
        if made is None:
            return
        self._insert(_with(step, made))

    def _insert(self, step: Step) -> None:
        assert self.document is not None
        try:
            self.document.add_step(step, after=self.selected)
        except RunbookError as error:
            self.say(str(error), "error")
            return
        self.edited(select=step.id)
        self.say(f"Added {plain(step.title)}. u takes it back.")

    @work(group="dialog")
    async def do_remove(self) -> None:
        """Remove the selected step; when others need it, offer to detach them first."""
        step, document = self.step, self.document
        if step is None or document is None:
            return
        direct = [other for other in self.runbook.steps if any(need.step == step.id for need in other.needs)]
        if not direct:
            self._remove(step.id, detach=())
            return
        body: list[Block] = [
            Paragraph(joined(line(step.title, "bold"), " is needed by:")),
            *(
                Field(
                    "",
                    joined(
                        line(other.title),
                        Content.styled(f"  {_because(other, step.id)}", QUIET),
                    ),
                    2,
                )
                for other in direct
            ),
            Gap(),
        ]
        choice = await self.choose(
            "Others need this step",
            body,
            [
                Choice("keep", "Keep the step"),
                Choice(
                    "detach",
                    "Detach and remove",
                    "the needs listed above are dropped with it",
                    danger=True,
                ),
            ],
            danger=True,
        )
        if choice == "detach":
            self._remove(step.id, detach=[other.id for other in direct])

    def _remove(self, step_id: str, detach: list[str] | tuple[()]) -> None:
        assert self.document is not None
        ids = self.ids()
        index = ids.index(step_id)
        beside = ids[index + 1 : index + 2] or ids[max(index - 1, 0) : index]
        try:
            self.document.remove_step(step_id, detach=bool(detach))
        except RunbookError as error:
            self.say(str(error), "error")
            return
        self.edited(select=beside[0] if beside else None)
        self.say(f"Removed {plain(step_id)}. u takes it back.")

    def do_move_up(self) -> None:
        """Move the selected step before the one above it."""
        ids = self.ids()
        index = ids.index(self.selected or "")
        self._move(ids[index], after=ids[index - 2] if index >= 2 else None)

    def do_move_down(self) -> None:
        """Move the selected step behind the one below it."""
        ids = self.ids()
        index = ids.index(self.selected or "")
        self._move(ids[index], after=ids[index + 1])

    def _move(self, step_id: str, *, after: str | None) -> None:
        assert self.document is not None
        self.document.move_step(step_id, after=after)
        self.edited(select=step_id)

    def do_undo(self) -> None:
        """Take the last edit back."""
        assert self.document is not None
        self.document.undo()
        self.edited()

    def do_redo(self) -> None:
        """Do the undone edit again."""
        assert self.document is not None
        self.document.redo()
        self.edited()


def _because(step: Step, needed: str) -> str:
    return plain(next(need.because for need in step.needs if need.step == needed))


def _with(step: Step, changes: dict[str, object]) -> Step:
    from runbook_tui.runbook.model import Step as StepModel

    values = step.model_dump(exclude_none=True, exclude_unset=True) | changes
    return StepModel.model_validate({key: value for key, value in values.items() if value is not None})
