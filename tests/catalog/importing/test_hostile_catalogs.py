"""Catalogs that nobody should have written: nothing raises, nothing outside is read, nothing takes for ever."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runbook_tui.catalog.importing import registry
from runbook_tui.catalog.importing.collect import read_catalog
from runbook_tui.catalog.importing.files import Files, Source
from runbook_tui.catalog.importing.manifest_text import manifest_text
from runbook_tui.catalog.importing.model import Kind
from runbook_tui.catalog.importing.reader import CatalogReader
from runbook_tui.catalog.importing.registry import all_readers
from runbook_tui.catalog.importing.report import Draft, Report
from runbook_tui.files.problems import Place, ProblemsError
from runbook_tui.files.yaml_source import parse_yaml
from tests.catalog.importing.conftest import Read
from tests.catalog.importing.facts import found, lines, rules

FILES = {
    "backstage": (
        "catalog-info.yaml",
        "apiVersion: backstage.io/v1alpha1\nkind: {}\nmetadata: {}\nspec: {}\n",
    ),
    "datadog": ("entity.datadog.yaml", "apiVersion: v3\nkind: {}\nmetadata: {}\nspec: {}\n"),
    "old datadog": (
        "service.datadog.yaml",
        "schema-version: {}\ndd-service: {}\nlinks: {}\nintegrations: {}\n",
    ),
    "opslevel": (
        "opslevel.yml",
        "version: {}\nservice:\n  name: a\n  dependencies: {}\n  repositories: {}\n",
    ),
    "cortex": ("cortex.yaml", "info:\n  x-cortex-tag: a\n  x-cortex-owners: {}\n  x-cortex-dependency: {}\n"),
    "score": ("score.yaml", "apiVersion: score.dev/v1b1\nmetadata: {}\nresources: {}\n"),
    "helmfile": ("helmfile.yaml", "releases:\n  - name: {}\n    needs: {}\n    labels: {}\nhelmfiles: {}\n"),
    "kubernetes": ("k.yaml", "apiVersion: apps/v1\nkind: Deployment\nmetadata: {}\nspec: {}\n"),
    "compose": ("compose.yaml", "services: {}\ninclude: {}\nname: {}\n"),
    "services": (
        "compose.yaml",
        "services:\n  a:\n    depends_on: {}\n    environment: {}\n    build: {}\n  b: {}\n",
    ),
}
VALUES = [
    "",
    "text",
    "5",
    "[]",
    "{}",
    "[[x]]",
    "{a: b}",
    "[{a: [b]}, c]",
    "'{{ x }}'",
    "null",
    "{name: [x]}",
    "'../../x'",
]


@pytest.mark.parametrize("kind", sorted(FILES))
def test_values_of_any_shape_raise_nothing(kind: str, read: Read) -> None:
    name, template = FILES[kind]
    parts = template.split("{}")
    for number, value in enumerate(VALUES):
        others = [VALUES[(number + shift) % len(VALUES)] for shift in range(len(parts) - 1)]
        mixed = "".join(part + other for part, other in zip(parts, [*others, ""], strict=True))
        for text in (mixed, value.join(parts)):
            catalog = read({name: text})
            parse_yaml(manifest_text(catalog, "shop").encode(), "m")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(
    kind=st.sampled_from(sorted(FILES)),
    at=st.integers(0, 200),
    junk=st.text("ab:-{}[]&*<'\"|%#!?\n $.\0\x1b", max_size=12),
)
def test_files_with_junk_in_them_raise_nothing(kind: str, at: int, junk: str, tmp_path: Path) -> None:
    name, template = FILES[kind]
    text = template.replace("{}", "{a: [b, c]}")
    path = tmp_path / name
    path.write_text(text[:at] + junk + text[at:], encoding="utf-8")
    try:
        catalog = read_catalog([path])
    except ProblemsError:
        return  # it is no catalog any more
    parse_yaml(manifest_text(catalog, "shop").encode(), "m")


def test_other_documents_of_a_broken_file_are_read(read: Read) -> None:
    good = "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {{name: {}}}\nspec: {{owner: o}}\n"
    catalog = read({"catalog-info.yaml": good.format("a") + "---\nkind: [\n---\n" + good.format("b")})
    assert [service.name for service in catalog.services] == ["a", "b"]
    assert [(finding.level, finding.place.line) for finding in found(catalog, "invalid-yaml")] == [
        ("error", 6)
    ]


def test_files_that_cannot_be_opened_are_told(read: Read, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "shop" / "opslevel.yml")
    (tmp_path / "shop" / "score.yaml").write_bytes(b"#" * (6 * 1024 * 1024))
    catalog = read({"compose.yaml": "services:\n  a: {image: x}\n"})
    assert [finding.place.file for finding in found(catalog, "unreadable-file")] == ["score.yaml"]
    with pytest.raises(ProblemsError, match="not a regular file"):
        read_catalog([Path("opslevel.yml")])


def test_links_out_of_the_folder_are_not_followed(read: Read, tmp_path: Path) -> None:
    outside = tmp_path / "outside.yaml"
    outside.write_text("services:\n  secret: {image: x}\n")
    (tmp_path / "shop" / "linked.yaml").symlink_to(outside)
    (tmp_path / "shop" / "loop").symlink_to(tmp_path / "shop")
    catalog = read(
        {
            "compose.yaml": "include: [linked.yaml]\nservices:\n  a: {image: x, env_file: ../../../etc/passwd}\n"
        }
    )
    assert [service.name for service in catalog.services] == ["a"]
    assert lines(found(catalog, "outside")) == [1]


def test_folders_of_others_are_passed_over(read: Read) -> None:
    compose = "services:\n  {}: {{image: x}}\n"
    names = ["node_modules/a", "vendor/b", ".git/c", ".hidden/d", "1/2/3/4/5/6/7/8/9/10"]
    files = {f"{name}/compose.yaml": compose.format(f"s{number}") for number, name in enumerate(names)}
    catalog = read({"compose.yaml": compose.format("a"), **files})
    assert [service.name for service in catalog.services] == ["a"]


@pytest.mark.parametrize(
    "name", ["'a\\0b'", '"a\\0b"', '"\\ud800"', "a" * 5_000, "/", "..", "'**/**/**/*'", "'[z-a]*'"]
)
def test_names_that_no_file_can_have_are_told(name: str, read: Read) -> None:
    head = "apiVersion: backstage.io/v1alpha1\nkind: {kind}\nmetadata: {{name: {kind}}}\nspec: {{owner: o, {spec}}}\n"
    location = head.format(kind="Location", spec=f"targets: [{name}, ./{name}]")
    api = head.format(kind="API", spec=f"definition: {{$text: {name}}}")
    inner = f"build: {name}, env_file: {name}, extends: {{file: {name}, service: x}}"
    catalog = read(
        {
            "catalog-info.yaml": f"{location}---\n{api}",
            "compose.yaml": f"include: [{name}]\nservices:\n  a: {{{inner}}}\n",
            "helmfile.yaml": f"releases: []\nhelmfiles: [{name}]\n",
        }
    )
    assert rules(catalog) & {"missing-file", "outside"}


@pytest.mark.parametrize("path", ["none.yaml", "text.txt", "empty", "a" * 5_000])
def test_what_is_no_catalog_is_refused_with_its_name(path: str, read: Read, tmp_path: Path) -> None:
    (tmp_path / "shop" / "empty").mkdir()
    with pytest.raises(ProblemsError, match=path[:100]):
        read({"text.txt": "hello\n"}, path)


def test_names_that_contain_each_other_cost_no_minutes(read: Read) -> None:
    services = "".join(
        f"  service-number-{n}: {{image: x, depends_on: [service-nomber-{n}]}}\n" for n in range(1_500)
    )
    began = time.monotonic()
    catalog = read({"compose.yaml": "services:\n" + services})
    assert len(found(catalog, "unknown-name")) == 1_500
    assert time.monotonic() - began < 60


def test_the_order_of_the_paths_changes_nothing(read: Read) -> None:
    files = {
        "a/compose.yaml": "services:\n  x: {image: i, depends_on: [y, db]}\n  y: {image: i}\n  db: {image: mysql}\n",
        "b/compose.yaml": "services:\n  y: {image: i, depends_on: [db]}\n  db: {image: mysql}\n",
        "catalog-info.yaml": "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: x}\n",
    }
    names = list(files)
    assert read(files, *names) == read(files, *reversed(names)) == read(files, *names, *names)


def test_every_reader_is_loaded_once_with_its_own_name() -> None:
    names = [reader.name for reader in all_readers()]
    assert names == [
        "backstage",
        "datadog",
        "opslevel",
        "cortex",
        "score",
        "helmfile",
        "kubernetes",
        "compose",
        "codeowners",
    ]


class Plain(CatalogReader):
    """A reader of another package: every line names a service."""

    name = "plain"
    file_names = "services.txt.yaml"

    def recognises(self, name: str, folder: str, data: bytes) -> bool:
        return name == self.file_names

    def read(self, sources: Sequence[Source], files: Files, report: Report) -> None:
        for source in sources:
            for number, line in enumerate(source.data.decode().split(), start=1):
                report.add(Draft(self.name, Kind.SERVICE, line, Place(source.shown, number)))


@pytest.fixture
def brought(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[object], None]]:
    """``brought(value)``: what another package has in the group of entry points."""

    def bring(value: object) -> None:
        entry = SimpleNamespace(value="other:Reader", load=lambda: value)
        monkeypatch.setattr(
            registry, "entry_points", lambda group: [entry] if group == registry.GROUP else []
        )
        all_readers.cache_clear()

    yield bring
    monkeypatch.undo()
    all_readers.cache_clear()


def test_other_packages_bring_readers(brought: Callable[[object], None], read: Read) -> None:
    brought(Plain)
    catalog = read({"services.txt.yaml": "orders\nstock\n"})
    assert [(service.name, service.place.line) for service in catalog.services] == [
        ("orders", 1),
        ("stock", 2),
    ]


@pytest.mark.parametrize("value", [object(), type("Backstage", (Plain,), {"name": "backstage"})])
def test_a_reader_that_is_none_is_told(value: object, brought: Callable[[object], None]) -> None:
    brought(value)
    with pytest.raises(ProblemsError, match="other:Reader cannot be used"):
        all_readers()


def test_a_catalog_without_defects_has_no_findings_but_notes(read: Read) -> None:
    catalog = read({"compose.yaml": "services:\n  a: {image: x, depends_on: [b]}\n  b: {image: x}\n"})
    assert rules(catalog) == set()
