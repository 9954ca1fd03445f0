"""The events that webhooks consumes: those that owners are notified of, and the owners of mini programs."""

from __future__ import annotations

from collections.abc import Sequence

from contracts.catalog import (
    MiniProgramChanged,
    MiniProgramPublished,
    MiniProgramRegistered,
    MiniProgramSuspended,
    StockLevelChanged,
)
from runtime.consuming.subscription import Delivery, Subscription
from webhooks.application.composing import OTHER_TYPES, TYPES_OF_ORDER_EVENTS, SourceEvent
from webhooks.application.ports import Owners
from webhooks.application.recording import RecordEvents

MINI_PROGRAM_EVENTS = (MiniProgramRegistered, MiniProgramPublished, MiniProgramChanged, MiniProgramSuspended)


def subscriptions(record: RecordEvents, owners: Owners) -> list[Subscription]:
    """Each is a consumer group of its own, so that none waits for another's topic."""

    async def on_events(deliveries: Sequence[Delivery]) -> None:
        await record.record([SourceEvent(d.event, d.envelope.id, d.envelope.time) for d in deliveries])

    async def on_stock_levels(deliveries: Sequence[Delivery]) -> None:
        await record.stock_levels([(d.event, d.envelope.time) for d in deliveries])

    async def on_mini_programs(deliveries: Sequence[Delivery]) -> None:
        await owners.learn([delivery.event for delivery in deliveries])

    return [
        Subscription("orders", tuple(TYPES_OF_ORDER_EVENTS), on_events),
        Subscription("mini-program-decisions", tuple(OTHER_TYPES), on_events),
        Subscription("stock-levels", (StockLevelChanged,), on_stock_levels, bulk_fetch=True),
        Subscription("mini-programs", MINI_PROGRAM_EVENTS, on_mini_programs),
    ]
