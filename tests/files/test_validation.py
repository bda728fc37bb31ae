"""pydantic's errors as problems of a file: places, words, suggestions."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from runbook_tui.files.problems import Problem, ProblemsError
from runbook_tui.files.yaml_source import parse_yaml, validate

Word = Annotated[str, StringConstraints(pattern="^[a-z]+$"), Field(description="a word of small letters")]


class Colour(StrEnum):
    RED = "red"
    GREEN = "green"


class Base(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Check(Base):
    run: Word | None = None
    http: Word | None = None

    @model_validator(mode="after")
    def _one(self) -> Check:
        if self.run and self.http:
            raise ValueError("exactly one of run and http is needed")
        return self


class Part(Base):
    name: Word
    size: int = 0
    colour: Colour = Colour.RED
    check: Word | Check | None = None
    checks: Check | tuple[Check, ...] = ()


class Whole(Base):
    version: Literal[1, "1"]
    parts: dict[Word, Part]
    words: tuple[Word, ...] = ()
    on: bool = False
    kind: Literal["hard", "soft"] = "hard"
    free: Annotated[str, StringConstraints(min_length=1, max_length=5)] = "x"


def found(text: str) -> list[str]:
    with pytest.raises(ProblemsError) as caught:
        validate(parse_yaml(text.encode(), "f"), Whole)
    return [str(problem) for problem in caught.value.problems]


def test_valid_data_becomes_the_model() -> None:
    text = "version: 1\non: true\nparts:\n  a: {name: b, size: 3, check: x, checks: [{run: y}]}\n"
    whole = validate(parse_yaml(text.encode(), "f"), Whole)
    assert whole.on is True
    assert whole.parts["a"] == Part(name="b", size=3, check="x", checks=(Check(run="y"),))


def test_unknown_keys_get_a_suggestion_from_the_model_they_are_in() -> None:
    assert found(
        "version: 1\nwrods: []\nparts:\n  a:\n    name: b\n    seize: 1\n    check: {htpp: x}\n    zzz: 1\n"
    ) == [
        "f:2:1: unknown key 'wrods'; expected one of free, kind, on, parts, version, words; did you mean 'words'?",
        "f:6:5: unknown key 'seize' in parts.a; expected one of check, checks, colour, name, size; did you mean "
        "'size'?",
        "f:7:13: unknown key 'htpp' in parts.a.check; expected one of http, run; did you mean 'http'?",
        "f:8:5: unknown key 'zzz' in parts.a; expected one of check, checks, colour, name, size; remove it",
    ]


def test_missing_keys_are_placed_at_what_lacks_them() -> None:
    assert found("parts:\n  a: {}\n") == [
        "f:1:1: the key 'version' is missing; add 'version: ...'",
        "f:2:3: the key 'name' is missing in parts.a; add 'name: ...'",
    ]


def test_wrong_forms_are_told_in_plain_words() -> None:
    text = "version: 1\nparts: [a]\nwords: x\non: maybe\nfree:\nkind: [hard]\n"
    assert found(text) == [
        "f:2:8: parts: found a list; expected a mapping",
        "f:3:8: words: found the text 'x'; expected a list",
        "f:4:5: on: found the text 'maybe'; expected true or false",
        "f:5:1: free: found nothing; expected text; give it a value, or remove the key",
        "f:6:7: kind: found a list; expected one of hard, soft",
    ]


def test_a_required_key_without_a_value_is_never_to_be_removed() -> None:
    assert found("version: 1\nparts:\n  a: {name: , size: }\n") == [
        "f:3:7: name: found nothing; expected text; give it a value",
        "f:3:15: size: found nothing; expected a whole number; give it a value, or remove the key",
    ]


def test_an_error_shows_the_first_hundred_of_very_many_problems() -> None:
    with pytest.raises(ProblemsError) as caught:
        parse_yaml(b"a: [" + b"*a, " * 5000 + b"]", "f")
    lines = str(caught.value).splitlines()
    assert len(caught.value.problems) == 5000
    assert lines[99].startswith("f:1:401: the alias")
    assert lines[100:] == ["and 4,900 more problems; mend these first"]


def test_wrong_values_are_told_with_what_is_possible() -> None:
    text = "version: 2\nkind: sotf\nfree: toolong\nparts:\n  a: {name: A1, size: big, colour: gren}\n  B!: {name: x}\n"
    assert found(text) == [
        "f:1:10: version: found the text '2'; expected 1",
        "f:2:7: kind: found the text 'sotf'; expected one of hard, soft; did you mean 'soft'?",
        "f:3:7: free: found the text 'toolong'; expected at most 5 characters",
        "f:5:13: name: found the text 'A1'; expected a word of small letters",
        "f:5:23: size: found the text 'big'; expected a whole number",
        "f:5:36: colour: found the text 'gren'; expected one of green, red; did you mean 'green'?",
        "f:6:3: found the text 'B!' as a name; expected a word of small letters",
    ]


def test_value_that_fits_no_member_of_a_union_is_one_problem() -> None:
    text = "version: 1\nparts:\n  a: {name: x, check: [1], checks: x}\n"
    assert found(text) == [
        "f:3:23: check: found a list; expected text or a mapping",
        "f:3:36: checks: found the text 'x'; expected a mapping or a list",
    ]


def test_of_a_union_the_member_of_the_right_form_is_explained() -> None:
    text = "version: 1\nparts:\n  a: {name: x, check: {run: [1]}, checks: [{run: A}, {rnu: x}]}\n"
    assert found(text) == [
        "f:3:29: run: found a list; expected text",
        "f:3:50: run: found the text 'A'; expected a word of small letters",
        "f:3:55: unknown key 'rnu' in parts.a.checks[1]; expected one of http, run; did you mean 'run'?",
    ]


def test_sentences_of_the_models_own_validators_are_kept() -> None:
    text = "version: 1\nparts:\n  a: {name: x, check: {run: a, http: b}}\n"
    assert found(text) == ["f:3:23: check: exactly one of run and http is needed"]


def test_text_of_several_lines_is_named_as_such() -> None:
    assert found("version: 1\nparts: {}\nwords:\n  - |\n    a\n    b\n") == [
        "f:4:5: found text of several lines; expected a word of small letters; put it on one line"
    ]


JUNK = st.recursive(
    st.none()
    | st.sampled_from(["", "x", "1", "true", "red", "A\u202eB", "[key]", "Check", "constrained-str"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["version", "parts", "name", "check", "checks", "run", "words", "[key]", "Check", "str", "é"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(["version", "parts", "words", "on", "kind", "x"]), JUNK, min_size=1))
def test_any_data_is_a_model_or_problems_with_places(data: dict[str, object]) -> None:
    import json

    source = parse_yaml(json.dumps(data).encode(), "f")
    try:
        validate(source, Whole)
    except ProblemsError as error:
        assert error.problems
        for problem in error.problems:
            assert isinstance(problem, Problem)
            assert problem.place.line == 1 and problem.place.column >= 1
            assert "\u202e" not in str(problem)
