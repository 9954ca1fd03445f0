from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from alipay_sandbox.domain.deadlines import PayBy
from alipay_sandbox.domain.notice_clock import NoticeClock
from alipay_sandbox.domain.notices import announces, next_try, notice_fields
from alipay_sandbox.domain.order import APP_PAY, PAGE_PAY, PRECREATE, WAP_PAY, Order
from alipay_sandbox.domain.trade import Trade, TradeStatus, open_trade

AT = datetime(2026, 11, 22, 2, 0, 0, 320_000, tzinfo=UTC)
BUYER = "2088102100000001"


def order(method: str = WAP_PAY, notify_url: str = "http://merchant.example/n") -> Order:
    return Order(
        method, "2021000000000002", "2088000000000002", "A1", "rice", 1000, PayBy(), notify_url=notify_url
    )


def paid(method: str = WAP_PAY) -> Trade:
    return open_trade(order(method), "2026112222001", BUYER, AT).pay(BUYER, AT).trade


def test_a_notice_is_tried_eight_times_within_about_25_hours() -> None:
    at, moments = AT, [timedelta()]
    for attempts in range(1, 8):
        following = next_try(attempts, at)
        assert following is not None
        at = following
        moments.append(at - AT)
    assert moments == [timedelta(minutes=m) for m in (0, 4, 14, 24, 84, 204, 564, 1464)]
    assert next_try(8, at) is None


def test_a_payment_is_told_without_refund_fields() -> None:
    fields = notice_fields(paid(), None)
    assert fields["trade_status"] == "TRADE_SUCCESS"
    assert fields["total_amount"] == fields["receipt_amount"] == "10.00"
    assert fields["gmt_payment"] == "2026-11-22 10:00:00"
    assert not {"refund_fee", "gmt_refund", "out_biz_no"} & set(fields)
    assert "" not in fields.values()


def test_a_partial_refund_tells_success_again_with_all_that_was_refunded() -> None:
    first = paid().refund(300, "r1", "", AT).trade
    change = first.refund(200, "r2", "", AT)
    fields = notice_fields(change.trade, change.refund)
    assert fields["trade_status"] == "TRADE_SUCCESS"
    assert (fields["refund_fee"], fields["out_biz_no"]) == ("5.00", "r2")
    assert fields["gmt_refund"] == "2026-11-22 10:00:00.320"


def test_a_full_refund_tells_closed_with_refund_fields() -> None:
    change = paid().refund(1000, "r1", "", AT)
    fields = notice_fields(change.trade, change.refund)
    assert (fields["trade_status"], fields["refund_fee"]) == ("TRADE_CLOSED", "10.00")


def test_a_close_tells_closed_without_refund_fields() -> None:
    fields = notice_fields(open_trade(order(), "2026112222001", BUYER, AT).close(AT).trade, None)
    assert fields["trade_status"] == "TRADE_CLOSED"
    assert not {"refund_fee", "gmt_refund", "receipt_amount", "gmt_payment"} & set(fields)


@pytest.mark.parametrize(
    ("method", "told"),
    [
        (WAP_PAY, {"TRADE_SUCCESS", "TRADE_CLOSED", "TRADE_FINISHED"}),
        (APP_PAY, {"TRADE_SUCCESS", "TRADE_CLOSED", "TRADE_FINISHED"}),
        (PAGE_PAY, {"TRADE_SUCCESS"}),
        (PRECREATE, {"TRADE_SUCCESS"}),
    ],
)
def test_each_product_tells_its_own_states_and_never_waiting(method: str, told: set[str]) -> None:
    trade = paid(method)
    assert {status.value for status in TradeStatus if announces(replace(trade, status=status))} == told


def test_nothing_is_told_where_no_address_was_given() -> None:
    trade = open_trade(order(notify_url=""), "2026112222001", BUYER, AT).pay(BUYER, AT).trade
    assert not announces(trade)


def test_the_notice_clock_runs_faster_without_a_jump() -> None:
    clock = NoticeClock(AT, AT)
    later = AT + timedelta(minutes=1)
    fast = clock.run_at(60, later)
    assert fast.at(later) == later
    assert fast.at(later + timedelta(seconds=10)) == later + timedelta(minutes=10)
    assert fast.seconds_until(later + timedelta(minutes=4), later) == 4
    assert fast.seconds_until(AT, later) == 0


@pytest.mark.parametrize("speed", [0, -1, 1_000_001, float("nan")])
def test_a_clock_does_not_stand_still_or_run_back(speed: float) -> None:
    with pytest.raises(ValueError, match="speed"):
        NoticeClock(AT, AT).run_at(speed, AT)
