"""Orders with a coupon: never more than its stock, never more than each viewer may, back when an order ends unpaid."""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from checkout_support.facts import payment_closed, payment_settled, refund_settled, stock_rejected
from checkout_support.running import RunningCheckout

from checkout.app import build_app
from checkout.settings import Settings
from contracts.money import cny
from runtime.mongo.client import Document

DAY = timedelta(days=1)
MAX_CONNECTIONS = 20


async def offer(checkout: RunningCheckout, **changes: Any) -> None:
    """Create the coupon SUMMER: 50 fen off, ten orders, one of each viewer."""
    now = datetime.now(UTC)
    body: Document = {
        "code": "SUMMER", "amount": cny(50).model_dump(), "stock": 10, "starts": (now - DAY).isoformat(),
        "ends": (now + DAY).isoformat(), "per_viewer": 1,
    }  # fmt: skip
    status, answer = await checkout.call_as_owner("POST", coupons(checkout), body | changes)
    assert status == 201, answer


def coupons(checkout: RunningCheckout, code: str = "") -> str:
    return f"/mini-programs/{checkout.mini_program_id}/coupons{code and '/' + code}"


async def used(checkout: RunningCheckout) -> int:
    status, coupon = await checkout.call_as_owner("GET", coupons(checkout, "SUMMER"))
    assert status == 200
    return int(coupon["used"])


async def attempt(checkout: RunningCheckout, code: str = "SUMMER", **changes: Any) -> tuple[int, str]:
    """The status of an order with the coupon, and the problem's code. A busy service is asked again, as clients do."""
    body, key = checkout.order_request(coupon_code=code, **changes), secrets.token_hex(8)
    status, answer = await checkout.call("POST", "/orders", body, key=key)
    while status == 503:
        status, answer = await checkout.call("POST", "/orders", body, key=key)
    return status, answer.get("code", "")


async def test_a_coupon_takes_its_amount_off_the_order_and_every_reader_is_told(
    checkout: RunningCheckout,
) -> None:
    await offer(checkout)
    order = await checkout.place(coupon_code=" ｓummer", expected_total=cny(150).model_dump())
    assert order["coupon_code"] == "SUMMER"
    amounts = [order[name]["amount"] for name in ("subtotal", "discount", "delivery_fee", "total")]
    assert amounts == [200, 50, 0, 150]
    await checkout.until_published(order["order_id"], "OrderPlaced")
    [placed] = await checkout.published(order["order_id"])
    assert (placed["coupon_code"], placed["discount"]["amount"], placed["total"]["amount"]) == (
        "SUMMER", 50, 150,
    )  # fmt: skip


async def test_a_coupon_that_does_not_apply_is_refused_with_the_reason(checkout: RunningCheckout) -> None:
    now = datetime.now(UTC)
    await offer(checkout, code="later", starts=(now + DAY / 2).isoformat())
    await offer(checkout, code="past", ends=(now - DAY / 2).isoformat())
    await offer(checkout, code="big", minimum=cny(201).model_dump())
    await offer(checkout, code="none", stock=0)
    for code, refusal in (
        ("later", (409, "coupon_not_started")),
        ("past", (409, "coupon_expired")),
        ("big", (409, "coupon_minimum")),
        ("none", (409, "coupon_used_up")),
        ("other", (422, "unknown_coupon")),
    ):
        assert await attempt(checkout, code) == refusal
    assert await checkout.collection.count_documents({}) == 0
    body = checkout.order_request(coupon_code="big")
    _, problem = await checkout.call("POST", "/orders", body, key="k")
    assert [error["field"] for error in problem["errors"]] == ["coupon_code"]


async def test_200_buyers_of_30_coupons_on_two_replicas_use_exactly_30(checkout: RunningCheckout) -> None:
    await offer(checkout, stock=30)
    settings = checkout.service.settings
    assert isinstance(settings, Settings)
    async with build_app(settings).running() as other:
        buyers = [
            replace(checkout, openid=f"o_{n}", service=other if n % 2 else checkout.service)
            for n in range(200)
        ]
        at_once = asyncio.Semaphore(MAX_CONNECTIONS)

        async def buy(buyer: RunningCheckout) -> tuple[int, str]:
            async with at_once:
                return await attempt(buyer)

        answers = await asyncio.gather(*(buy(buyer) for buyer in buyers))
    assert Counter(answers) == {(201, ""): 30, (409, "coupon_used_up"): 170}
    assert await used(checkout) == 30


async def test_two_simultaneous_orders_of_a_viewer_use_one_coupon(checkout: RunningCheckout) -> None:
    await offer(checkout)
    answers = await asyncio.gather(*(attempt(checkout) for _ in range(5)))
    assert Counter(answers) == {(201, ""): 1, (409, "coupon_limit_reached"): 4}
    assert await used(checkout) == 1


async def test_a_repeat_finds_its_order_and_uses_nothing(checkout: RunningCheckout) -> None:
    await offer(checkout, stock=1)
    orders = await asyncio.gather(*(checkout.place("key", coupon_code="SUMMER") for _ in range(10)))
    assert len({order["order_id"] for order in orders}) == 1
    assert await used(checkout) == 1
    await checkout.call_as_owner("DELETE", coupons(checkout, "SUMMER"))
    again = await checkout.place("key", coupon_code="SUMMER")
    assert again["order_id"] == orders[0]["order_id"]


async def ends_unpaid(checkout: RunningCheckout, order_id: str, how: str) -> None:
    if how == "rejected":
        await checkout.publish(stock_rejected(order_id, checkout.sku_id))
    else:
        await checkout.call("POST", f"/orders/{order_id}/cancellation")
        await checkout.publish(payment_closed(order_id))
    await checkout.until(order_id, how)


@pytest.mark.parametrize("how", ["rejected", "cancelled"])
async def test_an_order_that_ends_unpaid_gives_its_coupon_back(checkout: RunningCheckout, how: str) -> None:
    await offer(checkout, stock=1)
    order = await checkout.place(coupon_code="SUMMER")
    assert await attempt(replace(checkout, openid="o_other")) == (409, "coupon_used_up")
    await ends_unpaid(checkout, order["order_id"], how)
    assert await used(checkout) == 0
    ended = await checkout.order(order["order_id"])
    assert (ended["coupon_code"], ended["discount"]["amount"]) == ("SUMMER", 50)

    async def can_be_used_again() -> bool:
        return await attempt(checkout) == (201, "")

    await checkout.eventually(can_be_used_again, what="the coupon to be free")
    assert await used(checkout) == 1


async def test_a_paid_order_keeps_its_coupon_even_if_it_is_refunded(checkout: RunningCheckout) -> None:
    await offer(checkout)
    order_id = await paid(checkout)
    assert await attempt(checkout) == (409, "coupon_limit_reached")
    status, refunded = await checkout.call_as_owner(
        "POST", f"/orders/{order_id}/refunds", {"reason": "sorry"}, key="r"
    )
    assert status == 201
    [refund] = refunded["refunds"]
    assert refund["amount"] == cny(150).model_dump(), "a full refund is what was paid"
    await checkout.publish(refund_settled(order_id, refund["refund_id"], amount=150))
    await checkout.until(order_id, "refunded")
    assert await used(checkout) == 1
    assert await attempt(checkout) == (409, "coupon_limit_reached")


async def test_a_paid_order_that_its_owner_cancels_gives_its_coupon_back(checkout: RunningCheckout) -> None:
    await offer(checkout)
    order_id = await paid(checkout)
    body = {"reason": "sold out"}
    _, cancelled = await checkout.call_as_owner("POST", f"/orders/{order_id}/cancellation", body)
    assert await used(checkout) == 1, "until its money is back"
    await checkout.publish(refund_settled(order_id, cancelled["refunds"][0]["refund_id"], amount=150))
    await checkout.until(order_id, "refunded")
    assert await used(checkout) == 0
    assert (await checkout.place(coupon_code="SUMMER"))["total"] == cny(150).model_dump()


async def test_refunds_at_once_of_an_order_with_fee_and_discount_add_up_to_what_was_paid(
    checkout: RunningCheckout,
) -> None:
    await offer(checkout)
    terms = {"flat": cny(31).model_dump()}
    path = f"/mini-programs/{checkout.mini_program_id}/delivery-terms"
    assert (await checkout.call_as_owner("PUT", path, terms))[0] == 200

    placed = await checkout.place(coupon_code="SUMMER")
    assert [placed[name]["amount"] for name in ("discount", "delivery_fee", "total")] == [50, 31, 181]
    order_id = str(placed["order_id"])
    await checkout.awaits_payment(order_id)
    await checkout.publish(payment_settled(order_id, amount=181))
    await checkout.until(order_id, "paid")

    async def refund(number: int) -> int:
        body = {"amount": cny(50).model_dump(), "reason": "dent"}
        call = checkout.call if number % 2 else checkout.call_as_owner
        status, _ = await call("POST", f"/orders/{order_id}/refunds", body, key=f"k{number}")
        return status

    answers = await asyncio.gather(*(refund(number) for number in range(8)))
    assert sorted(set(answers)) == [201, 409]
    while answers.count(201) < 3:  # a call that lost against others is tried again by its client
        answers.append(await refund(len(answers)))
    assert await refund(90) == 409, "more than was paid"
    rest = {"amount": cny(31).model_dump(), "reason": "the rest"}
    assert (await checkout.call_as_owner("POST", f"/orders/{order_id}/refunds", rest, key="rest"))[0] == 201
    _, order = await checkout.call_as_owner("GET", f"/orders/{order_id}")
    assert sum(refund["amount"]["amount"] for refund in order["refunds"]) == 181
    for one in order["refunds"]:
        if one["status"] == "requested":
            path = f"/orders/{order_id}/refunds/{one['refund_id']}/approval"
            assert (await checkout.call_as_owner("POST", path))[0] == 200
        await checkout.publish(refund_settled(order_id, one["refund_id"], amount=one["amount"]["amount"]))
    refunded = await checkout.until(order_id, "refunded")
    assert {refund["status"] for refund in refunded["refunds"]} == {"settled"}


async def test_an_order_that_meets_the_removal_of_its_coupon_keeps_its_use(checkout: RunningCheckout) -> None:
    await offer(checkout)
    await checkout.place(coupon_code="SUMMER")
    removed = {
        "$set": {"removed": True}
    }  # as a removal that counted the uses just before the order was stored
    coupon_id = f"{checkout.mini_program_id}:summer"
    await checkout.service.db["coupons"].update_one({"_id": coupon_id}, removed)
    assert await used(checkout) == 1, "its owner sees it"
    assert await attempt(replace(checkout, openid="o_2")) == (422, "unknown_coupon")
    now = datetime.now(UTC)
    again = {
        "code": "SUMMER", "percent": 10, "stock": 1, "starts": (now - DAY).isoformat(), "ends": (now + DAY).isoformat(),
        "per_viewer": 1,
    }  # fmt: skip
    status, problem = await checkout.call_as_owner("POST", coupons(checkout), again)
    assert (status, problem["code"]) == (409, "coupon_exists"), "its code is not free"


async def paid(checkout: RunningCheckout) -> str:
    order_id = str((await checkout.place(coupon_code="SUMMER"))["order_id"])
    await checkout.awaits_payment(order_id)
    await checkout.publish(payment_settled(order_id, amount=150))
    await checkout.until(order_id, "paid")
    return order_id


async def test_the_stock_can_be_raised_and_lowered_to_what_is_used(checkout: RunningCheckout) -> None:
    await offer(checkout, stock=20)
    buyers = [replace(checkout, openid=f"o_{n}") for n in range(12)]
    orders = [str((await buyer.place(coupon_code="SUMMER"))["order_id"]) for buyer in buyers[:6]]
    path = coupons(checkout, "SUMMER")
    status, problem = await checkout.call_as_owner("PATCH", path, {"stock": 5})
    assert (status, problem["errors"][0]["field"]) == (422, "stock")
    status, coupon = await checkout.call_as_owner("PATCH", path, {"stock": 6})
    assert (status, coupon["used"], coupon["left"]) == (200, 6, 0)
    assert await attempt(buyers[6]) == (409, "coupon_used_up")
    await ends_unpaid(buyers[0], orders[0], "cancelled")
    await ends_unpaid(buyers[1], orders[1], "cancelled")

    async def six_again() -> bool:
        await asyncio.gather(*(attempt(buyer) for buyer in buyers[7:]))
        return await used(checkout) == 6

    await checkout.eventually(six_again, what="what came back to be used again")
    await checkout.call_as_owner("PATCH", path, {"stock": 7})
    assert await attempt(replace(checkout, openid="o_last")) == (201, "")
    assert await attempt(replace(checkout, openid="o_late")) == (409, "coupon_used_up")


async def test_a_changed_or_ended_coupon_leaves_orders_their_discount(checkout: RunningCheckout) -> None:
    await offer(checkout)
    order = await checkout.place(coupon_code="SUMMER")
    path = coupons(checkout, "SUMMER")
    assert (await checkout.call_as_owner("PATCH", path, {"amount": cny(1).model_dump()}))[0] == 200
    assert (await checkout.call_as_owner("DELETE", path))[0] == 204
    assert (await checkout.order(order["order_id"]))["discount"] == cny(50).model_dump()
    status, coupon = await checkout.call_as_owner("GET", path)
    assert (status, coupon["used"]) == (200, 1)
    assert await attempt(replace(checkout, openid="o_other")) == (409, "coupon_expired")


async def test_a_cart_and_a_quote_show_the_discount_or_why_there_is_none(checkout: RunningCheckout) -> None:
    await offer(checkout, minimum=cny(200).model_dump())
    lines = [{"sku_id": checkout.sku_id, "quantity": 2}]
    status, cart = await checkout.call("PUT", "/cart", {"lines": lines, "coupon_code": "summer"})
    assert (status, cart["discount"]["amount"], cart["total"]["amount"]) == (200, 50, 150)
    assert cart["coupon_refusal"] is None
    lines[0]["quantity"] = 1
    status, quote = await checkout.call("POST", "/quotes", {"lines": lines, "coupon_code": "summer"})
    assert (status, quote["discount"]["amount"], quote["total"]["amount"]) == (200, 0, 100)
    assert quote["coupon_refusal"]["code"] == "coupon_minimum"
    await checkout.place(coupon_code="SUMMER", expected_total=cart["total"])
    _, cart = await checkout.call("GET", "/cart")
    assert (cart["discount"]["amount"], cart["coupon_refusal"]["code"]) == (0, "coupon_limit_reached")
    status, cart = await checkout.call("PUT", "/cart", {"lines": lines, "coupon_code": "other"})
    assert (status, cart["coupon_refusal"]["code"]) == (200, "unknown_coupon")
