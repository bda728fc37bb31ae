"""Migration folders that are found unasked, the engine that a repository names, and the trees they are read from."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from runbook_tui.files.problems import ProblemsError
from runbook_tui.migrations.discover import discover
from runbook_tui.migrations.engine_guess import EngineGuesser
from runbook_tui.migrations.inspection import inspect_tree
from runbook_tui.migrations.model import Phase
from runbook_tui.migrations.trees import LONGEST, FolderTree, shown_path, stored_path

UP = "-- migrate:up\nCREATE TABLE r (id int);\n"
DJANGO = "from django.db import migrations\nclass Migration(migrations.Migration):\n    operations = []\n"
ALEMBIC = "revision = '{}'\ndown_revision = None\ndef upgrade(): pass\n"


class Files:
    """A tree of texts."""

    unread: Mapping[str, str] = {}

    def __init__(self, files: Mapping[str, str]) -> None:
        self._files = files
        self.paths = tuple(sorted(files))

    def read(self, paths: Iterable[str], most: int = LONGEST) -> dict[str, bytes]:
        return {path: self._files[path].encode()[:most] for path in paths if path in self._files}


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"db/migrations/1_a.sql": UP, "README.md": UP}, {"db/migrations": "dbmate"}),
        ({"1_a.sql": UP}, {".": "dbmate"}),
        ({"a/db/1_a.sql": UP, "b/db/1_a.sql": UP}, {"a/db": "dbmate", "b/db": "dbmate"}),
        # the tool does not look into the folders of its folder: they are folders of their own
        ({"db/1_a.sql": UP, "db/2_b.sql": UP, "db/old/1_a.sql": UP}, {"db": "dbmate", "db/old": "dbmate"}),
        # Alembic does
        ({"v/a.py": ALEMBIC.format("a"), "v/old/b.py": ALEMBIC.format("b")}, {"v": "alembic"}),
        (
            {"m/env.py": "", **{f"m/versions/{e}/a.py": ALEMBIC.format("a") for e in ("mysql", "sqlite")}},
            {"m/versions/mysql": "alembic", "m/versions/sqlite": "alembic"},
        ),
        (
            {"m/env.py": "", **{f"m/versions/{e}/{e}.py": ALEMBIC.format(e) for e in ("mysql", "old")}},
            {"m": "alembic"},
        ),
        # one project of apps is one history
        (
            {
                "manage.py": "",
                "shop/cart/migrations/0001_x.py": DJANGO,
                "shop/stock/migrations/0001_x.py": DJANGO,
                "tests/app/migrations/0001_x.py": DJANGO,
            },
            {"shop": "django", "tests/app/migrations": "django"},
        ),
        (
            {"cart/migrations/0001_x.py": DJANGO, "stock/migrations/0001_x.py": DJANGO},
            {"cart/migrations": "django", "stock/migrations": "django"},
        ),
        # one migration for several engines is none of golang-migrate's, which takes a number once
        ({f"m/1_a.{engine}.up.sql": "SELECT 1" for engine in ("mysql", "postgres")}, {}),
        ({"m/1_a.mysql.up.sql": "SELECT 1", "m/2_b.up.sql": "SELECT 1"}, {"m": "golang-migrate"}),
        # what lies beside the files says whose they are
        (
            {
                "migrations/20260101000000_a/migration.sql": "SELECT 1",
                "migrations/migration_lock.toml": "provider = 'x'",
            },
            {"migrations": "prisma"},
        ),
        (
            {"migrations/2026_a/up.sql": "SELECT 1", "diesel.toml": "", "Cargo.toml": ""},
            {"migrations": "diesel"},
        ),
        (
            {"migrations/1_a.sql": "SELECT 1", "Cargo.toml": "[dependencies]\nsqlx = '0.8'"},
            {"migrations": "sqlx"},
        ),
        # what a linter keeps is never loaded
        ({".rules/django/x.py": DJANGO}, {}),
        ({"src/main.py": "print(1)", "query.sql": "SELECT 1"}, {}),
    ],
)
def test_folders_are_found_with_their_tools(files: Mapping[str, str], expected: Mapping[str, str]) -> None:
    assert {folder.path: folder.tool for folder in discover(Files(files))} == expected


def test_only_one_tool_is_looked_for_when_it_is_named() -> None:
    files = Files({"a/1_a.sql": UP, "b/1_a.up.sql": "SELECT 1", "c/1_a.sql": "SELECT 1"})
    assert [folder.path for folder in discover(files, only="golang-migrate")] == ["b"]
    # a folder that nothing marks as the tool's is taken on a person's word
    assert "c" in {folder.path for folder in discover(files, only="sqlx")}
    with pytest.raises(ProblemsError):
        discover(files, only="nothing")


@pytest.mark.parametrize(
    ("files", "engine", "source"),
    [
        ({"db/migration_lock.toml": 'provider = "postgresql"'}, "postgres", "db/migration_lock.toml"),
        ({"db/migration_lock.toml": 'provider = "sqlserver"'}, "sqlserver", "db/migration_lock.toml"),
        ({"prisma/schema.prisma": 'datasource db {\n  provider = "mysql"\n}'}, "mysql", "prisma/schema.prisma"),
        ({"alembic.ini": "sqlalchemy.url = postgresql+psycopg://localhost/x"}, "postgres", "alembic.ini"),
        ({"alembic.ini": "# sqlalchemy.url = mysql://localhost/x"}, "", ""),
        ({"alembic.ini": "sqlalchemy.url = driver://user:pass@localhost/dbname"}, "", ""),
        ({"config/database.yml": "a:\n  adapter: mysql2\nb:\n  adapter: sqlite3"}, "mysql", "config/database.yml"),
        ({"config/database.yml": "a:\n  adapter: mysql2\nb:\n  adapter: postgresql"}, "", ""),
        ({"flyway.conf": "flyway.url=jdbc:mariadb://db/x"}, "mysql", "flyway.conf"),
        ({"liquibase.properties": "url: jdbc:oracle:thin:@db"}, "oracle", "liquibase.properties"),
        ({"knexfile.ts": "export default { client: 'pg' }"}, "postgres", "knexfile.ts"),
        ({"sqitch.plan": "%syntax-version=1.0.0\n%engine=sqlite\n"}, "", ""),
        ({"sqitch.conf": "[core]\n\tengine = pg\n"}, "postgres", "sqitch.conf"),
        ({"atlas.hcl": 'env "x" { dev = "docker://mysql/8/dev" }'}, "mysql", "atlas.hcl"),
        ({"x/settings/base.py": "'ENGINE': 'django.db.backends.postgresql'"}, "postgres", "x/settings/base.py"),
        ({"Cargo.toml": 'diesel = { version = "2", features = ["sqlite"] }'}, "sqlite", "Cargo.toml"),
        ({"mix.exs": "{:postgrex, '>= 0.0.0'}"}, "postgres", "mix.exs"),
        ({"Gemfile": "gem 'pg'\ngem 'sqlite3'"}, "postgres", "Gemfile"),
        ({"go.mod": "require github.com/go-sql-driver/mysql v1.8.0"}, "mysql", "go.mod"),
        ({"package.json": '{"dependencies": {"pg": "8", "mysql2": "3"}}'}, "", ""),
        ({"compose.yaml": "  db:\n    image: docker.io/library/postgres:17-alpine\n"}, "postgres", "compose.yaml"),
        ({"db/1.sql": "CREATE TABLE a (id INTEGER PRIMARY KEY AUTOINCREMENT)"}, "sqlite", "db/1.sql"),
        ({"db/1.sql": "-- no AUTOINCREMENT\nCREATE TABLE a (id int)"}, "", ""),
        ({"db/1.sql": "CREATE TABLE a (b jsonb)", "go.mod": "mattn/go-sqlite3"}, "postgres", "db/1.sql"),
        ({"db/1.sql": "CREATE TABLE a (id serial)"}, "", ""),  # MySQL has it too
        # the nearest, and settings before images
        ({"db/sqitch.conf": "engine = mysql", "sqitch.conf": "engine = sqlite"}, "mysql", "db/sqitch.conf"),
        ({"compose.yaml": "    image: mysql:8", "knexfile.js": "client: 'pg'"}, "postgres", "knexfile.js"),
        ({"other/knexfile.js": "client: 'pg'"}, "", ""),
    ],
)  # fmt: skip
def test_the_engine_is_what_the_repository_says(files: Mapping[str, str], engine: str, source: str) -> None:
    tree = Files({"db/0.txt": "", **files})
    guess = EngineGuesser(tree).guess("db", [path for path in tree.paths if path.endswith(".sql")])
    assert (guess.engine, guess.source) == (engine, source)


@pytest.mark.parametrize(
    ("folder", "engine"),
    [
        ("db/migrations/mysql8", ""),
        ("db/migrations/mysql", "mysql"),
        ("migrations_postgres/sql", "postgres"),
        ("sqlite3/a/b/c", "sqlite"),
        ("migrations/h2", "h2"),
        ("mysql-exporter/a/b/c", ""),
        ("db", ""),
    ],
)
def test_the_name_of_a_folder_says_the_engine(folder: str, engine: str) -> None:
    assert EngineGuesser(Files({})).guess(folder, []).engine == engine


def test_an_engine_that_is_not_known_is_read_as_postgres_and_told() -> None:
    files = {"db/1_a.sql": UP, "flyway.conf": "flyway.url=jdbc:oracle:thin:@db"}
    (found,) = inspect_tree(Files(files))
    assert found.engine == "oracle"
    assert [finding.rule for finding in found.entries[0].findings if finding.path == "db"] == [
        "engine-unknown"
    ]


@pytest.mark.parametrize(("engine", "told"), [("oracle", False), ("postgres", True)])
def test_locks_are_told_of_engines_that_are_known(engine: str, *, told: bool) -> None:
    sql = (
        "-- migrate:up\nALTER TABLE r ADD COLUMN s int REFERENCES s (id);\nCREATE INDEX i ON r (s);\n"
        "ALTER TABLE r DROP COLUMN t;\n"
    )
    (found,) = inspect_tree(Files({"db/1_a.sql": UP, "db/2_b.sql": sql}), ["db/2_b.sql"], engine=engine)
    (migration,) = found.found.pending
    about_locks = {"blocks-writes", "locks-both-tables", "long-transaction", "no-lock-timeout"}
    assert (about_locks & {finding.rule for finding in migration.findings} == about_locks) is told
    assert (about_locks & {finding.rule for finding in migration.findings} == set()) is not told
    assert ({item.lock for item in migration.operations} == {"not known"}) is not told
    assert migration.phase is Phase.BREAKING


# trees


def test_other_peoples_folders_are_skipped_unless_they_are_named(tmp_path: Path) -> None:
    for folder in ("db", "vendor/gem/db", "vendor/bundle", "node_modules/x"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "1_a.sql").write_text(UP)
    assert FolderTree(tmp_path).paths == ("db/1_a.sql",)
    assert FolderTree(tmp_path, [tmp_path / "vendor" / "gem"]).paths == (
        "db/1_a.sql",
        "vendor/gem/db/1_a.sql",
    )


def test_what_is_read_of_a_file_has_an_end(tmp_path: Path) -> None:
    with (tmp_path / "long.sql").open("wb") as file:
        file.truncate(LONGEST * 4)
    tree = FolderTree(tmp_path)
    assert len(tree.read(["long.sql"])["long.sql"]) == LONGEST
    assert len(tree.read(["long.sql"], 10)["long.sql"]) == 10


def test_files_that_cannot_be_read_are_named_and_never_waited_for(tmp_path: Path) -> None:
    (tmp_path / "inside.sql").write_text("x")
    (tmp_path / "link.sql").symlink_to("inside.sql")
    (tmp_path / "out.sql").symlink_to("/etc/hostname")
    (tmp_path / "loop.sql").symlink_to("loop.sql")
    (tmp_path / "round").symlink_to(".", target_is_directory=True)
    os.mkfifo(tmp_path / "pipe.sql")
    tree = FolderTree(tmp_path)
    assert sorted(tree.read(tree.paths)) == ["inside.sql", "link.sql"]
    assert sorted(tree.unread) == ["loop.sql", "out.sql", "pipe.sql"]


@pytest.mark.parametrize(
    "name", [b"plain.sql", "caf\u00e9.sql".encode(), b"caf\xe9.sql", b"\xff\xfe", b"a b%.sql"]
)
def test_every_name_can_be_shown_and_found_again(name: bytes) -> None:
    shown = shown_path(name)
    shown.encode("utf-8")
    assert stored_path(shown) == name
