"""What a template names and nobody knows: names, filters, tests and blocks. Jinja itself stops at the first."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from jinja2 import nodes
from jinja2.meta import find_undeclared_variables

from runbook_tui.files.problems import Place, Problem
from runbook_tui.files.suggestions import did_you_mean, one_of
from runbook_tui.text.sandbox import Sandbox

_TOLERANT_FILTERS = frozenset({"d", "default"})
_TOLERANT_TESTS = frozenset({"defined", "undefined"})


def unknown_blocks(environment: Sandbox, name: str) -> list[Problem]:
    """Blocks of a template that the one it extends does not have: they would be left out without a word.

    Raises what loading and parsing templates raises.
    """
    tree, source, file = _parsed(environment, name)
    known = {block.name for parent in _parents(environment, tree) for block in parent.find_all(nodes.Block)}
    if tree.find(nodes.Extends) is None or not known:
        return []
    return [
        Problem(
            place_of(file, block.lineno, block.name, source),
            f"what this template extends has no block '{block.name}'",
            one_of(known, most=20),
            did_you_mean(block.name, known) or "check the name",
        )
        for block in tree.body
        if isinstance(block, nodes.Block) and block.name not in known
    ]


def unknown_names(environment: Sandbox, name: str, names: Mapping[str, Any]) -> list[Problem]:
    """Every name, filter and test of a template that there is not, once a line.

    For a template that failed: where a name is only looked at if it is defined, nothing is wrong with it.

    Raises what loading and parsing templates raises.
    """
    tree, source, file = _parsed(environment, name)
    found: set[Problem] = set()
    for line, word, what, known in _unknown(environment, tree, names):
        remedy = did_you_mean(word, known) or "check the spelling"
        found.add(Problem(place_of(file, line, word, source), what, "", remedy))
    return sorted(found)


def place_of(file: str, line: int, word: str, source: str) -> Place:
    """Where a word stands in a line of a template; the line alone when it does not."""
    lines = source.splitlines()
    match = re.search(rf"\b{re.escape(word)}\b", lines[line - 1]) if word and 0 < line <= len(lines) else None
    return Place(file, line, match.start() + 1 if match else 0)


def _unknown(
    environment: Sandbox, tree: nodes.Template, names: Mapping[str, Any]
) -> Iterator[tuple[int, str, str, Collection[str]]]:
    """Line, word, what is wrong with it, and what there is."""
    lenient = environment.overlay()
    lenient.filters, lenient.tests = dict(environment.filters), dict(environment.tests)
    for used in tree.find_all((nodes.Filter, nodes.Test)):
        kind, known, enough = (
            ("filter", environment.filters, lenient.filters)
            if isinstance(used, nodes.Filter)
            else ("test", environment.tests, lenient.tests)
        )
        word = str(getattr(used, "name", ""))
        if word not in known:
            enough[word] = _anything  # or else Jinja would not look any further
            yield used.lineno, word, f"no {kind} named '{word}'", known
    made = {name for parent in _parents(environment, tree) for name in _made(parent)}
    tolerated = set(_tolerated(tree))
    tree.set_environment(lenient)
    missing = find_undeclared_variables(tree) - names.keys() - environment.globals.keys() - made - tolerated
    for name in tree.find_all(nodes.Name):
        if name.name in missing:
            yield name.lineno, name.name, f"'{name.name}' is undefined", names


def _anything(value: object) -> object:
    return value


def _parsed(environment: Sandbox, name: str) -> tuple[nodes.Template, str, str]:
    assert environment.loader is not None
    source, file, _ = environment.loader.get_source(environment, name)
    return environment.parse(source, name, file), source, file or name


def _parents(environment: Sandbox, tree: nodes.Template) -> Iterator[nodes.Template]:
    """The templates that one extends, as far as their names are written out."""
    seen: set[str] = set()
    while True:
        extends = tree.find(nodes.Extends)
        if extends is None or not isinstance(extends.template, nodes.Const):
            return
        name = str(extends.template.value)
        if name in seen:
            return
        seen.add(name)
        tree, _, _ = _parsed(environment, name)
        yield tree


def _made(tree: nodes.Template) -> Iterable[str]:
    """Names that a template gives to things; its children see them in their blocks."""
    for node in tree.find_all((nodes.Macro, nodes.Import, nodes.FromImport, nodes.Name)):
        if isinstance(node, nodes.Macro):
            yield node.name
        elif isinstance(node, nodes.Import):
            yield node.target
        elif isinstance(node, nodes.FromImport):
            yield from (name if isinstance(name, str) else name[1] for name in node.names)
        elif isinstance(node, nodes.Name) and node.ctx == "store":
            yield node.name


def _tolerated(tree: nodes.Template) -> Iterator[str]:
    """Names that a template knows may be missing: ``x is defined``, ``x | default('')``."""
    for test in tree.find_all(nodes.Test):
        if test.name in _TOLERANT_TESTS and isinstance(test.node, nodes.Name):
            yield test.node.name
    for used in tree.find_all(nodes.Filter):
        if used.name in _TOLERANT_FILTERS and isinstance(used.node, nodes.Name):
            yield used.node.name
