"""Who lets a run go on: another person with a note, several people, a signature, a broken glass, a pasted result."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from textual.widgets import Button, Input, Static, TextArea

from runbook_tui.tui.dialogs.ask import AskDialog
from runbook_tui.tui.dialogs.fields import FieldsDialog
from runbook_tui.tui.dialogs.write import WriteDialog

if TYPE_CHECKING:
    from textual.screen import Screen

    from tests.tui.conftest import Sit, WriteRunbook


def fill(dialog: Screen[Any], **values: str) -> None:
    for name, value in values.items():
        dialog.query_one(f"#{name}", Input).value = value


def wrong(dialog: Screen[Any]) -> str:
    return str(dialog.query_one("#wrong", Static).content)


async def test_somebody_else_approves_and_the_note_says_where(sit: Sit, write_runbook: WriteRunbook) -> None:
    path = write_runbook("""
        - {id: gate, title: Go?, kind: gate, approve: "Go ahead?", approvers: [captain], approvals: 2}
        """)
    async with sit(path, mode="run") as app:
        await app.press("a")
        dialog = await app.dialog(FieldsDialog)
        assert "0 of 2" in app.asked
        assert "ann, who executes: it takes somebody else" in app.asked
        assert dialog.query_one("#do", Button).disabled
        fill(dialog, by="ann", note="me")
        await app.until(lambda: "ann executes the run" in wrong(dialog))
        fill(dialog, by="captain", note="")
        await app.until(lambda: "say where and how captain approved" in wrong(dialog))
        fill(dialog, note="on the call, 10:42")
        await app.press("ctrl+s")
        await app.until(lambda: app.run.run_now.state.statuses["gate"].approved_by == ("captain",))
        assert app.state("gate") == "waiting"
        await app.until(lambda: not app.run.executing)
        await app.press("a")
        dialog = await app.dialog(FieldsDialog)
        assert "1 of 2: captain" in app.asked
        fill(dialog, by="captain", note="again")
        await app.until(lambda: "captain approved already" in wrong(dialog))
        fill(dialog, by="ben", note="ben stands in; in the channel")
        await app.press("ctrl+s")
        await app.until(lambda: app.run.run_now.state.finished == "succeeded")


async def test_breaking_the_glass_wants_a_reason(sit: Sit, write_runbook: WriteRunbook) -> None:
    path = write_runbook("""
        - {id: gate, title: Go?, kind: gate, approve: "Go ahead?"}
        """)
    async with sit(path, mode="run") as app:
        await app.press("a")
        await app.dialog(FieldsDialog)
        await app.press("ctrl+b")
        dialog = await app.dialog(AskDialog)
        assert "without an approval that the rules accept" in app.asked
        assert dialog.query_one("#do", Button).disabled
        await app.answer("production is down")
        await app.until(lambda: app.run.run_now.state.finished == "succeeded")
        assert app.run.run_now.state.broken_glass == ("production is down",)


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="ssh-keygen signs approvals; it is not here")
async def test_a_signature_is_taken_in_from_its_file(
    sit: Sit, write_runbook: WriteRunbook, tmp_path: Path
) -> None:
    path = write_runbook("""
        - {id: gate, title: Go?, kind: gate, approve: "Go ahead?"}
        """)
    path.write_text(path.read_text() + "approval: {signers: allowed_signers}\n")
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    (tmp_path / "allowed_signers").write_text(f"maria {key.with_suffix('.pub').read_text()}")
    async with sit(path, mode="run") as app:
        runner = app.run.run_now
        statement = tmp_path / "statement"
        statement.write_text(runner.approval_statement("gate", "maria"))
        subprocess.run(
            ["ssh-keygen", "-q", "-Y", "sign", "-f", str(key), "-n", "runbook", str(statement)], check=True
        )
        await app.press("a")
        dialog = await app.dialog(FieldsDialog)
        assert "--as NAME --key KEY" in app.asked
        fill(dialog, by="maria")
        await app.until(lambda: "the file with the signature is needed" in wrong(dialog))
        fill(dialog, signature=str(statement))
        await app.press("ctrl+s")
        await app.until(lambda: not app.run.executing and app.said)
        assert "gate" in app.said or "signature" in app.said
        await app.press("a")
        dialog = await app.dialog(FieldsDialog)
        fill(dialog, by="maria", signature=str(statement.with_suffix(".sig")))
        await app.press("ctrl+s")
        await app.until(lambda: runner.state.finished == "succeeded")
        assert runner.state.statuses["gate"].approved_by == ("maria",)


async def test_by_hand_nothing_is_executed_and_the_result_is_pasted(
    sit: Sit, write_runbook: WriteRunbook
) -> None:
    path = write_runbook("""
        - {id: one, title: Upgrade, kind: migrate, run: "touch touched; echo version 42", expect: version 42}
        """)
    async with sit(path, mode="run", instructions=True) as app:
        assert app.run.run_now.state.instructions
        await app.press("r")
        assert "a person does this step" in app.said
        await app.press("c")
        dialog = await app.dialog(WriteDialog)
        assert "touch touched" in app.asked
        assert "it has to contain version 42" in wrong(dialog)
        dialog.query_one(TextArea).text = "upgrading\nversion 42\n"
        await app.until(lambda: not wrong(dialog))
        await app.press("ctrl+s")
        await app.until(lambda: app.run.run_now.state.finished == "succeeded")
        status = app.run.run_now.state.statuses["one"]
        assert status.output is not None
        assert "version 42" in (app.run.run_now.folder / status.output).read_text()
    assert not (path.parent / "touched").exists()
