"""The base of all readers of catalogs."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from runbook_tui.catalog.importing.files import Files, Source
from runbook_tui.catalog.importing.report import Report


class CatalogReader(ABC):
    """Reads one kind of catalog. Instances hold no state."""

    name: str
    """What it is called in ``source`` and findings, such as ``backstage``."""
    order: int = 100
    """Of two readers that both know a service, the facts of the one with the smaller number count."""
    file_names: str
    """Names of its files, for people."""

    @abstractmethod
    def recognises(self, name: str, folder: str, data: bytes) -> bool:
        """Whether a file found in a folder is of this kind. Never raises, and looks at the content cheaply.

        Args:
            name: the file's own name.
            folder: name of the folder that it is in.
            data: its content.
        """

    def accepts(self, name: str, data: bytes) -> bool:
        """Whether a file that a person names may be of this kind, whatever it is called."""
        return self.recognises(name, "", data)

    @abstractmethod
    def read(self, sources: Sequence[Source], files: Files, report: Report) -> None:
        """Add what all files of this kind say. Never raises for bad input: what is wrong becomes a finding.

        Args:
            sources: the files that were recognised, in order of their paths.
            files: access to files that these name.
            report: what is read goes here.
        """
