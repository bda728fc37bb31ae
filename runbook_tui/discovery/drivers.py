"""Which database engine the code of a service connects to, where no setting and no list of dependencies says it."""

from __future__ import annotations

from runbook_tui.discovery.candidates import Place
from runbook_tui.discovery.databases import addresses
from runbook_tui.discovery.model import Confidence
from runbook_tui.discovery.roles import aside
from runbook_tui.discovery.stores import Used
from runbook_tui.migrations.engine import engine_family

_CONNECTS = {
    "sqlite3.connect": "sqlite",
    "aiosqlite.connect": "sqlite",
    "psycopg.connect": "postgres",
    "psycopg2.connect": "postgres",
    "asyncpg.connect": "postgres",
    "asyncpg.create_pool": "postgres",
    "pg8000.connect": "postgres",
    "pymysql.connect": "mysql",
    "MySQLdb.connect": "mysql",
    "aiomysql.connect": "mysql",
}
_MAKES = ("create_engine", "create_async_engine", "createConnection", "sql.Open", "sqlx.Connect", "gorm.Open")
_GO = {"postgres": "postgres", "pgx": "postgres", "mysql": "mysql", "sqlite3": "sqlite", "sqlite": "sqlite"}


def fill_engines(used: list[Used]) -> None:
    """Look into the code of whoever migrates a store of an unknown engine: one git process each.

    Raises RepositoryError when git cannot answer.
    """
    for one in used:
        if one.migrations and not one.engine:
            found = _of_code(one.migrations[0].place)
            if len(found) == 1:
                one.engine, one.engine_source = found.popitem()
                one.confidence = Confidence.GUESSED


def _of_code(place: Place) -> dict[str, str]:
    """Engines that the code of a service connects to, each with the first place."""
    checkout = place.checkout
    found: dict[str, str] = {}
    names = [*_CONNECTS, *_MAKES]
    for hit in checkout.repository.grep(checkout.tree.commit.sha, names, place.folder, limit=200):
        if aside(hit.path) or hit.path not in checkout:
            continue
        engines = {engine for word, engine in _CONNECTS.items() if word in hit.text}
        engines |= {address.engine for address, _ in addresses(hit.text)}
        if "Open(" in hit.text or "Connect(" in hit.text:
            engines |= {engine for word, engine in _GO.items() if f'"{word}"' in hit.text}
        for engine in engines:
            if engine_family(engine) is not None:
                found.setdefault(engine, checkout.source(hit.path, hit.line))
    return found
