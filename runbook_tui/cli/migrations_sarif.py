"""Findings about migrations as SARIF 2.1.0, which code hosts show at the lines of a pull request.

Source: OASIS, "Static Analysis Results Interchange Format (SARIF) Version 2.1.0", sections 3.14 to 3.52.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from runbook_tui import __version__
from runbook_tui.authoring.migration_sections import Section
from runbook_tui.migrations.inspection import Entry
from runbook_tui.migrations.judging.rules import RULES, Rule
from runbook_tui.migrations.model import Finding
from runbook_tui.migrations.trees import stored_path
from runbook_tui.text.terminal import plain

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def as_sarif(sections: list[Section]) -> dict[str, Any]:
    """One run with every finding. Its rules are those that were found, in the order of the registry."""
    found = list(_found(sections))
    ids = {finding.rule for _, _, finding in found}
    rules = [rule for rule in RULES.values() if rule.id in ids]
    own = ids - RULES.keys()  # of tools that other packages bring
    rules += [Rule(name, finding.level, name, "") for name in sorted(own) for finding in _first(found, name)]
    index = {rule.id: number for number, rule in enumerate(rules)}
    seen: Counter[str] = Counter()
    driver = {"name": "runbook-tui", "version": __version__, "rules": [_rule(rule) for rule in rules]}
    results = [_result(section, entry, finding, index, seen) for section, entry, finding in found]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _found(sections: list[Section]) -> Iterator[tuple[Section, Entry, Finding]]:
    for section in sections:
        for entry in section.inspected.entries:
            for finding in entry.findings:
                yield section, entry, finding


def _first(found: list[tuple[Section, Entry, Finding]], rule: str) -> list[Finding]:
    return [finding for _, _, finding in found if finding.rule == rule][:1]


def _rule(rule: Rule) -> dict[str, Any]:
    help_text = ". ".join(text.rstrip(".") for text in (rule.summary, rule.remedy) if text) + "."
    return {
        "id": rule.id,
        "name": "".join(word.capitalize() for word in rule.id.split("-")),
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": help_text},
        "help": {
            "text": help_text,
            "markdown": f"{help_text}\n\nSee `{rule.id}` in docs/migrations.md#findings.",
        },
        "defaultConfiguration": {"level": rule.level.value},
    }


def _result(
    section: Section, entry: Entry, finding: Finding, rules: dict[str, int], seen: Counter[str]
) -> dict[str, Any]:
    migration = entry.migration.key.removeprefix("/") if entry.migration else ""
    # not the line: a finding is the same one when something is written above it
    identity = "\0".join((finding.rule, finding.path, migration, finding.message))
    digest = hashlib.sha256(identity.encode("utf-8", "surrogatepass")).hexdigest()
    seen[digest] += 1
    path = entry.path if finding.path == section.inspected.folder else finding.path  # results have a file
    message = finding.message + (f". {finding.recipe}" if finding.recipe else "")
    return {
        "ruleId": finding.rule,
        "ruleIndex": rules[finding.rule],
        "level": finding.level.value,
        "message": {"text": plain(message)},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": _uri(section, path)},
                    "region": {"startLine": max(finding.line, 1)},
                }
            }
        ],
        "partialFingerprints": {"runbookMigration/v1": f"{digest[:32]}:{seen[digest]}"},
        "properties": {"migration": migration, "phase": entry.phase.value},
    }


def _uri(section: Section, path: str) -> str:
    """The path from the root of the checkout. A repository below the current folder is a part of that checkout."""
    outside = section.root.startswith(("/", "..")) or section.root == "."
    return quote(stored_path(path if outside else f"{section.root}/{path}"))
