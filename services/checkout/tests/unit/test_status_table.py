"""Every pair of status and trigger is a transition, a repeat or illegal: listed here by hand, apart from the code."""

import pytest

from checkout.domain.errors import IllegalTransition
from checkout.domain.status import REPEATS, TRANSITIONS, Status, Trigger, next_status

X, R = "illegal", "repeat"
COLUMNS = ["stock_reserved", "stock_rejected", "payment_requested", "payment_settled", "payment_closed", "payment_impossible", "close", "cancel", "ship", "receive", "refund_in_full"]  # fmt: skip
EXPECTED = {
    "placed": ["confirmed", "rejected", X, X, X, "cancelled", "closing", "closing", X, X, X],
    "confirmed": [R, X, "awaiting_payment", "paid", X, "cancelled", "closing", "closing", X, X, X],
    "awaiting_payment": [R, X, "awaiting_payment", "paid", X, X, "closing", "closing", X, X, X],
    "closing": [R, R, R, "paid", "cancelled", "cancelled", R, "closing", X, X, X],
    "paid": [R, X, R, R, X, X, X, "paid", "shipped", X, "refunded"],
    "shipped": [R, X, R, R, X, X, X, X, "shipped", "completed", "refunded"],
    "completed": [R, X, R, R, X, X, X, X, X, R, "refunded"],
    "rejected": [X, R, X, X, X, X, X, R, X, X, X],
    "cancelled": [R, R, R, X, R, R, R, R, X, X, X],
    "refunded": [R, X, R, R, X, X, X, R, X, X, R],
}
ROWS = [
    (Status(status), Trigger(trigger), outcome)
    for status, outcomes in EXPECTED.items()
    for trigger, outcome in zip(COLUMNS, outcomes, strict=True)
]


@pytest.mark.parametrize(("status", "trigger", "outcome"), ROWS)
def test_each_trigger_in_each_status_has_the_listed_outcome(
    status: Status, trigger: Trigger, outcome: str
) -> None:
    if outcome == X:
        with pytest.raises(IllegalTransition):
            next_status(status, trigger)
    elif outcome == R:
        assert next_status(status, trigger) is None
    else:
        assert next_status(status, trigger) is Status(outcome)


def test_no_pair_is_both_a_transition_and_a_repeat() -> None:
    assert not set(TRANSITIONS) & REPEATS


def test_the_table_covers_every_status_and_every_trigger() -> None:
    assert {status for status, _, _ in ROWS} == set(Status)
    assert {trigger for _, trigger, _ in ROWS} == set(Trigger)
