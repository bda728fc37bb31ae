"""The environment of every git process: a repository's own configuration makes none of them run a program.

Which settings execute something while history is merely read was found by trying them: ``core.fsmonitor``
even from ``git diff-tree``, a promisor remote's ``uploadpack`` from reading a blob, and so on. Text
conversion cannot be switched off here; the commands that could do it say ``--no-textconv`` themselves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Settings = Sequence[tuple[str, str]]
"""Names and values of git configuration, in order; a name may come more than once."""

OLDEST_GIT = (2, 31)
"""First git that takes configuration from ``GIT_CONFIG_COUNT``, without which none of this has an effect."""

_QUIET: Settings = (
    ("core.fsmonitor", "false"),
    ("core.hooksPath", "/dev/null"),
    ("core.attributesFile", "/dev/null"),
    ("core.pager", "cat"),
    ("core.alternateRefsCommand", "true"),
    ("core.gitProxy", "none"),
    ("diff.external", ""),
    ("diff.orderFile", "/dev/null"),
    ("gpg.program", "false"),
    ("log.showSignature", "false"),
    ("log.showRoot", "true"),
    ("gc.auto", "0"),
    ("maintenance.auto", "false"),
)
"""Nothing runs by itself, and nothing is left out of a history that the repository asks to hide."""

_OFFLINE: Settings = (
    ("core.sshCommand", "false"),
    ("protocol.allow", "never"),
    ("credential.helper", ""),
    ("safe.bareRepository", "explicit"),
)

_ONLINE: Settings = (
    ("core.sshCommand", "ssh"),
    ("core.askPass", ""),
    ("credential.helper", ""),
    ("http.saveCookies", "false"),
)
"""What a repository says about connecting is reset; the user's own settings are put after it."""

_ALWAYS = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_GRAFT_FILE": "/dev/null",
    "GIT_EDITOR": "false",
    "GIT_FLUSH": "0",  # git otherwise flushes its output after every commit
    "GIT_WORK_TREE": "/dev/null",  # only objects are read: no file of the work tree, no sub-directory prefix
}

_KEPT = ("GIT_EXEC_PATH", "GIT_PYTHON_")
_USERS = ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM")  # where their settings are
_KEPT_ONLINE = (*_KEPT, *_USERS, "GIT_ASKPASS", "GIT_SSH", "GIT_SSL_", "GIT_PROXY_", "GIT_HTTP_")


def reading() -> dict[str, str]:
    """Variables for a git that reads a repository: no network, no programs, no prompts, no writes."""
    return {
        **_ALWAYS,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_ALLOW_PROTOCOL": "",
        "GIT_SSH_COMMAND": "false",
        **_configuration([*_QUIET, *_OFFLINE]),
    }


def fetching(own: Settings) -> dict[str, str]:
    """Variables for ``git fetch``: it connects as ``own``, the user's settings, say, and in no other way."""
    return {
        **_ALWAYS,
        "GIT_ALLOW_PROTOCOL": "file:git:http:https:ssh",
        **_configuration([*_QUIET, *_ONLINE, *own]),
    }


def inherited(
    environment: Mapping[str, str], ours: Mapping[str, str], *, online: bool = False
) -> tuple[str, ...]:
    """Names of the ``GIT_*`` variables in ``environment`` that a git process run with ``ours`` must not see.

    Inside a git hook, for example, ``GIT_INDEX_FILE`` and ``GIT_OBJECT_DIRECTORY`` are another repository's.
    """
    kept = _KEPT_ONLINE if online else _KEPT
    names = (name for name in environment if name.startswith("GIT_") and not name.startswith(kept))
    return tuple(sorted(name for name in names if name not in ours))


def _configuration(settings: Settings) -> dict[str, str]:
    variables = {"GIT_CONFIG_COUNT": str(len(settings))}
    for index, (name, value) in enumerate(settings):
        variables[f"GIT_CONFIG_KEY_{index}"] = name
        variables[f"GIT_CONFIG_VALUE_{index}"] = value
    return variables
