"""The events that search consumes, and how they reach a projection."""

from __future__ import annotations

from contracts.catalog import (
    MiniProgramChanged,
    MiniProgramPublished,
    MiniProgramRegistered,
    MiniProgramSuspended,
    ProductChanged,
    ProductDelisted,
    ProductListed,
    StockLevelChanged,
)
from contracts.engagement import SearchPerformed
from contracts.event import Event
from contracts.identity import AccountChanged, AccountSettledIn, CreatorChanged
from runtime.service import Service
from search.adapters.index_processor import IndexProcessor
from search.adapters.stream_follower import StreamFollower
from search.application.projection import Projection

EVENTS: tuple[type[Event], ...] = (
    MiniProgramRegistered, MiniProgramPublished, MiniProgramChanged, MiniProgramSuspended,
    AccountSettledIn, AccountChanged, CreatorChanged,
    ProductListed, ProductChanged, ProductDelisted,
    StockLevelChanged,
    SearchPerformed,
)  # fmt: skip


def follower(service: Service, projection: Projection) -> StreamFollower:
    """Applies the events to the projection while it runs."""
    prefix = service.settings.prefix
    topics = {prefix + event.topic.name: event.topic for event in EVENTS}
    processor = IndexProcessor(projection, EVENTS, topics, service.publisher, service.clock)
    return StreamFollower(processor, topics, service.settings.kafka)
