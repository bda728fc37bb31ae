"""What fields of a manifest say about each other, every contradiction with its place and all of them at once."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runbook_tui.catalog.manifest import LoadedManifest
from runbook_tui.files.problems import ProblemsError

Read = Callable[..., LoadedManifest]
Told = Callable[..., list[str]]

HEAD = "version: 1\nsystem: s\nservices:\n"
KEYS = "owner: o, repository: ., deployed: v1, release: v2"


def manifest(*services: str, rest: str = "") -> str:
    """A manifest whose services stand from line 4 on, one a line."""
    lines = []
    for service in services:
        name, _, more = service.partition(" ")
        lines.append(f"  {name}: {{{KEYS}{', ' + more if more else ''}}}\n")
    return HEAD + "".join(lines) + rest


def starts(lines: list[str]) -> list[str]:
    """The lines without columns and without what was expected."""
    short = []
    for line in lines:
        _, number, _, text = line.split(":", 3)
        short.append(f"{number}:{text}".partition(";")[0])
    return short


def test_dependencies(told: Told) -> None:
    found = told(
        manifest(
            "billing", "orders depends_on: [biling, orders, billing, {service: billing, kind: hard}, nowhere]"
        )
    )
    assert found[0] == (
        "services.yaml:5:77: there is no service 'biling' in this manifest; expected billing; did you mean 'billing'?"
    )
    assert starts(found) == [
        "5: there is no service 'biling' in this manifest",
        "5: orders depends on itself",
        "5: 'billing' is named twice",
        "5: there is no service 'nowhere' in this manifest",
    ]


def test_apis(told: Told) -> None:
    found = told(
        manifest(
            "a provides: [{api: x-http, type: openapi}, {api: x-http, type: grpc}]",
            "b provides: [{api: x-http, type: openapi}], consumes: [y-http, x-htp, x-http, x-http]",
        )
    )
    assert starts(found) == [
        "4: the API 'x-http' is already provided by a at services.yaml:4:76",
        "5: the API 'x-http' is already provided by a at services.yaml:4:76",
        "5: there is no API 'y-http' in this manifest",
        "5: there is no API 'x-htp' in this manifest",
        "5: 'x-http' is named twice",
    ]
    assert "did you mean 'x-http'?" in found[2]


def test_datastores(told: Told) -> None:
    found = told(
        manifest(
            "a datastores: [{name: db, access: owner, engine: postgres@15}]",
            "b datastores: [{name: db, access: owner, engine: mysql@8}, {name: db, access: read}]",
            "c datastores: [{name: users-bd, access: read}, {name: old, access: read, engine: Postgres}]",
            "d datastores: [{name: old, access: read, engine: postgres@14}, {name: top, access: read, engine: sqlite}]",
            rest="datastores:\n  users-db: {}\n  top: {engine: mysql}\n",
        )
    )
    assert starts(found) == [
        "5: the data store 'db' already has the owner a at services.yaml:4:91",
        "5: the data store 'db' is 'postgres@15' at services.yaml:4:106, and 'mysql@8' here",
        "5: the data store 'db' is named twice",
        "7: the data store 'top' is 'mysql' at services.yaml:10:17, and 'sqlite' here",
        "9: no service uses the data store 'users-db'",
    ]
    assert "did you mean 'users-bd'?" in found[-1]


def test_migrations_belong_to_the_services_own_datastores(told: Told) -> None:
    found = told(
        manifest(
            "a datastores: [{name: orders-db, access: owner}], migrations: {path: m, datastore: order-db}",
            "b datastores: [{name: orders-db, access: read}], migrations: [{path: m, datastore: orders-db}]",
            "c migrations: {path: m, datastore: orders-db}",
        )
    )
    assert starts(found) == [
        "4: a migrates the data store 'order-db', which it does not name in 'datastores'",
        "5: b migrates the data store 'orders-db', which it only reads",
        "6: c migrates the data store 'orders-db', which it does not name in 'datastores'",
    ]
    assert "did you mean 'orders-db'?" in found[0]
    assert "add 'orders-db' to the service's 'datastores'" in found[2]


def test_migrations_are_applied_by_one_service(told: Told) -> None:
    found = told(
        manifest(
            "web datastores: [{name: db, access: owner}], migrations: {path: m, datastore: db}",
            "worker datastores: [{name: db, access: write}], migrations: [{path: ./m/, datastore: db}]",
            "shard datastores: [{name: db2, access: owner}], migrations: {path: m, datastore: db2}",
        )
    )
    assert starts(found) == ["5: web already applies the migrations of m to 'db' at services.yaml:4:121"]
    assert "leave 'migrations' out here" in found[0]


def test_paths_stay_in_their_repository(told: Told) -> None:
    found = told(
        manifest(
            "a path: ../b, provides: [{api: x, type: grpc, definition: /etc/passwd}]",
            "b datastores: [{name: d, access: owner}], migrations: {path: a/../../m, datastore: d}",
            "c path: a..b/...",
        ).replace("repository: .", "repository: git@github.com:o/r.git", 1)
    )
    assert starts(found) == [
        "4: the repository 'git@github.com:o/r.git' is not on this machine",
        "4: path: '../b' leads out of the repository",
        "4: definition: '/etc/passwd' leads out of the repository",
        "5: path: 'a/../../m' leads out of the repository",
    ]


@pytest.mark.parametrize("url", ["https://example.org/r.git", "ssh://host/r", "file:///r", "host@x:r"])
def test_remote_repositories_are_refused(url: str, told: Told) -> None:
    (line,) = told(manifest("a").replace("repository: .", f"repository: '{url}'"))
    assert "is not on this machine; expected a local path; clone it, and name the clone's path" in line


def test_rules_and_pins(told: Told) -> None:
    rest = """\
rules:
  dependency-frist: {enabled: false, reason: x}
  pinned: {enabled: false, reason: x}
  announce: {enabled: false, reason: x}
pinned:
  - {before: deploy-a, after: deploy-a, because: x}
"""
    found = told(manifest("a", rest=rest))
    assert starts(found) == [
        "6: there is no rule 'dependency-frist'",
        "7: the rule 'pinned' cannot be switched off",
        "10: 'deploy-a' cannot come before itself",
    ]
    assert "did you mean 'dependency-first'?" in found[0]


def test_rule_switched_off_needs_a_reason(told: Told) -> None:
    (line,) = told(manifest("a", rest="rules:\n  announce: {enabled: false}\n"))
    assert line == "services.yaml:6:3: the key 'reason' is missing in rules.announce; add 'reason: ...'"


@pytest.mark.parametrize("written", ["2x", "1 h", "-2m", "m", "'2'", "1h30", "''"])
def test_time_spans(written: str, told: Told) -> None:
    found = told(
        manifest(
            f"a estimate: {written}, commands: {{verify: {{run: x, timeout: {written}, every: {written}}}}}"
        )
    )
    assert len(found) == 3
    assert all("expected a time span such as 500ms, 90s, 2m or 1h30m" in line for line in found)


@pytest.mark.parametrize("written", ["500ms", "90s", "2m", "1h30m", "1.5h", "0s"])
def test_time_spans_that_are_fine(written: str, read: Read) -> None:
    service = read(manifest(f"a estimate: {written}")).manifest.services["a"]
    assert service.estimate == written


def test_command_templates(told: Told) -> None:
    rest = """\
variables: {namespace: shop}
announce: {channel: c, run: "say {{ service }} {{ message }}"}
datastores: {db: {check: "ping {{ revision }} {{ datastore }}", backup: "dump {{"}}
"""
    found = told(
        manifest(
            "a datastores: [{name: db, access: owner}], commands: {migrate: 'up {{ revison }} {{ target }}'}",
            "b commands: {deploy: 'x {{ revision }}', stop: 'y {% if %}', rollback: 'z {{ base | nofilter }}'}",
            "c commands: {deploy: 'x {{ namespace }} {{ variables.namespce }} {{ variables[\"port\"] }}'}",
            "d commands: {deploy: 'x \"{{ version }}\"', stop: 'y \"it''s\" {{ base | raw }} {{ range(3) | first }}'}",
            "e commands: {verify: {run: '{{ nope }}', expect: '{{ also }}'}, migrated: {http: 'http://x/{{ v }}'}}",
            "f commands: {verify: {http: '\"{{ version }}\"', expect: '\"{{ version }}\"'}}",
            rest=rest,
        )
    )
    assert starts(found) == [
        "4: migrate: there is no 'revison' to put in",
        "5: deploy: there is no 'revision' to put in",
        "5: stop: expected an expression, got 'end of statement block'",
        "5: rollback: no filter named 'nofilter'",
        "6: deploy: there is no 'namespace' to put in",
        "6: deploy: there is no variable 'namespce'",
        "6: deploy: there is no variable 'port'",
        "7: deploy: a value inside double quotes, where it is not protected",
        "8: run: there is no 'nope' to put in",
        "8: expect: there is no 'also' to put in",
        "8: http: there is no 'v' to put in",
        "9: http: '\"{{ version }}\"' is not a URL",
        "11: run: there is no 'service' to put in",
        "12: check: there is no 'revision' to put in",
        "12: backup: a '{{', '{%' or '{#' is never closed",
    ]
    text = "\n".join(found)
    assert "did you mean 'revision'?" in text
    assert "write variables.namespace" in text
    assert "did you mean 'namespace'?" in text
    assert "add it to 'variables'" in text


def test_places_of_templates_are_those_of_the_commands(told: Told) -> None:
    text = (
        HEAD
        + f"  a:\n    {KEYS.replace(', ', chr(10) + '    ')}\n    commands:\n      deploy: x {{{{ nope }}}}\n"
    )
    (line,) = told(text)
    assert line.startswith(
        "services.yaml:10:15: deploy: there is no 'nope' to put in; expected one of base, "
    )


def test_checks_do_exactly_one_thing(told: Told) -> None:
    found = told(manifest("a commands: {verify: {expect: x}, migrated: {run: x, http: 'http://x'}}"))
    assert starts(found) == [
        "4: verify: neither run nor http is there",
        "4: migrated: both run and http are there",
    ]


def test_contradictions_in_included_files_are_placed_there(told: Told) -> None:
    part = manifest("b depends_on: [aa], commands: {deploy: 'x {{ nope }}'}")
    found = told(manifest("a", rest="include: [part.yaml]\n"), part=part)
    assert [line.split(":")[0] for line in found] == ["part.yaml", "part.yaml"]


NAMES = st.sampled_from(["a", "b", "db", "x-http", "../x", "{{ a }}", "{{", "1m", "", "é"])
SERVICE = st.fixed_dictionaries(
    {"owner": NAMES, "repository": NAMES, "deployed": NAMES, "release": NAMES},
    optional={
        "path": NAMES,
        "provides": st.lists(st.fixed_dictionaries({"api": NAMES, "type": st.just("grpc")}), max_size=2),
        "consumes": st.lists(NAMES, max_size=2),
        "depends_on": st.lists(NAMES | st.fixed_dictionaries({"service": NAMES}), max_size=2),
        "datastores": st.lists(
            st.fixed_dictionaries({"name": NAMES, "access": st.just("owner")}), max_size=2
        ),
        "migrations": st.fixed_dictionaries({"path": NAMES, "datastore": NAMES}),
        "commands": st.fixed_dictionaries(
            {"deploy": NAMES, "verify": st.fixed_dictionaries({"http": NAMES})}
        ),
        "estimate": NAMES,
    },
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(services=st.dictionaries(NAMES, SERVICE, max_size=3))
def test_any_services_are_read_or_refused_with_places(services: dict[str, object], read: Read) -> None:
    import json

    try:
        loaded = read(json.dumps({"version": 1, "system": "s", "services": services}))
    except ProblemsError as error:
        assert error.problems
        assert all(problem.place.line == 1 for problem in error.problems)
    else:
        assert loaded.manifest.services.keys() == services.keys()
