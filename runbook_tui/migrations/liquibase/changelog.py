"""What one changelog file says, in Liquibase's words: changesets, includes and properties, in their order."""

from __future__ import annotations

from dataclasses import dataclass, field

from runbook_tui.migrations.liquibase.nodes import Node


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """One changeset of any format, as it is written: properties are not put in yet."""

    id: str
    author: str
    line: int
    changes: tuple[Node, ...]
    """The change types, such as ``createTable``; formatted SQL is one ``sql``."""
    attributes: dict[str, str] = field(default_factory=dict)
    """``runOnChange``, ``context``, ``dbms``, ... as Liquibase names them."""
    preconditions: Node | None = None
    rollback: tuple[Node, ...] | None = None
    """None when nothing is said, empty when there is nothing to undo."""
    modify_sql: tuple[Node, ...] = ()
    valid_checksums: tuple[str, ...] = ()
    comment: str = ""
    problem: str = ""
    """Why Liquibase does not take it."""

    def flag(self, name: str, *, default: bool = False) -> bool:
        """A boolean attribute; one that is only known when the tool runs counts as the default."""
        value = self.attributes.get(name, "").strip().lower()
        return value == "true" if value in ("true", "false") else default

    @property
    def contexts(self) -> str:
        """Its context filter and labels: who runs the tool decides whether they apply."""
        named = ("contextFilter", "context", "labels")
        return " ".join(filter(None, (self.attributes.get(name, "").strip() for name in named)))


@dataclass(frozen=True, slots=True)
class Include:
    """``include`` of a file, or ``includeAll`` of a folder."""

    target: str
    line: int
    relative: bool
    whole_folder: bool = False
    required: bool = True
    ends_with: str = ""
    depth: tuple[int, int] = (0, 1_000)
    filtered: bool = False
    """A class of the program chooses or sorts the files."""
    ignored: bool = False
    contexts: str = ""


@dataclass(frozen=True, slots=True)
class Property:
    """``property``: the first definition that applies holds."""

    name: str
    value: str
    line: int
    dbms: str = ""
    conditional: bool = False
    """A context or label decides whether it applies."""
    everywhere: bool = True
    """Known to the files that are read after it as well."""
    file: str = ""
    """A file of properties."""
    relative: bool = False


Entry = ChangeSet | Include | Property


@dataclass(frozen=True, slots=True)
class Changelog:
    """One file."""

    entries: tuple[Entry, ...]
    logical_path: str = ""
    skipped: tuple[tuple[int, str], ...] = ()
    """Lines that stand in it and do nothing, and why."""


_NO_CHANGE = frozenset({"rollback", "preConditions", "preconditions", "modifySql", "comment"})
_CHECKSUMS = frozenset({"validCheckSum", "validCheckSums"})
_NOT_WRITTEN = frozenset({"id", "author", "changes", "objectQuotingStrategy", "created"})


def changelog_of(root: Node) -> Changelog:
    """The entries of an XML, YAML or JSON changelog."""
    unknown = [
        (node.line, f"{node.name} is nothing that a changelog may hold: the tool refuses it")
        for node in _unknown(root)
    ]
    return Changelog(tuple(_entries(root)), root.get("logicalFilePath"), tuple(unknown))


_ENTRIES = frozenset({"changeSet", "include", "includeAll", "property", "modifyChangeSets"})
_OTHERS = frozenset({"preConditions", "preconditions", "removeChangeSetProperty", "comment"})


def _unknown(parent: Node) -> list[Node]:
    """Elements that would be changesets or includes, were they spelt right. A value alone is nothing to the tool."""
    strange = [node for node in parent.children if node.name not in _ENTRIES | _OTHERS]
    found = [node for node in strange if node.children or node.attributes]
    inside = [node for node in parent.children if node.name == "modifyChangeSets"]
    return [*found, *(each for node in inside for each in _unknown(node))]


def _entries(parent: Node) -> list[Entry]:
    found: list[Entry] = []
    for node in parent.children:
        if node.name == "changeSet":
            found.append(_change_set(node))
        elif node.name in ("include", "includeAll"):
            found.append(_include(node))
        elif node.name == "property":
            found.append(_property(node))
        elif node.name == "modifyChangeSets":
            found += _entries(node)
    return found


def _change_set(node: Node) -> ChangeSet:
    changes: list[Node] = []
    rollback: list[Node] | None = None
    checksums: list[str] = []
    modify: list[Node] = []
    for child in _flattened(node):
        if child.name == "rollback":
            rollback = [*(rollback or []), *_rollback(child)]
        elif child.name in _CHECKSUMS:
            checksums += [part.text.strip() for part in (child, *child.children) if part.text.strip()]
        elif child.name == "modifySql":
            modify.append(child)
        elif child.name not in _NO_CHANGE and not _is_attribute(child):
            changes.append(child)
    identified = node.get("id") and node.get("author")
    return ChangeSet(
        node.get("id"),
        node.get("author"),
        node.line,
        tuple(changes),
        node.attributes,
        node.child("preConditions") or node.child("preconditions"),
        tuple(rollback) if rollback is not None else None,
        tuple(modify),
        tuple(checksums),
        node.get("comment"),
        "" if identified else "it has no id or no author",
    )


def _flattened(node: Node) -> list[Node]:
    """The children, with those of YAML's list of changes among them."""
    found: list[Node] = []
    for child in node.children:
        found += child.children if child.name == "changes" else (child,)
    return found


def _is_attribute(node: Node) -> bool:
    """YAML writes ``runOnChange: true`` beside the changes. A change has values of its own, or none at all."""
    return node.name in _ATTRIBUTES or node.name in _NOT_WRITTEN


_ATTRIBUTES = frozenset(
    {
        "runAlways", "alwaysRun", "runOnChange", "runOrder", "runWith", "runWithSpoolFile", "context", "contextFilter",
        "labels", "dbms", "runInTransaction", "ignore", "failOnError", "onValidationFail", "logicalFilePath",
    }
)  # fmt: skip


def _rollback(node: Node) -> list[Node]:
    """What undoes it: change types, SQL, or another changeset. Nothing inside is nothing to undo."""
    if node.text.strip():
        return [Node("sql", node.line, text=node.text, text_line=node.text_line, flat=node.flat)]
    if node.attributes and not node.children:
        return [node]
    return list(node.children)


def _include(node: Node) -> Include:
    whole = node.name == "includeAll"
    contexts = " ".join(filter(None, (node.get(name) for name in ("contextFilter", "context", "labels"))))
    required = node.flag("errorIfMissingOrEmpty" if whole else "errorIfMissing", default=True)
    return Include(
        (node.get("path") if whole else node.get("file")).replace("\\", "/"),
        node.line,
        node.flag("relativeToChangelogFile") is True,
        whole,
        required is not False,
        node.get("endsWithFilter"),
        (_number(node.get("minDepth"), 0), _number(node.get("maxDepth"), 1_000)),
        any(node.get(name) for name in ("filter", "resourceFilter", "resourceComparator")),
        node.flag("ignore") is True,
        contexts,
    )


def _property(node: Node) -> Property:
    return Property(
        node.get("name"),
        node.attributes.get("value", node.get("value")),
        node.line,
        node.get("dbms"),
        any(node.get(name) for name in ("contextFilter", "context", "labels")),
        node.flag("global", default=True) is not False,
        node.get("file"),
        node.flag("relativeToChangelogFile") is True,
    )


def _number(text: str, default: int) -> int:
    return int(text) if text.isdecimal() and len(text) < 6 else default
