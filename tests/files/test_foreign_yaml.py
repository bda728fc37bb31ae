"""YAML of other tools: what is tolerated, what is bounded, and where things stand."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml.events import Event

from runbook_tui.files import yaml_tree
from runbook_tui.files.foreign_nodes import Map, Node, child, entries, items, text, texts, words
from runbook_tui.files.foreign_yaml import MAX_BYTES, MAX_DOCUMENTS, ForeignYaml, read_foreign_yaml
from runbook_tui.files.placeholders import is_placeholder
from runbook_tui.files.problems import Place
from runbook_tui.files.yaml_events import pure_events


def read(text: str) -> ForeignYaml:
    return read_foreign_yaml(text.encode(), "f.yaml")


def root(text: str) -> Node:
    (document,) = read(text).documents
    return document.root


def test_every_scalar_stays_the_text_that_was_written() -> None:
    node = root("a: 0123\nb: yes\nc: ~\nd: '~'\ne: !!int 5\nf: !custom {g: 1.10}\n")
    assert [words(node, key) for key in "abde"] == ["0123", "yes", "~", "5"]
    assert text(node, "c") is None
    assert words(node, "f", "g") == "1.10"


def test_values_and_keys_have_places_also_in_later_documents() -> None:
    found = read("a: 1\n---\n# comment\nb:\n  - c\n  - d: e\n")
    second = found.documents[1]
    assert second.line == 2
    assert [item.place for item in items(second.root, "b")] == [Place("f.yaml", 5, 5), Place("f.yaml", 6, 5)]
    ((_, key, value),) = entries(items(second.root, "b")[1])
    assert (key, value.place) == (Place("f.yaml", 6, 5), Place("f.yaml", 6, 8))


def test_a_document_that_cannot_be_read_is_told_and_the_others_are_read() -> None:
    found = read("a: 1\n---\nb: [\n---\nc: 3\n...\n%YAML 1.1\n---\nd: 4\n")
    assert [words(document.root, key) for document, key in zip(found.documents, "acd", strict=True)] == [
        "1",
        "3",
        "4",
    ]
    (problem,) = found.problems
    assert problem.place.line == 3


def test_documents_that_nobody_wants_are_not_parsed() -> None:
    found = read_foreign_yaml(b"kind: A\n---\nkind: B\nx: [\n", "f.yaml", lambda part: "kind: A" in part)
    assert (len(found.documents), found.problems) == (1, ())


def test_aliases_and_merge_keys_give_the_values_that_they_name() -> None:
    node = root("a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}\nc: {<<: [*a, {z: 4}]}\nd: *a\n")
    assert [words(node, *path) for path in (("b", "x"), ("b", "y"), ("c", "z"), ("d", "y"))] == [
        "1",
        "3",
        "4",
        "2",
    ]


@pytest.mark.parametrize("written", ["a: *nope\n", "a: &a [*a]\n", "a: {<<: 5}\n", "? [a]\n: b\n"])
def test_what_names_nothing_is_a_problem_with_its_place(written: str) -> None:
    found = read(written)
    assert len(found.problems) == 1
    assert found.problems[0].place.line == 1
    assert isinstance(found.documents[0].root, Map)


def test_a_key_that_stands_twice_is_told_and_the_last_is_taken() -> None:
    found = read("a: 1\nb: 2\na: 3\n")
    assert words(found.documents[0].root, "a") == "3"
    assert [problem.place for problem in found.repeated] == [Place("f.yaml", 3, 1)]


def test_placeholders_are_kept_as_text_and_told_with_their_lines() -> None:
    found = read(
        "# {{ not this }}\nname: {{ .Values.name }}-app\n{{- if .Values.x }}\nlist:\n  - ${{ values.a }}\n{{- end }}\n"
        "{% if b %}\nlist: []\n{% endif %}\n"
    )
    (document,) = found.documents
    assert found.problems == found.repeated == ()
    assert words(document.root, "name") == "{{ .Values.name }}-app"
    assert is_placeholder(words(document.root, "name"))
    assert [place.line for place, _ in document.placeholders] == [2, 3, 5, 6, 7, 9]
    assert document.placeholders[2][1] == "${{ values.a }}"


def test_a_placeholder_moves_nothing_that_stands_beside_it() -> None:
    node = root("a: {b: {{ x }}, c: d}\n")
    found = text(node, "a", "c")
    assert found is not None
    assert found.place == Place("f.yaml", 1, 20)


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xfe",
        b"a: \x00",
        b"[" * 100_000,
        b"{" * 100_000,
        b"{{" * 100_000,
        b"? " * 100_000,
        b"- " * 100_000,
        b"a: 1\n" * 120_000,
        b"x" * (MAX_BYTES + 1),
        b"---\na: 1\n" * (MAX_DOCUMENTS + 1),
        b"a: &a {"
        + b",".join(b"k%d: 1" % n for n in range(900))
        + b"}\n"
        + b"".join(b"b%d: {<<: *a}\n" % n for n in range(200)),
    ],
)
def test_what_is_too_large_or_too_deep_is_told_in_time(data: bytes) -> None:
    began = time.monotonic()
    found = read_foreign_yaml(data, "f.yaml")
    assert found.problems
    assert time.monotonic() - began < 60


def test_the_slow_parser_is_asked_only_where_something_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("_ruamel_yaml")
    asked: list[str] = []

    def counted(text: str) -> Iterator[Event]:
        asked.append(text)
        return pure_events(text)

    monkeypatch.setattr(yaml_tree, "pure_events", counted)
    assert len(read("---\na: {{ b }}\nc: &c [d, !e f]\ng: {<<: {h: 1}}\n" * 50).documents) == 50
    assert not asked
    assert read("a: 1\n---\nb: [\n---\nc: \td\n").problems
    assert asked == ["---\nb: [\n"]


def test_aliases_that_double_each_other_cost_nothing() -> None:
    bomb = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 60))
    merges = "b0: &b0 {k: 1}\n" + "".join(
        f"b{n}: &b{n} {{<<: [*b{n - 1}, *b{n - 1}]}}\n" for n in range(1, 60)
    )
    assert len(items(root(bomb), "a59")) == 2
    assert words(root(merges), "b59", "k") == "1"


def test_the_wrong_shape_is_nothing() -> None:
    node = root("a: text\nb: [1, {c: d}]\n")
    assert child(node, "a", "x") is None
    assert [found.value for found in texts(node, "b")] == ["1"]
    assert [found.value for found in texts(node, "a")] == ["text"]
    assert list(entries(node, "a")) == []


@given(st.binary(max_size=300) | st.text(alphabet="ab:-{}[]&*<'\"|>%#!?\n $.", max_size=120).map(str.encode))
def test_no_bytes_raise_anything(data: bytes) -> None:
    found = read_foreign_yaml(data, "f.yaml")
    assert all(document.line >= 1 for document in found.documents)
