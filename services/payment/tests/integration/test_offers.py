"""A fresh link, or another way to pay."""

from __future__ import annotations

import asyncio

import orjson
from payment_support.till import Till, payments_path


async def test_a_buyer_gets_a_fresh_link_or_another_product(till: Till) -> None:
    order, _ = await till.open(openid="o-1")
    path = payments_path(order)
    mine = till.issuer.viewer(order.mini_program_id, "o-1")
    answers = await asyncio.gather(
        *(
            till.call("POST", path, json={"product": "page"}, headers=mine | {"Idempotency-Key": "k1"})
            for _ in range(8)
        )
    )
    assert {status for status, _ in answers} == {201}
    assert len({orjson.dumps(body) for _, body in answers}) == 1
    assert "alipay.trade.page.pay" in answers[0][1]["cashier_url"]
    status, body = await till.call(
        "POST", path, json={"product": "app"}, headers=mine | {"Idempotency-Key": "k1"}
    )
    assert (status, body["code"]) == (422, "idempotency_key_reused")
    status, body = await till.call("POST", path, json={}, headers=mine)
    assert (status, body["code"]) == (400, "idempotency_key_missing")
    status, body = await till.call("POST", path, json={}, headers=mine | {"Idempotency-Key": "k" * 256})
    assert (status, body["code"]) == (400, "idempotency_key_invalid")
    await till.pay(answers[0][1]["cashier_url"])
    await till.wait_for(order.order_id, "PaymentSettled")
    status, body = await till.call("POST", path, json={}, headers=mine | {"Idempotency-Key": "k2"})
    assert (status, body["code"]) == (409, "already_paid")


async def test_a_buyer_pays_by_code_or_inside_alipays_app(till: Till) -> None:
    for product, field, more in (("qr", "qr_code", {}), ("jsapi", "trade_no", {"payer": "2088102100000001"})):
        order, _ = await till.open(openid="o-1")
        path = payments_path(order)
        mine = till.issuer.viewer(order.mini_program_id, "o-1")
        status, body = await till.call(
            "POST", path, json={"product": product, **more}, headers=mine | {"Idempotency-Key": product}
        )
        assert (status, body["product"]) == (201, product), body
        means = {"qr_code": body[field]} if product == "qr" else {"out_trade_no": order.order_id}
        status, paid = await till.call_sandbox("POST", "/sandbox/pay", means)
        assert status == 200, paid
        [settled] = await till.wait_for(order.order_id, "PaymentSettled")
        assert product == "qr" or settled.trade_no == body["trade_no"]


async def test_the_answer_says_when_alipay_refuses_or_does_not_answer(till: Till) -> None:
    order, _ = await till.open(openid="o-1")
    path = payments_path(order)
    mine = till.issuer.viewer(order.mini_program_id, "o-1")
    for body in ({"product": "jsapi"}, {"product": "qr", "payer": "2088102100000001"}):
        status, answer = await till.call("POST", path, json=body, headers=mine | {"Idempotency-Key": "k0"})
        assert (status, answer["code"]) == (422, "invalid_content")
    body, keyed = {"product": "jsapi", "payer": "2088102100000001"}, mine | {"Idempotency-Key": "k1"}
    await till.fault("gateway_error", 1, method="alipay.trade.create", applied=True)
    status, answer = await till.call("POST", path, json=body, headers=keyed)
    assert (status, answer["code"]) == (503, "unavailable")
    status, answer = await till.call("POST", path, json=body, headers=keyed)
    assert (status, bool(answer["trade_no"])) == (201, True)
    other = body | {"payer": "2088102100000002"}
    status, answer = await till.call("POST", path, json=other, headers=mine | {"Idempotency-Key": "k2"})
    assert (status, answer["code"]) == (409, "payment_refused")
    assert "ACQ." in answer["detail"]


async def test_only_the_buyer_learns_that_there_is_a_trade(till: Till) -> None:
    order, _ = await till.open(openid="o-1")
    path = payments_path(order)
    key = {"Idempotency-Key": "k1"}
    for headers in (
        till.issuer.viewer(order.mini_program_id, "o-2"),
        till.issuer.viewer("othershop1", "o-1"),
    ):
        status, body = await till.call("POST", path, json={}, headers=headers | key)
        assert (status, body["code"]) == (404, "not_found")
    status, _ = await till.call("POST", path, json={}, headers=till.issuer.headers("host", host_id="h") | key)
    assert status == 403
    unknown = path.replace(order.order_id, order.mini_program_id + "_none")
    async with till.http.post(
        till.service.url + unknown, json={}, headers=till.issuer.viewer(order.mini_program_id, "o-1") | key
    ) as answer:
        assert answer.status == 409
        assert answer.headers["Retry-After"]
        assert (await answer.json())["code"] == "not_ready"


async def test_an_order_that_ended_before_its_trade_was_opened_can_no_longer_be_paid(till: Till) -> None:
    order = till.placed(openid="o-1")
    await till.request_close(order)
    await till.wait_for(order.order_id, "PaymentClosed")
    headers = till.issuer.viewer(order.mini_program_id, "o-1") | {"Idempotency-Key": "k1"}
    status, body = await till.call("POST", payments_path(order), json={}, headers=headers)
    assert (status, body["code"]) == (409, "payment_closed")
