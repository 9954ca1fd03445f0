"""A clock that was an hour ahead and is put right delays nothing by that hour."""

from __future__ import annotations

from datetime import timedelta

from payment_support.till import Till

from support.eventually import eventually

HOUR = timedelta(hours=1)


async def test_a_trade_opened_while_the_clock_was_ahead_is_queried_on_time(till: Till) -> None:
    till.clock.shift = HOUR
    order, link = await till.open(expires_in=2 * 3600)
    till.clock.shift = timedelta(0)
    await till.fault("drop_notify", 8, out_trade_no=order.order_id)
    await eventually(lambda: _due_within(till, order.order_id, timedelta(minutes=1)))
    await till.pay(link)
    till.clock.shift = timedelta(seconds=31)
    await till.wait_for(order.order_id, "PaymentSettled")


async def test_a_refund_retried_while_the_clock_was_ahead_is_retried_on_time(till: Till) -> None:
    order = await till.paid(amount=1000)
    till.clock.shift = HOUR
    await till.fault("gateway_error", 3)
    await till.approve_refund(order, 1000)
    await eventually(lambda: _tries(till, order.order_id), what="a failed try")
    till.clock.shift = timedelta(0)
    await till.wait_for(order.order_id, "RefundSettled", within=30)


async def test_a_cancelled_order_waits_for_no_longer_than_its_link_lives(till: Till) -> None:
    till.clock.shift = HOUR
    order, _ = await till.open(expires_in=-3600 + 6)
    till.clock.shift = timedelta(0)
    await till.request_close(order)
    await till.wait_for(order.order_id, "PaymentClosed", within=30)


async def _due_within(till: Till, order_id: str, limit: timedelta) -> bool:
    due_at = (await till.trade(order_id)).get("due_at")
    return due_at is not None and due_at <= till.clock() + limit


async def _tries(till: Till, order_id: str) -> bool:
    return (await till.trade(order_id)).get("tries", 0) >= 2
