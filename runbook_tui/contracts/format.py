"""The base of all contract formats."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass, field

from runbook_tui.contracts.files import ContractFiles
from runbook_tui.contracts.model import Change, Fault


@dataclass(slots=True)
class Report:
    """What comparing two versions found; formats add to it."""

    changes: list[Change] = field(default_factory=list)
    """With and without an effect, in any order."""
    faults: list[Fault] = field(default_factory=list)


class ContractFormat(ABC):
    """One format of contracts. Instances hold no state."""

    name: str
    """The type in a manifest, such as ``openapi``."""
    aliases: tuple[str, ...] = ()
    """Other types that mean the same format."""
    patterns: tuple[str, ...]
    """File names that may hold it, as ``fnmatch`` patterns: the cheap test before :meth:`recognises`."""

    @abstractmethod
    def recognises(self, path: str, data: bytes) -> bool:
        """Whether a file is of this format. Never raises, whatever the bytes are, and looks at them cheaply."""

    @abstractmethod
    def references(self, path: str, data: bytes, files: ContractFiles) -> Iterable[str]:
        """Other files of the same version that this one refers to directly, by existing path. Never raises."""

    @abstractmethod
    def compare(self, old: ContractFiles, new: ContractFiles, report: Report) -> None:
        """Add every difference between two versions of one contract, and every fault that hides one.

        Either version may have no files of its own: the contract is new, or gone. Never raises for bad input: what
        cannot be read is a fault, and the rest is compared all the same.
        """
