"""Documented upgrade orders against plans: ``python -m tests.benchmarks.orderings [--scenarios] FOLDER``.

FOLDER holds YAML files. Without ``--scenarios`` each has ``components``, ``facts`` (what a manifest would state of a
component: ``depends_on``, ``consumes``, ``requires`` or ``requires_schema`` for what has to be migrated before it,
``requires_all_new`` for what has to be done after all of these are new), ``constraints`` and ``unordered``: pairs.
With it each has ``services``, ``pending_migrations`` with a ``label``, ``conventions``, ``constraints`` between
``service:expand``, ``service:deploy-new-code``, ``service:contract`` and ``service:deploy-agents``, and
``downtime_needed``.

Nothing is asserted: the tables are there to be read.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from runbook_tui.migrations.model import Phase
from runbook_tui.planning.graph import Graph
from runbook_tui.planning.model import Plan
from tests.planning.conftest import World

Pair = tuple[str, str]
PHASES = {"expand": Phase.EXPAND, "migrate": Phase.BACKFILL, "contract": Phase.CONTRACT}


def state(case: Mapping[str, Any]) -> tuple[World, dict[str, str]]:
    """A release in which every component moves, and the step that stands for each."""
    world, steps = World(), {}
    facts: Mapping[str, Mapping[str, Any]] = case.get("facts") or {}
    migrated = {name for fact in facts.values() for name in _migrations(fact)}
    contract = {name for name, fact in facts.items() if fact.get("requires_all_new")}
    uses: dict[str, dict[str, str]] = {}
    for name, fact in facts.items():
        for store in _migrations(fact):
            uses.setdefault(name, {})[_plain(store)] = "write"
    for name in contract:
        for user in facts[name]["requires_all_new"]:
            uses.setdefault(user, {})[_plain(name)] = "write"
    for name in case["components"]:
        if name not in migrated | contract:
            needed = [*facts.get(name, {}).get("depends_on", []), *facts.get(name, {}).get("consumes", [])]
            world.service(_plain(name), uses=uses.get(name), depends_on=[_plain(other) for other in needed])
            steps[name] = f"deploy-{_plain(name)}"
    for name in [*sorted(migrated), *sorted(contract)]:
        owner = next(user for user in case["components"] if _plain(name) in uses.get(user, {}))
        phase = Phase.CONTRACT if name in contract else Phase.EXPAND
        world.migration(_plain(owner), "1", phase, store=_plain(name))
    by_store = {step.migration.datastore: step.id for step in world.plan().steps if step.migration}
    steps |= {name: by_store[_plain(name)] for name in migrated | contract}
    return world, steps


def _migrations(fact: Mapping[str, Any]) -> list[str]:
    return [*fact.get("requires", []), *fact.get("requires_schema", [])]


def _plain(name: str) -> str:
    return "".join(character if character.isalnum() else "-" for character in name).strip("-")


def implied(case: Mapping[str, Any]) -> set[Pair]:
    """Every pair that the facts order, directly or not."""
    pairs: set[Pair] = set()
    for name, fact in (case.get("facts") or {}).items():
        before = [*fact.get("depends_on", []), *fact.get("consumes", []), *_migrations(fact)]
        pairs |= {(other, name) for other in [*before, *fact.get("requires_all_new", [])]}
    while True:
        further = {(a, d) for a, b in pairs for c, d in pairs if b == c} - pairs
        if not further:
            return pairs
        pairs |= further


def scenario(case: Mapping[str, Any]) -> tuple[World, dict[str, str]]:
    """A release of three services, each with a data store and its pending migrations."""
    world, steps = World(), {}
    for name, service in case["services"].items():
        offline = "stopped" in case["conventions"].get(name, "")
        first = "old code running" in case["conventions"].get(name, "") or "same as" in case[
            "conventions"
        ].get(name, "")
        world.store(f"{name}-db", contract="offline" if offline else "online",
                    backfill="before-deploy" if first else "after-deploy")  # fmt: skip
        world.service(name, uses={f"{name}-db": "owner"}, depends_on=service["depends_on"])
        steps[f"{name}:deploy-new-code"] = f"deploy-{name}"
        if any(f"{name}:deploy-agents" in pair for pair in case["constraints"]):
            world.service(f"{name}-agents", depends_on=[name])
            steps[f"{name}:deploy-agents"] = f"deploy-{name}-agents"
        for number, migration in enumerate(case["pending_migrations"].get(name, []), 1):
            phase = PHASES[migration["label"]]
            world.migration(name, f"{number}", phase, store=f"{name}-db", parents=[])
            steps[f"{name}:{migration['label']}#{number}"] = f"{phase.value}-{name}-{number}"
        world.not_linear(name, f"{name}-db")
    return world, steps


def named(steps: Mapping[str, str], name: str) -> list[str]:
    """The steps that stand for a name; every migration of a label."""
    return [step for key, step in steps.items() if key == name or key.startswith(f"{name}#")]


def missing(plan: Plan, steps: Mapping[str, str], wanted: Iterable[Pair]) -> Iterator[Pair]:
    """Pairs that the plan does not put in this order."""
    graph = Graph([step.id for step in plan.steps], plan.constraints)
    for before, after in wanted:
        if not all(graph.precedes(a, b) for a in named(steps, before) for b in named(steps, after)):
            yield before, after


def invented(plan: Plan, steps: Mapping[str, str], pairs: Iterable[Pair]) -> Iterator[Pair]:
    """Pairs that the plan orders although nothing says so."""
    graph = Graph([step.id for step in plan.steps], plan.constraints)
    for one, other in pairs:
        first, second = steps[one], steps[other]
        if graph.precedes(first, second) or graph.precedes(second, first):
            yield one, other


def main() -> None:
    """Print a line for each file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--scenarios", action="store_true")
    args = parser.parse_args()
    for path in sorted(args.folder.glob("*.yaml")):
        case = YAML(typ="safe").load(path)
        world, steps = scenario(case) if args.scenarios else state(case)
        plan = world.plan()
        documented = [(before, after) for before, after in case["constraints"]]
        known = set(documented) if args.scenarios else implied(case)
        holds = [pair for pair in documented if pair in known]
        lost = list(missing(plan, steps, holds))
        loose = [(one, other) for one, other in case.get("unordered", [])]
        loose += [
            (one, other)
            for tier in case.get("order", [])
            for index, one in enumerate(tier)
            for other in tier[index + 1 :]
            if (one, other) not in known and (other, one) not in known
        ]
        extra = list(invented(plan, steps, dict.fromkeys(loose)))
        parts = [
            f"{len(holds) - len(lost)}/{len(holds)} held, {len(documented) - len(holds)} not in the facts",
            f"{len(extra)} of {len(set(loose))} unordered pairs ordered; cycles {len(plan.cycles)}",
        ]
        if args.scenarios:
            parts.append(f"downtime {plan.downtime is not None}, documented {case['downtime_needed']}")
        parts += [f"lost {lost}"] if lost else []
        parts += [f"invented {extra}"] if extra else []
        print(f"  {path.stem:<32} {'; '.join(parts)}")


if __name__ == "__main__":
    main()
