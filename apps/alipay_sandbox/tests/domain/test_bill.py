from datetime import UTC, date, datetime

import pytest

from alipay_sandbox.domain.bill import Period, detail_text, lines_of, parse_period, summary_text
from alipay_sandbox.domain.deadlines import PayBy
from alipay_sandbox.domain.order import WAP_PAY, Order
from alipay_sandbox.domain.trade import Trade, open_trade

SELLER = "2088000000000002"
BUYER = "2088102100000001"
DAY = Period(date(2026, 11, 22), date(2026, 11, 23))
BEFORE = datetime(2026, 11, 21, 15, 59, 59, tzinfo=UTC)  # the last second of the day before in Beijing
START = datetime(2026, 11, 21, 16, 0, tzinfo=UTC)
NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


def paid(number: str, total: int, at: datetime, subject: str = "米粉, rice") -> Trade:
    order = Order(WAP_PAY, "2021000000000002", SELLER, number, subject, total, PayBy())
    return open_trade(order, f"20261122{number}", BUYER, at).pay(BUYER, at).trade


def test_a_bill_holds_what_moved_between_two_midnights_in_beijing() -> None:
    trades = [
        paid("A1", 100, BEFORE),
        paid("A2", 200, START),
        paid("A3", 300, BEFORE).refund(50, "r1", "", NOON).trade,
    ]
    assert [(line.trade.order.out_trade_no, line.amount) for line in lines_of(trades, DAY)] == [
        ("A2", 200),
        ("A3", -50),
    ]


def test_the_detail_is_laid_out_as_parsers_expect() -> None:
    trade = paid("A1", 1290, START).refund(90, "r1", "", NOON).trade
    rows = detail_text(SELLER, DAY, lines_of([trade], DAY), NOON).split("\r\n")
    assert rows[0] == "#支付宝业务明细查询"
    assert rows[1] == "#账号：[20880000000000020156]"
    assert rows[2] == "#起始日期：[2026年11月22日 00:00:00]   终止日期：[2026年11月23日 00:00:00]"
    assert rows[4].startswith("支付宝交易号,商户订单号,业务类型,")
    payment, refund = (row.split(",") for row in rows[5:7])
    assert len(payment) == len(refund) == len(rows[4].split(",")) == 25
    assert payment[:4] == ["20261122A1\t", "A1\t", "交易", "米粉 rice\t"]
    assert payment[11:13] == ["12.90", "12.90"]
    assert (refund[2], refund[11], refund[21]) == ("退款", "-0.90", "r1\t")
    assert rows[8] == "#交易合计：1笔，商家实收共12.90元，商家优惠共0.00元"
    assert rows[9] == "#退款合计：1笔，商家实收退款共-0.90元，商家优惠退款共0.00元"


def test_the_summary_adds_up() -> None:
    trade = paid("A1", 1290, START).refund(90, "r1", "", NOON).trade
    rows = summary_text(SELLER, DAY, lines_of([trade], DAY), NOON).split("\r\n")
    total = rows[5].split(",")
    assert len(total) == len(rows[4].split(",")) == 12
    assert (total[2], total[3], total[11]) == ("1", "1", "12.00")


def test_a_day_and_a_month_can_be_asked_for() -> None:
    assert parse_period("2026-12-31") == Period(date(2026, 12, 31), date(2027, 1, 1))
    assert parse_period("2026-12") == Period(date(2026, 12, 1), date(2027, 1, 1))
    with pytest.raises(ValueError, match=r"month|isoformat|format|time data|day"):
        parse_period("2026-13")
