"""A buyer has few unpaid orders in a mini program: they hold stock that others cannot buy."""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter
from dataclasses import replace

from checkout_support.facts import payment_closed
from checkout_support.running import RunningCheckout

from checkout.app import build_app
from checkout.settings import Settings

LIMIT = 5


async def five_unpaid(checkout: RunningCheckout) -> list[str]:
    return [await checkout.placed_id() for _ in range(LIMIT)]


async def place_another(checkout: RunningCheckout) -> tuple[int, str]:
    """The status, and the problem's code."""
    status, answer = await checkout.call(
        "POST", "/orders", checkout.order_request(), key=secrets.token_hex(8)
    )
    return status, answer.get("code", "")


async def test_one_unpaid_order_more_is_refused_and_the_unpaid_ones_are_named(
    checkout: RunningCheckout,
) -> None:
    unpaid = await five_unpaid(checkout)
    status, problem = await checkout.call("POST", "/orders", checkout.order_request(), key="sixth")
    assert (status, problem["code"]) == (409, "too_many_unpaid_orders")
    assert {error["field"] for error in problem["errors"]} == set(unpaid)


async def test_another_buyer_and_a_repeat_are_not_refused(checkout: RunningCheckout) -> None:
    first = await checkout.place("first")
    for _ in range(LIMIT - 1):
        await checkout.placed_id()
    assert (await checkout.place("first"))["order_id"] == first["order_id"]
    await replace(checkout, openid="o_other").placed_id()


async def test_a_paid_order_makes_room(checkout: RunningCheckout) -> None:
    for _ in range(LIMIT - 1):
        await checkout.placed_id()
    await checkout.paid_id()
    await checkout.placed_id()
    assert await place_another(checkout) == (409, "too_many_unpaid_orders")


async def test_a_cancelled_order_makes_room_once_its_payment_is_closed(checkout: RunningCheckout) -> None:
    first, *_ = await five_unpaid(checkout)
    await checkout.call("POST", f"/orders/{first}/cancellation")
    assert await place_another(checkout) == (409, "too_many_unpaid_orders")
    await checkout.publish(payment_closed(first))
    await checkout.until(first, "cancelled")
    await checkout.placed_id()


async def test_orders_placed_at_the_same_moment_on_two_replicas_do_not_pass_the_limit(
    checkout: RunningCheckout,
) -> None:
    settings = checkout.service.settings
    assert isinstance(settings, Settings)
    async with build_app(settings).running() as other:
        replicas = [checkout, replace(checkout, service=other)]
        answers = await asyncio.gather(*(place_another(replicas[n % 2]) for n in range(20)))
    assert Counter(status for status, _ in answers) == {201: LIMIT, 409: 15}
    assert await checkout.collection.count_documents({"openid": checkout.openid}) == LIMIT


async def test_an_order_holds_a_limited_number_of_pieces(checkout: RunningCheckout) -> None:
    lines = [{"sku_id": checkout.sku_id, "quantity": 150}, {"sku_id": "another", "quantity": 51}]
    status, problem = await checkout.call("POST", "/orders", checkout.order_request(lines=lines), key="k")
    assert (status, problem["code"]) == (422, "invalid_content")
    assert "hold 201 pieces; an order may hold 200" in problem["errors"][0]["message"]
