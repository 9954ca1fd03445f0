"""Shares and refunds add up, to the fen.

`make check-money` pays and refunds 100,000 random orders, and makes 10,000 of each other case.
"""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from payment.domain import ledger
from payment.domain.errors import NotAsAgreed
from payment.domain.ledger import PostedOrder, Posting
from payment.domain.refund import RefundState
from payment.domain.shares import Line, Shares, charged, share_out, taken_back
from payment.domain.trade import Collector, Money, State, Trade
from runtime.clock import system_clock

NOW = system_clock()
FEWER = max(100, settings.default.max_examples // 10)
"""Examples of the smaller properties, which the first one also covers."""
basis_points = st.integers(0, 10_000)
bought = st.lists(st.tuples(st.integers(1, 2_000_000), basis_points, basis_points), min_size=1, max_size=4)
cuts = st.lists(st.integers(0, 2**31), max_size=8)


def _split(total: int, cuts: list[int]) -> list[int]:
    """`total` in positive parts, cut at these places: refunds of any size, in any sequence."""
    edges = [0, *sorted({cut % total for cut in cuts} - {0}), total]
    return [after - before for before, after in pairwise(edges)]


@given(
    bought=bought, discount=st.integers(0, 2**31), creator=st.booleans(), at_owner=st.booleans(), cuts=cuts
)
def test_every_fen_of_any_purchase_and_its_refunds_is_accounted_for(
    bought, discount, creator, at_owner, cuts
):
    lines = tuple(Line(*line) for line in bought)
    whole = sum(line.amount for line in lines)
    total = whole - discount % whole
    trade = _trade(total, lines, "c-1" if creator else None)
    trade = trade.receive(Money("t1", total, NOW), NOW).trade
    accrued = trade.shares
    assert accrued.total == total
    assert min(accrued.owner, accrued.platform, accrued.creator) >= 0
    assert creator or accrued.creator == 0

    of = PostedOrder(trade.order_id, trade.mini_program_id, "alipay.default", NOW, at_owner)
    balances = Counter(_amounts(ledger.payment(of, accrued, trade.creator_id)))
    ours = total - (total if at_owner else 0)
    assert balances["clearing:alipay.default"] + balances["at_owner:alipay.default"] == ours
    assert -balances["owner:demoshop01"] == ours - accrued.platform - accrued.creator
    before, left = 0, accrued
    for number, amount in enumerate(_split(total, cuts)):
        trade = trade.approve_refund(f"r{number}", amount, NOW).trade
        change = trade.complete_refund(f"r{number}", NOW, NOW, NOW)
        trade, [event] = change.trade, change.events
        back = event.shares
        assert back.total == amount
        assert min(back.owner, back.platform, back.creator) >= 0
        before, left = before + amount, left.minus(back)
        assert min(left.owner, left.platform, left.creator) >= 0
        assert abs(accrued.platform - left.platform - accrued.platform * before / total) < 1
        assert abs(accrued.creator - left.creator - accrued.creator * before / total) < 2
        balances.update(_amounts(ledger.refund(of, event.refund_id, back, trade.creator_id)))
    assert left == Shares(0, 0, 0)
    assert not any(balances.values())


@settings(max_examples=FEWER)
@given(bought=bought, cut=st.integers(0, 2**31), fee=st.integers(0, 100_000), cuts=cuts)
def test_commission_is_of_the_goods_after_the_discount_and_the_delivery_fee_is_the_owners(
    bought, cut, fee, cuts
):
    lines = [Line(*line) for line in bought]
    subtotal = sum(line.amount for line in lines)
    discount = cut % (subtotal + 1)
    total = subtotal - discount + fee
    paid = charged(lines, discount, fee)
    assert sum(line.amount for line in paid) == total
    goods = share_out(subtotal - discount, lines, with_creator=True)
    accrued = share_out(total, paid, with_creator=True)
    assert accrued == Shares(goods.owner + fee, goods.platform, goods.creator)
    if total:
        refunded = [0]
        for amount in _split(total, cuts):
            refunded.append(refunded[-1] + amount)
        back = [
            taken_back(accrued, after).minus(taken_back(accrued, before))
            for before, after in pairwise(refunded)
        ]
        for part in ("owner", "platform", "creator"):
            assert sum(getattr(one, part) for one in back) == getattr(accrued, part)


def test_a_discount_of_more_than_the_goods_cost_is_no_price():
    for discount, fee in ((101, 0), (-1, 0), (0, -1)):
        with pytest.raises(ValueError, match="is no price"):
            charged([Line(100, 500, 0)], discount, fee)


def _amounts(posting: Posting) -> dict[str, int]:
    assert sum(leg.amount for leg in posting.legs) == 0
    return {leg.account: leg.amount for leg in posting.legs}


@settings(max_examples=FEWER)
@given(
    total=st.integers(1, 100_000),
    wishes=st.lists(st.tuples(st.integers(1, 60_000), st.booleans()), max_size=10),
)
def test_approved_refunds_never_exceed_the_payment(total, wishes):
    trade = _trade(total, (Line(total, 500, 1000),), None).receive(Money("t1", total, NOW), NOW).trade
    for number, (amount, works) in enumerate(wishes):
        refund_id = f"r{number}"
        trade = trade.approve_refund(refund_id, amount, NOW).trade
        if works:
            trade = trade.complete_refund(refund_id, NOW, NOW, NOW).trade
        else:
            trade = trade.fail_refund(refund_id, "no", NOW, NOW).trade
        held = sum(r.amount for r in trade.refunds if r.state is not RefundState.FAILED)
        assert held <= total


def test_the_owner_gets_what_rounding_leaves():
    assert share_out(999, [Line(999, 333, 777)], with_creator=True) == Shares(999 - 33 - 77, 33, 77)


def test_platform_and_creator_never_get_more_than_there_is():
    assert share_out(100, [Line(100, 6_000, 9_000)], with_creator=True) == Shares(0, 60, 40)


def test_no_more_is_taken_back_than_was_given():
    with pytest.raises(ValueError, match="cannot be taken back"):
        taken_back(Shares(1, 1, 1), 4)


def test_a_second_payment_under_another_number_is_not_as_agreed():
    trade = _trade(100, (Line(100, 0, 0),), None).receive(Money("t1", 100, NOW), NOW).trade
    assert trade.state is State.SETTLED
    with pytest.raises(NotAsAgreed):
        trade.receive(Money("t2", 100, NOW), NOW)


def _trade(total: int, lines: tuple[Line, ...], creator_id: str | None) -> Trade:
    return Trade(
        order_id="shop_1", mini_program_id="demoshop01", openid="o", collector=Collector("alipay", "default", "1", "2"),
        total=total, lines=lines, creator_id=creator_id, subject="s", product="wap", return_url=None, requested_at=NOW,
        expires_at=NOW, due_at=NOW,
    )  # fmt: skip
