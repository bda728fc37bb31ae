"""Who consumes what: environments, addresses, generated clients, copies of contracts and names in code."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from runbook_tui.discovery.apis import Api
from runbook_tui.discovery.candidates import Place
from runbook_tui.discovery.checkout import Checkout
from runbook_tui.discovery.mentions import Mention, any_of
from runbook_tui.discovery.model import Confidence
from runbook_tui.discovery.units import Setting, folded

_HOST = re.compile(
    r"^(?P<scheme>[a-z][a-z0-9+.-]*:/{2,3})?(?:[^@/\s]*@)?(?P<host>[A-Za-z][\w-]*)(?:\.[\w.-]+)?(?P<port>:(?:\d{2,5}|\$\{?\w+\}?))?"
    r"(?:/\S*)?$"
)
_ADDRESS_KEY = re.compile(r"(?i)(?:host|addr|address|url|uri|endpoint|server|upstream|target|base)s?$")
_PATH = re.compile(r"^\s{0,8}[\"']?(?P<path>/[A-Za-z][\w./{}:-]*)[\"']?\s*:", re.MULTILINE)
_FORMS = (
    "URL",
    "URI",
    "HOST",
    "ADDR",
    "ADDRESS",
    "ENDPOINT",
    "BASE_URL",
    "API_URL",
    "SERVICE_URL",
    "SERVICE_HOST",
)
_FORMS_TOO = ("SERVICE_ADDR", "SERVICE_ENDPOINT", "SERVICE_URI", "GRPC_ADDR", "HOSTNAME")
_SCHEMES = ("http", "https", "lb", "grpc")
_LONG = 12
"""Letters of a name that hardly means anything else; so does one of several words."""


@dataclass(frozen=True, slots=True)
class Link:
    """One piece of evidence that a service uses another."""

    consumer: str
    provider: str
    source: str
    confidence: Confidence
    why: str
    api: Api | None = None
    started: bool = False
    """Whether it says that the other has to run before."""


class Names:
    """Which service a name means: its own, its folder's, or that of something that is deployed from it."""

    def __init__(self, places: Iterable[Place]) -> None:
        self._by_name: dict[str, Place] = {}
        for place in places:
            for name in (place.name, place.own_name, *(unit.name for unit in place.units)):
                self._by_name.setdefault(folded(name), place)

    def find(self, name: str) -> Place | None:
        """The service of this name."""
        return self._by_name.get(folded(name)) if name else None


def unit_links(places: list[Place], names: Names) -> Iterator[Link]:
    """What build and deployment files say: what is waited for, and addresses in environments."""
    for place in places:
        for unit in place.units:
            for need in unit.needs:
                other = names.find(need.name)
                if other is not None and other is not place:
                    why = f"the {unit.how} {'waits for' if need.started else 'names'} {need.name}"
                    yield Link(
                        place.name, other.name, need.source, Confidence.STATED, why, started=need.started
                    )
            for setting in unit.settings:
                other = _addressed(setting, names)
                if other is not None and other is not place:
                    why = f"{setting.name} is its address"
                    yield Link(place.name, other.name, setting.source, Confidence.READ, why)


def _addressed(setting: Setting, names: Names) -> Place | None:
    match = _HOST.match(setting.value[:500])
    if match and (match["scheme"] or match["port"] or _ADDRESS_KEY.search(setting.name)):
        return names.find(match["host"])
    return None


def name_words(place: Place) -> dict[str, str]:
    """Words that name a service in code and settings, and what each of them is: ``address``, ``variable``, ``name``."""
    found: dict[str, str] = {}
    for name in _called(place):
        for stem in _stems(name):
            found |= dict.fromkeys((f"{stem}_{form}" for form in _FORMS), "variable")
        found |= dict.fromkeys((f"{scheme}://{name}" for scheme in _SCHEMES), "address")
        found |= {f'"{name}"': "name", f"'{name}'": "name"}
    return found


def name_patterns(places: Iterable[Place]) -> Iterator[str]:
    """Patterns that find all these words, and little else."""
    called = {name for place in places for name in _called(place)}
    names, stems = any_of(called), any_of(stem for name in called for stem in _stems(name))
    if names:
        yield f"{any_of(_SCHEMES)}://{names}"
        yield f"[\"']{names}[\"']"
    if stems:
        yield f"{stems}_{any_of(_FORMS)}"


def _called(place: Place) -> tuple[str, ...]:
    return tuple(dict.fromkeys((place.name, place.own_name, *(unit.name for unit in place.units))))


def _stems(name: str) -> tuple[str, ...]:
    """The name as it begins a variable of the environment: ``CART_SERVICE`` and ``CART``."""
    upper = re.sub(r"\W", "_", name).upper()
    found = (upper, upper.removesuffix("_SERVICE"), upper.removesuffix("SERVICE").rstrip("_"))
    return tuple(dict.fromkeys(stem for stem in found if len(stem) > 1))


def name_link(mention: Mention, provider: Place, word: str, what: str, apis: list[Api]) -> Link | None:
    """What a line says that names a service; None where that is too little."""
    if mention.is_prose and what != "variable":
        return None
    if what == "address" and not re.search(re.escape(word) + r"(?![\w-])", mention.text):
        return None
    api, why = None, f"names {word}"
    if what == "name":
        name = word.strip("\"'")
        own = [one for one in apis if one.provider is provider and one.type == "openapi"]
        api = next((one for one in own if _calls_path(mention.text, word, one)), None)
        if api is None and not (len(name) >= _LONG or re.search(r"[-_]", name)):
            return None
        why = f"names {word} and one of its paths" if api else why
    return Link(mention.place.name, provider.name, mention.source, Confidence.GUESSED, why, api)


def _calls_path(text: str, word: str, api: Api) -> bool:
    rest = text.replace(word, "")
    return any(re.search(re.escape(begin) + r"(?![\w-])", rest) for begin in beginnings(api))


def beginnings(api: Api) -> frozenset[str]:
    """The first fixed parts of the paths of an API that is called over HTTP."""
    found: set[str] = set()
    for one in api.files:
        for match in _PATH.finditer(one.checkout.text(one.path)):
            fixed = match["path"].partition("{")[0].rstrip("/")
            if len(fixed) > 2:
                found.add("/" + fixed.split("/")[1])
    return frozenset(found)


def event_words(api: Api) -> tuple[str, ...]:
    """What code calls an event: only names of several words mean nothing else."""
    parts = api.name.split("-")
    if len(parts) < 2 or api.is_request:
        return ()
    joined = "".join(part.capitalize() for part in parts)
    return ("-".join(parts), "_".join(parts), ".".join(parts), joined, "_".join(parts).upper())


def copy_links(apis: list[Api]) -> Iterator[Link]:
    """Whoever has a copy of another's contract uses it."""
    for api in apis:
        for one in api.copies:
            if one.place is not None:
                confidence = Confidence.READ if one.borrowed else Confidence.GUESSED
                yield Link(
                    one.place.name,
                    api.provider.name,
                    one.source,
                    confidence,
                    "has a copy of its contract",
                    api,
                )


def contract_paths(checkout: Checkout, apis: Iterable[Api]) -> set[str]:
    """The contract files of one repository."""
    return {one.path for api in apis for one in (*api.files, *api.copies) if one.checkout is checkout}
