"""Steps and runbooks for the tests of this room."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import strategies as st

from runbook_tui.runbook.model import (
    Check,
    Http,
    Kind,
    MigrationNote,
    Need,
    OpenQuestion,
    Remark,
    Risk,
    Rollback,
    Runbook,
    ServiceRelease,
    Sql,
    Step,
    StepPhase,
    Window,
)

MakeStep = Callable[..., Step]

AWKWARD = (
    "null", "~", "true", "No", "on", "0123456", "1e3", "1.10", "12:30:45", "2026-11-24", "2026-11-24 10:00:00", ".inf",
    "0x1f", "=", "<<", "- x", "? x", "0?", "a: b", "a #b", "#a", "'a'", '"a"', "a'b\"c", "[a", "{a}", "&a", "*a", "!a",
    "a:", "|", ">", "%a", "@a", "`a`", "--- a", "...", " a", "a ", "a, b", "back\\slash", "é → ü", "a\u00a0b", "\u2028",
    "\ufeff", "\U0001f600", "\U000e0001", "a\u0301", "{{ x }}", "$HOME", "-", "?", ":", "-a", ":a", "?a", "1_000",
)  # fmt: skip
AWKWARD_TEXT = (
    "", "\n", "a\n", "a\nb", "a\n\nb\n", "a\n\n", " a\nb", "\na", "a \nb", "a\n  b\n", "a\n\tb", "\ta\n", "# a\n#b\n",
    "a\n# b\n", "---\n...\n", "a\n ", "- a\n- b: c\n", "a\r".replace("\r", ""), "a: |\n  b\n", "x\u2028y\nz",
)  # fmt: skip


@pytest.fixture
def make_step() -> MakeStep:
    """A deploy step by id with the ids of what it needs."""

    def make(step_id: str, *needs: str, reversible: bool = True) -> Step:
        return Step(
            id=step_id,
            title=f"Do {step_id}",
            kind=Kind.DEPLOY,
            run="true",
            reversible=reversible,
            needs=tuple(Need(step=need, because=f"{need} comes first") for need in needs),
        )

    return make


_PRINTABLE = st.characters(exclude_categories=("Cs", "Cc"))
_LINES = st.one_of(st.sampled_from(AWKWARD), st.text(_PRINTABLE, min_size=1, max_size=30))
_TEXTS = st.one_of(
    st.sampled_from(AWKWARD_TEXT),
    _LINES,
    st.text(st.one_of(_PRINTABLE, st.sampled_from(" \n\t#:-")), max_size=40),
)
_MAYBE = st.none() | _LINES
_NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,5}", fullmatch=True)
_TIMES = st.integers(0, 10**8).map(lambda milliseconds: milliseconds / 1000)
_MANY = st.lists(_LINES, max_size=3).map(tuple)
_HTTP = st.builds(
    Http,
    url=st.sampled_from(("http://a.example/x?y={z}&q=#f", "https://b.example")),
    method=st.sampled_from(("GET", "POST")),
    body=st.none() | _TEXTS,
    headers=st.dictionaries(_LINES, _LINES, max_size=2),
)
_SQL = st.builds(Sql, database=_LINES, query=_TEXTS)


def _actions(*names: str) -> st.SearchStrategy[dict[str, object]]:
    values: dict[str, st.SearchStrategy[object]] = {
        "run": _TEXTS, "http": _HTTP, "sql": _SQL, "confirm": _TEXTS, "wait": _TIMES, "approve": _TEXTS,
    }  # fmt: skip
    return st.sampled_from(names).flatmap(lambda name: values[name].map(lambda value: {name: value}))


_CHECKS = st.builds(
    lambda action, **rest: Check(**action, **rest),
    _actions("run", "http", "sql", "confirm"),
    expect=_MAYBE,
    every=_TIMES,
    timeout=_TIMES,
)
_ROLLBACKS = st.builds(
    lambda action, verify: Rollback(**action, verify=verify),
    _actions("run", "http", "confirm"),
    st.none() | _CHECKS,
)
_NOTES = st.builds(
    MigrationNote, datastore=_LINES, tool=_LINES, revision=_LINES, path=_LINES, operations=_MANY,
    hazards=st.lists(_TEXTS, max_size=2).map(tuple),
)  # fmt: skip


def _step(*fields: dict[str, Any], **more: Any) -> Step:  # noqa: ANN401 - fields of any type
    return Step(**fields[0], **fields[1], **more)


@st.composite
def _some_runbooks(draw: st.DrawFn) -> Runbook:
    release = draw(
        st.dictionaries(
            _LINES,
            st.builds(
                ServiceRelease, base=_LINES, target=_LINES, version=_LINES, base_version=_MAYBE, repository=_MAYBE,
                commits=st.integers(0, 99), changes=_MANY, issues=_MANY, authors=_MANY, owner=_MAYBE, pager=_MAYBE,
            ),
            max_size=2,
        )
    )  # fmt: skip
    services = st.none() | (st.sampled_from(sorted(release)) if release else _LINES)
    steps: list[Step] = []
    for index in range(draw(st.integers(0, 4))):
        before = [step.id for step in steps]
        needs = draw(st.lists(st.sampled_from(before), max_size=3, unique=True)) if before else []
        steps.append(
            _step(
                draw(_actions("run", "http", "sql", "confirm", "wait", "approve")),
                draw(
                    st.fixed_dictionaries(
                        {},
                        optional={
                            "phase": st.sampled_from(StepPhase), "service": services, "description": _TEXTS,
                            "directory": _LINES, "environment": st.dictionaries(_NAMES, _LINES, max_size=2),
                            "expect": _LINES, "verify": _CHECKS, "rollback": _ROLLBACKS, "reversible": st.booleans(),
                            "irreversible_because": _TEXTS, "repeatable": st.booleans(), "owner": _LINES,
                            "pager": _LINES, "risk": st.sampled_from(Risk), "estimate": _TIMES, "timeout": _TIMES,
                            "approvers": _MANY, "migration": _NOTES,
                        },
                    )
                ),
                id=draw(st.sampled_from(("step", "null", "1.0", "0x", "a.b"))) + f"-{index}",
                title=draw(_LINES),
                kind=draw(st.sampled_from(Kind)),
                needs=tuple(
                    Need(step=n, because=draw(_TEXTS), rule=draw(_MAYBE), source=draw(_MAYBE)) for n in needs
                ),
            )
        )  # fmt: skip
    return Runbook(
        runbook=1,
        title=draw(_LINES),
        environment=draw(_LINES),
        system=draw(_MAYBE),
        summary=draw(st.none() | _TEXTS),
        window=draw(
            st.none() | st.just(Window(start="2026-11-24T09:30+01:00", end="2026-11-24T12:00:00+01:00"))
        ),
        manifest=draw(_MAYBE),
        downtime=draw(st.none() | _TEXTS),
        release=release,
        variables=draw(st.dictionaries(_NAMES, _LINES, max_size=2)),
        questions=draw(st.lists(st.builds(OpenQuestion, id=_LINES, text=_TEXTS), max_size=2).map(tuple)),
        remarks=draw(
            st.lists(
                st.builds(Remark, rule=_LINES, level=st.just("note"), text=_TEXTS, remedy=st.none() | _TEXTS),
                max_size=2,
            ).map(tuple)
        ),
        steps=tuple(steps),
    )


@pytest.fixture(scope="session")
def runbooks() -> st.SearchStrategy[Runbook]:
    """Any runbook that holds together, made of texts that are hard to write in YAML."""
    return _some_runbooks()
