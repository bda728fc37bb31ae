"""Everything that is refused: by name, with its place, and all of it at once."""

from __future__ import annotations

import errno
import os
import socket
import time
from pathlib import Path

import pytest

from runbook_tui.files.problems import Place, Problem, ProblemsError
from runbook_tui.files.yaml_source import MAX_BYTES, parse_yaml, read_yaml


def problems(data: bytes | str) -> tuple[Problem, ...]:
    with pytest.raises(ProblemsError) as caught:
        parse_yaml(data.encode() if isinstance(data, str) else data, "f.yaml")
    return caught.value.problems


@pytest.mark.parametrize(
    ("text", "line", "column", "said"),
    [
        ("a: &x b\n", 1, 4, "the anchor '&x'"),
        ("a: *x\n", 1, 4, "the alias '*x'"),
        ("b: 1\n<<: {a: 1}\n", 2, 1, "a merge key"),
        ("a: !t b\n", 1, 4, "the tag '!t'"),
        ("a: !!str b\n", 1, 4, "the tag"),
        ("a: ! b\n", 1, 4, "the tag"),
        ("# c\n%YAML 1.1\n---\na: b\n", 2, 1, "a directive"),
        ("%TAG ! tag:x,2000:\n---\na: b\n", 1, 1, "a directive"),
        ("a: b\n---\nc: d\n", 2, 1, "a second document"),
        ("a: b\n...\nc: d\n", 3, 1, "a second document"),
        ("a: 1\nb:\n  c: 1\na: 2\n", 4, 1, "the key 'a' is here for the second time (first in line 1)"),
        ('a: 1\n"\\x61": 2\n', 2, 1, "for the second time"),
        ("a:\n\tb: 1\n", 2, 1, "a tab in the indentation"),
        ("a:\n  - x\n\t- y\n", 3, 1, "a tab in the indentation"),
        ("a:\n  b: 1\n  \tc: 1\n", 3, 3, "a tab in the indentation"),
        ("run: |\n  make\n  \tall\na: b: c\n", 4, 5, "a colon where no key can stand"),
        ("[1, 2]: x\n", 1, 1, "a key that is not plain text"),
        ("? {a: b}\n: x\n", 1, 3, "a key that is not plain text"),
        (": x\n", 1, 1, "an empty key"),
        ('a: "\\e]52;c;x\\a"\n', 1, 4, "control character U+001B"),
        ('a: "\\ud800"\n', 1, 4, "control character U+D800"),
        ('a: "x\\0"\n', 1, 4, "control character U+0000"),
        ("- a\n- b\n", 1, 1, "holds a list"),
        ("just words\n", 1, 1, "holds the text 'just words'"),
        ("~\n", 0, 0, "the file is empty"),
        ("---\n", 0, 0, "the file is empty"),
        ("[]\n", 1, 1, "holds a list"),
        ("", 0, 0, "the file is empty"),
        ("# only a comment\n", 0, 0, "the file is empty"),
        ("a: [1,\nb: 2\n", 1, 4, "a bracket that is not closed"),
        ("a: {b\n", 1, 4, "a bracket that is not closed"),
        ('x: 1\na: "b\nc: d\n', 2, 4, "a quoted text that is never closed"),
        ("a: b: c\n", 1, 5, "a colon where no key can stand"),
        ("a: b\n c: d\n", 2, 3, "a colon where no key can stand"),
        ("a: - b\n", 1, 4, "a list item where none can stand"),
        ("a: @b\n", 1, 4, "reserved character '@'"),
        ("a: `b`\n", 1, 4, "reserved character '`'"),
        ("a: %b\n", 1, 4, "reserved character '%'"),
        ('a: "\\q"\n', 1, 6, "an unknown escape sequence"),
        ('a: "\\xzz"\n', 1, 7, "an incomplete escape sequence"),
        ('a: "x" y\n', 1, 8, "does not fit what stands above"),
        ("a:\n- b\nc\n", 3, 1, "neither a key nor part of a value"),
        ("- a\nb: c\n", 2, 1, "a key that does not fit what stands above it"),
        ("a: b\n- c\n", 2, 1, "a list item that does not fit what stands above it"),
        ("a: ]\n", 1, 4, "a value is missing here"),
    ],
)
def test_refused_with_place_and_name(text: str, line: int, column: int, said: str) -> None:
    found = problems(text)
    assert any(p.place == Place("f.yaml", line, column) and said in p.what for p in found), found


def test_remedies_are_told() -> None:
    for text in ("a: &x b", "a: *x", "a: b\na: c", "a:\n\tb: 1", "a: @b", "a: [1,", "a: b: c", 'a: "'):
        assert all(problem.remedy for problem in problems(text)), text


def test_problems_before_the_one_that_ends_the_parsing_are_told_too() -> None:
    found = problems("a: &x b\nb: *x\na: 2\nc: [1\n")
    assert [problem.place.line for problem in found] == [1, 2, 3, 4]


def test_bytes_that_are_not_utf8_are_placed_by_line() -> None:
    (problem,) = problems(b"a: 1\nb: caf\xe9\n")
    assert problem.place == Place("f.yaml", 2, 7)
    assert "0xe9" in problem.what and "offset 11" in problem.what
    assert "UTF-8" in problems("a: 1\n".encode("utf-16"))[0].what


def test_control_characters_are_told_once_a_line() -> None:
    found = problems(b"a: \x1b[31m\x1b[0m\nb: x\nc: \x7f\nd: \xc2\x9b\n")
    assert [str(p.place) for p in found] == ["f.yaml:1:4", "f.yaml:3:4", "f.yaml:4:4"]
    assert len(problems(b"\0\n" * 1000)) <= 20


@pytest.mark.parametrize("opening", ["[", "{", "- ", "? ", "a:\n ", "[a,", '{"a":'])
def test_deep_nesting_is_refused_quickly(opening: str) -> None:
    text = opening * (MAX_BYTES // len(opening))
    if opening == "a:\n ":
        text = "".join(f"{' ' * depth}a:\n" for depth in range(80))
    began = time.process_time()
    assert any("nested deeper than 64 levels" in problem.what for problem in problems(text))
    assert time.process_time() - began < 5


def test_sixty_levels_are_read() -> None:
    data = parse_yaml(("a: " + "[" * 60 + "]" * 60).encode(), "f").data
    depth = 0
    while isinstance(data, (dict, list)) and data:
        data = data["a"] if isinstance(data, dict) else data[0]
        depth += 1
    assert depth == 60


def test_too_many_values_are_refused() -> None:
    (problem,) = problems("a:\n" + "- b\n" * 400_001)
    assert "more than 400,000" in problem.what
    assert problem.place.line == 399_999


def test_large_file_is_refused_without_reading_it(tmp_path: Path) -> None:
    file = tmp_path / "big.yaml"
    with file.open("wb") as out:
        out.write(b"[")
        out.truncate(100 * 1024 * 1024)
    began = time.process_time()
    with pytest.raises(ProblemsError, match="larger than 4 MiB"):
        read_yaml(file)
    assert time.process_time() - began < 0.1


def test_one_byte_above_the_limit_is_refused() -> None:
    assert "larger than 4 MiB" in problems(b"#" * (MAX_BYTES + 1))[0].what
    assert "empty" in problems(b"#" * MAX_BYTES)[0].what


def test_missing_file_names_the_one_that_was_meant(tmp_path: Path) -> None:
    (tmp_path / "services.yaml").write_text("a: 1\n")
    with pytest.raises(ProblemsError) as caught:
        read_yaml(tmp_path / "service.yaml", shown="service.yaml")
    assert str(caught.value) == "service.yaml: there is no such file; did you mean 'services.yaml'?"
    with pytest.raises(ProblemsError, match="there is no such file"):
        read_yaml(tmp_path / "no" / "folder.yaml")


def test_what_is_not_a_regular_file_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(tmp_path / "socket"))
    try:
        for name, said in (("", "directory"), ("pipe", "not a regular file"), ("socket", "cannot be read")):
            with pytest.raises(ProblemsError, match=said):
                read_yaml(tmp_path / name)
    finally:
        listener.close()


def test_names_that_no_file_can_have_are_problems(tmp_path: Path) -> None:
    for name in ("a\0b", "x" * 5000):
        with pytest.raises(ProblemsError):
            read_yaml(tmp_path / name)


def test_loop_of_links_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    with pytest.raises(ProblemsError, match="cannot be read"):
        read_yaml(tmp_path / "a")


def test_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_: object) -> int:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("os.open", denied)
    with pytest.raises(ProblemsError, match="may not be read; check its permissions"):
        read_yaml(tmp_path / "m.yaml")


def test_error_of_the_parser_that_nobody_foresaw_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: object, text: str) -> object:
        yield from ()
        raise IndexError("string index out of range")

    monkeypatch.setattr("ruamel.yaml.YAML.parse", broken)
    monkeypatch.setattr("runbook_tui.files.yaml_reader.fast_events", lambda text: None)
    assert "not valid YAML" in problems("a: 1\n")[0].what
