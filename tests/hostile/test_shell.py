"""55 hostile values in every position where a value can get into a command: each arrives as it is, or is refused."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from jinja2 import TemplateSyntaxError

from runbook_tui.text.sandbox import command_environment
from runbook_tui.text.shell import quote
from tests.hostile.conftest import Show
from tests.hostile.planned import commands, execute, manifest, runbook
from tests.hostile.shell_values import REFUSED, VALUES
from tests.hostile.sweep import Sweep, repository

pytestmark = pytest.mark.xdist_group("hostile")
SHELLS = [shell for shell in ("bash", "sh") if shutil.which(shell)]
SSH = '#!/bin/sh\nshift 2\nexec sh -c "$*"\n'
"""What ``ssh -q host`` does with its words: it puts spaces between them, and a shell reads the result."""

POSITIONS = {
    "a word": "printf '%s\\0' {{ v }}",
    "inside of a word": "printf '%s\\0' a{{ v }}b",
    "beside quotes": "printf '%s\\0' 'it'\\''s'{{ v }}\"\"",
    "an assignment": "x={{ v }}; printf '%s\\0' \"$x\"",
    "a variable of one command": 'V={{ v }} sh -c \'printf "%s\\0" "$V"\'',
    "a substitution": "printf '%s\\0' \"$(printf '%s.' {{ v }})\"",
    "a function": "f() { printf '%s\\0' \"$1\"; }; f {{ v }}",
    "a loop": "for x in {{ v }}; do printf '%s\\0' \"$x\"; done",
    "a case": "case {{ v }} in {{ v }}) printf '%s\\0' {{ v }};; *) printf '%s\\0' wrong;; esac",
    "a pipe": "printf '%s\\0' {{ v }} | cat",
    "a condition": "if true; then (printf '%s\\0' {{ v }}); fi",
    "a parameter of a shell": 'sh -c \'printf "%s\\0" "$1"\' sh {{ v }}',
    "a second shell": "sh -c 'printf \"%s\\0\" '{{ v | q }}",
    "another host": "ssh -q host printf '%s\\\\0' {{ v | q }}",
    "evaluated again": "eval printf \"'%s\\\\0'\" {{ v | q }}",
}
AROUND = {
    "inside of a word": ("a", "b"),
    "beside quotes": ("it's", ""),
    "a substitution": ("", "."),
}
UNPROTECTED = {
    'echo "{{ v }}"': "inside double quotes",
    "echo '{{ v }}'": "inside single quotes",
    "echo `echo {{ v }}`": "inside backquotes",
    "echo $'{{ v }}'": "inside single quotes",
    "echo $(( {{ v }} ))": "inside arithmetic",
    "echo ${{ v }}": "right after '$'",
    "echo \\{{ v }}": "right after '\\'",
    "true # {{ v }}": "inside a comment",
    "cat <<EOF\n{{ v }}\nEOF": "inside a here-document",
    "ssh host echo {{ v }}": "second shell",
    "ssh -p 22 host {{ v }}": "second shell",
    "cd x && sudo -n ssh host {{ v }}": "second shell",
    "LC_ALL=C eval {{ v }}": "second shell",
    "bash -c {{ v }}": "second shell",
    "sh -ec 'echo '{{ v }}": "second shell",
    "docker exec app /bin/sh -c {{ v }}": "second shell",
    "if true; then eval echo {{ v }}; fi": "second shell",
}


@pytest.fixture
def values(sweep: Sweep) -> list[str]:
    """The values, with the marker that none of them may make."""
    return [value.replace("@M@", str(sweep.markers / "shell")) for value in VALUES]


@pytest.fixture
def hosts(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An ``ssh`` that stays on this machine."""
    program = folder / "bin" / "ssh"
    program.parent.mkdir(exist_ok=True)
    program.write_text(SSH)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")


@pytest.mark.usefixtures("hosts")
def test_every_value_arrives_in_every_position(
    sweep: Sweep, folder: Path, values: list[str], show: Show
) -> None:
    wrong: list[str] = []
    tried = 0
    for shell in SHELLS:
        for name, template in POSITIONS.items():
            compiled = command_environment().from_string(template)
            before, behind = AROUND.get(name, ("", ""))
            script = "\n".join(compiled.render(v=value) for value in values)
            ended = subprocess.run(
                [shell, "-c", script], cwd=folder, capture_output=True, timeout=60, check=False
            )
            arrived = ended.stdout.decode("utf-8", "surrogateescape").split("\0")[:-1]
            wanted = [before + value + behind for value in values]
            tried += len(wanted)
            if len(arrived) != len(wanted):
                wrong.append(f"{shell}, {name}: {len(arrived)} values, {ended.stderr!r}")
            pairs = zip(arrived, wanted, strict=False)
            wrong += [f"{shell}, {name}: {value!a}" for value, want in pairs if value != want]
    sweep.look("positions")
    show(
        f"values={len(values)} positions={len(POSITIONS)} shells={len(SHELLS)} tried={tried} wrong={len(wrong)}"
    )
    assert len(values) == 55
    assert wrong == []
    sweep.require_clean()


@pytest.mark.parametrize(("template", "where"), UNPROTECTED.items())
def test_a_position_that_does_not_protect_is_an_error(template: str, where: str) -> None:
    with pytest.raises(TemplateSyntaxError) as caught:
        command_environment().from_string(template)
    assert where in str(caught.value) and "| raw" in str(caught.value)
    raw = template.replace("{{ v }}", "{{ v | raw }}")
    assert "x" in command_environment().from_string(raw).render(v="x")


@pytest.mark.parametrize(
    "template",
    [
        "ssh {{ v }} uptime",
        "sshd {{ v }}",
        "echo ssh host; echo {{ v }}",
        "sh -c 'echo \"$1\"' sh {{ v }}",
        "sh {{ v }}",
    ],
)
def test_words_that_the_first_shell_alone_reads_are_quoted_once(template: str) -> None:
    assert "'a b'" in command_environment().from_string(template).render(v="a b")


def test_what_no_command_can_carry_is_refused(sweep: Sweep, folder: Path) -> None:
    for name in ("NUL", "a lone surrogate"):
        with pytest.raises(ValueError, match="cannot be put into a command"):
            quote(REFUSED[name])
    path = folder / "services.yaml"
    for name, value in REFUSED.items():
        commands_ = {"deploy": "echo {{ variables.flags }}"}
        path.write_text(manifest({"orders": {"commands": commands_}}, {"flags": value}))
        status, told = sweep.runbook("plan", "services.yaml", folder=folder)
        assert status == 2, name
        assert "services.yaml:" in told, told
        assert "flags" in told or "deploy" in told, told
    sweep.require_clean()


def test_values_of_a_manifest_are_executed_as_planned(sweep: Sweep, folder: Path, values: list[str]) -> None:
    """From the manifest over the plan to a real shell; what has line breaks is refused by name."""
    repository(folder / "shop")
    lines = [value for value in values if value and not set(value) & set("\t\n\r")]
    for value in sorted(set(values) - set(lines)):
        text = manifest({"orders": {"commands": {"deploy": "echo {{ variables.v }}"}}}, {"v": value})
        (folder / "services.yaml").write_text(text)
        status, told = sweep.runbook("plan", "services.yaml", folder=folder)
        assert status == 2 and "services.yaml:5:" in told and " v: " in told, told
    fields = ("preflight", "deploy", "verify", "rollback", "stop")
    services: dict[str, dict[str, object]] = {}
    variables = {f"v{number}": value for number, value in enumerate(lines)}
    for number in range(len(lines)):
        put = f"printf '%s\\0' {{{{ variables.v{number} }}}} >> values"
        services[f"s{number}"] = {"commands": dict.fromkeys(fields, put)}
    (folder / "services.yaml").write_text(manifest(services, variables))
    status, told = sweep.runbook("plan", "services.yaml", "-o", "planned.yaml", folder=folder)
    assert status == 0, told
    planned = [word for word in commands(folder / "planned.yaml") if word.endswith(">> values")]
    assert len(planned) >= 3 * len(lines)
    script = "\n".join(planned)
    subprocess.run(["bash", "-c", script], cwd=folder, check=True, timeout=60)
    arrived = (folder / "values").read_bytes().decode().split("\0")[:-1]
    assert set(arrived) == set(lines)
    (folder / "values").unlink()
    status, _ = execute(sweep, folder, list(dict.fromkeys(planned))[:3])
    assert status == 0
    assert len((folder / "values").read_bytes().split(b"\0")) == 4
    sweep.look("a manifest")
    sweep.require_clean()


def test_values_arrive_as_environment_variables(sweep: Sweep, folder: Path, values: list[str]) -> None:
    kept = [value for value in values if value and not set(value) & set("\t\n\r")]
    names = [f"v{number}" for number in range(len(kept))]
    given = " ".join(f'"$RUNBOOK_V{number}"' for number in range(len(kept)))
    own = " ".join(f'"$W{number}"' for number in range(len(kept)))
    steps = {
        "run": f"printf '%s\\0' {given} {own} > values",
        "directory": ".",
        "environment": {f"W{number}": value for number, value in enumerate(kept)},
    }
    text = runbook(steps, variables=dict(zip(names, kept, strict=True)))
    (folder / "release.yaml").write_text(text)
    status, told = sweep.runbook("run", "--plain", "release.yaml", folder=folder)
    assert status == 0, told
    assert (folder / "values").read_bytes().decode().split("\0")[:-1] == kept * 2
    sweep.look("the environment")
    sweep.require_clean()


@pytest.mark.parametrize("value", [REFUSED["200 kB"], "日" * 90_000], ids=["200 kB", "wide"])
def test_a_variable_that_is_too_long_for_the_system_is_told(sweep: Sweep, folder: Path, value: str) -> None:
    text = runbook({"run": "true", "directory": "."}, variables={"flags": value})
    (folder / "release.yaml").write_text(text)
    status, told = sweep.runbook("run", "--plain", "release.yaml", folder=folder)
    assert status in {1, 2, 3}, told
    assert "flags" in told.lower(), told
    sweep.require_clean()
