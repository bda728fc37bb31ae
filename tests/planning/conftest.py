"""Small releases made by hand, for the tests of this room."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from runbook_tui.catalog.answers import Answers
from runbook_tui.catalog.model import Manifest, Service
from runbook_tui.migrations.model import Finding, Migration, Operation, PendingMigrations, Phase, Reversal
from runbook_tui.migrations.registry import tool_named
from runbook_tui.planning.model import Plan, PlanFinding
from runbook_tui.planning.planner import PlanOptions, plan
from runbook_tui.release.model import ContractChange, ContractUse, Introduction, Release, ServiceChange, Usage
from runbook_tui.repositories.model import Commit, Hit, Resolved
from runbook_tui.runbook.model import Step

COMMANDS = {
    "preflight": "check {{ service }} {{ target }}",
    "migrate": "migrate {{ datastore }} to {{ revision }}",
    "migrate_down": "migrate {{ datastore }} down to {{ previous }}",
    "migrated": "migrated {{ datastore }}",
    "deploy": "deploy {{ service }} {{ version }}",
    "stop": "stop {{ service }}",
    "verify": "version-of {{ service }}",
    "rollback": "deploy {{ service }} {{ base }}",
}
_KINDS = {
    Phase.EXPAND: ("add-column-nullable", "add nullable column", Reversal.LOSS),
    Phase.BACKFILL: ("update-rows", "update rows of", Reversal.YES),
    Phase.CONTRACT: ("drop-column", "drop column", Reversal.NO),
    Phase.BREAKING: ("rename-column", "rename column", Reversal.YES),
    Phase.ASK: ("opaque", "code that touches", Reversal.UNKNOWN),
}
_BEGINNING = datetime(2026, 11, 1, tzinfo=UTC)


class World:
    """Builds a release step by step. Every service moves from 1.0 to 2.0 unless told otherwise."""

    def __init__(self) -> None:
        self.services: dict[str, dict[str, object]] = {}
        self.staying: set[str] = set()
        self.stores: dict[str, dict[str, object]] = {}
        self.migrations: dict[tuple[str, str], list[Migration]] = {}
        self.loose: set[tuple[str, str]] = set()
        self.applied: dict[tuple[str, str], str | None] = {}
        self.contracts: dict[str, list[ContractChange]] = {}
        self.answers: dict[str, dict[str, object]] = {"migrations": {}, "contracts": {}, "services": {}}
        self.usages: list[Usage] = []
        self.commits: dict[str, list[str]] = {}
        self.introductions: list[Introduction] = []
        self.uses: list[ContractUse] = []
        self.manifest: dict[str, object] = {}

    def service(
        self,
        name: str,
        *,
        moves: bool = True,
        uses: Mapping[str, str] | None = None,
        commands: Mapping[str, object] | None = None,
        **fields: object,
    ) -> World:
        """A service with every command; ``uses`` maps a data store to its access."""
        self.services[name] = {
            "owner": f"team-{name}",
            "repository": f"../{name}",
            "deployed": "v1.0",
            "release": "main",
            "on_call": f"pager:{name}",
            "commands": COMMANDS if commands is None else commands,
            "datastores": [{"name": store, "access": access} for store, access in (uses or {}).items()],
            **fields,
        }
        if not moves:
            self.staying.add(name)
        return self

    def store(self, name: str, **fields: object) -> World:
        """A data store as the manifest declares it."""
        self.stores[name] = fields
        return self

    def migration(
        self,
        service: str,
        revision: str,
        phase: Phase,
        *,
        store: str = "db",
        column: str = "",
        parents: Sequence[str] | None = None,
        operations: Sequence[Operation] | None = None,
        findings: Sequence[Finding] = (),
        reversal: Reversal | None = None,
        has_down: bool | None = None,
        dropped: Sequence[str] | None = None,
        tool: str = "alembic",
        transactional: bool = True,
    ) -> World:
        """A pending migration of one operation on ``orders.<column>``, after the one added before it."""
        known = self.migrations.setdefault((service, store), [])
        column = column or f"c{revision}"
        if operations is None and phase in _KINDS:
            kind, words, back = _KINDS[phase]
            text = f"{words} orders.{column}"
            operations = [Operation(kind, phase, 10, text, "orders", column, back)]
        if reversal is None:
            reversal = _KINDS[phase][2] if phase in _KINDS else Reversal.YES
        if dropped is None:
            dropped = [column] if phase is Phase.CONTRACT and reversal is Reversal.NO else []
        if parents is None:
            parents = [known[-1].id] if known else ["0000"]
        known.append(
            Migration(
                service=service,
                datastore=store,
                tool=tool,
                id=revision,
                title=f"Change {column}",
                path=f"migrations/{revision}.py",
                parents=tuple(parents),
                phase=phase,
                operations=tuple(operations or ()),
                findings=tuple(findings),
                reversal=reversal,
                has_down=reversal is not Reversal.NO if has_down is None else has_down,
                transactional=transactional,
                dropped=tuple(dropped),
            )
        )
        return self

    def not_linear(self, service: str, store: str = "db") -> World:
        """The tool may apply the folder's migrations in any order that keeps parents first."""
        self.loose.add((service, store))
        return self

    def api(self, provider: str, api: str, *consumers: str, kind: str = "modified") -> World:
        """A changed definition; provider and consumers must have been added."""
        provided = self.services[provider].setdefault("provides", [])
        assert isinstance(provided, list)
        provided.append({"api": api, "type": "openapi", "definition": f"api/{api}.yaml"})
        for consumer in consumers:
            self.services[consumer].setdefault("consumes", [])
            consumed = self.services[consumer]["consumes"]
            assert isinstance(consumed, list)
            consumed.append(api)
        change = ContractChange(api, provider, "openapi", f"api/{api}.yaml", tuple(sorted(consumers)), kind)
        self.contracts.setdefault(provider, []).append(change)
        return self

    def answer(self, what: str, name: str, **values: object) -> World:
        """An answer: ``what`` is migrations, contracts or services."""
        self.answers[what][name] = {"by": "ann", "because": "she knows", **values}
        return self

    def searched(self, migration: str, service: str, *hits: Hit, names: Sequence[str] = ("c",)) -> World:
        """A search of a staying service for dropped names."""
        self.usages.append(Usage(migration, service, "f" * 40, tuple(names), hits))
        return self

    def history(self, service: str, *introduced: str) -> World:
        """Commits of a service, oldest first: each brings in this migration, or nothing when it is empty."""
        self.commits[service] = list(introduced)
        return self

    def contract_introduced(self, service: str, api: str, number: int) -> World:
        """The commit of a service, from 1, after which its API cannot go along with the running consumers."""
        found = Introduction(f"contract:{api}", sha(service, number), sha(service, number - 1))
        self.introductions.append(found)
        return self

    def pinned(self, before: str, after: str) -> World:
        """The author's own constraint."""
        pins = self.manifest.setdefault("pinned", [])
        assert isinstance(pins, list)
        pins.append({"before": before, "after": after, "because": f"{before} has to be done first"})
        return self

    def off(self, rule: str) -> World:
        """Switch a rule off."""
        rules = self.manifest.setdefault("rules", {})
        assert isinstance(rules, dict)
        rules[rule] = {"enabled": False, "reason": "tried and found wanting"}
        return self

    def release(self) -> Release:
        """The value that planning is a function of."""
        manifest = Manifest.model_validate(
            {
                "version": 1,
                "system": "shop",
                "services": self.services,
                "datastores": self.stores,
                **self.manifest,
            }
        )
        return Release(
            manifest=manifest,
            manifest_path="release/services.yaml",
            answers=Answers.model_validate({"answers": 1, **self.answers}),
            changes=tuple(self._change(name, manifest.services[name]) for name in sorted(self.services)),
            usages=tuple(self.usages),
            contract_uses=tuple(self.uses),
            introductions=(*self.introductions, *self._introductions()),
        )

    def plan(self, options: PlanOptions | None = None, *, runbook_path: str | None = None) -> Plan:
        """Plan the release."""
        return plan(self.release(), options, runbook_path=runbook_path)

    def constraints(self, rule: str) -> dict[tuple[str, str], str]:
        """Why, by before and after, of everything that one rule says of this release."""
        return {
            (item.before, item.after): item.because for item in self.plan().constraints if item.rule == rule
        }

    def step(self, step_id: str) -> Step:
        """One step of the plan."""
        return next(step for step in self.plan().steps if step.id == step_id)

    def findings(self, rule: str) -> list[PlanFinding]:
        """What the plan says under one name."""
        return [finding for finding in self.plan().findings if finding.rule == rule]

    def _change(self, name: str, service: Service) -> ServiceChange:
        base, target = sha(name, 0), sha(name, max(len(self.commits.get(name, [])), 1))
        stays = name in self.staying
        return ServiceChange(
            name=name,
            service=service,
            base=Resolved("v1.0", base, "v1.0"),
            target=Resolved("main", base if stays else target, None),
            version="1.0" if stays else "2.0",
            base_version="1.0",
            commits=() if stays else tuple(self._commits(name)),
            pending=tuple(
                PendingMigrations(
                    service=name,
                    datastore=store,
                    tool=found[0].tool,
                    applied_head=self.applied.get((owner, store), "0000"),
                    pending=tuple(found),
                    linear=(owner, store) not in self.loose,
                    beginning=tool_named(found[0].tool).beginning,
                    stops=tool_named(found[0].tool).stops,
                )
                for (owner, store), found in sorted(self.migrations.items())
                if owner == name
            ),
            contracts=tuple(self.contracts.get(name, [])),
        )

    def _commits(self, name: str) -> list[Commit]:
        count = max(len(self.commits.get(name, [])), 1)
        return [
            Commit(
                sha=sha(name, number),
                author="Ann",
                email="ann@example.org",
                at=_BEGINNING + timedelta(days=number),
                subject=f"Change {number} of {name}",
                body="",
                files=(),
                issues=("SHOP-1",),
            )
            for number in range(count, 0, -1)
        ]

    def _introductions(self) -> list[Introduction]:
        return [
            Introduction(f"{name}/{revision}", sha(name, number), sha(name, number - 1))
            for name, introduced in sorted(self.commits.items())
            for number, revision in enumerate(introduced, 1)
            if revision
        ]


def sha(service: str, number: int) -> str:
    """The commit of a service, counted from the one that runs now."""
    return f"{number:04x}{service.encode().hex()}".ljust(40, "0")[:40]


@pytest.fixture(scope="session")
def new_world() -> Callable[[], World]:
    """Makes empty worlds; for property tests, which need many."""
    return World


@pytest.fixture
def world() -> World:
    """One empty world."""
    return World()
