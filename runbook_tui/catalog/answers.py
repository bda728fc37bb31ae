"""What people answered where the planner could not know: a sidecar beside the manifest.

``services.yaml`` has ``services.answers.yaml`` beside it:

    answers: 1
    migrations:
      billing/0043: {phase: backfill, reversible: false, digest: 5b0c22f1a9de, by: ann, because: in batches}
    contracts:
      billing-http: {verdict: provider-first, digest: 91c6de04b7aa, by: ann, because: only a field was added}
    services:
      notifications: {on_call: "phone:ann", by: ann, because: no pager yet}
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from runbook_tui.catalog.model import Line, Model, Name

Digest = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9a-f]{12}$"),
    Field(description="the 12 digits that the answer was written with"),
]
"""Of what an answer was given for. The answer is void once that has changed; one without a digest never is."""


class MigrationAnswer(Model):
    """A person's judgement of one migration that could not be read."""

    phase: Literal["expand", "backfill", "contract"]
    reversible: bool = False
    digest: Digest | None = None
    by: Line
    because: Line


class ContractAnswer(Model):
    """A person's judgement of who must be deployed first after a contract changed."""

    verdict: Literal["provider-first", "consumer-first", "either"]
    digest: Digest | None = None
    by: Line
    because: Line


class ServiceAnswer(Model):
    """What the manifest does not say about a service, for this release."""

    on_call: Line
    by: Line
    because: Line


class Answers(Model):
    """All answers of one manifest. Migrations are keyed by ``<service>/<migration id>``."""

    answers: Literal[1, "1"] = 1
    migrations: dict[Line, MigrationAnswer] = Field(default_factory=dict)
    contracts: dict[Name, ContractAnswer] = Field(default_factory=dict)
    services: dict[Name, ServiceAnswer] = Field(default_factory=dict)
