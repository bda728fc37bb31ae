"""The manifest's command templates, rendered for one release. What the runbook shows is byte for byte what runs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from runbook_tui.catalog.model import CommandCheck
from runbook_tui.files.problems import Place, Problem, ProblemsError
from runbook_tui.planning.context import Scope
from runbook_tui.planning.words import line
from runbook_tui.release.model import ServiceChange
from runbook_tui.runbook.duration import parse_duration
from runbook_tui.runbook.model import Check, Step

if TYPE_CHECKING:
    from jinja2 import Environment, Template

Names = dict[str, object]
"""What a template may name, with its values."""

_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f]")
_LONGEST = 2000
_URL = re.compile(r"https?://[^\s\x00-\x1f\x7f]{1,1990}")


class Commands:
    """Renders command templates and keeps every problem, so that all are told at once.

    Args:
        scope: the release; problems are told of its manifest.
        environment: the environment's name, known in templates as ``environment``.
    """

    def __init__(self, scope: Scope, environment: str) -> None:
        self._place = Place(scope.release.manifest_path)
        self._known: Names = {
            "environment": environment,
            "variables": dict(sorted(scope.release.manifest.variables.items())),
        }
        self._problems: list[Problem] = []
        self._templates: dict[tuple[bool, str], Template] = {}
        self._environments: dict[bool, Environment] = {}
        self._unquoted: dict[str, tuple[str, ...]] = {}

    def names(self, change: ServiceChange) -> Names:
        """What the commands of a service may name."""
        return {
            "service": change.name,
            "version": change.version,
            "base": change.base.sha,
            "target": change.target.sha,
        }

    def names_before(self, change: ServiceChange) -> Names:
        """The same for the version that runs now: to check that a rollback worked."""
        return {**self.names(change), "version": change.base_version, "target": change.base.sha}

    def shell(self, template: str, where: str, names: Names) -> str:
        """A shell command; each value is quoted where it is put in.

        Args:
            template: as written in the manifest.
            where: its key, such as ``services.billing.commands.deploy``.
            names: known besides ``environment`` and ``variables``.
        """
        text = self._render(template, where, names, quoted=True)
        if "raw" in template:
            from runbook_tui.text.sandbox import unquoted

            self._unquoted[text] = unquoted(template)
        return text

    def marked(self, step: Step) -> Step:
        """The step with what was put into its commands without quoting, which has to be seen before they run."""
        parts = (step, step.verify, step.rollback, step.rollback and step.rollback.verify)
        texts = (part.run for part in parts if part is not None and part.run is not None)
        found = dict.fromkeys(line(raw) for text in texts for raw in self._unquoted.get(text, ()))
        return step.model_copy(update={"unquoted": tuple(found)}) if found else step

    def text(self, template: str, where: str, names: Names) -> str:
        """Text that no shell reads: a URL, what an output must contain, a message."""
        return self._render(template, where, names, quoted=False)

    def check(self, written: str | CommandCheck, where: str, names: Names, expect: str) -> Check:
        """How to see that a step worked.

        Args:
            written: a command, whose output must contain ``expect``, or a check written out.
            where: its key in the manifest.
            names: known in its templates.
            expect: what the output of a plain command must contain.
        """
        if isinstance(written, str):
            return Check(run=self.shell(written, where, names), expect=line(expect))
        fields: dict[str, object] = {}
        if written.run is not None:
            fields["run"] = self.shell(written.run, f"{where}.run", names)
        if written.http is not None:
            fields["http"] = {"url": self._url(written.http, f"{where}.http", names)}
        if written.expect is not None:
            fields["expect"] = self.text(written.expect, f"{where}.expect", names)
        for name, given in (("timeout", written.timeout), ("every", written.every)):
            seconds = self.duration(given, f"{where}.{name}")
            if seconds is not None:
                fields[name] = seconds
        if ("run" in fields) == ("http" in fields):
            self._problem(
                f"{where} has {'both' if 'run' in fields else 'neither'}", "exactly one of run and http"
            )
            return Check(confirm=where)
        return Check.model_validate(fields)

    def duration(self, written: str | None, where: str) -> float | None:
        """Seconds of a time span of the manifest; None when it is left out."""
        if written is None:
            return None
        try:
            return parse_duration(written)
        except ValueError as error:
            self._problem(f"{where}: {written!r} is no time span", str(error))
            return None

    def require_valid(self) -> None:
        """Raise everything that was wrong.

        Raises:
            ProblemsError: with all problems of all templates.
        """
        if self._problems:
            raise ProblemsError(self._problems)

    def _url(self, template: str, where: str, names: Names) -> str:
        url = self.text(template, where, names)
        if not _URL.fullmatch(url):
            self._problem(f"{where}: {url!r} is no URL", "http://... or https://... without spaces")
            return "http://invalid.invalid"
        return url

    def _render(self, template: str, where: str, names: Names, *, quoted: bool) -> str:
        if "{" not in template:
            return template
        from runbook_tui.text.template_fault import template_fault

        known = {**self._known, **names}
        try:
            text = self._template(template, quoted).render(known)
        except Exception as error:  # an expression of the manifest's author can fail in any way
            fault = template_fault(error)
            expected = f"a template of {', '.join(sorted(known))}"
            self._problem(f"{where}: {fault.what}", expected, fault.remedy)
            return template
        if _CONTROL.search(text) or (not quoted and "\t" in text):
            self._problem(f"{where}: a value put in has control characters: {text[:200]!r}", "one line")
        elif not text.strip():
            self._problem(f"{where}: nothing is left of {template!r} once the values are put in", "a text")
        elif len(text) > _LONGEST:
            self._problem(f"{where}: gives {len(text)} characters", f"at most {_LONGEST}")
        else:
            return text
        return template

    def _template(self, template: str, quoted: bool) -> Template:
        key = (quoted, template)
        if key not in self._templates:
            if quoted not in self._environments:
                self._environments[quoted] = _new_environment(quoted)
            self._templates[key] = self._environments[quoted].from_string(template)
        return self._templates[key]

    def _problem(self, what: str, expected: str, remedy: str = "") -> None:
        self._problems.append(Problem(self._place, what, expected, remedy))


def _new_environment(quoted: bool) -> Environment:
    from runbook_tui.text.sandbox import command_environment, document_environment

    return command_environment() if quoted else document_environment()
