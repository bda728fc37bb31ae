"""Pending migrations of a release: their files, answers, users of what they drop, and where they came in."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from runbook_tui.files.problems import ProblemsError
from runbook_tui.migrations.model import Level, Phase, Reversal
from runbook_tui.release.model import Introduction, Release, Usage
from runbook_tui.release.read import read_introductions, read_release
from runbook_tui.repositories.model import Hit

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from runbook_tui.migrations.model import PendingMigrations
    from tests.release.conftest import System

MANIFEST = """
    version: 1
    system: shop
    datastores:
      ledger: {engine: postgres@15}
      cache: {engine: sqlite}
    services:
      billing:
        owner: payments
        repository: mono
        path: services/billing
        deployed: v1
        release: v2
        datastores: [{name: ledger, access: owner}]
        migrations: {path: db/migrations, datastore: ledger, tool: golang-migrate}
      invoices:
        owner: payments
        repository: invoices
        deployed: v1
        release: v2
        datastores: [{name: ledger, access: write}]
      reports:
        owner: data
        repository: reports
        path: app
        deployed: v1
        release: v1
        datastores: [{name: ledger, access: read}, {name: cache, access: owner}]
        migrations:
          - {path: db, datastore: cache, tool: golang-migrate}
      web:
        owner: web
        repository: web
        deployed: v1
        release: v1
    """

FOLDER = "services/billing/db/migrations"
ADD = {
    f"{FOLDER}/0001_invoices.up.sql": "CREATE TABLE invoices (id bigint PRIMARY KEY, legacy_code text);\n",
    f"{FOLDER}/0001_invoices.down.sql": "DROP TABLE invoices;\n",
}
DROP = {
    f"{FOLDER}/0002_legacy.up.sql": "ALTER TABLE invoices DROP COLUMN legacy_code;\n",
    f"{FOLDER}/0002_legacy.down.sql": "ALTER TABLE invoices ADD COLUMN legacy_code text;\n",
}
OPAQUE = {
    f"{FOLDER}/0003_magic.up.sql": "DO $$ BEGIN PERFORM rewrite(); END $$;\n",
    f"{FOLDER}/0003_magic.down.sql": "SELECT 1;\n",
}


@pytest.fixture(scope="module")
def built(make_system: Callable[[], System]) -> System:
    """Billing drops a column of a data store that two other services use."""
    system = make_system()
    system.version("mono", "v1", {**ADD, "services/billing/app.py": "legacy_code", "other": "1"})
    system.version("mono", "v2", {**DROP, **OPAQUE, "services/billing/app.py": "gone"})
    system.version("invoices", "v1", {"a.py": "legacy_code"})
    system.version("invoices", "v2", {"a.py": "code"})
    cache = {
        "app/db/0001_cache.up.sql": "CREATE TABLE legacy_code (id int);\n",
        "app/db/0001_cache.down.sql": "DROP TABLE legacy_code;\n",
    }
    system.version(
        "reports",
        "v1",
        {**cache, "app/q.py": "SELECT\n  legacy_code\nlegacy_codes\n", "other.py": "legacy_code"},
    )
    system.version("reports", "v2", {"app/q.py": "SELECT code"})
    system.version("web", "v1", {"a.js": "legacy_code"})
    return system


@pytest.fixture
def shop(built: System, system: System) -> System:
    """A copy of that system for one test."""
    shutil.copytree(built.folder, system.folder, dirs_exist_ok=True)
    return system


def _pending(release: Release) -> PendingMigrations:
    (found,) = (pending for change in release.changes for pending in change.pending)
    return found


def test_pending_migrations_of_the_moving_services(shop: System) -> None:
    release = read_release(shop.load(MANIFEST))
    pending = _pending(release)
    assert (pending.service, pending.datastore, pending.applied_head) == ("billing", "ledger", "0001")
    assert [migration.id for migration in pending.pending] == ["0002", "0003"]
    assert pending.pending[0].path == f"{FOLDER}/0002_legacy.up.sql"
    assert pending.pending[0].phase is Phase.CONTRACT
    assert [bool(change.pending) for change in release.changes] == [True, False, False, False]


def test_both_trees_reach_the_migration_reader_byte_for_byte(
    shop: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    import runbook_tui.migrations.pending as module

    seen: list[tuple[Mapping[str, bytes], Mapping[str, bytes], dict[str, object]]] = []
    original = module.pending

    def spy(base: Mapping[str, bytes], target: Mapping[str, bytes], **named: object) -> PendingMigrations:
        seen.append((base, target, named))
        return original(base, target, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "pending", spy)
    loaded = shop.load(MANIFEST)
    read_release(loaded)
    ((base, target, named),) = seen
    assert base == {path: text.encode() for path, text in ADD.items()}
    assert target == {path: text.encode() for path, text in {**ADD, **DROP, **OPAQUE}.items()}
    (source,) = loaded.manifest.services["billing"].migration_sources
    whole = source.model_copy(update={"path": FOLDER})
    known = {"rows": None, "small": False}
    assert named == {"service": "billing", "source": whole, "engine": "postgres@15", **known}


def test_every_user_is_searched_at_the_commit_that_will_be_running(shop: System) -> None:
    release = read_release(shop.load(MANIFEST))
    found = {usage.service: usage for usage in release.usages}
    running = shop.git("reports", "rev-parse", "v1^{commit}")
    assert found["reports"] == Usage(
        "billing/0002", "reports", running, ("legacy_code",), (Hit("app/q.py", 2, "legacy_code"),)
    )
    assert found["billing"].commit == shop.git("mono", "rev-parse", "v2^{commit}")
    assert not found["billing"].hits
    assert sorted(found) == ["billing", "invoices", "reports"]


def test_users_that_were_not_selected_are_searched_too(shop: System) -> None:
    release = read_release(shop.load(MANIFEST), only=["billing"])
    assert [(usage.service, [hit.path for hit in usage.hits]) for usage in release.usages] == [
        ("billing", []),
        ("invoices", ["a.py"]),
        ("reports", ["app/q.py"]),
    ]


def test_finding_nothing_is_an_answer(shop: System) -> None:
    loaded = shop.load(
        MANIFEST.replace("deployed: v1\n        release: v1", "deployed: v2\n        release: v2", 1)
    )
    usages = {usage.service: usage for usage in read_release(loaded).usages}
    assert usages["reports"].hits == ()


def test_answers_about_migrations_that_could_not_be_read(shop: System) -> None:
    answers = """
        answers: 1
        migrations:
          billing/0002: {phase: expand, by: ann, because: I think so}
          billing/0003: {phase: backfill, by: ann, because: rewrites rows in batches}
        """
    before = _pending(read_release(shop.load(MANIFEST))).pending
    after = _pending(read_release(shop.load(MANIFEST, answers))).pending
    assert before[1].phase is Phase.ASK
    assert after[0] == before[0]
    assert (after[1].phase, after[1].reversal) == (Phase.BACKFILL, Reversal.NO)
    finding = after[1].findings[-1]
    assert (finding.rule, finding.level, finding.path) == ("answered", Level.NOTE, after[1].path)
    assert finding.message == (
        "ann says that it is a backfill migration and cannot be undone: rewrites rows in batches"
    )


def test_a_reversible_answer(shop: System) -> None:
    answers = """
        answers: 1
        migrations: {billing/0003: {phase: expand, reversible: true, by: ann, because: only adds}}
        """
    migration = _pending(read_release(shop.load(MANIFEST, answers))).pending[1]
    assert (migration.phase, migration.reversal) == (Phase.EXPAND, Reversal.YES)
    assert "can be undone: only adds" in migration.findings[-1].message


def test_where_pending_migrations_came_in(shop: System) -> None:
    shop.git("mono", "checkout", "--quiet", "-B", "main", "v1")
    base = shop.git("mono", "rev-parse", "HEAD")
    first = shop.version("mono", "v1.1", DROP)
    second = shop.version("mono", "v1.2", OPAQUE)
    loaded = shop.load(MANIFEST.replace("release: v2", "release: v1.2", 1))
    release = read_release(loaded)
    assert release.introductions == ()
    assert read_introductions(release, loaded) == (
        Introduction("billing/0002", first, base),
        Introduction("billing/0003", second, first),
    )


def _changelog(*entries: str) -> str:
    return f"<databaseChangeLog>{''.join(entries)}</databaseChangeLog>"


def test_a_root_changelog_is_read_with_what_lies_beside_it(shop: System) -> None:
    shop.git("mono", "checkout", "--quiet", "-B", "main", "v1")
    include = '<include file="parts/a.xml" relativeToChangelogFile="true"/>'
    one, two = (f'<changeSet id="{name}" author="me"><empty/></changeSet>' for name in ("one", "two"))
    root, part = "services/billing/db/root.xml", "services/billing/db/parts/a.xml"
    shop.version("mono", "v1.1", {root: _changelog(include), part: _changelog(one)})
    shop.version("mono", "v1.2", {part: _changelog(one, two)})
    manifest = MANIFEST.replace("release: v2", "release: v1.2", 1).replace(
        "path: db/migrations, datastore: ledger, tool: golang-migrate", "path: db/root.xml, datastore: ledger"
    )
    loaded = shop.load(manifest)
    release = read_release(loaded)
    assert [migration.id for migration in _pending(release).pending] == [
        f"{part}::one::me",
        f"{part}::two::me",
    ]
    assert read_introductions(release, loaded) == ()


def test_a_folder_without_a_known_tool_is_a_problem_at_its_line(shop: System) -> None:
    shop.version("mono", "v3", {"services/billing/notes/a.txt": "1"})
    manifest = MANIFEST.replace("release: v2", "release: v3", 1)
    manifest = manifest.replace(
        "db/migrations, datastore: ledger, tool: golang-migrate", "notes, datastore: ledger"
    )
    with pytest.raises(ProblemsError) as caught:
        read_release(shop.load(manifest))
    (found,) = caught.value.problems
    assert (found.place.file, found.place.line) == ("services.yaml", 15)
    assert "services/billing/notes" in found.what


def test_git_processes_of_one_repository(shop: System, processes: list[list[str]]) -> None:
    head, _, _ = MANIFEST.replace("      cache: {engine: sqlite}\n", "").partition("      invoices:")
    read_release(shop.load(head))
    assert [command[0] for command in processes] == [
        "for-each-ref",  # all refs
        "cat-file",  # both commits
        "log",
        "ls-tree",  # at the base
        "ls-tree",  # at the target
        "cat-file",  # all files of both
        "grep",  # its own code, for what a migration drops
    ]
    processes.clear()
    without, _, _ = head.partition("        migrations:")
    read_release(shop.load(without))
    assert [command[0] for command in processes] == ["for-each-ref", "cat-file", "log"]
