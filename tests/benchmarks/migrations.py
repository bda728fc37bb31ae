"""Judging many migrations: 1,416 of Django against parsing them alone; 25,000 to 100,000 SQL statements, and memory.

``python -m tests.benchmarks.migrations ROOT`` judges the Django migrations below a folder instead.
"""

from __future__ import annotations

import ast
import resource
import subprocess
import sys
import time
from pathlib import Path
from textwrap import indent

from runbook_tui.catalog.model import MigrationSource
from runbook_tui.migrations.read import read_migrations
from tests.benchmarks.measure import PYTHON, medians, report

_OPERATIONS = (
    "migrations.AddField('item', 'f{n}', models.CharField(max_length=250, null=True)),",
    "migrations.AlterField('item', 'name', models.CharField(max_length={width}, default='')),",
    "migrations.AddField('item', 'flag{n}', models.BooleanField(default=False)),",
    "migrations.RunPython(forwards, migrations.RunPython.noop),",
    "migrations.RemoveField('item', 'f{old}'),",
    "AddIndexConcurrently('item', models.Index(fields=['name'], name='item_name_{n}')),",
    "migrations.RenameField('item', 'flag{flag}', 'was_flag{flag}'),",
    "migrations.RunSQL('UPDATE item SET name = 1 WHERE name IS NULL', migrations.RunSQL.noop),",
)
_FIRST = (
    "migrations.CreateModel('Item', [('id', models.AutoField(primary_key=True)), "
    "('name', models.CharField(max_length=10))]),"
)
_MODULE = """\
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


def forwards(apps, schema_editor):
    for item in apps.get_model('app', 'Item').objects.iterator():
        item.save()


class Migration(migrations.Migration):
    atomic = False
    dependencies = [{parent}]
    operations = [
{operations}
    ]
"""
_STATEMENTS = (
    "ALTER TABLE t{t} ADD COLUMN c{n} integer NOT NULL DEFAULT {n};",
    "CREATE INDEX i{n} ON t{t} (c{n});",
    "CREATE TABLE x{n} (id bigserial PRIMARY KEY, a text NOT NULL, b timestamptz DEFAULT now());",
    "UPDATE t{t} SET a = b WHERE a IS NULL;",
    "INSERT INTO t{t} (a, b, c) VALUES ({n}, 'text {n}', now());",
    "ALTER TABLE t{t} ALTER COLUMN a SET NOT NULL;",
    "COMMENT ON TABLE t{t} IS 'table {t}';",
    "ALTER TABLE x{n} ADD CONSTRAINT fk{n} FOREIGN KEY (a) REFERENCES t1 (id) NOT VALID;",
)
_A_FILE = 100
"""Statements of one migration."""


def django_files(apps: int = 12, each: int = 118) -> dict[str, bytes]:
    """1,416 migrations, with the operations that large projects have most of."""
    files: dict[str, bytes] = {}
    for app in range(apps):
        for n in range(each):
            words = {"n": n, "old": n - 4, "flag": n - 4, "width": 20 + n}
            chosen = [_OPERATIONS[(n + step) % 8].format(**words) for step in range(2)] if n else [_FIRST]
            parent = f"('app{app}', '{n - 1:04}_x')" if n else ""
            body = _MODULE.format(parent=parent, operations=indent("\n".join(chosen), " " * 8))
            files[f"app{app}/migrations/{n:04}_x.py"] = body.encode()
    return files


def sql_files(statements: int, each: int = _A_FILE) -> dict[str, bytes]:
    """Statements of eight kinds, ``each`` of them a migration."""
    texts = [_STATEMENTS[n % 8].format(n=n, t=n % 50) for n in range(statements)]
    return {
        f"db/{first // each + 1}_x.up.sql": "\n".join(texts[first : first + each]).encode()
        for first in range(0, statements, each)
    }


def run(root: Path | None = None) -> None:
    """Print the tables."""
    files = django_files()
    if root is not None:
        paths = [path for path in root.rglob("migrations/*.py") if path.is_file()]
        files = {str(path.relative_to(root)): path.read_bytes() for path in paths}
    source = MigrationSource(path=".", datastore="shop", tool="django")
    results = medians(
        {
            "parse them (ast)": lambda: [ast.parse(data) for data in files.values()],
            "judge them": lambda: read_migrations(source, files, service="shop", engine="postgres"),
        },
        3,
    )
    report(f"{len(files)} Django migrations", results, "parse them (ast)")
    print(
        "\nSQL, a process each: statements, in how many files, seconds, peak memory above the start and the files"
    )
    for count, each in ((25_000, _A_FILE), (50_000, _A_FILE), (100_000, _A_FILE), (100_000, 100_000)):
        sizes = [str(count), str(each)]
        subprocess.run([PYTHON, "-m", "tests.benchmarks.migrations", "--sql", *sizes], check=True)


def judge_sql(count: int, each: int) -> None:
    """Judge so many statements and print what it took."""
    files = sql_files(count, each)
    source = MigrationSource(path="db", datastore="shop", tool="golang-migrate")
    read_migrations(source, sql_files(_A_FILE), service="shop", engine="postgres")  # what is loaded once
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.perf_counter()
    found = read_migrations(source, files, service="shop", engine="postgres")
    seconds = time.perf_counter() - started
    more = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    operations = sum(len(migration.operations) for migration in found)
    print(
        f"  {count:>7}  {len(files):>5}  {seconds:6.1f} s  {more:6.0f} MB  ({operations} operations)",
        flush=True,
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--sql"]:
        judge_sql(int(sys.argv[2]), int(sys.argv[3]))
    else:
        run(Path(sys.argv[1]) if sys.argv[1:] else None)
