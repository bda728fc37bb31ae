"""Records that somebody tampered with: verifying them names each kind of it."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from runbook_tui.execution import signing
from runbook_tui.execution.findings import Finding, Judgement
from runbook_tui.execution.framing import NO_SUM, Checkpoint, Value, encode
from runbook_tui.execution.record import RecordWriter, read_record
from runbook_tui.execution.signatures import sign_record
from runbook_tui.execution.verify import verify
from tests.faults.conftest import Show

KEYGEN = shutil.which("ssh-keygen")
pytestmark = pytest.mark.skipif(KEYGEN is None, reason="ssh-keygen is not installed")

RUNBOOK = b"""\
runbook: 1
title: Release
approval: {signers: signers}
steps:
  - {id: gate, title: Gate, kind: gate, approve: Now?}
  - {id: work, title: Work, kind: deploy, run: echo out}
"""


@dataclass(frozen=True)
class Case:
    """A signed record of a finished run, and who may sign."""

    folder: Path
    signers: Path
    keys: Path

    @property
    def record(self) -> Path:
        return self.folder / "record.yaml"

    def points(self) -> list[bytes]:
        return [piece + b"\n...\n" for piece in self.record.read_bytes().split(b"\n...\n")[:-1]]

    def write(self, points: list[bytes]) -> None:
        self.record.write_bytes(b"".join(points))

    def chain_anew(self, change: Callable[[Checkpoint], Checkpoint]) -> None:
        """Change checkpoints, and make every checksum after them right again, as anybody can."""
        data, previous = b"", NO_SUM
        for point in read_record(self.folder).checkpoints:
            encoded = encode(replace(change(point), prev=previous))
            data, previous = data + encoded, encoded[-70:-6].decode()
        self.record.write_bytes(data)


def new_key(path: Path) -> Path:
    command = [str(KEYGEN), "-q", "-t", "ed25519", "-N", "", "-C", path.name, "-f", str(path)]
    subprocess.run(command, check=True, timeout=60)
    return path


def statement(step: str, by: str, run: str, digest: str) -> str:
    return f"runbook-tui approval 1\nrun: {run}\nstep: {step}\nrunbook: {digest}\napprover: {by}\n"


def make_run(place: Path, keys: Path, run: str, *, approval: str = "") -> Path:
    """A run with an approval that bea signed, an output, and a signature of bea over its head."""
    folder = place / "release.runs" / run
    (folder / "output").mkdir(parents=True, mode=0o700)
    folder.chmod(0o700)
    (folder / "runbook.yaml").write_bytes(RUNBOOK)
    (folder / "output" / "work-1.log").write_bytes(b"out\n")
    digest = hashlib.sha256(RUNBOOK).hexdigest()
    writer = RecordWriter.create(
        folder, {"run": run, "digest": digest, "operator": "ann"}, {"operator": "ann"}
    )
    text = approval or statement("gate", "bea", run, digest)
    signed: dict[str, Value] = {
        "how": "signed",
        "principal": "bea",
        "statement": text,
        "operator": "ann",
        "digest": digest,
    }
    signature = signing.sign(keys / "bea", text.encode())
    writer.append("step-approved", {"step": "gate", "by": "bea", **signed, "signature": signature})
    writer.append("step-started", {"step": "work", "attempt": 1})
    output: dict[str, Value] = {
        "output": "output/work-1.log",
        "bytes": 4,
        "digest": hashlib.sha256(b"out\n").hexdigest(),
    }
    writer.append("step-finished", {"step": "work", "outcome": "succeeded", **output})
    writer.append("run-finished", {"outcome": "succeeded"})
    writer.close()
    sign_record(folder, keys / "bea", "bea")
    return folder


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("keys")
    for name in ("bea", "mallory"):
        new_key(place / name)
    return place


@pytest.fixture
def case(tmp_path: Path, keys: Path) -> Case:
    signers = tmp_path / "signers"
    signers.write_text(f"bea {(keys / 'bea.pub').read_text()}")
    return Case(make_run(tmp_path, keys, "run-1"), signers, keys)


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Forget what this machine knows of the run, as an auditor's machine does not know it."""
    return lambda: monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "auditor"))


def edit(case: Case) -> None:
    case.record.write_bytes(
        case.record.read_bytes().replace(b'outcome: "succeeded"\noutput', b'outcome: "failed"\noutput')
    )


def reorder(case: Case) -> None:
    points = case.points()
    case.write([*points[:2], points[3], points[2], *points[4:]])


def drop(case: Case) -> None:
    points = case.points()
    case.write(points[:2] + points[3:])


def drop_the_tail(case: Case) -> None:
    case.write(case.points()[:-2])


def rechain(case: Case) -> None:
    case.chain_anew(
        lambda point: replace(point, values={**point.values, "attempt": 2}) if point.seq == 2 else point
    )


def wrong_key(case: Case) -> None:
    (case.folder / "record.sig").unlink()
    sign_record(case.folder, case.keys / "mallory", "bea")


def expired(case: Case) -> None:
    case.signers.write_text(f'bea valid-before="20200101" {(case.keys / "bea.pub").read_text()}')


def duplicate(case: Case) -> None:
    points = case.points()
    case.write([*points[:3], points[2], *points[3:]])


def replace_output(case: Case) -> None:
    (case.folder / "output" / "work-1.log").write_bytes(b"OUT\n")


def replace_runbook(case: Case) -> None:
    (case.folder / "runbook.yaml").write_bytes(RUNBOOK.replace(b"Work", b"Walk"))


def approve_another_runbook(case: Case) -> None:
    shutil.rmtree(case.folder)
    make_run(
        case.folder.parent.parent, case.keys, "run-1", approval=statement("gate", "bea", "run-1", "0" * 64)
    )


def approve_in_another_run(case: Case) -> None:
    digest = hashlib.sha256(RUNBOOK).hexdigest()
    shutil.rmtree(case.folder)
    make_run(
        case.folder.parent.parent, case.keys, "run-1", approval=statement("gate", "bea", "run-0", digest)
    )


def forge_approval(case: Case) -> None:
    """Change what was approved, and make the chain right again."""

    def change(point: Checkpoint) -> Checkpoint:
        if point.kind != "step-approved":
            return point
        text = str(point.values["statement"]).replace(
            "approver: bea\n", "approver: bea\nnote: also the rest\n"
        )
        return replace(point, values={**point.values, "statement": text})

    case.chain_anew(change)
    (case.folder / "record.sig").unlink()


def another_run(case: Case) -> None:
    other = make_run(case.folder.parent.parent, case.keys, "run-2")
    shutil.copy(other / "record.yaml", case.record)


def convert_line_ends(case: Case) -> None:
    case.record.write_bytes(case.record.read_bytes().replace(b"\n", b"\r\n"))


def unsign(case: Case) -> None:
    (case.folder / "record.sig").write_text("approved, bea\n")


CASES: dict[str, tuple[Callable[[Case], None], str, str]] = {
    "edit": (edit, "chain", "the checksum is wrong"),
    "reorder": (reorder, "chain", "the order was changed"),
    "drop": (drop, "chain", "1 checkpoints were taken out"),
    "tail drop": (drop_the_tail, "signature", "2 checkpoints were cut off at the end"),
    "re-chain": (rechain, "signature", "the record was written anew"),
    "wrong key": (wrong_key, "signature", "no key of bea"),
    "expired approver": (expired, "approvals", "had expired"),
    "approval of another runbook": (approve_another_runbook, "approvals", "another runbook"),
    "approval in another run": (approve_in_another_run, "approvals", "another run: run run-0"),
    "changed approval": (forge_approval, "approvals", "over another text"),
    "duplicate": (duplicate, "chain", "checkpoint 2 stands there twice"),
    "replaced output": (replace_output, "outputs", "work-1.log is not what the command printed"),
    "replaced runbook": (replace_runbook, "runbook", "not the one that the run began with"),
    "record of another run": (another_run, "signature", "it is about another run, run-1, not run-2"),
    "line ends": (convert_line_ends, "chain", "CR LF"),
    "no signature": (unsign, "signature", "something that is no signature"),
}


def broken(case: Case) -> tuple[Judgement, list[Finding]]:
    found = verify(case.folder, signers=case.signers)
    return found.judgement, [finding for finding in found.findings if finding.holds is False]


def test_what_nobody_touched_is_intact(case: Case, elsewhere: Callable[[], None]) -> None:
    elsewhere()
    found = verify(case.folder, signers=case.signers)
    assert found.judgement is Judgement.INTACT, found.findings
    held = {finding.layer for finding in found.findings if finding.holds}
    assert held == {"chain", "format", "runbook", "outputs", "approvals", "signature"}


@pytest.mark.parametrize("name", CASES)
def test_it_is_named(case: Case, elsewhere: Callable[[], None], name: str) -> None:
    tamper, layer, words = CASES[name]
    tamper(case)
    elsewhere()
    judgement, findings = broken(case)
    assert judgement is Judgement.BROKEN
    assert any(found.layer == layer and words in found.text for found in findings), findings


@pytest.mark.parametrize("name", ["tail drop", "re-chain"])
def test_the_machine_that_wrote_it_knows_without_a_signature(case: Case, name: str) -> None:
    CASES[name][0](case)
    (case.folder / "record.sig").unlink()
    judgement, findings = broken(case)
    assert judgement is Judgement.BROKEN
    assert [found.layer for found in findings] == ["end"]


def test_all_of_it(tmp_path: Path, keys: Path, show: Show, elsewhere: Callable[[], None]) -> None:
    named = 0
    elsewhere()
    for number, (tamper, layer, words) in enumerate(CASES.values()):
        place = tmp_path / str(number)
        place.mkdir(mode=0o700)
        signers = place / "signers"
        signers.write_text(f"bea {(keys / 'bea.pub').read_text()}")
        case = Case(make_run(place, keys, "run-1"), signers, keys)
        tamper(case)
        shutil.rmtree(tmp_path / "auditor", ignore_errors=True)
        named += any(found.layer == layer and words in found.text for found in broken(case)[1])
    show(f"tampered={len(CASES)} named={named}")
    assert named == len(CASES)
