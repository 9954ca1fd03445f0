"""Output for the person at the terminal."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

Say = Callable[[str], None]
"""Prints one or more lines."""


def say(text: str) -> None:
    """Print without buffering, also into a pipe. A line that cannot be written, on a full disk, is left out."""
    with suppress(OSError):
        print(text, flush=True)
