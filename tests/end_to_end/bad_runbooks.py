"""Runbooks, decisions, records and templates that cannot be used."""

from __future__ import annotations

from tests.end_to_end.bad_input_cases import EXPORT, FIFO, FOLDER, PLANNED, Case, runbook

_FORMS = (
    "runbook: 3\ntitel: Release\nwindow: {start: noon, end: 2026-11-24T12:00Z}\nrelease: {shop: {base: x}}\nsteps:\n"
    "  - {id: A b, title: x, kind: deplyo, run: x, http: http://x}\n"
    "  - {id: b, title: x, kind: deploy}\n"
    '  - {id: c, title: "", kind: deploy, run: x, timeout: soon, verify: {wait: 3m}, needs: [b, {step: b}]}\n'
    "  - {id: d, title: x, kind: deploy, http: {url: ftp://x, metod: GET}, environment: {1A: x}}\n"
    "  - text\n"
)
_CIRCLES = runbook(
    "id: a, title: A, kind: note, needs: [{step: b, because: one}]",
    "id: b, title: B, kind: note, needs: [{step: a, because: two}]",
    "id: c, title: C, kind: note, needs: [{step: d, because: three}, {step: c, because: four}]",
    "id: d, title: D, kind: note, needs: [{step: dd, because: five}]",
)

RUNBOOKS = [
    Case(
        "steps of the wrong form",
        "check release.yaml",
        (
            "release.yaml:1:1: the key 'title' is missing; add 'title: ...'",
            "release.yaml:1:10: runbook: found the text '3'; expected 1",
            "release.yaml:2:1: unknown key 'titel'; expected one of approval, change, …; did you mean "
            "'title'?",
            "release.yaml:3:17: start: found the text 'noon'; expected a time with its UTC offset such as "
            "2026-11-24T09:30+01:00",
            "release.yaml:4:11: the key 'target' is missing in release.shop; add 'target: ...'",
            "release.yaml:4:11: the key 'version' is missing in release.shop; add 'version: ...'",
            "release.yaml:6:5: exactly one of run, http, sql, confirm, wait, approve is needed, found run "
            "and http",
            "release.yaml:6:10: id: found the text 'A b'; expected an id of small letters, digits, dots, "
            "dashes and underscores, at most 100",
            "release.yaml:6:31: kind: found the text 'deplyo'; expected one of announce, backfill, …; did "
            "you mean 'deploy'?",
            "release.yaml:7:5: exactly one of run, http, sql, confirm, wait, approve is needed, found none",
            "release.yaml:8:20: title: found an empty value; expected at least 1 character",
            "release.yaml:8:55: timeout: a time span such as 500ms, 90s, 2m or 1h30m is needed",
            "release.yaml:8:69: verify: verify takes run, http, sql or confirm",
            "release.yaml:8:89: found the text 'b'; expected a mapping",
            "release.yaml:8:92: the key 'because' is missing in steps[2].needs[1]; add 'because: ...'",
            "release.yaml:9:49: url: found the text 'ftp://x'; expected a URL: http://... or https://...",
            "release.yaml:9:58: unknown key 'metod' in steps[3].http; expected one of body, headers, …; did "
            "you mean 'method'?",
            "release.yaml:9:85: found the text '1A' as a name; expected a name of letters, digits and "
            "underscores that does not begin with a digit",
            "release.yaml:10:5: found the text 'text'; expected a mapping",
        ),
        {"release.yaml": _FORMS},
    ),
    Case(
        "steps that wait for each other",
        "explain release.yaml a",
        (
            "release.yaml:4:43: these steps wait for each other: 'a' needs 'b' because one; 'b' needs 'a' "
            "because two; expected an order; remove one of these needs",
            "release.yaml:6:43: step 'c' stands before 'd', which it needs because three; move 'c' behind "
            "'d', or remove the need",
            "release.yaml:6:77: step 'c' needs itself; expected another step; remove the need",
            "release.yaml:7:50: step 'd' needs 'dd', which is not a step of this runbook; expected the id "
            "of a step; did you mean 'd'?",
        ),
        {"release.yaml": _CIRCLES},
    ),
    Case(
        "steps with one name",
        "run --plain release.yaml",
        (
            "release.yaml:5:10: the id 'a' is here for the second time (first in line 4); expected every id "
            "once; rename one of the two",
        ),
        {"release.yaml": runbook("id: a, title: A, kind: note", "id: a, title: B, kind: note")},
    ),
    Case(
        "a runbook of no encoding",
        "run --plain --rehearse release.yaml",
        (
            "release.yaml:2:1: byte 0xff at offset 11 is not UTF-8; expected UTF-8 text; save the file as "
            "UTF-8",
        ),
        {"release.yaml": b"runbook: 1\n\xff"},
    ),
    Case(
        "a pipe to execute",
        "run --plain release.yaml",
        ("release.yaml: this is not a regular file; expected a YAML file; copy its content to one",),
        {"release.yaml": FIFO},
    ),
    Case(
        "a device to execute",
        "run --plain /dev/zero",
        ("/dev/zero: this is not a regular file; expected a YAML file; copy its content to one",),
    ),
    Case(
        "a folder to export",
        "export release.yaml -o release.md",
        ("release.yaml: this is a directory; expected a YAML file; name the file inside it",),
        {"release.yaml": FOLDER},
    ),
    Case(
        "a step that is not there",
        "explain release.yaml depoly",
        (
            "release.yaml: there is no step 'depoly' in the runbook; expected the id of a step; did you "
            "mean 'deploy'?",
        ),
        {"release.yaml": PLANNED},
    ),
    Case(
        "what the planner could not know",
        "run --plain release.yaml",
        (
            "release.yaml…: open question contract:shop-http: Who goes first?…",
            "release.yaml: it cannot be executed like this; answer the questions…",
        ),
        {"release.yaml": PLANNED + "questions: [{id: contract:shop-http, text: Who goes first?}]\n"},
    ),
    Case(
        "decisions of the wrong form",
        "run --plain release.yaml --decisions decisions.yaml",
        (
            "decisions.yaml:1:12: decisions: found the text '2'; expected 1",
            "decisions.yaml:2:1: unknown key 'step'; expected one of decisions, steps; did you mean 'steps'?",
            "decisions.yaml:4:7: go: found the text 'yes'; expected a mapping",
            "decisions.yaml:5:22: decision: found the text 'aprove'; expected one of approve, confirm, …; "
            "did you mean 'approve'?",
            "decisions.yaml:5:48: because: found an empty value; expected at least 1 character",
        ),
        {
            "release.yaml": PLANNED,
            "decisions.yaml": "decisions: 2\nstep: {}\nsteps:\n  go: yes\n"
            "  deploy: {decision: aprove, by: ann, because: ''}\n",
        },
    ),
    Case(
        "decisions about nothing",
        "run --plain release.yaml --decisions decisions.yaml --until deplyo",
        (
            "--until deplyo: there is no step 'deplyo' in the runbook; expected the id of a step; did you "
            "mean 'deploy'?",
            "decisions.yaml:3:3: there is no step 'goo' in the runbook; expected the id of a step; did you "
            "mean 'go'?",
            "decisions.yaml:4:3: step 'deploy' is executed without asking anybody; expected retry or skip; "
            "change the decision, or remove it",
        ),
        {
            "release.yaml": PLANNED,
            "decisions.yaml": "decisions: 1\nsteps:\n  goo: {decision: approve, by: ann, because: x}\n"
            "  deploy: {decision: approve, by: ann, because: x}\n",
        },
    ),
    Case(
        "a run that is not there",
        "record show release.runs/2026-11-24-production",
        ("release.runs/2026-11-24-production…",),
    ),
]

TEMPLATES = [
    Case(
        "a template with typos",
        EXPORT,
        (
            "own.j2:2:10: what this template extends has no block 'sumary'; expected one of close, "
            "communication, …; did you mean 'summary'?",
            "own.j2:2:22: 'runbok' is undefined; did you mean 'runbook'?",
            "own.j2:2:37: no filter named 'mdd'; did you mean 'md'?",
        ),
        {
            "release.yaml": PLANNED,
            "own.j2": '{% extends "runbook.md.j2" %}\n{% block sumary %}{{ runbok.title | mdd }}{% endblock %}\n',
        },
    ),
    Case(
        "a template that ends too early",
        EXPORT,
        ("own.j2:2: the block '{% for %}' is never closed; add '{% endfor %}'",),
        {"release.yaml": PLANNED, "own.j2": "a\n{% for a in steps %}"},
    ),
    Case(
        "a template that is not there",
        EXPORT,
        ("own.j2: this template does not exist; check the path",),
        {"release.yaml": PLANNED},
    ),
    Case(
        "a template that is a pipe",
        EXPORT,
        ("own.j2: this template is not a regular file; name a file of text",),
        {"release.yaml": PLANNED, "own.j2": FIFO},
    ),
    Case(
        "a template without end",
        EXPORT,
        ("own.j2:1: rendering takes more than 2 seconds; does a loop never end?",),
        {
            "release.yaml": PLANNED,
            "own.j2": "{% for a in range(99999) %}{% for b in range(99999) %}\n{% endfor %}{% endfor %}",
        },
    ),
    Case(
        "a template of a gigabyte",
        EXPORT,
        ("own.j2: rendering makes more than 64 million characters; does a loop never end?",),
        {
            "release.yaml": PLANNED,
            "own.j2": "{% for a in range(9999) %}\n{{ 'x' * 999999 }}{% endfor %}",
        },
    ),
    Case(
        "a document in no folder",
        "export release.yaml -o no/release.md",
        ("no/release.md: cannot be written (there is no folder no); make it, or correct the path",),
        {"release.yaml": PLANNED},
    ),
    Case(
        "a document in place of a link",
        "export release.yaml -o release.md",
        ("release.md: this is not a regular file, so it is not replaced; name the file itself",),
        {"release.yaml": PLANNED, "release.md": "-> release.yaml"},
    ),
]
