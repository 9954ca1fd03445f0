"""An order is to end: the provider decides between its payer and its deadline."""

from __future__ import annotations

from datetime import timedelta

import pytest
from payment_support.till import Till

from support.eventually import eventually


async def test_a_cancelled_order_whose_payer_opened_the_cashier_is_closed_at_alipay(till: Till) -> None:
    order, link = await till.open()
    status, body = await till.pay(link, result="fail")  # a failed try: from now on Alipay knows the trade
    assert (status, body["trade_status"]) == (200, "WAIT_BUYER_PAY")
    await till.request_close(order)
    [closed] = await till.wait_for(order.order_id, "PaymentClosed")
    assert closed.reason == "cancelled_by_buyer"
    assert closed.at < order.expires_at
    status, body = await till.pay(link)
    assert (status, body["code"]) == (409, "ACQ.TRADE_HAS_CLOSE")


async def test_a_cancelled_order_whose_link_nobody_opened_is_closed_only_when_the_link_is_dead(
    till: Till,
) -> None:
    order, link = await till.open(expires_in=3)
    await till.request_close(order)
    await eventually(lambda: till.close_requested(order.order_id))
    assert not till.events_of(order.order_id, "PaymentClosed")
    [closed] = await till.wait_for(order.order_id, "PaymentClosed")
    assert closed.at >= order.expires_at
    status, _ = await till.pay(link)
    assert status >= 400


async def test_a_cancelled_order_is_closed_soon_after_its_payer_opens_the_cashier(till: Till) -> None:
    order, link = await till.open(expires_in=900)
    await till.request_close(order)
    await eventually(lambda: till.close_requested(order.order_id))
    status, body = await till.pay(link, result="fail")
    assert (status, body["trade_status"]) == (200, "WAIT_BUYER_PAY")
    [closed] = await till.wait_for(order.order_id, "PaymentClosed")
    assert closed.at < order.expires_at
    status, body = await till.pay(link)
    assert (status, body["code"]) == (409, "ACQ.TRADE_HAS_CLOSE")


async def test_a_cancelled_order_whose_link_was_given_to_nobody_is_closed_within_moments(till: Till) -> None:
    order, link = await till.open(expires_in=900)
    await till.request_close(order, link_given=False)
    [closed] = await till.wait_for(order.order_id, "PaymentClosed")
    assert closed.at < order.expires_at
    await till.pay(link)  # somebody had the link after all, and is refunded
    await till.wait_for(order.order_id, "LatePaymentReceived")
    [refund] = await till.wait_for(order.order_id, "RefundSettled")
    assert refund.late


async def test_an_order_that_ends_before_its_reservation_arrives_is_closed_and_gets_no_link(
    till: Till,
) -> None:
    order = till.placed()
    await till.request_close(order)
    await till.wait_for(order.order_id, "PaymentClosed")
    await till.reserve(order)
    await till.open()  # its event follows
    assert not till.events_of(order.order_id, "PaymentRequested")
    assert (await till.trade(order.order_id))["state"] == "closed"


async def test_an_uncertain_answer_is_queried_again_and_never_counts_as_a_close(till: Till) -> None:
    order, link = await till.open(expires_in=2)
    await till.fault("drop_notify", 8, out_trade_no=order.order_id)
    await till.pay(link)
    await till.fault("gateway_error", 3)
    await till.request_close(order, "payment_deadline")
    await till.wait_for(order.order_id, "PaymentSettled")
    assert not till.events_of(order.order_id, "PaymentClosed")


@pytest.mark.parametrize("applied", [True, False])
async def test_a_close_whose_call_broke_off_is_queried(till: Till, applied: bool) -> None:
    order, link = await till.open()
    await till.pay(link, result="fail")
    await till.fault("gateway_timeout", 1, method="alipay.trade.close", applied=applied, seconds=0.2)
    await till.request_close(order)
    await till.wait_for(order.order_id, "PaymentClosed")
    _, trade = await till.call_sandbox("GET", f"/sandbox/trades/{order.order_id}")
    assert trade["trade_status"] == "TRADE_CLOSED"


async def test_a_payer_who_opens_the_cashier_after_the_close_finds_the_trade_closed_and_queries_end(
    till: Till,
) -> None:
    order, link = await till.open(expires_in=600)
    till.clock.shift = timedelta(hours=1)
    await till.request_close(order, "payment_deadline")
    await till.wait_for(order.order_id, "PaymentClosed")
    assert "due_at" in await till.trade(order.order_id)
    status, body = await till.pay(link, result="fail")
    assert (status, body["trade_status"]) == (200, "WAIT_BUYER_PAY")
    till.clock.shift += timedelta(seconds=31)
    await eventually(lambda: till.is_idle(order.order_id))
    status, body = await till.pay(link)
    assert (status, body["code"]) == (409, "ACQ.TRADE_HAS_CLOSE")


async def test_a_trade_that_alipay_closed_is_not_queried_again(till: Till) -> None:
    order, link = await till.open()
    await till.pay(link, result="fail")
    await till.request_close(order)
    await till.wait_for(order.order_id, "PaymentClosed")
    assert await till.is_idle(order.order_id)


async def test_a_close_that_alipay_did_not_confirm_is_queried_for_a_day(till: Till) -> None:
    order, _ = await till.open(expires_in=600)
    till.clock.shift = timedelta(hours=1)
    await till.request_close(order, "payment_deadline")
    await till.wait_for(order.order_id, "PaymentClosed")
    till.clock.shift += timedelta(hours=25)
    await eventually(lambda: till.is_idle(order.order_id))
    assert {type(e).__name__ for e in till.events_of(order.order_id)} == {"PaymentRequested", "PaymentClosed"}
