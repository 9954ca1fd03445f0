"""Records rebuilds in the audit log. Search has no database, so the event is published directly, before the rebuild begins."""

from __future__ import annotations

from runtime.kafka.publisher import Publisher
from runtime.outbox.actions import Actions
from runtime.outbox.recorder import Recorder, direct_record
from runtime.outbox.shown import Shown

INDEX = "index"


class ActionPublisher:
    """Implements `RecordRebuild`."""

    def __init__(self, recorder: Recorder, publisher: Publisher, prefix: str) -> None:
        self._recorder = recorder
        self._publisher = publisher
        self._prefix = prefix
        self._actions = Actions(recorder, Shown("search_index"))

    async def __call__(self) -> None:
        """An operator asked for a rebuild; durable on return."""
        event = self._actions.event(INDEX)
        if event is not None:
            event_id = self._recorder.new_id()
            record = direct_record(event, event_id=event_id, at=event.at, prefix=self._prefix)
            await self._publisher.publish([record])
