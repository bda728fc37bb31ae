"""The page on the rules says what the rules say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from runbook_tui.catalog.checks import RULES as SWITCHABLE
from runbook_tui.planning.rules.registry import JOINING, NAMES, RULES, Rule

_PAGE = (Path(__file__).parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")


def _section(name: str) -> str:
    found = re.search(rf"^## {re.escape(name)}\n(.*?)(?=^## |\Z)", _PAGE, re.MULTILINE | re.DOTALL)
    assert found, f"docs/rules.md has no section on {name}"
    return " ".join(found[1].split())


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_every_rule_is_documented_as_it_documents_itself(rule: Rule) -> None:
    first = " ".join(rule.documentation.split("\n\n")[0].split()).replace("``", "`")
    assert first
    assert first in _section(rule.name)


def test_the_manifest_can_switch_off_every_rule_but_pins() -> None:
    assert set(SWITCHABLE) == set(NAMES) - {"pinned"}


def test_every_rule_that_joins_has_its_turn() -> None:
    assert set(JOINING) == {rule.name for rule in RULES if rule.join is not None}
    assert len(set(NAMES)) == len(NAMES)
