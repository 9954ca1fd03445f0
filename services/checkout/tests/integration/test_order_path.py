"""Checkout on a real Kafka and a real MongoDB; the test publishes the other services' facts."""

import asyncio
import json
from typing import Any

from checkout_support.facts import payment_closed, payment_requested, payment_settled, stock_reserved
from checkout_support.running import RunningCheckout, next_order

from contracts.topics import ORDERS, PAYMENTS
from support.events import records_of, value_of


async def test_an_order_goes_from_placed_to_paid_and_publishes_it(checkout: RunningCheckout) -> None:
    order_id = await checkout.paid_id()
    await checkout.until_published(order_id, "OrderPlaced", "OrderConfirmed", "OrderPaid")
    order = await checkout.order(order_id)
    assert order["payment"]["trade_no"] == "T1"
    assert order["total"] == order["subtotal"] == {"amount": 200, "currency": "CNY"}
    assert order["delivery_fee"] == order["discount"] == {"amount": 0, "currency": "CNY"}
    assert order["coupon_code"] is None
    assert statuses(order) == ["placed", "confirmed", "awaiting_payment", "paid"]


def statuses(order: dict[str, Any]) -> list[str]:
    return [entry["status"] for entry in order["history"]]


async def test_an_event_has_the_time_that_the_orders_history_has(checkout: RunningCheckout) -> None:
    order_id = await checkout.paid_id()
    await checkout.until_published(order_id, "OrderPlaced", "OrderConfirmed", "OrderPaid")
    history = {entry["status"]: entry["at"] for entry in (await checkout.order(order_id))["history"]}
    published = [event["at"] for event in await checkout.published(order_id)]
    assert published == [history["placed"], history["confirmed"], history["paid"]]


async def test_a_payment_link_may_arrive_before_the_reservation_that_it_followed(
    checkout: RunningCheckout,
) -> None:
    order_id = await checkout.placed_id()
    await checkout.publish(payment_requested(order_id))
    await checkout.until(order_id, "awaiting_payment")
    await checkout.publish(stock_reserved(order_id, checkout.sku_id), payment_settled(order_id))
    order = await checkout.until(order_id, "paid")
    await checkout.until_published(order_id, "OrderPlaced", "OrderConfirmed", "OrderPaid")
    assert statuses(order) == ["placed", "confirmed", "awaiting_payment", "paid"]


async def test_events_are_streamed_live_with_the_whole_order(checkout: RunningCheckout) -> None:
    order_id = await checkout.placed_id()
    async with checkout.events_of(order_id) as stream:
        assert (await next_order(stream))["status"] == "placed"
        await checkout.publish(stock_reserved(order_id, checkout.sku_id))
        assert (await next_order(stream))["status"] == "confirmed"


async def test_a_cancelled_order_ends_when_payment_says_that_nothing_was_paid(
    checkout: RunningCheckout,
) -> None:
    order_id = await checkout.placed_id()
    status, order = await checkout.call("POST", f"/orders/{order_id}/cancellation")
    assert (status, order["status"]) == (200, "closing")
    await checkout.publish(payment_closed(order_id))
    order = await checkout.until(order_id, "cancelled")
    assert order["reason"] == "cancelled_by_buyer"
    await checkout.until_published(order_id, "OrderPlaced", "OrderCloseRequested", "OrderCancelled")


async def test_money_that_arrived_first_wins_over_a_cancellation(checkout: RunningCheckout) -> None:
    order_id = await checkout.placed_id()
    await checkout.awaits_payment(order_id)
    await checkout.call("POST", f"/orders/{order_id}/cancellation")
    await checkout.publish(payment_settled(order_id))
    assert (await checkout.until(order_id, "paid"))["reason"] is None


async def test_every_fact_three_times_takes_effect_once(checkout: RunningCheckout) -> None:
    order_id = await checkout.placed_id()
    await checkout.publish(*[stock_reserved(order_id, checkout.sku_id)] * 3)
    await checkout.until(order_id, "confirmed")
    await checkout.publish(*[payment_requested(order_id)] * 3, *[payment_settled(order_id)] * 3)
    await checkout.until(order_id, "paid")
    assert await checkout.published_types(order_id) == ["OrderPlaced", "OrderConfirmed", "OrderPaid"]


async def test_an_impossible_fact_goes_to_the_dead_letters_and_later_facts_are_applied(
    checkout: RunningCheckout,
) -> None:
    order_id = await checkout.placed_id()
    await checkout.publish(payment_closed(order_id), stock_reserved(order_id, checkout.sku_id))
    await checkout.until(order_id, "confirmed")
    await checkout.publish(payment_requested(order_id))
    await checkout.until(order_id, "awaiting_payment")

    async def dead_letters() -> list[Any]:
        letters = await records_of(checkout.kafka, checkout.prefix + PAYMENTS.dead_letters.name)
        return [letter for letter in letters if letter.key == order_id.encode()]

    letters = await checkout.eventually(dead_letters, what="a dead letter")
    headers = dict(letters[0].headers)
    assert b"payment_closed is not possible" in headers["dlq_reason"]
    assert headers["dlq_topic"].decode() == checkout.prefix + PAYMENTS.name


async def test_the_owner_ships_and_the_buyer_receives(checkout: RunningCheckout) -> None:
    order_id = await checkout.paid_id()
    parcel = {"carrier": "SF Express", "tracking_number": "SF123"}
    for _ in range(2):
        status, _order = await checkout.call_as_owner("POST", f"/orders/{order_id}/shipments", parcel)
        assert status == 201
    status, order = await checkout.call("POST", f"/orders/{order_id}/receipt")
    assert (status, order["status"]) == (200, "completed")
    assert len(order["shipments"]) == 1


async def test_a_refund_requested_twice_with_one_key_is_one_refund(checkout: RunningCheckout) -> None:
    order_id = await checkout.paid_id()
    path, request = f"/orders/{order_id}/refunds", {"amount": {"amount": 50}, "reason": "dent"}
    for _ in range(2):
        status, order = await checkout.call("POST", path, request, key="r")
        assert status == 201, order
    assert [refund["status"] for refund in order["refunds"]] == ["requested"]
    status, problem = await checkout.call("POST", path, request | {"reason": "scratch"}, key="r")
    assert (status, problem["code"]) == (422, "idempotency_key_reused")
    too_much = {"amount": {"amount": 151}, "reason": "more"}
    status, problem = await checkout.call("POST", path, too_much, key="r2")
    assert (status, problem["code"]) == (409, "refused")


async def test_an_owner_may_say_why_a_refund_is_approved(checkout: RunningCheckout) -> None:
    order_id = await checkout.paid_id()
    await checkout.call(
        "POST", f"/orders/{order_id}/refunds", {"amount": {"amount": 50}, "reason": "dent"}, key="r"
    )
    [refund] = (await checkout.order(order_id))["refunds"]
    approval = f"/orders/{order_id}/refunds/{refund['refund_id']}/approval"
    status, _ = await checkout.call_as_owner("POST", approval, {"reason": "Sorry for the dent."})
    assert status == 200
    [refund] = (await checkout.order(order_id))["refunds"]
    assert (refund["status"], refund["approval_reason"]) == ("approved", "Sorry for the dent.")


async def test_the_owner_approves_or_rejects_a_refund(checkout: RunningCheckout) -> None:
    order_id = await checkout.paid_id()
    for key in ("first", "second"):
        request = {"amount": {"amount": 50}, "reason": "dent"}
        await checkout.call("POST", f"/orders/{order_id}/refunds", request, key=key)
    first, second = [refund["refund_id"] for refund in (await checkout.order(order_id))["refunds"]]
    await checkout.call_as_owner("POST", f"/orders/{order_id}/refunds/{first}/approval")
    rejection = f"/orders/{order_id}/refunds/{second}/rejection"
    status, problem = await checkout.call_as_owner("POST", rejection, {})
    assert (status, problem["errors"][0]["field"]) == (422, "reason")
    status, order = await checkout.call_as_owner("POST", rejection, {"reason": "The kettle was used."})
    assert order["refunds"][1]["rejection_reason"] == "The kettle was used."
    assert (status, [r["status"] for r in order["refunds"]]) == (200, ["approved", "rejected"])
    status, problem = await checkout.call_as_owner(
        "POST", f"/orders/{order_id}/refunds/{first}/rejection", {"reason": "used"}
    )
    assert (status, problem["code"]) == (409, "refused")
    status, problem = await checkout.call_as_owner("POST", f"/orders/{order_id}/refunds/none/approval")
    assert (status, problem["code"]) == (404, "not_found")


async def test_the_owner_refunds_without_a_request_once_for_each_key(checkout: RunningCheckout) -> None:
    order_id = await checkout.paid_id()
    path, request = f"/orders/{order_id}/refunds", {"amount": {"amount": 50}, "reason": "late"}
    for _ in range(2):
        status, order = await checkout.call_as_owner("POST", path, request, key="k")
        assert (status, [r["status"] for r in order["refunds"]]) == (201, ["approved"])
    status, problem = await checkout.call_as_owner("POST", path, {"reason": "late"}, key="k")
    assert (status, problem["code"]) == (422, "idempotency_key_reused")
    too_much = {"amount": {"amount": 151}, "reason": "late"}
    status, problem = await checkout.call_as_owner("POST", path, too_much, key="l")
    assert (status, problem["code"]) == (409, "refused")
    status, order = await checkout.call_as_owner("POST", path, {"reason": "late"}, key="m")
    assert [r["amount"]["amount"] for r in order["refunds"]] == [50, 150]
    parcel = {"carrier": "SF", "tracking_number": "SF1"}
    status, problem = await checkout.call_as_owner("POST", f"/orders/{order_id}/shipments", parcel)
    assert (status, problem["code"]) == (409, "refused")
    await checkout.until_published(
        order_id, "OrderPlaced", "OrderConfirmed", "OrderPaid",
        "RefundRequested", "RefundApproved", "RefundRequested", "RefundApproved",
    )  # fmt: skip


async def test_the_buyer_takes_a_refund_request_back_until_it_is_decided(checkout: RunningCheckout) -> None:
    order_id = await checkout.paid_id()
    for key in ("first", "second"):
        request = {"amount": {"amount": 50}, "reason": "dent"}
        await checkout.call("POST", f"/orders/{order_id}/refunds", request, key=key)
    first, second = [refund["refund_id"] for refund in (await checkout.order(order_id))["refunds"]]
    await checkout.call_as_owner("POST", f"/orders/{order_id}/refunds/{first}/approval")
    status, problem = await checkout.call("DELETE", f"/orders/{order_id}/refunds/{first}")
    assert (status, problem["code"]) == (409, "refused")
    for _ in range(2):
        status, order = await checkout.call("DELETE", f"/orders/{order_id}/refunds/{second}")
        assert (status, [r["status"] for r in order["refunds"]]) == (200, ["approved", "withdrawn"])
    status, problem = await checkout.call_as_owner("POST", f"/orders/{order_id}/refunds/{second}/approval")
    assert (status, problem["code"]) == (409, "refused")
    status, problem = await checkout.call("DELETE", f"/orders/{order_id}/refunds/none")
    assert (status, problem["code"]) == (404, "not_found")


async def test_no_event_holds_personal_data(checkout: RunningCheckout) -> None:
    order_id = await checkout.paid_id()
    await checkout.until_published(order_id, "OrderPlaced", "OrderConfirmed", "OrderPaid")
    text = json.dumps([value_of(r) for r in await records_of(checkout.kafka, checkout.prefix + ORDERS.name)])
    assert "Zhejiang" in text
    assert not any(personal in text for personal in ("Li Lei", "13800000000", "West Lake"))


async def test_wait_answers_with_the_payment_link_as_soon_as_it_is_there(checkout: RunningCheckout) -> None:
    placing = asyncio.create_task(
        checkout.call("POST", "/orders?wait=10", checkout.order_request(), key="waiting")
    )
    document = await checkout.eventually(lambda: checkout.collection.find_one({}), what="the order")
    await checkout.awaits_payment(document["_id"])
    status, order = await placing
    assert (status, order["status"]) == (201, "awaiting_payment")
    assert order["payment"]["cashier_url"] == "https://pay.example/1"
