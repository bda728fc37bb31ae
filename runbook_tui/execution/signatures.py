"""Signatures over the head of a record, in ``record.sig`` beside it: each says who saw the record up to where.

A chain can be written anew by whoever can write the folder. A signature over run, number and checksum of a checkpoint
ties down everything before it for everybody who trusts the key.

    runbook-tui record 1
    run: 4f0c...
    seq: 17
    sum: <checksum of checkpoint 17>
    signer: ann
    at: 2026-11-22T19:12:01.123Z
    -----BEGIN SSH SIGNATURE-----
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from runbook_tui.execution import clock, signing
from runbook_tui.execution.errors import CorruptRecord, RecordError
from runbook_tui.execution.folder import open_folder, open_folder_to_read, replace_file
from runbook_tui.execution.framing import Checkpoint, Whole
from runbook_tui.execution.record import read_record

FILE = "record.sig"
_LARGEST = 1024 * 1024
_BLOCK = re.compile(
    r"(?P<text>runbook-tui record 1\nrun: (?P<run>[^\n]*)\nseq: (?P<seq>0|[1-9]\d{0,15})\nsum: (?P<sum>[0-9a-f]{64})\n"
    r"signer: (?P<signer>[^\n]+)\nat: (?P<at>[^\n]*)\n)"
    r"(?P<armor>-----BEGIN SSH SIGNATURE-----\n[A-Za-z0-9+/=\n]+-----END SSH SIGNATURE-----\n)",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class HeadSignature:
    """What somebody signed, not yet checked."""

    text: str
    run: str
    seq: int
    sum: str
    signer: str
    at: str
    armor: str


def sign_record(folder: Path, key: Path, signer: str, *, ask: bool = False) -> HeadSignature:
    """Sign the last checkpoint of a record, and add that to ``record.sig``.

    Args:
        folder: of the run.
        key: an SSH key, see :func:`runbook_tui.execution.signing.sign`.
        signer: the name under which the key stands in an ``allowed_signers`` file.
        ask: let ``ssh-keygen`` ask for a passphrase.

    Raises:
        CorruptRecord: the record is not whole; nobody should sign it.
        RecordError: it, or ``record.sig``, cannot be read or written.
        SigningUnavailable: the key cannot be used.
    """
    view = read_record(folder)
    if view.whole is not Whole.CLEAN or view.behind:
        why = view.why or f"{view.behind} checkpoints are missing at its end"
        raise CorruptRecord(f"{view.path}: it is not whole, so it is not signed: {why or 'it is empty'}")
    first, last = view.checkpoints[0], view.checkpoints[-1]
    made = _statement(first, last, signer)
    armor = signing.sign(key, made.encode(), ask=ask)
    block = _BLOCK.fullmatch(made + armor)
    if block is None:
        raise RecordError(f"{signer!r} cannot be the name of a signer, or {key} makes no usual signature")
    directory = open_folder(folder)
    try:
        replace_file(directory, FILE, _read(directory) + (made + armor).encode())
    except OSError as error:
        raise RecordError(f"{folder / FILE}: cannot be written: {error.strerror or error}") from error
    finally:
        os.close(directory)
    return _signature(block)


def read_signatures(folder: Path) -> tuple[tuple[HeadSignature, ...], bool]:
    """The signatures of a record, the oldest first, and whether the file holds nothing but signatures.

    Raises:
        RecordError: it cannot be read.
    """
    directory = open_folder_to_read(folder)
    try:
        text = _read(directory).decode("utf-8", "replace")
    except OSError as error:
        raise RecordError(f"{folder / FILE}: cannot be read: {error.strerror or error}") from error
    finally:
        os.close(directory)
    blocks = list(_BLOCK.finditer(text))
    return tuple(map(_signature, blocks)), sum(len(block[0]) for block in blocks) == len(text)


def stands_for(signature: HeadSignature, checkpoints: Sequence[Checkpoint]) -> str:
    """Why a signature is not about this record, in words; empty when it is."""
    run = str(checkpoints[0].values.get("run", ""))
    if signature.run != run:
        return f"it is about another run, {signature.run}, not {run}"
    if signature.seq >= len(checkpoints):
        count = signature.seq + 1 - len(checkpoints)
        return f"it is about checkpoint {signature.seq}, which is missing: {count} checkpoints were cut off at the end"
    if checkpoints[signature.seq].sum != signature.sum:
        return f"checkpoint {signature.seq} is another one than was signed: the record was written anew"
    return ""


def _statement(first: Checkpoint, last: Checkpoint, signer: str) -> str:
    return (
        f"runbook-tui record 1\nrun: {first.values.get('run', '')}\nseq: {last.seq}\nsum: {last.sum}\n"
        f"signer: {signer}\nat: {clock.now().at}\n"
    )


def _signature(block: re.Match[str]) -> HeadSignature:
    return HeadSignature(
        block["text"],
        block["run"],
        int(block["seq"]),
        block["sum"],
        block["signer"],
        block["at"],
        block["armor"],
    )


def _read(directory: int) -> bytes:
    with suppress(FileNotFoundError):
        fd = os.open(FILE, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=directory)
        with os.fdopen(fd, "rb") as file:
            return file.read(_LARGEST)
    return b""
