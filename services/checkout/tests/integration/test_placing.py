"""Placing orders: once for each key, at the server's prices, attributed to the right click."""

import asyncio
import secrets
from typing import Any

import pytest
from checkout_support import facts
from checkout_support.running import CLICK_SECRET, ORDER_SECRET, RunningCheckout

from contracts.checkout import OrderPlaced
from contracts.money import cny
from contracts.tokens.clicks import NOBODY, Click
from contracts.tokens.order_seals import is_sealed
from runtime.clock import system_clock
from support.eventually import eventually

OTHER_ADDRESS = {"recipient": "Han", "phone": "13900000000", "region": "Hubei", "street": "East Lake 2"}


async def test_fifty_equal_requests_at_once_place_one_order(checkout: RunningCheckout) -> None:
    orders = await asyncio.gather(*(checkout.place(key="one-key") for _ in range(50)))
    assert len({order["order_id"] for order in orders}) == 1
    assert await checkout.collection.count_documents({}) == 1
    await checkout.until_published(orders[0]["order_id"], "OrderPlaced")


async def test_the_same_key_with_another_body_is_refused(checkout: RunningCheckout) -> None:
    await checkout.place(key="k")
    other = checkout.order_request(lines=[{"sku_id": checkout.sku_id, "quantity": 9}])
    status, problem = await checkout.call("POST", "/orders", other, key="k")
    assert (status, problem["code"]) == (422, "idempotency_key_reused")


async def test_the_same_request_with_its_defaults_spelled_out_finds_its_order(
    checkout: RunningCheckout,
) -> None:
    placed = await checkout.place(key="k")
    spelled_out = {"click_id": None, "payment": None, **dict(reversed(checkout.order_request().items()))}
    status, again = await checkout.call("POST", "/orders", spelled_out, key="k")
    assert (status, again["order_id"]) == (201, placed["order_id"])


async def test_a_repeat_finds_its_order_even_if_it_could_not_be_placed_any_more(
    checkout: RunningCheckout,
) -> None:
    placed = await checkout.place(key="k")
    await checkout.service.db["products"].update_one(
        {"_id": checkout.product_id}, {"$set": {"listed": False}}
    )

    async def delisted() -> bool:
        status, problem = await checkout.call(
            "POST", "/orders", checkout.order_request(), key=secrets.token_hex(8)
        )
        return (status, problem.get("code")) == (409, "delisted")

    await checkout.eventually(delisted, what="the product to be delisted")
    assert (await checkout.place(key="k"))["order_id"] == placed["order_id"]


async def test_a_repeat_finds_its_order_in_a_suspended_shop(checkout: RunningCheckout) -> None:
    placed = await checkout.place(key="k")
    await suspend_shop(checkout)
    assert (await checkout.place(key="k"))["order_id"] == placed["order_id"]


async def test_an_order_from_before_a_suspension_is_paid_and_sent(checkout: RunningCheckout) -> None:
    order_id = await checkout.placed_id()
    await suspend_shop(checkout)
    await checkout.awaits_payment(order_id)
    await checkout.publish(facts.payment_settled(order_id))
    await checkout.until(order_id, "paid")
    parcel = {"carrier": "sf", "tracking_number": "SF1"}
    status, order = await checkout.call_as_owner("POST", f"/orders/{order_id}/shipments", parcel)
    assert (status, order["status"]) == (201, "shipped")


async def suspend_shop(checkout: RunningCheckout) -> None:
    """An operator suspends the mini program, and checkout knows it."""
    await checkout.service.db["mini_programs"].update_one(
        {"_id": checkout.mini_program_id}, {"$set": {"state": "suspended"}}
    )

    async def suspended() -> bool:
        status, problem = await checkout.call(
            "POST", "/orders", checkout.order_request(), key=secrets.token_hex(8)
        )
        return (status, problem.get("code")) == (409, "suspended")

    await checkout.eventually(suspended, what="the mini program to be suspended")


async def test_a_missing_key_is_a_bad_request(checkout: RunningCheckout) -> None:
    status, problem = await checkout.call("POST", "/orders", {})
    assert (status, problem["code"]) == (400, "idempotency_key_missing")


async def test_a_changed_price_is_reported_before_anything_is_bought(checkout: RunningCheckout) -> None:
    request = checkout.order_request(expected_total={"amount": 199, "currency": "CNY"})
    status, problem = await checkout.call("POST", "/orders", request, key="k")
    assert (status, problem["code"]) == (409, "price_changed")
    assert await checkout.collection.count_documents({}) == 0


async def test_unknown_skus_and_addresses_are_named(checkout: RunningCheckout) -> None:
    lines = [{"sku_id": checkout.sku_id, "quantity": 1}, {"sku_id": "nosuchsku", "quantity": 1}]
    status, problem = await checkout.call("POST", "/orders", checkout.order_request(lines=lines), key="k")
    assert (status, [error["field"] for error in problem["errors"]]) == (422, ["lines[1].sku_id"])
    request = checkout.order_request(address=None, address_id="nosuchaddress")
    status, problem = await checkout.call("POST", "/orders", request, key="k")
    assert (status, problem["code"], problem["errors"][0]["field"]) == (422, "unknown_address", "address_id")


async def test_a_click_credits_its_creator_for_the_clicked_product_only(checkout: RunningCheckout) -> None:
    def click(**changes: Any) -> str:
        fields = {
            "surface": "video_anchor", "host_id": "host1", "viewer": "v1", "at": system_clock(), "nonce": "n",
            "mini_program_id": checkout.mini_program_id, "product_id": checkout.product_id, "video_id": "vid1",
            "creator_id": "cr1",
        }  # fmt: skip
        return Click(**(fields | changes)).sign(CLICK_SECRET)

    own = await checkout.place(click_id=click())
    assert own["attribution"]["creator_id"] == "cr1"
    anonymous = await checkout.place(click_id=click(viewer=NOBODY))
    assert anonymous["attribution"]["creator_id"] == "cr1", "the host did not say who clicked"
    other_product = await checkout.place(click_id=click(product_id="pother"))
    assert other_product["attribution"]["surface"] == "direct"
    for wrong in (click(viewer="v2"), click()[:-3] + "abc"):
        request = checkout.order_request(click_id=wrong)
        status, problem = await checkout.call("POST", "/orders", request, key="w")
        assert (status, problem["code"]) == (422, "invalid_click")


async def test_an_order_is_published_with_a_seal_over_what_is_to_be_paid(checkout: RunningCheckout) -> None:
    order = await checkout.place()
    [published] = await eventually(lambda: checkout.published(order["order_id"]))
    placed = OrderPlaced.model_validate(published)
    assert is_sealed(placed, ORDER_SECRET)
    assert not is_sealed(placed.model_copy(update={"total": cny(1)}), ORDER_SECRET)


async def test_addresses_are_the_buyers_own(checkout: RunningCheckout) -> None:
    status, saved = await checkout.call("POST", "/account/addresses", OTHER_ADDRESS | {"is_default": True})
    assert status == 201
    order = await checkout.place(address=None, address_id=saved["address_id"])
    assert order["address"] == OTHER_ADDRESS
    _, account = await checkout.call("GET", "/account")
    assert [address["address_id"] for address in account["addresses"]] == [saved["address_id"]]
    path = f"/account/addresses/{saved['address_id']}"
    other_buyer = checkout.issuer.viewer(checkout.mini_program_id, "o_other")
    async with checkout.service.http.delete(checkout.url(path), headers=other_buyer) as answer:
        assert answer.status == 404
    assert (await checkout.call("DELETE", path))[0] == 204


@pytest.mark.parametrize(
    ("return_url", "status"),
    [
        ("https://host.example/orders/1", 201),
        ("http://127.0.0.1:8088/paid", 201),
        ("https://evil.example/orders/1", 422),
        ("https://host.example.evil.example/", 422),
        ("https://host.example:8443/", 422),
    ],
)
async def test_a_payer_returns_only_to_the_hosts_own_origins(
    checkout: RunningCheckout, return_url: str, status: int
) -> None:
    headers = checkout.issuer.viewer(
        checkout.mini_program_id, "o_buyer", return_origins=["https://host.example"]
    )
    async with checkout.service.http.post(
        checkout.url("/orders"),
        json=checkout.order_request(return_url=return_url),
        headers=headers | {"Idempotency-Key": "k"},
    ) as answer:
        body = await answer.json()
    assert answer.status == status, body
    if status == 422:
        assert (body["code"], body["errors"][0]["field"]) == ("return_not_allowed", "return_url")
        assert "This host may name https://host.example." in body["detail"]


async def test_a_host_that_stated_no_origins_is_told_so(checkout: RunningCheckout) -> None:
    request = checkout.order_request(return_url="https://host.example/orders/1")
    status, problem = await checkout.call("POST", "/orders", request, key="k")
    assert (status, problem["code"]) == (422, "return_not_allowed")
    assert "has stated no return origins" in problem["detail"]
