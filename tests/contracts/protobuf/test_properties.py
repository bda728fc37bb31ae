"""What holds for all pairs of versions."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from hypothesis import given, settings
from hypothesis import strategies as st

from runbook_tui.contracts.model import ContractDiff, Effect
from tests.contracts.protobuf.protos import diff

SCALARS = ["int32", "int64", "uint32", "string", "bytes", "bool", "double", "sint64", "Kind", "Part"]
WIDER = {"int32": "int64", "uint32": "int64", "sint32": "sint64"}


@dataclass(frozen=True)
class Shape:
    """A small schema in proto2: one message, used as asked."""

    use: str
    fields: dict[int, tuple[str, str]] = field(default_factory=dict)
    """Number to label and type; names follow from the numbers."""
    values: frozenset[int] = frozenset({0})
    methods: frozenset[str] = frozenset()

    def text(self, blank: str = " ") -> str:
        fields = blank.join(
            f"{label} {kind} f{number} = {number};" for number, (label, kind) in self.fields.items()
        )
        values = " ".join(f"V{value} = {value};" for value in sorted(self.values))
        inputs, outputs = {
            "request": ("M", "E"),
            "response": ("E", "M"),
            "both": ("M", "M"),
            "event": ("E", "E"),
        }[self.use]
        methods = blank.join(
            f"rpc {name}({inputs}) returns ({outputs});" for name in sorted(self.methods | {"Base"})
        )
        return (
            f'syntax = "proto2";{blank}package p;{blank}message M {{ {fields} }}{blank}message E {{}}'
            f"{blank}message Part {{}}{blank}enum Kind {{ {values} }}{blank}service S {{ {methods} }}"
        )


LABELS = st.sampled_from(["optional", "required", "repeated"])
SHAPES = st.builds(
    Shape,
    st.sampled_from(["request", "response", "both", "event"]),
    st.dictionaries(st.integers(1, 8), st.tuples(LABELS, st.sampled_from(SCALARS)), max_size=6),
    st.frozensets(st.integers(1, 6), max_size=4).map(lambda values: values | {0}),
    st.frozensets(st.sampled_from(["A", "B", "C"])),
)


@settings(max_examples=60, deadline=None)
@given(SHAPES)
def test_a_version_is_compatible_with_itself_however_it_is_laid_out(shape: Shape) -> None:
    assert diff(shape.text(), shape.text()).verdict == "compatible"
    assert diff(shape.text(), shape.text("\n\n// x\n")).verdict == "compatible"


@settings(max_examples=100, deadline=None)
@given(SHAPES, SHAPES)
def test_every_pair_has_a_verdict_with_sound_changes(old: Shape, new: Shape) -> None:
    found = diff(old.text("\n"), new.text("\n"))
    assert not found.faults
    assert found == diff(old.text("\n"), new.text("\n"))
    lines = new.text("\n").count("\n") + 1
    for change in (*found.changes, *found.harmless):
        assert 0 <= change.line <= lines
        assert change.text
        assert change.pointer
        assert "" not in change.names


@st.composite
def one_step(draw: st.DrawFn) -> tuple[Shape, Shape]:
    """A version, and one with more values, required fields or a wider type."""
    shape = draw(SHAPES)
    kind = draw(st.sampled_from(["value", "required", "wider", "method"]))
    if kind == "value":
        return shape, replace(shape, values=shape.values | {9})
    if kind == "method":
        return shape, replace(shape, methods=shape.methods | {"New"})
    if kind == "required":
        old = {**shape.fields, 7: ("required", "string")}
        return replace(shape, fields=old), replace(shape, fields={**old, 7: ("optional", "string")})
    narrow = draw(st.sampled_from(sorted(WIDER)))
    fields = [{**shape.fields, 7: ("optional", kind)} for kind in (narrow, WIDER[narrow])]
    return replace(shape, fields=fields[0]), replace(shape, fields=fields[1])


@settings(max_examples=80, deadline=None)
@given(one_step())
def test_swapping_the_versions_swaps_widening_and_narrowing(pair: tuple[Shape, Shape]) -> None:
    there, back = diff(pair[0].text(), pair[1].text()), diff(pair[1].text(), pair[0].text())
    assert there.changes
    assert {effect for _, effect in _effects(there)} == {Effect.WIDENS}
    assert _effects(back) == {(direction, Effect.NARROWS) for direction, _ in _effects(there)}


def _effects(found: ContractDiff) -> set[tuple[str, Effect | None]]:
    return {(change.direction, change.effect) for change in found.changes}


@settings(max_examples=60, deadline=None)
@given(SHAPES, SHAPES)
def test_the_order_of_files_does_not_matter(old: Shape, new: Shape) -> None:
    def split(shape: Shape, names: str) -> dict[str, str]:
        head, _, service = shape.text().partition("service ")
        imports = f'import "{names[0]}.proto"; '
        return {
            f"{names[0]}.proto": head,
            f"{names[1]}.proto": f'syntax = "proto2"; package p; {imports}service {service}',
        }

    before, after = split(old, "ab"), split(new, "ab")
    assert diff(before, after) == diff(dict(reversed(before.items())), dict(reversed(after.items())))
    assert diff(before, after).verdict == diff(old.text(), new.text()).verdict
