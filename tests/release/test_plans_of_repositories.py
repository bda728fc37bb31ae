"""Plans from real repositories: phases that authors declare, data stores with rules, and answers that people give."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from runbook_tui.cli.main import main

if TYPE_CHECKING:
    from tests.release.conftest import System

MANIFEST = """
    version: 1
    system: shop
    datastores:
      db: {{engine: postgres@15{store}}}
    services:
      shop:
        owner: ann
        repository: shop
        deployed: v1
        release: {release}
        on_call: ann
        datastores: [{{name: db, access: owner}}]
        migrations: {{path: {path}, datastore: db}}
    """


def load(system: System, path: str, *, release: str = "v2", store: str = "") -> str:
    """Write the manifest; its path."""
    system.load(MANIFEST.format(path=path, release=release, store=store))
    return str(system.manifest)


def plan(manifest: str, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """The plan as data, whether there is an order or not."""
    capsys.readouterr()
    main(["plan", manifest, "--json"])
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def around_deploy(found: dict[str, Any]) -> list[str]:
    """The ids of the steps that change something, in the order shown."""
    return [step["id"] for step in found["steps"] if step["kind"] in {"migrate", "backfill", "deploy"}]


def _rails(name: str, body: str) -> str:
    return (
        f"class {name} < ActiveRecord::Migration[7.1]\n  def up\n    {body}\n  end\n\n  def down; end\nend\n"
    )


RAILS = {
    "db/migrate/20260101000000_init.rb": _rails(
        "Init", "create_table(:orders) { |t| t.text :note; t.text :old }"
    ),
    "db/migrate/20260201000000_add_total.rb": _rails("AddTotal", "add_column :orders, :total, :integer"),
    "db/post_migrate/20260202000000_fill.rb": _rails("Fill", "execute 'UPDATE orders SET total = 0'"),
    "db/post_migrate/20260203000000_drop_old.rb": _rails("DropOld", "remove_column :orders, :old"),
}


@pytest.mark.parametrize(
    ("store", "order"),
    [
        ("", ["expand:1", "deploy", "backfill:2", "contract:3"]),
        (", backfill: before-deploy", ["expand:1", "backfill:2", "deploy", "contract:3"]),
        (", contract: offline", ["expand:1", "stop", "backfill:2", "contract:3", "deploy"]),
    ],
)
def test_rails_with_post_migrate(
    system: System, capsys: pytest.CaptureFixture[str], store: str, order: list[str]
) -> None:
    first = "db/migrate/20260101000000_init.rb"
    system.version("shop", "v1", {first: RAILS[first]})
    system.version("shop", "v2", RAILS)
    found = plan(load(system, "db", store=store), capsys)
    ids = {"1": "20260201000000", "2": "20260202000000", "3": "20260203000000"}
    wanted = [
        f"{word}-shop{'-' + ids[n] if n else ''}" for word, _, n in (one.partition(":") for one in order)
    ]
    assert around_deploy(found) == wanted
    told = {step["id"]: step.get("description", "") for step in found["steps"]}
    offline = "offline" in store
    assert ("shop: stopped while" in (found["downtime"] or "")) is offline
    assert ("every process that uses db is stopped" in told[f"contract-shop-{ids['3']}"]) is offline


def _django(name: str, operations: str, *, safe: str = "", after: str = "") -> str:
    parents = f'[("shop", "{after}")]' if after else "[]"
    declared = f"    safe = Safe.{safe}()\n" if safe else ""
    return (
        "from django.db import migrations, models\nfrom django_safemigrate import Safe\n\n\n"
        f"class Migration(migrations.Migration):\n{declared}    dependencies = {parents}\n"
        f"    operations = [{operations}]\n"
    )


_FIELD = 'migrations.{}(model_name="order", name="{}", field=models.TextField(null=True))'


def test_django_with_safemigrate(system: System, capsys: pytest.CaptureFixture[str]) -> None:
    model = 'migrations.CreateModel(name="Order", fields=[("id", models.BigAutoField(primary_key=True))])'
    files = {
        "shop/migrations/__init__.py": "",
        "shop/migrations/0001_initial.py": _django("0001_initial", model),
    }
    system.version("shop", "v1", files)
    code = "migrations.RunPython(fill, migrations.RunPython.noop)"
    files |= {
        "shop/migrations/0002_note.py": _django(
            "0002_note", _FIELD.format("AddField", "note"), safe="before_deploy", after="0001_initial"
        ),
        "shop/migrations/0003_fill.py": _django("0003_fill", code, safe="after_deploy", after="0002_note"),
    }
    system.version("shop", "v2", files)
    found = plan(load(system, "."), capsys)
    expand, deploy, fill = around_deploy(found)
    assert (expand, deploy) == ("expand-shop-shop.0002_note", "deploy-shop")
    assert fill.endswith("-shop-shop.0003_fill")
    told = {step["id"]: step["description"] for step in found["steps"] if "description" in step}
    assert "Its author declares that it belongs to expand." in told[expand]
    confirmed = {step["id"]: step.get("confirm", "") for step in found["steps"]}
    assert "migrate shop 0002_note" in confirmed[expand]


def _changelog(*ids: str, body: str = '<customChange class="a.B"/>') -> str:
    sets = "".join(f'<changeSet id="{name}" author="ann lee">{body}</changeSet>' for name in ids)
    return f'<databaseChangeLog><changeSet id="0" author="x"><empty/></changeSet>{sets}</databaseChangeLog>'


def _knex(body: str) -> str:
    return f"const lib = require('../lib');\nexports.up = (knex) => lib.{body}(knex);\nexports.down = () => {{}};\n"


LIQUIBASE = ("a b", "a/b", "a:b", "a::b", "ä", "'$x'")


def _opaque(system: System, tool: str) -> tuple[str, list[str]]:
    """Migrations that nobody can read; where they are, and their ids."""
    if tool == "liquibase":
        system.version("shop", "v1", {"db/changelog.xml": _changelog()})
        system.version("shop", "v2", {"db/changelog.xml": _changelog(*LIQUIBASE)})
        return "db", [f"db/changelog.xml::{name}::ann lee" for name in LIQUIBASE]
    first = {
        "migrations/20190101_init.js": "exports.up = (knex) => knex.raw('SELECT 1');\nexports.down = () => {};\n"
    }
    names = ["20200101_x.js", "20200101-x.js", "20200102 y.js"]
    system.version("shop", "v1", first)
    system.version("shop", "v2", {f"migrations/{name}": _knex("fill") for name in names})
    return "migrations", names


@pytest.mark.parametrize("tool", ["liquibase", "knex"])
def test_answers_reach_migrations_whatever_they_are_called(
    system: System, capsys: pytest.CaptureFixture[str], tool: str
) -> None:
    path, ids = _opaque(system, tool)
    manifest = load(system, path)
    before = plan(manifest, capsys)
    asked = [question["id"] for question in before["questions"] if question["blocking"]]
    assert sorted(asked) == sorted(f"migration:shop/{name}" for name in ids)
    steps = [step["id"] for step in before["steps"] if "migration" in step]
    assert len(set(steps)) == len(ids)
    for question in asked:
        assert main(["answer", manifest, question, "expand", "--because", "it adds", "--reversible"]) == 0
    after = plan(manifest, capsys)
    assert not [question for question in after["questions"] if question["blocking"]]
    placed = {step["migration"]["revision"]: step for step in after["steps"] if "migration" in step}
    assert set(placed) == set(ids)
    assert {step["phase"] for step in placed.values()} == {"expand"}
    assert {step["id"] for step in placed.values()} == {
        one.replace("backfill-", "expand-", 1) for one in steps
    }


def test_an_answer_to_something_else_is_told_with_the_question(
    system: System, capsys: pytest.CaptureFixture[str]
) -> None:
    system.version("shop", "v1", {"db/changelog.xml": _changelog()})
    system.version("shop", "v2", {"db/changelog.xml": _changelog("a b")})
    question = "migration:shop/db/changelog.xml::a b::ann lee"
    said = ["--because", "it adds", "--by", "bo"]
    assert main(["answer", load(system, "db"), question, "expand", *said]) == 0
    system.version("shop", "v3", {"db/changelog.xml": _changelog("a b", body='<customChange class="a.C"/>')})
    capsys.readouterr()
    assert main(["plan", load(system, "db", release="v3")]) == 0
    told = capsys.readouterr().out
    assert f"{question} (needed): " in told
    assert "(bo said expand, before it was changed.)" in told
    assert "[stale-answer]" in told


def test_what_has_no_safe_moment_is_told_with_what_to_do_instead(
    system: System, capsys: pytest.CaptureFixture[str]
) -> None:
    def sql(text: str) -> str:
        return f"-- +goose Up\n{text}\n-- +goose Down\nSELECT 1;\n"

    system.version("shop", "v1", {"db/1_init.sql": sql("CREATE TABLE orders (id int, note text, old text);")})
    system.version(
        "shop",
        "v2",
        {
            "db/2_rename.sql": sql("ALTER TABLE orders RENAME COLUMN note TO remark;"),
            "db/3_mixed.sql": sql(
                "ALTER TABLE orders ADD COLUMN total int;\nALTER TABLE orders DROP COLUMN old;"
            ),
        },
    )
    capsys.readouterr()
    assert main(["plan", load(system, "db")]) == 1
    told = capsys.readouterr().out
    assert "Way out: split shop/2 over two releases" in told
    rename, _, mixed = told.partition("    shop/3:\n")
    assert "    shop/2:\n      release 1, expand: Add remark beside note" in rename
    assert "ALTER TABLE orders ADD COLUMN remark text;" in rename
    assert (
        "release 2, contract: When no code knows note: drop it: ALTER TABLE orders DROP COLUMN note;"
        in rename
    )
    assert "release 1, expand: A migration of its own, before the deploy" in mixed
    assert "drop column orders.old (line 3)" in mixed
    for rule in ("rename", "mixed-phases"):
        assert f"[{rule}]" in told
