"""Files and packages: what is gone, and what a file says of itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from runbook_tui.contracts.protobuf.comparison import (
    GENERATED,
    GONE,
    HARMLESS,
    MOVED,
    NARROWS,
    NEITHER,
    NOWHERE,
    Comparison,
    Difference,
    Impact,
    Spot,
)
from runbook_tui.contracts.protobuf.names import rpc_names
from runbook_tui.contracts.protobuf.schema import Source
from runbook_tui.contracts.protobuf.tree import File, Value

_MOST_NAMES = 50
_OPTIONS: dict[str, str | bytes] = {
    "cc_enable_arenas": "true",
    "cc_generic_services": "false",
    "csharp_namespace": b"",
    "go_package": b"",
    "java_generic_services": "false",
    "java_multiple_files": "false",
    "java_outer_classname": b"",
    "java_package": b"",
    "objc_class_prefix": b"",
    "optimize_for": "SPEED",
    "php_class_prefix": b"",
    "php_metadata_namespace": b"",
    "php_namespace": b"",
    "py_generic_services": "false",
    "ruby_package": b"",
    "swift_prefix": b"",
}
"""Options that decide about generated code, with their defaults
(protocolbuffers/protobuf:src/google/protobuf/descriptor.proto, FileOptions)."""


def file_differences(comparison: Comparison) -> Iterator[Difference]:
    """Files of the contract that are gone, and what changes at the top of those that stay."""
    new = comparison.new.schema
    defined = frozenset(name for source in new.own_sources for name in _definitions(source))
    for before in comparison.old.schema.own_sources:
        after = new.by_module_path.get(before.module_path)
        if after is None:
            yield _file_gone(comparison, before, defined)
        else:
            yield from _same_head(before, after)
            yield from _same_options(before, after)


def package_differences(comparison: Comparison) -> Iterator[Difference]:
    """Packages that are gone."""
    new = comparison.new.schema.packages
    for package, sources in comparison.old.schema.packages.items():
        if package not in new:
            what = f"package {package}" if package else "all that has no package"
            yield Difference(
                "package-no-delete",
                package,
                Spot(sources[0]),
                f"removes {what}",
                _impact_of_gone(comparison, sources),
                _names(sources),
            )


def _file_gone(comparison: Comparison, before: Source, defined: frozenset[str]) -> Difference:
    names = set(_definitions(before))
    if names and names <= defined:
        text, impact = f"moves what {before.module_path} defines to other files", MOVED
    else:
        text, impact = f"removes {before.module_path}", _impact_of_gone(comparison, [before])
    return Difference(
        "file-no-delete",
        before.file.package or before.module_path,
        Spot(before),
        text,
        impact,
        _names([before]),
    )


def _impact_of_gone(comparison: Comparison, sources: Iterable[Source]) -> Impact:
    """Somebody may still call a service that is gone, or wait for a message that is sent for itself."""
    files = [source.file for source in sources]
    parts = comparison.reach.parts
    alone = any(
        (f"{file.package}.{message.name}" if file.package else message.name) not in parts
        for file in files
        for message in file.messages
    )
    return NARROWS if alone or any(file.services for file in files) else GONE


def _definitions(source: Source) -> Iterator[str]:
    prefix = f"{source.file.package}." if source.file.package else ""
    file = source.file
    for definitions in (file.messages, file.enums, file.services, file.extensions):
        for found in definitions:
            yield prefix + found.name


def _names(sources: Iterable[Source]) -> tuple[str, ...]:
    """The first of them: enough to find code that depends on a whole file."""
    return tuple(islice((name for source in sources for name in _names_in(source.file)), _MOST_NAMES))


def _names_in(file: File) -> Iterator[str]:
    for service in file.services:
        yield service.name
        for rpc in service.rpcs:
            yield from rpc_names(rpc.name)
    for message in file.messages:
        yield message.name


def _same_head(before: Source, after: Source) -> Iterator[Difference]:
    old, new = before.file, after.file
    if old.package != new.package:
        yield Difference(
            "file-same-package",
            new.package or after.module_path,
            Spot(after, new.package_at, before),
            f"changes the package of {after.module_path} from {old.package or 'none'} to {new.package or 'none'}",
            NEITHER if old.services and new.services else GENERATED,
            _names([before]),
        )
    if old.edition != new.edition:
        editions = _is_edition(old.edition) and _is_edition(new.edition)
        yield Difference(
            "file-same-edition" if editions else "file-same-syntax",
            new.package or after.module_path,
            Spot(after, new.edition_at, before),
            f"changes the syntax of {after.module_path} from {old.edition} to {new.edition}",
            # what another edition changes is told of each field and enum
            HARMLESS if editions else GENERATED,
        )


def _is_edition(syntax: str) -> bool:
    return not syntax.startswith("proto")


def _same_options(before: Source, after: Source) -> Iterator[Difference]:
    for name, default in _OPTIONS.items():
        was, now = before.options.get(name), after.options.get(name)
        old, new = was.value if was else default, now.value if now else default
        if old != new:
            yield Difference(
                f"file-same-{name.replace('_', '-')}",
                after.file.package or after.module_path,
                Spot(after, now.at if now else NOWHERE, before),
                f"changes the option {name} of {after.module_path} from {_shown(old)} to {_shown(new)}",
                GENERATED,
                (old.partition(b";")[0].decode("utf-8", "replace"),) if isinstance(old, bytes) else (),
            )


def _shown(value: Value) -> str:
    if isinstance(value, bytes):
        return value[:80].decode("utf-8", "replace") or "nothing"
    return value[:80] if isinstance(value, str) else "{...}"
