"""A checkout that approves refunds by itself while nothing was shipped."""

from checkout_support.running import RunningCheckout

REFUND_POLICY = "unshipped"


async def test_a_refund_before_shipment_is_approved_by_policy_and_announced_to_payment(
    checkout: RunningCheckout,
) -> None:
    order_id = await checkout.paid_id()
    for _ in range(2):
        status, order = await checkout.call(
            "POST", f"/orders/{order_id}/refunds", {"reason": "a dent"}, key="r"
        )
        assert (status, [refund["status"] for refund in order["refunds"]]) == (201, ["approved"])
    await checkout.until_published(
        order_id, "OrderPlaced", "OrderConfirmed", "OrderPaid", "RefundRequested", "RefundApproved"
    )
