"""What this process wrote goes to Kafka before the change stream tells of it.

Reading each change back would cost a round trip and a wake-up of three processes. The stream stays what decides: it
carries what did not go ahead (other replicas' changes, and those of a process that died), and nothing is passed over by
it that is not known to be published.

An aggregate's order is kept by its versions: a change goes ahead only when it is the aggregate's first, or follows the one
that this relay has published last.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from runtime.mongo import Document
from runtime.outbox import Recorded
from runtime.recent import Recent

MOST_WAITING = 1_000
"""Changes; while the broker is away, later ones are left to the stream."""
VERSIONS = 20_000
"""Aggregates whose last version is known, about 4 MB: orders are paid minutes after they were placed."""


class Ahead:
    """The changes that wait to go ahead, and what has gone. Does nothing until it is begun.

    `waiting` is set while there are any, and `behind` when there may be changes of this process that only the stream can
    carry.
    """

    def __init__(self) -> None:
        self.waiting = asyncio.Event()
        self.behind = asyncio.Event()
        self.open = False
        self._queue: list[Recorded] = []
        self._versions = Recent[int](VERSIONS)
        self._gone: set[str] = set()

    def begin(self) -> None:
        """This process is the one that publishes; nothing is known yet of what has been."""
        self.end()
        self.open = True
        self.behind.set()

    def end(self) -> None:
        """It no longer is, or something went wrong: the stream carries whatever is not known to be published."""
        self.open = False
        self._queue.clear()
        self._versions = Recent[int](VERSIONS)
        self._gone.clear()
        self.waiting.clear()

    def take(self, recorded: Recorded) -> None:
        """A change that is durable."""
        published = self._versions.get(recorded.aggregate) or 0
        if self.open and published == recorded.before and len(self._queue) < MOST_WAITING:
            self._versions.keep(recorded.aggregate, recorded.version)
            self._queue.append(recorded)
            self.waiting.set()
        else:
            self.behind.set()

    def next(self) -> list[Document]:
        """The entries that are to be published now, in this order. Tell `gone`, or `begin` anew when it fails."""
        self.waiting.clear()
        changes, self._queue = self._queue, []
        return [entry for recorded in changes for entry in recorded.entries]

    def gone(self, entries: Sequence[Document]) -> None:
        """These are published."""
        self._gone.update(entry["id"] for entry in entries)

    def left(self, told: Sequence[Recorded]) -> list[Document]:
        """Of what the stream tells, the entries that have not gone ahead; to be published now, and no longer waiting."""
        entries = [entry for recorded in told for entry in recorded.entries]
        now = {(recorded.aggregate, recorded.version) for recorded in told}
        self._queue = [waits for waits in self._queue if (waits.aggregate, waits.version) not in now]
        left = [entry for entry in entries if entry["id"] not in self._gone]
        self._gone.difference_update(entry["id"] for entry in entries)
        for recorded in told:
            if recorded.version > (self._versions.get(recorded.aggregate) or 0):
                self._versions.keep(recorded.aggregate, recorded.version)
        return left
