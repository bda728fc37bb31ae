"""One version of an Avro contract: all its files read, and every name linked to what it names."""

from __future__ import annotations

from dataclasses import dataclass

from runbook_tui.contracts.avro.faults import Faults
from runbook_tui.contracts.avro.file import File, read_file
from runbook_tui.contracts.avro.linking import Linker
from runbook_tui.contracts.avro.model import Top
from runbook_tui.contracts.files import ContractFiles
from runbook_tui.contracts.format import Report


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a contract."""

    files: list[File]
    unreadable: frozenset[str]
    """Paths of files that hold no JSON: what they declare is not known."""

    @property
    def tops(self) -> list[Top]:
        """Every schema that stands for itself."""
        return [top for file in self.files for top in file.tops]


def read_version(files: ContractFiles, version: str, report: Report) -> Version:
    """The files of one version in the order of their paths, their names linked; faults go into the report.

    Args:
        files: without files of its own where the contract is not there.
        version: ``old`` or ``new``, for the faults.
        report: gets the faults.
    """
    faults = Faults(report, version)
    read = {path: read_file(path, files.own[path], faults) for path in sorted(files.own)}
    own = [file for file in read.values() if file is not None]
    Linker(files, faults, own).link()
    return Version(own, frozenset(path for path, file in read.items() if file is None))


def used_files(path: str, data: bytes, files: ContractFiles) -> list[str]:
    """Other files of the version that define names which a file uses itself, sorted. Never raises."""
    faults = Faults(Report(), "new")
    file = read_file(path, data, faults)
    if file is None:
        return []
    linker = Linker(files, faults, [file])
    linker.link_only(file)
    return linker.used()
