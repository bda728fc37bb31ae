"""What the YAML reader accepts, what it keeps, and where it says that things stand."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from runbook_tui.files.problems import Place, ProblemsError
from runbook_tui.files.yaml_source import YamlSource, parse_yaml, read_yaml

EXAMPLE = """\
# a comment
version: 1
short_sha: 0123456
release: 1.10
flag: yes
nothing:
tilde: ~
word_null: "null"
list:
  - one
  - {two: 2, three: [x]}
block: |
  first
  \tsecond
"""


def test_every_scalar_stays_the_text_that_was_written() -> None:
    data = parse_yaml(EXAMPLE.encode(), "m.yaml").data
    assert data == {
        "version": "1",
        "short_sha": "0123456",
        "release": "1.10",
        "flag": "yes",
        "nothing": None,
        "tilde": None,
        "word_null": "null",
        "list": ["one", {"two": "2", "three": ["x"]}],
        "block": "first\n\tsecond\n",
    }


@pytest.mark.parametrize(
    ("location", "key", "line", "column"),
    [
        ((), False, 2, 1),
        (("version",), False, 2, 10),
        (("version",), True, 2, 1),
        (("nothing",), False, 6, 1),
        (("list",), True, 9, 1),
        (("list", 0), False, 10, 5),
        (("list", 1, "three"), True, 11, 14),
        (("list", 1, "three"), False, 11, 21),
        (("list", 1, "three", 0), False, 11, 22),
        (("list", 1, "four", "five"), False, 11, 5),
        (("list", 1, "four"), True, 11, 5),
        (("missing",), False, 2, 1),
    ],
)
def test_places_of_values_and_keys(
    location: tuple[str | int, ...], key: bool, line: int, column: int
) -> None:
    source = parse_yaml(EXAMPLE.encode(), "m.yaml")
    assert source.place(location, key=key) == Place("m.yaml", line, column)


def test_byte_order_mark_and_crlf_change_nothing() -> None:
    plain = parse_yaml(b"a: 1\nb:\n  - x\n", "f")
    marked = parse_yaml(b"\xef\xbb\xbfa: 1\r\nb:\r\n  - x\r\n", "f")
    assert marked.data == plain.data
    assert marked.place(("b", 0)) == plain.place(("b", 0)) == Place("f", 3, 5)


def test_read_shows_the_path_unless_told_otherwise(tmp_path: Path) -> None:
    file = tmp_path / "m.yaml"
    file.write_text("a: 1\n")
    assert read_yaml(file).place(("a",)) == Place(str(file), 1, 4)
    assert read_yaml(file, shown="m.yaml").place(("a",)) == Place("m.yaml", 1, 4)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        source = parse_yaml(data, "f.yaml")
    except ProblemsError as error:
        assert error.problems
        assert all(problem.place.file == "f.yaml" and problem.what for problem in error.problems)
    else:
        assert isinstance(source.data, dict)


YAML_LIKE = st.text(alphabet="ab:-?#&*!|>'\"%@`{}[],~<\\. \t\n\r0123é\u2028\U0001f600", max_size=60)


@given(YAML_LIKE)
def test_any_text_that_looks_like_yaml_is_read_or_refused_with_a_place_in_it(text: str) -> None:
    try:
        source = parse_yaml(text.encode(), "f.yaml")
    except ProblemsError as error:
        for problem in error.problems:
            assert 0 <= problem.place.line <= text.count("\n") + text.count("\r") + text.count("\u2028") + 2
    else:
        assert isinstance(source.data, dict)
        _assert_places(source, text)


def _assert_places(source: YamlSource, text: str) -> None:
    """Every text that stands in one piece in the file is where its place says."""

    def walk(value: object, location: tuple[str | int, ...]) -> None:
        found = source.place(location)
        assert found.line >= 1 and found.column >= 1
        if isinstance(value, dict):
            for key, inner in value.items():
                walk(inner, (*location, key))
        elif isinstance(value, list):
            for index, inner in enumerate(value):
                walk(inner, (*location, index))
        elif isinstance(value, str) and value.isalnum() and "\r" not in text and "\u2028" not in text:
            rest = text.split("\n")[found.line - 1][found.column - 1 :]
            assert rest.startswith(value) or rest[0] in "'\"|>"

    walk(source.data, ())


WORDS = st.text(alphabet="abc: #'\"-\n{}[]&*!%@|>~é", min_size=1, max_size=12)
DATA = st.dictionaries(
    WORDS,
    st.recursive(
        WORDS,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
        max_leaves=8,
    ),
    min_size=1,
    max_size=4,
)


@given(DATA)
def test_what_a_yaml_writer_writes_is_read_back(data: dict[str, object]) -> None:
    import io

    writer = YAML()
    writer.width = 4096
    stream = io.StringIO()
    writer.dump(data, stream)
    assert parse_yaml(stream.getvalue().encode(), "f").data == data
