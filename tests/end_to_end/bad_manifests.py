"""Manifests, repositories, answers and options of ``plan`` that cannot be used."""

from __future__ import annotations

from pathlib import Path

from tests.end_to_end.bad_input_cases import FIFO, FOLDER, GOOD, LONG, PLAN, Case, manifest, service


def _sparse(folder: Path) -> None:
    """A hundred megabytes that take no room."""
    with (folder / "sparse").open("wb") as file:
        file.write(b"[" * 4096)
        file.truncate(100_000_000)


_TYPES = (
    "version: 2\nsystem: [shop]\nservices:\n"
    + service("or ders")
    + "  users:\n    ownr: ann\n    repository:\n    deployed: v1\n    release: main\n    tier: twelve\n"
    "    estimate: soon\n    depends_on: {a: b}\n    commands: {deploi: x}\n"
    "  cart: nothing\n"
)
_NAMES = manifest(
    "  orders:\n    owner: ann\n    repository: ../repositories/shop\n    deployed: v1\n    release: main\n"
    "    consumes: [inventry]\n"
    "    depends_on: [user, orders]\n"
    "    datastores: [{name: orders-db, access: owner}]\n"
    "    migrations: {path: ../db, datastore: order-db}\n"
    '    commands: {deploy: "go {{ versoin }}", rollback: "back {{ base", stop: "echo \'{{ base }}\'"}\n',
    service(
        "users",
        more=", provides: [{api: inventory, type: openapi}], datastores: [{name: orders-db, access: owner}]",
    ),
    rest="rules: {dependency-frist: {enabled: false, reason: none}}\n",
)
_BOMB = "a: &a [x, x]\nb: &b [*a, *a]\nservices: {<<: *b, c: !!python/object x}\n"

MANIFESTS = [
    Case(
        "wrong types, unknown keys and missing ones",
        PLAN,
        (
            "services.yaml:1:10: version: found the text '2'; expected 1",
            "services.yaml:2:9: system: found a list; expected text",
            "services.yaml:4:3: found the text 'or ders' as a name; expected a name of at most 80 letters, "
            "digits, dots, dashes and underscores",
            "services.yaml:5:3: the key 'owner' is missing in services.users; add 'owner: ...'",
            "services.yaml:6:5: unknown key 'ownr' in services.users; expected one of commands, consumes, "
            "…; did you mean 'owner'?",
            "services.yaml:7:5: repository: found nothing; expected text; give it a value",
            "services.yaml:10:11: tier: found the text 'twelve'; expected a whole number",
            "services.yaml:11:15: estimate: found the text 'soon'; expected a time span such as 500ms, 90s, "
            "2m or 1h30m",
            "services.yaml:12:17: depends_on: found a mapping; expected a list",
            "services.yaml:13:16: unknown key 'deploi' in services.users.commands; expected one of deploy, "
            "migrate, …; did you mean 'deploy'?",
            "services.yaml:14:9: cart: found the text 'nothing'; expected a mapping",
        ),
        {"services.yaml": _TYPES},
    ),
    Case(
        "names of what is not there, templates with typos",
        PLAN,
        (
            "services.yaml:9:16: there is no API 'inventry' in this manifest; expected inventory; did you "
            "mean 'inventory'?",
            "services.yaml:10:18: there is no service 'user' in this manifest; expected users; did you mean "
            "'users'?",
            "services.yaml:10:24: orders depends on itself; expected another service; remove it",
            "services.yaml:12:24: path: '../db' leads out of the repository; expected a path inside it, "
            "without '..'; write it relative to the repository or 'path'",
            "services.yaml:12:42: orders migrates the data store 'order-db', which it does not name in "
            "'datastores'; expected orders-db; did you mean 'orders-db'?",
            "services.yaml:13:24: deploy: there is no 'versoin' to put in; expected one of base, "
            "environment, …; did you mean 'version'?",
            "services.yaml:13:54: rollback: a '{{', '{%' or '{#' is never closed; close it",
            "services.yaml:13:76: stop: a value inside single quotes, where it is not protected; put it "
            "outside, without quotes of your own (values are quoted by themselves), or opt out with '| "
            "raw'; see the commands in the documentation of the manifest",
            "services.yaml:14:170: the data store 'orders-db' already has the owner orders at "
            "services.yaml:11:44; expected one owner; let the other one write or read",
            "services.yaml:15:9: there is no rule 'dependency-frist'; expected one of announce, "
            "backfill-position, …; did you mean 'dependency-first'?",
        ),
        {"services.yaml": _NAMES},
    ),
    Case(
        "names that come twice",
        PLAN,
        (
            "services.yaml:5:3: the key 'orders' is here for the second time (first in line 4); expected "
            "every key once; remove or rename one of the two",
            "services.yaml:5:96: the key 'tier' is here for the second time (first in line 5); expected "
            "every key once; remove or rename one of the two",
            "services.yaml:6:1: the key 'system' is here for the second time (first in line 2); expected "
            "every key once; remove or rename one of the two",
        ),
        {
            "services.yaml": manifest(
                service("orders"), service("orders", more=", tier: 1, tier: 2"), rest="system: b\n"
            )
        },
    ),
    Case(
        "an alias bomb",
        PLAN,
        (
            "services.yaml:1:4: the anchor '&a'; expected the value alone; remove it, and write its value "
            "out where it is used",
            "services.yaml:2:4: the anchor '&b'; expected the value alone; remove it, and write its value "
            "out where it is used",
            "services.yaml:2:8: the alias '*a'; expected the value itself; write the value out",
            "services.yaml:2:12: the alias '*a'; expected the value itself; write the value out",
            "services.yaml:3:12: a merge key; expected the values themselves; write the merged values out",
            "services.yaml:3:16: the alias '*b'; expected the value itself; write the value out",
            "services.yaml:3:23: the tag 'tag:yaml.org,2002:python/object'; expected the value alone; "
            "remove the tag",
        ),
        {"services.yaml": _BOMB},
    ),
    Case(
        "a named pipe",
        PLAN,
        ("services.yaml: this is not a regular file; expected a YAML file; copy its content to one",),
        {"services.yaml": FIFO},
    ),
    Case(
        "a misspelt file",
        "plan servces.yaml -o release.yaml",
        ("servces.yaml: there is no such file; did you mean 'services.yaml'?",),
        {"services.yaml": GOOD},
    ),
    Case(
        "files that are no YAML",
        "check /dev/zero bytes control documents empty latin list loop missing nested quote sparse tabs",
        (
            "/dev/zero: this is not a regular file; expected a YAML file; copy its content to one",
            "bytes:2:1: control character U+0000; expected printable text; remove it; a binary file cannot "
            "be read",
            "control:1:8: title: the text contains the control character U+001B; expected printable text; remove "
            "the escape sequence",
            "control:2:9: system: the text contains the control character U+0085; expected printable text; remove "
            "the escape sequence",
            "documents:2:1: a second document begins; expected one document; remove the '---' line",
            "empty: the file is empty; expected lines of the form 'key: value'; check that this is the "
            "right file",
            "latin:2:12: byte 0xe9 at offset 22 is not UTF-8; expected UTF-8 text; save the file as UTF-8",
            "list:1:1: the file holds a list; expected lines of the form 'key: value'; check that this is "
            "the right file",
            "loop: the file cannot be read (Too many levels of symbolic links); check the path",
            "missing: there is no such file; check the path",
            "nested:1:74: nested deeper than 64 levels; check that this is the right file",
            "quote:2:8: a quoted text that is never closed; expected a closing quote; close it, or use the "
            "other kind of quotes",
            "sparse: the file is larger than 4 MiB; expected a file that people write; check that this is the "
            "right file",
            "tabs:3:1: a tab in the indentation; expected spaces; replace every tab at the start of a line",
        ),
        {
            "bytes": b"version: 1\n\0\x1b[2J\n",
            "control": 'title: "a\\e[2J"\nsystem: "\\u0085"\n',
            "documents": "runbook: 1\n---\nrunbook: 1\n",
            "empty": "# nothing\n",
            "latin": b"version: 1\nsystem: caf\xe9\n",
            "list": "- a\n",
            "loop": "-> loop",
            "nested": "services: " + "[" * 100_000,
            "quote": 'runbook: 1\ntitle: "shop\n',
            "tabs": "runbook: 1\nsteps:\n\t- id: a\n",
        },
        prepare=_sparse,
    ),
    Case(
        "included files and answers",
        PLAN,
        (
            "part.yaml:3:12: users: found nothing; expected a mapping; give it a value, or remove the key",
            "services.answers.yaml:2:1: unknown key 'migration'; expected one of answers, contracts, …; did "
            "you mean 'migrations'?",
            "services.yaml:5:11: loop: the file cannot be read (Too many levels of symbolic links); check "
            "the path",
            f"services.yaml:5:17: {LONG}: the file cannot be read (File name too long); check the path",
            "services.yaml:5:319: none.yaml: there is no such file; check the path",
            "services.yaml:5:341: pipe: this is not a regular file; expected a YAML file; copy its content "
            "to one",
        ),
        {
            "services.yaml": manifest(
                service("orders"), rest=f"include: [loop, {LONG}, none.yaml, part.yaml, pipe]\n"
            ),
            "services.answers.yaml": "answers: 1\nmigration: {}\n",
            "part.yaml": "version: 1\nsystem: shop\nservices: {users: }\n",
            "pipe": FIFO,
            "loop": "-> loop",
        },
    ),
]

REPOSITORIES = [
    Case(
        "all that can be wrong with repositories",
        PLAN,
        (
            "services.yaml:4:37: ../repositories/nowhere does not exist; expected a git repository; clone "
            "it there, or correct `repository` in the manifest",
            "services.yaml:5:35: ../repositories/empty has no commits yet; expected a repository with "
            "history; commit or fetch first",
            "services.yaml:6:35: ../repositories/plain is not a git repository; expected a work tree with "
            ".git, or a bare repository; clone it there, or correct `repository` in the manifest",
            "services.yaml:7:36: ../repositories/shop/db is a folder inside the repository …/shop; expected "
            "the root of a repository; write the root as `repository` and `path: db`",
            "services.yaml:8:34: ../repositories/file is not a git repository; expected a work tree with "
            ".git, or a bare repository; clone it there, or correct `repository` in the manifest",
            "services.yaml:9:37: ../repositories/loop does not exist; expected a git repository; clone it "
            "there, or correct `repository` in the manifest",
            f"services.yaml:10:37: ../repositories/{LONG} cannot be looked into (File name too long); "
            "expected a git repository; clone it there, or correct `repository` in the manifest",
            "services.yaml:11:36: ../repositories/broken has missing or damaged objects: …; expected a "
            "complete clone; run `git -C ../repositories/broken fsck`, or clone it again without --filter",
            "services.yaml:12:72: ../repositories/deleted has no commit v1; expected a tag, branch, SHA or "
            "tag glob; was it deleted, or not fetched yet? Run `git -C ../repositories/deleted fetch --tags`",
            "services.yaml:12:85: ../repositories/deleted has no commit mian; expected a tag, branch, SHA "
            "or tag glob; did you mean main?",
            "services.yaml:13:72: ../repositories/shallow has no commit v1; expected a tag, branch, SHA or "
            "tag glob; the clone is shallow: run `git -C ../repositories/shallow fetch --unshallow --tags`",
            "services.yaml:14:33: ../repositories/cut is a shallow clone that was cut off between … and …; "
            "expected the history between what runs and what is released; run `git -C ../repositories/cut "
            "fetch --unshallow`",
            "services.yaml:15:67: no tag matches v9.*; expected a tag glob such as v2.*; its newest tags: v1",
            "services.yaml:15:82: no tag matches v8.*; expected a tag glob such as v2.*; its newest tags: v1",
            "services.yaml:16:69: ../repositories/shop has no commit --output=x; expected a tag, branch, "
            "SHA or tag glob; was it deleted, or not fetched yet? Run `git -C ../repositories/shop fetch "
            "--tags`",
            "services.yaml:16:92: ../repositories/shop has no commit main^{/x}; expected a tag, branch, SHA "
            "or tag glob; was it deleted, or not fetched yet? Run `git -C ../repositories/shop fetch --tags`",
        ),
        {
            "services.yaml": manifest(
                service("missing", repository="nowhere"),
                service("empty", repository="empty"),
                service("plain", repository="plain"),
                service("inside", repository="shop/db"),
                service("file", repository="file"),
                service("looping", repository="loop"),
                service("endless", repository=LONG),
                service("broken", repository="broken"),
                service("deleted", repository="deleted", target="mian"),
                service("shallow", repository="shallow"),
                service("cut", repository="cut"),
                service("globs", base="v9.*", target="v8.*"),
                service("options", base='"--output=x"', target='"main^{/x}"'),
            )
        },
    ),
    Case(
        "paths that a repository does not have",
        PLAN,
        (
            "services.yaml:4:93: nowhere does not exist in ../repositories/shop at main; expected an "
            "existing path; correct it, or release another ref",
            "services.yaml:5:142: api.yaml does not exist in ../repositories/shop at main; expected an "
            "existing path; correct it, or release another ref",
            "services.yaml:5:214: nowhere does not exist in ../repositories/shop at main; expected an "
            "existing path; correct it, or release another ref",
            "services.yaml:6:150: no migration of cart is recognised in docs; expected files of "
            "alembic, …, sqlx; name the tool, or correct the path",
        ),
        {
            "services.yaml": manifest(
                service("orders", more=", path: nowhere"),
                service(
                    "users",
                    more=", provides: [{api: users-http, type: openapi, definition: api.yaml}], "
                    "datastores: [{name: db, access: owner}], migrations: {path: nowhere, datastore: db}",
                ),
                service(
                    "cart",
                    more=", datastores: [{name: cart-db, access: owner}], migrations: {path: docs, datastore: cart-db}",
                ),
            )
        },
    ),
    Case(
        "migrations that do not parse",
        PLAN,
        (
            "../repositories/broken-migrations/versions/b.py:3: this migration, as it is at main, cannot be "
            "read: it is not Python of this version: …; mend the file; the tool cannot load it",
            "../repositories/broken-migrations/versions/c.py:5: this migration, as it is at main, cannot be "
            "read: it is not Python of this version: …; mend the file; the tool cannot load it",
        ),
        {
            "services.yaml": manifest(
                service(
                    "orders",
                    repository="broken-migrations",
                    more=", datastores: [{name: db, access: owner, engine: postgres}], "
                    "migrations: {path: versions, datastore: db}",
                )
            )
        },
    ),
]

OPTIONS = [
    Case(
        "services that are not there",
        f"{PLAN} --only ordrs,users --target odrers=v1 --target orders=v9",
        (
            "--only ordrs: there is no service ordrs; expected orders; did you mean 'orders'?",
            "--only users: there is no service users; expected orders",
            "--target odrers=v1: there is no service odrers; expected orders; did you mean 'orders'?",
            "--target orders=v9: orders is not part of the release; add orders to --only",
        ),
        {"services.yaml": GOOD},
    ),
    Case(
        "a window that ends before it starts",
        f"{PLAN} --window 2026-11-24T12:00Z 2026-11-24T11:00Z",
        ("--window: '2026-11-24T12:00Z 2026-11-24T11:00Z' cannot be used; expected an end after its start",),
    ),
    Case(
        "a folder as output",
        "plan services.yaml -o out",
        ("out: this is a folder, not a regular file; name a file inside it",),
        {"services.yaml": GOOD, "out": FOLDER},
    ),
    Case(
        "output in no folder",
        "plan services.yaml -o no/release.yaml",
        ("no/release.yaml: cannot be written (there is no folder no); make it, or correct the path",),
        {"services.yaml": GOOD},
    ),
    Case(
        "output through a link to nowhere",
        PLAN,
        ("release.yaml: a symbolic link that leads to no file; remove it, or name the file itself",),
        {"services.yaml": GOOD, "release.yaml": "-> ../nowhere.yaml"},
    ),
    Case(
        "output into a pipe",
        PLAN,
        ("release.yaml: this is not a regular file, so it is not replaced; name the file itself",),
        {"services.yaml": GOOD, "release.yaml": FIFO},
    ),
    Case(
        "the manifest as output",
        "plan services.yaml -o services.yaml",
        ("services.yaml: this is the manifest; name another file for the runbook",),
        {"services.yaml": GOOD},
    ),
    Case(
        "output over something else",
        PLAN,
        (
            "release.yaml:1:1: the file holds the text 'a note'; expected lines of the form 'key: value'; "
            "check that this is the right file",
        ),
        {"services.yaml": GOOD, "release.yaml": "a note\n"},
    ),
    Case(
        "output of which a part cannot be written",
        PLAN,
        (
            ".release.derived.yaml: this is a folder, not a regular file; name a file inside it",
            ".release.derived.yaml is written together with release.yaml: move what is there away, or "
            "choose another name",
        ),
        {"services.yaml": GOOD, ".release.derived.yaml": FOLDER},
    ),
]

ANSWERS = [
    Case(
        "a question of no kind",
        "answer services.yaml phase:orders/1 expand --because x",
        (
            "question 'phase:orders/1' is of no known kind; expected migration:<service>/<id>, "
            "contract:<api> or on-call:<service>",
        ),
        {"services.yaml": GOOD},
    ),
    Case(
        "an answer that is none",
        "answer services.yaml migration:orders/1 expnd --because x",
        (
            "migration:orders/1: phase: found the text 'expnd'; expected one of backfill, contract, …; did "
            "you mean 'expand'?",
        ),
        {"services.yaml": GOOD},
    ),
    Case(
        "an answer about nobody",
        "answer services.yaml on-call:ordres ann --because x",
        ("on-call:ordres: there is no service 'ordres' in the manifest; did you mean 'orders'?",),
        {"services.yaml": GOOD},
    ),
    Case(
        "answers that cannot be read",
        "answer services.yaml on-call:orders ann --because x",
        (
            "services.answers.yaml:3:1: a bracket that is not closed; expected ',' or the closing bracket; "
            "close it, and put texts with commas or brackets in quotes",
        ),
        {"services.yaml": GOOD, "services.answers.yaml": "answers: [\nservices:\n"},
    ),
]
