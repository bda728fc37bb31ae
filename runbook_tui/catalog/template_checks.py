"""The command templates of a manifest: whether they can be read, and name only what will be there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from jinja2 import Environment, TemplateSyntaxError, nodes
from jinja2.meta import find_undeclared_variables

from runbook_tui.catalog.model import CommandCheck, Manifest
from runbook_tui.catalog.places import Report
from runbook_tui.files.suggestions import did_you_mean, one_of, quoted
from runbook_tui.files.yaml_source import Location
from runbook_tui.text.sandbox import command_environment, document_environment
from runbook_tui.text.template_fault import template_fault

ANYWHERE = frozenset({"environment", "variables"})
OF_A_SERVICE = ANYWHERE | {"service", "version", "base", "target"}
OF_A_MIGRATION = OF_A_SERVICE | {"revision", "previous", "datastore"}
OF_A_DATASTORE = ANYWHERE | {"datastore"}
OF_AN_ANNOUNCEMENT = ANYWHERE | {"message"}

_MIGRATION_COMMANDS = frozenset({"migrate", "migrate_down", "migrated"})


@dataclass(frozen=True, slots=True)
class _Template:
    """One template of a manifest."""

    location: Location
    text: str
    names: frozenset[str]
    """What will be there when it is rendered."""
    is_command: bool = True
    """Whether a shell reads the result."""


def check_templates(manifest: Manifest, report: Report) -> None:
    """Add syntax errors and unknown names of all templates, and checks without a thing to check."""
    command, document = command_environment(), document_environment()
    for template in _templates(manifest):
        if "{" in template.text:
            _check(template, command if template.is_command else document, manifest, report)
    for name, service in manifest.services.items():
        for field in ("migrated", "verify"):
            written = getattr(service.commands, field)
            if isinstance(written, CommandCheck):
                _check_form(("services", name, "commands", field), written, report)


def _templates(manifest: Manifest) -> Iterator[_Template]:
    for name, store in manifest.datastores.items():
        for field, text in (("check", store.check), ("backup", store.backup)):
            if text is not None:
                yield _Template(("datastores", name, field), text, OF_A_DATASTORE)
    for name, service in manifest.services.items():
        for field in type(service.commands).model_fields:
            names = OF_A_MIGRATION if field in _MIGRATION_COMMANDS else OF_A_SERVICE
            location = ("services", name, "commands", field)
            yield from _of_command(location, getattr(service.commands, field), names)
    if manifest.announce is not None and manifest.announce.run is not None:
        yield _Template(("announce", "run"), manifest.announce.run, OF_AN_ANNOUNCEMENT)


def _of_command(
    location: Location, written: str | CommandCheck | None, names: frozenset[str]
) -> Iterator[_Template]:
    if isinstance(written, str):
        yield _Template(location, written, names)
    elif written is not None:
        for field, text in (("run", written.run), ("http", written.http), ("expect", written.expect)):
            if text is not None:
                yield _Template((*location, field), text, names, is_command=field == "run")


def _check(template: _Template, environment: Environment, manifest: Manifest, report: Report) -> None:
    try:
        tree = environment.parse(template.text)
        unknown = (
            find_undeclared_variables(tree) | _taken_for_functions(tree, environment, manifest)
        ) - template.names
    except TemplateSyntaxError as error:
        fault = template_fault(error)
        remedy = fault.remedy or "see the commands in the documentation of the manifest"
        report.value(template.location, f"{template.location[-1]}: {fault.what}", "", remedy)
        return
    for name in sorted(unknown):
        what = f"{template.location[-1]}: there is no {quoted(name)} to put in"
        remedy = did_you_mean(name, template.names) or _as_variable(name, manifest)
        report.value(template.location, what, one_of(template.names), remedy)
    for name in sorted(_variables_named(tree) - manifest.variables.keys()):
        what = f"{template.location[-1]}: there is no variable {quoted(name)}"
        known = one_of(manifest.variables) if manifest.variables else ""
        report.value(
            template.location, what, known, did_you_mean(name, manifest.variables) or "add it to 'variables'"
        )


def _taken_for_functions(tree: nodes.Template, environment: Environment, manifest: Manifest) -> set[str]:
    """Names of variables that are Jinja's own functions too, such as ``namespace``: the variable was meant."""
    named = {name.name for name in tree.find_all(nodes.Name) if name.ctx == "load"}
    return named & manifest.variables.keys() & environment.globals.keys()


def _as_variable(name: str, manifest: Manifest) -> str:
    return f"write variables.{name}" if name in manifest.variables else ""


def _variables_named(tree: nodes.Template) -> set[str]:
    """The names in ``variables.name`` and ``variables["name"]``."""
    found = {access.attr for access in tree.find_all(nodes.Getattr) if _is_variables(access.node)}
    for access in tree.find_all(nodes.Getitem):
        if _is_variables(access.node) and isinstance(access.arg, nodes.Const):
            found.add(str(access.arg.value))
    return found


def _is_variables(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Name) and node.name == "variables"


def _check_form(location: Location, written: CommandCheck, report: Report) -> None:
    given = [name for name in ("run", "http") if getattr(written, name) is not None]
    if len(given) != 1:
        what = f"{location[-1]}: {'both run and http are' if given else 'neither run nor http is'} there"
        report.key(location, what, "exactly one of the two", "remove one" if given else "add one")
    if written.http is not None and not written.http.startswith(("http://", "https://", "{{")):
        what = f"http: {quoted(written.http)} is not a URL"
        report.value((*location, "http"), what, "http://... or https://...", "write the whole URL")
