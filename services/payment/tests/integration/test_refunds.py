"""Approved refunds: in whole and in parts, each sent once, and queried until the outcome is certain."""

from __future__ import annotations

from datetime import timedelta

from payment_support.till import Till

from support.eventually import eventually


async def test_an_approved_refund_is_sent_and_takes_the_shares_back(till: Till) -> None:
    order = await till.paid(amount=10000, platform_bp=500, creator_bp=1000, creator_id="c-1")
    refund_id = await till.approve_refund(order, 10000)
    [settled] = await till.wait_for(order.order_id, "RefundSettled")
    assert (settled.refund_id, settled.amount.amount, settled.late) == (refund_id, 10000, False)
    paid = await till.posted(order.order_id, f"payment:{order.order_id}")
    back = await till.posted(order.order_id, f"refund:{order.order_id}:{refund_id}")
    assert paid == {
        "clearing:alipay.default": 10000,
        "owner:demoshop01": -8500,
        "platform": -500,
        "creator:c-1": -1000,
    }
    assert back == {account: -amount for account, amount in paid.items()}


async def test_partial_refunds_take_back_every_fen_exactly_once(till: Till) -> None:
    order = await till.paid(amount=999, platform_bp=333, creator_bp=777, creator_id="c-1")
    refunds = [await till.approve_refund(order, amount) for amount in (1, 332, 666)]
    till.clock.shift += timedelta(seconds=3)
    await till.wait_for(order.order_id, "RefundSettled", 2)
    till.clock.shift += timedelta(seconds=3)
    await till.wait_for(order.order_id, "CommissionReversed", 3)
    for refund_id in refunds:
        await till.posted(order.order_id, f"refund:{order.order_id}:{refund_id}")
    balances: dict[str, int] = {}
    for legs in (await till.postings(order.order_id)).values():
        for account, amount in legs.items():
            balances[account] = balances.get(account, 0) + amount
    assert set(balances.values()) == {0}
    _, trade = await till.call_sandbox("GET", f"/sandbox/trades/{order.order_id}")
    assert (trade["trade_status"], trade["refunded_amount"]) == ("TRADE_CLOSED", "9.99")


async def test_no_more_than_the_payment_is_refunded(till: Till) -> None:
    order = await till.paid(amount=1000)
    first = await till.approve_refund(order, 700)
    second = await till.approve_refund(order, 301)
    [failed] = await till.wait_for(order.order_id, "RefundFailed")
    assert (failed.refund_id, failed.reason) == (second, "more_than_was_paid")
    [settled] = await till.wait_for(order.order_id, "RefundSettled")
    assert settled.refund_id == first
    _, trade = await till.call_sandbox("GET", f"/sandbox/trades/{order.order_id}")
    assert trade["refunded_amount"] == "7.00"


async def test_a_refund_approved_five_times_is_sent_once(till: Till) -> None:
    order = await till.paid(amount=1000)
    for _ in range(5):
        await till.approve_refund(order, 400, "r-same")
    await till.wait_for(order.order_id, "RefundSettled")
    await till.approve_refund(order, 400, "r-same")
    other = await till.paid()
    await till.posted(other.order_id, f"payment:{other.order_id}")
    assert len(till.events_of(order.order_id, "RefundSettled")) == 1
    _, trade = await till.call_sandbox("GET", f"/sandbox/trades/{order.order_id}")
    assert trade["refunded_amount"] == "4.00"


async def test_a_refund_whose_answer_was_lost_is_queried_and_made_once(till: Till) -> None:
    order = await till.paid(amount=1000)
    await till.fault("gateway_error", 1, method="alipay.trade.refund", applied=True)
    refund_id = await till.approve_refund(order, 1000)
    [settled] = await till.wait_for(order.order_id, "RefundSettled")
    assert settled.refund_id == refund_id
    _, trade = await till.call_sandbox("GET", f"/sandbox/trades/{order.order_id}")
    assert trade["refunded_amount"] == "10.00"


async def test_a_refund_whose_call_broke_off_is_queried_and_made_once(till: Till) -> None:
    order = await till.paid(amount=1000)
    await till.fault("gateway_timeout", 1, method="alipay.trade.refund", applied=True, seconds=0.2)
    await till.fault("gateway_error", 1, method="alipay.trade.fastpay.refund.query")
    refund_id = await till.approve_refund(order, 400)
    [settled] = await till.wait_for(order.order_id, "RefundSettled")
    assert settled.refund_id == refund_id
    _, trade = await till.call_sandbox("GET", f"/sandbox/trades/{order.order_id}")
    assert trade["refunded_amount"] == "4.00"


async def test_a_refund_waits_until_the_seller_has_the_money(till: Till) -> None:
    order = await till.paid(amount=5000)
    seller = "/sandbox/sellers/2088000000000001"
    _, account = await till.call_sandbox("GET", seller)
    status, body = await till.call_sandbox("POST", f"{seller}/withdrawals", {"amount": account["balance"]})
    assert status < 300, body
    refund_id = await till.approve_refund(order, 5000)
    await eventually(lambda: _tries(till, order.order_id), what="a failed try")
    assert not till.events_of(order.order_id, "RefundFailed", "RefundSettled")
    await till.paid(amount=9000)
    till.clock.shift += timedelta(seconds=30)
    [settled] = await till.wait_for(order.order_id, "RefundSettled")
    assert settled.refund_id == refund_id


async def test_a_refund_that_alipay_refuses_for_good_fails(till: Till) -> None:
    order = await till.paid(amount=1000)
    status, _ = await till.call_sandbox("POST", f"/sandbox/trades/{order.order_id}/finish")
    assert status == 200
    await till.approve_refund(order, 1000)
    [failed] = await till.wait_for(order.order_id, "RefundFailed")
    assert failed.reason == "ACQ.TRADE_HAS_FINISHED"


async def _tries(till: Till, order_id: str) -> bool:
    return (await till.trade(order_id)).get("tries", 0) >= 1
