"""Checkout on real Kafka and real MongoDB, with the other services' facts told by the test."""

import asyncio
import json
from typing import Any

import pytest

from contracts.payment import PaymentClosed
from contracts.tokens.clicks import NOBODY, Click
from runtime.clock import system_clock
from runtime.consuming import kafka_client
from support.events import records_of, value_of

CLICK_SECRET = "a secret of the tests, long enough"


async def test_an_order_goes_from_placed_to_paid_and_tells_of_it(checkout: Any) -> None:
    order_id = await checkout.paid()
    told = await checkout.eventually(lambda: _told(checkout, order_id, 3), what="three events")
    assert told == ["OrderPlaced", "OrderConfirmed", "OrderPaid"]
    order = await checkout.order(order_id)
    assert order["payment"]["trade_no"] == "T1"
    assert order["total"] == {"amount": 200, "currency": "CNY"}
    assert [h["status"] for h in order["history"]] == ["placed", "confirmed", "awaiting_payment", "paid"]


async def _told(checkout: Any, order_id: str, count: int) -> list[str] | None:
    told = await checkout.told("orders", order_id)
    return told if len(told) >= count else None


async def test_a_link_may_be_heard_of_before_the_reservation_that_it_followed(checkout: Any) -> None:
    order_id = (await checkout.place())["order_id"]
    await checkout.tell(checkout.requested(order_id))
    await checkout.until(order_id, "awaiting_payment")
    await checkout.tell(checkout.reserved(order_id), checkout.settled(order_id))
    order = await checkout.until(order_id, "paid")
    told = await checkout.eventually(lambda: _told(checkout, order_id, 3), what="three events")
    assert told == ["OrderPlaced", "OrderConfirmed", "OrderPaid"]
    assert [h["status"] for h in order["history"]] == ["placed", "confirmed", "awaiting_payment", "paid"]


async def test_a_reservation_and_the_link_that_follows_it_are_one_write(
    checkout: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kafka_client, "LINGER_SECONDS", 10)
    order_id = (await checkout.place())["order_id"]
    orders = checkout.service.db[f"orders_{checkout.mini_program_id}"]
    async with await orders.watch([{"$match": {"documentKey._id": order_id}}]) as changes:
        await checkout.tell(checkout.reserved(order_id))
        await checkout.tell(checkout.requested(order_id))
        await checkout.until(order_id, "awaiting_payment")
        change = await changes.next()
        assert change["updateDescription"]["updatedFields"]["status"] == "awaiting_payment"


async def test_fifty_equal_requests_at_once_make_one_order(checkout: Any) -> None:
    orders = await asyncio.gather(*(checkout.place(key="one-key") for _ in range(50)))
    assert len({order["order_id"] for order in orders}) == 1
    assert await checkout.service.db[f"orders_{checkout.mini_program_id}"].count_documents({}) == 1
    told = await checkout.eventually(lambda: _told(checkout, orders[0]["order_id"], 1), what="the order told")
    assert told == ["OrderPlaced"]


async def test_the_same_key_with_another_body_is_refused(checkout: Any) -> None:
    await checkout.place(key="k")
    body = {"lines": [{"sku_id": checkout.sku_id, "quantity": 9}], "address": _address()}
    status, problem = await checkout.call("POST", "/orders", body, **{"Idempotency-Key": "k"})
    assert (status, problem["code"]) == (422, "idempotency_key_reused")


def _address() -> dict[str, str]:
    return {"recipient": "Han", "phone": "13900000000", "region": "Hubei", "street": "East Lake 2"}


async def test_a_missing_key_is_a_bad_request(checkout: Any) -> None:
    status, problem = await checkout.call("POST", "/orders", {})
    assert (status, problem["code"]) == (400, "idempotency_key_missing")


async def test_a_changed_price_is_told_before_anything_is_bought(checkout: Any) -> None:
    body = {
        "lines": [{"sku_id": checkout.sku_id, "quantity": 2}], "address": _address(),
        "expected_total": {"amount": 199, "currency": "CNY"},
    }  # fmt: skip
    status, problem = await checkout.call("POST", "/orders", body, **{"Idempotency-Key": "k"})
    assert (status, problem["code"]) == (409, "price_changed")
    assert await checkout.service.db[f"orders_{checkout.mini_program_id}"].count_documents({}) == 0


async def test_wait_answers_with_the_cashier_link_as_soon_as_it_is_there(checkout: Any) -> None:
    placing = asyncio.create_task(
        checkout.call(
            "POST", "/orders?wait=10",
            {"lines": [{"sku_id": checkout.sku_id, "quantity": 2}], "address": _address()},
            **{"Idempotency-Key": "waiting"},
        )
    )  # fmt: skip
    orders = checkout.service.db[f"orders_{checkout.mini_program_id}"]
    document = await checkout.eventually(lambda: orders.find_one({}), what="the order")
    await checkout.awaits_payment(document["_id"])
    status, order = await placing
    assert (status, order["status"]) == (201, "awaiting_payment")
    assert order["payment"]["cashier_url"] == "https://pay.example/1"


async def test_events_come_live_with_the_whole_order(checkout: Any) -> None:
    order_id = (await checkout.place())["order_id"]
    async with checkout.service.http.get(
        checkout.url(f"/orders/{order_id}/events"), headers=checkout.headers()
    ) as stream:
        first = await _next_order(stream)
        assert first["status"] == "placed"
        await checkout.tell(checkout.reserved(order_id))
        assert (await _next_order(stream))["status"] == "confirmed"


async def _next_order(stream: Any) -> dict[str, Any]:
    async with asyncio.timeout(10):
        while True:
            line = (await stream.content.readline()).decode().strip()
            if line.startswith("data: "):
                order: dict[str, Any] = json.loads(line.removeprefix("data: "))
                return order


async def test_a_cancelled_order_ends_when_payment_says_that_nothing_came(checkout: Any) -> None:
    order_id = (await checkout.place())["order_id"]
    status, order = await checkout.call("POST", f"/orders/{order_id}/cancellation")
    assert (status, order["status"]) == (200, "closing")
    await checkout.tell(_closed(checkout, order_id))
    order = await checkout.until(order_id, "cancelled")
    assert order["reason"] == "cancelled_by_buyer"
    await checkout.tell(checkout.reserved(order_id))
    told = await checkout.eventually(lambda: _told(checkout, order_id, 4), what="the end told again")
    assert told == ["OrderPlaced", "OrderCloseRequested", "OrderCancelled", "OrderCancelled"]


def _closed(checkout: Any, order_id: str) -> PaymentClosed:
    return PaymentClosed(
        version=2, order_id=order_id, mini_program_id=checkout.mini_program_id, at=system_clock(), reason="x"
    )


async def test_money_that_came_first_wins_over_a_cancellation(checkout: Any) -> None:
    order_id = (await checkout.place())["order_id"]
    await checkout.awaits_payment(order_id)
    await checkout.call("POST", f"/orders/{order_id}/cancellation")
    await checkout.tell(checkout.settled(order_id))
    assert (await checkout.until(order_id, "paid"))["reason"] is None


async def test_every_fact_three_times_over_makes_its_effect_once(checkout: Any) -> None:
    order_id = (await checkout.place())["order_id"]
    await checkout.tell(*[checkout.reserved(order_id)] * 3)
    await checkout.until(order_id, "confirmed")
    await checkout.tell(*[checkout.requested(order_id)] * 3, *[checkout.settled(order_id)] * 3)
    await checkout.until(order_id, "paid")
    assert await checkout.told("orders", order_id) == ["OrderPlaced", "OrderConfirmed", "OrderPaid"]


async def test_a_fact_that_can_never_be_right_goes_to_the_dead_letters_and_the_rest_flows_on(
    checkout: Any,
) -> None:
    order_id = (await checkout.place())["order_id"]
    await checkout.tell(_closed(checkout, order_id), checkout.reserved(order_id))
    await checkout.until(order_id, "confirmed")
    await checkout.tell(checkout.requested(order_id))
    await checkout.until(order_id, "awaiting_payment")
    letters = await checkout.eventually(lambda: _letters(checkout, order_id), what="a dead letter")
    headers = dict(letters[0].headers)
    assert b"cannot take payment_closed" in headers["dlq_reason"]
    assert headers["dlq_topic"].decode() == checkout.prefix + "payments"


async def _letters(checkout: Any, order_id: str) -> list[Any]:
    letters = await records_of(checkout.kafka, checkout.prefix + "payments.dlq")
    return [letter for letter in letters if letter.key == order_id.encode()]


async def test_nobody_else_sees_an_order(checkout: Any) -> None:
    order_id = (await checkout.place())["order_id"]
    other_viewer = checkout.issuer.viewer(checkout.mini_program_id, "o_other")
    other_program = checkout.issuer.viewer("mpother001", checkout.openid)
    other_owner = checkout.issuer.headers("owner", owner_id="owner2")
    host = checkout.issuer.headers("host", host_id="host1")
    for headers, expected in ((other_viewer, 404), (other_program, 404), (other_owner, 404), (host, 403)):
        async with checkout.service.http.get(checkout.url(f"/orders/{order_id}"), headers=headers) as answer:
            assert answer.status == expected


async def test_the_owner_ships_and_the_buyer_receives(checkout: Any) -> None:
    order_id = await checkout.paid()
    owner = checkout.issuer.headers("owner", owner_id="owner1")
    body = {"carrier": "SF Express", "tracking_number": "SF123"}
    url = f"{checkout.service.url}/v1/owner/orders/{order_id}/shipments"
    for _ in range(2):
        async with checkout.service.http.post(url, json=body, headers=owner) as answer:
            assert answer.status == 201
    status, order = await checkout.call("POST", f"/orders/{order_id}/receipt")
    assert (status, order["status"]) == (200, "completed")
    assert len(order["shipments"]) == 1


async def test_a_refund_asked_twice_with_one_key_is_one_refund(checkout: Any) -> None:
    order_id = await checkout.paid()
    for _ in range(2):
        status, order = await checkout.call(
            "POST", f"/orders/{order_id}/refunds", {"amount": {"amount": 50}, "reason": "dent"},
            **{"Idempotency-Key": "r"},
        )  # fmt: skip
        assert status == 201, order
    assert [r["status"] for r in order["refunds"]] == ["requested"]
    status, problem = await checkout.call(
        "POST", f"/orders/{order_id}/refunds", {"amount": {"amount": 151}, "reason": "more"},
        **{"Idempotency-Key": "r2"},
    )  # fmt: skip
    assert (status, problem["code"]) == (409, "refused")


async def test_a_click_gives_the_order_to_its_creator_for_the_clicked_product_only(checkout: Any) -> None:
    def click(**changes: Any) -> str:
        fields = {
            "surface": "video_anchor", "host_id": "host1", "viewer": "v1", "at": system_clock(), "nonce": "n",
            "mini_program_id": checkout.mini_program_id, "product_id": "p" + checkout.sku_id, "video_id": "vid1",
            "creator_id": "cr1",
        }  # fmt: skip
        return Click(**(fields | changes)).sign(CLICK_SECRET)

    bought = await checkout.place(click_id=click())
    assert bought["attribution"]["creator_id"] == "cr1"
    by_nobody = await checkout.place(click_id=click(viewer=NOBODY))
    assert by_nobody["attribution"]["creator_id"] == "cr1", "its host did not say who tapped"
    other_product = await checkout.place(click_id=click(product_id="pother"))
    assert other_product["attribution"]["surface"] == "direct"
    body = {"lines": [{"sku_id": checkout.sku_id, "quantity": 1}], "address": _address()}
    for wrong in (click(viewer="v2"), click()[:-3] + "abc"):
        status, problem = await checkout.call(
            "POST", "/orders", body | {"click_id": wrong}, **{"Idempotency-Key": "w"}
        )
        assert (status, problem["code"]) == (422, "invalid_click")


async def test_no_event_holds_what_is_personal(checkout: Any) -> None:
    order_id = await checkout.paid()
    await checkout.eventually(lambda: _told(checkout, order_id, 3), what="the events")
    text = json.dumps([value_of(r) for r in await records_of(checkout.kafka, checkout.prefix + "orders")])
    assert "Zhejiang" in text
    assert not any(secret in text for secret in ("Li Lei", "13800000000", "West Lake"))


async def test_lists_page_through_all_orders_once(checkout: Any) -> None:
    placed = {(await checkout.place())["order_id"] for _ in range(5)}
    seen: list[str] = []
    cursor = ""
    while True:
        _, page = await checkout.call("GET", f"/orders?limit=2{cursor}")
        seen += [order["order_id"] for order in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert len(seen) == 5
    assert set(seen) == placed


async def test_addresses_are_the_viewers_own(checkout: Any) -> None:
    status, saved = await checkout.call("POST", "/account/addresses", _address() | {"is_default": True})
    assert status == 201
    order = await checkout.place(address=None, address_id=saved["address_id"])
    assert order["address"]["recipient"] == "Han"
    _, account = await checkout.call("GET", "/account")
    assert [a["address_id"] for a in account["addresses"]] == [saved["address_id"]]
    other = checkout.issuer.viewer(checkout.mini_program_id, "o_other")
    url = checkout.url(f"/account/addresses/{saved['address_id']}")
    async with checkout.service.http.delete(url, headers=other) as answer:
        assert answer.status == 404
    assert (await checkout.call("DELETE", f"/account/addresses/{saved['address_id']}"))[0] == 204
