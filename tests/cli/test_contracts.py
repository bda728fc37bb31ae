"""``runbook contracts`` over files and folders."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from runbook_tui.cli.main import main

OLD = "type Query { orders: [Order!]! }\ntype Order {\n  id: ID!\n  total: Int\n}\n"
ADDED = OLD.replace("  total: Int\n", "  total: Int\n  currency: String\n")
REMOVED = OLD.replace("  total: Int\n", "")
RENAMED = OLD.replace("total: Int", "total: String")
DEPRECATED = OLD.replace("total: Int", "total: Int @deprecated")
BROKEN = "type Query {\n  a: Int\n  b\n}\n"
RECORD = '{"type": "record", "name": "%s", "fields": [%s]}'
FIELD = '{"name": "id", "type": "int"}'
CHANGE = {
    "rule", "direction", "kind", "action", "pointer", "path", "line", "column", "effect", "first", "text", "names"
}  # fmt: skip

Told = Callable[..., tuple[int, str, str]]


def write(files: Mapping[str, str]) -> None:
    for name, text in files.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(text, encoding="utf-8")


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Told:
    """``told(files, *arguments)``: exit status, output and errors, in a folder with the files."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")

    def run(files: Mapping[str, str], *arguments: str) -> tuple[int, str, str]:
        write(files)
        capsys.readouterr()
        status = main(["contracts", *arguments])
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return run


def data(told: Told, files: Mapping[str, str], *arguments: str) -> tuple[int, dict[str, Any]]:
    status, out, err = told(files, "--json", *arguments)
    assert not err
    return status, json.loads(out)


def two(new: str) -> dict[str, str]:
    return {"old.graphql": OLD, "new.graphql": new}


@pytest.mark.parametrize(
    ("new", "verdict", "status", "because"),
    [
        (OLD, "compatible", 0, "the provider and its consumers can be deployed in any order: nothing has changed"),
        (DEPRECATED, "either", 0, "the provider and its consumers can be deployed in any order: each version"),
        (ADDED, "provider-first", 0, "the provider must be deployed before its consumers: it adds Order.currency"),
        (REMOVED, "consumer-first", 0, "its consumers must be deployed before the provider: the provider removes"),
        (RENAMED, "split", 1, "the provider and its consumers cannot be deployed in any order: the provider changes"),
    ],
    ids=["compatible", "either", "provider", "consumer", "split"],
)  # fmt: skip
def test_the_verdict_with_its_reason(told: Told, new: str, verdict: str, status: int, because: str) -> None:
    found, answer = data(told, two(new), "old.graphql", "new.graphql")
    assert (found, answer["verdict"], answer["type"]) == (status, verdict, "graphql")
    assert answer["because"].startswith(because)
    assert set(answer) == {"type", "verdict", "because", "changes", "faults"}


def test_a_change_has_everything_that_a_program_needs(told: Told) -> None:
    _, answer = data(told, two(ADDED), "old.graphql", "new.graphql")
    (change,) = answer["changes"]
    assert set(change) == CHANGE
    assert change == {
        "rule": "field-added",
        "direction": "request",
        "kind": "existence",
        "action": "add",
        "pointer": "Order.currency",
        "path": "new.graphql",
        "line": 5,
        "column": 3,
        "effect": "widens",
        "first": "provider-first",
        "text": "adds Order.currency",
        "names": ["currency"],
    }
    _, answer = data(told, two(DEPRECATED), "old.graphql", "new.graphql")
    (harmless,) = answer["changes"]
    assert set(harmless) == CHANGE
    assert (harmless["effect"], harmless["first"]) == ("neither", "either")


def test_the_sentence_comes_first_and_then_a_table(told: Told) -> None:
    both = REMOVED.replace("  id: ID!\n", "  id: ID!\n  currency: String\n")
    status, out, err = told(two(both), "old.graphql", "new.graphql")
    assert status == 1
    assert err == "new.graphql is taken for graphql; --type forces another\n"
    assert out == (
        "No order is safe: the provider adds Order.currency (new.graphql:4), which needs\n"
        "the provider first, and removes Order.total (old.graphql:4), which needs its\n"
        "consumers first.\n"
        "\n"
        "  consumers first  old.graphql:4:3  removes Order.total\n"
        "  provider first   new.graphql:4:3  adds Order.currency\n"
        "\n"
        "What makes an order, one release after the other:\n"
        "  1. the provider: add the new form beside the old one\n"
        "  2. its consumers: switch to the new form\n"
        "  3. the provider: remove the old form\n"
    )


@pytest.mark.parametrize("columns", [40, 80, 200])
def test_no_line_is_wider_than_the_terminal(
    told: Told, monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    long = "deprecated_for_a_reason_that_takes_a_while " * 5
    files = {
        "some/rather/long/folder/old/schema.graphql": OLD,
        "some/rather/long/folder/new/schema.graphql": RENAMED.replace(
            "id: ID!", f'id: ID! @tag(a: "{long}")'
        ),
    }
    paths = [path for path in files if path.endswith("schema.graphql")]
    _, out, _ = told(files, *paths)
    place = "some/rather/long/folder/new/schema.graphql:4:3"
    assert place in out
    assert not [
        line for line in out.splitlines() if len(line) > max(columns, 56) and "schema.graphql:" not in line
    ]


def test_what_cannot_be_read_is_told_with_its_place(told: Told) -> None:
    status, out, err = told(two(BROKEN), "old.graphql", "new.graphql")
    assert status == 2
    assert out == "Not known: 1 problem hides who has to be deployed first.\n"
    assert err == (
        "new.graphql:4:1: this is not GraphQL: Expected ':', found '}'; expected a GraphQL schema; mend the syntax\n"
    )
    status, answer = data(told, {}, "old.graphql", "new.graphql")
    assert (status, answer["verdict"], answer["changes"]) == (2, None, [])
    assert answer["faults"] == [
        {
            "path": "new.graphql",
            "line": 4,
            "column": 1,
            "what": "this is not GraphQL: Expected ':', found '}'",
            "expected": "a GraphQL schema",
            "remedy": "mend the syntax",
            "version": "new",
        }
    ]


def test_all_problems_are_told_at_once(told: Told) -> None:
    files = {"old.graphql": BROKEN, "new.graphql": "scalar"}
    status, _, err = told(files, "old.graphql", "new.graphql")
    assert (status, [line.split(":")[0] for line in err.splitlines()]) == (2, ["new.graphql", "old.graphql"])
    status, out, err = told({}, "missing.graphql", "nor-this.graphql")
    assert (status, out) == (2, "")
    assert err == (
        "missing.graphql: there is no such file or folder; expected two files or two folders: "
        "the old version, then the new one\n"
        "nor-this.graphql: there is no such file or folder; expected two files or two folders: "
        "the old version, then the new one\n"
    )


def test_another_type_than_is_said_is_a_problem(told: Told) -> None:
    status, _, err = told(two(ADDED), "--type", "avro", "old.graphql", "new.graphql")
    assert status == 2
    assert err.splitlines() == [
        f"{name}.graphql: this is graphql, and --type says avro; name another file or type"
        for name in ("new", "old")
    ]
    assert told({}, "--type", "graphql", "old.graphql", "new.graphql")[0] == 0
    with pytest.raises(SystemExit, match="2"):
        told({}, "--type", "wsdl", "old.graphql", "new.graphql")


FOLDERS = {
    "old/a.avsc": RECORD % ("A", ""),
    "new/a.avsc": RECORD % ("A", FIELD),
    "old/same.avsc": RECORD % ("Same", ""),
    "new/same.avsc": RECORD % ("Same", ""),
    "old/gone.avsc": RECORD % ("Gone", ""),
    "new/api/fresh.avsc": RECORD % ("Fresh", ""),
}


def test_a_folder_has_a_result_for_each_contract_and_one_for_all(told: Told) -> None:
    status, answer = data(told, FOLDERS, "old", "new")
    assert (status, answer["verdict"], answer["type"]) == (1, "split", "avro")
    assert {each["path"]: each["verdict"] for each in answer["contracts"]} == {
        "a.avsc": "provider-first",
        "api/fresh.avsc": "provider-first",
        "gone.avsc": "consumer-first",
        "same.avsc": "compatible",
    }
    each = answer["contracts"][0]
    assert set(each) == {"path", "type", "verdict", "because", "changes", "faults"}
    assert answer["changes"] == [change for each in answer["contracts"] for change in each["changes"]]


def test_a_folder_is_told_contract_by_contract(told: Told) -> None:
    status, out, _ = told(FOLDERS, "old", "new")
    assert status == 1
    assert out.startswith("No order is safe: the provider ")
    assert "\na.avsc (avro): provider first\n  provider first  new/a.avsc:1:" in out
    assert "\napi/fresh.avsc (avro, new): provider first\n" in out
    assert "\ngone.avsc (avro, gone): consumers first\n" in out
    assert "\n1 contract without a change\n" in out
    assert "old/gone.avsc" in out


def test_a_contract_that_cannot_be_read_leaves_the_others(told: Told) -> None:
    files = {**FOLDERS, "new/same.avsc": '{"type": "record", "name": 1}'}
    status, answer = data(told, files, "--type", "avro", "old", "new")
    assert (status, answer["verdict"]) == (2, None)
    verdicts = {each["path"]: each["verdict"] for each in answer["contracts"]}
    assert (verdicts["a.avsc"], verdicts["same.avsc"]) == ("provider-first", None)
    assert {fault["path"] for fault in answer["faults"]} == {"same.avsc"}
    status, out, err = told({}, "--type", "avro", "old", "new")
    assert "same.avsc (avro): not known" in out
    assert "a.avsc (avro): provider first" in out
    assert err.startswith("new/same.avsc:1:")


def test_a_folder_of_one_schema_is_told_like_a_file(told: Told) -> None:
    files = {
        "old/a.graphql": OLD,
        "new/a.graphql": OLD,
        "new/b.graphql": "extend type Order { note: String }",
    }
    status, out, err = told(files, "old", "new")
    assert status == 0
    assert out.startswith("The provider first: it adds Order.note (new/b.graphql:1)")
    assert err == "new is taken for graphql; --type forces another\n"


def test_very_many_changes_are_not_all_printed(told: Told) -> None:
    values = "".join(f" V{number}" for number in range(100))
    fields = "".join(f" f{number}: Int @deprecated" for number in range(50))
    old = f"type Query {{ a: E {fields.replace(' @deprecated', '')} }} enum E {{ A }}"
    new = f"type Query {{ a: E {fields} }} enum E {{ A {values} }}"
    _, out, _ = told({"old.graphql": old, "new.graphql": new}, "old.graphql", "new.graphql")
    assert "  and 40 more changes (--json has them all)" in out
    assert "  and 40 more that order nothing (--json has them all)" in out
    assert len(out.splitlines()) < 120


def test_foreign_text_cannot_drive_the_terminal(told: Told) -> None:
    evil = 'type Query { a(b: String = "\\u001b[2J\\u202e"): Int }'
    files = {"old.graphql": evil.replace("[2J", "x"), "new\x1b[2J.graphql": evil}
    for arguments in ([], ["--json"]):
        _, out, err = told(files, "old.graphql", "new\x1b[2J.graphql", *arguments)
        assert "\x1b" not in out + err
        assert "\u202e" not in out + err


def test_help_needs_no_parser() -> None:
    script = (
        "import sys\nfrom runbook_tui.cli.main import main\n"
        "try: main(['contracts', '--help'])\nexcept SystemExit: pass\n"
        "heavy = {'graphql', 'ruamel', 'textual', 'pydantic', 'git'} & set(sys.modules)\nassert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "OLD" in done.stdout
