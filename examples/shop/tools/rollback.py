"""bin/rollback SERVICE COMMIT: let the commit run that ran before. It is deployed as any other."""

from __future__ import annotations

import deploy
from lib import shop


def main(arguments: list[str]) -> None:
    """Deploy the earlier commit."""
    name, ref = arguments
    shop.say(f"{name}: back to {ref[:12]}")
    deploy.main(arguments)


if __name__ == "__main__":
    shop.run(main)
