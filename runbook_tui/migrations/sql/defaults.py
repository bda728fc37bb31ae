"""A default value that stands alone, as text."""

from __future__ import annotations

from runbook_tui.migrations.changes import Default
from runbook_tui.migrations.engine import Engine


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
