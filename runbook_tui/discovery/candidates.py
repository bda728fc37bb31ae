"""From evidence to candidates: which folders are services, which may be, and which are not and why."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from runbook_tui.discovery.checkout import Checkout, folder_of
from runbook_tui.discovery.evidence import Evidence, Gathered, Strength
from runbook_tui.discovery.model import Confidence, LeftOut
from runbook_tui.discovery.roles import around, engine_of_image, inner, is_infrastructure, is_tool
from runbook_tui.discovery.units import Unit, folded
from runbook_tui.migrations.trees import is_below
from runbook_tui.text.names import slug

_SEVERAL = 3
"""So many folders that deployment files name: what they do not name beside these is in doubt."""


@dataclass(slots=True)
class Place:
    """A folder that evidence speaks for."""

    checkout: Checkout
    folder: str
    evidence: list[Evidence] = field(default_factory=list)
    units: list[Unit] = field(default_factory=list)
    """What is deployed from it, however it was recognised."""
    name: str = ""
    sure: bool = True
    why: str = ""

    @property
    def strength(self) -> Strength:
        """Of its strongest evidence."""
        return max(one.strength for one in self.evidence)

    @property
    def best(self) -> Evidence:
        """The strongest evidence, the first of several."""
        return max(self.evidence, key=lambda one: one.strength)

    @property
    def confidence(self) -> Confidence:
        """How sure it is that this is a service."""
        stated = self.strength is Strength.DEPLOYED
        return Confidence.STATED if stated else Confidence.READ if self.sure else Confidence.GUESSED

    @property
    def own_name(self) -> str:
        """What its folder is called; for a whole repository, that."""
        return self.checkout.name if self.folder == "." else self.folder.rpartition("/")[2]

    def holds(self, path: str) -> bool:
        """Whether a file of the checkout lies in it."""
        return is_below(path, self.folder)


def places(gathered: Gathered) -> list[Place]:
    """The places that are or may be services; what was ruled out is added to ``gathered.left_out``."""
    found = _merged(gathered.evidence)
    _match_units(found, gathered.units)
    kept = [place for place in found if _judge(place, found, gathered.left_out)]
    _name(kept)
    _tell_processes(kept, gathered.left_out)
    return sorted(kept, key=lambda place: place.name)


def _merged(evidence: Iterable[Evidence]) -> list[Place]:
    """One place for each folder of code; how something is built says nothing about where its code is."""
    at: dict[tuple[str, str], Place] = {}
    listed = list(evidence)
    for one in listed:
        above = around(one.folder)
        folder = one.folder if above is None else above
        at.setdefault((one.checkout.place, folder), Place(one.checkout, folder)).evidence.append(one)
    for key, place in list(at.items()):
        home = _home(place, at.values())
        if home != place.folder:
            del at[key]
            other = at.setdefault((place.checkout.place, home), Place(place.checkout, home))
            other.evidence += place.evidence
    for place in at.values():
        place.units = [one.unit for one in place.evidence if one.unit is not None]
    return [place for place in at.values() if not _inside_another(place, at.values())]


def _home(place: Place, others: Iterable[Place]) -> str:
    """Above folders such as ``src``, where these are all that the folder above them has."""
    folder = place.folder
    beside = [other.folder for other in others if other.checkout is place.checkout and other is not place]
    while folder != "." and inner(folder):
        above = folder_of(folder)
        if any(is_below(other, above) and not is_below(other, folder) and other != above for other in beside):
            break
        folder = above
    return folder


def _inside_another(place: Place, others: Iterable[Place]) -> bool:
    """Whether it is only a part of a service: it is not deployed by itself, and the folder around it is built."""
    if place.strength is Strength.DEPLOYED:
        return False
    return any(
        other is not place
        and other.checkout is place.checkout
        and other.folder != "."
        and other.strength >= max(Strength.BUILT, place.strength + 1)
        and is_below(place.folder, other.folder)
        for other in others
    )


def _match_units(found: list[Place], units: Iterable[Unit]) -> None:
    """Units without a build are found by the name of their image, or their own."""
    named: dict[str, list[Place]] = {}
    for place in found:
        names = {place.own_name, *(unit.name for unit in place.units)}
        for name in {folded(name) for name in names}:
            named.setdefault(name, []).append(place)
    for unit in units:
        if unit.folder or engine_of_image(unit.image_name, unit.image) or is_infrastructure(unit.image_name):
            continue
        for name in (unit.image_name, unit.name):
            there = named.get(folded(name), [])
            if len(there) == 1:
                place = there[0]
                what = f"the {unit.how} {unit.name}"
                place.evidence.append(
                    Evidence(place.checkout, place.folder, Strength.DEPLOYED, what, unit.source, unit)
                )
                place.units.append(unit)
                break


def _judge(place: Place, found: list[Place], left_out: list[LeftOut]) -> bool:
    """Whether a place stays; ``sure`` and ``why`` are set."""
    beside = [other for other in found if other.checkout is place.checkout and other is not place]
    best = place.best
    place.why = best.what
    why_not = _why_not(place, beside)
    if why_not:
        left_out.append(LeftOut(place.own_name, why_not, best.source))
        return False
    doubt = _doubt(place, beside)
    if doubt:
        place.sure, place.why = False, f"{best.what}, but {doubt}"
    return True


def _why_not(place: Place, beside: list[Place]) -> str:
    inside = [
        other for other in beside if is_below(other.folder, place.folder) and other.strength >= Strength.BUILT
    ]
    framework = any(one.strength is Strength.RUNNABLE for one in place.evidence)
    if len(inside) > 1 and not framework:
        return "it holds the folders of other services"
    programs = [one for one in place.evidence if one.strength < Strength.BUILT]
    if place.folder != "." and not programs and _is_others(place.own_name):
        return "its name says that it is a data store or a program of other people"
    if place.strength < Strength.BUILT and is_tool(place.own_name, whole=place.folder == "."):
        return "its name says that it drives or tests other services"
    if place.strength is Strength.STARTABLE and any(other.strength > Strength.STARTABLE for other in beside):
        return "it can be started, but nothing says that it goes on running"
    return ""


def _is_others(name: str) -> bool:
    return engine_of_image(name.lower()) != "" or is_infrastructure(name.lower())


def _doubt(place: Place, beside: list[Place]) -> str:
    """Why a person should say whether it is a service; empty when it surely is one."""
    if is_tool(place.own_name, whole=place.folder == "."):
        return "its name says that it drives or tests other services"
    deployed = sum(other.strength is Strength.DEPLOYED for other in beside)
    if place.strength is Strength.BUILT and place.folder != "." and deployed >= _SEVERAL:
        return "no build or deployment file names it, as they do others"
    if place.strength is Strength.RUNNABLE and any(other.strength >= Strength.BUILT for other in beside):
        return "nothing here builds or deploys it"
    if place.strength is Strength.STARTABLE and (beside or place.folder != "."):
        return "nothing says that it goes on running"
    return ""


def _name(kept: list[Place]) -> None:
    """A name for every place, each once: as it is deployed, else as its folder is called."""
    wanted: dict[str, list[Place]] = {}
    for place in kept:
        place.name = _wanted(place)
        wanted.setdefault(place.name, []).append(place)
    taken = set(wanted)
    for several in wanted.values():
        surely = [place for place in several if place.sure]
        keeps = several[0] if len(several) == 1 else surely[0] if len(surely) == 1 else None
        for place in several:
            if place is not keeps:
                place.name = _longer(place, taken)
                taken.add(place.name)


def _longer(place: Place, taken: set[str]) -> str:
    """With the folders above it, or else a number, where others want the same name."""
    above = folder_of(place.folder) if place.folder != "." else "."
    for before in (above, place.checkout.name, f"{place.checkout.name}-{above}"):
        name = slug(f"{before}-{place.name}")
        if before != "." and name not in taken:
            return name
    return next(
        name for number in range(2, len(taken) + 3) if (name := f"{place.name[:70]}-{number}") not in taken
    )


def _wanted(place: Place) -> str:
    built = {unit.name for unit in place.units if unit.folder}
    if place.folder != "." and len({folded(name) for name in built}) == 1:
        deployed = sorted(built)[0]
        process = deployed != place.own_name and re.split(r"[-_]", deployed)[0] == place.own_name
        if not process and (not inner(deployed) or inner(place.own_name)):
            return _as_name(deployed)
    return _as_name(place.own_name)


def _as_name(text: str) -> str:
    """A name that the manifest takes: as it is where that is possible."""
    kept = text.strip("-._")
    plain = kept.isascii() and all(sign.isalnum() or sign in "._-" for sign in kept)
    return kept if plain and 0 < len(kept) <= 80 else slug(text)


def _tell_processes(kept: list[Place], left_out: list[LeftOut]) -> None:
    """Several processes of one code base are released together: they are one service unless a person says otherwise."""
    for place in kept:
        names = {folded(place.name), folded(place.own_name)}
        for unit in place.units:
            if folded(unit.name) not in names and len({folded(each.name) for each in place.units}) > 1:
                names.add(folded(unit.name))
                left_out.append(
                    LeftOut(unit.name, f"another process of {place.name}, of the same code", unit.source)
                )
