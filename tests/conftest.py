"""What every test gets: a state folder of its own, so that nothing is written into anybody's home; and figures.

The figures that sweeps show are printed together after the tests, also when these ran in several processes.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator

import pytest

_FIGURES = "figures"
_PASSED: list[tuple[str, str]] = []
"""Test and figures, of this process."""


@pytest.fixture(scope="session", autouse=True)
def state_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """XDG_STATE_HOME in a temporary folder for the whole session, and for the processes that tests start."""
    before = os.environ.get("XDG_STATE_HOME")
    os.environ["XDG_STATE_HOME"] = str(tmp_path_factory.mktemp("state"))
    yield
    if before is None:
        del os.environ["XDG_STATE_HOME"]
    else:
        os.environ["XDG_STATE_HOME"] = before


@pytest.fixture(scope="session", autouse=True)
def signals_of_a_shell() -> None:
    """What runs in the background ignores an interrupt, and so would every program that a test starts."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in (signal.SIGQUIT, signal.SIGHUP, signal.SIGTERM):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)


@pytest.fixture
def show(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Shows the figures of a sweep: ``kills=2000 acked=33347 lost=0``."""

    def tell(figures: str) -> None:
        record_property(_FIGURES, " ".join(figures.split()))

    return tell


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Collect what was shown."""
    if report.when == "call":
        test = report.nodeid.removeprefix("tests/").partition("[")[0].partition("@")[0]
        _PASSED.extend((test, str(text)) for name, text in report.user_properties if name == _FIGURES)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print it."""
    if _PASSED:
        terminalreporter.section("figures")
        for test, figures in sorted(_PASSED):
            terminalreporter.write_line(f"{test}: {figures}")
