"""``runbook plan`` of catalogs with 10, 100 and 1,000 services and ten contracts each: time, memory, growth.

``python -m tests.benchmarks.contracts_catalog [--repositories one|each] [--changed SHARE] [SIZE ...]``
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from runbook_tui.repositories.fast_import import NewCommit, NewTag, Person, create_repository
from tests.benchmarks.measure import PYTHON

CONTRACTS = 10
"""Each service provides this many."""
CONSUMERS = 3
"""Each API is consumed by this many services."""

_ANN = Person("Ann", "ann@example.test")
_DAY = datetime(2026, 1, 1, tzinfo=UTC)


def openapi(number: int, version: int) -> bytes:
    """Five operations; the second version answers with one property more, or takes one operation away."""
    lines = ["openapi: 3.0.3", "info: {title: api, version: '1'}", "paths:"]
    for index in range(5 if version == 1 or number % 4 else 4):
        lines += [
            f"  /things{index}/{{id}}:",
            "    get:",
            "      parameters:",
            "        - {name: id, in: path, required: true, schema: {type: string}}",
            "      responses:",
            "        '200':",
            "          description: ok",
            "          content:",
            "            application/json:",
            f"              schema: {{$ref: '#/components/schemas/Thing{index}'}}",
        ]
    lines += ["components:", "  schemas:"]
    for index in range(5):
        lines += [
            f"    Thing{index}:",
            "      type: object",
            "      required: [id, name]",
            "      properties:",
            "        id: {type: string}",
            "        name: {type: string, maxLength: 100}",
            "        state: {type: string, enum: [open, closed]}",
            *(["        note: {type: string}"] if version == 2 and number % 4 else []),
        ]
    return "\n".join(lines).encode() + b"\n"


def avro(number: int, version: int) -> bytes:
    """A record that gains a field with a default."""
    fields = [{"name": f"field{index}", "type": "string"} for index in range(10)]
    if version == 2:
        fields.append({"name": f"added{number}", "type": "string", "default": ""})
    return json.dumps({"type": "record", "name": "Event", "fields": fields}, indent=1).encode()


def json_schema(number: int, version: int) -> bytes:
    """An object that gains a value of an enumeration."""
    values = ["a", "b", *(["c"] if version == 2 else [])]
    properties = {f"p{index}": {"type": "string", "enum": values} for index in range(10)}
    return json.dumps(
        {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "properties": properties,
        },
        indent=1,
    ).encode()


def protobuf(number: int, version: int) -> bytes:
    """A service whose answer gains a field."""
    fields = "".join(f"  string f{index} = {index};\n" for index in range(1, 11 + (version == 2)))
    return (
        f'syntax = "proto3";\npackage p{number};\nmessage In {{ string id = 1; }}\nmessage Out {{\n{fields}}}\n'
        "service S { rpc Get(In) returns (Out); }\n"
    ).encode()


FORMATS = (("openapi", "yaml", openapi), ("avro", "avsc", avro), ("json-schema", "json", json_schema),
           ("protobuf", "proto", protobuf), ("openapi", "yaml", openapi))  # fmt: skip


def contracts(service: int) -> Iterator[tuple[str, str, int]]:
    """Type, path and place in :data:`FORMATS` of each contract of a service."""
    for index in range(CONTRACTS):
        kind, suffix, _ = FORMATS[index % len(FORMATS)]
        yield kind, f"api/c{index}.{suffix}", index % len(FORMATS)


def files(service: int, version: int, changed: float) -> dict[str, bytes | None]:
    """What a service has at a version; of its contracts this share differs from the version before."""
    found: dict[str, bytes | None] = {"src/main.py": f"version = {version}\n".encode()}
    for index, (_, path, place) in enumerate(contracts(service)):
        number = service * CONTRACTS + index
        moves = version == 2 and (number * 7919) % 1000 < changed * 1000
        found[path] = FORMATS[place][2](number, 2 if moves else 1)
    return found


def build(folder: Path, size: int, *, each: bool, changed: float) -> Path:
    """A manifest with its repositories; the manifest's path."""
    if each:
        for service in range(size):
            _repository(folder / f"s{service}", {f"s{service}": ""}, changed)
    else:
        _repository(folder / "mono", {f"s{service}": f"s{service}/" for service in range(size)}, changed)
    lines = ["version: 1", "system: many", "services:"]
    for service in range(size):
        lines += [
            f"  s{service}:",
            "    owner: team",
            f"    repository: {f's{service}' if each else 'mono'}",
            *([] if each else [f"    path: s{service}"]),
            "    deployed: v1",
            "    release: v2",
            "    provides:",
            *(
                f"      - {{api: s{service}-{index}, type: {kind}, definition: {path}}}"
                for index, (kind, path, _) in enumerate(contracts(service))
            ),
        ]
        # earlier services only, so that the order exists
        wanted = [
            f"s{(service - step) % size}-{index}"
            for step in range(1, CONSUMERS + 1)
            for index in range(CONTRACTS)
            if service - step >= 0
        ]
        lines += [f"    consumes: [{', '.join(wanted)}]"] if wanted else []
    path = folder / "services.yaml"
    path.write_text("\n".join(lines) + "\n")
    return path


def _repository(folder: Path, services: dict[str, str], changed: float) -> None:
    commits = []
    for version in (1, 2):
        tree: dict[str, bytes | None] = {}
        for name, prefix in services.items():
            tree |= {f"{prefix}{path}": data for path, data in files(int(name[1:]), version, changed).items()}
        parents = () if version == 1 else (0,)
        commits.append(NewCommit(_ANN, _DAY, f"Version {version}", parents, tree))
    tags = [NewTag(f"v{number + 1}", number, _ANN, _DAY, "x") for number in range(2)]
    create_repository(folder, commits, tags)


def measure(manifest: Path) -> tuple[float, float, dict[str, object]]:
    """Seconds and peak MB of one whole process, and its plan."""
    runbook = str(Path(PYTHON).with_name("runbook"))
    with tempfile.TemporaryFile() as out:
        started = time.perf_counter()
        process = subprocess.Popen([runbook, "plan", str(manifest), "--json"], stdout=out)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        return seconds, usage.ru_maxrss / 1024, json.load(out)


def main() -> None:
    """Take sizes and shares from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, default=[10, 100, 1000])
    parser.add_argument("--repositories", choices=["one", "each"], default="one")
    parser.add_argument("--changed", type=float, default=0.05, help="share of the contracts that change")
    args = parser.parse_args()
    run(args.sizes, each=args.repositories == "each", changed=args.changed)


def run(sizes: Sequence[int] = (10, 100), *, each: bool = False, changed: float = 0.05) -> None:
    """Print a line for each size.

    Args:
        sizes: numbers of services.
        each: whether every service has a repository of its own.
        changed: share of the contracts that change.
    """
    where = "one for each service" if each else "one for all"
    print(f"\nPlanning with contracts (repositories: {where}; share of contracts that change: {changed})")
    before = None
    for size in sizes:
        with tempfile.TemporaryDirectory(prefix="runbook-bench-") as name:
            manifest = build(Path(name), size, each=each, changed=changed)
            seconds, memory, plan = measure(manifest)
        steps, constraints = plan["steps"], plan["constraints"]
        assert isinstance(steps, list)
        assert isinstance(constraints, list)
        growth = f"  {seconds / before:5.1f} x" if before else ""
        print(
            f"  {size:6,} services  {size * CONTRACTS:7,} contracts  {seconds:7.2f} s  {memory:6.0f} MB  "
            f"{len(steps):6,} steps  {len(constraints):7,} constraints{growth}"
        )
        before = seconds


if __name__ == "__main__":
    main()
