"""A Rails migration file to the changes that running it upwards makes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from runbook_tui.migrations.changes import Body, Change
from runbook_tui.migrations.engine import Engine
from runbook_tui.migrations.following.follower import TooMuchError
from runbook_tui.migrations.following.values import UNKNOWN
from runbook_tui.migrations.ruby.classes import MigrationClass, does_something, find_class
from runbook_tui.migrations.ruby.guards import exists_of
from runbook_tui.migrations.ruby.helpers import HELPERS, LIBRARY_CALLS
from runbook_tui.migrations.ruby.operations import EXECUTING, OPERATIONS
from runbook_tui.migrations.ruby.operators import known
from runbook_tui.migrations.ruby.place import Place
from runbook_tui.migrations.ruby.quiet import CONDITIONS, QUIET, WRAPPERS, is_library, is_quiet
from runbook_tui.migrations.ruby.recorder import Recorder
from runbook_tui.migrations.ruby.reversing import reverted
from runbook_tui.migrations.ruby.rows import BATCHES, READING, read_rows
from runbook_tui.migrations.ruby.tables import CREATING, altering, begin, created, fill
from runbook_tui.migrations.ruby.values import (
    CONNECTION,
    DIRECTION,
    SELF,
    Block,
    Builder,
    Call,
    Constant,
    Lambda,
    path_of,
    root_of,
)
from runbook_tui.migrations.syntax import line_of

if TYPE_CHECKING:
    from tree_sitter import Node

_QUOTING = frozenset({"quote_table_name", "quote_column_name"})
_OF_CLASSES = frozenset({
    "table_name", "inheritance_column", "primary_key", "record_timestamps", "ignored_columns", "sequence_name",
    "logger", "table_name_prefix", "verbose", "belongs_to_required_by_default", "default_timezone",
})  # fmt: skip
"""Attributes of models that say how they are read."""
_SQL_STEP = 50
"""Characters that take as long to read as one step of a file."""
_LOCK_RETRIES = frozenset({"with_lock_retries"})


def read_migration(root: Node, stem: str, engine: Engine) -> Body:
    """What a migration does when it is run upwards. Never raises.

    ``change`` comes before ``up``; ``down`` is only looked at for whether there is one.
    """
    try:
        found = find_class(root, stem)
        if found is None:
            return Body((Change("opaque", 1, detail="a file without a class that migrates"),), has_down=False)
        return _body(root, found, engine)
    except (TooMuchError, RecursionError):
        return Body((Change("opaque", 1, detail="it is too tangled to be followed"),), has_down=False)


def _body(root: Node, found: MigrationClass, engine: Engine) -> Body:
    migration = _Migration(root, Place(engine, found.version))
    migration.load(root, found.node)
    method = next((name for name in ("change", "up") if name in migration.methods), None)
    try:
        if method is not None:
            migration.begin(method)
        elif not found.direct or migration.mixed:
            migration.opaque(line_of(found.node), "a migration that inherits what it does")
    except (TooMuchError, RecursionError):
        migration.note(
            Change("opaque", line_of(found.node), detail=f"{method} is too tangled to be followed")
        )
    has_down = migration.backwards if method == "change" else does_something(migration.methods.get("down"))
    wrapped = migration.transactional
    return Body(tuple(migration.changes), has_down, transactional=wrapped, wraps_transaction=wrapped)


class _Migration(Recorder):
    """Knows what the calls of a migration mean."""

    # calls

    def called(self, call: Call, *, effect: bool) -> object:
        """A call of something that is not a value written out."""
        receiver = call.receiver
        self.step(sum(len(item) for item in call.arguments if isinstance(item, str)) // _SQL_STEP)
        if self.loading:
            return Lambda(UNKNOWN) if call.name in ("lambda", "proc") else UNKNOWN
        if call.passed is not None:
            self._pass(call)
        if isinstance(receiver, Block):
            return self.run_block(receiver, *call.arguments)
        if receiver is None or receiver is SELF:
            return self._own(replace(call, receiver=None))
        if receiver is CONNECTION:
            return self._own(call)
        if receiver is DIRECTION:
            return self._directed(call)
        if isinstance(receiver, Builder):
            return self._built(receiver, call)
        if known(receiver):
            return self._of_value(call)
        return self._of_other(call, effect=effect)

    def changed(self, owner: object, name: str, line: int) -> None:
        """Attributes of records are set in memory, and saved by a call of their own; not so those of settings."""
        in_memory = owner is UNKNOWN or known(owner) or owner is SELF or is_library(owner)
        if isinstance(owner, Call):
            of_record = owner.name in READING or owner.name in _LOOPS
            in_memory = of_record and name != "<<" and not name.endswith("_ids")
        elif isinstance(owner, Constant):
            in_memory = in_memory or name in _OF_CLASSES
        if not in_memory:
            self.opaque(line, f"{path_of(owner) or 'something'}.{name} is set")

    def _pass(self, call: Call) -> None:
        """``each(&:save)``: that method of each; another block than one that is written out is not known."""
        passed = call.passed
        with self.maybe():
            if isinstance(passed, Call) and passed.name == "method" and passed.text(0) in self.methods:
                name = str(passed.text(0))
                self.follow(name, Call(None, name, (UNKNOWN,), {}, call.line))
            elif isinstance(passed, str):
                if not known(call.receiver):
                    each = replace(call, passed=None, block=None)
                    effect = call.name.startswith("each") or call.name in BATCHES
                    self.called(Call(each, passed, (), {}, call.line), effect=effect)
            elif not isinstance(passed, Lambda) or passed.value is UNKNOWN:
                self.opaque(call.line, f"{call.name} with a block that is not written out")

    def quoted(self, value: object) -> str | None:
        """``quote(x)`` is one literal and ``x.to_i`` one number, whatever they are."""
        if isinstance(value, Call) and value.name in ("quote", "to_i", "to_f"):
            return "0"
        return None

    def _own(self, call: Call) -> object:
        """A method of the migration or of its connection."""
        name = call.name
        if call.receiver is not CONNECTION and name in self.methods and name not in ("up", "down", "change"):
            return self.follow(name, call)
        handler = _HANDLERS.get(name)
        if handler is not None:
            return handler(self, call)
        if name in OPERATIONS or name in HELPERS:
            reader = OPERATIONS.get(name) or HELPERS[name]
            self.noted(call, reader(call, self.place))
            if not name.startswith("drop_"):  # there the block says how to make it again
                self._through(call)
            return UNKNOWN
        if name in QUIET or name.endswith("?") or name.startswith("quote"):
            self._through(call)
            return call.text(0) if name in _QUOTING and call.text(0) else call
        self.opaque(call.line, f"{name}(...)")
        return self.perhaps(call.block, UNKNOWN)

    def _through(self, call: Call) -> None:
        """The block of a call that changes nothing by itself."""
        if call.block is not None:
            self.perhaps(call.block)

    def _wrap(self, call: Call) -> object:
        if call.name in _LOCK_RETRIES:
            self.note(Change("setting", call.line, name="lock_timeout"))
        return self.run_block(call.block) if call.block is not None else UNKNOWN

    def _create(self, call: Call) -> object:
        builder = begin(call, self.place)
        if call.block is not None:
            self.run_block(call.block, builder)
        self.noted(replace(call, name="create_table"), created(call, builder))
        return UNKNOWN

    def _change(self, call: Call) -> object:
        builder = Builder(call.text(0), creating=False)
        if call.block is None:
            self.opaque(call.line, "change_table without a block that is written out")
        self.run_block(call.block, builder)
        return UNKNOWN

    def _built(self, builder: Builder, call: Call) -> object:
        if builder.creating:
            fill(builder, call, self.place)
            return UNKNOWN
        calls = altering(builder, call)
        if calls is None:
            if not call.name.endswith("?") and call.name != "name":
                self.opaque(call.line, f"{call.name}(...) on table {builder.table or 'that is not known'}")
            return UNKNOWN
        for own in calls:
            self._own(own)
        return UNKNOWN

    def _reversible(self, call: Call) -> object:
        return self.run_block(call.block, DIRECTION)

    def _up_only(self, call: Call) -> object:
        with self.upwards():
            return self.run_block(call.block)

    def _directed(self, call: Call) -> object:
        if call.name == "up":
            with self.upwards():
                return self.run_block(call.block)
        if call.name == "down":
            self.undone = self.undone or does_something(call.block.node if call.block else None)
        return UNKNOWN

    def _revert(self, call: Call) -> object:
        if call.block is None or call.arguments:
            what = path_of(call.argument(0)) or "another migration"
            self.opaque(call.line, f"revert {what}: what that migration did is undone")
            return UNKNOWN
        outer, self.changes = self.changes, []
        doubts, self.doubts = self.doubts, []
        try:
            self.run_block(call.block)
        finally:
            inner, self.changes, self.doubts = self.changes, outer, doubts
        for change in reverted(inner, call.line):
            self.note(change)
        return UNKNOWN

    def _of_value(self, call: Call) -> object:
        """A method of an array, hash or string that is written out."""
        value, block = call.receiver, call.block
        rounds: list[tuple[object, ...]] | None = None
        if isinstance(value, list):
            rounds = [
                (item, place) if call.name == "each_with_index" else (item,)
                for place, item in enumerate(value)
            ]
        elif isinstance(value, dict):
            rounds = list(value.items())
            if call.name in ("each_key", "each_value"):
                rounds = [(pair[call.name == "each_value"],) for pair in rounds]
        if block is None or rounds is None or call.name not in _LOOPS:
            self._through(call)
            return UNKNOWN
        found = self.each(block, rounds)
        if call.name in ("map", "flat_map", "filter_map", "collect"):
            return UNKNOWN if found is None or call.name in ("flat_map", "filter_map") else found
        return value

    def _of_other(self, call: Call, *, effect: bool) -> object:
        """A method of a model, a record, a library, or of something that is not known."""
        name, receiver = call.name, call.receiver
        root = root_of(receiver)
        if name in _CONNECTING:
            return CONNECTION
        if name in WRAPPERS and call.block is not None:
            return self.run_block(call.block, CONNECTION)
        if path_of(call) in _OF_TESTS:
            return False
        if name == "table_name" and isinstance(receiver, Constant):
            return self.models.of(receiver).table or UNKNOWN
        changes = self._outside(call, root)
        if changes is not None:
            self.noted(call, changes)
        elif name in BATCHES or (call.block is not None and name in _LOOPS):
            self.perhaps(call.block, replace(call, block=None))
        elif name in READING or is_quiet(call, root, effect=effect):
            self._through(call)
        else:
            self.opaque(call.line, f"{path_of(call)}(...)")
            return self.perhaps(call.block, UNKNOWN)
        return replace(call, block=None)

    def _outside(self, call: Call, root: object) -> list[Change] | None:
        """SQL, rows, or what a library does with a table; None when it is none of these."""
        library = LIBRARY_CALLS.get(path_of(call))
        if library is not None:
            return library(call, self.place)
        on_connection = call.name in EXECUTING and (root is UNKNOWN or _is_connection(root))
        if on_connection or call.name in ("find_by_sql", "count_by_sql"):
            return OPERATIONS["execute"](call, self.place)
        if call.name == "delete" and root is UNKNOWN:  # perhaps of a hash
            return None
        return read_rows(call, self.models, self.place.engine)


_CONNECTING = frozenset({"connection", "lease_connection", "retrieve_connection"})
_OF_TESTS = frozenset({"Rails.env.test?", "Rails.env.development?", "Rails.env.local?"})
_LOOPS = frozenset(
    {
        *("each", "each_pair", "each_with_index", "each_key", "each_value", "map", "collect", "flat_map"),
        *("filter_map", "reverse_each"),
    }
)


def _is_connection(root: object) -> bool:
    return isinstance(root, Constant) and (
        root.name in ("DB", "ActiveRecord::Base") or root.name.endswith("Record")
    )


_HANDLERS: dict[str, Callable[[_Migration, Call], object]] = {
    **dict.fromkeys(CREATING, _Migration._create),
    **dict.fromkeys(WRAPPERS, _Migration._wrap),
    **dict.fromkeys(CONDITIONS, lambda _, call: exists_of(call)),
    **dict.fromkeys((*_CONNECTING, "conn"), lambda _, call: CONNECTION),
    **dict.fromkeys(("lambda", "proc"), lambda _, call: Lambda(UNKNOWN)),
    **dict.fromkeys(("raise", "fail", "abort", "exit"), lambda _, call: UNKNOWN),
    "change_table": _Migration._change,
    "reversible": _Migration._reversible,
    "up_only": _Migration._up_only,
    "revert": _Migration._revert,
    "reverting?": lambda _, call: False,
    "define_batchable_model": lambda _, call: Constant("?"),
    "loop": lambda migration, call: migration.perhaps(call.block),
}
"""Methods of the migration that are more than one operation."""
