"""bin/deploy SERVICE COMMIT: let a commit of a service run instead of the one that runs now."""

from __future__ import annotations

from lib import processes, shop
from lib.shop import say


def main(arguments: list[str]) -> None:
    """Export the commit, stop the old process, start the new one, wait for its answer, switch ``current``."""
    name, ref = arguments
    service = shop.service(name)
    sha = shop.commit(service, ref)
    shop.export(service, sha)
    with processes.alone(service):
        before = processes.current(service)
        if processes.stop(service) and before:
            say(f"{name} {shop.version(service, before)} stopped")
        child = processes.launch(service, sha)
        processes.await_answer(service, sha, child)
        processes.switch(service, sha)
    say(f"{name} {shop.version(service, sha)} ({sha[:12]}) answers on port {service.port}, pid {child.pid}")


if __name__ == "__main__":
    shop.run(main)
