"""What templates may do, and what is told when they do something else."""

from __future__ import annotations

import os
import resource
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import DictLoader, Environment, FileSystemLoader, TemplateRuntimeError, TemplateSyntaxError

from runbook_tui.text import budget
from runbook_tui.text.limits import operation_size
from runbook_tui.text.sandbox import command_environment, document_environment, unquoted
from runbook_tui.text.shell import quote
from runbook_tui.text.template_fault import FAULTS, TemplateFault, template_fault

COMMAND = command_environment()
DOCUMENT = document_environment()


def fault(environment: Environment, template: str, **values: object) -> TemplateFault:
    with pytest.raises(FAULTS) as caught:
        environment.from_string(template).render(**values)
    return template_fault(caught.value)


@pytest.mark.parametrize(
    ("template", "command"),
    [
        ("alembic upgrade {{ v }}", "alembic upgrade 'a b'"),
        ("echo 'as \"it\" is' $HOME {{ n }}", "echo 'as \"it\" is' $HOME 3"),
        ("echo {{ 'constant text' }}", "echo 'constant text'"),
        ("run {{ v | raw }}", "run a b"),
        ("run {{ (v | raw) ~ '' }}", "run 'a b'"),
        ('run "{{ v | raw }}"', 'run "a b"'),
        ("{% if n %}yes {{ v | upper }}{% endif %}", "yes 'A B'"),
        ("{{ variables.port }}/{{ variables['port'] }}", "80/80"),
        ("{{ '' }}", "''"),
        ("{# a comment: {{ nothing }} #}x", "x"),
    ],
)
def test_values_are_quoted_and_the_authors_text_is_not(template: str, command: str) -> None:
    assert COMMAND.from_string(template).render(v="a b", n=3, variables={"port": "80"}) == command


@given(st.text(alphabet=st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
def test_a_value_is_data_and_never_a_template(value: str) -> None:
    assert COMMAND.from_string("x {{ v }}").render(v=value) == f"x {quote(value)}"
    assert DOCUMENT.from_string("x {{ v }}").render(v=value) == f"x {value}"


@pytest.mark.parametrize(
    ("template", "where"),
    [
        ('echo "{{ v }}"', "inside double quotes"),
        ("echo '{{ v }}'", "inside single quotes"),
        ("echo `echo {{ v }}`", "inside backquotes"),
        ("echo $'{{ v }}'", "inside single quotes"),
        ('echo "$(echo "{{ v }}")"', "inside double quotes"),
        ('echo "a\\"{{ v }}"', "inside double quotes"),
        ("echo \\{{ v }}", "right after '\\'"),
        ("echo ${{ v }}", "right after '$'"),
        ("echo $(( {{ v }} ))", "inside arithmetic"),
        ("true # {{ v }}", "inside a comment"),
        ("cat <<EOF\n{{ v }}\nEOF", "inside a here-document"),
        ("cat <<EOF # it's\n{{ v }}\nEOF", "inside a here-document"),
        ('{% if true %}"{% endif %}{{ v }}"', "inside double quotes"),
        ('"{{ v | raw | upper }}"', "inside double quotes"),
    ],
)
def test_value_where_quoting_does_not_protect_is_a_syntax_error(template: str, where: str) -> None:
    found = fault(COMMAND, template, v="x")
    assert found.what.startswith(f"a value {where}, where it is not protected")
    assert "| raw" in found.what
    with pytest.raises(TemplateSyntaxError):
        COMMAND.parse(template)


@pytest.mark.parametrize("value", [None, True, [], {}, ["a"], object()])
def test_only_text_and_numbers_are_put_into_commands(value: object) -> None:
    assert "only text and numbers can be put into a command" in fault(COMMAND, "x {{ v }}", v=value).what


def test_value_that_no_command_line_can_carry_is_told() -> None:
    assert "NUL" in fault(COMMAND, "x {{ v }}", v="a\0b").what


@pytest.mark.parametrize(
    "template",
    [
        "{{ nothing }}",
        "{{ d.nothing }}",
        "{{ d['nothing'] }}",
        "{% if nothing %}{% endif %}",
        "{{ nothing | default('x') | upper ~ nothing }}",
        "{{ v.__class__ }}",
        "{{ v.__class__.__mro__ }}",
        "{{ ''|attr('__class__') }}",
        "{{ ''['__class__'] }}",
        "{{ cycler.__init__.__globals__ }}",
        "{{ lipsum }}",
        "{{ d.update(x=1) }}",
        "{{ d.pop('k') }}",
        "{{ l.append(1) }}",
        "{{ l.sort() }}",
        "{{ '{0.__class__}'.format(v) }}",
        "{{ '%s'.format }}",
        "{{ range(10 ** 6) }}",
    ],
)
@pytest.mark.parametrize("environment", [COMMAND, DOCUMENT])
def test_forbidden_in_both_environments(template: str, environment: Environment) -> None:
    values: dict[str, object] = {"v": "x", "d": {"k": "v"}, "l": [1]}
    assert fault(environment, template, **values).line == 1
    assert values == {"v": "x", "d": {"k": "v"}, "l": [1]}


@pytest.mark.parametrize(
    "template",
    [
        "{{ 'a' * 10 ** 9 }}",
        "{{ 10 ** 9 * 'a' }}",
        "{{ [0] * 10 ** 9 }}",
        "{{ 9 ** (9 ** 9) }}",
        "{{ 'x' | center(10 ** 9) }}",
        "{{ 'x' | center(width=10 ** 9) }}",
        "{{ '%1000000000d' | format(1) }}",
        "{{ '%1000000000d' % 1 }}",
        "{{ '%*d' % (1000000000, 1) }}",
        "{{ '%.1000000000f' % 1 }}",
        "{{ '%(a)1000000000s' | format(a=1) }}",
        "{{ v | indent(10 ** 9) }}",
        "{{ v | indent(width='x' * 900000) }}",
        "{{ ('a' * 1000) | replace('a', 'b' * 10000) }}",
        "{{ ['a'] * 1000 | join('b' * 10000) }}",
        "{{ (['a'] * 1000) | join('b' * 10000) }}",
        "{{ (['a'] * 1000) | join(d='b' * 10000) }}",
        "{{ 1 | round(10 ** 9) }}",
        "{{ {'a': 1} | tojson(indent=10 ** 9) }}",
        "{{ ('a ' * 1000) | wordwrap(1, wrapstring='b' * 10000) }}",
        "{{ 'x'.ljust(10 ** 9) }}",
        "{{ 'x'.zfill(10 ** 9) }}",
        "{{ 'a'.replace('a', 'b' * 10 ** 6) }}",
        "{{ ('x' * 900000) + ('x' * 900000) }}",
        "{{ '{:1000000000}'.format(1) }}",
    ],
)
@pytest.mark.parametrize("environment", [COMMAND, DOCUMENT])
def test_what_would_fill_the_memory_is_refused_before(template: str, environment: Environment) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.process_time()
    assert fault(environment, template, v="a\nb\n").what
    assert time.process_time() - began < 1
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{{ '-' * 40 }}", "-" * 40),
        ("{{ 2 ** 10 }}", "1024"),
        ("{{ 7 % 4 }}", "3"),
        ("{{ '%-5s|%03d' | format('a', 7) }}", "a    |007"),
        ("{{ '%s' % 'x' }}", "x"),
        ("{{ 'x' | center(5) }}", "  x  "),
        ("{{ 'a\nb' | indent(2) }}", "a\n  b"),
        ("{{ ['a', 'b'] | join(', ') }}", "a, b"),
        ("{{ [{'n': 'a'}, {'n': 'b'}] | join('+', attribute='n') }}", "a+b"),
        ("{{ ['b', 'a'] | sort | join }}", "ab"),
        ("{{ ['a', 'b'] | map('upper') | join(' ') }}", "A B"),
        ("{{ 'abc' | replace('b', '-') }}", "a-c"),
        ("{{ 2.345 | round(1) }}", "2.3"),
        ("{{ {'a': 1} | tojson }}", '{"a": 1}'),
        ("{{ 'one two' | wordwrap(3) }}", "one\ntwo"),
        ("{{ ' x '.strip().upper() }}", "X"),
        ("{% for k, v in {'a': 1}.items() %}{{ loop.index }}{{ k }}{{ v }}{% endfor %}", "1a1"),
        ("{% macro m(x) %}<{{ x }}>{% endmacro %}{{ m('y') }}", "<y>"),
        (
            "{% set n = namespace(c=0) %}{% for i in range(3) %}{% set n.c = n.c + i %}{% endfor %}{{ n.c }}",
            "3",
        ),
    ],
)
def test_ordinary_templates_work(template: str, text: str) -> None:
    assert DOCUMENT.from_string(template).render() == text


def test_documents_lose_the_lines_of_blocks() -> None:
    template = "a\n  {% if true %}\nb\n  {% endif %}\nc\n"
    assert DOCUMENT.from_string(template).render() == "a\nb\nc\n"


def test_documents_load_and_extend_templates() -> None:
    pages = {
        "base": "<{% block b %}{% endblock %}>",
        "page": "{% extends 'base' %}{% block b %}x{% endblock %}",
    }
    assert document_environment(DictLoader(pages)).get_template("page").render() == "<x>"


@pytest.mark.parametrize(
    ("content", "line", "said"),
    [
        ("a\nb {{ nope }}\n", 2, "'nope' is undefined"),
        ("a\n{% if %}\n", 2, "expected an expression"),
        ("a\n\n{{ 'x' | nofilter }}", 3, "no filter named 'nofilter'"),
        ("{{ 'unclosed' ", 1, "a '{{', '{%' or '{#' is never closed"),
        ("\n{% for a in [] %}\n", 2, "the block '{% for %}' is never closed"),
        ("{% include 'self.md' %}", 1, "includes or calls itself without end"),
        ("\n{% include 'missing.md' %}", 2, "there is no template 'missing.md'"),
        ("\n{{ 1 / 0 }}", 2, "cannot be computed (division by zero)"),
        ("\n{{ 1 + 'a' }}", 2, "cannot be computed (unsupported operand"),
        ("{% macro m() %}\n{{ nope }}{% endmacro %}\n\n{{ m() }}", 2, "'nope' is undefined"),
        ("{{ none.x }}", 1, "there is no 'x'"),
        ("{{ [1] | first(2, 3) }}", 1, "cannot be computed"),
        ("{{ 'x' | int('y').z }}", 1, ""),
    ],
)
def test_faults_are_told_with_file_and_line(content: str, line: int, said: str, tmp_path: Path) -> None:
    (tmp_path / "self.md").write_text(content)
    environment = document_environment(FileSystemLoader(tmp_path))
    with pytest.raises(FAULTS) as caught:
        environment.get_template("self.md").render()
    found = template_fault(caught.value)
    assert found.file == str(tmp_path / "self.md")
    assert found.line == line
    assert said in found.what
    assert os.linesep not in found.what


def test_making_environments_is_cheap() -> None:
    began = time.process_time()
    for _ in range(10):
        command_environment()
    assert time.process_time() - began < 0.5


@pytest.mark.parametrize("environment", [COMMAND, DOCUMENT])
@pytest.mark.parametrize(
    "template",
    [
        "\n{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}",
        "\n{% for i in range(99999) recursive %}{% for j in range(99999) if j %}{% endfor %}{% endfor %}",
        "{% macro m(n) %}{% if n %}{{ m(n - 1) }}\n{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(60) }}",
    ],
)
def test_a_template_without_end_is_given_up_in_any_thread(
    template: str, environment: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(budget, "SECONDS", 0.05)
    with ThreadPoolExecutor(1) as pool, pytest.raises(TemplateRuntimeError, match="does a loop never end"):
        pool.submit(environment.from_string(template).render).result(20)


KEPT = (
    "{% set n = namespace(l=[]) %}{% set x = 'a' * 900000 %}"
    "{% for i in range(900) %}{% set n.l = n.l + [@] %}{% endfor %}"
)


@pytest.mark.parametrize("environment", [COMMAND, DOCUMENT])
@pytest.mark.parametrize(
    "template",
    [
        "{% set n = namespace(x='ab') %}{% for i in range(60) %}{% set n.x = n.x ~ n.x %}{% endfor %}",
        "{% macro d(x) %}{{ x }}{{ x }}{% endmacro %}{% set n = namespace(x='ab') %}"
        "{% for i in range(60) %}{% set n.x = d(n.x) %}{% endfor %}",
        "{% set n = namespace(x='ab') %}{% for i in range(60) %}"
        "{% set n.x %}{{ n.x }}{{ n.x }}{% endset %}{% endfor %}",
        "{% set x = 'a' * 900000 %}{{ ([x] * 100000) | map('upper') | list | length }}",
        KEPT.replace("@", "x | upper"),
        KEPT.replace("@", "x[1:]"),
        KEPT.replace("@", "x.upper()"),
        KEPT.replace("@", "range(90000) | list"),
    ],
)
def test_texts_that_are_made_are_added_up(
    template: str, environment: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(budget, "MOST_TEXT", 8_000_000)
    found = fault(environment, template)
    assert "does a loop never end" in found.what and found.line == 1


def test_loops_count_and_say_where_they_are_as_ever() -> None:
    template = "{% for x in 'abc' %}{{ loop.index }}/{{ loop.length }}{{ ',' if not loop.last }}{% endfor %}"
    assert DOCUMENT.from_string(template).render() == "1/3,2/3,3/3"
    nested = "{% for a in d recursive %}{{ a.n }}{{ loop(a.c) }}{% endfor %}"
    assert DOCUMENT.from_string(nested).render(d=[{"n": 1, "c": [{"n": 2, "c": []}]}]) == "12"


@pytest.mark.parametrize(
    ("template", "names"),
    [
        ("deploy {{ version }}", ()),
        ("deploy {{ version | raw }} {{ variables.flags|raw }}", ("version", "variables.flags")),
        ("{{ variables['flags'] | raw }} {{ variables.flags | raw }}", ("variables.flags",)),
        ("{{ (a ~ b) | raw }}", ("an expression",)),
        ("draw {{ x }}", ()),
        ("{{ raw", ()),
    ],
)
def test_what_is_put_in_without_quoting_is_named(template: str, names: tuple[str, ...]) -> None:
    assert unquoted(template) == names


def test_a_template_inside_of_another_one_shares_its_time() -> None:
    with budget.budget():
        until = budget._spent.until
        with budget.budget():
            assert budget._spent.until == until
        assert DOCUMENT.from_string("{{ 7 * 7 }}").render() == "49"
        assert budget._spent.until == until
    assert budget._spent.until == float("inf")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (MemoryError(), "the result is too large for the memory"),
        (RecursionError(), "includes or calls itself without end"),
        (UnicodeEncodeError("utf-8", "a\ud800", 1, 2, "no"), "the character U+D800, which no file can hold"),
        (ZeroDivisionError(), "an expression cannot be computed (zeroDivisionError)"),
    ],
)
def test_every_fault_has_words(error: Exception, said: str) -> None:
    assert said in template_fault(error).what


@pytest.mark.parametrize("template", ["{{ '\\ud800' }}", "{% set x = '\\ud800' %}{{ x }}"])
def test_what_no_file_can_hold_is_refused(template: str) -> None:
    assert "U+D800" in fault(DOCUMENT, template).what


@pytest.mark.parametrize("name", ["page.html", "page.html.j2", "PAGE.HTM", "feed.xml.j2", "own.svg"])
def test_pages_escape_by_themselves(name: str) -> None:
    pages = document_environment(DictLoader({name: "<b>{{ v }}</b>{{ v | e }}{{ v | safe }}"}))
    assert pages.get_template(name).render(v="<&>") == "<b>&lt;&amp;&gt;</b>&lt;&amp;&gt;<&>"


@pytest.mark.parametrize("name", ["page.md", "page.md.j2", "html", "a.html.txt"])
def test_other_documents_do_not(name: str) -> None:
    assert document_environment(DictLoader({name: "{{ v }}"})).get_template(name).render(v="<&>") == "<&>"


def test_an_operation_that_makes_nothing_large_has_no_size() -> None:
    assert operation_size("-", 1.5, 2) == 0
