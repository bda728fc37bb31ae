"""Which calls of other packages in a migration only compute, read or print."""

from __future__ import annotations

from runbook_tui.migrations.javascript.values import Foreign

_GLOBALS = frozenset({
    "console", "Math", "JSON", "Object", "Array", "String", "Number", "Boolean", "Date", "Promise", "BigInt", "RegExp",
    "Buffer", "Symbol", "Map", "Set", "WeakMap", "Intl", "URL", "Error", "TypeError", "RangeError", "process", "crypto",
    "performance", "parseInt", "parseFloat", "isNaN", "setTimeout", "clearTimeout", "structuredClone", "require",
    "encodeURIComponent", "decodeURIComponent", "setImmediate", "globalThis", "Uint8Array", "TextEncoder",
})  # fmt: skip
_PACKAGES = frozenset({
    "uuid", "lodash", "crypto", "path", "fs", "util", "os", "url", "assert", "moment", "moment-timezone", "dayjs",
    "luxon", "date-fns", "nanoid", "cuid", "ulid", "bcrypt", "bcryptjs", "knex", "bluebird", "slugify", "ms", "debug",
    "bson-objectid", "@tryghost/logging", "@tryghost/errors", "@tryghost/string", "zod", "chalk", "dotenv", "semver",
    "@paralleldrive/cuid2", "picocolors", "pino", "winston",
})  # fmt: skip
_TELLING = frozenset({"log", "info", "warn", "error", "debug", "trace", "warning", "verbose", "logger"})
_EFFECTS = frozenset({
    "save", "destroy", "update", "insert", "delete", "del", "create", "query", "patch", "truncate", "execute", "exec",
    "raw", "upsert", "updateMany", "deleteMany", "createMany", "updateOne", "deleteOne", "batchInsert", "drop",
    "dropTable", "createTable", "alterTable", "run", "transaction", "forge", "edit", "migrate", "writeFile", "unlink",
    "writeFileSync", "unlinkSync", "rmSync", "execSync", "spawn", "latest", "rollback",
})  # fmt: skip
"""Methods that may change something when they are called on what is not written out."""


def has_effect(path: Foreign) -> bool:
    """Whether a call may change something in the database."""
    plain = path.path.removeprefix("new ")
    source, _, name = plain.rpartition("#")
    last = plain.rpartition(".")[2]
    if last in _TELLING:
        return False
    if path.imported:
        package = source.removeprefix("node:")
        return package.split("/")[0] not in _PACKAGES and package not in _PACKAGES
    root = name.partition(".")[0].removesuffix("()")
    if root == "?" or "()" in plain:
        return last in _EFFECTS and root not in _GLOBALS
    return root not in _GLOBALS
