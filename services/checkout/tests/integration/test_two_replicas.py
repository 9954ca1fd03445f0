"""What another replica wrote counts, whatever this one remembers of an order."""

from collections.abc import Callable
from typing import Any

from checkout.adapters.orders import Orders
from checkout.domain.order import CANCELLED_BY_BUYER, Order
from checkout.domain.refunds import Refund
from contracts.money import cny
from contracts.payment import PaymentClosed, RefundSettled
from runtime.clock import system_clock
from runtime.ids import random_id
from runtime.outbox import Recorder


async def elsewhere(checkout: Any, order_id: str, change: Callable[[Order], list[Any]]) -> None:
    """Change the order as another replica would: through a repository of its own."""
    orders = Orders(checkout.service.db, Recorder(system_clock, random_id), system_clock)
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


async def test_who_waits_here_hears_what_another_replica_did(checkout: Any) -> None:
    order_id = (await checkout.place(key="k"))["order_id"]
    await elsewhere(checkout, order_id, lambda order: order.reject_stock("sold_out", system_clock()))
    body = {"lines": [{"sku_id": checkout.sku_id, "quantity": 2}], "address": ADDRESS}
    status, order = await checkout.call("POST", "/orders?wait=5", body, **{"Idempotency-Key": "k"})
    assert (status, order["status"], order["reason"]) == (201, "rejected", "sold_out")


ADDRESS = {"recipient": "Li Lei", "phone": "13800000000", "region": "Zhejiang", "street": "West Lake 1"}


def _closed(checkout: Any, order_id: str) -> PaymentClosed:
    return PaymentClosed(
        version=1, order_id=order_id, mini_program_id=checkout.mini_program_id, at=system_clock(),
        reason="cancelled_by_buyer",
    )  # fmt: skip


def _refunded(checkout: Any, order_id: str) -> RefundSettled:
    return RefundSettled(
        version=3, order_id=order_id, mini_program_id=checkout.mini_program_id, at=system_clock(),
        refund_id="r1", amount=cny(200),
    )  # fmt: skip
