"""What the catalog follows: stock follows orders, mini programs follow their owners, anchors their creators."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from catalog.application.counting import Counting
from catalog.application.feeds import FollowFeeds, Wanted
from catalog.application.hosts import HostRegister
from catalog.application.order_facts import OrderFact
from catalog.application.owners import FollowOwners
from catalog.application.reserving import Reserving
from catalog.application.video_ports import CreatorRegister
from catalog.domain.feed import FeedContent
from catalog.domain.product import Sku
from catalog.domain.reservation import FactKind, merged
from contracts.catalog import StockCommitted, StockReleased
from contracts.checkout import OrderCancelled, OrderPaid, OrderPlaced, OrderRefunded
from contracts.event import Event
from contracts.feeds import ApplyFeedProduct, DelistFeedProduct, FeedCommand
from contracts.identity import (
    CreatorRegistered,
    CreatorStateChanged,
    HostChanged,
    HostRegistered,
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


def hosts_are_learned(hosts: HostRegister) -> Subscription:
    """Consumer group `catalog.hosts`."""

    async def on_hosts(deliveries: Sequence[Delivery]) -> None:
        await hosts.learn([delivery.event for delivery in deliveries])

    return Subscription("hosts", (HostRegistered, HostChanged), on_hosts)


def sales_follow_stock(counting: Counting) -> Subscription:
    """Consumer group `catalog.sales`: what was sold, and what went back."""

    async def on_stock(deliveries: Sequence[Delivery]) -> None:
        await counting.sold(line.sku_id for d in deliveries for line in d.event.lines)

    return Subscription("sales", (StockCommitted, StockReleased), on_stock, max_records=500, bulk_fetch=True)


def sales_follow_refunds(counting: Counting) -> Subscription:
    """Consumer group `catalog.refunds`: what was sent and is paid back."""

    async def on_refunds(deliveries: Sequence[Delivery]) -> None:
        await counting.refunded([delivery.event for delivery in deliveries])

    return Subscription("refunds", (OrderRefunded,), on_refunds)


def ratings_follow_reviews(counting: Counting) -> Subscription:
    """Consumer group `catalog.ratings`."""

    async def on_reviews(deliveries: Sequence[Delivery]) -> None:
        await counting.reviewed([delivery.event for delivery in deliveries])

    return Subscription(
        "ratings", (ReviewPublished, ReviewChanged), on_reviews, max_records=500, bulk_fetch=True
    )


def products_follow_feeds(follow: FollowFeeds) -> Subscription:
    """Consumer group `catalog.feeds`."""

    async def on_commands(deliveries: Sequence[Delivery]) -> None:
        await follow([wanted_of(delivery.event) for delivery in deliveries])

    return Subscription("feeds", (ApplyFeedProduct, DelistFeedProduct), on_commands, bulk_fetch=True)


def wanted_of(command: FeedCommand) -> Wanted:
    """A feed's command with its content as domain objects."""
    if not isinstance(command, ApplyFeedProduct):
        return Wanted(command, None)
    levels = {sku.sku_id: sku.available for sku in command.skus if sku.available is not None}
    skus = tuple(
        Sku(s.sku_id, tuple(s.attributes.items()), s.price.amount, tuple(s.attributes_en.items()))
        for s in command.skus
    )
    initial = {sku.sku_id: levels.get(sku.sku_id, sku.initial_stock) for sku in command.skus}
    content = FeedContent(
        command.title, command.description, command.brand, command.model, command.category_id, command.images, skus,
        levels, initial,
    )  # fmt: skip
    return Wanted(command, content)


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
