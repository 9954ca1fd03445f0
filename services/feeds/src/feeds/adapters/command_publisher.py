"""Publishes commands directly. A command without an outcome is sent again; a repeat has no further effect."""

from __future__ import annotations

from collections.abc import Collection

from contracts.feeds import FeedCommand
from feeds.application.ports import Clock
from runtime.kafka.publisher import Publisher
from runtime.outbox.recorder import direct_record


class CommandPublisher:
    """Implements `Commands`. The id of a command follows from run and product."""

    def __init__(self, publisher: Publisher, clock: Clock, prefix: str) -> None:
        self._publisher = publisher
        self._clock = clock
        self._prefix = prefix

    async def publish(self, commands: Collection[FeedCommand]) -> None:
        """Returns once they are durable. Raises KafkaError."""
        at = self._clock()
        await self._publisher.publish(
            [
                direct_record(
                    command, event_id=f"{command.run_id}.{command.product_id}", at=at, prefix=self._prefix
                )
                for command in commands
            ]
        )
