"""Phases that authors declare by the names of folders and files, whatever the tool."""

from __future__ import annotations

import pytest

from runbook_tui.migrations.judging.conventions import declared_by_names
from runbook_tui.migrations.model import Migration, Phase
from runbook_tui.migrations.tool import Script
from tests.migrations.judged import ASK, C, E, M, Pend, Revision

CALL = "CALL repair();"


@pytest.mark.parametrize(
    ("path", "others", "phase"),
    [
        # a folder with a word that means nothing else
        ("db/expand/1_x", [], E),
        ("db/2026/pre-deploy/1_x", [], E),
        ("db/before_deployment/1_x", [], E),
        ("db/post_migrate/1_x", [], M),
        ("db/post-deployment-migrations/1_x", [], M),
        ("db/after_deploy/1_x", [], M),
        # contract, post and migrate mean other things too: their counterpart has to be there
        ("db/contract/1_x", [], ASK),
        ("db/contract/1_x", ["db/expand/2_y"], C),
        ("db/Contract/1_x", ["db/Expand/2_y"], C),
        ("db/post/1_x", [], ASK),
        ("db/post/1_x", ["db/pre/2_y"], M),
        ("db/migrate/1_x", [], ASK),
        ("db/migrate/1_x", ["db/post_migrate/2_y"], ASK),
        ("db/migrate/1_x", ["db/expand/2_y"], M),
        ("db/backfill/1_x", ["db/contract/2_y"], M),
        ("db/contracts/1_x", ["db/expand/2_y"], ASK),
        ("db/expand/contract/1_x", [], ASK),
        # names
        ("db/1_ocata_expand01_add", [], E),
        ("db/1_ocata_migrate02_copy", [], M),
        ("db/1_contract01_drop", [], C),
        ("db/1_add_contract2_table", [], ASK),
        ("db/1_contract2026_terms", [], ASK),
        ("db/1_x.expand", [], E),
        ("db/1_x.post-deploy", [], M),
        ("db/1_x.contract", [], ASK),
        ("db/1_x.contract", ["db/2_y.expand"], C),
        ("db/1_pre_deploy_x", [], E),
        ("db/1_x_post_deploy", [], M),
        ("db/1_add_post_deploy_hook", [], ASK),
        ("db/1_expand_price", [], ASK),
        ("db/1_expand_price", ["db/2_contract_terms"], ASK),
        ("db/1_expand_price", ["db/2_contract_price"], E),
        ("db/2_price_contract", ["db/1_price_expand"], C),
        ("db/1_contract", ["db/2_expand"], ASK),
    ],
)
def test_names_declare_the_phase(path: str, others: list[str], phase: Phase) -> None:
    scripts = [Script(name, "", f"{name}.up.sql", (), b"") for name in [path, *others]]
    found = declared_by_names(scripts, "db")[0]
    assert (M if found.declared_after else found.declared or ASK) is phase


@pytest.mark.parametrize(
    ("folder", "phase"), [("db/pre_deploy", E), ("services/expand", None), ("post", None)]
)
def test_the_folder_of_the_manifest_counts_when_it_is_clear(
    pend: Pend, folder: str, phase: Phase | None
) -> None:
    (migration,) = pend({}, {f"{folder}/1_x.up.sql": CALL}, folder=folder).pending
    assert migration.declared is phase


def test_after_the_deploy_is_a_contract_when_something_is_taken_away(pend: Pend) -> None:
    files = {"db/1_post_deploy_x.up.sql": "DROP TABLE a;", "db/2_post_deploy_y.up.sql": "UPDATE a SET b = 1;"}
    assert [migration.phase for migration in pend({}, files).pending] == [C, M]


def test_an_app_called_expand_declares_nothing(pend: Pend) -> None:
    text = (
        "from django.db import migrations\n\nclass Migration(migrations.Migration):\n"
        "    operations = [migrations.RunPython(x)]\n"
    )
    (migration,) = pend({}, {"expand/migrations/0001_initial.py": text}, folder=".").pending
    assert (migration.tool, migration.phase) == ("django", ASK)


DATA = '''"""Fill the currency"""
from sqlalchemy import sql

def has_migrations(engine):
    return True

def migrate(engine):
    {body}
'''


def test_data_migrations_beside_the_revisions(pend: Pend, revision: Revision) -> None:
    """Glance keeps them in a folder of their own; its own command runs them."""
    base = {"db/versions/a.py": revision("a", None)}
    files = {
        **base,
        "db/versions/b.py": revision("b", "a", 'op.add_column("orders", sa.Column("c", sa.Text))'),
        "db/data_migrations/__init__.py": DATA.format(body="return 1"),
        "db/data_migrations/x_migrate01_c.py": DATA.format(body='engine.execute("UPDATE orders SET c = 1")'),
        "db/data_migrations/x_migrate02_empty.py": DATA.format(body="return 0"),
        "db/data_migrations/x_migrate03_broken.py": DATA.format(body="return ("),
    }
    found = pend(base, files)
    by_id: dict[str, Migration] = {migration.id: migration for migration in found.pending}
    assert {name: migration.phase for name, migration in by_id.items()} == {
        "b": E,
        "x_migrate01_c": M,
        "x_migrate02_empty": Phase.NONE,
        "x_migrate03_broken": ASK,
    }
    assert by_id["x_migrate01_c"].title == "Fill the currency"
    assert (by_id["x_migrate01_c"].command, by_id["b"].command) == ("", "alembic upgrade b")
    assert not [finding for finding in found.findings if finding.rule == "two-heads"]


def test_branches_told_by_their_folders_have_a_head_each(pend: Pend, revision: Revision) -> None:
    """Neutron's labels are constants of another module."""
    header = "from shop.cli import EXPAND\nbranch_labels = (EXPAND,)"
    files = {
        "db/versions/a.py": revision("a", None),
        "db/versions/one/expand/e.py": revision("e", "a", header=header),
        "db/versions/one/contract/c.py": revision("c", "a"),
    }
    found = pend({}, files)
    assert not [finding for finding in found.findings if finding.rule == "two-heads"]
