"""Names linked to what they name, in the same file, in the others of the contract, or beside them."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice

from runbook_tui.contracts.avro.faults import Faults
from runbook_tui.contracts.avro.file import File, check_unions, read_file
from runbook_tui.contracts.avro.finding_files import FileFinder
from runbook_tui.contracts.avro.model import Named, Reference
from runbook_tui.contracts.files import ContractFiles
from runbook_tui.contracts.format import Report
from runbook_tui.files.suggestions import did_you_mean, quoted

_SUGGESTIONS = 20
"""Unknown names that a near one is looked for."""


@dataclass(slots=True)
class _Beside:
    """A file that may have nothing to do with the contract: its faults count only if it is used."""

    file: File | None
    report: Report
    used: bool = False


@dataclass(slots=True)
class Linker:
    """Links the files of one version. Files beside them are read when a name is found nowhere else."""

    files: ContractFiles
    faults: Faults
    own: list[File]
    _finder: FileFinder = field(init=False)
    _known: dict[str, Named] = field(default_factory=dict)
    _beside: dict[str, _Beside] = field(default_factory=dict)
    _sought: dict[tuple[str, ...], Named | None] = field(default_factory=dict)
    _waiting: list[File] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._finder = FileFinder(self.files)
        for file in self.own:
            for name, found in file.definitions.items():
                self._known.setdefault(name, found)

    def link(self) -> None:
        """Let every reference lead to its definition; what is defined nowhere is a fault."""
        self._waiting = list(self.own)
        while self._waiting:
            file = self._waiting.pop()
            self.link_only(file)
            check_unions(file, self.faults)

    def link_only(self, file: File) -> None:
        """Link the references of one file."""
        for reference in file.references:
            reference.target = self._definition(reference, file)
            if reference.target is None:
                self._unknown(reference)

    def used(self) -> list[str]:
        """The files beside the own ones that define something which is used."""
        return sorted(path for path, beside in self._beside.items() if beside.used)

    def _definition(self, reference: Reference, file: File) -> Named | None:
        for known in (file.definitions, self._known):
            for name in reference.candidates:
                if name in known:
                    return known[name]
        key = (file.path, *reference.candidates)
        if key not in self._sought:
            self._sought[key] = self._look_beside(reference, file.path)
        return self._sought[key]

    def _look_beside(self, reference: Reference, near: str) -> Named | None:
        for name in reference.candidates:
            for path in self._finder.candidates(name, near):
                beside = self._read_beside(path)
                if beside.file is not None and name in beside.file.definitions:
                    self._use(beside)
                    return beside.file.definitions[name]
        return None

    def _read_beside(self, path: str) -> _Beside:
        if path not in self._beside:
            report = Report()
            data = self.files.read(path)
            faults = Faults(report, self.faults.version)
            self._beside[path] = _Beside(None if data is None else read_file(path, data, faults), report)
        return self._beside[path]

    def _use(self, beside: _Beside) -> None:
        if not beside.used and beside.file is not None:
            beside.used = True
            self.faults.report.faults += beside.report.faults
            self._waiting.append(beside.file)

    def _unknown(self, reference: Reference) -> None:
        if not reference.candidates:
            return  # what could not be read is a fault already
        name = reference.candidates[0]
        near = did_you_mean(name, islice(self._known, 1000)) if self.faults.count < _SUGGESTIONS else ""
        remedy = near or "correct the name, or put the file that defines it beside this one"
        what = f"{quoted(name)} is defined nowhere"
        self.faults.add(reference.place, what, "a primitive type, or a name that is defined", remedy)
