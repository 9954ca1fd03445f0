"""Every step from every state: what it leads to, or the sub code that refuses it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alipay_sandbox.domain.deadlines import PayBy
from alipay_sandbox.domain.failures import GatewayFailure
from alipay_sandbox.domain.order import WAP_PAY, Order
from alipay_sandbox.domain.trade import Trade, TradeStatus, check_same_terms, open_trade

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
BUYER = "2088102100000001"
ORDER = Order(WAP_PAY, "2021000000000002", "2088000000000002", "A1", "rice", 1000, PayBy())

Step = Callable[[Trade], Trade]


def waiting() -> Trade:
    return open_trade(ORDER, "2026112222001", BUYER, AT)


def paid() -> Trade:
    return waiting().pay(BUYER, AT).trade


STATES: dict[str, Callable[[], Trade]] = {
    "waiting": waiting,
    "paid": paid,
    "refunded in part": lambda: paid().refund(400, "r1", "", AT).trade,
    "refunded": lambda: paid().refund(1000, "r1", "", AT).trade,
    "closed unpaid": lambda: waiting().close(AT).trade,
    "finished": lambda: paid().finish(AT).trade,
}
STEPS: dict[str, Step] = {
    "pay": lambda trade: trade.pay(BUYER, AT).trade,
    "close": lambda trade: trade.close(AT).trade,
    "finish": lambda trade: trade.finish(AT).trade,
    "refund 400 as r1": lambda trade: trade.refund(400, "r1", "", AT).trade,
    "refund 600 as r2": lambda trade: trade.refund(600, "r2", "", AT).trade,
    "refund 601 as r3": lambda trade: trade.refund(601, "r3", "", AT).trade,
    "cancel": lambda trade: trade.cancel(AT)[0].trade,
}
WAIT, OK, DONE, CLOSED = TradeStatus
TABLE: dict[str, tuple[str | TradeStatus, ...]] = {
    # state: pay, close, finish, refund 400 as r1, refund 600 as r2, refund 601 as r3, cancel
    "waiting": (
        OK, CLOSED, "TRADE_STATUS_ERROR", "TRADE_STATUS_ERROR", "TRADE_STATUS_ERROR", "TRADE_STATUS_ERROR", CLOSED,
    ),
    "paid": ("TRADE_HAS_SUCCESS", "TRADE_STATUS_ERROR", DONE, OK, OK, OK, CLOSED),
    "refunded in part": (
        "TRADE_HAS_SUCCESS", "TRADE_STATUS_ERROR", DONE, OK, CLOSED,
        "REASON_TRADE_REFUND_FEE_ERR", "REASON_TRADE_REFUND_FEE_ERR",
    ),
    "refunded": (
        "TRADE_HAS_CLOSE", "TRADE_HAS_CLOSE", "TRADE_STATUS_ERROR",
        "DISCORDANT_REPEAT_REQUEST", "TRADE_HAS_CLOSE", "TRADE_HAS_CLOSE", CLOSED,
    ),
    "closed unpaid": (
        "TRADE_HAS_CLOSE", "TRADE_HAS_CLOSE", "TRADE_STATUS_ERROR",
        "TRADE_HAS_CLOSE", "TRADE_HAS_CLOSE", "TRADE_HAS_CLOSE", CLOSED,
    ),
    "finished": (
        "TRADE_HAS_SUCCESS", "TRADE_STATUS_ERROR", "TRADE_STATUS_ERROR",
        "TRADE_HAS_FINISHED", "TRADE_HAS_FINISHED", "TRADE_HAS_FINISHED", "TRADE_HAS_FINISHED",
    ),
}  # fmt: skip


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("step", STEPS)
def test_every_step_from_every_state_ends_as_the_table_says(state: str, step: str) -> None:
    expected = TABLE[state][list(STEPS).index(step)]
    trade = STATES[state]()
    if isinstance(expected, TradeStatus):
        assert STEPS[step](trade).status is expected
    else:
        with pytest.raises(GatewayFailure) as refusal:
            STEPS[step](trade)
        assert refusal.value.sub_code == f"ACQ.{expected}"


def test_the_same_refund_again_changes_nothing_and_says_so() -> None:
    once = paid().refund(400, "r1", "", AT)
    again = once.trade.refund(400, "r1", "", AT + timedelta(hours=1))
    assert once.refund is not None
    assert again.refund is None
    assert again.trade == once.trade


def test_a_partial_refund_needs_a_request_number() -> None:
    with pytest.raises(GatewayFailure, match=r"ACQ\.REFUND_AMT_NOT_EQUAL_TOTAL"):
        paid().refund(400, "", "", AT)


def test_a_full_refund_without_a_number_goes_by_the_order_number() -> None:
    assert paid().refund(1000, "", "", AT).trade.refund_of("A1") is not None


def test_cancelling_says_whether_it_closed_or_refunded() -> None:
    assert waiting().cancel(AT)[1] == "close"
    assert paid().cancel(AT)[1] == "refund"
    assert paid().cancel(AT)[0].trade.cancel(AT)[1] == "refund"


def test_nobody_pays_after_the_deadline() -> None:
    trade = waiting()
    with pytest.raises(GatewayFailure, match=r"ACQ\.TRADE_HAS_CLOSE"):
        trade.pay(BUYER, trade.expires_at)
    assert trade.pay(BUYER, trade.expires_at - timedelta(milliseconds=1)).trade.status is OK


def test_another_buyer_cannot_pay_a_trade_that_has_its_buyer() -> None:
    with pytest.raises(GatewayFailure, match=r"ACQ\.TRADE_BUYER_NOT_MATCH"):
        waiting().pay("2088102100000002", AT)


def test_a_link_whose_time_is_over_opens_no_trade() -> None:
    late = replace(ORDER, pay_by=PayBy(at=AT))
    with pytest.raises(GatewayFailure, match=r"ACQ\.TRADE_HAS_CLOSE"):
        open_trade(late, "2026112222001", BUYER, AT)


def test_another_amount_under_the_same_number_is_told_apart() -> None:
    with pytest.raises(GatewayFailure, match=r"ACQ\.CONTEXT_INCONSISTENT"):
        check_same_terms(waiting(), replace(ORDER, total=999))


@given(st.lists(st.integers(min_value=-5, max_value=700), max_size=12))
def test_refunds_never_exceed_what_was_paid(amounts: list[int]) -> None:
    trade = paid()
    for number, amount in enumerate(amounts):
        try:
            trade = trade.refund(amount, f"r{number}", "", AT).trade
        except GatewayFailure:
            continue
    assert 0 <= trade.refunded <= 1000
    assert (trade.status is CLOSED) == (trade.refunded == 1000)
