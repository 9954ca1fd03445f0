"""The events that checkout consumes, and what they are handed to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from checkout.application.apply_facts import ApplyFacts, Fact
from checkout.application.buyers_reviews import BuyersReviews
from checkout.application.cart_ports import StockLevels
from checkout.application.mini_programs import LearnMiniPrograms
from checkout.application.ports import Offers, RatingCounter, RecentViews
from checkout.domain.account import ProductView
from checkout.domain.review import review_id_of
from contracts.catalog import (
    MiniProgramChanged,
    MiniProgramPublished,
    MiniProgramRegistered,
    MiniProgramSuspended,
    ProductChanged,
    ProductDelisted,
    ProductListed,
    StockLevelChanged,
    StockRejected,
    StockReserved,
)
from contracts.checkout import OrderRefunded
from contracts.engagement import (
    Engagement,
    ProductViewed,
    SearchResultClicked,
    ShareCodeScanned,
    VideoAnchorClicked,
)
from contracts.payment import PaymentClosed, PaymentRequested, PaymentSettled, RefundFailed, RefundSettled
from contracts.reviews import ReviewChanged, ReviewPublished
from runtime.consuming.subscription import Delivery, Subscription

MINI_PROGRAM_EVENTS = (MiniProgramRegistered, MiniProgramPublished, MiniProgramChanged, MiniProgramSuspended)
PRODUCT_EVENTS = (ProductListed, ProductChanged, ProductDelisted)
PRODUCT_VIEWS = (ProductViewed, VideoAnchorClicked, ShareCodeScanned, SearchResultClicked)
ORDER_FACTS = (
    StockReserved, StockRejected, PaymentRequested, PaymentSettled, PaymentClosed, RefundSettled, RefundFailed,
)  # fmt: skip


def mini_programs_subscription(learn: LearnMiniPrograms) -> Subscription:
    """Who owns a mini program, where it is published, whether it takes orders."""

    async def on_mini_programs(deliveries: Sequence[Delivery]) -> None:
        await learn([delivery.event for delivery in deliveries])

    return Subscription("mini-programs", MINI_PROGRAM_EVENTS, on_mini_programs)


def products_subscription(offers: Offers) -> Subscription:
    """What can be bought at which price."""

    async def on_products(deliveries: Sequence[Delivery]) -> None:
        await offers.learn([delivery.event for delivery in deliveries])

    return Subscription("products", PRODUCT_EVENTS, on_products, max_records=500)


def stock_levels_subscription(levels: StockLevels) -> Subscription:
    """How much is left, for the lines of carts."""

    async def on_levels(deliveries: Sequence[Delivery]) -> None:
        await levels.learn([delivery.event for delivery in deliveries])

    return Subscription("stock-levels", (StockLevelChanged,), on_levels, max_records=500, bulk_fetch=True)


def reviews_subscription(counter: RatingCounter) -> Subscription:
    """Checkout's own events: the ratings of these products are counted again."""

    async def on_reviews(deliveries: Sequence[Delivery]) -> None:
        await counter.count_again({delivery.event.product_id for delivery in deliveries})

    return Subscription("reviews", (ReviewPublished, ReviewChanged), on_reviews, max_records=500)


def refunded_reviews_subscription(reviews: BuyersReviews) -> Subscription:
    """Checkout's own events: a refund finds the order's reviews, and a review that is stored after it finds the refund."""

    async def on_either(deliveries: Sequence[Delivery]) -> None:
        ids = [review_id for delivery in deliveries for review_id in _reviews_of(delivery.event)]
        await reviews.take_out_refunded(list(dict.fromkeys(ids)))

    return Subscription("refunded-reviews", (OrderRefunded, ReviewPublished), on_either)


def _reviews_of(event: OrderRefunded | ReviewPublished) -> list[str]:
    """The ids of the reviews that an event is about, whether they are written or not."""
    if isinstance(event, ReviewPublished):
        return [event.review_id]
    return [review_id_of(event.order_id, line.sku_id) for line in event.lines]


def order_facts_subscription(apply_facts: ApplyFacts) -> Subscription:
    """Stock, payments and refunds: the next step of an order.

    A reservation lingers: the payment link usually follows at once, and both become one write.
    """

    async def on_order_facts(deliveries: Sequence[Delivery]) -> None:
        await apply_facts([Fact(d.event, happened_at(d), d.traceparent) for d in deliveries])

    return Subscription("order-facts", ORDER_FACTS, on_order_facts, linger=(StockReserved,))


def happened_at(delivery: Delivery) -> datetime:
    """The event's own time; an event without one happened when it was recorded."""
    at: datetime = getattr(delivery.event, "at", delivery.envelope.time)
    return at


def recent_views_subscription(recent_views: RecentViews) -> Subscription:
    """Products that buyers viewed, for their account pages; a viewer who is not known has none.

    Taps and scans are answered with the product page, so they are views too.
    """

    async def on_views(deliveries: Sequence[Delivery]) -> None:
        await recent_views.add(
            [
                ProductView(d.event.mini_program_id, d.event.viewer, product_id, d.envelope.time)
                for d in deliveries
                if d.event.mini_program_id is not None
                and d.event.viewer_is_known
                and (product_id := _viewed_product(d.event))
            ]
        )

    return Subscription("recent-views", PRODUCT_VIEWS, on_views, max_records=500, bulk_fetch=True)


def _viewed_product(event: Engagement) -> str | None:
    """The product on the page that the viewer saw; None for a search result that leads to another page."""
    match event:
        case ProductViewed() | VideoAnchorClicked() | ShareCodeScanned():
            return event.product_id
        case SearchResultClicked(kind="product"):
            return event.id
    return None
