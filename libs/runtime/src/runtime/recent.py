"""What this process wrote last: it saves a read where a write is guarded by a version anyway.

Another replica may have written since. A write with the version that is remembered finds that out; a decision to write
nothing does not, and must be made on what the database says.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Generic, TypeVar

T = TypeVar("T")

REMEMBERED = 2_000
"""An order meets all its facts within seconds of its placing; at some 3 kB each this is a few megabytes."""


class Recent(Generic[T]):
    """The `size` values that were kept last, by key."""

    def __init__(self, size: int = REMEMBERED) -> None:
        self._size = size
        self._kept: OrderedDict[str, T] = OrderedDict()

    def keep(self, key: str, value: T) -> None:
        """Remember it as the newest."""
        self._kept[key] = value
        self._kept.move_to_end(key)
        if len(self._kept) > self._size:
            self._kept.popitem(last=False)

    def get(self, key: str) -> T | None:
        """What was kept last under the key, if it still is."""
        return self._kept.get(key)

    def forget(self, key: str) -> None:
        """It turned out to be old."""
        self._kept.pop(key, None)
