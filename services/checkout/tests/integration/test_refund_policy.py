"""A checkout that gives money back without asking the owner while nothing was sent."""

from typing import Any

REFUND_POLICY = "unshipped"


async def test_a_refund_before_shipment_is_approved_by_policy_and_told_to_payment(checkout: Any) -> None:
    order_id = await checkout.paid()
    status, order = await checkout.call(
        "POST", f"/orders/{order_id}/refunds", {"reason": "a dent"}, **{"Idempotency-Key": "r"}
    )
    assert (status, [r["status"] for r in order["refunds"]]) == (201, ["approved"])

    async def told() -> bool:
        return (await checkout.told("orders", order_id))[-2:] == ["RefundRequested", "RefundApproved"]

    await checkout.eventually(told, what="payment to be told")
