"""Whether ``dbms`` names the data store's engine."""

from __future__ import annotations

from runbook_tui.migrations.engine import Engine

_NAMES = {
    Engine.POSTGRES: ("postgresql",),
    Engine.MYSQL: ("mysql", "mariadb"),  # a manifest's engine does not tell the two apart
    Engine.SQLITE: ("sqlite",),
}


def applies(dbms: str, engine: Engine | None) -> bool:
    """As DatabaseList.definitionMatches does it: names, ``!name`` for all but one, ``all``, ``none``.

    For an engine, or a name, that is not known, everything may.
    """
    if engine is None or "${" in dbms:
        return True
    wanted = {name.strip().lower() for name in dbms.split(",") if name.strip()}
    return any(_matches(wanted, name) for name in _NAMES[engine])


def certain(dbms: str, engine: Engine | None) -> bool:
    """Whether the answer is the same for every engine of the family."""
    if engine is None or "${" in dbms:
        return not dbms.strip()
    wanted = {name.strip().lower() for name in dbms.split(",") if name.strip()}
    return _matches(wanted, _NAMES[engine][0]) == applies(dbms, engine)


def _matches(wanted: set[str], name: str) -> bool:
    if not wanted or "all" in wanted:
        return True
    if "none" in wanted or f"!{name}" in wanted:
        return False
    positive = {one for one in wanted if not one.startswith("!")}
    return not positive or name in positive
