"""A release that cannot be ordered becomes several, and what is left for later is not forgotten."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from pathlib import Path

import pytest

from runbook_tui.authoring.draft import Draft, Request, draft, write
from runbook_tui.authoring.splitting import first_of_split, next_of_split
from runbook_tui.catalog.follow_ups import follow_ups_path, read_follow_ups
from runbook_tui.files.problems import ProblemsError, RunbookError
from tests.authoring.conftest import _git

SCHEMA = "type Query {{\n  invoice: ID\n{}}}\n"

MANIFEST = """
    version: 1
    system: shop
    services:
      billing:
        owner: payments
        repository: billing
        deployed: {billing}
        release: v2
        provides: [{{api: graph, type: graphql, definition: schema.graphql}}]
      web:
        owner: web
        repository: web
        deployed: {web}
        release: v2
        consumes: [graph]
    """


class Shop:
    """``billing`` adds ``exportCsv`` and takes ``export`` away; ``web`` moves from one to the other."""

    def __init__(self, folder: Path, *, at_once: bool) -> None:
        self.folder = folder
        self.manifest = folder / "services.yaml"
        self._commit("billing", {"schema.graphql": SCHEMA.format("  export: ID\n")}, "v1")
        if not at_once:
            both = SCHEMA.format("  export: ID\n  exportCsv: ID\n")
            self._commit("billing", {"schema.graphql": both}, "between")
        self._commit("billing", {"schema.graphql": SCHEMA.format("  exportCsv: ID\n")}, "v2")
        self._commit("web", {"app.js": "{ export }"}, "v1")
        self._commit("web", {"app.js": "{ exportCsv }"}, "v2")
        self.runs("v1", "v1")

    def runs(self, billing: str, web: str) -> None:
        """Say what is deployed."""
        self.manifest.write_text(textwrap.dedent(MANIFEST.format(billing=billing, web=web)))

    def sha(self, service: str, ref: str) -> str:
        """What a tag names."""
        tag = self.folder / service / ".git" / "refs" / "tags" / ref
        return tag.read_text().strip()

    def _commit(self, service: str, files: Mapping[str, str], tag: str) -> None:
        repository = self.folder / service
        if not repository.exists():
            _git(self.folder, "init", "--quiet", service)
        for name, text in files.items():
            (repository / name).write_text(text)
        _git(repository, "add", "--all")
        _git(repository, "commit", "--quiet", "--message", f"Make {tag}")
        _git(repository, "tag", tag)


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """With a commit that has both forms."""
    return Shop(tmp_path, at_once=False)


def follow_up(drafted: Draft) -> list[tuple[str, str]]:
    """Level and text of what a plan says of what was left."""
    return [(item.level, item.text) for item in drafted.plan.findings if item.rule == "follow-up"]


def test_the_first_release_stops_where_both_forms_are_there(shop: Shop) -> None:
    whole = draft(Request(shop.manifest))
    assert whole.plan.runbook is None
    first = first_of_split(whole)
    assert first.plan.runbook is not None
    assert set(first.plan.runbook.release) == {"billing"}
    assert first.plan.runbook.release["billing"].target == shop.sha("billing", "between")
    assert [part.targets["billing"] for part in first.releases] == [
        shop.sha("billing", "between"),
        shop.sha("billing", "v2"),
    ]


def test_every_part_can_be_ordered_from_where_the_one_before_ends(shop: Shop) -> None:
    bases: dict[str, str] = {}
    for part in draft(Request(shop.manifest)).releases:
        planned = draft(Request(shop.manifest, bases=bases, targets=part.targets))
        assert planned.plan.runbook is not None
        bases = dict(part.targets)
    assert bases == {"billing": shop.sha("billing", "v2"), "web": shop.sha("web", "v2")}


def test_what_is_left_is_remembered_with_the_runbook_and_not_before(shop: Shop) -> None:
    first = first_of_split(draft(Request(shop.manifest)))
    assert not follow_ups_path(shop.manifest).exists()
    write(first, shop.folder / "part1.yaml")
    (left,) = read_follow_ups(shop.manifest).releases
    assert left.targets["web"] == shop.sha("web", "v2")
    assert left.after["billing"] == shop.sha("billing", "between")


def test_a_later_plan_reminds_of_it_until_it_runs(shop: Shop) -> None:
    write(first_of_split(draft(Request(shop.manifest))), shop.folder / "part1.yaml")
    with pytest.raises(RunbookError, match="does not run yet"):
        next_of_split(Request(shop.manifest))
    shop.runs("between", "v1")
    ((level, text),) = follow_up(draft(Request(shop.manifest, only=["web"])))
    assert level == "warning"
    assert text.startswith("still to be released: shop release, part 2 of 2")
    ((level, text),) = follow_up(draft(Request(shop.manifest)))
    assert (level, text) == (
        "note",
        "this release takes along what was left for later: shop release, part 2 of 2",
    )
    planned = next_of_split(Request(shop.manifest))
    assert planned.plan.runbook is not None
    assert planned.plan.runbook.title == "shop release, part 2 of 2"
    order = [step.id for step in planned.plan.steps]
    assert order.index("deploy-web") < order.index("deploy-billing")
    shop.runs("v2", "v2")
    done = draft(Request(shop.manifest))
    assert not follow_up(done)
    write(done, shop.folder / "after.yaml")
    assert not follow_ups_path(shop.manifest).exists()
    with pytest.raises(RunbookError, match="no release is left"):
        next_of_split(Request(shop.manifest))


def test_a_change_made_at_once_has_no_split_but_a_recipe(tmp_path: Path) -> None:
    shop = Shop(tmp_path, at_once=True)
    whole = draft(Request(shop.manifest))
    (cycle,) = whole.plan.cycles
    assert whole.releases == ()
    assert first_of_split(whole) is whole
    assert cycle.instead[1] == "release 1, expand: billing adds query exportCsv; the old form stays"
    assert cycle.instead[3] == "last release, contract: billing removes query export"


def test_commits_that_are_gone_are_told(shop: Shop) -> None:
    follow_ups_path(shop.manifest).write_text(
        f"follow_ups: 1\nreleases:\n- {{title: old, targets: {{web: {'a' * 40}}}, because: x}}\n"
    )
    ((level, text),) = follow_up(draft(Request(shop.manifest)))
    assert level == "warning"
    assert "not in the repositories any more" in text


def test_what_is_wrong_with_the_file_is_told_at_its_place(shop: Shop) -> None:
    follow_ups_path(shop.manifest).write_text("follow_ups: 1\nreleases:\n- {title: old, target: 1}\n")
    with pytest.raises(ProblemsError) as caught:
        draft(Request(shop.manifest))
    assert {problem.place.line for problem in caught.value.problems} == {3}
    assert all("services.follow-ups.yaml" in problem.place.file for problem in caught.value.problems)
