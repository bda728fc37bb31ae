"""YAML that wants to be endless, to run something, or to mean something else than it says. ``@M@`` is a marker."""

from __future__ import annotations


def alias_bomb(levels: int = 9, width: int = 9) -> bytes:
    """Each list holds the one before it nine times."""
    lines = ["a0: &a0 [lol]"]
    for level in range(1, levels):
        lines.append(f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * width)}]")
    return "\n".join(lines).encode() + b"\n"


def merge_bomb(levels: int = 13, width: int = 6) -> bytes:
    """Each mapping merges the one before it six times."""
    lines = ["m0: &m0 {k0: v}"]
    for level in range(1, levels):
        merged = ", ".join([f"*m{level - 1}"] * width)
        lines.append(f"m{level}: &m{level} {{<<: [{merged}], k{level}: v}}")
    return "\n".join(lines).encode() + b"\n"


BOMBS = {
    "alias bomb": alias_bomb(),
    "deep alias bomb": alias_bomb(40, 2),
    "merge bomb": merge_bomb(),
    "merge of itself": b"a: &a {<<: *a}\n",
    "alias in itself": b"a: &a [*a]\n",
    "alias as key": b"? &k {a: b}\n: 1\n*k : 2\n",
    "brackets": b"a: " + b"[" * 100_000,
    "braces": b"a: " + b"{a: " * 50_000,
    "closed brackets": b"a: " + b"[" * 70 + b"]" * 70,
    "deep blocks": b"".join(b" " * depth + b"a:\n" for depth in range(300)),
    "dashes": b"a:\n" + b"- " * 5_000 + b"x\n",
    "question marks": b"? " * 5_000 + b"x\n",
    "long scalar": b"title: " + b"x" * 5_000_000,
    "many keys": b"".join(b"k%d: v\n" % number for number in range(500_000)),
    "many items": b"steps:\n" + b"- x\n" * 450_000,
    "many errors": b"steps:\n" + b"- {id: 1}\n" * 20_000,
    "long key": b"k" * 200_000 + b": v\n",
    "long line of comments": b"# " + b"c" * 4_000_000 + b"\n",
}
PROGRAMS = {
    "python object": b"a: !!python/object/apply:os.system ['touch @M@']\n",
    "python name": b"a: !!python/name:os.system ''\n",
    "python module": b"a: !!python/object/new:subprocess.Popen [[touch, '@M@']]\n",
    "own tag": b"a: !exec touch @M@\n",
    "binary": b"a: !!binary aGVsbG8=\n",
    "set": b"a: !!set {x, y}\n",
    "tag directive": b"%TAG ! tag:python,2026:\n---\na: !object x\n",
    "yaml 1.1": b"%YAML 1.1\n---\ntitle: no\n",
    "yaml 1.3": b"%YAML 1.3\n---\ntitle: x\n",
    "yaml 9.9": b"%YAML 9.9\n---\ntitle: x\n",
    "second document": b"runbook: 1\n---\nrunbook: 1\n",
    "document in a text": b'title: "a\n--- b"\n',
}
VALUES = {
    "duplicate key": b"runbook: 1\ntitle: a\ntitle: b\n",
    "duplicate escaped key": b'runbook: 1\na: 1\n"\\x61": 2\n',
    "not a number as key": b".nan: 1\n.nan: 2\n",
    "long number": b"runbook: " + b"9" * 5_000 + b"\n",
    "impossible date": b"runbook: 1\ntitle: 2001-99-99\nsteps: []\n",
    "words": b"runbook: 1\ntitle: no\nsteps: []\n",
    "octal": b"runbook: 0o1\ntitle: 010\nsteps: []\n",
    "sexagesimal": b"runbook: 1\ntitle: 12:30:45\nsteps: []\n",
    "escape": b'runbook: 1\ntitle: "\\e]52;c;x\\a"\n',
    "lone surrogate": b'runbook: 1\ntitle: "\\ud800"\n',
    "surrogate pair": b'runbook: 1\ntitle: "\\ud83d\\ude00"\n',
    "bidi": b'runbook: 1\ntitle: "a\\u202eb"\nsteps: []\n',
    "raw escape": b"runbook: 1\ntitle: a\x1b[2J\n",
    "raw NUL": b"runbook: 1\ntitle: a\x00b\n",
    "C1": b"runbook: 1\ntitle: a\xc2\x9bb\n",
    "no UTF-8": b"runbook: 1\ntitle: caf\xe9\n",
    "UTF-16": "runbook: 1\n".encode("utf-16"),
}
YAML = {**BOMBS, **PROGRAMS, **VALUES}
VERSIONS = {
    "1234567e8": "1234567e8",
    "0e1234": "0e1234",
    "0123456": "0123456",
    "1.10": "1.10",
    "1_000": "1_000",
    "1e3": "1e3",
    "0x10": "0x10",
}
"""What a short SHA or a version looks like, written without quotes: it stays the text that it is."""
