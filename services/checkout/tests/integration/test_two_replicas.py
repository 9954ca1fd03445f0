"""What another replica wrote counts, whatever this one has cached."""

from collections.abc import Callable

from checkout_support.facts import payment_closed, refund_settled, stock_reserved
from checkout_support.running import RunningCheckout, next_order

from checkout.adapters.mongo_orders import MongoOrders, OrderCollections
from checkout.application.contracts_out import contracts_of
from checkout.domain.closing import CANCELLED_BY_BUYER
from checkout.domain.events import OrderEvent
from checkout.domain.order import Order
from checkout.http.orders import KEEP_ALIVE_SECONDS
from contracts.money import cny
from runtime.clock import system_clock
from runtime.ids import random_id
from runtime.outbox.changes import Change
from runtime.outbox.recorder import Recorder


async def change_elsewhere(
    checkout: RunningCheckout, order_id: str, action: Callable[[Order], list[OrderEvent]]
) -> None:
    """Change the order as another replica would: through a store of its own."""
    orders = MongoOrders(OrderCollections(checkout.service.db), Recorder(system_clock, random_id))

    def decide(order: Order | None) -> Change[Order]:
        assert order is not None
        return Change(order, contracts_of(order, action(order), system_clock()))

    await orders.change(order_id, decide)


async def test_a_cancellation_on_another_replica_is_not_undone_by_a_cached_order(
    checkout: RunningCheckout,
) -> None:
    order_id = await checkout.placed_id()
    await change_elsewhere(checkout, order_id, lambda order: order.close(CANCELLED_BY_BUYER, system_clock()))
    await checkout.publish(stock_reserved(order_id, checkout.sku_id), payment_closed(order_id))
    order = await checkout.until(order_id, "cancelled")
    assert [entry["status"] for entry in order["history"]] == ["placed", "closing", "cancelled"]


async def test_a_command_counts_what_another_replica_did(checkout: RunningCheckout) -> None:
    order_id = await checkout.placed_id()
    await change_elsewhere(checkout, order_id, lambda order: order.reject_stock("sold_out", system_clock()))
    status, problem = await checkout.call("POST", f"/orders/{order_id}/cancellation")
    assert (status, problem["code"]) == (409, "wrong_state")


async def test_a_refund_requested_on_another_replica_is_settled_here(checkout: RunningCheckout) -> None:
    order_id = await checkout.paid_id()

    def request(order: Order) -> list[OrderEvent]:
        return order.request_refund("r1", 200, "too large") + order.approve_refund("r1", system_clock())

    await change_elsewhere(checkout, order_id, request)
    await checkout.publish(refund_settled(order_id))
    assert (await checkout.until(order_id, "refunded"))["refunded_total"] == cny(200).model_dump()


async def test_a_refund_approved_on_another_replica_is_settled_here(checkout: RunningCheckout) -> None:
    order_id = await checkout.paid_id()
    request = {"reason": "too large", "amount": {"amount": 200, "currency": "CNY"}}
    status, order = await checkout.call("POST", f"/orders/{order_id}/refunds", request, key="r1")
    assert status == 201, order
    [refund] = order["refunds"]
    await change_elsewhere(
        checkout, order_id, lambda order: order.approve_refund(refund["refund_id"], system_clock())
    )
    await checkout.publish(refund_settled(order_id, refund["refund_id"]))
    assert (await checkout.until(order_id, "refunded"))["refunded_total"] == cny(200).model_dump()


async def test_a_buyer_who_watches_here_sees_what_another_replica_did(checkout: RunningCheckout) -> None:
    order_id = await checkout.placed_id()
    async with checkout.events_of(order_id) as stream:
        before_keep_alive = KEEP_ALIVE_SECONDS - 3
        assert (await next_order(stream, before_keep_alive))["status"] == "placed"
        await change_elsewhere(
            checkout, order_id, lambda order: order.reject_stock("sold_out", system_clock())
        )
        assert (await next_order(stream, before_keep_alive))["reason"] == "sold_out"
