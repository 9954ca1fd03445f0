"""What a person at the terminal is told."""

from __future__ import annotations

from collections.abc import Callable

Say = Callable[[str], None]
"""Tells one line, or a few."""


def say(text: str) -> None:
    """Print at once, also when the output goes into a pipe."""
    print(text, flush=True)
