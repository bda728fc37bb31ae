"""Values in shell commands, tried with real shells."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import TemplateSyntaxError

from runbook_tui.text.sandbox import command_environment
from runbook_tui.text.shell import display, quote

HOSTILE = [
    "", " ", "a b", "'", '"', "\\", "$(id)", "`id`",
    "$HOME", "${HOME}", "a;id", "a&&id", "a|id", "a>x", "a<x", "*", "?",
    "[a]", "{a,b}", "~", "~root", "!x", "#x", "-n", "--version",
    "a\nb", "\n", "a\rb", "\t", "a'b", 'a"b', "a\\", "'\"'\"'",
    "$'x'", "$((1+1))", "%s", "\x1b[2J", "\u202egpj", "é", "日本",
    "\U0001f680", "a=b", "&", "(", ")", "a\\nb", "\\'", "'$(id)'",
    "{{ 7*7 }}", "a{{x}}", "<b>", "a$IFS", "&&", "EOF", "x" * 5000,
]  # fmt: skip
SHELLS = [shell for shell in ("sh", "bash") if shutil.which(shell)]


def arguments(shell: str, command: str) -> list[str]:
    """The words that a shell makes of the rest of a ``printf`` command."""
    run = subprocess.run([shell, "-c", command], capture_output=True, check=True, timeout=20)
    return run.stdout.decode().split("\0")[:-1]


@pytest.mark.parametrize("shell", SHELLS)
def test_shell_reads_back_every_value(shell: str) -> None:
    command = "printf '%s\\0' " + " ".join(map(quote, HOSTILE))
    assert arguments(shell, command) == HOSTILE


@settings(max_examples=20, deadline=None)
@given(
    st.lists(
        st.text(alphabet=st.characters(exclude_characters="\0", exclude_categories=["Cs"])),
        min_size=1,
        max_size=60,
    )
)
def test_shell_reads_back_any_text(values: Sequence[str]) -> None:
    assert arguments("sh", "printf '%s\\0' " + " ".join(map(quote, values))) == list(values)


@pytest.mark.parametrize("value", ["a\0b", "\ud800"])
def test_what_no_command_line_can_carry_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="cannot be put into a command"):
        quote(value)


def test_display_can_be_copied_and_shows_what_is_hidden() -> None:
    assert display(["echo", "a b", "c"]) == "echo 'a b' c"
    assert display(["x\x1b[2J"]) == "'x␛[2J'"
    assert "\n" not in display(["a\nb"])


SAFE_PLACES = [
    "printf '%s\\0' {{ v }}",
    'printf "%s\\0" {{ v }}',
    "printf '%s\\0' \"$(printf '%s.' {{ v }})\"",
    "printf %s\\\\0 {{ v }} # it's a comment",
    "(printf '%s\\0' {{ v }})",
    "if true; then printf '%s\\0' {{ v }}; fi",
    "x={{ v }}; printf '%s\\0' \"$x\"",
    "printf '%s\\0' a{{ v }}b",
    "printf '%s\\0' 'it'\\''s'{{ v }}",
    "cat <<< {{ v }} >/dev/null; printf '%s\\0' {{ v }}",
]


@pytest.mark.parametrize("template", SAFE_PLACES)
def test_template_puts_a_value_into_a_real_shell_unchanged(template: str) -> None:
    compiled = command_environment().from_string(template)
    for value in ("$(id)", "a'b\"c", "`id`; id", "a\\", "$HOME {{x}}", "a\nb"):
        (shown,) = arguments("bash", compiled.render(v=value))
        assert value in shown
        assert "uid=" not in shown


@pytest.mark.parametrize(
    "template",
    [
        "echo $'it\\'s' {{ v }}",
        "echo `date` {{ v }}",
        'echo "`date`" {{ v }}',
        "echo ')' \\( {{ v }}",
        "ssh {{ v }} uptime",
        "sshd {{ v }}",
        "sh -c 'echo \"$1\"' sh {{ v }}",
        "ssh host true; echo {{ v }}",
        "ssh host echo {{ v | raw }}",
    ],
)
def test_places_where_the_first_shell_alone_reads(template: str) -> None:
    assert command_environment().from_string(template).render(v="x") == template.replace(
        "{{ v | raw }}", "x"
    ).replace("{{ v }}", "x")


@pytest.mark.parametrize(
    ("template", "command"),
    [
        ("ssh host echo {{ v | q }}", "ssh host echo ''\"'\"'a b'\"'\"''"),
        ("eval echo {{ v | q }}", "eval echo ''\"'\"'a b'\"'\"''"),
        ("bash -c 'echo '{{ v | q }}", "bash -c 'echo '''\"'\"'a b'\"'\"''"),
    ],
)
def test_a_second_shell_gets_a_value_quoted_twice(template: str, command: str) -> None:
    assert command_environment().from_string(template).render(v="a b") == command
    with pytest.raises(TemplateSyntaxError, match="a second shell reads again"):
        command_environment().from_string(template.replace("| q", ""))
