"""Build an example release in a folder: repositories, databases, running services, manifests.

demo.json             what was settled; the tools read it
services.yaml ...     manifest, answers, decisions; impossible.yaml has other refs
repositories/         one git repository a service
databases/            one SQLite file a data store; databases-deployed/ has copies for a reset
deployments/          exported commits, the process and the log of each service
tools/, bin/          the commands of the manifest: sources, and how to call them
"""

from __future__ import annotations

import importlib.util
import json
import shlex
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from string import Template

from runbook_tui.catalog.model import Service
from runbook_tui.demo.databases import DEPLOYED, LIVE, make_database
from runbook_tui.demo.description import Example, examples_folder, read_example
from runbook_tui.demo.history import write_history
from runbook_tui.demo.model import NOTE, Demo, require
from runbook_tui.demo.ports import free_ports
from runbook_tui.demo.processes import run_tool, start, status, stop
from runbook_tui.files.problems import RunbookError
from runbook_tui.repositories.fast_import import create_repository

THREADS = 4

_MADE = ("repositories", LIVE, DEPLOYED, "deployments", "tools", "bin", "backups")
_COPIED = ("README.md", "services.answers.yaml", "decisions.yaml")


def build(folder: Path, *, databases: bool | None = None, first_port: int | None = None) -> Demo:
    """Build the example release of eight services, and start what is deployed before it.

    Args:
        folder: new, empty, or one in which an example was built, which is replaced then. Runbooks and records in
            it stay.
        databases: False makes repositories and manifests only; None leaves out what cannot be made here (see
            ``Demo.missing``), True refuses to.
        first_port: the services get this port on 127.0.0.1 and the seven after it; free ones when left out.

    Returns:
        What was built. Every service that has a process answers its deployed version.

    Raises:
        RunbookError: the folder holds something else, a port is in use, or a part cannot be made.
    """
    folder = folder.absolute()
    try:
        return _build(folder, databases, first_port)
    except OSError as error:  # disk full, not allowed to write, ...
        raise RunbookError(f"the example cannot be built in {folder}: {error}") from error


def _build(folder: Path, databases: bool | None, first_port: int | None) -> Demo:
    example = read_example(examples_folder() / "shop")
    missing = _missing(example, databases)
    _clear(folder)
    ports = _ports(example, folder, first_port)
    note = _note(example, ports, missing)
    _write_note(folder, note, complete=False)
    _write_tools(example, folder)
    _write_manifests(example, folder, ports)
    (folder / "repositories").mkdir()
    (folder / LIVE).mkdir()
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(partial(_make, example, folder, missing), example.manifest.services))
    _write_note(folder, note, complete=True)
    if databases is not False:
        _begin(folder, missing)
    return require(folder)


def _missing(example: Example, databases: bool | None) -> dict[str, str]:
    """Names of services and data stores that are not made, and why."""
    if databases is False:
        return dict.fromkeys([*example.manifest.services, *example.manifest.datastores], "not asked for")
    if importlib.util.find_spec("alembic") is not None:
        return {}
    reason = "alembic is not installed (pip install 'runbook-tui[demo]')"
    services = {
        name: service for name, service in example.manifest.services.items() if _tool(service) == "alembic"
    }
    if databases:
        raise RunbookError(f"{', '.join(services)} cannot be made: {reason}")
    stores = [store for service in services.values() if (store := _datastore(service))]
    return dict.fromkeys([*services, *stores], reason)


def _tool(service: Service) -> str | None:
    return next((source.tool for source in service.migration_sources), None)


def _datastore(service: Service) -> str | None:
    return next((use.name for use in service.datastores), None)


def _clear(folder: Path) -> None:
    """Make the folder, or take away what an earlier build left in it."""
    if (folder / NOTE).exists():
        if (folder / "tools" / "services.py").exists():
            run_tool(folder, "services", "stop")
        for name in _MADE:
            shutil.rmtree(folder / name, ignore_errors=True)
    elif folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise RunbookError(
            f"{folder} is in use for something else; expected a new or empty folder; name another one"
        )
    folder.mkdir(parents=True, exist_ok=True)


def _ports(example: Example, folder: Path, first: int | None) -> dict[str, int]:
    services = example.manifest.services
    return dict(zip(services, free_ports(folder, len(services), first), strict=True))


def _note(example: Example, ports: dict[str, int], missing: dict[str, str]) -> dict[str, object]:
    services = {
        name: {
            "port": ports[name],
            "deployed": service.deployed,
            "datastore": _datastore(service),
            "tool": _tool(service),
            "migrations": next((source.path for source in service.migration_sources), None),
        }
        for name, service in example.manifest.services.items()
    }
    return {
        "demo": 1,
        "python": sys.executable,
        "services": services,
        "deployed": {name: service.deployed for name, service in example.manifest.services.items()},
        "released": {
            name: service.version or service.release for name, service in example.manifest.services.items()
        },
        "missing": missing,
    }


def _write_note(folder: Path, note: dict[str, object], *, complete: bool) -> None:
    (folder / NOTE).write_text(json.dumps({**note, "complete": complete}, indent=2) + "\n", "utf-8")


def _write_tools(example: Example, folder: Path) -> None:
    shutil.copytree(example.folder / "tools", folder / "tools", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "bin").mkdir()
    for tool in sorted((folder / "tools").glob("*.py")):
        command = folder / "bin" / tool.stem
        call = (
            f'exec {shlex.quote(sys.executable)} -B -E -s -S "$(dirname -- "$0")/../tools/{tool.name}" "$@"'
        )
        command.write_text(f"#!/bin/sh\n{call}\n", "utf-8")
        command.chmod(0o755)


def _write_manifests(example: Example, folder: Path, ports: dict[str, int]) -> None:
    for name in _COPIED:
        shutil.copyfile(example.folder / name, folder / name)
    template = Template((example.folder / "services.yaml").read_text("utf-8"))
    manifest = template.substitute({f"port_{name}": port for name, port in ports.items()})
    (folder / "services.yaml").write_text(manifest, "utf-8")
    (folder / "impossible.yaml").write_text(_impossible(example, manifest), "utf-8")
    shutil.copyfile(folder / "services.answers.yaml", folder / "impossible.answers.yaml")


def _impossible(example: Example, manifest: str) -> str:
    """The manifest with the refs for which no order exists."""
    from io import StringIO

    from ruamel.yaml import YAML

    editor = YAML()
    editor.width = 4096
    editor.indent(mapping=2, sequence=4, offset=2)
    editor.preserve_quotes = True
    document = editor.load(manifest)
    for service, ref in example.shop.impossible.releases.items():
        document["services"][service]["release"] = ref
    written = StringIO()
    editor.dump(document, written)
    return f"# Impossible on purpose: {example.shop.impossible.because}.\n#\n{written.getvalue()}"


def _make(example: Example, folder: Path, missing: dict[str, str], name: str) -> None:
    """The repository of one service, and the database that it owns."""
    service = example.manifest.services[name]
    create_repository(folder / "repositories" / name, *write_history(example, name))
    store = _datastore(service)
    if store and service.migration_sources and store not in missing:
        make_database(folder, example.folder / "seeds", store, name, service.deployed)


def _begin(folder: Path, missing: dict[str, str]) -> None:
    """Start what is deployed before the release, and see that all of it answers."""
    run_tool(folder, "services", "reset")
    start(folder)
    silent = [name for name, version in status(folder).items() if version is None and name not in missing]
    if silent:
        stop(folder)
        raise RunbookError(f"{', '.join(silent)} did not answer; see deployments/*/service.log in {folder}")
