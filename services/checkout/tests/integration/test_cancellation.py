"""An owner cancels an order: unpaid it closes, paid its money goes back, sent it stays."""

from __future__ import annotations

from checkout_support.facts import payment_closed, payment_settled
from checkout_support.running import RunningCheckout

REASON = {"reason": "out of stock"}


async def test_an_unpaid_order_closes_and_its_buyer_reads_why(checkout: RunningCheckout) -> None:
    order_id = await checkout.placed_id()
    for _ in range(2):
        status, order = await checkout.call_as_owner("POST", f"/orders/{order_id}/cancellation", REASON)
        assert (status, order["status"], order["cancellation"]["by"]) == (200, "closing", "owner")
    await checkout.publish(payment_closed(order_id))
    order = await checkout.until(order_id, "cancelled")
    assert (order["reason"], order["cancellation"]["reason"]) == ("cancelled_by_owner", "out of stock")
    await checkout.until_published(order_id, "OrderPlaced", "OrderCloseRequested", "OrderCancelled")
    _, requested, _ = await checkout.published(order_id)
    assert (requested["reason"], requested["cancelled_by"]) == ("cancelled_by_buyer", "owner")


async def test_money_that_came_first_goes_back(checkout: RunningCheckout) -> None:
    order_id = await checkout.placed_id()
    await checkout.awaits_payment(order_id)
    await checkout.call_as_owner("POST", f"/orders/{order_id}/cancellation", REASON)
    await checkout.publish(payment_settled(order_id))
    order = await checkout.until(order_id, "paid")
    assert [(r["status"], r["amount"]["amount"]) for r in order["refunds"]] == [("approved", 200)]
    await checkout.until_published(
        order_id, "OrderPlaced", "OrderConfirmed", "OrderCloseRequested", "OrderPaid", "RefundRequested", "RefundApproved",
    )  # fmt: skip


async def test_a_paid_order_is_refunded_in_full_and_nothing_is_sent(checkout: RunningCheckout) -> None:
    order_id = await checkout.paid_id()
    status, problem = await checkout.call_as_owner("POST", f"/orders/{order_id}/cancellation", {})
    assert (status, problem["errors"][0]["field"]) == (422, "reason")
    status, order = await checkout.call_as_owner("POST", f"/orders/{order_id}/cancellation", REASON)
    assert (status, [r["status"] for r in order["refunds"]]) == (200, ["approved"])
    parcel = {"carrier": "sf", "tracking_number": "1"}
    status, problem = await checkout.call_as_owner("POST", f"/orders/{order_id}/shipments", parcel)
    assert (status, problem["code"]) == (409, "refused")


async def test_an_order_that_was_sent_is_not_cancelled(checkout: RunningCheckout) -> None:
    order_id = await checkout.paid_id()
    parcel = {"carrier": "sf", "tracking_number": "1"}
    await checkout.call_as_owner("POST", f"/orders/{order_id}/shipments", parcel)
    status, problem = await checkout.call_as_owner("POST", f"/orders/{order_id}/cancellation", REASON)
    assert (status, problem["code"]) == (409, "wrong_state")
