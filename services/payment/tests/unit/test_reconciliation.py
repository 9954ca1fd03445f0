"""Comparing three records of a day finds and names every difference, and nothing else."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from payment.domain.reconciliation import Difference, Kind, Movement, compare

amounts = st.integers(1, 10**8)
wrongs = st.sampled_from([None, *Kind])


@st.composite
def days(draw):
    """A day's payments and refunds, each with its planted error, if any."""
    found = []
    for n, (paid, refunds) in enumerate(
        draw(st.lists(st.tuples(amounts, st.lists(amounts, max_size=3)), max_size=12))
    ):
        order_id = f"shop_{n:02}"
        moved = [Movement(order_id, None, paid)]
        moved += [Movement(order_id, f"r{k}", -amount) for k, amount in enumerate(refunds)]
        found += [(movement, draw(wrongs), draw(st.booleans())) for movement in moved]
    return found


@given(days())
def test_every_planted_difference_is_found_and_named_and_nothing_else(day):
    bill, ledger, trades, expected = [], [], [], []
    for movement, wrong, other_side in day:
        more = Movement(movement.order_id, movement.refund_id, movement.amount + 1)
        sides = {
            None: (movement, movement, movement),
            Kind.MISSING_HERE: (movement, None, None),
            Kind.MISSING_THERE: (None, movement, None if other_side else movement),
            Kind.AMOUNT: (movement, more, movement) if other_side else (more, movement, None),
            Kind.STATE: (movement, None, movement) if other_side else (movement, movement, None),
        }[wrong]
        for kept, record in zip(sides, (bill, ledger, trades), strict=True):
            if kept is not None:
                record.append(kept)
        if wrong is not None:
            seen = (side.amount if side is not None else None for side in sides)
            expected.append(Difference(wrong, movement.order_id, movement.refund_id, *seen))
    differences, compared = compare(reversed(bill), ledger, trades)
    assert differences == sorted(expected, key=lambda d: (d.order_id, d.refund_id or ""))
    assert compared == len(day)


def test_a_movement_that_one_record_has_twice_differs_in_amount():
    once = Movement("shop_1", None, 500)
    [found], _ = compare([once], [once, once], [once])
    assert (found.kind, found.ledger) == (Kind.AMOUNT, 1000)
