"""From an order whose stock is held to its money, against a real implementation of Alipay's protocol."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import orjson
import pytest
from payment_support.till import Till

from support.eventually import eventually


async def test_an_order_whose_stock_is_held_gets_a_link_that_ends_with_its_deadline(till: Till) -> None:
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
async def test_paying_settles_the_order_and_shares_its_money_out(till: Till, product) -> None:
    order, link = await till.open(product=product, creator_id="creator-1")
    status, body = await till.pay(link)
    assert status == 200, body
    [settled] = await till.wait_for(order.order_id, "PaymentSettled")
    [accrued] = await till.wait_for(order.order_id, "CommissionAccrued")
    assert settled.amount == order.total
    assert (accrued.platform.amount, accrued.creator.amount, accrued.owner.amount) == (645, 1290, 10965)
    assert accrued.creator_id == "creator-1"
    trade = await till.trade(order.order_id)
    assert trade["state"] == "settled"
    assert trade["trade_no"] == settled.trade_no


async def test_a_payment_whose_notice_was_lost_is_found_by_a_query(till: Till) -> None:
    order, link = await till.open()
    await till.fault("drop_notify", 8, out_trade_no=order.order_id)
    await till.pay(link)
    assert not till.events_of(order.order_id, "PaymentSettled")
    till.clock.shift += timedelta(seconds=31)
    await till.wait_for(order.order_id, "PaymentSettled")


async def test_an_order_for_which_nobody_collects_ends_with_a_reason_and_the_others_get_their_links(
    till: Till,
) -> None:
    gone, none, good = till.placed(merchant="vanished"), till.placed(merchant=None), till.placed()
    await till.reserve(gone, none, good)
    await till.wait_for(good.order_id, "PaymentRequested")
    for order in (gone, none):
        [closed] = await till.wait_for(order.order_id, "PaymentClosed")
        assert closed.reason == "merchant_unavailable"
        assert not till.events_of(order.order_id, "PaymentRequested")


async def test_a_repeated_reservation_gives_no_second_link(till: Till) -> None:
    order, _ = await till.open()
    marker, _ = await till.open()
    await till.reserve(order, order, marker)
    await till.request_close(marker)
    await eventually(lambda: till.close_requested(marker.order_id))
    assert len(till.events_of(order.order_id, "PaymentRequested")) == 1


async def test_money_that_arrived_before_the_close_wins(till: Till) -> None:
    order, link = await till.open()
    await till.fault("drop_notify", 8, out_trade_no=order.order_id)
    await till.pay(link)
    await till.request_close(order)
    await till.wait_for(order.order_id, "PaymentSettled")
    assert not till.events_of(order.order_id, "PaymentClosed")
