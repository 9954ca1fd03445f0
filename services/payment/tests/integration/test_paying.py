"""From an order whose stock is held to its money, with a real Alipay protocol on the other side."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import orjson
import pytest
from payment_support.till import reserved

from contracts.topics import STOCK
from runtime.consuming.records import headers_of
from support.events import records_of
from support.eventually import eventually


async def test_an_order_whose_stock_is_held_gets_a_link_that_ends_with_its_deadline(till):
    order, link = await till.open()
    query = {name: values[0] for name, values in parse_qs(urlsplit(link).query).items()}
    biz = orjson.loads(query["biz_content"])
    assert query["method"] == "alipay.trade.wap.pay"
    assert biz["out_trade_no"] == order.order_id
    assert biz["total_amount"] == "129.00"
    beijing = order.expires_at + timedelta(hours=8)
    assert biz["time_expire"] == beijing.strftime("%Y-%m-%d %H:%M:%S")
    assert query["notify_url"].endswith("/v1/payments/alipay/notify")


@pytest.mark.parametrize("product", ["wap", "page", "app"])
async def test_paying_settles_the_order_and_shares_its_money_out(till, product):
    order, link = await till.open(product=product, creator_id="creator-1")
    status, body = await till.pay(link)
    assert status == 200, body
    [settled] = await till.heard(order.order_id, "PaymentSettled")
    [accrued] = await till.heard(order.order_id, "CommissionAccrued")
    assert settled.amount == order.total
    assert (accrued.platform.amount, accrued.creator.amount, accrued.owner.amount) == (645, 1290, 10965)
    assert accrued.creator_id == "creator-1"
    trade = await till.trade(order.order_id)
    assert trade["state"] == "settled"
    assert trade["trade_no"] == settled.trade_no


async def test_a_lost_notice_is_made_good_by_asking(till):
    order, link = await till.open()
    await till.fault("drop_notify", 8, out_trade_no=order.order_id)
    await till.pay(link)
    assert not till.of(order.order_id, "PaymentSettled")
    till.clock.shift += timedelta(seconds=31)
    await till.heard(order.order_id, "PaymentSettled")


async def test_a_reservation_that_does_not_say_of_what_opens_nothing_and_holds_up_nothing(till):
    order = till.placed()
    await till.tell(
        reserved(order).model_copy(update={"order": None}), reserved(order)
    )  # one key: in this order
    await till.heard(order.order_id, "PaymentRequested")
    assert await records_of(till.service.settings.kafka, f"{till.prefix}{STOCK.name}.dlq") == []


async def test_an_order_that_nobody_collects_for_is_set_aside_and_opens_nothing(till):
    order = till.placed(merchant=None)
    await till.reserve(order)
    topic = f"{till.prefix}{STOCK.name}.dlq"
    [letter] = await eventually(lambda: records_of(till.service.settings.kafka, topic), 20, "the dead letter")
    assert headers_of(letter)["dlq_reason"].startswith("UnknownMerchant")
    assert await till.trade(order.order_id) == {}


async def test_a_repeated_reservation_makes_no_second_link(till):
    order, _ = await till.open()
    marker, _ = await till.open()
    await till.reserve(order, order, marker)
    await till.close(marker)
    await eventually(lambda: _closing(till, marker.order_id))
    assert len(till.of(order.order_id, "PaymentRequested")) == 1


async def test_a_cancelled_order_whose_payer_is_at_the_cashier_is_closed_with_alipay(till):
    order, link = await till.open()
    status, body = await till.pay(link, result="fail")  # tries in vain: from now on Alipay knows the trade
    assert (status, body["trade_status"]) == (200, "WAIT_BUYER_PAY")
    await till.close(order)
    [closed] = await till.heard(order.order_id, "PaymentClosed")
    assert closed.reason == "cancelled_by_buyer"
    assert closed.at < order.expires_at
    status, body = await till.pay(link)
    assert (status, body["code"]) == (409, "ACQ.TRADE_HAS_CLOSE")


async def test_a_cancelled_order_that_nobody_opened_is_closed_only_once_its_link_is_dead(till):
    order, link = await till.open(expires_in=3)
    await till.close(order)
    await eventually(lambda: _closing(till, order.order_id))
    assert not till.of(order.order_id, "PaymentClosed")
    [closed] = await till.heard(order.order_id, "PaymentClosed")
    assert closed.at >= order.expires_at
    status, _ = await till.pay(link)
    assert status >= 400


async def test_a_cancelled_order_whose_link_nobody_was_given_is_closed_within_moments(till):
    order, link = await till.open(expires_in=900)
    await till.close(order, link_given=False)
    [closed] = await till.heard(order.order_id, "PaymentClosed")
    assert closed.at < order.expires_at
    await till.pay(link)  # whoever had it all the same has his money back
    await till.heard(order.order_id, "LatePaymentReceived")
    [refund] = await till.heard(order.order_id, "RefundSettled")
    assert refund.late


async def test_money_that_came_before_the_close_wins(till):
    order, link = await till.open()
    await till.fault("drop_notify", 8, out_trade_no=order.order_id)
    await till.pay(link)
    await till.close(order)
    await till.heard(order.order_id, "PaymentSettled")
    assert not till.of(order.order_id, "PaymentClosed")


async def test_an_order_that_ends_before_its_trade_came_is_closed_and_gets_no_link(till):
    order = till.placed()
    await till.close(order)
    await till.heard(order.order_id, "PaymentClosed")
    await till.reserve(order)
    await till.open()  # told after it
    assert not till.of(order.order_id, "PaymentRequested")
    assert (await till.trade(order.order_id))["state"] == "closed"


async def test_an_unsure_answer_is_asked_again_and_never_taken_for_a_close(till):
    order, link = await till.open(expires_in=2)
    await till.fault("drop_notify", 8, out_trade_no=order.order_id)
    await till.pay(link)
    await till.fault("gateway_error", 3)
    await till.close(order, "payment_deadline")
    await till.heard(order.order_id, "PaymentSettled")
    assert not till.of(order.order_id, "PaymentClosed")


@pytest.mark.parametrize("applied", [True, False])
async def test_a_close_whose_call_broke_off_is_asked_after(till, applied):
    order, link = await till.open()
    await till.pay(link, result="fail")
    await till.fault("gateway_timeout", 1, method="alipay.trade.close", applied=applied, seconds=0.2)
    await till.close(order)
    await till.heard(order.order_id, "PaymentClosed")
    _, trade = await till.ask_sandbox("GET", f"/sandbox/trades/{order.order_id}")
    assert trade["trade_status"] == "TRADE_CLOSED"


async def test_money_that_comes_after_the_close_goes_back_once(till):
    order, link = await till.open(expires_in=600)
    till.clock.shift = timedelta(hours=1)  # for us the link is long dead, for Alipay it is not
    await till.close(order, "payment_deadline")
    await till.heard(order.order_id, "PaymentClosed")
    status, body = await till.pay(link)
    assert status == 200, body
    [refund] = await till.heard(order.order_id, "RefundSettled")
    assert refund.late
    assert refund.amount == order.total
    _, trade = await till.ask_sandbox("GET", f"/sandbox/trades/{order.order_id}")
    assert trade["refunded_amount"] == "129.00"
    assert not till.of(order.order_id, "PaymentSettled", "CommissionAccrued")


async def test_late_money_whose_notice_never_comes_is_found_by_asking_and_goes_back_once(till):
    order, link = await till.open(expires_in=600)
    await till.fault("drop_notify", 16, out_trade_no=order.order_id)  # of the payment, and of the refund
    till.clock.shift = timedelta(hours=1)
    await till.close(order, "payment_deadline")
    await till.heard(order.order_id, "PaymentClosed")
    status, body = await till.pay(link)
    assert status == 200, body
    till.clock.shift += timedelta(seconds=31)
    [refund] = await till.heard(order.order_id, "RefundSettled")
    assert refund.late
    _, trade = await till.ask_sandbox("GET", f"/sandbox/trades/{order.order_id}")
    assert trade["refunded_amount"] == "129.00"
    assert len(till.of(order.order_id, "LatePaymentReceived")) == 1


async def test_who_comes_to_the_cashier_after_the_close_finds_the_trade_closed_and_it_is_watched_no_longer(
    till,
):
    order, link = await till.open(expires_in=600)
    till.clock.shift = timedelta(hours=1)
    await till.close(order, "payment_deadline")
    await till.heard(order.order_id, "PaymentClosed")
    assert "due_at" in await till.trade(order.order_id)
    status, body = await till.pay(link, result="fail")
    assert (status, body["trade_status"]) == (200, "WAIT_BUYER_PAY")
    till.clock.shift += timedelta(seconds=31)
    await eventually(lambda: _idle(till, order.order_id))
    status, body = await till.pay(link)
    assert (status, body["code"]) == (409, "ACQ.TRADE_HAS_CLOSE")


async def test_a_trade_that_alipay_has_closed_is_not_asked_about_again(till):
    order, link = await till.open()
    await till.pay(link, result="fail")
    await till.close(order)
    await till.heard(order.order_id, "PaymentClosed")
    assert await _idle(till, order.order_id)


async def test_an_end_is_watched_for_a_day_and_then_believed(till):
    order, _ = await till.open(expires_in=600)
    till.clock.shift = timedelta(hours=1)
    await till.close(order, "payment_deadline")
    await till.heard(order.order_id, "PaymentClosed")
    till.clock.shift += timedelta(hours=25)
    await eventually(lambda: _idle(till, order.order_id))
    assert {type(e).__name__ for e in till.of(order.order_id)} == {"PaymentRequested", "PaymentClosed"}


async def test_a_buyer_gets_a_fresh_link_or_another_product(till):
    order, _ = await till.open(openid="o-1")
    path = f"/v1/mini-programs/{order.mini_program_id}/orders/{order.order_id}/payments"
    mine = till.issuer.viewer(order.mini_program_id, "o-1")
    answers = await asyncio.gather(
        *(
            till.ask("POST", path, json={"product": "page"}, headers=mine | {"Idempotency-Key": "k1"})
            for _ in range(8)
        )
    )
    assert {status for status, _ in answers} == {201}
    assert len({orjson.dumps(body) for _, body in answers}) == 1
    assert "alipay.trade.page.pay" in answers[0][1]["cashier_url"]
    status, body = await till.ask(
        "POST", path, json={"product": "app"}, headers=mine | {"Idempotency-Key": "k1"}
    )
    assert (status, body["code"]) == (422, "idempotency_key_reused")
    status, body = await till.ask("POST", path, json={}, headers=mine)
    assert (status, body["code"]) == (400, "idempotency_key_required")
    await till.pay(answers[0][1]["cashier_url"])
    await till.heard(order.order_id, "PaymentSettled")
    status, body = await till.ask("POST", path, json={}, headers=mine | {"Idempotency-Key": "k2"})
    assert (status, body["code"]) == (409, "already_paid")


async def test_a_buyer_pays_by_a_code_or_inside_alipays_own_app(till):
    for product, field, more in (("qr", "qr_code", {}), ("jsapi", "trade_no", {"payer": "2088102100000001"})):
        order, _ = await till.open(openid="o-1")
        path = f"/v1/mini-programs/{order.mini_program_id}/orders/{order.order_id}/payments"
        mine = till.issuer.viewer(order.mini_program_id, "o-1")
        status, body = await till.ask(
            "POST", path, json={"product": product, **more}, headers=mine | {"Idempotency-Key": product}
        )
        assert (status, body["product"]) == (201, product), body
        means = {"qr_code": body[field]} if product == "qr" else {"out_trade_no": order.order_id}
        status, paid = await till.ask_sandbox("POST", "/sandbox/pay", means)
        assert status == 200, paid
        [settled] = await till.heard(order.order_id, "PaymentSettled")
        assert product == "qr" or settled.trade_no == body["trade_no"]


async def test_what_alipay_refuses_or_does_not_answer_is_said_so(till):
    order, _ = await till.open(openid="o-1")
    path = f"/v1/mini-programs/{order.mini_program_id}/orders/{order.order_id}/payments"
    mine = till.issuer.viewer(order.mini_program_id, "o-1")
    for body in ({"product": "jsapi"}, {"product": "qr", "payer": "2088102100000001"}):
        status, answer = await till.ask("POST", path, json=body, headers=mine | {"Idempotency-Key": "k0"})
        assert (status, answer["code"]) == (422, "invalid_content")
    wanted, keyed = {"product": "jsapi", "payer": "2088102100000001"}, mine | {"Idempotency-Key": "k1"}
    await till.fault("gateway_error", 1, method="alipay.trade.create", applied=True)
    status, answer = await till.ask("POST", path, json=wanted, headers=keyed)
    assert (status, answer["code"]) == (503, "unavailable")
    status, answer = await till.ask("POST", path, json=wanted, headers=keyed)
    assert (status, bool(answer["trade_no"])) == (201, True)
    other = wanted | {"payer": "2088102100000002"}
    status, answer = await till.ask("POST", path, json=other, headers=mine | {"Idempotency-Key": "k2"})
    assert (status, answer["code"]) == (409, "payment_refused")
    assert "ACQ." in answer["detail"]


async def test_nobody_else_sees_that_there_is_a_trade(till):
    order, _ = await till.open(openid="o-1")
    path = f"/v1/mini-programs/{order.mini_program_id}/orders/{order.order_id}/payments"
    key = {"Idempotency-Key": "k1"}
    for headers in (
        till.issuer.viewer(order.mini_program_id, "o-2"),
        till.issuer.viewer("othershop1", "o-1"),
    ):
        status, body = await till.ask("POST", path, json={}, headers=headers | key)
        assert (status, body["code"]) == (404, "not_found")
    status, _ = await till.ask("POST", path, json={}, headers=till.issuer.headers("host", host_id="h") | key)
    assert status == 403
    unknown = path.replace(order.order_id, order.mini_program_id + "_none")
    async with till.http.post(
        till.service.url + unknown, json={}, headers=till.issuer.viewer(order.mini_program_id, "o-1") | key
    ) as answer:
        assert answer.status == 409
        assert answer.headers["Retry-After"]
        assert (await answer.json())["code"] == "not_ready"


async def _closing(till, order_id):
    return (await till.trade(order_id)).get("close_reason")


async def _idle(till, order_id):
    return "due_at" not in await till.trade(order_id)
