"""Methods that change nothing in a database, or only run what is in their block."""

from __future__ import annotations

from runbook_tui.migrations.following.values import UNKNOWN
from runbook_tui.migrations.ruby.values import Call, Constant, path_of

WRAPPERS = frozenset({
    "transaction", "safety_assured", "suppress_messages", "say_with_time", "with_lock_retries",
    "disable_statement_timeout", "unscoped", "no_touching", "without_statement_timeout", "connected_to",
    "with_suppressed_notices", "silence", "uncached", "disable_referential_integrity", "with_lock_timeout",
    "with_statement_timeout", "without_timeout", "record_timestamps",
    "restrict_gitlab_migration", "with_restored_connection_stack", "requires_new", "benchmark", "with_connection",
})  # fmt: skip
"""Methods that run their block once, and do nothing else to the schema."""
CONDITIONS = {
    "table_exists?": "table",
    "data_source_exists?": "table",
    "column_exists?": "column",
    "index_exists?": "index",
    "index_name_exists?": "index",
    "index_exists_by_name?": "index",
    "foreign_key_exists?": "constraint",
    "check_constraint_exists?": "constraint",
}
QUIET = frozenset({
    "say", "puts", "p", "print", "pp", "warn", "sleep", "require", "require_relative", "announce", "format",
    "sprintf", "rand", "binding", "caller", "write", "version", "name", "class", "index_name",
    "index_name_for", "foreign_keys", "indexes", "columns", "tables", "primary_key", "check_constraints",
    "views", "enum_types", "table_name_prefix", "table_name_suffix", "adapter_name",
    "reset_column_information", "logger", "method", "sanitize_sql", "sanitize_sql_array",
    "current_database", "current_schema", "schema_search_path", "database_version", "native_database_types",
    "schema_cache", "clear_cache!", "stringify_keys", "Integer", "Float", "String", "Array", "Hash",
    "check_constraint_name", "text_limit_name", "say_progress", "foreign_key_name", "proc_name",
    "extensions", "stdout", "Rational", "BigDecimal", "concurrent_index_name", "column_for",
    "estimate_rows_in_table", "bigint_index_name", "convert_to_bigint_column",
    "not_null_constraint_name", "rename_trigger_name", "open_transactions",
    "select_sql", "reverting", "concurrent_foreign_key_name", "current_version", "itself", "is_a?",
    "instance_of?", "block_given?", "unprepare_async_index", "unprepare_async_index_by_name",
    "unprepare_async_foreign_key_validation", "unprepare_async_check_constraint_validation",
    "unprepare_partitioned_async_index", "freeze",
})  # fmt: skip
_LIBRARY = frozenset({
    "Time", "Date", "DateTime", "SecureRandom", "JSON", "YAML", "File", "Dir", "ENV", "Math",
    "Set", "Struct", "Arel", "Logger", "Digest", "Base64", "Integer", "Hash", "Array", "Object", "Regexp",
    "Benchmark", "ActiveSupport", "BigDecimal", "Random", "Kernel", "URI", "CSV", "Pathname", "Digest::MD5",
    "Digest::SHA1", "Digest::SHA256", "Arel::Nodes", "ActiveSupport::JSON", "Process",
    "Concurrent", "GC", "STDERR", "STDOUT", "ObjectSpace", "I18n", "ActiveModel::Type::Boolean",
    "Time.zone", "Gitlab.com", "Gitlab.config", "ActiveSupport::Inflector", "ActiveRecord::Type::Boolean",
    "ActiveSupport::Duration", "StandardError",
})  # fmt: skip
"""Classes of Ruby and Rails that know of no table."""
_HARMFUL = frozenset({
    "eval", "instance_eval", "class_eval", "send", "public_send", "__send__", "instance_exec", "class_exec",
    "constantize", "safe_constantize", "const_get", "system", "exec", "spawn", "load", "delete", "rm",
    "unlink", "rm_rf", "write", "method", "establish_connection", "migrate", "run", "define_method", "call",
})  # fmt: skip
_PLAIN = frozenset({
    "[]", "fetch", "dig", "key?", "include?", "to_s", "to_sym", "to_i", "to_f", "to_h", "to_a", "to_json",
    "blank?", "present?", "nil?", "presence", "try", "freeze", "dup", "strip", "squish", "downcase",
    "upcase", "split", "join", "gsub", "sub", "map", "each", "each_with_index", "each_slice", "each_pair",
    "select", "reject", "find", "detect", "sort", "sort_by", "uniq", "compact", "flatten", "first", "last",
    "any?", "all?", "none?", "empty?", "size", "length", "count", "sum", "max", "min", "zip", "keys",
    "values", "merge", "except", "slice", "group_by", "index_by", "each_with_object", "inject", "reduce",
    "times", "is_a?", "respond_to?", "even?", "odd?", "zero?", "positive?", "rows", "cast_values", "ago",
    "from_now", "days", "day", "hours", "hour", "minutes", "minute", "seconds", "second", "weeks", "week",
    "months", "month", "years", "year", "succ", "pred", "abs", "round", "floor", "ceil", "step", "upto",
    "downto", "match", "match?", "start_with?", "starts_with?", "end_with?", "scan", "lines", "chars",
    "bytes", "tr", "transform_values", "transform_keys", "flat_map", "filter_map", "filter", "partition",
    "tap", "then", "compact_blank", "excluding", "to_date", "to_time", "utc", "iso8601", "strftime",
    "beginning_of_day", "end_of_day", "message", "backtrace", "name", "id", "attributes", "entries",
    "each_entry", "cycle", "humanize", "titleize", "camelize", "classify", "underscore", "pluralize",
    "singularize", "tableize", "parameterize", "chomp", "delete_prefix", "delete_suffix", "ljust", "rjust",
    "center", "reverse", "hash", "values_at", "cmd_tuples", "ntuples", "getvalue", "affected_rows", "clear",
    "itself", "yield_self", "reverse_each", "take", "drop", "take_while", "product", "each_cons", "minmax",
    "sample", "shuffle", "deep_symbolize_keys", "deep_merge",
    "eq", "not_eq", "gt", "gteq", "lt", "lteq", "matches",
    "with_indifferent_access", "symbolize_keys",
    "merge!", "push", "<<", "append", "concat", "add", "store", "truncate", "info", "warn", "debug",
    "error", "advance", "change", "end_of_month", "beginning_of_month", "in_time_zone", "parse",
    "succeeded", "new", "rescue_from",
})  # fmt: skip
"""Methods of strings, numbers, arrays, hashes, times and query results."""


_IN_MEMORY = frozenset({
    "merge!", "push", "<<", "append", "concat", "add", "store", "truncate", "change", "clear", "parse",
    "step", "cycle", "drop", "advance", "try", "tap", "then", "hash", "info", "warn", "debug", "error",
    "succeeded",
})  # fmt: skip
"""Of those, what a class of the application may mean otherwise."""


def is_library(value: object) -> bool:
    """Whether a constant is a class of Ruby or Rails that knows of no table."""
    return isinstance(value, Constant) and value.name in _LIBRARY


_OF_RAILS = (
    "Rails.env",
    "Rails.logger",
    "Rails.root",
    "Rails.configuration",
    "Rails.version",
    "Rails.application.config",
)


def is_quiet(call: Call, root: object, *, effect: bool) -> bool:
    """Whether a method of something that is not written out changes nothing.

    A method without arguments, of a record or of what is not known, is taken for one of its attributes where
    somebody looks at what it gives; a method that only has an effect stays a question.
    """
    if call.name in _HARMFUL:
        return False
    if is_library(root) or path_of(call).startswith(_OF_RAILS) or path_of(call) == "Rails.application":
        return True
    if (
        call.name in _PLAIN and not (isinstance(root, Constant) and call.name in _IN_MEMORY)
    ) or call.name.endswith("?"):
        return True
    attribute = not effect and not call.arguments and not call.options and call.block is None
    is_record = root is UNKNOWN or isinstance(call.receiver, Call)
    return attribute and is_record and not call.name.endswith("!")
