"""What ``runbook check`` finds."""

from __future__ import annotations

import pytest

from runbook_tui.runbook.document import RunbookDocument
from runbook_tui.runbook.lint import lint

GOOD = """\
runbook: 1
title: Checkout
window: {start: 2026-11-24T09:30Z, end: 2026-11-24T10:00Z}
release:
  billing: {base: a, target: b, version: "2", pager: "+1 555", owner: team-payments}
steps:
  - {id: go, title: Go or no go, kind: gate, approve: May we?, owner: ada, approvers: [grace], estimate: 5m}
  - id: deploy
    title: Deploy
    kind: deploy
    service: billing
    run: deploy --format '{{.State}}' <in >out
    verify: curl -f localhost
    rollback: deploy --previous
    estimate: 20m
  - id: contract
    title: Drop the column
    kind: migrate
    service: billing
    run: alembic upgrade 43
    verify: alembic current
    reversible: false
    irreversible_because: the column is gone
    estimate: 5m
  - {id: done, title: Done, kind: note}
"""


def found(old: str, new: str) -> list[str]:
    assert old in GOOD
    document = RunbookDocument.parse(GOOD.replace(old, new), "x.yaml")
    return [str(finding) for finding in lint(document)]


def test_a_complete_runbook_has_no_findings() -> None:
    assert found("title: Checkout", "title: Checkout") == []


def test_a_runbook_without_steps_is_an_error() -> None:
    document = RunbookDocument.parse("runbook: 1\ntitle: T\nsteps: []\n", "x.yaml")
    assert [str(finding) for finding in lint(document)] == [
        "x.yaml:3:8: error: the runbook has no steps; add one, or plan it [no-steps]"
    ]


@pytest.mark.parametrize(
    ("old", "new", "finding"),
    [
        (
            ", owner: ada", "",
            "x.yaml:7:10: warning: step 'go' has no owner; say who stands for it: owner: ... [step-without-owner]",
        ),
        (
            ", owner: team-payments", "",
            "x.yaml:8:9: warning: step 'deploy' has no owner; say who stands for it: owner: ... "
            "[step-without-owner]",
        ),
        (
            "[grace]", "[ada]",
            "x.yaml:7:87: warning: 'ada' owns step 'go' and is the only one who may approve it; "
            "add another approver [owner-approves-alone]",
        ),
        (
            ', pager: "+1 555"', "",
            "x.yaml:5:12: warning: nobody is paged for the service 'billing'; pager: ... [service-without-pager]",
        ),
        (
            "    service: billing\n    run: deploy", "    service: biling\n    run: deploy",
            "x.yaml:11:14: warning: step 'deploy' is for the service 'biling', which is not in the release; "
            "did you mean 'billing'? [unknown-service]",
        ),
        (
            "    verify: curl -f localhost\n", "",
            "x.yaml:8:9: warning: step 'deploy' does not say how to see that it worked; verify: ... "
            "[deploy-without-verify]",
        ),
        (
            "    verify: alembic current\n", "",
            "x.yaml:16:9: note: step 'contract' does not say how to see that it worked; verify: ... "
            "[migrate-without-verify]",
        ),
        (
            "    rollback: deploy --previous\n", "",
            "x.yaml:8:9: warning: step 'deploy' counts as reversible and does not say how to undo it; rollback: ..., "
            "or reversible: false with irreversible_because [step-without-rollback]",
        ),
        (
            "    irreversible_because: the column is gone\n", "",
            "x.yaml:16:9: warning: step 'contract' cannot be undone and does not say why; irreversible_because: ... "
            "[irreversible-without-reason]",
        ),
        (
            "approve: May", "confirm: May",
            "x.yaml:16:9: warning: nobody approves anything before 'contract', which cannot be undone; "
            "add a step with approve before it [no-approval-before-point-of-no-return]",
        ),
        (
            "    estimate: 20m\n", "",
            "x.yaml:8:9: note: step 'deploy' has no estimate; estimate: ... [step-without-estimate]",
        ),
        (
            "estimate: 20m", "estimate: 21m",
            "x.yaml:3:9: warning: the steps take 31m one after the other; the window is 30m; "
            "move its end, or split the release [window-too-short]",
        ),
        (
            "deploy --previous", "deploy <version>",
            "x.yaml:14:15: error: '<version>' is left in the command of step 'deploy'; write what is meant "
            "[placeholder]",
        ),
        (
            "upgrade 43", "upgrade {{ revision }}",
            "x.yaml:20:10: error: '{{ revision }}' is left in the command of step 'contract'; "
            "nothing fills it in here: write the value [template-braces]",
        ),
        (
            "title: Deploy", "title: Deploy (FIXME)",
            "x.yaml:9:12: warning: 'FIXME' is left in title of step 'deploy'; write what is meant [placeholder]",
        ),
        (
            "steps:\n", "questions:\n  - {id: 'migration:a/1', text: Is it safe?}\nsteps:\n",
            "x.yaml:7:5: error: open question: Is it safe?; runbook answer migration:a/1 ..., then plan again "
            "[open-question]",
        ),
        (
            "steps:\n", "questions:\n  - {id: q, text: Is it safe?, blocking: false}\nsteps:\n",
            "x.yaml:7:5: warning: open question: Is it safe?; runbook answer q ..., then plan again [open-question]",
        ),
        (
            "steps:\n",
            "remarks:\n  - {rule: contract-last, level: error, text: still read, source: 'a.py:3', remedy: wait}\n"
            "steps:\n",
            "x.yaml:7:5: error: still read (a.py:3); wait [contract-last]",
        ),
    ],
)  # fmt: skip
def test_what_is_missing_is_found_where_it_belongs(old: str, new: str, finding: str) -> None:
    assert finding in found(old, new)
