"""What ``runbook migrations`` prints for programs, the rules it knows, and the tools of other packages."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

import runbook_tui
from runbook_tui.cli.main import main
from runbook_tui.cli.migrations_json import MigrationData
from runbook_tui.migrations.judging.hazards import _BREAKING_RULES, _LOCK_MESSAGES
from runbook_tui.migrations.judging.rules import RULES
from runbook_tui.migrations.registry import all_tools
from runbook_tui.migrations.tool import Late

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "migrations.md").read_text("utf-8")
FILES = {
    "1_one.up.sql": "CREATE TABLE orders (id serial, state text, note text);",
    "2_two.up.sql": "ALTER TABLE orders RENAME COLUMN state TO status;\nDROP TABLE orders;",
    "3 thrée.up.sql": "UPDATE orders SET note = 'a';",
    "3_three.up.sql": "DO $$ BEGIN PERFORM tidy(); END $$;\nCREATE INDEX i ON orders (note);",
    "4_four.up.sql": "ALTER TABLE orders ADD COLUMN a int NOT NULL;\nALTER TABLE orders ADD CHECK (a > 0);",
    "5_five.up.sql": "ALTER TABLE orders ADD COLUMN b int;\nALTER TABLE orders DROP COLUMN note; nonsense (",
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of migrations in which much is wrong; its parent is the current folder."""
    (tmp_path / "db").mkdir()
    for name, text in FILES.items():
        (tmp_path / "db" / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "db"


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:  # noqa: ANN401 - JSON
    capsys.readouterr()
    main(["migrations", *arguments])
    return json.loads(capsys.readouterr().out)


@pytest.mark.usefixtures("folder")
def test_the_json_has_the_form_of_its_schema(capsys: pytest.CaptureFixture[str]) -> None:
    entries = printed(capsys, "--json", "db")
    assert len(entries) == len(FILES)
    assert TypeAdapter(list[MigrationData]).validate_python(entries)
    assert main(["schema", "migrations"]) == 0
    schema = json.loads(capsys.readouterr().out)
    of_one = schema["$defs"]["MigrationData"]
    assert schema["items"] == {"$ref": "#/$defs/MigrationData"}
    assert [list(entry) for entry in entries] == [list(of_one["properties"])] * len(entries)
    assert set(of_one["required"]) == set(of_one["properties"])
    documented = set(
        re.findall(r"`(\w+)`", PAGE[PAGE.index("## JSON") : PAGE.index("## A tool of your own")])
    )
    parts = {name for part in schema["$defs"].values() for name in part.get("properties", {})}
    assert parts <= documented


@pytest.mark.usefixtures("folder")
def test_sarif_has_what_its_standard_asks_for(capsys: pytest.CaptureFixture[str]) -> None:
    report = printed(capsys, "--sarif", "db")
    assert (report["version"], len(report["runs"])) == ("2.1.0", 1)
    (run,) = report["runs"]
    driver = run["tool"]["driver"]
    assert driver["name"] == "runbook-tui"
    assert len({rule["id"] for rule in driver["rules"]}) == len(driver["rules"]) > 5
    for rule in driver["rules"]:
        assert rule["shortDescription"]["text"]
        assert rule["help"]["text"]
        assert rule["defaultConfiguration"]["level"] in {"error", "warning", "note"}
    for result in run["results"]:
        assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in {"error", "warning", "note"}
        assert result["message"]["text"]
        place = result["locations"][0]["physicalLocation"]
        assert re.fullmatch(r"[A-Za-z0-9/._~%-]+", place["artifactLocation"]["uri"])
        assert place["region"]["startLine"] >= 1
    fingerprints = [result["partialFingerprints"]["runbookMigration/v1"] for result in run["results"]]
    assert len(set(fingerprints)) == len(fingerprints)
    uris = {r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for r in run["results"]}
    assert "3%20thr%C3%A9e.up.sql" in {uri.rpartition("/")[2] for uri in uris}


def test_a_finding_keeps_its_fingerprint_when_lines_are_added_above_it(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def found() -> dict[tuple[str, str], int]:
        results = printed(capsys, "--sarif", "db/4_four.up.sql")["runs"][0]["results"]
        return {
            (result["ruleId"], result["partialFingerprints"]["runbookMigration/v1"]): result["locations"][0][
                "physicalLocation"
            ]["region"]["startLine"]
            for result in results
        }

    before = found()
    path = folder / "4_four.up.sql"
    path.write_text("-- why\n-- and how\n" + path.read_text("utf-8"), encoding="utf-8")
    after = found()
    assert before.keys() == after.keys()
    assert before != after


# rules


def test_every_rule_that_the_code_names_is_listed() -> None:
    modules = [ast.parse(path.read_text("utf-8")) for path in _sources()]
    constants = dict(pair for module in modules for pair in _constants(module))
    named = {rule for module in modules for rule in _rules_of(module, constants)}
    named |= {rule for rule, _ in _BREAKING_RULES.values()} | _LOCK_MESSAGES.keys() | {"breaking"}
    named |= {"contract-before-expand", "backfill-before-expand"}
    assert len(named) > 40
    assert named == set(RULES)


def _sources() -> Iterator[Path]:
    package = Path(runbook_tui.__file__).parent
    yield from (package / "migrations").rglob("*.py")
    yield package / "release" / "answered.py"


def _constants(module: ast.Module) -> Iterator[tuple[str, str]]:
    for node in module.body:
        value = (
            node.value.value
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
            else None
        )
        if isinstance(node, ast.Assign) and isinstance(value, str):
            yield ast.unparse(node.targets[0]), value


def _rules_of(module: ast.Module, constants: dict[str, str]) -> Iterator[str]:
    """Rule ids that are written out: what findings are made of, and what is assigned to ``rule``."""
    for node in ast.walk(module):
        values: list[ast.expr] = []
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in {"Finding", "finding", "_finding", "say"}:
                values = [*node.args[:1], *(word.value for word in node.keywords if word.arg == "rule")]
        elif isinstance(node, ast.Assign):
            target = node.targets[0]
            several = isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple)
            pairs = zip(target.elts, node.value.elts, strict=False) if several else [(target, node.value)]  # type: ignore[attr-defined]
            values = [value for name, value in pairs if isinstance(name, ast.Name) and name.id == "rule"]
        for value in values:
            choices = [value.body, value.orelse] if isinstance(value, ast.IfExp) else [value]
            for choice in choices:
                text = (
                    choice.value if isinstance(choice, ast.Constant) else constants.get(ast.unparse(choice))
                )
                if isinstance(text, str) and re.fullmatch(r"[a-z]+(-[a-z]+)*", text):
                    yield text


def test_the_rules_are_listed_for_people_and_programs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["migrations", "--rules"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(RULES)
    assert {rule["id"]: rule["level"] for rule in printed(capsys, "--rules", "--json")} == {
        rule.id: rule.level.value for rule in RULES.values()
    }


def test_the_page_has_every_rule_and_every_tool() -> None:
    rows = re.findall(r"^\| `([a-z-]+)` \| (error|warning|note) \| (.*?) \| (.*?) \|$", PAGE, re.MULTILINE)
    assert rows == [(rule.id, rule.level.value, rule.summary, rule.remedy) for rule in RULES.values()]
    tools = {row[0]: row[3:] for row in (_cells(line) for line in PAGE.splitlines()) if len(row) == 5}
    late = {Late.RUNS: "runs", Late.SKIPS: "never runs", Late.REFUSES: "stops it"}
    for tool in all_tools():
        number, edited = tools[f"`{tool.name}`"]
        assert not tool.numbered or number == late[tool.late], tool.name
        assert edited == ("stops it" if tool.refuses_edits else "is not run again"), tool.name


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")] if line.startswith("| `") else []


# tools of other packages


@pytest.mark.parametrize("broken", [False, True])
def test_a_tool_of_another_package_is_found_by_its_entry_point(tmp_path: Path, *, broken: bool) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    (entry,) = re.findall(r"```toml\n.*?\n(.*?) = \"(.*?)\"\n```", PAGE, re.DOTALL)
    installed = tmp_path / "installed"
    metadata = installed / "steps_tool-1.0.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: steps-tool\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(f"[runbook_tui.migration_tools]\n{entry[0]} = {entry[1]}\n")
    (installed / "steps_tool.py").write_text("raise ValueError('too old')" if broken else code)
    (tmp_path / "shop" / "db").mkdir(parents=True)
    (tmp_path / "shop" / "db" / "step-001.sql").write_text("CREATE TABLE r (id int);")
    (tmp_path / "shop" / "db" / "step-002.sql").write_text("DROP TABLE r;")
    program = (
        f"import sys; sys.path[:0] = [{str(installed)!r}, {str(ROOT)!r}]\n"
        "from runbook_tui.cli.main import main; sys.exit(main(sys.argv[1:]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "migrations", "--json", "db"],
        cwd=tmp_path / "shop",
        capture_output=True,
        text=True,
        check=False,
    )
    if broken:
        assert (done.returncode, done.stdout) == (2, "")
        assert "steps_tool:Steps cannot be used: ValueError: too old" in done.stderr
        return
    assert (done.returncode, done.stderr) == (0, "")
    found = [
        (entry["tool"], entry["id"], entry["phase"], entry["command"]) for entry in json.loads(done.stdout)
    ]
    assert found == [
        ("steps", "step-001", "expand", "steps up step-001"),
        ("steps", "step-002", "contract", "steps up step-002"),
    ]
