"""What a person does with the proposal: take in, leave out, rename, correct, answer."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual import work

from runbook_tui.discovery.model import Kind
from runbook_tui.discovery.proposal import ACCESSES, API_TYPES, LIFECYCLES, why_not_text
from runbook_tui.discovery.questions import alike, open_questions, questions, why_not_answer
from runbook_tui.files.problems import RunbookError
from runbook_tui.tui.content import QUIET, line
from runbook_tui.tui.dialogs.answers import Choice
from runbook_tui.tui.screens.init_base import InitBase
from runbook_tui.tui.widgets.sheet import Block, Paragraph

if TYPE_CHECKING:
    from runbook_tui.discovery.model import Fact
    from runbook_tui.discovery.questions import Question

_OWN, _OPEN = "\0own", "\0open"
_NAMED = {Kind.PROVIDES: "api", Kind.DATASTORE: "store"}


class InitEdits(InitBase):
    """The verbs of the proposal."""

    # -- in or out

    def do_toggle(self) -> None:
        """Take the selected thing in, or leave it out; an open answer is asked for."""
        if self.question is not None:
            self.do_edit()
        elif self.selected is not None:
            self.changed(self.now.toggled(self.selected))

    def do_undo(self) -> None:
        """Take the last change back."""
        self.brought_back()

    # -- names

    @work(group="dialog")
    async def do_rename(self) -> None:
        """Rename the selected service, API or data store."""
        named = self.renamed_thing()
        assert named is not None
        kind, found = named
        proposal = self.now

        def check(text: str) -> str:
            return proposal.why_not_name(kind, found, text)

        body = [Paragraph(line("The name changes wherever it is used.", QUIET))]
        name = await self.ask("New name", body, verb="Rename", check=check, value=proposal.name(kind, found))
        if name is not None and name != proposal.name(kind, found):
            self.changed(self.now.renamed(kind, found, name))

    def renamed_thing(self) -> tuple[str, str] | None:
        """Kind and found name of what the selected row names; None where it has no name of its own."""
        if self.candidate is not None:
            return "service", self.candidate.name
        if self.store is not None:
            return "store", self.store.name
        fact = self.fact
        return (_NAMED[fact.kind], fact.value) if fact is not None and fact.kind in _NAMED else None

    # -- texts

    @work(group="dialog")
    async def do_edit(self) -> None:
        """Correct the selected fact, or answer the selected question."""
        if self.question is not None:
            await self._answer(self.question, "")
        elif self.candidate is not None:
            self.do_rename()
        elif self.store is not None:
            store = self.store
            await self._edit_text(None, f"store:{store.name}", "engine", self.now.engine(store))
        elif self.fact is not None:
            await self._edit_fact(self.fact)

    async def _edit_fact(self, fact: Fact) -> None:
        keys = [key for key, _ in fact.fields if not (fact.kind is Kind.MIGRATIONS and key == "datastore")]
        if not keys:
            await self._edit_text(fact.kind, fact.id, "value", self.now.text(fact))
            return
        key: str | None = keys[0]
        if len(keys) > 1:
            offered = [Choice(each, each.capitalize(), self.now.text(fact, each)) for each in keys]
            key = await self.choose("Which part?", [], offered)
        if key is not None:
            await self._edit_text(fact.kind, fact.id, key, self.now.text(fact, key))

    async def _edit_text(self, kind: Kind | None, what: str, key: str, value: str) -> None:
        offered = _offered(kind, key)
        if offered:
            text = await self.choose(f"Which {key}?", [], [Choice(each, each) for each in offered])
        else:

            def check(written: str) -> str:
                return why_not_text(kind, key, written)

            title = "Correct it" if key == "value" else key.capitalize()
            text = await self.ask(title, [], verb="Keep", check=check, value=value)
        if text is not None and text != value:
            self.changed(self.now.edited(what, key, text))

    # -- questions

    @work(group="dialog")
    async def do_questions(self) -> None:
        """Go through the open questions one by one."""
        passed: set[str] = set()
        while left := [each for each in open_questions(self.now) if each.id not in passed]:
            question = left[0]
            passed.add(question.id)
            number = len(passed)
            if not await self._answer(question, f"Question {number} of {number + len(left) - 1}: "):
                return
        self.say(
            "No question is left."
            if not open_questions(self.now)
            else "Those that you passed are still open."
        )

    async def _answer(self, question: Question, title: str) -> bool:
        """Ask one question; False to end the round."""
        wrong = ""
        while True:
            given = await self._given(question, title, wrong)
            if given is None or given == _OPEN:
                return given is not None
            wrong = why_not_answer(question, given) or await self._why_no_ref(question, given)
            if not wrong:
                break
        proposal = self.now.answered(question.id, given)
        for other in await self._alike(question, given):
            proposal = proposal.answered(other.id, given)
        self.changed(proposal)
        return True

    async def _given(self, question: Question, title: str, wrong: str) -> str | None:
        """What a person chose or wrote; ``_OPEN`` to leave it open, None to stop."""
        body: list[Block] = [Paragraph(line(question.hint, QUIET))] if question.hint else []
        body += [Paragraph(line(wrong, "$error"))] if wrong else []
        if question.choices and not wrong:
            choices = [Choice(each.value, each.value, each.why) for each in question.choices]
            if question.key != "service":
                choices.append(Choice(_OWN, "Another one …"))
            choices.append(Choice(_OPEN, "Leave it open"))
            chosen = await self.choose(f"{title}{question.text}", body, choices)
            if chosen != _OWN:
                return chosen

        def check(text: str) -> str:
            return why_not_answer(question, text) if text else ""

        placeholder = "nothing leaves it open"
        text = await self.ask(
            f"{title}{question.text}", body, verb="Keep", check=check, placeholder=placeholder
        )
        return _OPEN if text == "" else text

    async def _why_no_ref(self, question: Question, given: str) -> str:
        """Why the repository does not have a ref, asked in the background."""
        from runbook_tui.discovery.writing import unknown_refs

        if question.key not in ("deployed", "release"):
            return ""
        proposal = self.now.answered(question.id, given)
        try:
            found = await asyncio.to_thread(unknown_refs, proposal, self.inquiry.folder, [question.id])
        except RunbookError as error:
            return str(error)
        return found.get(question.id, "")

    async def _alike(self, question: Question, given: str) -> Sequence[Question]:
        """Other questions that get the same answer at once."""
        left = [
            each for each in questions(self.now) if each.id not in self.now.answers and each.id != question.id
        ]
        others = alike(question, given, left)
        if not others:
            return ()
        names = ", ".join(other.service for other in others)
        choices = [
            Choice("one", f"For {question.service} only"),
            Choice("all", f"For {len(others)} others as well", names),
        ]
        chosen = await self.choose(f"{given} is {question.key}", [], choices)
        return others if chosen == "all" else ()


def _offered(kind: Kind | None, key: str) -> Sequence[str]:
    """The values that there are, where there are only some."""
    if key == "tool":
        from runbook_tui.migrations.registry import tool_names

        return tool_names()
    if kind is Kind.LIFECYCLE:
        return LIFECYCLES
    return {"type": API_TYPES, "access": ACCESSES}.get(key, ())
