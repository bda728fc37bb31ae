"""bin/verify SERVICE VERSION [PATH...]: the service is healthy, has this version, and answers these paths."""

from __future__ import annotations

from lib import processes, shop
from lib.shop import Failed, say


def main(arguments: list[str]) -> None:
    """Ask /health, then each path."""
    name, version, *paths = arguments
    service = shop.service(name)
    answer = processes.ask(service, "/health")
    if answer is None:
        raise Failed(f"{name} does not answer on port {service.port}")
    status, health = answer
    if status != 200:
        raise Failed(f"{name} is not healthy: {health}")
    if health.get("version") != version:
        raise Failed(f"{name} has version {health.get('version')}, not {version}")
    for path in paths:
        found = processes.ask(service, path)
        if found is None or found[0] != 200:
            raise Failed(f"{name}{path}: {found or 'no answer'}")
    say(f"{name} {version} is healthy" + (f" and answers {', '.join(paths)}" if paths else ""))


if __name__ == "__main__":
    shop.run(main)
