"""What the code itself must not contain: calls that run text, markup read from text, programs started elsewhere."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import runbook_tui

PACKAGE = Path(runbook_tui.__file__).parent
ROOT = PACKAGE.parent
FLOORS = {"gitpython": (3, 1, 62), "jinja2": (3, 1, 6), "ruamel.yaml": (0, 19, 1)}
"""The first versions without a known way out (reliability.md, 5.2 to 5.4)."""

STARTING = {
    "cli/plain_shell.py",  # the operator's own shell and editor
    "demo/processes.py",  # the example's services
    "execution/commands.py",  # the shim of a step
    "execution/secrets.py",  # the command that prints a secret
    "execution/sessions.py",  # loginctl
    "execution/shim.py",
    "execution/shim_run.py",
    "execution/signing.py",  # ssh-keygen
    "migrations/squawk.py",
    "rendering/child.py",  # the limited process of a template
    "tui/editor.py",  # the operator's own editor
    "tui/screens/run_changes.py",  # the operator's own shell
}
"""The modules that may start a program, each for one reason."""
STARTERS = frozenset({"Popen", "call", "check_call", "check_output", "run", "getoutput", "getstatusoutput"})
OS_STARTERS = re.compile(r"(?:system|popen|exec[lv]p?e?|spawn\w+|posix_spawnp?|fork|forkpty|startfile)\Z")
MARKUP_WIDGETS = frozenset({"Static", "OptionList", "SelectionList", "Button", "Checkbox", "notify", "Toast"})


def modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        yield path.relative_to(PACKAGE).as_posix(), ast.parse(path.read_text("utf-8"))


TREES = dict(modules())


def calls(tree: ast.AST) -> Iterator[tuple[str, str, ast.Call]]:
    """Every call: what stands before the last dot, the name, and the call itself."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute):
                yield ast.unparse(node.func.value), node.func.attr, node
            elif isinstance(node.func, ast.Name):
                yield "", node.func.id, node


def keyword(call: ast.Call, name: str) -> object:
    """The constant that a call gives for a keyword; None where it gives none."""
    return next(
        (k.value.value for k in call.keywords if k.arg == name and isinstance(k.value, ast.Constant)), None
    )


def _shell(owner: str, name: str, call: ast.Call) -> bool:
    return bool(keyword(call, "shell"))


def _code(owner: str, name: str, call: ast.Call) -> bool:
    return not owner and name in {"eval", "exec", "compile"}


def _system(owner: str, name: str, call: ast.Call) -> bool:
    return owner == "os" and name in {"system", "popen"}


def _pickle(owner: str, name: str, call: ast.Call) -> bool:
    return owner in {"pickle", "shelve", "dill"} or (owner == "marshal" and name in {"load", "loads"})


def _yaml(owner: str, name: str, call: ast.Call) -> bool:
    return keyword(call, "typ") == "unsafe" or name in {"unsafe_load", "full_load"}


def _names(owner: str, name: str, call: ast.Call) -> bool:
    return name in {"mktemp", "tmpnam", "tempnam"}


def _template(owner: str, name: str, call: ast.Call) -> bool:
    return name in {
        "Environment",
        "SandboxedEnvironment",
        "NativeEnvironment",
        "ImmutableSandboxedEnvironment",
    }


def _markup(owner: str, name: str, call: ast.Call) -> bool:
    return name in {"from_markup", "RichLog", "Label", "DataTable", "Tree", "Collapsible", "Digits", "Pretty"}


Forbidden = Callable[[str, str, ast.Call], bool]
RULES: dict[str, tuple[Forbidden, frozenset[str]]] = {
    "shell=True": (_shell, frozenset()),
    "eval and exec": (_code, frozenset()),
    "os.system": (_system, frozenset()),
    "pickle": (_pickle, frozenset()),
    "unsafe YAML": (_yaml, frozenset()),
    "names of temporary files": (_names, frozenset()),
    "Jinja environments": (_template, frozenset({"text/sandbox.py"})),
    "widgets that read markup": (_markup, frozenset()),
}


@pytest.mark.parametrize("rule", RULES)
def test_nothing_forbidden_is_called(rule: str) -> None:
    is_forbidden, allowed = RULES[rule]
    found = [
        f"{module}:{call.lineno}: {owner}.{name}"
        for module, tree in TREES.items()
        for owner, name, call in calls(tree)
        if module not in allowed and is_forbidden(owner, name, call)
        if rule != "widgets that read markup" or module.startswith("tui/")
    ]
    assert found == []


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ("shell=True", "subprocess.run('x', shell=True)"),
        ("eval and exec", "eval('x')"),
        ("os.system", "os.system('x')"),
        ("pickle", "pickle.loads(b'')"),
        ("unsafe YAML", "YAML(typ='unsafe')"),
        ("unsafe YAML", "yaml.unsafe_load('x')"),
        ("names of temporary files", "tempfile.mktemp()"),
        ("Jinja environments", "jinja2.Environment()"),
        ("widgets that read markup", "Label('x')"),
    ],
)
def test_every_rule_finds_what_it_forbids(rule: str, code: str) -> None:
    is_forbidden, _ = RULES[rule]
    ((owner, name, call),) = calls(ast.parse(code))
    assert is_forbidden(owner, name, call)


def test_programs_are_started_in_few_places() -> None:
    found = {
        module
        for module, tree in TREES.items()
        for owner, name, _ in calls(tree)
        if (owner == "subprocess" and name in STARTERS) or (owner == "os" and OS_STARTERS.match(name))
    }
    assert found <= STARTING, sorted(found - STARTING)
    imports = {
        module
        for module, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Import) and any(name.name in {"subprocess", "pty"} for name in node.names)
    }
    assert imports <= STARTING, sorted(imports - STARTING)


def test_no_program_is_started_with_a_line_of_text() -> None:
    """A list of words, never one text that a shell or ``shlex`` would have to take apart."""
    found = [
        f"{module}:{call.lineno}"
        for module, tree in TREES.items()
        for owner, name, call in calls(tree)
        if owner == "subprocess"
        and name in STARTERS
        and call.args
        and isinstance(call.args[0], (ast.Constant, ast.JoinedStr))
    ]
    assert found == []


def test_no_other_reader_of_yaml_is_there() -> None:
    for module, tree in TREES.items():
        for node in ast.walk(tree):
            names = [name.name for name in node.names] if isinstance(node, ast.Import) else []
            assert "yaml" not in names and getattr(node, "module", None) != "yaml", module


def test_git_is_run_in_one_room_and_without_its_objects() -> None:
    for module, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "git":
                assert module in {"repositories/command.py", "repositories/fast_import.py"}, module
                assert {name.name for name in node.names} <= {"Git", "GitCommandNotFound"}, module
            if isinstance(node, ast.Attribute) and node.attr == "git":
                assert ast.unparse(node.value) not in {"repo", "self.repo", "repository"}, (
                    f"{module}:{node.lineno}"
                )


def test_no_widget_reads_its_text_as_markup() -> None:
    found = []
    for module, tree in TREES.items():
        if not module.startswith("tui/"):
            continue
        for owner, name, call in calls(tree):
            if name not in MARKUP_WIDGETS or owner == "super()":
                continue
            given = {word.arg for word in call.keywords}
            first = call.args[0] if call.args else None
            if name in {"Static", "OptionList", "notify"} and "markup" not in given:
                found.append(f"{module}:{call.lineno}: {name} without markup=False")
            elif name in {"Button", "Checkbox"} and isinstance(first, (ast.JoinedStr, ast.Attribute)):
                found.append(f"{module}:{call.lineno}: {name} with a text that is not the app's own")
    assert found == []


def test_dependencies_have_floors_without_known_defects() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    declared: dict[str, tuple[int, ...]] = {}
    for line in project["project"]["dependencies"]:
        match = re.match(r"([A-Za-z0-9._-]+)\s*(?:>=|==)\s*([0-9.]+)", line)
        if match:
            declared[match[1].lower()] = tuple(int(part) for part in match[2].split("."))
    for name, floor in FLOORS.items():
        assert declared[name] >= floor, name
    pinned = (ROOT / "constraints.txt").read_text().lower()
    for name, floor in FLOORS.items():
        match = re.search(rf"^{re.escape(name.replace('.', '-'))}==([0-9.]+)", pinned, re.MULTILINE)
        assert match and tuple(int(part) for part in match[1].split(".")) >= floor, name
