"""bin/services start|stop|status|reset: all services at once.

start begins what was deployed last; reset stops everything and takes what runs before the release as deployed last.
"""

from __future__ import annotations

import json

from lib import processes, shop
from lib.shop import Failed


def main(arguments: list[str]) -> None:
    """Do it for all services and print what came of it as JSON."""
    (action,) = arguments
    actions = {"start": start, "stop": stop, "status": status, "reset": reset}
    if action not in actions:
        raise Failed(f"one of {', '.join(actions)} is needed, not {action}")
    shop.say(json.dumps(actions[action]()))


def start() -> list[str]:
    """Start every service that does not run, all at once; their names."""
    wanted = {service: processes.current(service) for service in shop.services().values()}
    idle = {service: sha for service, sha in wanted.items() if sha and processes.running(service) is None}
    children = {service: processes.launch(service, sha) for service, sha in idle.items()}
    for service, child in children.items():
        processes.await_answer(service, idle[service], child)
    return [service.name for service in children]


def reset() -> list[str]:
    """Stop everything, and let the commits before the release be those that start; names of the services."""
    stop()
    usable = [
        service for service in shop.services().values() if not service.database or service.database.exists()
    ]
    for service in usable:
        sha = shop.commit(service, service.deployed)
        shop.export(service, sha)
        processes.switch(service, sha)
    return [service.name for service in usable]


def stop() -> list[str]:
    """Stop every service that runs; their names."""
    stopped = []
    for service in shop.services().values():
        with processes.alone(service):
            if processes.stop(service):
                stopped.append(service.name)
    return stopped


def status() -> dict[str, str | None]:
    """The version that each service answers; None when it does not."""
    answers = {name: processes.ask(service, "/version") for name, service in shop.services().items()}
    return {name: str(answer[1].get("version")) if answer else None for name, answer in answers.items()}


if __name__ == "__main__":
    shop.run(main)
