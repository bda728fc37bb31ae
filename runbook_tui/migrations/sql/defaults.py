"""A default value that stands alone, as text."""

from __future__ import annotations

from runbook_tui.migrations.changes import Default
from runbook_tui.migrations.engine import Engine


def computed_default(sql: str | None, engine: Engine) -> tuple[Default, str]:
    """What a default that is SQL writes, and that SQL; one that is not known counts as computed for each row."""
    return (default_of_sql(sql, engine), sql) if sql is not None else (Default.VOLATILE, "")


def default_of_sql(text: str, engine: Engine) -> Default:
    """What ``DEFAULT <text>`` writes; text that does not parse counts as computed for each row."""
    from runbook_tui.migrations.sql.columns import default_value
    from runbook_tui.migrations.sql.parse import parse
    from runbook_tui.migrations.sql.statements import UnreadableSqlError

    try:
        tree = parse(f"SELECT {text}", engine)
    except UnreadableSqlError:
        return Default.VOLATILE
    expressions = tree.expressions if tree is not None else []
    return default_value(expressions[0], engine) if len(expressions) == 1 else Default.VOLATILE
