"""A stalled order is asked again, and one that another service asks about is announced again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from checkout_support.facts import payment_closed, stock_reserved
from checkout_support.running import RunningCheckout

from checkout.adapters.mongo_order_queries import MongoOrderQueries
from checkout.adapters.mongo_orders import MongoOrders, OrderCollections
from checkout.application.stalled_orders import StalledOrders
from contracts.topics import ORDERS
from runtime.clock import system_clock
from runtime.consuming.records import headers_of
from runtime.outbox.announcer import Announcer
from support.events import records_of, tell, types_of

HOUR = timedelta(hours=1)


def stalled_orders(checkout: RunningCheckout) -> StalledOrders:
    service = checkout.service
    collections = OrderCollections(service.db)
    return StalledOrders(
        MongoOrders(collections, service.recorder),
        MongoOrderQueries(collections),
        Announcer(collections.of_order, service.publisher, checkout.prefix),
        system_clock,
    )


async def ask_in(checkout: RunningCheckout, order_id: str, later: timedelta) -> list[tuple[str, str]]:
    """Check as if so much time had passed, and ask again; the kind and state of what has stalled."""
    source = stalled_orders(checkout)
    found = [s async for s in source.find(system_clock() + later) if s.id.startswith(order_id)]
    for stalled in found:
        await source.ask_again(stalled)
    return [(stalled.kind, stalled.state) for stalled in found]


async def asked_again(checkout: RunningCheckout, order_id: str) -> list[str]:
    """The types of the order's events that were announced again."""
    records: list[Any] = await records_of(checkout.kafka, checkout.prefix + ORDERS.name)
    return types_of(
        [r for r in records if r.key == order_id.encode() and headers_of(r).get("ce_again") == "true"]
    )


async def test_catalog_is_asked_again_about_an_order_without_stock(checkout: RunningCheckout) -> None:
    order_id = await checkout.placed_id()
    assert await ask_in(checkout, order_id, timedelta(0)) == []
    assert await ask_in(checkout, order_id, timedelta(minutes=2)) == [("order", "placed")]
    assert await asked_again(checkout, order_id) == ["OrderPlaced"]


async def test_payment_is_asked_again_to_close_an_order(checkout: RunningCheckout) -> None:
    order_id = await checkout.placed_id()
    await checkout.call("POST", f"/orders/{order_id}/cancellation")
    assert await ask_in(checkout, order_id, timedelta(minutes=3)) == [("order", "closing")]
    assert await asked_again(checkout, order_id) == ["OrderCloseRequested"]


async def test_an_order_whose_deadline_was_lost_is_closed(checkout: RunningCheckout) -> None:
    order_id = await checkout.placed_id()
    await checkout.awaits_payment(order_id)
    assert await ask_in(checkout, order_id, timedelta(minutes=10)) == []
    assert await ask_in(checkout, order_id, HOUR) == [("order", "awaiting_payment")]
    assert (await checkout.order(order_id))["status"] == "closing"


async def test_payment_is_asked_again_for_the_refund_that_waits(checkout: RunningCheckout) -> None:
    order_id = await checkout.paid_id()
    for amount in (1, 2):
        request = {"amount": {"amount": amount}, "reason": "dent"}
        _, order = await checkout.call("POST", f"/orders/{order_id}/refunds", request, key=f"r{amount}")
    waiting = order["refunds"][0]["refund_id"]
    await checkout.call_as_owner("POST", f"/orders/{order_id}/refunds/{waiting}/approval")
    assert await ask_in(checkout, order_id, HOUR) == [("refund", "approved")]
    assert await asked_again(checkout, order_id) == ["RefundApproved"]


async def test_a_cancelled_order_says_so_again_if_it_is_asked_and_not_at_each_repeat(
    checkout: RunningCheckout,
) -> None:
    order_id = await checkout.placed_id()
    await checkout.call("POST", f"/orders/{order_id}/cancellation")
    await checkout.publish(payment_closed(order_id))
    await checkout.until(order_id, "cancelled")
    reserved = stock_reserved(order_id, checkout.sku_id)
    await checkout.publish(reserved, reserved)
    await tell(checkout.kafka, checkout.prefix, reserved, again=True)
    await checkout.eventually(lambda: asked_again(checkout, order_id), what="the order to say it again")
    assert await checkout.published_types(order_id) == [
        "OrderPlaced", "OrderCloseRequested", "OrderCancelled", "OrderCancelled",
    ]  # fmt: skip
