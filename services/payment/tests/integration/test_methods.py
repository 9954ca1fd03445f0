"""Alipay's further methods, called as a merchant."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from payment_support.till import Till
from yarl import URL

from payment.adapters.alipay.merchants import read_merchants
from payment.adapters.alipay.provider import Alipay
from payment.domain.days import day_of
from payment.domain.errors import NoBill, ProviderRefused, ProviderUnavailable
from payment.domain.provider import NeverSeen, Paid, Unsure, Waiting
from payment.domain.shares import Line
from payment.domain.trade import Trade


@pytest.fixture
async def alipay(till: Till) -> Alipay:
    merchants = read_merchants(till.service.settings.alipay_merchants)
    return Alipay(merchants, lambda: till.http, till.clock, public_url=till.service.url)


def _trade(alipay: Alipay, till: Till, order_id: str = "demoshop01_x1") -> Trade:
    now = till.clock().replace(microsecond=0)
    return Trade(
        order_id=order_id, mini_program_id="demoshop01", openid="o", collector=alipay.collectors()["default"], total=1234,
        lines=(Line(1234, 0, 0),), creator_id=None, subject="Tea 茶", product="wap", return_url=None, requested_at=now,
        expires_at=now + timedelta(hours=1), due_at=None,
    )  # fmt: skip


@pytest.mark.parametrize("payer", ["2088000000001234", "an-open_ID-of-Alipays"])
async def test_a_created_trade_waits_for_its_buyer(alipay: Alipay, till: Till, payer: str) -> None:
    trade = _trade(alipay, till)
    assert isinstance(await alipay.query(trade), NeverSeen)
    form = await alipay.offer(trade, "jsapi", payer, till.clock())
    assert form == await alipay.offer(trade, "jsapi", payer, till.clock())
    assert form.trade_no
    assert isinstance(await alipay.query(trade), Waiting)


async def test_a_precreated_code_is_paid_by_scanning(alipay: Alipay, till: Till) -> None:
    trade = _trade(alipay, till)
    code = (await alipay.offer(trade, "qr", None, till.clock())).qr_code
    status, body = await till.call_sandbox("POST", "/sandbox/pay", {"qr_code": code})
    assert status == 200, body
    answer = await alipay.query(trade)
    assert isinstance(answer, Paid)
    assert answer.money.amount == 1234
    with pytest.raises(ProviderRefused, match=r"ACQ\.TRADE_HAS_SUCCESS"):
        await alipay.offer(trade, "jsapi", "2088000000001234", till.clock())


async def test_a_day_without_money_has_no_bill(alipay: Alipay, till: Till) -> None:
    with pytest.raises(NoBill):
        await alipay.bill(alipay.collectors()["default"], day_of(till.clock()) - timedelta(days=30))


async def test_an_unreliable_answer_is_unsure(alipay: Alipay, till: Till) -> None:
    trade = _trade(alipay, till)
    for fault in ({"signed": True}, {"signed": False}):
        await till.fault("gateway_error", 1, method="alipay.trade.query", **fault)
        assert isinstance(await alipay.query(trade), Unsure)
    assert isinstance(await alipay.query(trade), NeverSeen)


async def test_an_unreachable_gateway_is_unsure_or_unavailable(alipay: Alipay, till: Till) -> None:
    file = till.service.settings.alipay_merchants
    file.write_text(
        file.read_text(encoding="utf-8").replace(till.sandbox, "http://127.0.0.1:9"), encoding="utf-8"
    )
    unreachable = Alipay(read_merchants(file), lambda: till.http, till.clock, public_url=till.service.url)
    trade = _trade(alipay, till)
    assert isinstance(await unreachable.query(trade), Unsure)
    assert isinstance(await unreachable.close(trade), Unsure)
    with pytest.raises(ProviderUnavailable):
        await unreachable.offer(trade, "qr", None, till.clock())
    with pytest.raises(ProviderUnavailable):
        await unreachable.bill(trade.collector, day_of(till.clock()))


async def test_the_payer_returns_to_the_orders_own_page(till: Till) -> None:
    order, link = await till.open(return_url="https://host.example/orders/1")
    _, paid = await till.pay(link)
    async with till.http.get(paid["return_url"], allow_redirects=False) as answer:
        signed = answer.headers["Location"]
    async with till.http.get(signed, allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (302, "https://host.example/orders/1")
    forged = signed.replace(order.order_id, "demoshop01_other")
    async with till.http.get(forged, allow_redirects=False) as answer:
        assert answer.status == 400


async def test_browsers_and_alipay_may_use_addresses_of_their_own(till: Till, tmp_path) -> None:
    [entry] = json.loads(till.service.settings.alipay_merchants.read_text(encoding="utf-8"))
    file = tmp_path / "merchants.json"
    file.write_text(json.dumps([entry | {"page_url": "http://127.0.0.1:8090/gateway.do"}]), encoding="utf-8")
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
