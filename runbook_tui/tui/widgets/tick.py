"""A box to tick, drawn as calm as the fields around it."""

from __future__ import annotations

from textual.widgets import Checkbox


class Tick(Checkbox):
    """A checkbox whose box is empty when it is off."""

    BUTTON_INNER = "✓"
    DEFAULT_CSS = """
    Tick {
        width: auto;
        height: 1;
        border: none;
        padding: 0 1;
        background: transparent;
        & > .toggle--button {
            color: $panel;
            background: $panel;
        }
        &.-on > .toggle--button {
            color: $success;
            background: $panel;
        }
        & > .toggle--label {
            color: $text;
        }
        &:focus {
            border: none;
            background-tint: $foreground 0%;
        }
        &:focus > .toggle--label {
            color: $primary;
            background: transparent;
            text-style: bold;
        }
    }
    """
