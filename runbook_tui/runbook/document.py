"""The runbook file as people and the tool edit it in turn.

An edit changes the lines of what it is about and no other; comments, the order of keys and the way values are
written stay. Every edit leaves a valid runbook or is refused, and can be undone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from runbook_tui.files.atomic import linked_file, write_atomic
from runbook_tui.files.problems import Place, ProblemsError, RunbookError
from runbook_tui.files.yaml_source import Location, YamlSource, parse_yaml, read_bytes, validate
from runbook_tui.runbook import edits
from runbook_tui.runbook.digest import digest
from runbook_tui.runbook.edits import EditRefused, require_sound
from runbook_tui.runbook.layout import Layout, fresh, read_layout
from runbook_tui.runbook.model import Runbook, Step
from runbook_tui.runbook.validation import action_problems, semantic_problems

__all__ = ["EditRefused", "FileChanged", "RunbookDocument"]


class FileChanged(RunbookError):
    """The file on disk is not the one that was read; nothing was written."""


@dataclass(frozen=True, slots=True)
class _Version:
    """What one edit made of the document."""

    runbook: Runbook
    layout: Layout
    text: str


class RunbookDocument:
    """A runbook with its text. Made by :meth:`read`, :meth:`parse` or :meth:`create`."""

    def __init__(self, first: _Version, shown: str) -> None:
        self._versions = [first]
        self._index = 0
        self._saved_text: str | None = None
        self._saved_digest = ""
        self._source: tuple[str, YamlSource] | None = None
        self.shown = shown
        """The name of the file in problems."""
        self.path: Path | None = None
        """Where it was read from or first saved to."""

    @classmethod
    def read(cls, path: Path) -> RunbookDocument:
        """Read a file.

        Raises:
            ProblemsError: everything that is wrong with it, with file, line and column.
        """
        shown = str(path)
        data = read_bytes(path, shown)
        document = cls._parsed(data, shown)
        document.path = path
        document._saved_text, document._saved_digest = document.text, digest(data)
        return document

    @classmethod
    def parse(cls, text: str, shown: str) -> RunbookDocument:
        """Read a text.

        Args:
            text: the content of a runbook file.
            shown: the name of the file in problems.

        Raises:
            ProblemsError: everything that is wrong with it, with file, line and column.
        """
        return cls._parsed(text.encode(), shown)

    @classmethod
    def _parsed(cls, data: bytes, shown: str) -> RunbookDocument:
        source, runbook = _checked(data, shown)
        text = data.decode("utf-8-sig")
        first_lines = [source.place(("steps", index)).line for index in range(len(runbook.steps))]
        key_lines = [line for location, (line, _) in source.keys.items() if len(location) == 1]
        document = cls(_Version(runbook, read_layout(text, runbook, first_lines, key_lines), text), shown)
        document._source = (text, source)
        return document

    @classmethod
    def create(cls, runbook: Runbook) -> RunbookDocument:
        """A new document that reads back as ``runbook``, laid out for people.

        Raises:
            EditRefused: the runbook does not hold together.
        """
        require_sound(runbook, "the runbook cannot be written")
        layout = fresh(runbook)
        return cls(_Version(runbook, layout, layout.text), "runbook")

    @property
    def runbook(self) -> Runbook:
        """What the document says now."""
        return self._versions[self._index].runbook

    @property
    def text(self) -> str:
        """The content of the file as it would be saved now."""
        return self._versions[self._index].text

    @property
    def dirty(self) -> bool:
        """Whether there is anything to save."""
        return self.text != self._saved_text

    def place(self, location: Location, *, key: bool = False) -> Place:
        """Where a part of the runbook stands in the text as it is now; ``("steps", 3, "run")`` for example."""
        if self._source is None or self._source[0] != self.text:
            self._source = (self.text, parse_yaml(self.text.encode(), self.shown))
        return self._source[1].place(location, key=key)

    def lines_of(self, step_id: str) -> range:
        """Where a step stands in the text: indexes of its lines, without the comments above it.

        Empty when there is no such step, or the file is not written as a list of blocks.
        """
        version = self._versions[self._index]
        start = len(version.layout.head)
        for step, part in zip(version.runbook.steps, version.layout.steps, strict=False):
            start += len(part.leading)
            if step.id == step_id:
                same = version.layout.text == version.text
                return range(start, start + len(part.lines)) if same else range(0)
            start += len(part.lines)
        return range(0)

    def set_field(self, step_id: str, field: str, value: object | None) -> None:
        """Change one field of a step; see :meth:`set_fields`."""
        self.set_fields(step_id, {field: value})

    def set_fields(self, step_id: str, changes: Mapping[str, object | None]) -> None:
        """Change fields of a step as one edit.

        An action takes the place of the one that the step had. A new ``id`` is carried into the needs of others.

        Args:
            step_id: the step to change.
            changes: field to value, as it would be written in the file or as a part of the model; None takes the
                field away.

        Raises:
            EditRefused: no such step or field, or a value that would make the runbook invalid.
        """
        new = edits.with_fields(self.runbook, step_id, changes)
        renamed = {str(changes["id"]): step_id} if "id" in changes else {}
        self._change(new, f"step '{step_id}' cannot be changed", renamed=renamed)

    def set_top(self, field: str, value: object | None) -> None:
        """Change what stands above the steps: ``title``, ``window``, ``variables``, ...; None takes it away.

        Raises:
            EditRefused: no such field, or a value that would make the runbook invalid.
        """
        self._change(edits.with_top(self.runbook, field, value), f"{field} cannot be changed")

    def add_step(self, step: Step, *, after: str | None) -> None:
        """Put a new step behind another; in front of all for None.

        Raises:
            EditRefused: the id is taken, ``after`` is not there, or something that it needs comes later.
        """
        self._change(edits.with_step(self.runbook, step, after), f"step '{step.id}' cannot be added here")

    def remove_step(self, step_id: str, *, detach: bool = False) -> None:
        """Take a step away, with the comments in and directly above it.

        Args:
            step_id: the step to remove.
            detach: also remove the needs of other steps for it.

        Raises:
            EditRefused: there is no such step, or others need it (they are listed) and ``detach`` is false.
        """
        new = edits.without_step(self.runbook, step_id, detach=detach)
        self._change(new, f"step '{step_id}' cannot be removed", keep_comments=False)

    def move_step(self, step_id: str, *, after: str | None) -> None:
        """Put a step behind another; in front of all for None.

        Raises:
            EditRefused: a need forbids that order; its text names the need and the reason.
        """
        new = edits.with_step_moved(self.runbook, step_id, after)
        self._change(new, f"step '{step_id}' cannot be moved there")

    def replace(self, runbook: Runbook) -> None:
        """Make the document say ``runbook``, as one edit; every comment is kept.

        Raises:
            EditRefused: the runbook does not hold together.
        """
        self._change(runbook, "the runbook cannot be changed")

    def set_text(self, text: str) -> None:
        """Make the document say what a text says, as one edit: after a person changed it in an editor.

        Raises:
            ProblemsError: everything that is wrong with the text; the document is as it was.
        """
        other = self._parsed(text.encode(), self.shown)
        if other.text != self.text:
            self._append(other._versions[0])

    def _change(
        self,
        new: Runbook,
        refusal: str,
        *,
        renamed: Mapping[str, str] | None = None,
        keep_comments: bool = True,
    ) -> None:
        require_sound(new, refusal)
        if new == self.runbook:
            return
        version = self._versions[self._index]
        layout = version.layout.patched(
            version.runbook, new, renamed=renamed or {}, keep_comments=keep_comments
        )
        self._append(_Version(new, layout, layout.text))

    def _append(self, version: _Version) -> None:
        """Make a version the present one; what was undone before it is gone."""
        del self._versions[self._index + 1 :]
        self._versions.append(version)
        self._index += 1

    @property
    def can_undo(self) -> bool:
        """Whether there is an edit to take back."""
        return self._index > 0

    @property
    def can_redo(self) -> bool:
        """Whether there is an undone edit to do again."""
        return self._index + 1 < len(self._versions)

    def undo(self) -> None:
        """Take the last edit back; without one nothing happens."""
        self._index = max(0, self._index - 1)

    def redo(self) -> None:
        """Do the edit again that was undone last; without one nothing happens."""
        self._index = min(len(self._versions) - 1, self._index + 1)

    def save(self, path: Path | None = None) -> None:
        """Write the file, as a whole or not at all.

        Args:
            path: where to; its own file when left out. A document without a file has this one from then on; of one
                that has a file this makes a copy. What else is there under that name is replaced.

        Raises:
            FileChanged: somebody else wrote the document's own file since it was read.
            RunbookError: there is no path, or it cannot be written.
        """
        target = path or self.path
        if target is None:
            raise RunbookError("the runbook has no file yet; say where to save it")
        own = self.path is None or target.absolute() == self.path.absolute()
        if self.path is not None and own:
            self._require_unchanged(target)
        data = self.text.encode()
        _, written = _checked(data, str(target))
        if written != self.runbook:
            raise AssertionError("the text does not say what the runbook says")
        write_atomic(linked_file(target), data)
        if own:
            self.path, self.shown = target, str(target)
            self._saved_text, self._saved_digest = self.text, digest(data)

    def _require_unchanged(self, path: Path) -> None:
        try:
            found = digest(path.read_bytes())
        except FileNotFoundError:
            return
        except OSError as error:
            raise FileChanged(f"{path}: the file cannot be read any more ({error.strerror})") from error
        if found != self._saved_digest:
            raise FileChanged(
                f"{path}: somebody else changed the file since it was read; nothing was written; "
                "read it again, or save under another name"
            )


def _checked(data: bytes, shown: str) -> tuple[YamlSource, Runbook]:
    source = parse_yaml(data, shown)
    try:
        runbook = validate(source, Runbook)
    except ProblemsError as error:
        raise ProblemsError([*error.problems, *action_problems(source.data, source.place)]) from error
    problems = semantic_problems(runbook, source.place)
    if problems:
        raise ProblemsError(problems)
    return source, runbook
