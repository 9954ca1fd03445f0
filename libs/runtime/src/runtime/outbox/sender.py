"""Publishes recorded changes in order within each aggregate, and sets aside an aggregate whose event can never be published."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import ClassVar

from runtime import metrics
from runtime.clock import Clock
from runtime.errors import record_refused, redacted
from runtime.kafka.publisher import Publisher, Record
from runtime.mongo.client import Database, Document
from runtime.outbox.recorder import OUTBOX_FIELD, Recorded, record_of
from runtime.outbox.set_aside import Held, SetAside


class NotAnEvent(Exception):
    """An outbox entry from which no record can be made."""

    loggable: ClassVar[bool] = True


class Sender:
    """`may_send` is called before anything is sent, and raises when this replica may not.

    `oldest_unpublished` is when the oldest event was recorded that is being sent and not acknowledged yet, None at rest.
    """

    def __init__(
        self,
        db: Database,
        publisher: Publisher,
        clock: Clock,
        *,
        prefix: str,
        may_send: Callable[[], None],
    ) -> None:
        self.oldest_unpublished: datetime | None = None
        self.set_aside = SetAside(db, clock)
        self._db = db
        self._publisher = publisher
        self._clock = clock
        self._prefix = prefix
        self._may_send = may_send

    async def send(self, changes: Sequence[Recorded]) -> None:
        """Publish these changes, but for those of aggregates that are set aside; durable on return.

        Raises KafkaError or PyMongoError when a dependency is unavailable, and what `may_send` raises.
        """
        self._may_send()
        changes = [change for change in changes if change.aggregate not in self.set_aside]
        entries = [entry for change in changes for entry in change.entries]
        if not entries:
            return
        times = [entry["time"] for entry in entries if isinstance(entry.get("time"), datetime)]
        self.oldest_unpublished = min(times, default=None)
        try:
            await self._publisher.publish([self._record(entry) for entry in entries])
        except Exception as error:
            if not _refused(error):
                raise
            for change in changes:
                await self._send_alone(change)
        self.oldest_unpublished = None
        if times:
            metrics.relay_delay.record((self._clock() - min(times)).total_seconds())

    def stand_by(self) -> None:
        """Another replica leads, and reports what is unpublished and set aside."""
        self.oldest_unpublished = None
        self.set_aside.forget()

    async def retry(self, held: Held) -> None:
        """Publish what an aggregate that is set aside kept back; it stays set aside when that is refused again."""
        collection, aggregate_id = held.aggregate
        document = await self._db[collection].find_one({"_id": aggregate_id}, {OUTBOX_FIELD: 1})
        entries = [entry for _, entry in sorted(((document or {}).get(OUTBOX_FIELD) or {}).items())]
        ids = [entry.get("id") for entry in entries]
        # an outbox that was replaced has only newer events
        start = ids.index(held.entry_id) if held.entry_id in ids else 0
        if await self._send_in_order(held.aggregate, entries[start:]):
            await self.set_aside.remove(held.aggregate)

    async def _send_alone(self, change: Recorded) -> None:
        if change.aggregate not in self.set_aside:
            await self._send_in_order(change.aggregate, change.entries)

    async def _send_in_order(self, aggregate: tuple[str, str], entries: Sequence[Document]) -> bool:
        """Publish one by one; sets the aggregate aside at the first that is refused, and says False."""
        for entry in entries:
            self._may_send()
            try:
                await self._publisher.publish([self._record(entry)])
            except Exception as error:
                if not _refused(error):
                    raise
                await self.set_aside.add(aggregate, entry, redacted(error))
                return False
        return True

    def _record(self, entry: Document) -> Record:
        try:
            return record_of(entry, self._prefix)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise NotAnEvent(f"the outbox entry is not an event: {redacted(error)}") from error


def _refused(error: Exception) -> bool:
    return isinstance(error, NotAnEvent) or record_refused(error)
