"""Templates of the user's own, and what is told when one is wrong."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from runbook_tui.rendering.render import TemplateError, render, templates_folder
from runbook_tui.rendering.views import views
from runbook_tui.runbook.model import Runbook

DOCUMENTED = Path(__file__).parents[2] / "docs" / "templates.md"


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """The path of a template to write; it can include ``part.j2`` beside it."""
    (tmp_path / "part.j2").write_text("part of {{ runbook.title }}\n")
    return tmp_path / "own.md.j2"


def rendered(runbook: Runbook, path: Path, text: str) -> str:
    path.write_text(text)
    return render(runbook, template=path)


def test_a_block_of_the_shipped_document_can_be_replaced(release: Runbook, own: Path) -> None:
    text = rendered(
        release,
        own,
        '{% extends "runbook.md.j2" %}\n{% block people %}\n## Crew\n{{ super() }}{% endblock %}',
    )
    assert text.index("## Crew") < text.index("## People") < text.index("## Scope")
    assert text.replace("\n## Crew\n", "").startswith(render(release)[:200])


def test_a_template_can_use_its_neighbours_and_the_shipped_pieces(release: Runbook, own: Path) -> None:
    text = rendered(
        release,
        own,
        '{% include "part.j2" %}{% from "parts.md.j2" import link %}{{ link("a.b") }} {{ "a|b" | cell }} '
        "{{ steps[0].starts }}",
    )
    assert text == "part of Checkout release, week 47\n[`a.b`](#ab) a&#124;b 09:30"


def test_a_template_named_as_the_shipped_one_can_extend_it(release: Runbook, tmp_path: Path) -> None:
    path = tmp_path / "runbook.md.j2"
    text = rendered(release, path, '{% extends "runbook.md.j2" %}{% block header %}# Mine\n{% endblock %}')
    assert text.startswith("# Mine\n\n## Summary")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("\n{{ runbok.title }}", "own.md.j2:2:4: 'runbok' is undefined; did you mean 'runbook'?"),
        (
            "{% for step in steps %}\n{{ step.titel }}{% endfor %}",
            "own.md.j2:2:9: there is no 'titel'; did you mean 'title'?",
        ),
        ("{{ nothing_like_it }}", "own.md.j2:1:4: 'nothing_like_it' is undefined; check the spelling"),
        ("{{ 'a' | cel }}", "own.md.j2:1:10: no filter named 'cel'; did you mean 'cell'?"),
        ("a\nb\n{% if %}", "own.md.j2:3: expected an expression, got 'end of statement block'"),
        ("{% include 'prt.j2' %}", "own.md.j2:1: there is no template 'prt.j2'; check the name"),
        (
            "{% include '../other.j2' %}",
            "own.md.j2:1: the template '../other.j2' is outside of the folder",
        ),
        (
            "{% include '/etc/hostname' %}",
            "the template '/etc/hostname' is outside of the folder of templates",
        ),
        ("{% include 'link.j2' %}", "the template 'link.j2' is outside of the folder of templates"),
        (
            "{% include 'folder/file.j2' %}",
            "the template 'folder/file.j2' is outside of the folder of templates",
        ),
        ("{% include 'pipe.j2' %}", "pipe.j2 is not a regular file"),
        ("{% include 'big.j2' %}", "big.j2 is larger than 256 KiB"),
        ("{% include 'latin.j2' %}", "latin.j2 is not UTF-8 text"),
        ("{% include 'own.md.j2' %}", "the template includes or calls itself without end"),
        (
            "{{ runbook.__class__ }}",
            "own.md.j2:1: access to attribute '__class__' of 'dict' object is unsafe",
        ),
        ("{{ 'a' * 10 ** 9 }}", "own.md.j2:1: "),
        ("{% do runbook.clear() %}", "own.md.j2:1: "),
    ],
)
def test_what_is_wrong_with_a_template_is_told_with_its_line(
    release: Runbook, own: Path, tmp_path: Path, text: str, told: str
) -> None:
    (tmp_path.parent / "other.j2").write_text("secret")
    (tmp_path / "link.j2").symlink_to("/etc/hostname")
    (tmp_path / "folder").symlink_to(tmp_path.parent)
    (tmp_path.parent / "file.j2").write_text("secret")
    (tmp_path / "big.j2").write_text("x" * (256 * 1024 + 1))
    (tmp_path / "latin.j2").write_bytes(b"caf\xe9")
    os.mkfifo(tmp_path / "pipe.j2")
    with pytest.raises(TemplateError) as caught:
        rendered(release, own, text)
    assert told in str(caught.value) and "secret" not in str(caught.value)


def test_a_template_that_is_not_there_is_named(release: Runbook, own: Path) -> None:
    with pytest.raises(TemplateError, match=r"/own\.md\.j2: this template does not exist; check the path$"):
        render(release, template=own)


def test_data_is_never_a_template(own: Path, release: Runbook) -> None:
    text = rendered(release.model_copy(update={"title": "{{ 7 * 7 }}{% if %}"}), own, "{{ runbook.title }}")
    assert text == "{{ 7 * 7 }}{% if %}"


def test_the_shipped_templates_are_found() -> None:
    assert (templates_folder() / "runbook.md.j2").is_file()


def test_every_name_and_block_is_documented(release: Runbook) -> None:
    page = DOCUMENTED.read_text()
    shipped = (templates_folder() / "runbook.md.j2").read_text()
    told = set(re.findall(r"`([a-z_]+)`", page))
    assert [name for name in views(release) if name not in told] == []
    assert [block for block in re.findall(r"{% block (\w+) %}", shipped) if block not in told] == []
    assert len(re.findall(r"{% block (\w+) %}", shipped)) == 16


def test_everything_that_is_misspelt_in_a_template_is_told_at_once(release: Runbook, own: Path) -> None:
    text = (
        '{% extends "runbook.md.j2" %}\n'
        "{% block sumary %}{{ runbok.title | mdd }}{% endblock %}\n"
        '{% block people %}{{ link("a") }}{% if crew is defined %}{{ crew }}{% endif %}\n'
        "{{ pager | default('') }}{% if steps is emty %}{% endif %}{% block own %}{% endblock %}{% endblock %}\n"
    )
    with pytest.raises(TemplateError) as caught:
        rendered(release, own, text)
    told = [(p.place.line, p.place.column, p.what.split("'")[1], p.remedy) for p in caught.value.problems]
    assert told == [
        (2, 10, "sumary", "did you mean 'summary'?"),
        (2, 22, "runbok", "did you mean 'runbook'?"),
        (2, 37, "mdd", "did you mean 'md'?"),
        (4, 41, "emty", "check the spelling"),
    ]


def test_a_block_that_the_document_does_not_have_is_never_left_out_in_silence(
    release: Runbook, own: Path
) -> None:
    with pytest.raises(
        TemplateError, match=r"own\.md\.j2:2:10: what this template extends has no block 'gonogo'"
    ):
        rendered(release, own, '{% extends "runbook.md.j2" %}\n{% block gonogo %}x{% endblock %}')
    (own.parent / "ours.j2").write_text(
        '{% extends "runbook.md.j2" %}{% block people %}{% block crew %}{% endblock %}{% endblock %}'
    )
    text = rendered(
        release,
        own,
        '{% extends "ours.j2" %}{% block crew %}Ann{% endblock %}{% block header %}# H{% endblock %}',
    )
    assert "Ann" in text
    assert text.startswith("# H")


def test_text_that_no_file_can_hold_is_an_error(release: Runbook, own: Path) -> None:
    with pytest.raises(TemplateError, match=r"the character U\+D800, which no file can hold"):
        rendered(release, own, '{{ "\\ud800" }}')
