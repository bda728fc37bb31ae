"""Which commits and versions the refs of a manifest stand for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runbook_tui.files.problems import ProblemsError
from runbook_tui.release.read import read_release

if TYPE_CHECKING:
    from tests.release.conftest import System

ONE = """
    version: 1
    system: shop
    services:
      billing:
        owner: payments
        repository: billing
        deployed: v1.9
        release: {release}
    """


@pytest.fixture
def billing(system: System) -> dict[str, str]:
    """Tag -> SHA of three versions, and of a last commit without a tag."""
    shas = {tag: system.version("billing", tag, {"app.py": tag}) for tag in ("v1.9", "v1.10", "v2.0")}
    system.git("billing", "commit", "--quiet", "--allow-empty", "-m", "Later")
    return {**shas, "main": system.git("billing", "rev-parse", "HEAD")}


@pytest.mark.parametrize(
    ("ref", "tag", "version"),
    [
        ("v1.10", "v1.10", "v1.10"),
        ("v1.*", "v1.10", "v1.10"),
        ("main~1", "v2.0", "v2.0"),
        ("main", "main", None),
        ("v1.9", "v1.9", "v1.9"),
    ],
)
def test_the_tag_of_the_target_is_its_version(
    system: System, billing: dict[str, str], ref: str, tag: str, version: str | None
) -> None:
    (change,) = read_release(system.load(ONE.format(release=ref))).changes
    assert (change.base.sha, change.target.sha) == (billing["v1.9"], billing[tag])
    assert (change.base_version, change.version) == ("v1.9", version or billing["main"][:12])
    assert change.moves == (ref != "v1.9")


def test_commits_lie_between_base_and_target(system: System, billing: dict[str, str]) -> None:
    (change,) = read_release(system.load(ONE.format(release="v2.0"))).changes
    assert [commit.sha for commit in change.commits] == [billing["v2.0"], billing["v1.10"]]
    assert change.lost == ()


@pytest.mark.usefixtures("billing")
def test_going_back_says_what_is_lost(system: System) -> None:
    manifest = ONE.replace("v1.9", "v2.0").format(release="v1.10")
    (change,) = read_release(system.load(manifest)).changes
    assert change.commits == ()
    assert [commit.subject for commit in change.lost] == ["Release v2.0"]


@pytest.mark.usefixtures("billing")
def test_the_stated_version_belongs_to_the_stated_release(system: System) -> None:
    loaded = system.load(ONE.format(release="v2.0\n        version: 2.0.0"))
    (stated,) = read_release(loaded).changes
    assert (stated.base_version, stated.version) == ("v1.9", "2.0.0")
    (other,) = read_release(loaded, targets={"billing": "v1.10"}).changes
    assert other.version == "v1.10"
    (staying,) = read_release(loaded, only=()).changes
    assert staying.version == "v1.9"


def test_a_target_given_in_place_of_the_manifests(system: System, billing: dict[str, str]) -> None:
    loaded = system.load(ONE.format(release="v1.10"))
    (change,) = read_release(loaded, targets={"billing": billing["v2.0"]}).changes
    assert (change.target.sha, change.version) == (billing["v2.0"], "v2.0")


@pytest.mark.usefixtures("billing")
def test_a_service_that_is_not_selected_stays(system: System) -> None:
    system.version("orders", "v1.9", {"app.py": "1"})
    loaded = system.load(
        ONE.format(release="v2.0")
        + """  orders:
        owner: orders
        repository: orders
        deployed: v1.9
        release: not-tagged-yet
    """
    )
    billing, orders = read_release(loaded, only=["billing"]).changes
    assert (billing.moves, orders.moves) == (True, False)
    assert orders.target == orders.base


@pytest.mark.usefixtures("billing")
def test_names_that_the_manifest_does_not_have(system: System) -> None:
    loaded = system.load(ONE.format(release="v2.0"))
    with pytest.raises(ProblemsError) as caught:
        read_release(loaded, targets={"biling": "v1"}, only=["billing", "orders"])
    text = str(caught.value)
    assert "--only orders: there is no service orders; expected billing" in text
    assert "--target biling=v1: there is no service biling" in text
    assert "did you mean 'billing'?" in text
    with pytest.raises(ProblemsError, match=r"--target billing=v1\.10: billing is not part of the release"):
        read_release(loaded, targets={"billing": "v1.10"}, only=())


def test_new_tags_are_fetched_only_when_asked(system: System, billing: dict[str, str]) -> None:
    system.git("billing", "clone", "--quiet", ".", "../copy")
    sha = system.version("billing", "v3.0", {"app.py": "3"})
    loaded = system.load(ONE.replace("repository: billing", "repository: copy").format(release="v3.0"))
    with pytest.raises(ProblemsError, match=r"has no commit v3\.0"):
        read_release(loaded)
    (change,) = read_release(loaded, fetch=True).changes
    assert change.target.sha == sha
    assert change.base.sha == billing["v1.9"]
