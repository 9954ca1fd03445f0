"""A checkout in which goods count as received a moment after their last parcel."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from checkout_support.running import RunningCheckout

from checkout.adapters.mongo_order_queries import MongoOrderQueries
from checkout.adapters.mongo_orders import OrderCollections
from checkout.application import receipts

RECEIPT_AFTER = timedelta(milliseconds=100)


@pytest.fixture(autouse=True)
def frequent_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receipts, "POLL_INTERVAL_SECONDS", 0.1)
    monkeypatch.setattr(receipts, "CHECK_AGAIN", timedelta(milliseconds=200))


async def ship(checkout: RunningCheckout, order_id: str) -> None:
    parcel = {"carrier": "SF", "tracking_number": "SF1"}
    status, order = await checkout.call_as_owner("POST", f"/orders/{order_id}/shipments", parcel)
    assert status == 201, order
    sent, receive_by = (
        datetime.fromisoformat(order["shipments"][0]["shipped_at"]),
        datetime.fromisoformat(order["receive_by"]),
    )
    assert receive_by - sent == RECEIPT_AFTER


async def test_an_order_that_was_sent_is_completed_by_the_clock(checkout: RunningCheckout) -> None:
    order_id = await checkout.paid_id()
    await ship(checkout, order_id)
    await checkout.until(order_id, "completed")
    await checkout.until_published(
        order_id, "OrderPlaced", "OrderConfirmed", "OrderPaid", "OrderShipped", "OrderCompleted"
    )
    assert (await checkout.published(order_id))[-1]["by"] == "timeout"


async def test_an_open_refund_request_holds_it_until_it_is_withdrawn(checkout: RunningCheckout) -> None:
    order_id, other = await checkout.paid_id(), await checkout.paid_id()
    request = {"amount": {"amount": 50}, "reason": "dent"}
    _, order = await checkout.call("POST", f"/orders/{order_id}/refunds", request, key="r")
    for sent in (order_id, other):
        await ship(checkout, sent)
    await checkout.until(other, "completed")  # sent later, so the first was checked too
    assert (await checkout.order(order_id))["status"] == "shipped"
    refund_id = order["refunds"][0]["refund_id"]
    await checkout.call("DELETE", f"/orders/{order_id}/refunds/{refund_id}")
    await checkout.until(order_id, "completed")


async def test_orders_that_were_sent_before_deadlines_of_receipts_get_one(checkout: RunningCheckout) -> None:
    order_id = await checkout.paid_id()
    sent_at = datetime.fromisoformat("2026-01-01T00:00:00+00:00")
    parcel = {"shipment_id": "s", "carrier": "SF", "tracking_number": "1", "lines": [], "shipped_at": sent_at}
    old = {"$set": {"status": "shipped", "shipments": [parcel]}, "$unset": {"receive_by": 1}}
    await checkout.collection.update_one({"_id": order_id}, old)
    await MongoOrderQueries(OrderCollections(checkout.service.db)).prepare(checkout.mini_program_id)
    stored = await checkout.collection.find_one({"_id": order_id})
    assert stored["receive_by"] == sent_at + timedelta(days=10)
