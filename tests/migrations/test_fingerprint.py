"""Edits of an applied migration that change what it does, and those that do not."""

from __future__ import annotations

import pytest

from runbook_tui.migrations.engine import Engine
from runbook_tui.migrations.fingerprint import same_meaning

PYTHON = '''"""Add a note."""
from __future__ import annotations
from alembic import op
import sqlalchemy as sa

revision = "b"


def upgrade():
    """Apply."""
    op.add_column("orders", sa.Column("note", sa.Text()))
'''


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"""Add a note."""\n', ""),
        ('    """Apply."""\n', "    # now\n"),
        (
            "from alembic import op\nimport sqlalchemy as sa\n",
            "import sqlalchemy as sa\nfrom alembic import op\n",
        ),
        ("def upgrade():", "def upgrade() -> None:"),
        ('revision = "b"', 'revision: str = "b"'),
        ("from __future__ import annotations\n", "from typing import Any\n"),
        ('"orders", sa', '"orders",\n        sa'),
    ],
)
def test_what_nobody_runs_may_differ(old: str, new: str) -> None:
    assert old in PYTHON
    edited = PYTHON.replace(old, new)
    assert same_meaning("v/b.py", PYTHON.encode(), edited.encode(), Engine.POSTGRES)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("sa.Text()", "sa.Text(), nullable=False"),
        ('revision = "b"', 'revision = "c"'),
        ("import sqlalchemy as sa", "import other as sa"),
        ("from alembic import op", "from mine.alembic import op"),
        ("from alembic import op", "from .alembic import op"),
        ("def upgrade():", "@decorated\ndef upgrade():"),
        ("def upgrade():", "def upgrade(x=1):"),
        ("op.add_column", "if True:\n        op.add_column"),
        ("sa.Text()))", "sa.Text()))\n    raise ValueError"),
        ("def upgrade", "def upgrade("),
    ],
)
def test_what_is_run_may_not(old: str, new: str) -> None:
    assert old in PYTHON
    edited = PYTHON.replace(old, new)
    assert not same_meaning("v/b.py", PYTHON.encode(), edited.encode(), Engine.POSTGRES)


@pytest.mark.parametrize(
    ("edited", "same"),
    [
        ("# why\nclass A < B[8.0]\n  def change = add_column(:orders, :note, :text)\nend\n", True),
        ("class A < B[8.0]\n  def change = add_column(:orders, :note, :string)\nend\n", False),
        ("class A < B[8.0]\n  def change = add_column(:orders, :note, :text", False),
    ],
)
def test_ruby_is_compared_by_its_syntax_tree(edited: str, same: bool) -> None:
    before = "class A < B[8.0]\n  def change = add_column(:orders,\n    :note, :text)\nend\n"
    assert same_meaning("db/1_a.rb", before.encode(), edited.encode(), Engine.POSTGRES) is same
