"""What a coupon takes off, when it applies, and which of its slots are open."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from checkout_support.samples import NOW, coupon
from hypothesis import given
from hypothesis import strategies as st

from checkout.domain.coupon import (
    CouponRefused,
    Refusal,
    code_key,
    free_viewer_slot,
    open_slots,
)


def refusal_of(**terms: Any) -> Refusal:
    with pytest.raises(CouponRefused) as refused:
        coupon(**terms).check(200, NOW)
    return refused.value.refusal


def test_codes_are_equal_without_case_width_and_blanks():
    assert code_key(" ｓummer１０ ") == code_key("SUMMER10")
    assert code_key("双11") == code_key("双１１")
    assert code_key("SUMMER1O") != code_key("SUMMER10")


def test_a_coupon_applies_from_its_start_until_before_its_end():
    coupon(starts=NOW).check(200, NOW)
    assert refusal_of(starts=NOW + timedelta(seconds=1), ends=NOW + timedelta(days=1)) == "coupon_not_started"
    assert refusal_of(ends=NOW) == "coupon_expired"


def test_the_goods_must_cost_the_minimum():
    coupon(minimum=200).check(200, NOW)
    assert refusal_of(minimum=201) == "coupon_minimum"


def test_percents_are_rounded_down():
    assert coupon(amount=None, percent=15).discount(199, 0) == 29


@given(
    amount=st.none() | st.integers(1, 10**9),
    percent=st.integers(1, 100),
    subtotal=st.integers(1, 10**9),
    fee=st.integers(0, 10**6),
)
def test_a_discount_is_never_more_than_the_goods_and_leaves_something_to_pay(
    amount: int | None, percent: int, subtotal: int, fee: int
) -> None:
    one = coupon(amount=amount, percent=percent if amount is None else None)
    discount = one.discount(subtotal, fee)
    assert 0 <= discount <= subtotal
    assert subtotal - discount + fee >= 1
    if amount is not None and amount < subtotal:
        assert discount == amount


def test_a_coupon_that_is_ended_unused_is_removed_and_a_used_one_only_ends():
    ended = coupon().ended(NOW, used=True)
    assert (ended.terms.ends, ended.removed, ended.version) == (NOW, False, 2)
    assert coupon().ended(NOW, used=False).removed
    past = coupon(ends=NOW - timedelta(days=1))
    assert past.ended(NOW, used=True).terms.ends == past.terms.ends


def test_a_viewer_gets_the_first_free_slot_and_no_more_than_allowed():
    assert free_viewer_slot(coupon(per_viewer=3), {0, 2}) == 1
    with pytest.raises(CouponRefused, match="once"):
        free_viewer_slot(coupon(per_viewer=1), {0})
    with pytest.raises(CouponRefused, match="2 times"):
        free_viewer_slot(coupon(per_viewer=2), {1, 4})  # it was lowered, and two orders use it


def test_all_slots_are_open_unless_the_stock_was_lowered():
    assert open_slots(3, set()) == 3
    assert open_slots(3, {0, 1, 2}) == 3
    assert open_slots(3, {7}) == 2
    assert open_slots(3, {2, 7}) == 1
    assert open_slots(1, {5, 6}) == 0


@given(seed=st.integers(0, 2**32), stock=st.integers(0, 12), held=st.sets(st.integers(0, 30), max_size=20))
def test_takers_that_look_at_different_moments_never_pass_the_stock(
    seed: int, stock: int, held: set[int]
) -> None:
    """Each taker decides on a look that may be old by the time it inserts; unique slots and the open ones are all it has."""
    rng, taken = random.Random(seed), set(held)
    bound = max(stock, len(held))
    looks: list[tuple[int, set[int]]] = []
    for _ in range(60):
        match rng.randrange(3):
            case 0:
                looks.append((open_slots(stock, taken), set(taken)))
            case 1 if looks:
                limit, seen = looks.pop(rng.randrange(len(looks)))
                if free := [slot for slot in range(limit) if slot not in seen]:
                    taken.add(
                        rng.choice(free)
                    )  # a slot that was taken in the meantime is refused: nothing is added
            case 2 if taken and rng.random() < 0.5:
                taken.remove(rng.choice(sorted(taken)))
        assert len(taken) <= bound


def test_a_used_up_coupon_with_a_lowered_stock_gets_free_when_orders_end():
    taken = {1, 5, 9}
    assert [slot for slot in range(open_slots(3, taken)) if slot not in taken] == []
    taken.remove(9)
    assert [slot for slot in range(open_slots(3, taken)) if slot not in taken] == [0]


def test_new_terms_are_a_new_version():
    later = NOW + timedelta(hours=1)
    one = coupon()
    changed = one.with_terms(replace(one.terms, stock=9), later)
    assert (changed.version, changed.changed_at, changed.terms.stock) == (2, later, 9)
