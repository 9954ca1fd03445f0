"""Output for the person at the terminal."""

from __future__ import annotations

from collections.abc import Callable

Say = Callable[[str], None]
"""Prints one or more lines."""


def say(text: str) -> None:
    """Print without buffering, also into a pipe."""
    print(text, flush=True)
