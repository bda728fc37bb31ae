"""The colours: a calm ground, one accent, and three colours that only ever mean good, careful and bad."""

from __future__ import annotations

from textual.theme import Theme

DARK = Theme(
    name="runbook-dark",
    primary="#73b7e8",
    secondary="#8793a6",
    accent="#73b7e8",
    success="#8cc983",
    warning="#e3b65b",
    error="#ee7d78",
    foreground="#d9dde5",
    background="#13161b",
    surface="#191d23",
    panel="#21262e",
    dark=True,
    variables={
        "foreground-muted": "#8d98a9",
        "foreground-disabled": "#5a6473",
        "border": "#73b7e8",
        "border-blurred": "#333b46",
        "block-cursor-background": "#26394a",
        "block-cursor-foreground": "#ffffff",
        "block-cursor-text-style": "bold",
        "block-cursor-blurred-background": "#222831",
        "block-cursor-blurred-foreground": "#d9dde5",
        "block-hover-background": "#1f252d",
        "input-selection-background": "#73b7e8 30%",
        "scrollbar": "#333b46",
        "scrollbar-hover": "#4a5563",
        "scrollbar-active": "#73b7e8",
        "scrollbar-background": "#13161b",
        "scrollbar-background-hover": "#13161b",
        "scrollbar-background-active": "#13161b",
        "scrollbar-corner-color": "#13161b",
    },
)

LIGHT = Theme(
    name="runbook-light",
    primary="#1464a0",
    secondary="#5a6675",
    accent="#1464a0",
    success="#2c7a2c",
    warning="#8f5f00",
    error="#b3261e",
    foreground="#1d2229",
    background="#f7f8fa",
    surface="#eef0f3",
    panel="#e3e7ec",
    dark=False,
    variables={
        "foreground-muted": "#5a6675",
        "foreground-disabled": "#97a1ae",
        "border": "#1464a0",
        "border-blurred": "#c3cad3",
        "block-cursor-background": "#cfe2f2",
        "block-cursor-foreground": "#10151b",
        "block-cursor-text-style": "bold",
        "block-cursor-blurred-background": "#e3e7ec",
        "block-cursor-blurred-foreground": "#1d2229",
        "block-hover-background": "#e9edf2",
        "scrollbar": "#c3cad3",
        "scrollbar-background": "#f7f8fa",
        "scrollbar-corner-color": "#f7f8fa",
    },
)

THEMES = (DARK, LIGHT)
