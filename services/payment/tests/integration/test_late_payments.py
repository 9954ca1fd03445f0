"""Money that arrives after the close is refunded, once."""

from __future__ import annotations

from datetime import timedelta

from payment_support.till import Till


async def test_money_that_arrives_after_the_close_is_refunded_once(till: Till) -> None:
    order, link = await till.open(expires_in=600)
    till.clock.shift = timedelta(hours=1)  # for us the link is long dead, for Alipay it is not
    await till.request_close(order, "payment_deadline")
    await till.wait_for(order.order_id, "PaymentClosed")
    status, body = await till.pay(link)
    assert status == 200, body
    [refund] = await till.wait_for(order.order_id, "RefundSettled")
    assert refund.late
    assert refund.amount == order.total
    _, trade = await till.call_sandbox("GET", f"/sandbox/trades/{order.order_id}")
    assert trade["refunded_amount"] == "129.00"
    assert not till.events_of(order.order_id, "PaymentSettled", "CommissionAccrued")


async def test_late_money_without_a_notice_is_found_by_a_query_and_refunded_once(till: Till) -> None:
    order, link = await till.open(expires_in=600)
    await till.fault("drop_notify", 16, out_trade_no=order.order_id)  # of the payment, and of the refund
    till.clock.shift = timedelta(hours=1)
    await till.request_close(order, "payment_deadline")
    await till.wait_for(order.order_id, "PaymentClosed")
    status, body = await till.pay(link)
    assert status == 200, body
    till.clock.shift += timedelta(seconds=31)
    [refund] = await till.wait_for(order.order_id, "RefundSettled")
    assert refund.late
    _, trade = await till.call_sandbox("GET", f"/sandbox/trades/{order.order_id}")
    assert trade["refunded_amount"] == "129.00"
    assert len(till.events_of(order.order_id, "LatePaymentReceived")) == 1


async def test_the_ledger_owes_late_money_to_its_payer_until_it_is_refunded(till: Till) -> None:
    order, link = await till.open(expires_in=600)
    till.clock.shift = timedelta(hours=1)
    await till.request_close(order, "payment_deadline")
    await till.wait_for(order.order_id, "PaymentClosed")
    await till.pay(link)
    [refund] = await till.wait_for(order.order_id, "RefundSettled")
    assert await till.posted(order.order_id, f"late_payment:{order.order_id}") == {
        "clearing:alipay.default": 12900,
        "refunds": -12900,
    }
    assert await till.posted(order.order_id, f"late_refund:{order.order_id}:{refund.refund_id}") == {
        "clearing:alipay.default": -12900,
        "refunds": 12900,
    }
