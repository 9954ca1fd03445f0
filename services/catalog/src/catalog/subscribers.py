"""What the catalog follows: stock follows orders, mini programs follow their owners, anchors their creators."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from catalog.application.counting import Counting
from catalog.application.order_facts import OrderFact
from catalog.application.owners import FollowOwners
from catalog.application.ports import CreatorRegister
from catalog.application.reserving import Reserving
from catalog.domain.reservation import FactKind, merged
from contracts.catalog import StockCommitted, StockReleased
from contracts.checkout import OrderCancelled, OrderPaid, OrderPlaced, OrderRefunded
from contracts.event import Event
from contracts.identity import (
    CreatorRegistered,
    CreatorStateChanged,
    OwnerApplied,
    OwnerReinstated,
    OwnerRejected,
    OwnerSuspended,
    OwnerVerified,
)
from contracts.reviews import ReviewChanged, ReviewPublished
from runtime.consuming.subscription import Delivery, Subscription

_KINDS: dict[type[Event], FactKind] = {
    OrderPlaced: FactKind.PLACED,
    OrderPaid: FactKind.PAID,
    OrderCancelled: FactKind.CANCELLED,
    OrderRefunded: FactKind.REFUNDED,
}

OWNER_EVENTS = (OwnerApplied, OwnerVerified, OwnerRejected, OwnerSuspended, OwnerReinstated)


def stock_follows_orders(reserving: Reserving) -> Subscription:
    """Consumer group `catalog.stock`."""

    async def on_orders(deliveries: Sequence[Delivery]) -> None:
        await reserving.handle(
            [fact_of(d.event, d.traceparent) for d in deliveries if concerns_stock(d.event)]
        )

    return Subscription("stock", tuple(_KINDS), on_orders)


def mini_programs_follow_owners(follow: FollowOwners) -> Subscription:
    """Consumer group `catalog.owners`."""

    async def on_owners(deliveries: Sequence[Delivery]) -> None:
        await follow([delivery.event for delivery in deliveries])

    return Subscription("owners", OWNER_EVENTS, on_owners)


def anchors_follow_creators(creators: CreatorRegister) -> Subscription:
    """Consumer group `catalog.creators`."""

    async def on_creators(deliveries: Sequence[Delivery]) -> None:
        await creators.learn([delivery.event for delivery in deliveries])

    return Subscription("creators", (CreatorRegistered, CreatorStateChanged), on_creators)


def sales_follow_stock(counting: Counting) -> Subscription:
    """Consumer group `catalog.sales`: what was sold, and what went back."""

    async def on_stock(deliveries: Sequence[Delivery]) -> None:
        await counting.sold(line.sku_id for d in deliveries for line in d.event.lines)

    return Subscription("sales", (StockCommitted, StockReleased), on_stock, max_records=500, bulk_fetch=True)


def ratings_follow_reviews(counting: Counting) -> Subscription:
    """Consumer group `catalog.ratings`."""

    async def on_reviews(deliveries: Sequence[Delivery]) -> None:
        await counting.reviewed([delivery.event for delivery in deliveries])

    return Subscription(
        "ratings", (ReviewPublished, ReviewChanged), on_reviews, max_records=500, bulk_fetch=True
    )


def concerns_stock(event: Any) -> bool:
    """A refund concerns stock only if it is in full and goods were not shipped."""
    return not isinstance(event, OrderRefunded) or event.release_stock or bool(event.unsent)


def fact_of(event: Any, traceparent: str | None) -> OrderFact:
    """What an order event means for stock."""
    lines = getattr(event, "lines", ())
    placed = event if isinstance(event, OrderPlaced) else None
    partly_sent = isinstance(event, OrderRefunded) and not event.release_stock
    return OrderFact(
        kind=_KINDS[type(event)],
        order_id=event.order_id,
        mini_program_id=event.mini_program_id,
        lines=merged((line.sku_id, line.quantity) for line in lines),
        unsent=merged((line.sku_id, line.quantity) for line in event.unsent) if partly_sent else None,
        products=tuple((line.product_id, line.sku_id) for line in lines) if placed else (),
        order=placed,
        traceparent=traceparent,
    )
