"""Signing texts with SSH keys, and refusing what does not count."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from runbook_tui.execution import signing
from runbook_tui.execution.signing import SignatureRefused, SigningUnavailable, check, sign

KEYGEN = shutil.which("ssh-keygen")
needs_keygen = pytest.mark.skipif(KEYGEN is None, reason="ssh-keygen is not installed")
TEXT = b"run: 1\n"


def new_key(path: Path, passphrase: str = "") -> Path:
    command = [str(KEYGEN), "-q", "-t", "ed25519", "-N", passphrase, "-C", path.name, "-f", str(path)]
    subprocess.run(command, check=True, timeout=60)
    return path


@pytest.fixture
def key(tmp_path: Path) -> Path:
    return new_key(tmp_path / "ann")


@pytest.fixture
def signers(tmp_path: Path, key: Path) -> Path:
    path = tmp_path / "signers"
    path.write_text(f"# people\nann {key.with_suffix('.pub').read_text()}")
    return path


@needs_keygen
def test_who_signed_is_known(key: Path, signers: Path) -> None:
    signed = check(signers, "ann", TEXT, sign(key, TEXT))
    assert signed.principal == "ann"
    listed = subprocess.run([str(KEYGEN), "-lf", str(key)], check=True, capture_output=True, text=True)
    assert signed.fingerprint in listed.stdout


@needs_keygen
@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("bob {key}", "no key of ann"),
        ('ann valid-before="20200101" {key}', "had expired"),
        ('ann valid-after="20400101" {key}', "not valid yet"),
        ('ann namespaces="git" {key}', "may not sign for this purpose"),
        ("", "no key of ann"),
        ("ann ssh-ed25519 broken", "no key of ann"),
    ],
)
def test_who_may_not_sign(tmp_path: Path, key: Path, line: str, words: str) -> None:
    path = tmp_path / "signers"
    path.write_text(line.format(key=key.with_suffix(".pub").read_text()))
    with pytest.raises(SignatureRefused, match=words):
        check(path, "ann", TEXT, sign(key, TEXT))


@needs_keygen
def test_a_key_has_to_be_valid_when_it_signed(tmp_path: Path, key: Path) -> None:
    path = tmp_path / "signers"
    path.write_text(f'ann valid-before="20200101" {key.with_suffix(".pub").read_text()}')
    signature = sign(key, TEXT)
    assert check(path, "ann", TEXT, signature, at="2019-06-01T12:00:00.000Z").principal == "ann"
    with pytest.raises(SignatureRefused, match="had expired"):
        check(path, "ann", TEXT, signature, at="2020-06-01T12:00:00Z")
    with pytest.raises(SignatureRefused, match="no moment"):
        check(path, "ann", TEXT, signature, at="yesterday")


@needs_keygen
def test_a_signature_of_something_else(key: Path, signers: Path) -> None:
    with pytest.raises(SignatureRefused, match="over another text"):
        check(signers, "ann", TEXT + b"x", sign(key, TEXT))
    with pytest.raises(SignatureRefused, match="another purpose"):
        check(signers, "ann", TEXT, sign(key, TEXT, "git"))
    broken = "-----BEGIN SSH SIGNATURE-----\nAAAA\n-----END SSH SIGNATURE-----\n"
    for text in ("", "x" * 20_000, "hello", broken):
        with pytest.raises(SignatureRefused, match="no signature"):
            check(signers, "ann", TEXT, text)
    for name in ("", "x" * 201, "a\nb"):
        with pytest.raises(SignatureRefused, match="cannot be the name"):
            check(signers, name, TEXT, sign(key, TEXT))


@needs_keygen
def test_what_cannot_be_used(tmp_path: Path, key: Path) -> None:
    signature = sign(key, TEXT)
    with pytest.raises(SigningUnavailable, match="allowed_signers"):
        check(tmp_path / "nowhere", "ann", TEXT, signature)
    with pytest.raises(SigningUnavailable, match="there is no key"):
        sign(tmp_path / "nowhere", TEXT)
    (tmp_path / "text").write_text("no key\n")
    with pytest.raises(SigningUnavailable, match="cannot sign"):
        sign(tmp_path / "text", TEXT)


@needs_keygen
def test_a_key_with_a_passphrase_is_refused_and_nobody_is_asked(tmp_path: Path) -> None:
    with pytest.raises(SigningUnavailable, match="cannot sign"):
        sign(new_key(tmp_path / "locked", "secret"), TEXT)


def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """A program in place of ssh-keygen."""
    place = tmp_path / "bin"
    place.mkdir()
    (place / "ssh-keygen").write_text(f"#!/bin/sh\n{script}\n")
    (place / "ssh-keygen").chmod(0o700)
    monkeypatch.setenv("PATH", f"{place}:/bin:/usr/bin")


def test_without_the_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    (tmp_path / "key").touch()
    assert not signing.available()
    with pytest.raises(SigningUnavailable, match="not installed"):
        sign(tmp_path / "key", TEXT)


def test_a_program_that_does_not_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake(tmp_path, monkeypatch, "exec sleep 20")
    assert signing.available()
    monkeypatch.setattr(signing, "_SECONDS", 0.2)
    (tmp_path / "key").touch()
    with pytest.raises(SigningUnavailable, match="no answer"):
        sign(tmp_path / "key", TEXT)


def test_a_program_that_fails_without_a_word(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake(tmp_path, monkeypatch, "exit 3")
    (tmp_path / "key").touch()
    with pytest.raises(SigningUnavailable, match="ended with 3"):
        sign(tmp_path / "key", TEXT)


def test_a_program_that_cannot_be_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake(tmp_path, monkeypatch, "")
    (tmp_path / "bin" / "ssh-keygen").write_bytes(b"\x7fELF nothing")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    (tmp_path / "key").touch()
    with pytest.raises(SigningUnavailable, match="cannot be run"):
        sign(tmp_path / "key", TEXT)


def test_the_environment_of_the_program_is_clean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake(tmp_path, monkeypatch, f"env > {tmp_path}/env; echo -----BEGIN SSH SIGNATURE-----")
    monkeypatch.setenv("DB_PASSWORD", "hunter2")
    (tmp_path / "key").touch()
    sign(tmp_path / "key", TEXT)
    assert "hunter2" not in (tmp_path / "env").read_text()
