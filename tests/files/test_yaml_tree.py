"""One YAML document to values: what both parsers agree on, and what is told and read all the same."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml.events import Event, ScalarEvent

from runbook_tui.files import yaml_tree
from runbook_tui.files.problems import Place
from runbook_tui.files.yaml_tree import read_tree
from runbook_tui.files.yaml_values import Limits, Mark, Tree

LIMITS = Limits(depth=20, values=1_000, problems=5, pure=10_000, aliased=200)


class Plain:
    """Makes lists, dicts and text."""

    def key(self, event: ScalarEvent) -> str:
        return str(event.value)

    def scalar(self, event: ScalarEvent) -> object:
        return str(event.value)

    def sequence(self, event: Event, items: list[object]) -> object:
        return items

    def mapping(self, event: Event, entries: dict[str, object], keys: dict[str, Mark]) -> object:
        return entries

    def nothing(self, event: Event) -> object:
        return None

    def items(self, value: object) -> Sequence[object] | None:
        return value if isinstance(value, list) else None

    def entries(self, value: object) -> Mapping[str, object] | None:
        return value if isinstance(value, dict) else None


def read(text: str, limits: Limits = LIMITS, line: int = 1) -> Tree[object]:
    return read_tree(text, "f.yaml", Plain(), limits, line)


def test_what_libyaml_refuses_is_read_by_the_pure_parser() -> None:
    text = "a: b\u2028c\nd: e\n"
    assert read(text).root == {"a": "b\u2028c", "d": "e"}
    if importlib.util.find_spec("_ruamel_yaml") is not None:
        assert not read(text, Limits(20, 1_000, 5, pure=3)).complete


@pytest.mark.parametrize("character", ["\x85", "\u2028", "\u2029"])
def test_lines_are_those_of_an_editor(character: str) -> None:
    tree = read(f"a: 'b{character}c'\nd: *e\n")
    assert [problem.place for problem in tree.problems] == [Place("f.yaml", 2, 4)]


def test_problems_stand_at_their_lines_of_the_file() -> None:
    tree = read("a: *b\na: 1\n", line=10)
    assert tree.problems[0].place == Place("f.yaml", 10, 4)
    assert tree.repeated[0].place == Place("f.yaml", 11, 1)
    assert "first in line 10" in tree.repeated[0].what
    assert read("a: 1\nb: [\n", line=10).problems[0].place.line == 11


def test_a_second_document_is_told_and_not_read() -> None:
    tree = read("a: 1\n---\nb: 2\n")
    assert (tree.root, tree.problems) == ({"a": "1"}, [])
    assert tree.second is not None
    assert tree.second.place == Place("f.yaml", 2, 1)


def test_keys_may_be_anchored_and_repeated_by_aliases() -> None:
    tree = read("&k a: 1\nb: {*k : 2}\nc: *k\n")
    assert (tree.root, tree.problems) == ({"a": "1", "b": {"a": "2"}, "c": "a"}, [])


def test_merged_keys_stand_behind_those_that_are_there_and_keep_their_place() -> None:
    tree = read("a: &a {x: 1, y: 2}\nb:\n  <<: [*a, {y: 3, z: 4}]\n  x: 0\n")
    assert isinstance(tree.root, dict)
    merged = tree.root["b"]
    assert merged == {"x": "0", "y": "2", "z": "4"}
    keys = tree.inside[id(merged)]
    assert isinstance(keys, dict)
    assert {key: (mark.line, mark.column) for key, mark in keys.items()} == {
        "x": (3, 2),
        "y": (0, 13),
        "z": (2, 18),
    }


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("[" * 30, "nested deeper than 20 levels"),
        ("- a\n" * 1_001, "more than 1,000 keys and values in one document"),
        ("a: 1\n" * 600, "more than 1,000 keys and values in one document"),
        ("a: &a [" + "x," * 90 + "]\nb: [*a, *a, *a]\n", "aliases that repeat more than 200 values"),
        (
            "a: &a {" + ",".join(f"k{n}: 1" for n in range(90)) + "}\n"
            "b: &b [" + ",".join(["{<<: *a}"] * 12) + "]\n",
            "more than 1,000 keys and values in one document",
        ),
    ],
)
def test_a_limit_ends_the_reading(text: str, what: str) -> None:
    limits = LIMITS if "aliases" in what else Limits(20, 1_000, 5, 10_000)
    tree = read(text, limits)
    assert (tree.complete, tree.root) == (False, None)
    assert tree.problems[-1].what == what


def test_only_so_many_problems_are_kept() -> None:
    tree = read("- *a\n" * 100 + "- {a: 1, a: 2, a: 3, a: 4, a: 5, a: 6, a: 7, a: 8}\n")
    assert (len(tree.problems), len(tree.repeated)) == (5, 5)
    assert tree.complete


_WORDS = st.text(alphabet="abcé😀 '\"#:-\n", max_size=8)
_DATA = st.recursive(
    _WORDS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_WORDS, inner, max_size=4)
)


@given(_DATA, st.sampled_from([None, 2]))
def test_json_is_read_as_it_is(data: object, indent: int | None) -> None:
    tree = read(json.dumps(data, ensure_ascii=False, indent=indent), Limits(100, 10_000, 5, 10_000))
    assert (tree.root, tree.problems, tree.repeated) == (data, [], [])


def both(text: str) -> tuple[Tree[object], Tree[object]]:
    fast = read(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(yaml_tree, "fast_events", lambda text: None)
        return fast, read(text)


@given(st.text(alphabet="ab:-{}[]'\"\n ,", max_size=60))
def test_both_parsers_read_the_same(text: str) -> None:
    fast, slow = both(text)
    if fast.complete and slow.complete:
        assert (fast.root, fast.repeated) == (slow.root, slow.repeated)
    else:
        assert fast.complete or fast.problems == slow.problems


@given(st.text(max_size=80) | st.text(alphabet="ab:-{}[]&*<'\"|>%#!?\n\r\t $.\x85", max_size=80))
def test_no_text_raises_anything(text: str) -> None:
    fast, slow = both(text)
    assert fast.complete or fast.problems
    assert slow.complete or slow.problems
