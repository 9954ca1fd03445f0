"""A checkout whose buyers have one second to pay."""

import secrets

from checkout_support.running import RunningCheckout

TIME_TO_PAY = 1


async def test_a_deadline_asks_payment_to_close(checkout: RunningCheckout) -> None:
    order_id = await checkout.placed_id()
    assert (await checkout.until(order_id, "closing"))["reason"] == "payment_deadline"
    await checkout.until_published(order_id, "OrderPlaced", "OrderCloseRequested")


async def test_an_order_whose_deadline_cannot_be_stored_is_not_placed_and_can_be_placed_again(
    checkout: RunningCheckout,
) -> None:
    db, key = checkout.service.db, secrets.token_hex(8)
    await db.command("collMod", "deadlines", validator={"look_at": {"$type": "string"}})
    try:
        status, problem = await checkout.call("POST", "/orders", checkout.order_request(), key=key)
    finally:
        await db.command("collMod", "deadlines", validator={})
    assert (status, problem["status"]) == (500, 500)
    assert await checkout.collection.count_documents({}) == 0
    await checkout.until((await checkout.place(key))["order_id"], "closing")


async def test_money_before_the_deadline_is_kept(checkout: RunningCheckout) -> None:
    order_id = await checkout.paid_id()
    later = await checkout.placed_id()
    await checkout.until(later, "closing")  # deadlines are handled in order, so the first order's has passed
    assert (await checkout.order(order_id))["status"] == "paid"
