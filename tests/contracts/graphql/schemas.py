"""Schemas that hypothesis makes: small, with names that collide often, valid for graphql-core."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import strategies as st

FIELDS = st.sampled_from("abc")
ARGUMENTS = st.sampled_from("xy")
SCALARS = ("Int", "String", "State", "Mood")
OUTPUTS = (*SCALARS, "Order", "Item", "Node", "Found")
INPUTS = (*SCALARS, "By")


def references(names: tuple[str, ...]) -> st.SearchStrategy[str]:
    """Type references over these names, with lists and non-null."""
    bare = st.sampled_from(names)
    nullable = st.one_of(bare, bare.map("[{}]".format), bare.map("[{}!]".format))
    return st.builds("{}{}".format, nullable, st.sampled_from(["", "!"]))


@dataclass(frozen=True)
class Made:
    """The definitions of a schema, in an order that does not matter."""

    definitions: tuple[str, ...]

    @property
    def text(self) -> str:
        return "\n".join(self.definitions)


def _inputs(most: int = 2) -> st.SearchStrategy[str]:
    given = st.dictionaries(ARGUMENTS, references(INPUTS), max_size=most)
    return given.map(lambda found: ", ".join(f"{name}: {type_}" for name, type_ in found.items()))


_FIELD = st.tuples(references(OUTPUTS), _inputs())


def _fields() -> st.SearchStrategy[str]:
    return st.dictionaries(FIELDS, _FIELD, min_size=1).map(
        lambda found: " ".join(
            f"{name}({given}): {type_}" if given else f"{name}: {type_}"
            for name, (type_, given) in found.items()
        )
    )


def _some(values: str, word: str = " ") -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from(values.split()), min_size=1, unique=True).map(word.join)


@st.composite
def schemas(draw: st.DrawFn) -> Made:
    """A schema with every kind of type; which fields, values and members they have differs."""
    repeatable = draw(st.sampled_from(["", " repeatable"]))
    given = draw(_inputs())
    return Made(
        (
            f"type Query {{ {draw(_fields())} }}",
            *draw(st.sampled_from([(), (f"type Subscription {{ {draw(_fields())} }}",)])),
            f"type Order {draw(st.sampled_from(['', 'implements Node']))} {{ {draw(_fields())} }}",
            f"type Item {{ {draw(_fields())} }}",
            f"interface Node {{ {draw(_fields())} }}",
            f"union Found = {draw(_some('Order Item', ' | '))}",
            f"enum State {{ {draw(_some('A B C'))} }}",
            f"enum Mood {{ {draw(_some('A B'))} }}",
            f"input By {{ {draw(_inputs().filter(bool))} }}",
            f"directive @d{f'({given})' if given else ''}{repeatable} on {draw(_some('FIELD QUERY', ' | '))}",
        )
    )
