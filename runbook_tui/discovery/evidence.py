"""What speaks for a folder being a service: units that are deployed, Dockerfiles, programs that can be started."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from enum import IntEnum

from runbook_tui.discovery.builds import AspireHost, aspire_hosts, skaffold_units
from runbook_tui.discovery.checkout import Checkout
from runbook_tui.discovery.compose import compose_units
from runbook_tui.discovery.dockerfiles import Dockerfile, base_of, dockerfiles
from runbook_tui.discovery.kubernetes import kubernetes_units
from runbook_tui.discovery.model import LeftOut
from runbook_tui.discovery.programs import programs
from runbook_tui.discovery.roles import around, aside, engine_of_image, is_infrastructure, of_tools
from runbook_tui.discovery.units import Unit, folded


class Strength(IntEnum):
    """How much a piece of evidence says, least first."""

    STARTABLE = 0
    """It can be started; so can tools."""
    RUNNABLE = 1
    """A framework says that it goes on running."""
    BUILT = 2
    """An image is made of it."""
    DEPLOYED = 3
    """A build or deployment file names it."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One piece of evidence for a folder."""

    checkout: Checkout
    folder: str
    strength: Strength
    what: str
    """Such as ``a Dockerfile``."""
    source: str
    unit: Unit | None = None
    dockerfile: str = ""
    """Its path, where it is one: a unit that names it says more."""


@dataclass(slots=True)
class Gathered:
    """All evidence of all repositories."""

    evidence: list[Evidence] = field(default_factory=list)
    units: list[Unit] = field(default_factory=list)
    hosts: list[AspireHost] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    images: dict[tuple[str, str], str] = field(default_factory=dict)
    """Place of a checkout and a folder whose Dockerfile runs a database, to the engine."""


def gather(checkouts: Iterable[Checkout]) -> Gathered:
    """Look for everything that speaks for a service."""
    found = Gathered()
    for checkout in checkouts:
        _of_images(checkout, found)
        hosts = list(aspire_hosts(checkout))
        units = [*(unit for host in hosts for unit in host.units), *skaffold_units(checkout)]
        units += [*compose_units(checkout), *kubernetes_units(checkout)]
        found.hosts += hosts
        found.units += [_refined(unit, units) for unit in units]
        found.evidence += _of_programs(checkout, hosts)
    named = {(unit.checkout.place, unit.dockerfile) for unit in found.units if unit.dockerfile}
    found.evidence = [one for one in found.evidence if (one.checkout.place, one.dockerfile) not in named]
    found.evidence += [
        Evidence(
            unit.checkout, unit.folder, Strength.DEPLOYED, f"the {unit.how} {unit.name}", unit.source, unit
        )
        for unit in found.units
        if unit.folder and (unit.checkout.place, unit.folder) not in found.images
    ]
    return found


def _refined(unit: Unit, units: list[Unit]) -> Unit:
    """Where its code is, when its build does not say: in the folder of its name, such as ``cmd/frontend``.

    So it is with a build that several share, and with one whose folder only says how images are made.
    """
    above = around(unit.folder) if unit.folder else None
    shared = sum(other.folder == unit.folder for other in units) > 1
    if not unit.folder or (above is None and not shared):
        return unit
    context = unit.folder if above is None else above
    for name in (unit.name, re.split(r"[-_]", unit.name)[0]):
        folder = _folder_named(unit.checkout, "" if context == "." else f"{context}/", folded(name))
        if folder:
            return replace(unit, folder=folder)
    return unit


def _folder_named(checkout: Checkout, prefix: str, wanted: str) -> str:
    """The likeliest folder of a name, at most two levels below another one; empty where there is none."""
    folders: dict[int, str] = {}
    for path in checkout.paths if len(wanted) > 2 else ():
        parts = path.removeprefix(prefix).split("/")[:-1] if path.startswith(prefix) else []
        for depth, part in enumerate(parts[:2]):
            group = parts[0] if depth else ""
            if folded(part) == wanted and group in _GROUPS:
                folders.setdefault(_GROUPS.index(group), prefix + "/".join(parts[: depth + 1]))
    return folders[min(folders)] if folders else ""


_GROUPS = ("services", "apps", "src", "packages", "internal", "", "cmd")
"""Where the folders of the services of one build lie, likeliest first."""


def _of_images(checkout: Checkout, found: Gathered) -> None:
    for dockerfile in dockerfiles(checkout):
        source = checkout.source(dockerfile.path, dockerfile.line)
        why = _not_a_service(dockerfile)
        if not dockerfile.released:
            continue
        if why:
            engine = engine_of_image(base_of(dockerfile), dockerfile.image)
            if engine or is_infrastructure(base_of(dockerfile)):
                found.images[checkout.place, dockerfile.folder] = engine
            found.left_out.append(LeftOut(checkout.source(dockerfile.folder), why, source))
        else:
            found.evidence.append(
                Evidence(
                    checkout, dockerfile.folder, Strength.BUILT, "a Dockerfile", source, None, dockerfile.path
                )
            )


def _not_a_service(dockerfile: Dockerfile) -> str:
    base = base_of(dockerfile)
    if engine_of_image(base, dockerfile.image):
        return f"its Dockerfile sets up {base}: a data store"
    if is_infrastructure(base):
        return f"its Dockerfile sets up {base}, a program of other people"
    if aside(dockerfile.path):
        return "its Dockerfile lies among tests, examples or documents"
    return "its Dockerfile lies among tools" if of_tools(dockerfile.path) else ""


def _of_programs(checkout: Checkout, hosts: list[AspireHost]) -> Iterator[Evidence]:
    orchestrators = {host.folder for host in hosts}
    for program in programs(checkout):
        if aside(program.path) or of_tools(program.path) or program.folder in orchestrators:
            continue
        strength = Strength.RUNNABLE if program.serves else Strength.STARTABLE
        source = checkout.source(program.path, program.line)
        yield Evidence(checkout, program.folder, strength, program.what, source)
