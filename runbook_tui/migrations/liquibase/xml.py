"""XML changelogs, with lines. Entities are refused: they are how small files become large, or read others."""

from __future__ import annotations

from dataclasses import dataclass, field
from xml.parsers import expat

from runbook_tui.migrations.liquibase.nodes import DEEPEST, MOST, BrokenChangelogError, Node

_OWN = "liquibase.org/xml/ns/dbchangelog"
_EXTENSIONS = "dbchangelog-ext"
_PRO = "liquibase.org/xml/ns/pro"


@dataclass(slots=True)
class _Open:
    """An element whose end has not come yet."""

    name: str
    line: int
    attributes: dict[str, str]
    children: list[Node] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    text_line: int = 0
    last_line: int = 0


def read_xml(data: bytes) -> Node:
    """The root element.

    Raises:
        BrokenChangelogError: it is not well-formed, defines entities, or is nested too deep.
    """
    reader = _Reader()
    try:
        reader.parser.Parse(data, True)
    except expat.ExpatError as error:
        raise BrokenChangelogError(error.lineno, expat.ErrorString(error.code)) from error
    except (ValueError, LookupError) as error:  # an encoding that is not known
        raise BrokenChangelogError(1, str(error)) from error
    if reader.root is None:
        raise BrokenChangelogError(1, "it is empty")
    return reader.root


class _Reader:
    """Builds nodes from events; nothing here calls itself, however deep the file is."""

    def __init__(self) -> None:
        self.root: Node | None = None
        self.open: list[_Open] = []
        self.count = 0
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = False
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters
        self.parser.EntityDeclHandler = self._entity

    def _entity(self, *_: object) -> None:
        raise BrokenChangelogError(self.parser.CurrentLineNumber, "it defines an entity, which is not read")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self.count += 1
        line = self.parser.CurrentLineNumber
        if len(self.open) >= DEEPEST or self.count > MOST:
            raise BrokenChangelogError(line, "it is too large or nested too deep to be read")
        plain = {key.rpartition(" ")[2]: value for key, value in attributes.items()}
        self.open.append(_Open(_local(name), line, plain))

    def _characters(self, text: str) -> None:
        element = self.open[-1]
        line = self.parser.CurrentLineNumber
        if not element.text:
            element.text_line = element.last_line = line
        # what stood between two pieces of text was a comment or an element: its lines count as well
        element.text.append("\n" * (line - element.last_line))
        element.text.append(text)
        element.last_line = line + text.count("\n")

    def _end(self, _: str) -> None:
        done = self.open.pop()
        node = Node(
            done.name,
            done.line,
            done.attributes,
            tuple(done.children),
            "".join(done.text),
            done.text_line or done.line,
        )
        if self.open:
            self.open[-1].children.append(node)
        else:
            self.root = node


def _local(name: str) -> str:
    uri, _, local = name.rpartition(" ")
    own = not uri or (_OWN in uri and _EXTENSIONS not in uri) or _PRO in uri
    return local if own else f"ext:{local}"
