"""Picking one of several looks for a thing: always the same one for the same name."""

from collections.abc import Sequence
from typing import TypeVar
from zlib import crc32

Look = TypeVar("Look")


def choose(looks: Sequence[Look], name: str, salt: str = "") -> Look:
    """One of `looks`, decided by `name`; another `salt` decides another question about the same thing."""
    return looks[crc32(f"{salt}{name}".encode()) % len(looks)]
