"""gRPC: who serves each service of a Protobuf file and who calls it, by the names that generated code has.

Sources for the names: grpc.io/docs/languages (Go, Java, Python, C#, Node, C++), hyperium/tonic for Rust.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from runbook_tui.discovery.apis import Api
from runbook_tui.discovery.candidates import Place
from runbook_tui.discovery.definitions import Definition
from runbook_tui.discovery.mentions import Mention, any_of, is_generated
from runbook_tui.discovery.model import Confidence
from runbook_tui.discovery.units import folded
from runbook_tui.text.names import slug

_SERVES = (
    "Register{}Server",
    "{}ImplBase",
    "add_{}Servicer_to_server",
    "{}Servicer",
    "{}Base",
    "{}.service",
    "{}Server",
)
_SERVES_TOO = ("{}::Service", "{}.Service", "{}GrpcService", "{}Interface")
_CALLS = (
    "New{}Client",
    "{}BlockingStub",
    "{}FutureStub",
    "{}Stub",
    "{}Client",
    "{}::Stub",
    "{}.Stub",
    "{}ClientInterface",
)


@dataclass(slots=True)
class Rpc:
    """One service of Protobuf."""

    name: str
    files: list[Definition] = field(default_factory=list)
    line: int = 0
    served: dict[str, Mention] = field(default_factory=dict)
    """Service of the system to where it serves it."""
    called: dict[str, Mention] = field(default_factory=dict)


def rpcs(found: Iterable[Definition]) -> dict[str, Rpc]:
    """The services of all gRPC definitions, by name."""
    result: dict[str, Rpc] = {}
    for one in found:
        for name, line in one.proto.services if one.proto and one.type == "grpc" else ():
            rpc = result.setdefault(name, Rpc(name, line=line))
            rpc.files.append(one)
    return result


def words(rpc: Rpc) -> dict[str, bool]:
    """What generated code calls it, and whether the word is one of who serves it."""
    found = {form.format(rpc.name): False for form in _CALLS}
    return found | {form.format(rpc.name): True for form in (*_SERVES, *_SERVES_TOO)}


def patterns(known: Iterable[str]) -> Iterator[str]:
    """A pattern that finds all these words, and little else."""
    names = any_of(known)
    ends = {form.partition("{}")[2] for form in (*_CALLS, *_SERVES, *_SERVES_TOO)}
    if names:
        yield f"{names}{any_of(ends)}"


def rpc_apis(known: dict[str, Rpc], places: list[Place], notes: list[str]) -> list[Api]:
    """One API for each service that serves something, with all that it serves."""
    by_provider: dict[str, list[tuple[Rpc, Confidence, str]]] = {}
    for rpc in known.values():
        provider, confidence, why = _provider(rpc, places)
        if provider:
            by_provider.setdefault(provider, []).append((rpc, confidence, why))
        else:
            notes.append(f"{rpc.files[0].source}: nobody was found who serves {rpc.name}")
    by_name = {place.name: place for place in places}
    return [_api(by_name[name], served) for name, served in sorted(by_provider.items())]


def _provider(rpc: Rpc, places: list[Place]) -> tuple[str, Confidence, str]:
    if len(rpc.served) == 1:
        service, mention = next(iter(rpc.served.items()))
        return service, Confidence.READ, f"serves {rpc.name} in {mention.source}"
    wanted = folded(rpc.name).removesuffix("service")
    named = [p for p in places if wanted in {folded(n).removesuffix("service") for n in (p.name, p.own_name)}]
    if len(named) == 1:
        return named[0].name, Confidence.GUESSED, f"has the name of {rpc.name}"
    owners = {one.place.name for one in rpc.files if one.place is not None and not one.borrowed}
    if len(owners) == 1:
        return owners.pop(), Confidence.READ, f"{rpc.name} is defined in its folder"
    if rpc.served:
        service = sorted(rpc.served)[0]
        others = ", ".join(sorted(set(rpc.served) - {service}))
        return service, Confidence.GUESSED, f"serves {rpc.name}, as do {others}"
    return "", Confidence.GUESSED, ""


def _api(provider: Place, served: list[tuple[Rpc, Confidence, str]]) -> Api:
    files = [one for rpc, _, _ in served for one in rpc.files]
    own = [one for one in files if one.place is provider]
    own.sort(key=lambda one: (one.borrowed, is_generated(one.path), one.path.count("/"), one.path))
    best = own[0] if own else min(files, key=lambda one: (one.place is not None, one.path))
    _, confidence, why = max(served, key=lambda each: list(Confidence).index(each[1]))
    if not own:
        why += f"; its definition lies outside of the folder of {provider.name}"
    line = served[0][0].line if best in served[0][0].files else 0
    source = best.checkout.source(best.path, line)
    name = f"{slug(provider.name)}-grpc"
    api = Api(name, "grpc", provider, best.path if own else "", source, confidence, why, [best])
    api.rpc = tuple(rpc.name for rpc, _, _ in served)
    return api
