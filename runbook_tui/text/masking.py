"""Takes the values of secrets out of text and out of streams of bytes, in every form that a tool gives them.

What is looked for: the value and each of its lines; the value as base64 (at the three offsets that it can have in
something longer, both alphabets), in URLs, JSON, HTML, as a word of a shell, as hex, in capitals, in small letters, and
backwards. Line breaks and colours inside of it do not hide it. This is best effort all the same: a value that is
compressed, encrypted or printed letter by letter is not found.

Imported by the shim too, without anything else of this program: only what starts fast may be imported here.
"""

import binascii
import re
from collections.abc import Iterable

SHORTEST = 4
"""Bytes of the shortest thing that is masked: a shorter one would take half of every text away."""
STARS = b"***"
"""What stands for a value."""

_DROPPED = re.compile(rb"[\r\n]+|\x1b\[[0-?]{0,64}[ -/]{0,4}[@-~]")
_UNFINISHED = re.compile(rb"\x1b(?:\[[0-?]{0,64}[ -/]{0,4})?\Z")
_LONGEST_SEQUENCE = 72
_BREAKS = b"\r\n"
_MOST_BREAKS = 64 * 1024
"""Bytes of line breaks and colours that can stand inside of a value and not hide it."""
_SAFE_IN_URLS = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-~")
_JSON = {0x22: '\\"', 0x5C: "\\\\", 0x08: "\\b", 0x0C: "\\f", 0x0A: "\\n", 0x0D: "\\r", 0x09: "\\t"}
_HTML = {ord("&"): "&amp;", ord("<"): "&lt;", ord(">"): "&gt;"}
_SHELL = re.compile(r"([^A-Za-z0-9_@%+=:,./-])")


class Squeezed:
    """Bytes without line breaks and colours, and the way back to where they stood."""

    def __init__(self, raw: bytes) -> None:
        coloured = b"\x1b" in raw
        self._raw = raw
        self._pieces: list[tuple[int, int]] = []
        self.text = _DROPPED.sub(b"", raw) if coloured else raw.translate(None, _BREAKS)

    def raw(self, place: int, end: int = 0) -> int:
        """Where the byte at a place of the text stands in the raw bytes; ``end`` for the place behind the last."""
        if place >= len(self.text):
            return end
        if len(self.text) == len(self._raw):
            return place
        low, high = 0, len(self._map())
        while high - low > 1:
            middle = (low + high) // 2
            if self._pieces[middle][0] <= place:
                low = middle
            else:
                high = middle
        first, stands = self._pieces[low]
        return stands + place - first

    def _map(self) -> list[tuple[int, int]]:
        """Pairs of a place in the text and where it stands, one for every piece between what was dropped."""
        if not self._pieces:
            place = stands = 0
            for gap in _DROPPED.finditer(self._raw):
                if gap.start() > stands:
                    self._pieces.append((place, stands))
                    place += gap.start() - stands
                stands = gap.end()
            if stands < len(self._raw):
                self._pieces.append((place, stands))
        return self._pieces


class Masker:
    """Masks a stream that comes in pieces of any size; the result does not depend on where it was cut.

    Args:
        values: the secrets. One that has fewer than four bytes is not masked.

    What may be the beginning of a value is held back until more comes, and nothing else is.
    """

    def __init__(self, values: Iterable[str]) -> None:
        found = {form for value in values for form in forms(value)}
        self._by_first: dict[int, list[bytes]] = {}
        for form in sorted(found, key=lambda form: (len(form), form)):
            self._by_first.setdefault(form[0], []).append(form)
        self._forms = [form for group in self._by_first.values() for form in group]
        self._longest = max(map(len, self._forms), default=0)
        self._held = b""
        self._covered = -1
        """Bytes of what is held that belong to a value of which the stars went out already; -1 when none did."""

    def feed(self, data: bytes) -> bytes:
        """The next piece, masked, without what may be the beginning of a value."""
        if not self._forms:
            return data
        raw = self._held + data
        tail = raw[-_LONGEST_SEQUENCE:]
        cut = _UNFINISHED.search(tail) if b"\x1b" in tail else None
        end = len(raw) - len(tail) + cut.start() if cut else len(raw)
        return self._mask(raw, end, final=False)

    def finish(self) -> bytes:
        """What was held back, masked; the stream is at its end."""
        return self._mask(self._held, len(self._held), final=True)

    def _mask(self, raw: bytes, end: int, *, final: bool) -> bytes:
        seen = Squeezed(raw[:end])
        ready = end if final else seen.raw(self._pending(seen.text), end)
        if not final:
            ready = max(ready, len(raw) - self._longest - _MOST_BREAKS)
        pieces: list[bytes] = []
        position, open_until = 0, self._covered
        for start, stop in self._found(seen):
            if start >= ready:
                break
            if start > open_until:
                pieces += [raw[max(position, open_until, 0) : start], STARS]
            position = open_until = max(open_until, stop)
        rest = max(position, open_until, 0)
        if rest < ready:
            pieces.append(raw[rest:ready])
        self._covered = open_until - ready if open_until >= ready else -1
        self._held = b"" if final else raw[ready:]
        return b"".join(pieces)

    def _found(self, seen: Squeezed) -> list[tuple[int, int]]:
        """Where forms stand in the raw bytes, in order; they may overlap."""
        spans: list[tuple[int, int]] = []
        for form in self._forms:
            place = seen.text.find(form)
            while place >= 0:
                spans.append((seen.raw(place), seen.raw(place + len(form) - 1) + 1))
                place = seen.text.find(form, place + 1)
        spans.sort()
        return spans

    def _pending(self, text: bytes) -> int:
        """Where the first thing begins that may become a value with what comes next."""
        length = len(text)
        for place in range(max(0, length - self._longest + 1), length):
            group = self._by_first.get(text[place])
            if group is not None and len(group[-1]) > length - place:
                rest = text[place:]
                if any(form.startswith(rest) for form in group if len(form) > len(rest)):
                    return place
        return length


def masked(text: str, values: Iterable[str]) -> str:
    """A whole text without the values."""
    masker = Masker(values)
    data = text.encode("utf-8", "surrogatepass")
    return (masker.feed(data) + masker.finish()).decode("utf-8", "surrogatepass")


def forms(value: str) -> set[bytes]:
    """Every form of a secret that is looked for, without line breaks and colours."""
    lines = [line.strip() for line in value.splitlines()]
    texts = {value, value.strip(), *lines, value.upper(), value.lower(), value[::-1]}
    for text in (value, value.strip()):
        texts |= _written(text)
    found = {_bytes(text) for text in texts} | _encoded(_bytes(value)) | _encoded(_bytes(value.strip()))
    return {form for form in (_DROPPED.sub(b"", form) for form in found) if len(form) >= SHORTEST}


def _bytes(text: str) -> bytes:
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


def _written(text: str) -> set[str]:
    """As it stands inside of JSON, HTML, and shell commands."""
    ascii_json = "".join(_json_ascii(character) for character in text)
    plain_json = text.translate(_JSON)
    html = text.translate(_HTML)
    quoted = html.replace('"', "&quot;")
    return {
        *(form.replace("/", slash) for form in (ascii_json, plain_json) for slash in ("/", "\\/")),
        html,
        *(quoted.replace("'", mark) for mark in ("'", "&#x27;", "&#39;", "&apos;")),
        html.replace('"', "&#34;").replace("'", "&#39;"),
        text.replace("'", "'\"'\"'"),
        text.replace("'", "'\\''"),
        _SHELL.sub(r"\\\1", text),
        re.sub(r'(["$`\\])', r"\\\1", text),
        repr(text)[1:-1],
    }


def _json_ascii(character: str) -> str:
    code = ord(character)
    if code in _JSON:
        return _JSON[code]
    if 0x20 <= code < 0x7F:
        return character
    if code < 0x10000:
        return f"\\u{code:04x}"
    code -= 0x10000
    return f"\\u{0xD800 | code >> 10:04x}\\u{0xDC00 | code & 0x3FF:04x}"


def _encoded(data: bytes) -> set[bytes]:
    """As base64, hex and in URLs."""
    small = binascii.hexlify(data)
    found = {small, small.upper()}
    for between in (b" ", b":"):
        apart = between.join(small[place : place + 2] for place in range(0, len(small), 2))
        found |= {apart, apart.upper()}
    for safe in (b"", b"/"):
        for space in (b"%20", b"+"):
            found |= {_in_url(data, safe, space, form) for form in ("%%%02X", "%%%02x")}
    for offset in range(3):
        text = binascii.b2a_base64(bytes(offset) + data, newline=False)
        # The first characters depend on what stands before it, and the last on what comes after.
        sure = text[-(-offset * 8 // 6) : (offset + len(data)) * 8 // 6]
        found |= {sure, sure.replace(b"+", b"-").replace(b"/", b"_")}
    whole = binascii.b2a_base64(data, newline=False)
    return found | {whole, whole.replace(b"+", b"-").replace(b"/", b"_")}


def _in_url(data: bytes, safe: bytes, space: bytes, form: str) -> bytes:
    pieces = []
    for byte in data:
        if byte in _SAFE_IN_URLS or byte in safe:
            pieces.append(bytes([byte]))
        else:
            pieces.append(space if byte == 0x20 else (form % byte).encode())
    return b"".join(pieces)
