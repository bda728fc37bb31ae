"""The figures of all families together. The file sorts last: all others of this folder ran before, in one worker."""

from __future__ import annotations

import pytest

from tests.hostile.conftest import Show
from tests.hostile.sweep import FAMILIES, Sweep

pytestmark = pytest.mark.xdist_group("hostile")


def test_all_families(swept: Sweep, show: Show) -> None:
    git = swept.inputs["git config"] + swept.inputs["git data"]
    families = len(+swept.inputs) - (1 if swept.inputs["git config"] and swept.inputs["git data"] else 0)
    if families < FAMILIES:
        pytest.skip("the figures are those of all files of this folder")
    show(swept.figures.replace(f"families={len(swept.inputs)}", f"families={families}"))
    assert git >= 60
    assert swept.inputs.total() >= 400
    swept.require_clean(ever=True)
