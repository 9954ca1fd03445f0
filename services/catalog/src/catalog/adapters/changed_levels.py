"""The SKUs whose level changed and may not have been published yet."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from runtime.mongo.client import Document

KEEP_SECONDS = 60.0
"""Ten times the lease: no other replica can have held it for longer without having published."""


class ChangedLevels:
    """In memory. `position` is how far the change stream was read: all changes before it are marked or published."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._marked: dict[str, float] = {}
        self.position: Document = {}

    def mark(self, sku_ids: Iterable[str]) -> None:
        """These changed now."""
        now = self._now()
        for sku_id in sku_ids:
            self._marked.pop(sku_id, None)
            self._marked[sku_id] = now

    def take(self) -> list[str]:
        """The marked SKUs, oldest mark first; they are no longer marked."""
        taken = list(self._marked)
        self._marked.clear()
        return taken

    def drop_old(self) -> None:
        """Drop what the holder of the lease has published by now."""
        limit = self._now() - KEEP_SECONDS
        while self._marked and self._marked[oldest := next(iter(self._marked))] < limit:
            del self._marked[oldest]
