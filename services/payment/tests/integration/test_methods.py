"""Alipay's other methods, spoken as a merchant."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from yarl import URL

from payment.adapters.alipay.merchants import read_merchants
from payment.adapters.alipay.provider import Alipay
from payment.application.ports import NoBill, ProviderAway, Refusal
from payment.domain.days import day_of
from payment.domain.provider import NeverSeen, Paid, Unsure, Waiting
from payment.domain.shares import Line
from payment.domain.trade import Trade


@pytest.fixture
async def alipay(till):
    merchants = read_merchants(till.service.settings.alipay_merchants)
    return Alipay(merchants, lambda: till.http, till.clock, public_url=till.service.url)


def _trade(alipay, till, order_id="demoshop01_x1"):
    now = till.clock().replace(microsecond=0)
    return Trade(
        order_id=order_id, mini_program_id="demoshop01", openid="o", payee=alipay.payees()["default"], total=1234,
        lines=(Line(1234, 0, 0),), creator_id=None, subject="Tea 茶", product="wap", return_url=None, requested_at=now,
        expires_at=now + timedelta(hours=1), due_at=None,
    )  # fmt: skip


@pytest.mark.parametrize("payer", ["2088000000001234", "an-open_ID-of-Alipays"])
async def test_a_created_trade_waits_for_its_buyer(alipay, till, payer):
    trade = _trade(alipay, till)
    assert isinstance(await alipay.ask(trade), NeverSeen)
    form = await alipay.offer(trade, "jsapi", payer, till.clock())
    assert form == await alipay.offer(trade, "jsapi", payer, till.clock())
    assert form.trade_no
    assert isinstance(await alipay.ask(trade), Waiting)


async def test_a_precreated_code_is_paid_by_scanning(alipay, till):
    trade = _trade(alipay, till)
    code = (await alipay.offer(trade, "qr", None, till.clock())).qr_code
    status, body = await till.ask_sandbox("POST", "/sandbox/pay", {"qr_code": code})
    assert status == 200, body
    answer = await alipay.ask(trade)
    assert isinstance(answer, Paid)
    assert answer.money.amount == 1234
    with pytest.raises(Refusal, match=r"ACQ\.TRADE_HAS_SUCCESS"):
        await alipay.offer(trade, "jsapi", "2088000000001234", till.clock())


async def test_a_day_without_money_has_no_bill(alipay, till):
    with pytest.raises(NoBill):
        await alipay.bill(alipay.payees()["default"], day_of(till.clock()) - timedelta(days=30))


async def test_answers_that_cannot_be_relied_on_are_no_answers(alipay, till):
    trade = _trade(alipay, till)
    for fault in ({"signed": True}, {"signed": False}):
        await till.fault("gateway_error", 1, method="alipay.trade.query", **fault)
        assert isinstance(await alipay.ask(trade), Unsure)
    assert isinstance(await alipay.ask(trade), NeverSeen)


async def test_a_gateway_that_is_not_there_is_no_answer(alipay, till):
    file = till.service.settings.alipay_merchants
    file.write_text(file.read_text().replace(till.sandbox, "http://127.0.0.1:9"))
    away = Alipay(read_merchants(file), lambda: till.http, till.clock, public_url=till.service.url)
    trade = _trade(alipay, till)
    assert isinstance(await away.ask(trade), Unsure)
    assert isinstance(await away.close(trade), Unsure)
    with pytest.raises(ProviderAway):
        await away.offer(trade, "qr", None, till.clock())
    with pytest.raises(ProviderAway):
        await away.bill(trade.payee, day_of(till.clock()))


async def test_the_payer_comes_back_to_the_orders_own_page(till):
    order, link = await till.open(return_url="https://host.example/orders/1")
    _, paid = await till.pay(link)
    async with till.http.get(paid["return_url"], allow_redirects=False) as answer:
        signed = answer.headers["Location"]
    async with till.http.get(signed, allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (302, "https://host.example/orders/1")
    forged = signed.replace(order.order_id, "demoshop01_other")
    async with till.http.get(forged, allow_redirects=False) as answer:
        assert answer.status == 400


async def test_a_browser_may_reach_the_gateway_and_alipay_us_by_other_addresses(till, tmp_path):
    [entry] = json.loads(till.service.settings.alipay_merchants.read_text())
    file = tmp_path / "merchants.json"
    file.write_text(json.dumps([entry | {"page_url": "http://127.0.0.1:8090/gateway.do"}]))
    alipay = Alipay(
        read_merchants(file), lambda: till.http, till.clock, public_url="http://shop.example/", notify_url="http://gateway:8080",
    )  # fmt: skip
    link = alipay.gateway("default").link(
        "alipay.trade.wap.pay",
        {},
        notify_url=alipay.notify_url,
        return_url=alipay.return_url,
        now=till.clock(),
    )
    address = URL(link)
    assert str(address.with_query(None)) == "http://127.0.0.1:8090/gateway.do"
    assert address.query["notify_url"] == "http://gateway:8080/v1/payments/alipay/notify"
    assert address.query["return_url"] == "http://shop.example/v1/payments/alipay/return"
