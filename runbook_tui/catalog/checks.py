"""What one field of a manifest cannot know about another: names that must exist, and things that must agree."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from runbook_tui.catalog.answers import Answers
from runbook_tui.catalog.datastore_checks import check_datastores
from runbook_tui.catalog.model import Manifest, Service
from runbook_tui.catalog.path_checks import check_paths
from runbook_tui.catalog.places import Report
from runbook_tui.catalog.template_checks import check_templates
from runbook_tui.files.problems import MOST_SHOWN
from runbook_tui.files.suggestions import did_you_mean, one_of, quoted
from runbook_tui.files.yaml_source import Location

RULES = (
    "preflight-first",
    "expand-before-deploy",
    "backfill-position",
    "contract-last",
    "migration-history",
    "provider-first",
    "consumer-first",
    "dependency-first",
    "one-writer",
    "verify-after-deploy",
    "gate-before-irreversible",
    "announce",
)
"""Names of the planning rules that a manifest can switch off. ``pinned`` is left out: remove the pin instead."""


def check(
    manifest: Manifest, answers: Answers, report: Report, elsewhere: Collection[str] = frozenset()
) -> None:
    """Add everything that is wrong with a well-formed manifest and its answers to the report.

    Args:
        manifest, answers: what was read.
        report: where problems are added.
        elsewhere: APIs that services outside of the manifest provide.
    """
    if not manifest.services:
        report.key(("services",), "there is no service", "at least one", "add it under 'services'")
    _check_apis(manifest, report, elsewhere)
    for name, service in manifest.services.items():
        _check_dependencies(manifest, name, service, report)
    check_datastores(manifest, report)
    check_paths(manifest, report)
    check_templates(manifest, report)
    _check_rules(manifest, report)
    _check_answers(manifest, answers, report)


def _check_apis(manifest: Manifest, report: Report, elsewhere: Collection[str]) -> None:
    provided: dict[str, Location] = {}
    for name, service in manifest.services.items():
        for index, api in enumerate(service.provides):
            location = ("services", name, "provides", index, "api")
            first = provided.setdefault(api.api, location)
            if first != location:
                where = report.places.place(first)
                what = f"the API {quoted(api.api)} is already provided by {first[1]} at {where}"
                report.value(location, what, "one provider", "rename one of the two, or let one consume it")
    for name, service in manifest.services.items():
        for index, consumed in enumerate(service.consumes):
            consumer = ("services", name, "consumes", index)
            if consumed not in provided and consumed not in elsewhere:
                _unknown(report, consumer, "API", consumed, provided)
            elif consumed in service.consumes[:index]:
                _twice(report, consumer, consumed)


def _check_dependencies(manifest: Manifest, name: str, service: Service, report: Report) -> None:
    seen: set[str] = set()
    for index, dependency in enumerate(service.dependencies):
        location = ("services", name, "depends_on", index)
        needed = dependency.service
        if needed == name:
            report.value(location, f"{name} depends on itself", "another service", "remove it")
        elif needed not in manifest.services:
            _unknown(report, location, "service", needed, manifest.services.keys() - {name})
        elif needed in seen:
            _twice(report, location, needed)
        seen.add(needed)


def _check_rules(manifest: Manifest, report: Report) -> None:
    for name in manifest.rules:
        if name == "pinned":
            what = "the rule 'pinned' cannot be switched off"
            report.key(("rules", name), what, "", "remove the constraint from 'pinned' instead")
        elif name not in RULES:
            remedy = did_you_mean(name, RULES)
            report.key(("rules", name), f"there is no rule {quoted(name)}", one_of(RULES), remedy)
    for index, pin in enumerate(manifest.pinned):
        if pin.before == pin.after:
            what = f"{quoted(pin.before)} cannot come before itself"
            report.value(("pinned", index, "after"), what, "another step", "change one of the two")


def _check_answers(manifest: Manifest, answers: Answers, report: Report) -> None:
    apis = {api.api for service in manifest.services.values() for api in service.provides}
    for key in answers.migrations:
        service, slash, migration = key.partition("/")
        if not slash or not migration:
            what = f"{quoted(key)} names no migration"
            report.answer(
                ("migrations", key), what, "<service>/<migration id>", "write it as the question does"
            )
        elif service not in manifest.services:
            _unknown_answer(report, ("migrations", key), "service", service, manifest.services)
    for name in answers.contracts:
        if name not in apis:
            _unknown_answer(report, ("contracts", name), "API", name, apis)
    for name in answers.services:
        if name not in manifest.services:
            _unknown_answer(report, ("services", name), "service", name, manifest.services)


def _unknown(report: Report, location: Location, kind: str, name: str, known: Collection[str]) -> None:
    # Comparing thousands of names with thousands takes minutes, and the problems after these are not shown.
    close = did_you_mean(name, known) if len(report.problems) < MOST_SHOWN else ""
    remedy = close or f"add the {kind}, or remove the name here"
    report.value(location, f"there is no {kind} {quoted(name)} in this manifest", _known(known), remedy)


def _unknown_answer(report: Report, location: Location, kind: str, name: str, known: Collection[str]) -> None:
    remedy = did_you_mean(name, known) or "remove the answer"
    report.answer(location, f"there is no {kind} {quoted(name)} in the manifest", _known(known), remedy)


def _twice(report: Report, location: Location, name: str) -> None:
    report.value(location, f"{quoted(name)} is named twice", "every name once", "remove one of the two")


def _known(names: Iterable[str]) -> str:
    listed = sorted(names)
    return one_of(listed) if listed else ""
