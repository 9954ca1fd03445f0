"""Delivery terms: set by the owner, shown to buyers, and fixed in each order."""

from typing import Any

import pytest
from checkout_support.running import ADDRESS, RunningCheckout

FREE = {"flat": {"amount": 0, "currency": "CNY"}, "free_from": None, "regions": [], "version": 0}


def cny(amount: int) -> dict[str, Any]:
    return {"amount": amount, "currency": "CNY"}


async def put(checkout: RunningCheckout, body: Any, **options: Any) -> tuple[int, Any]:
    path = f"/mini-programs/{checkout.mini_program_id}/delivery-terms"
    return await checkout.call_as_owner("PUT", path, body, **options)


async def read(checkout: RunningCheckout) -> Any:
    path = f"/mini-programs/{checkout.mini_program_id}/delivery-terms"
    status, terms = await checkout.call_as_owner("GET", path)
    assert status == 200, terms
    return terms


async def test_delivery_is_free_until_the_owner_sets_terms(checkout: RunningCheckout) -> None:
    assert await read(checkout) == FREE
    assert await checkout.call("GET", "/delivery-terms") == (200, FREE)


async def test_an_order_has_the_fee_of_its_address_and_keeps_it(checkout: RunningCheckout) -> None:
    terms = {"flat": cny(800), "regions": [{"region": "浙江省", "fee": cny(350)}]}
    status, stored = await put(checkout, terms)
    assert (status, stored) == (200, {**terms, "free_from": None, "version": 1})
    assert await checkout.call("GET", "/delivery-terms") == (200, stored)
    near = await checkout.place(expected_total=cny(550))
    far = await checkout.place(address={**ADDRESS, "region": "Hubei"})
    assert [order["delivery_fee"]["amount"] for order in (near, far)] == [350, 800]
    assert [order["total"]["amount"] for order in (near, far)] == [550, 1000]
    await put(checkout, {"flat": cny(0)})
    assert (await checkout.order(far["order_id"]))["delivery_fee"] == cny(800)
    await checkout.until_published(near["order_id"], "OrderPlaced")
    [placed] = await checkout.published(near["order_id"])
    assert [placed[name]["amount"] for name in ("subtotal", "delivery_fee", "discount", "total")] == [200, 350, 0, 550]  # fmt: skip


async def test_a_fee_that_the_buyer_was_not_shown_is_reported_before_anything_is_bought(
    checkout: RunningCheckout,
) -> None:
    await put(checkout, {"flat": cny(800), "free_from": cny(400)})
    request = checkout.order_request(expected_total=cny(200))
    status, problem = await checkout.call("POST", "/orders", request, key="k")
    assert (status, problem["code"]) == (409, "price_changed")
    assert "1000 fen" in problem["detail"]
    assert "800 for delivery" in problem["detail"]
    lines = [{"sku_id": checkout.sku_id, "quantity": 4}]
    assert (await checkout.place(lines=lines, expected_total=cny(400)))["delivery_fee"] == cny(0)


async def test_two_editors_do_not_overwrite_each_other(checkout: RunningCheckout) -> None:
    assert (await put(checkout, {"flat": cny(1)}, if_match=0))[0] == 200
    status, problem = await put(checkout, {"flat": cny(2)}, if_match=0)
    assert (status, problem["code"], problem["version"]) == (412, "version_conflict", 1)
    assert (await put(checkout, {"flat": cny(2)}, if_match=1))[1]["version"] == 2
    assert (await put(checkout, {"flat": cny(3)}))[1]["version"] == 3


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "flat"),
        ({"flat": {"amount": -1}}, "flat.amount"),
        ({"flat": {"amount": 1}, "regions": [{"region": "", "fee": {"amount": 1}}]}, "regions[0].region"),
        (
            {"flat": {"amount": 1}, "regions": [{"region": r, "fee": {"amount": 1}} for r in ("浙江", "Zhejiang")]},
            "regions[1].region",
        ),
    ],
)  # fmt: skip
async def test_wrong_terms_are_named_by_field(checkout: RunningCheckout, body: Any, field: str) -> None:
    status, problem = await put(checkout, body)
    assert (status, problem["code"]) == (422, "invalid_content")
    assert [error["field"] for error in problem["errors"]] == [field]
    assert (await read(checkout))["version"] == 0


async def test_only_their_owner_sets_them_with_the_role_finance(checkout: RunningCheckout) -> None:
    assert (await put(checkout, {"flat": cny(1)}, owner_id="owner2"))[0] == 404
    status, problem = await put(checkout, {"flat": cny(1)}, role="orders")
    assert (status, problem["code"]) == (403, "not_your_role")
    assert (await put(checkout, {"flat": cny(1)}, role="finance"))[0] == 200
