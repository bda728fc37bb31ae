"""Foreign text on its way to a terminal: nothing in it may move the cursor, change order or stay unseen.

Widgets and terminals pass most control characters through; a commit subject with an escape sequence can set the
clipboard, and one with a right-to-left override can show a command that is not the one that runs. Here such characters
are made visible: C0 as control pictures (``␛``), all others as their code (``⟪202E⟫``).
"""

from __future__ import annotations

import codecs
import re

INVISIBLE = (
    "\x00-\x1f\x7f-\x9f"  # C0, DEL, C1
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"  # soft hyphen, joiners, fillers, Mongolian selectors
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0"  # zero-width, separators, bidi controls
    "\ufff9-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"  # annotations, shorthand and musical format controls
    "\U00013430-\U0001343f"  # hieroglyph format controls
    "\U000e0000-\U000e0fff"  # tags and supplementary variation selectors: invisible text
    "\ud800-\udfff"  # lone surrogates, which no terminal encoding can write
)
"""What a reader cannot see or a terminal obeys, as the inside of a regular expression's ``[...]``."""
_NOT_PLAIN = re.compile(f"\r\n|[{INVISIBLE}]")
_NOT_BLOCK = re.compile(f"\r\n|(?![\n\t])[{INVISIBLE}]")

LONGEST_LINE = 4096
"""A line of output is broken after this many characters: longer ones make a terminal crawl."""
_LONGEST_SEQUENCE = 4096


def plain(text: str) -> str:
    """The text on one line, safe in any label.

    A tab becomes a space and a line break ``⏎``; whatever else a reader could not see is made visible.
    """
    if text.isascii() and text.isprintable():
        return text
    return _NOT_PLAIN.sub(_visible_in_label, text)


def block(text: str) -> str:
    """The text with its lines and tabs; ``\\r\\n`` becomes ``\\n``, everything else as in :func:`plain`."""
    return _NOT_BLOCK.sub(_visible_in_block, text)


def _visible_in_label(match: re.Match[str]) -> str:
    if match[0] in {"\n", "\r\n"}:
        return "⏎"
    return " " if match[0] == "\t" else visible(match[0])


def _visible_in_block(match: re.Match[str]) -> str:
    return "\n" if match[0] == "\r\n" else visible(match[0])


def visible(character: str) -> str:
    """A sign for a character that has none: its control picture, or its code in ``⟪⟫``."""
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    return "␡" if code == 0x7F else f"⟪{code:04X}⟫"


_BREAK = re.compile(r"\r+\n?|\n")
_SPECIAL = re.compile(f"(?!\t)[{INVISIBLE}]")
_NOT_LINES = re.compile(f"(?![\t\n])[{INVISIBLE}]")
_DROPPED = frozenset("\x07\x08")
_STRINGS = frozenset("]PX^_\x90\x98\x9d\x9e\x9f")
"""What follows ESC, or the C1 character, to begin a string that runs to its terminator (ECMA-48, 5.6)."""


class StreamCleaner:
    """Turns a command's output, fed in pieces of any size, into text that is safe to show.

    Escape sequences are removed; ``\\r`` without ``\\n`` begins a new line, so every state of a progress bar can be
    read; bytes that are not UTF-8 become U+FFFD. The result does not depend on where the output was cut into pieces.
    A line is broken after 4096 characters; an escape sequence that never ends is given up at the end of its line or
    after 4096 characters, so that it cannot hide what follows.
    """

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._state = "text"
        self._sequence = 0
        self._column = 0
        self._after_return = False

    def feed(self, data: bytes) -> str:
        """The text of the next piece; it may lack a few characters, which come with the next one."""
        return self._clean(self._decoder.decode(data))

    def finish(self) -> str:
        """What was held back."""
        rest = self._clean(self._decoder.decode(b"", final=True))
        self._state = "text"
        return rest + (self._line_break() if self._after_return else "")

    def _clean(self, text: str) -> str:
        out: list[str] = []
        position = 0
        while position < len(text):
            if self._state == "text":
                end = self._plain_until(text, position)
                if end > position:
                    out.append(text[position:end])
                    position = end
                    continue
                special = _SPECIAL.search(text, position)
                end = special.start() if special else len(text)
                if end > position:
                    out.append(self._shown(text[position:end]))
                    position = end
                    continue
            out.append(self._step(text[position]))
            position += 1
        return "".join(out)

    def _plain_until(self, text: str, position: int) -> int:
        """Where ordinary lines end that can be shown as they are; most output is nothing else, so this is fast."""
        if self._after_return:
            return position
        special = _NOT_LINES.search(text, position)
        end = special.start() if special else len(text)
        *lines, last = text[position:end].split("\n")
        for line in lines:
            if self._column + len(line) > LONGEST_LINE:
                return position  # what follows is looked at again behind this line
            position += len(line) + 1
            self._column = 0
        if self._column + len(last) > LONGEST_LINE:
            return position
        self._column += len(last)
        return end

    def _step(self, character: str) -> str:
        """One character in any state; most of them print nothing."""
        if self._state == "text":
            return self._control(character)
        self._sequence += 1
        if self._sequence > _LONGEST_SEQUENCE or character in "\n\r\x18\x1a":
            self._state = "text"
            return "" if character in "\x18\x1a" else self._control_or_text(character)
        if self._state == "escape":
            return self._escape(character)
        if self._state == "control":
            return self._control_sequence(character)
        return self._string(character)

    def _control(self, character: str) -> str:
        if character == "\n":
            self._after_return = False
            return self._line_break()
        if character == "\r":
            # Held back: \r\n, and \r\r\n as a pseudo-terminal writes it, are one line break.
            self._after_return = True
            return ""
        if character == "\x1b":
            self._begin("escape")
        elif character == "\x9b":
            self._begin("control")
        elif character in _STRINGS:
            self._begin("string")
        elif character not in _DROPPED and character != "\x9c":
            return self._shown(visible(character))
        return ""

    def _control_or_text(self, character: str) -> str:
        return self._control(character) if _SPECIAL.match(character) else self._shown(character)

    def _begin(self, state: str) -> None:
        self._state = state
        self._sequence = 0

    def _escape(self, character: str) -> str:
        if character == "[":
            self._state = "control"
        elif character in _STRINGS:
            self._state = "string"
        elif character == "\x1b":
            self._begin("escape")
        elif "\x20" <= character <= "\x2f":
            pass
        else:
            self._state = "text"
            if not "\x30" <= character <= "\x7e":
                return self._control_or_text(character)
        return ""

    def _control_sequence(self, character: str) -> str:
        if "\x20" <= character <= "\x3f":
            return ""
        self._state = "text"
        return "" if "\x40" <= character <= "\x7e" else self._control_or_text(character)

    def _string(self, character: str) -> str:
        if character in "\x07\x9c":
            self._state = "text"
        elif character == "\x1b":
            # ESC \ ends the string; another ESC sequence ends it as well and begins.
            self._state = "escape"
        return ""

    def _shown(self, text: str) -> str:
        begin = self._line_break() if self._after_return else ""
        self._after_return = False
        pieces = []
        while self._column + len(text) > LONGEST_LINE:
            room = LONGEST_LINE - self._column
            pieces.append(text[:room] + "\n")
            text = text[room:]
            self._column = 0
        self._column += len(text)
        return begin + "".join(pieces) + text

    def _line_break(self) -> str:
        self._after_return = False
        self._column = 0
        return "\n"
