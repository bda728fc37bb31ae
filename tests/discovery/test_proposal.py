"""From what was found to a manifest: written, filled in, read, planned; valid whatever a person leaves out."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runbook_tui.authoring.draft import Request, draft
from runbook_tui.catalog.manifest import read_manifest
from runbook_tui.discovery.discover import discover
from runbook_tui.discovery.manifest_text import manifest_text
from runbook_tui.discovery.model import Candidate, Confidence, Fact, Found, Kind, Store
from runbook_tui.discovery.proposal import Proposal
from runbook_tui.discovery.questions import (
    UnknownAnswer,
    alike,
    missing,
    open_questions,
    questions,
    set_answer,
)
from runbook_tui.discovery.scalars import comment, scalar
from runbook_tui.discovery.settled import settle
from runbook_tui.discovery.writing import AlreadyThere, NoService, problems_of, unknown_refs, write_manifest
from runbook_tui.files.problems import ProblemsError
from runbook_tui.files.yaml_source import parse_yaml
from runbook_tui.release.read import read_release
from tests.discovery.conftest import MakeRepository, commit

PYTHON = "FROM python:3.12-slim\n"
ALEMBIC = """\
from alembic import op
import sqlalchemy as sa
revision = '{id}'
down_revision = {before}
def upgrade():
    op.add_column('orders', sa.Column('{column}', sa.Text()))
def downgrade():
    op.drop_column('orders', '{column}')
"""
OPENAPI = (
    "openapi: 3.0.3\ninfo: {{title: orders, version: '{version}'}}\n"
    "paths:\n  /orders: {{get: {{responses: {{}}}}}}\n"
)


@pytest.fixture
def shop(make: MakeRepository, system: Path) -> Path:
    """Two services: one with migrations and an API that changes, one that calls it."""
    orders = make(
        "orders",
        {
            "Dockerfile": PYTHON,
            "CODEOWNERS": "* @shop/team-checkout\n",
            "alembic.ini": "[alembic]\nscript_location = db\nsqlalchemy.url = postgresql://a:b@localhost/orders\n",
            "db/env.py": "",
            "db/versions/a1_begin.py": ALEMBIC.format(id="a1", before="None", column="note"),
            "api/openapi.yaml": OPENAPI.format(version="1"),
        },
        "v1.0.0",
    )
    more = {"db/versions/a2_more.py": ALEMBIC.format(id="a2", before="'a1'", column="email")}
    commit(orders, {**more, "api/openapi.yaml": OPENAPI.format(version="2")}, "more", "v1.1.0")
    web = make("web", {"Dockerfile": PYTHON, "settings.ini": "orders = http://orders/\n"}, "v3.0.0")
    commit(web, {"page.html": "<p>"}, "a page")
    return system


def answered(proposal: Proposal, **answers: str) -> Proposal:
    for question in missing(proposal):
        proposal = proposal.answered(question.id, answers[question.key])
    return proposal


def test_a_manifest_with_every_answer_is_planned_at_once(shop: Path) -> None:
    proposal = answered(Proposal(discover(shop)), owner="team-web", deployed="v*.0.0", release="main")
    path = shop / "services.yaml"
    assert write_manifest(proposal, shop, path).open == ()
    loaded = read_manifest(path)
    orders = loaded.manifest.services["orders"]
    assert (orders.owner, orders.deployed, orders.release) == ("team-checkout", "v*.0.0", "main")
    assert loaded.manifest.services["web"].consumes == ("orders-http",)
    assert loaded.manifest.datastores["orders-db"].engine == "postgres"
    release = read_release(loaded)
    assert [change.name for change in release.changes if change.moves] == ["orders", "web"]
    assert [one.id for change in release.changes for folder in change.pending for one in folder.pending] == [
        "a2"
    ]
    runbook = draft(Request(path)).plan.runbook
    assert runbook is not None
    assert "expand-orders-a2" in [step.id for step in runbook.steps]


def test_open_answers_stand_in_the_file_and_are_filled_in_by_hand(shop: Path) -> None:
    path = shop / "services.yaml"
    written = write_manifest(Proposal(discover(shop)), shop, path)
    assert sorted(question.id for question in written.open) == [
        "orders.deployed",
        "orders.release",
        "web.deployed",
        "web.owner",
        "web.release",
    ]
    with pytest.raises(ProblemsError, match="the key 'deployed' is missing"):
        read_manifest(path)
    text = path.read_text()
    for key, value in (("owner", "team-web"), ("deployed", "v*.0.0"), ("release", "main")):
        text = re.sub(rf"# {key}:  # open.*", f"{key}: {value}", text)
    path.write_text(text)
    assert draft(Request(path)).plan.runbook is not None


def test_every_value_says_where_it_was_read(shop: Path) -> None:
    text = manifest_text(Proposal(discover(shop)))
    assert "owner: team-checkout  # from orders/CODEOWNERS:1: written @shop/team-checkout" in text
    assert "engine: postgres  # from orders/alembic.ini:3" in text
    assert "- orders-http  # guess from web/settings.ini:1: names http://orders" in text
    assert (
        "# owner:  # open: the team or person that answers for it? Ann Lee made 2 of the last 2 commits"
        in text
    )
    assert "# deployed:  # open: what runs now? v1.1.0 (tag of 2026-03-01), v1.0.0" in text
    assert "postgresql://" not in text


def test_a_manifest_beside_another_folder_names_the_repositories_from_there(
    shop: Path, tmp_path: Path
) -> None:
    path = tmp_path / "release" / "services.yaml"
    path.parent.mkdir()
    write_manifest(answered(Proposal(discover(shop)), owner="x", deployed="v*", release="main"), shop, path)
    loaded = read_manifest(path)
    assert loaded.manifest.services["web"].repository == "../system/web"
    assert loaded.repository_path("web").resolve() == shop / "web"


def test_the_order_of_everything_is_the_same_every_time(shop: Path) -> None:
    assert manifest_text(Proposal(discover(shop))) == manifest_text(Proposal(discover(shop)))


def test_a_manifest_that_is_there_stays(shop: Path) -> None:
    path = shop / "services.yaml"
    path.write_text("mine\n")
    with pytest.raises(AlreadyThere):
        write_manifest(Proposal(discover(shop)), shop, path)
    assert path.read_text() == "mine\n"
    write_manifest(Proposal(discover(shop)), shop, path, force=True)
    assert "services:" in path.read_text()


def test_nothing_is_written_without_a_service(shop: Path) -> None:
    proposal = Proposal(discover(shop)).toggled("service:orders").toggled("service:web")
    with pytest.raises(NoService):
        write_manifest(proposal, shop, shop / "services.yaml")
    assert not (shop / "services.yaml").exists()


def test_refs_that_no_repository_has_are_told(shop: Path) -> None:
    proposal = Proposal(discover(shop)).answered("web.deployed", "v9").answered("orders.deployed", "v1.0.0")
    wrong = unknown_refs(proposal, shop)
    assert list(wrong) == ["web.deployed"]
    assert "has no commit v9" in wrong["web.deployed"]


# -- what a person says


SAMPLE = Found(
    system="shop",
    system_source="x",
    candidates=(
        Candidate(
            "billing",
            "billing",
            ".",
            "billing/Dockerfile:1",
            "a Dockerfile",
            Confidence.READ,
            facts=(
                Fact("billing", Kind.OWNER, "ann", "CODEOWNERS:1", Confidence.STATED),
                Fact("billing", Kind.CONSUMES, "orders-http", "b.py:1", Confidence.GUESSED),
                Fact("billing", Kind.DEPENDS_ON, "orders", "compose.yaml:2", Confidence.STATED),
                Fact(
                    "billing",
                    Kind.DATASTORE,
                    "core-db",
                    "b.env:1",
                    Confidence.GUESSED,
                    "",
                    (("access", "write"),),
                ),
            ),
        ),
        Candidate(
            "loadgen", ".", "loadgen", "loadgen/Dockerfile:1", "its name", Confidence.GUESSED, sure=False
        ),
        Candidate(
            "orders",
            ".",
            "orders",
            "orders/Dockerfile:1",
            "a Dockerfile",
            Confidence.READ,
            facts=(
                Fact(
                    "orders",
                    Kind.PROVIDES,
                    "orders-http",
                    "o.yaml:1",
                    Confidence.READ,
                    "",
                    (("type", "openapi"), ("definition", "o.yaml")),
                ),
                Fact(
                    "orders",
                    Kind.DATASTORE,
                    "core-db",
                    "alembic.ini:1",
                    Confidence.READ,
                    "",
                    (("access", "owner"),),
                ),
                Fact(
                    "orders",
                    Kind.MIGRATIONS,
                    "db",
                    "alembic.ini:1",
                    Confidence.STATED,
                    "",
                    (("tool", "alembic"), ("path", "db"), ("datastore", "core-db")),
                ),
                Fact("orders", Kind.DEPENDS_ON, "loadgen", "compose.yaml:9", Confidence.STATED),
            ),
        ),
    ),
    stores=(Store("core-db", "postgres", "alembic.ini:2", Confidence.READ),),
)


def test_a_rename_is_followed_wherever_the_name_stands() -> None:
    proposal = Proposal(SAMPLE)
    for kind, old, new in (
        ("service", "orders", "ordering"),
        ("api", "orders-http", "orders-v2"),
        ("store", "core-db", "core"),
    ):
        proposal = proposal.renamed(kind, old, new)
    text = manifest_text(proposal)
    assert "  ordering:" in text
    assert "- ordering  #" in text
    assert text.count("orders-v2") == 2
    assert "migrations: {tool: alembic, path: db, datastore: core}" in text
    assert "core-db" not in text
    assert problems_of(proposal) == []


def test_names_are_checked() -> None:
    proposal = Proposal(SAMPLE)
    assert proposal.why_not_name("service", "orders", "billing") == "there is another service billing"
    assert proposal.why_not_name("service", "orders", "a b")
    assert proposal.why_not_name("service", "orders", "orders-2") == ""


def test_what_refers_to_something_rejected_is_left_out_and_says_why() -> None:
    proposal = Proposal(SAMPLE).toggled("orders.provides.orders-http").toggled("store:core-db")
    settled = settle(proposal)
    reasons = {fact.id: settled.why_not(fact) for fact in SAMPLE.facts()}
    assert reasons["billing.consumes.orders-http"] == "nobody provides orders-http"
    assert reasons["orders.migrations.db"] == "the service does not use core-db"
    assert reasons["orders.depends_on.loadgen"] == "loadgen is left out"
    assert reasons["billing.depends_on.orders"] == ""
    assert problems_of(proposal) == []


THINGS = [
    *(fact.id for fact in SAMPLE.facts()),
    "service:billing",
    "service:loadgen",
    "service:orders",
    "store:core-db",
]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(THINGS), max_size=8), st.sampled_from(["owner", "write", "read"]))
def test_whatever_is_left_out_the_rest_is_a_valid_manifest(toggles: list[str], access: str) -> None:
    proposal = Proposal(SAMPLE)
    for thing in toggles:
        proposal = proposal.toggled(thing)
    proposal = proposal.edited("orders.datastores.core-db", "access", access)
    if any(True for _ in proposal.services()):
        assert problems_of(proposal) == []
    for thing in reversed(toggles):
        proposal = proposal.toggled(thing)
    assert manifest_text(proposal) == manifest_text(
        Proposal(SAMPLE).edited("orders.datastores.core-db", "access", access)
    )


def test_two_owners_of_one_store_are_no_valid_manifest(tmp_path: Path) -> None:
    proposal = Proposal(SAMPLE).edited("billing.datastores.core-db", "access", "owner")
    with pytest.raises(ProblemsError, match="already has the owner"):
        write_manifest(proposal, tmp_path, tmp_path / "services.yaml")
    assert not (tmp_path / "services.yaml").exists()


def test_a_service_in_doubt_is_asked_about_and_then_about_its_versions() -> None:
    proposal = Proposal(SAMPLE)
    assert questions(proposal)[0].id == "loadgen.service"
    assert "loadgen.owner" not in [question.id for question in questions(proposal)]
    proposal = proposal.answered("loadgen.service", "yes")
    assert "loadgen.owner" in [question.id for question in open_questions(proposal)]
    assert "\n  loadgen:" in manifest_text(proposal)
    assert "\n  loadgen:" not in manifest_text(proposal.answered("loadgen.service", "no"))


def test_answers_of_the_command_line() -> None:
    proposal = set_answer(set_answer(Proposal(SAMPLE), "*.release=main"), "orders.owner=team-a")
    assert proposal.answers == {"billing.release": "main", "orders.release": "main", "orders.owner": "team-a"}
    for wrong in (
        "orders",
        "orders.version=1",
        "order.release=main",
        "orders.deployed=",
        "loadgen.service=maybe",
        "x=y",
    ):
        with pytest.raises(UnknownAnswer, match="--set"):
            set_answer(proposal, wrong)


def test_the_same_answer_is_offered_for_those_that_can_have_it() -> None:
    asked = [question for question in questions(Proposal(SAMPLE)) if question.key == "release"]
    with_main = [replace(question, choices=()) for question in asked]
    assert alike(asked[0], "main", with_main[1:]) == []
    assert alike(
        asked[0], "main", [replace(question, repository=asked[0].repository) for question in with_main]
    )
    owners = [question for question in questions(Proposal(SAMPLE)) if question.key == "owner"]
    assert alike(owners[0], "team-a", owners[1:]) == owners[1:]


# -- scalars


@given(st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=60))
def test_a_scalar_is_read_back_as_it_was(text: str) -> None:
    written = f"key: {scalar(text)}\nflow: {{a: {scalar(text)}, b: x}}\nlist:\n  - {scalar(text)}\n"
    data = parse_yaml(written.encode(), "x").data
    assert data == {"key": text, "flow": {"a": text, "b": "x"}, "list": [text]}


@given(st.text(max_size=300))
def test_a_comment_is_one_line_that_says_nothing_else(text: str) -> None:
    written = f"key: value  {comment(text)}\nother: 1\n"
    assert parse_yaml(written.encode(), "x").data == {"key": "value", "other": "1"}
