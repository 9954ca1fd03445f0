"""Publishes what this process wrote as soon as the write is acknowledged, without reading it back.

Reading a change back through the stream costs another round trip. The stream stays the source of truth: it carries what the
fast path did not (changes of other replicas, and of a process that died), and skips only entries that
are known to be published.

Order within an aggregate is kept by its versions: a change takes the fast path only when it is the aggregate's first, or
follows the version that this relay published last.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from cachetools import LRUCache

from runtime.outbox.recorder import Recorded

MAX_PENDING = 1_000
"""How many changes wait at most; while the broker is unavailable, later ones are left to the stream."""
MAX_VERSIONS = 20_000
"""How many aggregates we remember the last published version of: about 4 MB. An order needs it until it is paid, minutes later."""


class FastPath:
    """The changes that are about to be published directly, and those that were. Inactive until `enable`.

    `pending` is set while there are changes to publish, `stream_needed` when this process may have written changes that
    only the stream can carry.
    """

    def __init__(self) -> None:
        self.pending = asyncio.Event()
        self.stream_needed = asyncio.Event()
        self.enabled = False
        self._queue: list[Recorded] = []
        self._last_published = LRUCache[tuple[str, str], int](MAX_VERSIONS)
        self._published_ahead: set[str] = set()  # published, not yet seen in the stream

    def enable(self) -> None:
        """Start with an empty history. Call when this replica has acquired the lease."""
        self.disable()
        self.enabled = True
        self.stream_needed.set()

    def disable(self) -> None:
        """Leave everything that is not known to be published to the stream."""
        self.enabled = False
        self._queue.clear()
        self._last_published = LRUCache[tuple[str, str], int](MAX_VERSIONS)
        self._published_ahead.clear()
        self.pending.clear()

    def offer(self, recorded: Recorded) -> None:
        """Queue a durable change for direct publishing if its order is certain; otherwise leave it to the stream."""
        published = self._last_published.get(recorded.aggregate, 0)
        if self.enabled and published == recorded.before and len(self._queue) < MAX_PENDING:
            self._last_published[recorded.aggregate] = recorded.version
            self._queue.append(recorded)
            self.pending.set()
        else:
            self.stream_needed.set()

    def drain(self) -> list[Recorded]:
        """The changes to publish now, in this order. Call `confirm` afterwards, or `enable` again when publishing failed."""
        self.pending.clear()
        changes, self._queue = self._queue, []
        return changes

    def confirm(self, changes: Sequence[Recorded]) -> None:
        """These changes are published, or their aggregates set aside."""
        self._published_ahead.update(entry["id"] for recorded in changes for entry in recorded.entries)

    def take_unpublished(self, streamed: Sequence[Recorded]) -> list[Recorded]:
        """These changes of the stream with only the entries that are not published yet; the caller publishes them now."""
        in_stream = {(recorded.aggregate, recorded.version) for recorded in streamed}
        self._queue = [r for r in self._queue if (r.aggregate, r.version) not in in_stream]
        unpublished = [left for recorded in streamed if (left := self._without_published(recorded)).entries]
        self._published_ahead.difference_update(
            entry.get("id") for recorded in streamed for entry in recorded.entries
        )
        for recorded in streamed:
            if recorded.version > self._last_published.get(recorded.aggregate, 0):
                self._last_published[recorded.aggregate] = recorded.version
        return unpublished

    def _without_published(self, recorded: Recorded) -> Recorded:
        left = tuple(entry for entry in recorded.entries if entry.get("id") not in self._published_ahead)
        return replace(recorded, entries=left) if len(left) < len(recorded.entries) else recorded
