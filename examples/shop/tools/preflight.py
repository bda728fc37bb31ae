"""bin/preflight SERVICE COMMIT: see that a commit can be deployed, and change nothing that runs."""

from __future__ import annotations

import ast
from pathlib import Path

from lib import processes, shop
from lib.shop import Failed, Service, say


def main(arguments: list[str]) -> None:
    """Look for everything that would make the deployment fail; say all of it."""
    name, ref = arguments
    service = shop.service(name)
    sha = shop.commit(service, ref)
    tree = shop.export(service, sha)
    problems = [*_unreadable(tree), *_lacking(service, tree), *_port_taken(service)]
    if problems:
        raise Failed("\n".join(problems))
    say(f"{name} {shop.version(service, sha)} ({sha[:12]}) can be deployed")


def _unreadable(tree: Path) -> list[str]:
    problems = []
    for path in sorted(tree.rglob("*.py")):
        try:
            ast.parse(path.read_bytes())
        except SyntaxError as error:
            problems.append(f"{path.relative_to(tree)}:{error.lineno}: {error.msg}")
    return problems


def _lacking(service: Service, tree: Path) -> list[str]:
    wanted = [f"{service.name}/__main__.py", *([service.migrations] if service.migrations else [])]
    missing = [f"{path} is not in the commit" for path in wanted if not (tree / path).exists()]
    if service.database and not service.database.exists():
        missing.append(f"the database {service.datastore} does not exist")
    return missing


def _port_taken(service: Service) -> list[str]:
    if processes.running(service) is None and processes.ask(service, "/version") is not None:
        return [f"something else answers on port {service.port}"]
    return []


if __name__ == "__main__":
    shop.run(main)
