"""A checkout whose buyers have one second to pay."""

from typing import Any

TIME_TO_PAY = 1


async def test_a_deadline_asks_payment_to_close(checkout: Any) -> None:
    order_id = (await checkout.place())["order_id"]
    assert (await checkout.until(order_id, "closing"))["reason"] == "payment_deadline"

    async def told() -> bool:
        return await checkout.told("orders", order_id) == ["OrderPlaced", "OrderCloseRequested"]

    await checkout.eventually(told, what="the request to close")
    deadlines = checkout.service.db["deadlines"]
    await checkout.eventually(lambda: _gone(deadlines, order_id), what="the deadline to be dealt with")


async def _gone(deadlines: Any, order_id: str) -> bool:
    return await deadlines.count_documents({"_id": order_id}) == 0


async def test_money_before_the_deadline_is_kept(checkout: Any) -> None:
    order_id = await checkout.paid()
    later = (await checkout.place())["order_id"]
    await checkout.until(
        later, "closing"
    )  # deadlines are dealt with in their order, so the first one's is over
    assert (await checkout.order(order_id))["status"] == "paid"
