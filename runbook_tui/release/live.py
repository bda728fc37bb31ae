"""Asks the databases of a release what is applied, to check what the manifest says is deployed.

``read_release(loaded, live=Databases(os.environ))`` adds what they say to the findings of the pending migrations.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from runbook_tui.catalog.manifest import LoadedManifest
from runbook_tui.catalog.model import Manifest, MigrationSource
from runbook_tui.files.problems import Problem
from runbook_tui.files.suggestions import did_you_mean, one_of
from runbook_tui.migrations.live.model import LiveState, Refusal
from runbook_tui.migrations.live.read import TIMEOUT, read_live
from runbook_tui.migrations.live.rules import RULES
from runbook_tui.migrations.model import Finding
from runbook_tui.release.model import Release


@dataclass(frozen=True, slots=True)
class Databases:
    """The databases that may be asked, and how."""

    environment: Mapping[str, str] = field(repr=False)
    """Where the variables that ``url_env`` names are looked up. Not shown: it holds passwords."""
    only: frozenset[str] = frozenset()
    """Data stores to ask; every one that has ``url_env`` when empty."""
    timeout: float = TIMEOUT
    """Seconds for each of them, all in all."""

    def ask(
        self, manifest: Manifest, source: MigrationSource, *, tool: str, engine: str
    ) -> LiveState | Refusal | None:
        """What the data store of a migration folder says; None when it is not to be asked."""
        store = manifest.datastores.get(source.datastore)
        if store is None or store.url_env is None or (self.only and source.datastore not in self.only):
            return None
        return read_live(
            store.url_env,
            self.environment,
            tool=tool,
            engine=engine,
            table=source.table,
            timeout=self.timeout,
        )

    def problems(self, loaded: LoadedManifest) -> Iterator[Problem]:
        """What was asked for and cannot be: data stores that are not there, or have no ``url_env``."""
        stores = loaded.manifest.datastores
        able = [name for name, store in stores.items() if store.url_env is not None]
        place = loaded.places.place(("datastores",))
        for name in sorted(self.only):
            if name not in able:
                what = f"the data store {name} cannot be asked what is applied: it has no 'url_env' here"
                remedy = did_you_mean(name, able) or f"add 'url_env' to datastores.{name}"
                yield Problem(place, what, one_of(able) if able else "", remedy)
        if not able and not self.only:
            what = "no data store can be asked what is applied"
            yield Problem(place, what, "a data store with 'url_env'", "add it under 'datastores'")


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that a database said, or that it said nothing."""

    service: str
    datastore: str
    finding: Finding


def told_by_databases(release: Release) -> tuple[Told, ...]:
    """What the databases of a release said, by service and data store; empty when none was asked."""
    return tuple(
        Told(change.name, part.datastore, finding)
        for change in release.changes
        for part in change.pending
        for finding in part.findings
        if finding.rule in RULES
    )
