"""Files of contracts: values, places, limits, references."""

from __future__ import annotations

import json
import time

import pytest

from runbook_tui.contracts.documents.document import Document, read_document
from runbook_tui.contracts.documents.node import Node
from runbook_tui.contracts.documents.references import changed_files, is_unchanged, referenced_files
from runbook_tui.contracts.documents.resolving import Documents
from runbook_tui.contracts.files import in_memory
from runbook_tui.contracts.format import Report
from runbook_tui.files import yaml_tree

LAUGHS = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{below}'] * 10)}]\n"
    for below, name in zip("abcdefgh", "bcdefghi", strict=True)
)


def read(text: str | bytes, path: str = "api.yaml") -> Document:
    return read_document(path, text.encode() if isinstance(text, str) else text, "new")


def fault(text: str | bytes, path: str = "api.yaml") -> tuple[int, int, str]:
    (found,) = read(text, path).faults
    assert found.version == "new"
    assert found.path == path
    return found.line, found.column, found.what


def test_scalars_are_those_of_yaml_1_2() -> None:
    text = "a: yes\nb: 2024-01-02\nc: 0o17\nd: 0x1f\ne: 1e3\nf: ~\ng: 'true'\nh: true\ni: 007\nj: .5\nk: !!str 5\nl:\n"
    assert read(text).value == {
        "a": "yes", "b": "2024-01-02", "c": 15, "d": 31, "e": 1000.0, "f": None, "g": "true", "h": True, "i": 7,
        "j": 0.5, "k": "5", "l": None,
    }  # fmt: skip


def test_keys_are_text() -> None:
    assert read("200: a\ntrue: b\nnull: c\n").value == {"200": "a", "true": "b", "null": "c"}


def test_aliases_and_merge_keys_are_followed() -> None:
    text = "base: &base {a: 1, b: 2}\nmore:\n  <<: *base\n  b: 3\nlist: [*base]\n"
    assert read(text).value == {
        "base": {"a": 1, "b": 2},
        "more": {"a": 1, "b": 3},
        "list": [{"a": 1, "b": 2}],
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1\nb: 2\na: 3\n", (3, 1, "the key 'a' is here for the second time (first in line 1)")),
        ("a: *b\n", (1, 4, "the alias '*b' has no anchor")),
        ("a: &a [*a]\n", (1, 8, "the alias '*a' stands inside of its own anchor")),
        ("? [a]\n: 1\n", (1, 3, "a key that is not plain text")),
        ("a: 1\n---\nb: 2\n", (2, 1, "a second document begins")),
        ("a: b\x07\n", (1, 5, "control character U+0007")),
        ("a:\n\t- b\n", (2, 1, "a tab in the indentation")),
        (b"a: \xff\n", (1, 4, "byte 0xff is not UTF-8")),
        pytest.param("[" * 500 + "]" * 500, (1, 201, "nested deeper than 200 levels"), id="deep"),
        pytest.param(LAUGHS, (5, 36, "aliases that repeat more than 100,000 values"), id="laughs"),
        ("a: {{ name }}\nb: 1\n", (1, 4, "the template placeholder '{{ name }}' cannot be read")),
        ("a: 1\n{% if x %}\nb: 1\n", (2, 1, "the template placeholder '{% if x %}' cannot be read")),
    ],
)  # fmt: skip
def test_defects_have_their_place(text: str | bytes, expected: tuple[int, int, str]) -> None:
    assert fault(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a": 1,\n "a": 2}', (2, 2, "the key 'a' is here for the second time")),
        ('{"a": 1,}', (1, 9, "this is not valid JSON: Expecting property name enclosed in double quotes")),
        ('{"a": NaN}', (0, 0, "a number that cannot be read")),
        pytest.param("[" * 100_000, (0, 0, "nested deeper than 200 levels"), id="deep"),
        pytest.param('{"a": ' + "9" * 5000 + "}", (0, 0, "a number that cannot be read"), id="digits"),
        ('{"version": ${{ v }}}', (1, 13, "the template placeholder '${{ v }}' cannot be read")),
    ],
)
def test_defects_of_json(text: str, expected: tuple[int, int, str]) -> None:
    assert fault(text, "api.json") == expected


def test_a_placeholder_in_quotes_is_text() -> None:
    assert read("a: '{{ name }}'\n").value == {"a": "{{ name }}"}
    assert not read("a: '{{ name }}'\n").faults


def test_yaml_may_look_like_json() -> None:
    assert read("{a: 1, 'b': [c]}").value == {"a": 1, "b": ["c"]}


def test_values_know_their_place() -> None:
    text = "info:\n  title: x\npaths:\n  /a~b:\n    get: [1,\n      2]\n"
    document = read(text)
    assert document.place("/paths/~1a~0b/get") == (5, 5)
    assert document.place("/paths/~1a~0b/get/1") == (6, 7)
    assert document.place("/paths/~1a~0b/nothing/here") == (4, 3)


def test_values_of_json_know_their_place() -> None:
    text = '{"info": {"title": "x{"},\n "paths": {"/a~b": {"get": [1,\n 2]}}, "é\\n": 3}'
    document = read(text, "api.json")
    assert document.place("/paths/~1a~0b/get") == (2, 21)
    assert document.place("/paths/~1a~0b/get/1") == (3, 2)
    assert document.place("/é\n") == (3, 8)
    assert document.place("/paths/nothing") == (2, 2)


def test_places_agree_with_the_text_in_both_notations() -> None:
    value = {"a": {"b": [{"c": 1}, {"d": None}]}, "e/f": {"g~h": [[], {"i": "j"}]}}
    text = json.dumps(value, indent=1)
    as_json, as_yaml = read(text, "x.json"), read(text.replace("{\n", "{ \n"), "x.yml")
    nodes = [Node(value, as_json)]
    while nodes:
        node = nodes.pop()
        assert as_json.place(node.pointer) == as_yaml.place(node.pointer)
        nodes += [each for _, each in node.items()] + node.elements()


def test_both_parsers_read_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("_ruamel_yaml")
    text = "a: &x\n  b: 'c'\n  d: |\n    e\n  f: >-\n    g\n    h\ni: *x\nj: [1, true, ~, \"k\"]\n"
    text += "<<: *x\nl: plain text # no\n"
    fast = read(text)
    monkeypatch.setattr(yaml_tree, "fast_events", lambda text: None)
    slow = read(text)
    assert repr(fast.value) == repr(slow.value)
    assert fast.place("/j/1") == slow.place("/j/1")


def test_hostile_text_is_refused_quickly() -> None:
    begin = time.process_time()
    for text in (
        LAUGHS,
        "[" * 100_000,
        "{" * 100_000,
        "- " * 50_000,
        "&a " * 20_000,
        "a: " * 20_000,
        "? " * 20_000,
    ):
        assert read(text).faults
        assert read(text, "x.json").faults
    assert time.process_time() - begin < 20


def documents(report: Report, own: dict[str, str], others: dict[str, str] | None = None) -> Documents:
    files = [{path: text.encode() for path, text in group.items()} for group in (own, others or {})]
    return Documents(in_memory(*files), "new", report)


@pytest.mark.parametrize(
    ("reference", "pointer"),
    [
        ("#/a", "/a"),
        ("#/x~1y", "/x~1y"),
        ("#/x%2Fy", None),
        ("#/x~1y/0", "/x~1y/0"),
        ("other.yaml#/b", "/b"),
        ("./deep/../other.yaml", ""),
        ("#named", "/named"),
        ("https://example.com/schemas/thing.json", "/thing"),
        ("https://example.com/schemas/thing.json#/part", "/thing/part"),
    ],
)
def test_references_are_followed(reference: str, pointer: str | None) -> None:
    report = Report()
    text = f"""
a: 1
x/y: [2]
named: {{$anchor: named}}
thing: {{$id: 'https://example.com/schemas/thing.json', part: 3}}
start: {{$ref: {json.dumps(reference)}}}
"""
    found = documents(report, {"api/a.yaml": text}, {"api/other.yaml": "b: 1\n"})
    root = found.root("api/a.yaml")
    start = root.get("start") if root is not None else None
    assert start is not None
    target = found.resolve(start)
    assert (target.pointer if target is not None else None) == pointer
    assert bool(report.faults) == (pointer is None)


@pytest.mark.parametrize(
    ("reference", "what"),
    [
        ("#/nothing", "$ref '#/nothing' leads to nothing"),
        ("#/start", "$ref '#/start' only points at itself"),
        ("../../secrets.yaml", "$ref '../../secrets.yaml' leaves the repository"),
        ("/etc/passwd", "$ref '/etc/passwd' leaves the repository"),
        ("missing.yaml", "$ref 'missing.yaml' leads to no file"),
        (
            "https://example.com/a.yaml#/b",
            "$ref 'https://example.com/a.yaml#/b' is a URL, and nothing is fetched",
        ),
        ("file:///etc/passwd", "$ref 'file:///etc/passwd' is a URL, and nothing is fetched"),
        ("http://[", "$ref 'http://[' is a URL, and nothing is fetched"),
    ],
)
def test_references_that_lead_nowhere_are_faults(reference: str, what: str) -> None:
    report = Report()
    found = documents(report, {"api/a.yaml": f"start: {{$ref: {json.dumps(reference)}}}\n"})
    root = found.root("api/a.yaml")
    start = root.get("start") if root is not None else None
    assert start is not None
    assert found.resolve(start) is None
    (fault,) = report.faults
    assert (fault.what, fault.line, fault.column) == (what, 1, 1)


def test_references_between_files_are_found_without_parsing() -> None:
    text = b'a: {$ref: \'b.yaml#/x\'}\nb:\n  $ref: c/d.json\nc: {"$ref": "#/a"}\n'
    text += b"d: {$ref: https://e.com/f}\n$ref: ../g.yml\n"
    files = in_memory({"api/a.yaml": text}, {"api/b.yaml": b"", "api/c/d.json": b"", "g.yml": b""})
    assert referenced_files("api/a.yaml", text, files) == ["api/b.yaml", "api/c/d.json", "g.yml"]


def test_a_change_of_a_referenced_file_is_a_change() -> None:
    own = {"a.yaml": b"$ref: b.yaml\n"}
    old = in_memory(own, {"b.yaml": b"$ref: c.yaml\n", "c.yaml": b"1", "d.yaml": b"1"})
    new = in_memory(own, {"b.yaml": b"$ref: c.yaml\n", "c.yaml": b"2", "d.yaml": b"2"})
    assert changed_files(old, new) == {"a.yaml", "b.yaml", "c.yaml"}
    assert not is_unchanged(old, new)
    assert is_unchanged(old, old)
