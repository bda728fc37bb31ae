"""The process in which a template is rendered: JSON on its standard input, JSON on its standard output.

It is started by :mod:`runbook_tui.rendering.child`, knows nothing but what it is sent, and ends after one template.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from runbook_tui.files.problems import Place, Problem
from runbook_tui.rendering.bounds import LONGEST, bounded
from runbook_tui.rendering.loader import OWN, TemplateLoader
from runbook_tui.rendering.template import TemplateError, environment_of, rendered

TOO_MUCH_MEMORY = 99
"""Exit status: the memory did not even suffice to say so."""


def main() -> int:
    """Render the template that standard input names; the exit status."""
    asked = json.load(sys.stdin.buffer)
    template = Path(asked["template"])
    environment = environment_of(TemplateLoader(template))
    limits = {"seconds": asked["seconds"], "memory": asked["memory"]}
    try:
        with bounded(**limits):
            try:
                text = rendered(environment, OWN + template.name, str(template), asked["names"])
            except TemplateError as error:
                return _answer({"problems": [asdict(problem) for problem in error.problems]})
            if len(text.encode()) > LONGEST:
                what = f"the document would have more than {LONGEST // 1024 // 1024} MiB"
                problem = Problem(Place(str(template)), what, "", "does a loop never end?")
                return _answer({"problems": [asdict(problem)]})
            return _answer({"text": text})
    except MemoryError:
        return TOO_MUCH_MEMORY


def _answer(value: dict[str, Any]) -> int:
    sys.stdout.buffer.write(json.dumps(value).encode())
    sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
