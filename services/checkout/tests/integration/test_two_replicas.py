"""What another replica wrote counts, whatever this one remembers of an order."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

from checkout.adapters.deadlines import Deadlines
from checkout.adapters.orders import Orders
from checkout.domain.order import CANCELLED_BY_BUYER, Order
from checkout.domain.refunds import Refund
from checkout.http.orders import KEEP_ALIVE_SECONDS
from contracts.money import cny
from contracts.payment import PaymentClosed, RefundSettled
from runtime.clock import system_clock
from runtime.ids import random_id
from runtime.outbox.recorder import Recorder


async def elsewhere(checkout: Any, order_id: str, change: Callable[[Order], list[Any]]) -> None:
    """Change the order as another replica would: through a repository of its own."""
    db = checkout.service.db
    orders = Orders(db, Recorder(system_clock, random_id), system_clock, Deadlines(db))
    loaded = (await orders.load([order_id]))[order_id]
    loaded.events += change(loaded.order)
    await orders.save([loaded])


async def test_a_cancellation_on_another_replica_is_not_undone_by_a_remembered_order(checkout: Any) -> None:
    order_id = (await checkout.place())["order_id"]
    await elsewhere(checkout, order_id, lambda order: order.close(CANCELLED_BY_BUYER, system_clock()))
    await checkout.tell(checkout.reserved(order_id), _closed(checkout, order_id))
    order = await checkout.until(order_id, "cancelled")
    assert [h["status"] for h in order["history"]] == ["placed", "closing", "cancelled"]


async def test_a_refund_asked_on_another_replica_is_settled_here(checkout: Any) -> None:
    order_id = await checkout.paid()

    def ask(order: Order) -> list[Any]:
        return order.ask_refund(Refund("r1", 200, "too large")) + order.approve_refund("r1")

    await elsewhere(checkout, order_id, ask)
    await checkout.tell(_refunded(checkout, order_id))
    assert (await checkout.until(order_id, "refunded"))["refunded_total"] == cny(200).model_dump()


async def test_a_refund_agreed_to_on_another_replica_is_settled_here(checkout: Any) -> None:
    order_id = await checkout.paid()
    asked = {"reason": "too large", "amount": {"amount": 200, "currency": "CNY"}}
    status, order = await checkout.call(
        "POST", f"/orders/{order_id}/refunds", asked, **{"Idempotency-Key": "r1"}
    )
    assert status == 201, order
    [refund] = order["refunds"]
    await elsewhere(checkout, order_id, lambda order: order.approve_refund(refund["refund_id"]))
    await checkout.tell(_refunded(checkout, order_id, refund["refund_id"]))
    assert (await checkout.until(order_id, "refunded"))["refunded_total"] == cny(200).model_dump()


async def test_who_watches_here_hears_what_another_replica_did(checkout: Any) -> None:
    order_id = (await checkout.place())["order_id"]
    address = checkout.url(f"/orders/{order_id}/events")
    async with checkout.service.http.get(address, headers=checkout.headers()) as stream:
        assert (await _next_order(stream))["status"] == "placed"
        await elsewhere(checkout, order_id, lambda order: order.reject_stock("sold_out", system_clock()))
        assert (await _next_order(stream))["reason"] == "sold_out"


async def _next_order(stream: Any) -> Any:
    """The next order that is told; sooner than the stream looks again by itself, to keep the connection alive."""
    async with asyncio.timeout(KEEP_ALIVE_SECONDS - 3):
        while True:
            line = (await stream.content.readline()).decode()
            if line.startswith("data: "):
                return json.loads(line.removeprefix("data: "))


def _closed(checkout: Any, order_id: str) -> PaymentClosed:
    return PaymentClosed(
        version=1, order_id=order_id, mini_program_id=checkout.mini_program_id, at=system_clock(),
        reason="cancelled_by_buyer",
    )  # fmt: skip


def _refunded(checkout: Any, order_id: str, refund_id: str = "r1") -> RefundSettled:
    return RefundSettled(
        version=3, order_id=order_id, mini_program_id=checkout.mini_program_id, at=system_clock(),
        refund_id=refund_id, amount=cny(200),
    )  # fmt: skip
