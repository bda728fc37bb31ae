"""Signatures of people over what a record says, made and checked by ``ssh-keygen -Y``.

Every developer has an SSH key, and git checks the same ``allowed_signers`` files. The format is OpenSSH's
PROTOCOL.sshsig; the namespace keeps a signature that was made for a commit from counting as an approval.
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from runbook_tui.files.problems import RunbookError

NAMESPACE = "runbook"
_PROGRAM = "ssh-keygen"
_LONGEST_SIGNATURE = 16 * 1024
_SECONDS, _SECONDS_OF_A_PERSON = 20, 120
_KEPT = ("PATH", "HOME", "SSH_AUTH_SOCK", "TZ", "TERM")
_GOOD = re.compile(r'Good "[^"\n]*" signature for (?P<who>.+) with \S+ key (?P<key>SHA256:[A-Za-z0-9+/=]+)')


class SignatureRefused(RunbookError):
    """A signature does not count; the text says why."""

    exit_status = 1


class SigningUnavailable(SignatureRefused):
    """Nothing can be said about a signature here: ``ssh-keygen``, the key or the file of signers cannot be used."""

    exit_status = 2


@dataclass(frozen=True, slots=True)
class Signed:
    """Who signed, and with which key."""

    principal: str
    fingerprint: str
    """``SHA256:...``, as ``ssh-keygen -l`` shows it."""


def sign(key: Path, text: bytes, namespace: str = NAMESPACE, *, ask: bool = False) -> str:
    """Sign a text.

    Args:
        key: a private key, or a public one whose private key an agent holds.
        text: what is signed, byte for byte.
        namespace: what the signature is for.
        ask: let ``ssh-keygen`` ask for a passphrase on this terminal; otherwise a key that needs one is refused.

    Returns:
        The signature in OpenSSH's armored form.

    Raises:
        SigningUnavailable: the key cannot be used, or there is no ``ssh-keygen``.
    """
    if not key.is_file():
        raise SigningUnavailable(f"{key}: there is no key; name the file of your SSH key")
    arguments = ["-Y", "sign", "-q", "-f", str(key.absolute()), "-n", namespace]
    done = _run(arguments, text, seconds=_SECONDS_OF_A_PERSON if ask else _SECONDS, alone=not ask)
    signature = done.stdout.decode(errors="replace")
    if done.returncode != 0 or "BEGIN SSH SIGNATURE" not in signature:
        raise SigningUnavailable(f"{key}: cannot sign: {_complaint(done)}; is it your SSH key, and unlocked?")
    return signature


def check(
    signers: Path, principal: str, text: bytes, signature: str, *, at: str = "", namespace: str = NAMESPACE
) -> Signed:
    """Whether somebody who may sign has signed exactly this text.

    Args:
        signers: an ``allowed_signers`` file, see ``ssh-keygen(1)``.
        principal: who is said to have signed; their line in the file names the key.
        text: what was signed.
        signature: in OpenSSH's armored form.
        at: the moment at which the key has to be valid, ISO 8601; now when it is empty.
        namespace: what the signature has to be for.

    Raises:
        SignatureRefused: it is of somebody else, of an expired key, or over another text.
        SigningUnavailable: nobody can tell here.
    """
    if not principal or not principal.isprintable() or len(principal) > 200:
        raise SignatureRefused(
            f"{principal[:40]!r} cannot be the name of a signer; expected a printable name"
        )
    if len(signature) > _LONGEST_SIGNATURE or not signature.lstrip().startswith("-----BEGIN SSH SIGNATURE"):
        raise SignatureRefused("this is no signature; expected what `ssh-keygen -Y sign -n runbook` makes")
    _require_readable(signers)
    with tempfile.TemporaryDirectory(prefix="runbook-signature-") as folder:
        file = Path(folder) / "signature"
        file.write_text(signature, encoding="utf-8")
        arguments = ["-Y", "verify", "-f", str(signers.absolute()), "-I", principal, "-n", namespace]
        done = _run([*arguments, *_verify_time(at), "-s", str(file)], text, seconds=_SECONDS, alone=True)
    good = _GOOD.search(done.stdout.decode(errors="replace"))
    if done.returncode != 0 or good is None or good["who"] != principal:
        raise SignatureRefused(_refusal(signers, principal, done.stderr.decode(errors="replace")))
    return Signed(principal, good["key"])


def available() -> bool:
    """Whether ``ssh-keygen`` can be run here."""
    from shutil import which

    return which(_PROGRAM) is not None


def _require_readable(signers: Path) -> None:
    try:
        with signers.open("rb") as file:
            file.read(1)
    except OSError as error:
        raise SigningUnavailable(
            f"{signers}: cannot be read ({error.strerror or error}); expected an allowed_signers file "
            "with a line `NAME KEYTYPE KEY` for everybody who may sign"
        ) from error


def _verify_time(at: str) -> list[str]:
    """The option for a moment: ``ssh-keygen`` reads local time, as it reads the file of signers."""
    if not at:
        return []
    try:
        moment = datetime.fromisoformat(at).astimezone()
    except (ValueError, OverflowError, OSError) as error:
        raise SignatureRefused(f"{at[:40]!r} is no moment; expected ISO 8601") from error
    return [f"-Overify-time={moment:%Y%m%d%H%M%S}"]


def _run(
    arguments: list[str], text: bytes, *, seconds: float, alone: bool
) -> subprocess.CompletedProcess[bytes]:
    """Run ``ssh-keygen``; ``alone`` keeps it from a terminal, on which it would ask for passphrases."""
    environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
    environment |= {"LC_ALL": "C", "SSH_ASKPASS_REQUIRE": "never"}
    try:
        return subprocess.run(
            [_PROGRAM, *arguments],
            input=text,
            env=environment,
            capture_output=True,
            timeout=seconds,
            check=False,
            start_new_session=alone,
        )
    except FileNotFoundError as error:
        raise SigningUnavailable(
            "ssh-keygen is not installed; install OpenSSH's client to sign and to check signatures"
        ) from error
    except (OSError, ValueError) as error:
        raise SigningUnavailable(f"ssh-keygen cannot be run: {error}") from error
    except subprocess.TimeoutExpired as error:
        raise SigningUnavailable(
            f"ssh-keygen gave no answer in {seconds:.0f} s; does the key wait for a touch?"
        ) from error


def _complaint(done: subprocess.CompletedProcess[bytes]) -> str:
    from runbook_tui.text.terminal import plain

    lines = done.stderr.decode(errors="replace").strip().splitlines()
    return plain(lines[-1])[:300] if lines else f"ssh-keygen ended with {done.returncode}"


def _refusal(signers: Path, principal: str, said: str) -> str:
    """Why a signature does not count, from what ``ssh-keygen`` says in the C locale."""
    from runbook_tui.text.terminal import plain

    who = plain(principal)
    if "has expired" in said:
        return f"the key of {who} in {signers} had expired by then (valid-before)"
    if "not yet valid" in said:
        return f"the key of {who} in {signers} was not valid yet (valid-after)"
    if "incorrect signature" in said:
        return f"the signature of {who} is over another text"
    if "not permitted" in said:
        return f"the key of {who} in {signers} may not sign for this purpose (namespaces)"
    if "namespace does not match" in said:
        return f"the signature of {who} was made for another purpose; sign with `-n {NAMESPACE}`"
    if "parse signature" in said or "armor" in said or "invalid format" in said:
        return "this is no signature; expected what `ssh-keygen -Y sign -n runbook` makes"
    return f"no key of {who} in {signers} made this signature"
