"""A checkout whose buyers have one second to pay."""

import secrets
from typing import Any

TIME_TO_PAY = 1


async def test_a_deadline_asks_payment_to_close(checkout: Any) -> None:
    order_id = (await checkout.place())["order_id"]
    assert (await checkout.until(order_id, "closing"))["reason"] == "payment_deadline"

    async def told() -> bool:
        return await checkout.told("orders", order_id) == ["OrderPlaced", "OrderCloseRequested"]

    await checkout.eventually(told, what="the request to close")


async def test_an_order_whose_deadline_cannot_be_stored_is_not_placed_and_may_be_asked_for_again(
    checkout: Any,
) -> None:
    db, key = checkout.service.db, secrets.token_hex(8)
    address = {"recipient": "Han", "phone": "13900000000", "region": "Hubei", "street": "East Lake 2"}
    body = {"lines": [{"sku_id": checkout.sku_id, "quantity": 1}], "address": address}
    await db.command("collMod", "deadlines", validator={"look_at": {"$type": "string"}})
    try:
        status, problem = await checkout.call("POST", "/orders", body, **{"Idempotency-Key": key})
    finally:
        await db.command("collMod", "deadlines", validator={})
    assert (status, problem["status"]) == (500, 500)
    assert await db["orders_" + checkout.mini_program_id].count_documents({}) == 0
    await checkout.until((await checkout.place(key, **body))["order_id"], "closing")


async def test_money_before_the_deadline_is_kept(checkout: Any) -> None:
    order_id = await checkout.paid()
    later = (await checkout.place())["order_id"]
    await checkout.until(
        later, "closing"
    )  # deadlines are dealt with in their order, so the first one's is over
    assert (await checkout.order(order_id))["status"] == "paid"
