"""Layers of evidence that are missing, or that cannot be seen here. What was tampered with: tests/faults."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from runbook_tui.execution import signatures
from runbook_tui.execution.errors import CorruptRecord, RecordError
from runbook_tui.execution.findings import Finding, Judgement
from runbook_tui.execution.framing import Value, decode, encode
from runbook_tui.execution.head import state_folder
from runbook_tui.execution.record import RecordWriter
from runbook_tui.execution.signatures import read_signatures, sign_record
from runbook_tui.execution.verify import verify

KEYGEN = shutil.which("ssh-keygen")
needs_keygen = pytest.mark.skipif(KEYGEN is None, reason="ssh-keygen is not installed")
HEAD = "runbook: 1\ntitle: Release\n"
STEPS = "steps:\n  - {id: gate, title: Gate, kind: gate, approve: Now?}\n"
ARMOR = "-----BEGIN SSH SIGNATURE-----\nAAAA\n-----END SSH SIGNATURE-----\n"


def make_run(
    tmp_path: Path, head: str = "", approval: dict[str, Value] | None = None, *, steps: str = STEPS
) -> Path:
    """A run with one approval."""
    folder = tmp_path / "release.runs" / "run"
    folder.mkdir(parents=True, mode=0o700)
    data = (HEAD + head + steps).encode()
    (folder / "runbook.yaml").write_bytes(data)
    digest = hashlib.sha256(data).hexdigest()
    writer = RecordWriter.create(
        folder, {"run": "run-1", "digest": digest, "operator": "ann"}, {"operator": "ann"}
    )
    if approval:
        values = {key: digest if value == "DIGEST" else value for key, value in approval.items()}
        writer.append("step-approved", {"step": "gate", "by": "bea", **values})
    writer.close()
    return folder


def layer(folder: Path, name: str, signers: Path | None = None) -> list[Finding]:
    return [finding for finding in verify(folder, signers=signers).findings if finding.layer == name]


@pytest.mark.parametrize(
    ("head", "values", "holds", "words"),
    [
        ("", {"how": "told", "operator": "ann"}, None, "what the operator said"),
        (
            "",
            {"how": "break-glass", "break_glass": "nobody there"},
            None,
            "without an approval: nobody there",
        ),
        ("", {"how": "operator"}, False, "by the one who executed the run"),
        ("approval: {separate: false}\n", {"how": "operator"}, None, "what the operator said"),
        ("approval: {signers: signers}\n", {"how": "told", "operator": "ann"}, False, "asks for signatures"),
        ("", {"how": "told", "operator": "ann", "digest": "0" * 64}, False, "another runbook"),
        ("", {"how": "signed", "operator": "ann"}, False, "runbook is missing"),
    ],
)
def test_what_an_approval_is_worth(
    tmp_path: Path, head: str, values: dict[str, Value], holds: bool | None, words: str
) -> None:
    (finding,) = layer(make_run(tmp_path, head, {"digest": "DIGEST", **values}), "approvals")
    assert finding.holds is holds
    assert words in finding.text


def signed_approval(tmp_path: Path) -> Path:
    data = (HEAD + STEPS).encode()
    text = f"run: run-1\nstep: gate\nrunbook: {hashlib.sha256(data).hexdigest()}\napprover: bea\n"
    return make_run(tmp_path, "", {"how": "signed", "operator": "ann", "statement": text, "signature": ARMOR})


def test_a_signed_approval_without_the_file_of_signers(tmp_path: Path) -> None:
    folder = signed_approval(tmp_path)
    (finding,) = layer(folder, "approvals")
    assert finding.holds is None
    assert "--signers" in finding.text
    (finding,) = layer(folder, "approvals", tmp_path / "nowhere")
    assert finding.holds is None
    assert "allowed_signers" in finding.text


def test_a_record_of_a_newer_format_or_runbook(tmp_path: Path) -> None:
    folder = make_run(tmp_path, steps="steps: tomorrow\n")
    path = folder / "record.yaml"
    first = decode(path.read_bytes())
    path.write_bytes(encode(replace(first, values={**first.values, "format": 2})))
    shutil.rmtree(state_folder())
    found = verify(path)
    assert found.judgement is Judgement.INTACT
    texts = {finding.layer: finding.text for finding in found.findings}
    assert "record format 2; this version knows format 1" in texts["format"]
    assert (found.run, found.head) == ("run-1", decode(path.read_bytes()).sum)


def test_a_signature_that_nobody_can_check(tmp_path: Path) -> None:
    folder = make_run(tmp_path)
    point = decode((folder / "record.yaml").read_bytes())
    text = f"runbook-tui record 1\nrun: run-1\nseq: 0\nsum: {point.sum}\nsigner: bea\nat: {point.at}\n"
    (folder / "record.sig").write_text(text + ARMOR)
    (finding,) = layer(folder, "signature")
    assert (finding.holds, "bea signed checkpoint 0, the last one" in finding.text) == (None, True)
    (finding,) = layer(folder, "signature", tmp_path / "nowhere")
    assert (finding.holds, "allowed_signers" in finding.text) == (None, True)
    assert verify(folder, signers=tmp_path / "nowhere").judgement is Judgement.UNSURE
    (folder / "record.sig").unlink()
    (folder / "record.sig").symlink_to(folder / "record.yaml")
    (finding,) = layer(folder, "signature")
    assert (finding.holds, "cannot be read" in finding.text) == (None, True)
    with pytest.raises(RecordError, match=r"record\.sig"):
        read_signatures(folder)


def new_key(path: Path) -> Path:
    command = [str(KEYGEN), "-q", "-t", "ed25519", "-N", "", "-C", path.name, "-f", str(path)]
    subprocess.run(command, check=True, timeout=60)
    return path


@needs_keygen
def test_two_people_sign_and_the_run_goes_on(tmp_path: Path) -> None:
    folder = make_run(tmp_path)
    signers = tmp_path / "signers"
    lines = []
    for name in ("ann", "bea"):
        key = new_key(tmp_path / name)
        sign_record(folder, key, name)
        lines.append(f"{name} {key.with_suffix('.pub').read_text()}")
    signers.write_text("".join(lines))
    writer = RecordWriter.open(folder, {"operator": "ann"})
    writer.append("note", {})
    writer.close()
    found = layer(folder, "signature", signers)
    assert [finding.holds for finding in found] == [True, True]
    assert "the 1 checkpoints after it are not signed" in found[0].text


@needs_keygen
def test_what_is_not_signed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = make_run(tmp_path, "", {"how": "told", "operator": "ann"})
    key = new_key(tmp_path / "ann")
    with pytest.raises(RecordError, match="cannot be the name"):
        sign_record(folder, key, "a\nb")
    with monkeypatch.context() as patch:
        patch.setattr(signatures, "replace_file", full)
        with pytest.raises(RecordError, match="cannot be written: No space"):
            sign_record(folder, key, "ann")
    data = (folder / "record.yaml").read_bytes()
    for harmed in (data[:-3], data[: data.rindex(b"---\n")], b""):
        (folder / "record.yaml").write_bytes(harmed)
        with pytest.raises(CorruptRecord, match="so it is not signed"):
            sign_record(folder, key, "ann")
    assert not (folder / "record.sig").exists()


def full(directory: int, name: str, data: bytes) -> None:
    raise OSError(28, "No space left on device")
