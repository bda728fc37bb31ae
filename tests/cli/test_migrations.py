"""``runbook migrations`` over repositories, folders and files."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from runbook_tui.cli.main import main

IDENTITY = ["-c", "user.name=Ann", "-c", "user.email=ann@shop.example", "-c", "commit.gpgsign=false"]
ONE = "-- migrate:up\nCREATE TABLE orders (id serial PRIMARY KEY, state text);\n-- migrate:down\nDROP TABLE orders;\n"
HARMLESS = (
    "-- migrate:up\nALTER TABLE orders ADD COLUMN note text;\n"
    "-- migrate:down\nALTER TABLE orders DROP COLUMN note;\n"
)
RENAME = "-- migrate:up\n\nALTER TABLE orders RENAME COLUMN state TO status;\n"
ASKED = "-- migrate:up\nDO $$ BEGIN PERFORM tidy(); END $$;\n"
FIRST, SECOND, THIRD = (
    f"db/2026010{n}_{name}.sql" for n, name in ((1, "orders"), (2, "note"), (3, "rename"))
)

Project = Callable[..., Path]
Judged = Callable[..., list[dict[str, Any]]]


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", "-C", str(folder), *IDENTITY, *arguments], check=True, capture_output=True)


def write(folder: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """``project(committed, then)``: the current folder, a repository with a commit ``base`` and files after it."""

    def make(committed: Mapping[str, str], then: Mapping[str, str] | None = None) -> Path:
        folder = tmp_path / "shop"
        folder.mkdir()
        git(folder, "init", "--quiet", "--initial-branch=main")
        write(folder, committed)
        git(folder, "add", "--all")
        git(folder, "commit", "--quiet", "--allow-empty", "--message", "base")
        git(folder, "tag", "base")
        write(folder, then or {})
        monkeypatch.chdir(folder)
        return folder

    return make


@pytest.fixture
def judged(capsys: pytest.CaptureFixture[str]) -> Judged:
    """``judged(*arguments)``: what ``runbook migrations --json`` prints."""

    def run(*arguments: str) -> list[dict[str, Any]]:
        capsys.readouterr()
        main(["migrations", "--json", *arguments])
        return json.loads(capsys.readouterr().out)  # type: ignore[no-any-return]

    return run


def rules(entry: dict[str, Any]) -> set[str]:
    return {finding["rule"] for finding in entry["findings"]}


# what is pending


def test_since_a_commit_only_what_it_has_not_is_judged(project: Project, judged: Judged) -> None:
    project({FIRST: ONE, SECOND: HARMLESS}, {THIRD: RENAME})
    (entry,) = judged("--since", "base")
    told = {key: entry[key] for key in ("path", "tool", "id", "phase", "parents", "folder", "repository")}
    assert told == {
        "path": THIRD,
        "tool": "dbmate",
        "id": "20260103",
        "phase": "breaking",
        "parents": ["20260102"],
        "folder": "db",
        "repository": ".",
    }
    (finding,) = [finding for finding in entry["findings"] if finding["rule"] == "rename"]
    assert (finding["level"], finding["line"]) == ("error", 3)
    assert finding["recipe"]


def test_what_is_wrong_with_the_history_is_not_lost(project: Project, judged: Judged) -> None:
    project(
        {FIRST: ONE, SECOND: HARMLESS}, {FIRST: ONE + "-- more\nSELECT 1;\n", "db/2025_old.sql": HARMLESS}
    )
    late, edited = judged("--since", "base")
    assert (late["id"], late["phase"]) == ("2025", "expand")
    assert "sorts-before-applied" in rules(late)
    assert (edited["path"], edited["id"], edited["phase"]) == (FIRST, None, "none")
    assert rules(edited) == {"edited-after-apply"}


def test_a_folder_that_was_removed_is_told(
    project: Project, judged: Judged, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = project({FIRST: ONE, SECOND: HARMLESS})
    for name in (FIRST, SECOND):
        (folder / name).unlink()
    found = judged("--since", "base")
    assert {entry["path"] for entry in found if "gone" in rules(entry)} == {FIRST, SECOND}
    listed = SimpleNamespace(buffer=io.BytesIO(f"{SECOND}\n".encode()))
    monkeypatch.setattr(sys, "stdin", listed)
    assert [entry["path"] for entry in judged("--since", "base", "-")] == [SECOND]


def test_a_branch_that_is_behind_is_told_why_migrations_look_gone(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = project({FIRST: ONE})
    git(folder, "checkout", "--quiet", "-b", "topic")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", "topic")
    git(folder, "checkout", "--quiet", "main")
    write(folder, {SECOND: HARMLESS})
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "on main")
    git(folder, "checkout", "--quiet", "topic")
    assert main(["migrations", "--since", "main"]) == 0
    told = capsys.readouterr()
    assert f"{SECOND}: warning gone" in told.out
    assert "lacks commits of main" in told.err


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (RENAME, {"error": 1, "warning": 1, "note": 1, "never": 0}),
        (ASKED, {"error": 0, "warning": 1, "note": 1, "never": 0}),
        (HARMLESS, {"error": 0, "warning": 0, "note": 1, "never": 0}),
    ],
    ids=["error", "warning", "note"],
)
def test_the_level_that_fails_can_be_chosen(project: Project, text: str, expected: dict[str, int]) -> None:
    project({FIRST: ONE}, {SECOND: text})
    assert {
        level: main(["migrations", "--since", "base", "--fail-on", level]) for level in expected
    } == expected
    assert main(["migrations", "--since", "base"]) == expected["error"]


def test_a_file_that_only_looks_like_a_migration_is_none_and_a_broken_one_is_told(
    project: Project, judged: Judged
) -> None:
    quoting = "TEXT = 'class Migration(migrations.Migration):'\n"
    project({FIRST: ONE}, {"tests/test_x.py": quoting, "v/a.py": "revision = 'a'\ndown_revision = ("})
    (entry,) = judged("--since", "base")
    assert (entry["path"], entry["phase"]) == ("v/a.py", "ask")
    assert "unreadable" in rules(entry)


def test_folders_that_a_pull_request_leaves_alone_are_not_told(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project({FIRST: ONE, "other/1_a.sql": ONE}, {SECOND: HARMLESS})
    assert main(["migrations", "--since", "base"]) == 0
    told = capsys.readouterr()
    assert "db · dbmate · engine: postgres (assumed) · 1 pending" in told.out
    assert "other" not in told.out
    assert "1 pending migration: 1 expand" in told.err


# every migration for itself


def test_many_migrations_are_summed_up_unless_all_are_asked_for(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    harmless = {f"db/2026020{n}_x.sql": HARMLESS.replace("note", f"note{n}") for n in range(6)}
    project({FIRST: ONE, THIRD: RENAME, **harmless})
    assert main(["migrations"]) == 1
    short = capsys.readouterr()
    assert "7 expand, 1 breaking; nothing to look at in 7 of them (--all shows them)" in short.out
    assert f"{THIRD}:3: error rename: " in short.out
    assert "20260201" not in short.out
    assert "8 migrations: 7 expand, 1 breaking; 1 error, 0 warnings, " in short.err
    assert main(["migrations", "--all"]) == 1
    assert "20260201" in capsys.readouterr().out
    assert main(["migrations", "--quiet"]) == 1
    lines = [line for line in capsys.readouterr().out.splitlines() if not line.startswith("    ")]
    assert [line.split(":")[0] for line in lines] == [THIRD]


def test_a_table_tells_phase_undo_and_locks(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    project({FIRST: ONE, SECOND: HARMLESS, THIRD: "-- migrate:up\nDROP TABLE orders;\n"})
    main(["migrations"])
    rows = {tuple(line.split()[:2]): line for line in capsys.readouterr().out.splitlines()}
    assert "loses data" in rows["expand", "20260102"]
    assert "AccessExclusive" in rows["expand", "20260102"]
    assert " no " in rows["contract", "20260103"]


def test_findings_about_all_of_the_folder_are_in_the_json(project: Project, judged: Judged) -> None:
    head = "revision = '{}'\ndown_revision = {}\ndef upgrade(): pass\n"
    files = {
        "v/a.py": head.format("a", None),
        "v/b.py": head.format("b", "'a'"),
        "v/c.py": head.format("c", "'a'"),
    }
    project({**files, "v/broken.py": "revision = \ndef"})
    by_path = {entry["path"]: entry for entry in judged()}
    assert "two-heads" in rules(by_path["v/c.py"])
    assert (by_path["v/c.py"]["id"], by_path["v/broken.py"]["id"]) == ("c", None)
    assert (by_path["v/broken.py"]["phase"], rules(by_path["v/broken.py"])) == ("ask", {"unreadable"})


def test_the_engine_is_said_with_what_names_it(project: Project, judged: Judged) -> None:
    project({FIRST: ONE, "docker-compose.yml": "services:\n  db:\n    image: mariadb:11\n"})
    assert [(e["engine"], e["engine_source"]) for e in judged()] == [("mysql", "docker-compose.yml")]
    assert [(e["engine"], e["engine_source"]) for e in judged("--engine", "sqlite")] == [
        ("sqlite", "--engine")
    ]


def test_a_repository_without_migrations_is_said_so(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project({"README.md": "nothing"})
    assert main(["migrations"]) == 0
    assert "no migrations are found in ." in capsys.readouterr().err


def test_migrations_of_a_tool_that_is_not_known_are_named(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project(
        {
            FIRST: ONE,
            **dict.fromkeys(
                ("src/migrations/2026_a.php", "src/migrations/old/2025_b.php", "migrate/x.php"), ""
            ),
        }
    )
    assert main(["migrations"]) == 0
    told = capsys.readouterr().err
    assert "src/migrations: no tool knows what is in it (2 files), so it is not judged" in told
    assert told.count("no tool knows") == 1
    assert main(["migrations", "db"]) == 0
    assert "no tool knows" not in capsys.readouterr().err


def test_a_bare_repository_is_read_at_its_head(project: Project, tmp_path: Path, judged: Judged) -> None:
    folder = project({FIRST: ONE, THIRD: RENAME})
    git(tmp_path, "clone", "--quiet", "--bare", str(folder), "bare.git")
    assert [entry["phase"] for entry in judged(str(tmp_path / "bare.git"))] == ["expand", "breaking"]


def test_names_cannot_write_on_the_terminal(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    name = "db/20260104_\x1b[31m\u202e.sql"
    project({FIRST: ONE, name: RENAME})
    assert main(["migrations"]) == 1
    told = capsys.readouterr().out
    assert "\x1b" not in told
    assert "\u202e" not in told
    assert "db/20260104_␛[31m⟪202E⟫.sql:3: error rename" in told
    main(["migrations", "--json"])
    assert json.loads(capsys.readouterr().out)[1]["path"] == name


def test_a_file_called_as_a_manifest_may_be_anything(project: Project, judged: Judged) -> None:
    project({FIRST: ONE, "services.yaml": "services: {web: {image: nginx}}"})
    assert [entry["path"] for entry in judged()] == [FIRST]


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is closed to root")
def test_a_folder_that_is_closed_is_named(project: Project, judged: Judged) -> None:
    folder = project({"v/a.py": "revision = 'a'\ndown_revision = None\ndef upgrade(): pass", "v/x/b.py": ""})
    (folder / "v" / "x").chmod(0)
    try:
        found = {entry["path"]: rules(entry) for entry in judged()}
    finally:
        (folder / "v" / "x").chmod(0o755)
    assert found["v/x"] == {"unreadable"}


# loose files


def test_a_file_is_judged_on_top_of_its_folder_and_told_alone(project: Project, judged: Judged) -> None:
    required = "-- migrate:up\nALTER TABLE orders ADD COLUMN code int NOT NULL;\n"
    project({FIRST: ONE, SECOND: required, THIRD: RENAME})
    (entry,) = judged(SECOND)
    assert (entry["id"], entry["phase"], entry["parents"]) == ("20260102", "breaking", ["20260101"])


def test_a_path_is_told_as_it_is_reached_from_here(
    project: Project, judged: Judged, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = project({FIRST: ONE, THIRD: RENAME})
    monkeypatch.chdir(folder / "db")
    name = Path(THIRD).name
    assert main(["migrations", "--quiet", name]) == 1
    assert f"\n{name}:3: error rename" in "\n" + capsys.readouterr().out
    assert [(entry["path"], entry["repository"]) for entry in judged(name)] == [(THIRD, "..")]


def test_a_file_outside_of_a_repository_is_judged_in_its_project(tmp_path: Path, judged: Judged) -> None:
    write(tmp_path, {"app/go.mod": "require github.com/go-sql-driver/mysql v1", f"app/{FIRST}": ONE})
    (entry,) = judged(str(tmp_path / "app" / FIRST))
    assert (entry["path"], entry["engine"], entry["engine_source"]) == (FIRST, "mysql", "go.mod")


@pytest.mark.parametrize(
    ("beside", "path", "text"),
    [
        (
            {"db/env.py": ""},
            "db/versions/2026/contract/a.py",
            "revision = 'a'\ndown_revision = None\ndef upgrade():\n    op.add_column('t', sa.Column('c', sa.Text))\n",
        ),
        (
            {"db/migrate/20260101000000_first.rb": "class First < ActiveRecord::Migration[7.1]\nend\n"},
            "db/post_migrate/20260102000000_next.rb",
            "class Next < ActiveRecord::Migration[7.1]\n  def up\n    remove_column :t, :c\n  end\nend\n",
        ),
    ],
)
def test_folders_outside_of_a_repository_declare_a_phase_too(
    tmp_path: Path, judged: Judged, beside: dict[str, str], path: str, text: str
) -> None:
    write(tmp_path, {**beside, path: text})
    (entry,) = judged(str(tmp_path / path))
    assert (entry["phase"], entry["declared"]) == ("contract", "contract")
    assert f"{entry['repository']}/{entry['path']}".endswith(path)


def test_plain_sql_of_no_tool_is_judged_by_itself(tmp_path: Path, judged: Judged) -> None:
    write(tmp_path, {"change.sql": "ALTER TABLE orders\n  DROP COLUMN note;\n", "notes.txt": "hello"})
    sql, text = judged(str(tmp_path / "change.sql"), str(tmp_path / "notes.txt"))
    assert (sql["tool"], sql["phase"], sql["reversible"], sql["reversal"]) == ("sql", "contract", False, "no")
    assert "not-recognised" in rules(sql)
    assert (text["id"], rules(text)) == (None, {"not-recognised"})


def test_a_list_of_changed_paths_may_hold_anything(
    project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    strange = "db/20260104_é.sql"
    project({FIRST: ONE, THIRD: RENAME, strange: HARMLESS, "README.md": "x", "conf.yml": "a: 1"})
    listed = f'{THIRD}\nREADME.md\nconf.yml\nremoved.sql\n"db/20260104_\\303\\251.sql"\n'.encode()
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(listed)))
    assert main(["migrations", "--json", "-"]) == 1
    told = capsys.readouterr()
    assert [entry["path"] for entry in json.loads(told.out)] == [THIRD, strange]
    assert "2 listed paths without a migration passed over" in told.err


# bad input


def test_everything_that_is_wrong_with_the_command_is_told_at_once(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project({FIRST: ONE})
    assert main(["migrations", "--tool", "alembik", "--engine", "postgrs", "dbs", "elsewhere"]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert "--tool: there is no migration tool alembik; expected one of " in told.err
    assert "did you mean 'alembic'?" in told.err
    assert "--engine: the engine postgrs is not known; expected one of mysql, postgres, sqlite" in told.err
    assert "dbs: there is no such file or folder; did you mean 'db'?" in told.err
    assert "elsewhere: there is no such file or folder" in told.err


@pytest.mark.parametrize("arguments", [["--since", "basse"], ["--since", "--upload-pack=x"]])
def test_a_ref_that_is_none_is_told(
    project: Project, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    project({FIRST: ONE})
    assert main(["migrations", f"{arguments[0]}={arguments[1]}"]) == 2
    assert f"--since {arguments[1]}: " in capsys.readouterr().err


def test_a_variable_that_nobody_set_is_no_way_to_judge_something_else(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project({FIRST: ONE})
    assert main(["migrations", "--since", "", ""]) == 2
    assert capsys.readouterr().err.count("it is empty") == 2


def test_since_needs_a_repository(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, {FIRST: ONE})
    assert main(["migrations", "--since", "main", str(tmp_path)]) == 2
    assert "is in no git repository" in capsys.readouterr().err


def test_broken_files_are_named_and_the_rest_is_judged(
    project: Project, judged: Judged, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = project(
        {FIRST: ONE, THIRD: RENAME, "v/a.py": "revision = 'a'\ndown_revision = None\ndef upgrade(:"}
    )
    db = folder / "db"
    (db / "20260110_out.sql").symlink_to("/etc/hostname")
    (db / "20260111_loop.sql").symlink_to("20260111_loop.sql")
    (db / "self").symlink_to(".", target_is_directory=True)
    os.mkfifo(db / "20260112_pipe.sql")
    strange = os.path.join(os.fsencode(db), b"20260113_caf\xe9.sql")  # noqa: PTH118 - Path takes no bytes
    with open(strange, "wb") as file:  # noqa: PTH123
        file.write(HARMLESS.encode())
    with (db / "20260114_long.sql").open("wb") as file:
        file.write(ONE.encode())
        file.truncate(50 * 1024 * 1024)
    found = {Path(entry["path"]).name: entry for entry in judged()}
    unreadable = {name for name, entry in found.items() if "unreadable" in rules(entry)}
    broken = {f"2026011{n}_{name}.sql" for n, name in enumerate(("out", "loop", "pipe"))}
    assert unreadable >= broken | {"a.py", "20260114_long.sql"}
    assert {found[name]["phase"] for name in (*broken, "a.py", "20260114_long.sql")} == {"ask"}
    assert found[Path(THIRD).name]["phase"] == "breaking"
    assert "20260113_caf\\xe9.sql" in found
    capsys.readouterr()
    main(["migrations", "--sarif"])
    results = json.loads(capsys.readouterr().out)["runs"][0]["results"]
    uris = {result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for result in results}
    assert "db/20260113_caf%E9.sql" in uris


# what is alike, and what is long


def indexes(table: str, count: int, first: int = 0) -> str:
    return "".join(f"CREATE INDEX {table}_{n} ON {table} (c{n});\n" for n in range(first, first + count))


def test_findings_that_are_alike_are_told_once(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    edits = {f"db/20250101{n}_t.sql": f"-- migrate:up\nCREATE TABLE t{n} (a int{{}});\n" for n in range(5)}
    project(
        {FIRST: ONE, **{path: sql.format("") for path, sql in edits.items()}},
        {
            **{path: sql.format(", b int") for path, sql in edits.items()},
            SECOND: "-- migrate:up\n" + indexes("orders", 9),
            THIRD: "-- migrate:up\n" + indexes("t1", 3),
        },
    )
    assert main(["migrations", "--since", "base"]) == 1
    told = capsys.readouterr()
    lines = told.out.splitlines()
    assert sum("error edited-after-apply" in line for line in lines) == 1
    assert "    and 4 more like it (--all shows them)" in lines
    assert [line.split(":")[1] for line in lines if "blocks-writes" in line] == ["2", "2", "3", "4"]
    assert "    and 8 more like it in this file, at 3, 4, 5, 6, 7, 8, 9, 10 (--all shows them)" in lines
    assert "5 errors, 12 warnings, " in told.err
    for option in ("--all", "--quiet"):
        assert main(["migrations", "--since", "base", option]) == 1
        out = capsys.readouterr().out
        assert out.count("error edited-after-apply") == 5
        assert out.count("warning blocks-writes") == 12
        assert "more like it" not in out


def test_a_note_of_every_migration_is_told_once(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    columns = {
        f"db/2026020{n}_c.sql": f"-- migrate:up\nALTER TABLE orders ADD COLUMN c{n} int;\n" for n in range(5)
    }
    project({FIRST: ONE}, columns)
    assert main(["migrations", "--since", "base"]) == 0
    out = capsys.readouterr().out
    assert out.count("note no-lock-timeout") == 1
    assert out.count("    and 4 more like it (--all shows them)") == 2  # no-down as well


def test_of_a_long_folder_the_last_are_told_and_the_others_counted(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    renames = {
        f"db/202602{n:02}_r.sql": RENAME.replace("status", f"s{n}").replace(" state", f" s{n - 1}")
        for n in range(1, 25)
    }
    project({FIRST: ONE, **renames, "db/20260301_r.sql": RENAME, "db/20260301_s.sql": RENAME})
    assert main(["migrations"]) == 1
    told = capsys.readouterr()
    lines = told.out.splitlines()
    assert "  the last 20 of 26 to look at; before them (--all shows them):" in lines
    assert "  6 rename" in lines
    assert sum(line.startswith("  breaking ") for line in lines) == 20
    assert "db/20260206_r.sql" not in told.out
    assert sum("error duplicate-id" in line for line in lines) == 1
    assert "--since <tag or commit> judges what is pending" in told.err
    main(["migrations", "--all"])
    assert "db/20260206_r.sql:3: error rename" in capsys.readouterr().out


def test_of_very_many_pending_migrations_only_those_to_look_at_have_a_row(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    harmless = {f"db/2027{n:04}_c.sql": HARMLESS.replace("note", f"c{n}") for n in range(101)}
    project({FIRST: ONE}, {**harmless, THIRD: RENAME})
    assert main(["migrations", "--since", "base"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert "  101 expand, 1 breaking; nothing to look at in 101 of them (--all shows them)" in lines
    assert [line.split()[0] for line in lines if line.startswith(("  expand", "  breaking"))] == ["breaking"]


def test_rows_fit_a_terminal_and_go_whole_into_a_pipe(
    project: Project, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    long = "db/20260102_" + "add_a_note_to_every_order_" * 4 + ".sql"
    project({FIRST: ONE}, {long: HARMLESS})
    main(["migrations", "--since", "base"])
    assert max(map(len, capsys.readouterr().out.splitlines()[1:3])) > 100
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setenv("NO_COLOR", "1")
    main(["migrations", "--since", "base"])
    row = capsys.readouterr().out.splitlines()[2]
    assert len(row) <= 60
    assert "loses data" in row


def test_the_example_of_the_readme_is_what_is_printed(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    page = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    block = page.partition("    $ cat ")[2].partition("\n\nIt exits")[0]
    shown, _, printed = textwrap.dedent(f"    {block}").partition(
        "\n\n$ runbook migrations --since v1.10.0\n"
    )
    path, _, sql = shown.partition("\n")
    before = "CREATE TABLE invoices (id bigserial PRIMARY KEY);\n"
    folder = project(
        {
            "db/migrations/0001_invoices.up.sql": before,
            "db/migrations/0001_invoices.down.sql": "DROP TABLE invoices;",
        },
        {path: sql, path.replace(".up.", ".down."): "ALTER TABLE invoices DROP COLUMN currency;"},
    )
    git(folder, "tag", "v1.10.0")
    assert main(["migrations", "--since", "v1.10.0"]) == 1
    told = capsys.readouterr()
    assert told.out + told.err == printed + "\n"
