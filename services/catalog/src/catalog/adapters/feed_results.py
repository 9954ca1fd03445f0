"""Publishes the outcomes of feeds' commands directly: a command that is delivered again gets the same outcome."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from contracts.feeds import FeedPictureTried, FeedProductApplied
from runtime.clock import Clock
from runtime.kafka.publisher import Publisher
from runtime.outbox.recorder import direct_record


class FeedResultPublisher:
    """Implements `FeedResults` and `PictureResults`. An event's id follows from run and product, so that a repeat is the same event."""

    def __init__(self, publisher: Publisher, clock: Clock, prefix: str) -> None:
        self._publisher = publisher
        self._clock = clock
        self._prefix = prefix

    async def publish(self, results: Sequence[FeedProductApplied]) -> None:
        """Returns once they are durable. Raises KafkaError."""
        at = self._clock()
        await self._publisher.publish(
            [
                direct_record(
                    result, event_id=f"{result.run_id}.{result.product_id}", at=at, prefix=self._prefix
                )
                for result in results
            ]
        )

    async def publish_pictures(self, news: Sequence[FeedPictureTried]) -> None:
        """Returns once they are durable. Raises KafkaError."""
        at = self._clock()
        await self._publisher.publish(
            [
                direct_record(
                    one,
                    event_id=f"{one.run_id}.{one.product_id}.{_short(one.url)}.{one.version}",
                    at=at,
                    prefix=self._prefix,
                )
                for one in news
            ]
        )


def _short(url: str) -> str:
    return hashlib.sha256(url.encode()).hexdigest()[:16]
