"""Rails migrations that cannot be read, or try to hide what they do: never safe, and never an error."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runbook_tui.migrations import syntax
from runbook_tui.migrations.engine import Engine
from runbook_tui.migrations.syntax import UnparsedError
from runbook_tui.migrations.tools.rails import Rails
from tests.migrations.conftest import ruby
from tests.migrations.judged import ASK, C, Judge, Pend, X


def test_a_syntax_error_is_told_with_its_line_and_the_rest_is_judged(pend: Pend) -> None:
    files = {
        "db/migrate/1_bad.rb": ruby("drop_table :orders,)"),
        "db/migrate/2_next.rb": ruby("drop_table :orders"),
    }
    bad, good = pend({}, files, tool="rails", folder="db/migrate").pending
    assert bad.phase is ASK
    assert [(item.rule, item.path) for item in bad.findings] == [("unreadable", "db/migrate/1_bad.rb")]
    assert bad.findings[0].line > 1
    assert good.phase is C


def test_without_the_grammar_it_says_what_to_install(rails: Judge, monkeypatch: pytest.MonkeyPatch) -> None:
    syntax._parser.cache_clear()
    monkeypatch.setitem(syntax._GRAMMARS, "ruby", ("tree_sitter_no_ruby", "language"))
    try:
        found = rails("drop_table :orders")
    finally:
        syntax._parser.cache_clear()
    assert found.phase is ASK
    assert "pip install" in found.findings[0].message


@pytest.mark.parametrize(
    "body",
    [
        "x = [1]\n" + "x = x + x\n" * 64,
        "loop { loop { loop { drop_table :orders } } }",
        "again",
        "(" * 400 + "1" + ")" * 400,
        "if a\n" * 300 + "drop_table :orders\n" + "end\n" * 300,
        "x = 'a'\n" + 'x = "#{x}#{x}"\n' * 64,
        "x = [1]\n"
        + "x = [x, x]\n" * 64
        + "add_column :orders, :c, :json, default: x\nOrder.insert_all(x)\n",
        "x = 9\n" + "x = x * x\n" * 64,
        "[1, 2].each { |a| " * 30 + "shout a" + " }" * 30,
    ],
    ids=range(9),
)
def test_tangled_code_is_a_question(rails: Judge, body: str) -> None:
    found = rails(body + "\nshout", extra="def again\n  again\nend")
    assert found.phase in (ASK, X)


@pytest.mark.parametrize(
    ("body", "certain"),
    [
        ("unless ready?\n  raise 'not yet'\nend\n@", True),
        ("raise 'not yet' if late?\n@", True),
        ("case kind?\nwhen 1 then say 1\nelse\n  raise\nend\n@", True),
        ("if a?\n  raise\nelse\n  raise\nend\n@", None),  # it never runs
        ("return if done?\n@", False),
        ("unless a?\n  raise if b?\n  return\nend\n@", False),
        ("if a?\n  unless b?\n    raise\n  end\n  return\nend\n@", False),
        ("begin\n  raise 'x' if late?\n  @\nrescue\n  say 1\nend", False),
        ("begin\n  if a?\n    raise\n  end\nrescue\n  return\nend\n@", False),
    ],
)
def test_what_stands_behind_an_error_runs_or_nothing_does(
    rails: Judge, body: str, certain: bool | None
) -> None:
    found = rails(body.replace("@", "drop_table :orders")).operations
    assert [item.conditional for item in found if item.kind == "drop-table"] == (
        [] if certain is None else [not certain]
    )


_AROUND = st.sampled_from(
    [
        *(
            "if done?\n@\nend",
            "unless done?\n@\nend",
            "if done?\nsay 1\nelsif late?\n@\nend",
            "(\n@\n) unless done?",
        ),
        *(
            "case kind?\nwhen 1 then say 1\nelse\n@\nend",
            "begin\n@\nrescue => e\nraise e\nend",
            "x = begin\n@\nend",
        ),
        *(
            "begin\nsay 1\nrescue\n@\nend",
            "begin\nsay 1\nensure\n@\nend",
            "while done?\n@\nend",
            "loop do\n@\nbreak\nend",
        ),
        *(
            "[1, 2].each do |a|\n@\nend",
            "Order.find_each do |o|\n@\nend",
            "Order.all.map { |o|\n@\n}",
            "3.times { |i|\n@\n}",
        ),
        *(
            "safety_assured do\n@\nend",
            "transaction { say 1\n@\n}",
            "reversible { |d| d.up {\n@\n} }",
            "up_only do\n@\nend",
        ),
        *(
            "puts [1, (\n@\n)]",
            "say('x', a: (\n@\n))",
            "x = done? ? 1 : (\n@\n)",
            "done? || (\n@\n)",
            "-> {\n@\n}.call",
        ),
        *(
            "helper {\n@\n}",
            "Shop.tap { |x|\n@\n}",
            "late ||= (\n@\n)",
            "suppress_messages do\n@\nend",
            "[(\n@\n)].first",
        ),
        *(
            "return say(1) if done?\n@",
            "return if table_exists?(:x)\n@",
            "within do\n@\nend",
            "x = [1]\nx.each {\n@\n}",
        ),
        *(
            "case [1]\nin [a]\n@\nend",
            '"#{\n@\n}"',
            "for i in [1] do\n@\nend",
            "say 1 and (\n@\n)",
            "x = { a: (\n@\n) }",
        ),
    ]
)


@settings(max_examples=250, deadline=None)
@given(st.lists(_AROUND, max_size=4))
def test_a_drop_is_never_lost(around: list[str]) -> None:
    body = "drop_table :orders"
    for text in around:
        body = text.replace("@", body)
    tool = Rails()
    files = {"db/migrate/1_next.rb": ruby(body, extra="def within\n  yield\nend").encode()}
    (script,) = tool.scripts(files, "db/migrate").scripts
    assert script.problem is None, body
    found = tool.reader(Engine.POSTGRES)(script).changes
    assert {"drop-table", "opaque"} & {change.kind for change in found}, body


_WORDS = st.sampled_from(
    [
        *(
            "drop_table",
            ":orders",
            "{",
            "}",
            "do |t|",
            "end",
            "t.string",
            "if",
            "unless x?",
            "<<~SQL\n",
            "SQL\n",
        ),
        *(
            "def up",
            "class A < B",
            "=",
            "->",
            "%w[",
            "]",
            "(",
            ")",
            "rescue",
            "ensure",
            "#{",
            '"',
            "\n",
            "|a, *b|",
        ),
        *(
            "Order.",
            "update_all",
            "each",
            "**o",
            "&:x",
            "yield",
            "case",
            "when 1",
            "return",
            "self.",
            "x&.y",
            "1",
        ),
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(_WORDS, max_size=40))
def test_no_text_makes_it_fail(words: list[str]) -> None:
    tool = Rails()
    files = {"db/migrate/1_next.rb": ruby(" ".join(words), method="change").encode()}
    scripts = tool.scripts(files, "db/migrate").scripts
    read = tool.reader(Engine.POSTGRES)
    for script in scripts:
        body = read(script)
        assert isinstance(script.content, UnparsedError) <= any(c.kind == "unreadable" for c in body.changes)
