"""What holds for any runbook and any edit."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from runbook_tui.runbook.document import RunbookDocument
from runbook_tui.runbook.model import Runbook

FAST = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@FAST
@given(data=st.data())
def test_a_new_document_reads_back_as_the_same_runbook(
    runbooks: st.SearchStrategy[Runbook], data: st.DataObject
) -> None:
    runbook = data.draw(runbooks)
    text = RunbookDocument.create(runbook).text
    assert RunbookDocument.parse(text, "x.yaml").runbook == runbook


@FAST
@given(data=st.data())
def test_other_readers_of_yaml_see_the_same_texts(
    runbooks: st.SearchStrategy[Runbook], data: st.DataObject
) -> None:
    runbook = data.draw(runbooks)
    for version in ((1, 1), (1, 2)):
        yaml = YAML(typ="safe", pure=True)
        yaml.version = version
        read = yaml.load(RunbookDocument.create(runbook).text)
        assert Runbook.model_validate(read) == runbook


@FAST
@given(data=st.data())
def test_any_change_reads_back_as_what_it_was_changed_to(
    runbooks: st.SearchStrategy[Runbook], data: st.DataObject
) -> None:
    first, second = data.draw(runbooks), data.draw(runbooks)
    document = RunbookDocument.create(first)
    before = document.text
    document.replace(second)
    assert RunbookDocument.parse(document.text, "x.yaml").runbook == second == document.runbook
    document.undo()
    assert document.text == before and document.runbook == first


def _with_comments(text: str) -> tuple[str, list[str]]:
    """A comment above every line that may have one, and behind every short value."""
    lines: list[str] = []
    marks: list[str] = []
    literal = -1
    for line in text.splitlines():
        indent = len(line) - len(line.lstrip())
        if literal >= 0 and (indent > literal or not line.strip()):
            lines.append(line)
            continue
        literal = (
            indent if line.rstrip().endswith(("|", "|-")) and '"' not in line and "'" not in line else -1
        )
        if line.lstrip().startswith("- ") and literal >= 0:
            literal += 2
        marks.append(f"# above {len(marks)}.")
        lines.append(" " * indent + marks[-1])
        if literal < 0 and not line.lstrip().startswith("#"):
            marks.append(f"# behind {len(marks)}.")
            lines.append(f"{line}  {marks[-1]}")
        else:
            lines.append(line)
    return "\n".join(lines) + "\n", marks


@FAST
@given(data=st.data())
def test_no_change_loses_a_comment(runbooks: st.SearchStrategy[Runbook], data: st.DataObject) -> None:
    first, second = data.draw(runbooks), data.draw(runbooks)
    text, marks = _with_comments(RunbookDocument.create(first).text)
    document = RunbookDocument.parse(text, "x.yaml")
    assert document.runbook == first
    document.replace(second)
    assert RunbookDocument.parse(document.text, "x.yaml").runbook == second
    assert [mark for mark in marks if document.text.count(mark) != 1] == []
