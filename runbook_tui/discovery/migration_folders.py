"""The migrations of each service: folders that tools recognise, and the settings that say which tool it is."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass

from runbook_tui.discovery.candidates import Place
from runbook_tui.discovery.checkout import Checkout, folder_of, joined, line_of, nameable
from runbook_tui.discovery.roles import aside
from runbook_tui.discovery.units import folded
from runbook_tui.migrations.discover import Folder, discover, files_of
from runbook_tui.migrations.engine_guess import EngineGuesser, Guess
from runbook_tui.migrations.trees import is_below

_MARKS: dict[str, tuple[tuple[str, str], ...]] = {
    "alembic": (
        ("alembic.ini", r"^[ \t]*script_location\s*="),
        ("pyproject.toml", r"^[ \t]*script_location\s*="),
        ("env.py", ""),
    ),
    "django": (("manage.py", ""),),
    "rails": (("config/application.rb", ""), ("Rakefile", ""), ("schema.rb", "")),
    "prisma": (("schema.prisma", r"^[ \t]*datasource\b"), ("migration_lock.toml", r"^[ \t]*provider")),
    "knex": (("knexfile.js", ""), ("knexfile.ts", ""), ("knexfile.cjs", ""), ("knexfile.mjs", "")),
    "flyway": (
        ("flyway.conf", r"^[ \t]*flyway\.locations"),
        ("flyway.toml", r"^[ \t]*locations"),
        ("pom.xml", r"flyway"),
        ("build.gradle", r"flyway"),
        ("build.gradle.kts", r"flyway"),
    ),
    "liquibase": (
        ("liquibase.properties", r"changelog"),
        ("pom.xml", r"liquibase"),
        ("build.gradle", r"liquibase"),
    ),
    "sqitch": (("sqitch.conf", r"^[ \t]*engine"), ("sqitch.plan", "")),
    "atlas": (("atlas.hcl", r"migration"), ("atlas.sum", "")),
    "diesel": (("diesel.toml", ""), ("Cargo.toml", r"^[ \t]*diesel\b")),
    "sqlx": (("Cargo.toml", r"^[ \t]*sqlx\b"),),
    "ecto": (("mix.exs", r":ecto_sql"), ("mix.exs", "")),
    "dbmate": ((".env", r"^[ \t]*DBMATE_"), ("Makefile", r"\bdbmate\b")),
    "goose": (("go.mod", r"pressly/goose"), ("Makefile", r"\bgoose\b")),
    "golang-migrate": (("go.mod", r"golang-migrate"), ("Makefile", r"\bmigrate\b")),
}
"""Files that say which tool it is, looked for upwards from the migrations, with the line that does."""


@dataclass(frozen=True, slots=True)
class Migrated:
    """One migration folder with the service that it belongs to."""

    place: Place
    folder: Folder
    path: str
    """Relative to the service."""
    source: str
    said: bool
    """Whether a setting says which tool it is; else the files themselves do."""
    engine: Guess


def migrated(checkout: Checkout, places: list[Place], notes: list[str]) -> Iterator[Migrated]:
    """The migration folders of one repository; those of nobody become notes."""
    guesser: EngineGuesser | None = None
    for folder in discover(checkout.tree):
        if (
            not is_below(folder.path, checkout.scope)
            or aside(f"{folder.path}/x")
            or not nameable(folder.path)
        ):
            continue
        place = _owner(folder, places)
        if place is None:
            shown = checkout.source(folder.path)
            notes.append(
                f"{folder.count} {folder.tool} migrations in {shown} belong to no service that was found"
            )
            continue
        guesser = guesser or EngineGuesser(checkout.tree)
        source, said = _source(checkout, folder)
        guess = guesser.guess(folder.path, files_of(checkout.tree.paths, folder))
        path = posixpath.relpath(folder.path, place.folder)
        yield Migrated(place, folder, path, source, said, _placed(checkout, guess))


def _owner(folder: Folder, places: list[Place]) -> Place | None:
    """The service whose folder is the nearest one around the migrations."""
    around = [place for place in places if place.holds(folder.path)]
    named = [place for place in around if folded(place.own_name) in map(folded, folder.path.split("/"))]
    deepest = max(around, key=lambda place: (place.folder != ".", place.folder.count("/")), default=None)
    return deepest if deepest is not None or not named else named[0]


def _source(checkout: Checkout, folder: Folder) -> tuple[str, bool]:
    """Where it is written which tool it is; else the last of the migrations."""
    for name, pattern in _MARKS.get(folder.tool, ()):
        for above in (folder.path, *_above(folder.path)):
            path = joined(above, name)
            if path in checkout:
                match = re.search(pattern, checkout.text(path), re.MULTILINE) if pattern else None
                if match or not pattern:
                    return checkout.source(
                        path, line_of(checkout.text(path), match.end()) if match else 0
                    ), True
    files = [path for path in files_of(checkout.paths, folder) if folder_of(path) == folder.path]
    return checkout.source(files[-1] if files else folder.path), False


def _above(folder: str) -> Iterator[str]:
    while folder != ".":
        folder = folder_of(folder)
        yield folder


def _placed(checkout: Checkout, guess: Guess) -> Guess:
    """With the source as it is shown, and its line where the engine's name stands in it."""
    if guess.source not in checkout:
        return guess
    text = checkout.text(guess.source).lower()
    words = {
        "postgres": ("postgres", "psycopg", "asyncpg", "pg"),
        "mysql": ("mysql", "mariadb"),
        "sqlite": ("sqlite",),
    }
    at = next((text.find(word) for word in words.get(guess.engine, (guess.engine,)) if word in text), -1)
    return Guess(guess.engine, checkout.source(guess.source, line_of(text, at) if at >= 0 else 0))
