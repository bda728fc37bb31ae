"""Compose: ``compose.yaml``, ``docker-compose.yml`` and the files that they include."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from runbook_tui.catalog.importing import engines
from runbook_tui.catalog.importing.addresses import hosts, hosts_of_command
from runbook_tui.catalog.importing.code_places import is_remote
from runbook_tui.catalog.importing.compose_files import NAME, Part, Project, projects
from runbook_tui.catalog.importing.compose_values import commands, env_files, environment, host_names, label
from runbook_tui.catalog.importing.files import Files, Source, UnreadableError
from runbook_tui.catalog.importing.interpolation import interpolate, read_env, unset
from runbook_tui.catalog.importing.keys import check_keys
from runbook_tui.catalog.importing.model import CatalogFinding, EdgeKind, Kind, Level, Stated
from runbook_tui.catalog.importing.reader import CatalogReader
from runbook_tui.catalog.importing.report import Draft, Report
from runbook_tui.files.foreign_nodes import Map, Node, Text, child, entries, text, texts
from runbook_tui.files.problems import Place
from runbook_tui.files.suggestions import one_of, quoted

_ALL_KEYS = """
annotations attach blkio_config build cap_add cap_drop cgroup cgroup_parent command configs container_name
cpu_count cpu_percent cpu_period cpu_quota cpu_rt_period cpu_rt_runtime cpu_shares cpus cpuset credential_spec
depends_on deploy develop device_cgroup_rules devices dns dns_opt dns_search domainname entrypoint env_file
environment expose extends external_links extra_hosts gpus group_add healthcheck hostname image init ipc
isolation label_file labels links logging mac_address mem_limit mem_reservation mem_swappiness memswap_limit
models network_mode networks oom_kill_disable oom_score_adj pid pids_limit platform ports post_start pre_stop
privileged profiles provider pull_policy read_only restart runtime scale secrets security_opt shm_size
stdin_open stop_grace_period stop_signal storage_opt sysctls tmpfs tty ulimits use_api_socket user userns_mode
uts volumes volumes_from working_dir net dockerfile log_driver log_opt
"""
_KEYS = frozenset(_ALL_KEYS.split())
"""Of a service: compose-spec/compose-spec:schema/compose-spec.json, and those of the format before it."""
_CONDITIONS = frozenset({"service_started", "service_healthy", "service_completed_successfully"})
_OWNERS = frozenset({"owner", "team", "maintainer"})
_REGISTRY = re.compile(r"(?:.*[-_])?(?:consul|eureka|nacos|discovery)(?:[-_](?:server|service|registry))?")
_V1 = re.compile(rb"^[\w.-]+:[ \t]*\r?\n[ \t]+(?:image|build):", re.MULTILINE)


class Compose(CatalogReader):
    """Reads the services of compose projects; images tell which of them are data stores."""

    name = "compose"
    order = 80
    file_names = "compose.yaml docker-compose.yml"

    def recognises(self, name: str, folder: str, data: bytes) -> bool:
        """By name."""
        return NAME.fullmatch(name) is not None

    def accepts(self, name: str, data: bytes) -> bool:
        """Any file with services that have an image or are built."""
        services = re.search(rb"^services:", data, re.MULTILINE) is not None
        return services or (
            _V1.search(data) is not None and re.search(rb"^kind:", data, re.MULTILINE) is None
        )

    def read(self, sources: Sequence[Source], files: Files, report: Report) -> None:
        """Read project after project."""
        for project in projects(sources, files, report):
            _Project(project, files, report).read()


@dataclass(slots=True)
class _Project:
    project: Project
    files: Files
    report: Report
    drafts: dict[str, Draft] = field(default_factory=dict)
    hosts: dict[str, Draft] = field(default_factory=dict)
    """Every name by which a service can be reached, in small letters."""
    ordered: bool = False
    """Whether any service says what it starts after."""

    def read(self) -> None:
        """Add all services, then their edges."""
        for name, parts in self.project.services.items():
            self.drafts[name] = self.report.add(self._draft(name, parts))
        for name, parts in self.project.services.items():
            for host in (name, *host_names(parts)):
                self.hosts.setdefault(host.lower(), self.drafts[name])
        for name, parts in self.project.services.items():
            for part in parts:
                self._starts(self.drafts[name], part)
                self._calls(self.drafts[name], part)
        running = [draft for draft in self.drafts.values() if draft.kind is Kind.SERVICE]
        if not self.ordered and len(running) > 1:
            what = "no service of this project says what it starts after, so the order of its services is not stated"
            self.report.find("order-unknown", what, min(draft.place for draft in running), "add depends_on")

    def _draft(self, name: str, parts: Sequence[Part]) -> Draft:
        for part in parts:
            check_keys(self.report, part.node, _KEYS, f"the service {name}")
        image = next((value for part in parts if (value := part.value("image"))), "")
        self._tell_unset(name, parts)
        guess = engines.of_image(image) if image else None
        guess = guess or engines.of_name(name)
        bare = image.partition("@")[0].rpartition("/")[2].partition(":")[0].lower()
        draft = Draft(
            Compose.name,
            guess.kind if guess else Kind.SERVICE,
            name,
            self.project.places[name],
            scope=self.project.name,
            type=guess.engine if guess else "",
            owner=label(parts, _OWNERS),
            tier=label(parts, frozenset({"tier"})),
            guessed=guess is not None and guess.from_name,
            registry=any(_REGISTRY.fullmatch(word) for word in (bare, name.lower())),
        )
        if draft.kind is Kind.SERVICE:
            self._code(draft, parts)
        return draft

    def _tell_unset(self, name: str, parts: Sequence[Part]) -> None:
        for part in parts:
            image = text(part.node, "image")
            missing = unset(image.value, part.variables) if image is not None else []
            if image is not None and missing:
                what = f"the image of {name} has the variable {missing[0]}, which has no value"
                self.report.find("unset-variable", what, image.place, "set it in .env", Level.NOTE)

    def _code(self, draft: Draft, parts: Sequence[Part]) -> None:
        """Where a service is built: the context, and in it the folder of its Dockerfile."""
        for part in parts:
            build = text(part.node, "build") or text(part.node, "build", "context")
            if build is None:
                continue
            context = interpolate(build.value.strip(), part.variables)
            dockerfile = text(part.node, "build", "dockerfile")
            inner = os.path.dirname(part.value("build", "dockerfile"))  # noqa: PTH120 - text, no file
            draft.repository = Stated(
                context if is_remote(context) else os.path.normpath(context or "."), build.place
            )
            if dockerfile is not None and inner not in {"", "."}:
                draft.path = Stated(os.path.normpath(inner), dockerfile.place)
            if not is_remote(context):
                draft.own_code = os.path.normpath(part.folder / context / inner)
            return

    def _starts(self, draft: Draft, part: Part) -> None:
        for name, place in self._needs(draft, part):
            self.ordered = True
            target = self.drafts.get(name)
            if target is None:
                target = self._undefined(draft, name, place)
            self.report.link(draft, target, EdgeKind.STARTS_AFTER, place)
            if target.kind is Kind.DATASTORE:
                self.report.link(draft, target, EdgeKind.USES_DATASTORE, place, guessed=True)

    def _needs(self, draft: Draft, part: Part) -> Iterator[tuple[str, Place]]:
        """What compose starts before a service: compose-spec/compose-spec:05-services.md."""
        depends = child(part.node, "depends_on")
        if isinstance(depends, Map):
            for name, place, value in entries(depends):
                self._check_condition(draft, value)
                yield interpolate(name, part.variables), place
        for found in texts(part.node, "depends_on"):
            yield interpolate(found.value.strip(), part.variables), found.place
        for found in texts(part.node, "links"):
            yield interpolate(found.value, part.variables).partition(":")[0].strip(), found.place
        for found in texts(part.node, "volumes_from"):
            name = interpolate(found.value, part.variables)
            if not name.startswith("container:"):
                yield name.partition(":")[0].strip(), found.place
        for key in ("network_mode", "ipc", "pid"):
            joined, mode = text(part.node, key), part.value(key)
            if joined is not None and mode.startswith("service:"):
                yield mode.removeprefix("service:").strip(), joined.place

    def _check_condition(self, draft: Draft, value: Node) -> None:
        condition = text(value, "condition")
        if condition is not None and condition.value not in _CONDITIONS and "$" not in condition.value:
            what = (
                f"{draft.name} waits for the condition {quoted(condition.value)}, which compose does not have"
            )
            self.report.find(
                "wrong-type",
                what,
                condition.place,
                self.report.meant(condition.value, _CONDITIONS) or one_of(_CONDITIONS),
            )

    def _undefined(self, draft: Draft, name: str, place: Place) -> Draft:
        what = f"{draft.name} needs the service {quoted(name)}, which this project does not have"
        level = Level.ERROR if self.project.complete else Level.WARNING
        remedy = (
            self.report.meant(name, self.drafts.keys() - {draft.name})
            or "add it, or read the file that has it as well"
        )
        return self.report.name_only(name, place, CatalogFinding("unknown-name", level, what, place, remedy))

    def _calls(self, draft: Draft, part: Part) -> None:
        for host, place in self._addresses(part):
            target = self.hosts.get(host)
            if target is not None and target is not draft:
                self.report.link(draft, target, EdgeKind.CALLS, place)

    def _addresses(self, part: Part) -> Iterator[tuple[str, Place]]:
        for key, value, place in environment(part):
            yield from ((host, place) for host in hosts(key, value))
        for path in env_files(part):
            yield from self._env_file(part, path)
        for told, place in commands(part):
            yield from ((host, place) for host in hosts_of_command(told))

    def _env_file(self, part: Part, path: Text) -> Iterator[tuple[str, Place]]:
        try:
            data = self.files.read(part.folder / interpolate(path.value.strip(), part.variables))
        except UnreadableError:
            return  # often it holds secrets, and is not kept with the rest
        for key, value in read_env(data.decode("utf-8-sig", "replace"), part.variables).items():
            yield from ((host, path.place) for host in hosts(key, value))


READER = Compose
