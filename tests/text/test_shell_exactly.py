"""Where a value is safe in a command, place by place; and what a real shell does there."""

# ruff: noqa: E501 - tables, many to a row
from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from jinja2 import TemplateSyntaxError

from runbook_tui.text.sandbox import command_environment
from runbook_tui.text.shell import display, quote
from runbook_tui.text.shell_places import ShellContext


def after(*texts: str) -> ShellContext:
    """The context behind these texts, with a value between each two."""
    shell = ShellContext()
    for place, text in enumerate(texts):
        if place:
            shell.read_value()
        shell.read(text)
    return shell


SINGLE, DOUBLE, BACK = "inside single quotes", "inside double quotes", "inside backquotes"
COMMENT, HERE, SUM = "inside a comment", "inside a here-document", "inside arithmetic"
ESCAPED, DOLLAR = r"right after '\'", "right after '$'"

PLACES = {
    # quotes
    "": "", "a": "", "'": SINGLE, "'a": SINGLE, "''": "", "'\\'": "", "'\\'\"": DOUBLE, "'\"'": "", "'`'": "",
    "'$": SINGLE, "'#": SINGLE, "'\n": SINGLE, "'$'(": "", "'$'((": "", "'$'\"": DOUBLE, "'\\": SINGLE,
    '"': DOUBLE, '"a': DOUBLE, '""': "", '"\\"': DOUBLE, '"\\\\"': "", '"\'': DOUBLE, '"\'"': "", '"#': DOUBLE,
    '"\n#': DOUBLE, '"`': BACK, '"`a`': DOUBLE, '"`a`"': "", '"$': DOUBLE, '"(': DOUBLE, '"(a)': DOUBLE, '"<<\n': DOUBLE,
    '"$(': "", '"$(a)': DOUBLE, '"$("': DOUBLE, '"$("a"': "", '"$("a)"': "", '"$("a)")': DOUBLE, '"$(a)"': "",
    '"\\$(': DOUBLE, '"\\`': DOUBLE, '"$\\(': DOUBLE,
    "`": BACK, "`a": BACK, "``": "", "`a`": "", "`'": SINGLE, "`'`": SINGLE, "`'`'": BACK, "`'`'`": "", "`\\`": BACK,
    "`\\``": "", "`(": "", "`(a)": BACK, "`\"": DOUBLE,
    "$'": SINGLE, "$'a'": "", "$'\\'": SINGLE, "$'\\''": "", "$'\\\\'": "", "$'\"": SINGLE, "$'\"'": "", "a$'": SINGLE,
    "$''$": DOLLAR, "$'a'(": "", "$\"": DOUBLE, "$\"a\"": "",
    # what is right before
    "\\": ESCAPED, "\\\\": "", "a\\": ESCAPED, "\\\\\\": ESCAPED, "\\'": "", '\\"': "", "\\`": "", "\\#": "", "\\$": "",
    "$": DOLLAR, "a$": DOLLAR, "\\$'": SINGLE, "$a": "", "\\$(": "", "\\$((": "", "'a'\\": ESCAPED,
    # brackets
    "(": "", "(a)": "", "$(": "", "$(a)": "", "$((": SUM, "$((1": SUM, "$((1)": SUM, "$((1))": "", "((": "", "((1))": "",
    "$( (": "", "$( ( ": "", "$((1))$((": SUM, "$(((": "", "$(((1": "", "$(((1)": SUM, "$(a) (": "", "$(a)(": "",
    ")": "", "$(\"": DOUBLE, "$('": SINGLE, "('": SINGLE, "a((": "", "$(a)'": SINGLE, "$((1))'": SINGLE, "\\((": "",
    "$\\((": "",
    # comments
    "#": COMMENT, "a #": COMMENT, "a\t#": COMMENT, "a\n#": COMMENT, "a;#": COMMENT, "a&#": COMMENT, "a|#": COMMENT,
    "(#": COMMENT, "(a)#": COMMENT, "x)#": COMMENT, "((1))#": COMMENT, "$(a)#": "", "$((1))#": "", "$(#": COMMENT,
    "a#": "", "''#": "", '""#': "", "\\ #": "", "$#": "", "${a#": "", "`a`#": "", "#a": COMMENT, "#a\n": "", "#\n#": COMMENT,
    "#'\n": "", '#"\n': "", "#`\n": "", "#$\n": "", "#\\\n": "", "#$": COMMENT, "#\\": COMMENT, "#(\n)": "", "# <<\n": "",
    "#\na#": "", "a #\nb'": SINGLE, "$'a'#": "", "#\\\n#": COMMENT,
    # here-documents
    "a <<E": "", "a <<E\n": HERE, "a <<E\nb\nE\n": HERE, "a << E\n": HERE, "a <<E\n'": HERE, "a <<E\n$": HERE,
    "a <<E\n\\": HERE, "a <<E # it's\n": HERE, "a < b\n": "", "a < b < c\n": "", "a <<< b\n": "", "a <<<b\nc\n": "",
    "a <<< b <<E\n": HERE, "a \\<<E\n": "", "a <<E '\n": SINGLE, "a <<E '\n' \n": HERE, "a <<-E\n": HERE, "a <\\<\n": "",
}  # fmt: skip


@pytest.mark.parametrize("text", PLACES, ids=ascii)
def test_what_makes_a_value_unsafe(text: str) -> None:
    assert after(text).obstacle == PLACES[text]
    # The same, when the text comes in two parts with nothing between.
    if "<" not in text:
        for cut in range(len(text)):
            assert after(text[:cut] + text[cut:]).obstacle == PLACES[text]


@pytest.mark.parametrize(
    ("texts", "obstacle"),
    [
        (("a ", ""), ""),
        (("a ", "#"), ""),
        (("a ", " #"), COMMENT),
        (("a ", "'"), SINGLE),
        (("a ", "("), ""),
        (("a ", "(("), ""),
        (("a ", "$("), ""),
        (("a ", "$(("), SUM),
        (("$", "(("), ""),
        (("$", "'\\'"), ""),
        (("\\", "'"), SINGLE),
        (("a <<", "\n"), HERE),
        (("a <", "<\n"), ""),
    ],
)
def test_a_value_is_a_part_of_a_word(texts: tuple[str, ...], obstacle: str) -> None:
    assert after(*texts).obstacle == obstacle


TWICE = [
    "eval ", "eval\t", "ssh host ", "ssh user@host cmd ", "ssh -p 22 host ", "ssh -p 22 -q host a b ", "sh -c ", "bash -c ",
    "dash -c ", "ksh -c ", "zsh -c ", "bash -lc ", "bash -l -c ", "bash -euc ", "/bin/sh -c ", "/usr/bin/ssh host ",
    "sudo ssh host ", "sudo -u bob bash -c ", "A=1 eval ", "A=1 B='2' ssh host ", "env A=1 sh -c ", "exec ssh host ", "! eval ",
    "if true; then eval ", "while true; do ssh host ", "false || ssh host ", "true && eval ", "a | ssh host ", "a; eval ",
    "a & eval ", "a\neval ", "(eval ", "$(eval ", '"$(eval ', "{ eval ", "time ssh host ", "nohup sh -c ", "  eval ",
    "command eval ", "sh -c 'a b'", 'sh -c "a \\" b"', "sh -c a\\ b", "sh -c 'a; b'", "docker exec web sh -c ",
    "xargs sh -c ", "timeout 5 bash -c ", "sh -c '\n'", "else eval ", 'x="$(ssh host ', "ssh host $(a) ", 'ssh host "$(a; b)" ',
    "ssh host $(ssh b c) ", "ssh host $((1 + 2)) ", "f() { ssh host ", "(a) || eval ", "case x in a) eval ",
]  # fmt: skip
ONCE = [
    "", "echo ", "echo eval", "ssh ", "ssh -p ", "evaluate ", "myeval ", "push -c ", "shh -c ", "bash ", "sh script ",
    "bash -x script ", "echo ssh host; echo ", "eval a; ", "ssh host a\n", "ssh host a && ", "ssh host a | ", "(ssh host a) ",
    "$(ssh host a) ", "sh -c 'a'; ", "sh -c a | ", "sshd host ", "git push -c x ", "echo eval ", "sh -e script ", "ash",
    "rsync -c ", "ssh host a & ", "fish -c ", "sh -c 'a b' ", 'sh -c "a \\" b" ', "sh -c a\\ b ", "sh -c 'a; b' ", "sh -c '\n' ",
    "(ssh host $(a)) ", "a $(ssh host a) ", 'a "$(ssh host a)" ', "eval $(a; ", "eval $(a", "eval `a` | ", "case x in eval a) ",
]  # fmt: skip


@pytest.mark.parametrize("text", TWICE, ids=ascii)
def test_a_second_shell_is_seen(text: str) -> None:
    assert after(text).is_read_twice


@pytest.mark.parametrize("text", ONCE, ids=ascii)
def test_where_there_is_no_second_shell_none_is_seen(text: str) -> None:
    assert not after(text).is_read_twice


def test_a_value_is_a_word_of_the_command_of_a_second_shell() -> None:
    assert after("ssh ", " ").is_read_twice
    assert after("ssh host a ", "; ssh ", " ").is_read_twice
    assert not after("ssh ", "; ").is_read_twice
    assert after("ssh \\; ", " ").is_read_twice
    assert after("ssh host '; ").is_read_twice
    assert after('ssh host "; ').is_read_twice


COMMAND = command_environment()


@pytest.mark.parametrize(
    ("template", "what", "line"),
    [
        (
            'a\n\n"{{ v }}"',
            "a value inside double quotes, where it is not protected; put it outside, without quotes of your own "
            "(values are quoted by themselves), or opt out with '| raw'",
            3,
        ),
        (
            "a\nssh {{ v }} {{ w }}",
            "a value that a second shell reads again (ssh, eval, sh -c), where it is not protected; "
            "quote it once more with '| q', or opt out with '| raw'",
            2,
        ),
        ("{{ v }} {{ '\"' }} '{{ v | upper }}'", "a value inside single quotes, where", 1),
        ("'{{ raw }}'", "a value inside single quotes, where", 1),
        ("'{{ v | q }}'", "a value inside single quotes, where", 1),
        ("'{{ v | raw | q }}'", "a value inside single quotes, where", 1),
        ("'{{ v ~ raw }}'", "a value inside single quotes, where", 1),
        ("ssh h {{ q }}", "a value that a second shell reads again", 1),
        ("ssh h {{ v | q | upper }}", "a value that a second shell reads again", 1),
        ("{{ v }}\n'{{\nv }}'", "a value inside single quotes, where", 2),
        ("{{ v }}\nssh h {{\nv }}", "a value that a second shell reads again", 2),
        ("'{{ v | raw }}' '{{ v }}'", "a value inside single quotes, where", 1),
    ],
)
def test_what_is_said_about_a_place(template: str, what: str, line: int) -> None:
    with pytest.raises(TemplateSyntaxError) as refused:
        COMMAND.from_string(template)
    said = refused.value.message or ""
    assert said == what or (what.endswith(("where", "again")) and said.startswith(what))
    assert refused.value.lineno == line


@pytest.mark.parametrize(
    ("template", "command"),
    [
        ("'{{ v | raw }}'", "'a b'"),
        ("'{{ v | upper | raw }}'", "'A B'"),
        ("ssh {{ v | raw }} {{ v | raw }}", "ssh a b a b"),
        ("ssh h {{ v | q }}", "ssh h ''\"'\"'a b'\"'\"''"),
        ("cat <<< {{ v }}\necho {{ v }}", "cat <<< 'a b'\necho 'a b'"),
        ("echo $(a)#{{ v }}", "echo $(a)#'a b'"),
        ("{% if v %}'{{ v | raw }}'{% endif %}{{ v }}", "'a b''a b'"),
    ],
)
def test_what_is_put_in(template: str, command: str) -> None:
    assert COMMAND.from_string(template).render(v="a b") == command


def test_a_comment_right_behind_a_bracket_would_run_what_is_in_a_value(tmp_path: Path) -> None:
    template = "(true)#{{ v }}"
    value = "x\ntouch ran #"
    subprocess.run(["sh", "-c", template.replace("{{ v }}", quote(value))], cwd=tmp_path, check=True)
    assert (tmp_path / "ran").exists(), "quoting does not protect it there"
    with pytest.raises(TemplateSyntaxError, match="inside a comment"):
        COMMAND.from_string(template)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("a\0", "a value with a NUL character cannot be put into a command"),
        ("\ud800", "a value that is not valid Unicode cannot be put into a command"),
        ("a\udfffb", "a value that is not valid Unicode cannot be put into a command"),
    ],
    ids=["nul", "first", "last"],
)
def test_what_no_command_can_carry_is_named(value: str, said: str) -> None:
    with pytest.raises(ValueError, match="cannot be put") as refused:
        quote(value)
    assert str(refused.value) == said


def test_a_command_line_is_shown_word_by_word() -> None:
    assert display(["a", "", "b c", "d\te\n\x1b"]) == "a '' 'b c' 'd e⏎␛'"
    assert quote("") == "''"
    assert quote("a'b") == "'a'\"'\"'b'"
