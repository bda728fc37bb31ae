"""bin/announce MESSAGE: tell everybody, which in the example is a file."""

from __future__ import annotations

from datetime import UTC, datetime

from lib import shop


def main(arguments: list[str]) -> None:
    """Append the message to announcements.log."""
    line = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} {' '.join(arguments)}"
    with (shop.ROOT / "announcements.log").open("a", encoding="utf-8") as log:
        log.write(line + "\n")
    shop.say(line)


if __name__ == "__main__":
    shop.run(main)
