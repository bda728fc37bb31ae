"""Contracts on disk: which files belong together, and which are left alone."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from runbook_tui.contracts.model import ContractDiff, Verdict
from runbook_tui.contracts.pairs import Comparison
from runbook_tui.contracts.versions import compare_paths, overall
from runbook_tui.files.problems import ProblemsError

SCHEMA = "type Query { a: Int }"
MORE = "type Query { a: Int, b: Int }"
RECORD = '{"type": "record", "name": "%s", "fields": [%s]}'
FIELD = '{"name": "id", "type": "int"}'
PROTO = 'syntax = "proto3"; package shop;\n'


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(files: Mapping[str, str]) -> None:
    for name, text in files.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(text, encoding="utf-8")


def compared(type_name: str | None = None, old: str = "old", new: str = "new") -> tuple[Comparison, ...]:
    return compare_paths(Path(old), Path(new), type_name)[2]


def one(type_name: str | None = None, old: str = "old", new: str = "new") -> ContractDiff:
    (found,) = compared(type_name, old, new)
    return found.diff


@pytest.mark.usefixtures("here")
class TestPairs:
    def test_files_of_other_names_are_two_versions(self) -> None:
        write({"1.graphql": SCHEMA, "2.graphql": MORE})
        diff = one("graphql", "1.graphql", "2.graphql")
        assert [(change.path, change.line) for change in diff.changes] == [("2.graphql", 1)]

    def test_a_protobuf_file_of_another_name_is_the_same_file(self) -> None:
        write(
            {"1.proto": PROTO + "message A { int32 a = 1; }", "2.proto": PROTO + "message A { int32 a = 1; }"}
        )
        assert one("grpc", "1.proto", "2.proto").verdict is Verdict.COMPATIBLE

    def test_what_is_agreed_in_a_buf_yaml_holds_for_files_that_import_nothing(self) -> None:
        text = 'syntax = "proto3"; package shop.v1beta1; message %s { %s }'
        write({f"{side}/api/a.proto": text % ("A", "") for side in ("old", "new")})
        write({"old/api/b.proto": text % ("B", ""), "old/c/c.proto": text % ("C", "int32 a = 1;")})
        write({"new/c/c.proto": text % ("C", "")})
        assert one("protobuf").verdict is Verdict.CONSUMER_FIRST
        write({"new/c/buf.yaml": "breaking: {ignore_unstable_packages: true}"})
        assert one("protobuf").verdict is Verdict.CONSUMER_FIRST
        write({"new/buf.yaml": "breaking: {ignore_unstable_packages: true}"})
        assert one().verdict is one("protobuf").verdict is Verdict.COMPATIBLE
        assert one("protobuf", "old/c/c.proto", "new/c/c.proto").verdict is Verdict.COMPATIBLE

    def test_contracts_of_folders_are_paired_by_path(self) -> None:
        write(
            {
                "old/a.avsc": RECORD % ("A", ""),
                "new/a.avsc": RECORD % ("A", FIELD),
                "old/deep/gone.avsc": RECORD % ("G", ""),
                "new/deep/fresh.avsc": RECORD % ("F", ""),
                "new/.hidden/x.avsc": RECORD % ("X", ""),
                "new/node_modules/x.avsc": RECORD % ("X", ""),
                "new/readme.md": "# nothing",
            }
        )
        found = {each.path: each for each in compared()}
        assert {path: (each.kind, each.diff.verdict) for path, each in found.items()} == {
            "a.avsc": ("modified", Verdict.PROVIDER_FIRST),
            "deep/fresh.avsc": ("added", Verdict.PROVIDER_FIRST),
            "deep/gone.avsc": ("removed", Verdict.CONSUMER_FIRST),
        }
        assert overall(found.values()).verdict is Verdict.SPLIT

    @pytest.mark.parametrize(
        ("ending", "text"), [("graphql", "type A{} {{ a: Int }}"), ("proto", PROTO + "message A{} {{}}")]
    )
    def test_the_parts_of_a_schema_or_package_are_one_contract(self, ending: str, text: str) -> None:
        write({f"old/api/{n}.{ending}": text.format(n) for n in (1, 2)})
        write({f"new/api/{n}.{ending}": text.format(n) for n in (1, 2, 3)})
        (found,) = compared()
        assert (found.path, found.kind) == (".", "modified")
        (change,) = (*found.diff.changes, *found.diff.harmless)
        assert change.path == f"api/3.{ending}"

    def test_two_types_in_one_folder_are_compared_each(self) -> None:
        write({"old/s.graphql": SCHEMA, "new/s.graphql": MORE})
        write({f"{side}/e.avsc": RECORD % ("E", "") for side in ("old", "new")})
        found = compared()
        assert [(each.path, each.diff.type) for each in found] == [(".", "graphql"), ("e.avsc", "avro")]
        assert overall(found).type == "graphql, avro"
        assert [each.path for each in compared("avro")] == ["e.avsc"]

    def test_a_folder_without_contracts_has_lost_them_all(self) -> None:
        write({"old/s.graphql": SCHEMA, "new/readme.md": "# moved"})
        assert one().verdict is Verdict.CONSUMER_FIRST
        assert one(old="new", new="old").verdict is Verdict.PROVIDER_FIRST

    def test_a_file_refers_to_what_lies_in_its_own_version(self) -> None:
        head = '# import "../types/a.graphql"\n'
        for version, type_ in (("old", "Int!"), ("new", "Int")):
            write(
                {
                    f"{version}/api/q.graphql": head + "type Query { a: A }",
                    f"{version}/types/a.graphql": f"type A {{ a: {type_} }}",
                }
            )
        (change,) = one("graphql", "old/api/q.graphql", "new/api/q.graphql").changes
        assert (change.path, change.pointer) == ("types/a.graphql", "A.a")

    def test_the_same_path_twice_is_no_change(self) -> None:
        write({"s.graphql": SCHEMA})
        assert one(None, "s.graphql", "s.graphql").verdict is Verdict.COMPATIBLE
        assert one(None, ".", ".").verdict is Verdict.COMPATIBLE


@pytest.mark.usefixtures("here")
class TestRefused:
    def test_everything_that_is_missing_is_told_at_once(self) -> None:
        with pytest.raises(ProblemsError) as raised:
            compared()
        assert [problem.place.file for problem in raised.value.problems] == ["new", "old"]

    @pytest.mark.parametrize("name", ["x\0y", "x" * 5000, ""])
    def test_odd_names_are_missing(self, name: str) -> None:
        write({"s.graphql": SCHEMA})
        if name:
            with pytest.raises(ProblemsError, match="there is no such file or folder"):
                compare_paths(Path(name), Path("s.graphql"))

    def test_a_file_and_a_folder_are_not_compared(self) -> None:
        write({"old/s.graphql": SCHEMA, "s.graphql": SCHEMA})
        with pytest.raises(ProblemsError, match=r"s\.graphql: this is a file, and old is a folder"):
            compared(None, "old", "s.graphql")

    def test_folders_without_contracts_say_what_was_looked_for(self) -> None:
        write({"old/a.txt": "", "new/a.txt": ""})
        with pytest.raises(
            ProblemsError, match="no kind of contract is recognised in it; expected one of asyncapi"
        ):
            compared()
        with pytest.raises(
            ProblemsError, match=r"there is no avro contract in it; expected \*\.avsc or \*\.avpr"
        ):
            compared("avro")

    def test_a_folder_of_too_many_files_is_not_walked_to_its_end(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("runbook_tui.contracts.disk.MOST_FILES", 3)
        monkeypatch.setattr("runbook_tui.contracts.folders.MOST_FILES", 3)
        write({f"{side}/{n}.txt": "" for side in ("old", "new") for n in range(4)})
        with pytest.raises(ProblemsError, match="it has more than 3 files"):
            compared()

    def test_a_file_of_no_kind_says_how_to_name_one(self) -> None:
        write({"a.txt": "x", "b.txt": "y"})
        faults = one(None, "a.txt", "b.txt").faults
        assert {(fault.path, fault.version, fault.remedy) for fault in faults} == {
            ("a.txt", "old", "say which with --type"),
            ("b.txt", "new", "say which with --type"),
        }

    def test_another_type_than_is_said_is_a_fault_of_each_file(self) -> None:
        write({"a.graphql": SCHEMA, "b.graphql": MORE})
        faults = one("avro", "a.graphql", "b.graphql").faults
        assert [fault.what for fault in faults] == ["this is graphql, and --type says avro"] * 2

    def test_two_versions_of_different_types_are_not_compared(self) -> None:
        write({"a.graphql": SCHEMA, "a.avsc": RECORD % ("A", "")})
        faults = one(None, "a.graphql", "a.avsc").faults
        assert {fault.what for fault in faults} == {
            "this is graphql, and the other version is not",
            "this is avro, and the other version is not",
        }


@pytest.mark.usefixtures("here")
class TestHostile:
    def test_a_link_out_of_the_folder_is_not_followed(self) -> None:
        write({"secret/s.avsc": RECORD % ("Secret", FIELD), "new/a.avsc": RECORD % ("A", "")})
        write({"old/a.avsc": RECORD % ("A", ""), "old/s.avsc": RECORD % ("Secret", "")})
        Path("new/s.avsc").symlink_to("../secret/s.avsc")
        found = {each.path: each.diff for each in compared("avro")}
        assert found["a.avsc"].verdict is Verdict.COMPATIBLE
        (fault,) = found["s.avsc"].faults
        assert (fault.version, fault.what) == ("new", "it cannot be read: the link leads out of the folder")

    def test_a_reference_through_a_link_out_is_not_followed(self) -> None:
        write({"secret/a.graphql": "type A { a: Int }"})
        for side in ("old", "new"):
            write({f"{side}/q.graphql": '# import "a.graphql"\ntype Query { a: A }'})
            Path(side, "a.graphql").symlink_to("../secret/a.graphql")
        Path("old/a.graphql").unlink()
        assert one("graphql", "old/q.graphql", "new/q.graphql").verdict is Verdict.COMPATIBLE

    def test_links_inside_of_the_folder_and_named_ones_are_followed(self) -> None:
        write({"elsewhere/s.graphql": MORE, "old/s.graphql": SCHEMA, "new/real/s.txt": MORE})
        Path("new/s.graphql").symlink_to("real/s.txt")
        Path("named.graphql").symlink_to("elsewhere/s.graphql")
        assert one().verdict is Verdict.PROVIDER_FIRST
        assert one(None, "old/s.graphql", "named.graphql").verdict is Verdict.PROVIDER_FIRST

    def test_pipes_loops_and_dead_links_are_passed_over(self) -> None:
        write({"old/s.graphql": SCHEMA, "new/s.graphql": MORE})
        os.mkfifo("new/pipe.graphql")
        Path("new/loop.graphql").symlink_to("loop.graphql")
        Path("new/dead.graphql").symlink_to("nowhere.graphql")
        Path("new/again").symlink_to(".")
        assert one().verdict is Verdict.PROVIDER_FIRST
        os.mkfifo("pipe.graphql")
        (fault,) = one("graphql", "old/s.graphql", "pipe.graphql").faults
        assert fault.what == "it cannot be read: it is no regular file"

    def test_what_nobody_lets_us_read_is_a_fault_and_the_rest_is_compared(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write({"old/a.avsc": RECORD % ("A", ""), "new/a.avsc": RECORD % ("A", FIELD), "new/b.avsc": "{}"})
        opened = os.open

        def denied(path: str, *arguments: int) -> int:
            if str(path).endswith("b.avsc"):
                raise PermissionError(13, "Permission denied")
            return opened(path, *arguments)

        monkeypatch.setattr(os, "open", denied)
        found = {each.path: each.diff for each in compared("avro")}
        assert found["a.avsc"].verdict is Verdict.PROVIDER_FIRST
        assert [fault.what for fault in found["b.avsc"].faults] == ["it cannot be read: permission denied"]

    def test_a_file_that_is_too_large_is_named_with_its_size(self) -> None:
        write({"old/s.avsc": RECORD % ("A", ""), "new/s.avsc": RECORD % ("A", "") + " " * 9_000_000})
        for diff in (one(), one("avro"), one("avro", "old/s.avsc", "new/s.avsc")):
            (fault,) = diff.faults
            assert (fault.what, fault.expected) == ("the file has 9,000,045 bytes", "at most 8,388,608")
