"""An owner ends an order before anything is sent, whatever arrives in the meantime."""

from __future__ import annotations

import copy
from datetime import timedelta

import pytest
from checkout_support.samples import LINK, NOW, TOTAL, line, paid_order, parcel, placed_order

from checkout.application.contracts_out import contracts_of
from checkout.domain.closing import CANCELLED_BY_BUYER, CANCELLED_BY_OWNER, Cancellation
from checkout.domain.errors import IllegalTransition, NothingToShip, RefundRefused
from checkout.domain.events import Cancelled, CloseRequested, Paid, RefundApproved, Refunded
from checkout.domain.order import Order
from checkout.domain.refunds import RefundStatus
from checkout.domain.status import Status
from contracts.checkout import OrderCloseRequested

BY_OWNER = Cancellation("owner", "out of stock", NOW)


def payable_order() -> Order:
    order = placed_order()
    order.reserve_stock(NOW)
    order.request_payment(LINK, NOW)
    return order


def test_an_unpaid_order_closes() -> None:
    order = payable_order()
    assert order.cancel(BY_OWNER) == [CloseRequested(CANCELLED_BY_OWNER)]
    assert order.status is Status.CLOSING
    assert order.close_payment(NOW) == [Cancelled(CANCELLED_BY_OWNER)]


def test_money_that_came_first_goes_back() -> None:
    order = payable_order()
    order.cancel(BY_OWNER)
    paid, requested, approved = order.settle_payment("T1", NOW)
    assert paid == Paid()
    assert approved == RefundApproved(requested.refund_id, TOTAL)
    with pytest.raises(NothingToShip):
        order.ship(parcel())
    order.settle_refund(requested.refund_id, NOW)
    assert order.status is Status.REFUNDED


@pytest.mark.parametrize("reason", [CANCELLED_BY_BUYER, "payment_deadline"])
def test_an_order_that_is_closing_already_keeps_its_reason_and_its_money_goes_back(reason: str) -> None:
    order = payable_order()
    order.close(reason, NOW)
    assert order.cancel(BY_OWNER) == []
    assert (order.reason, order.cancellation) == (reason, BY_OWNER)
    assert len(order.settle_payment("T1", NOW)) == 3


def test_a_paid_order_is_refunded_in_full_with_what_its_buyer_had_requested() -> None:
    order = paid_order()
    order.request_refund("r1", 50, "a dent")
    order.cancel(BY_OWNER)
    assert [(refund.status, refund.amount) for refund in order.refunds] == [
        (RefundStatus.APPROVED, 50),
        (RefundStatus.APPROVED, TOTAL - 50),
    ]
    with pytest.raises(RefundRefused):
        order.withdraw_refund("r1")
    with pytest.raises(RefundRefused):
        order.request_refund("r2", None, "late")


def test_a_repeated_cancellation_changes_nothing() -> None:
    for order in (payable_order(), paid_order()):
        order.cancel(BY_OWNER)
        before = copy.deepcopy(order)
        later = Cancellation("operator", "again", NOW + timedelta(hours=1))
        assert order.cancel(later) == []
        assert order == before


def test_a_refund_that_failed_can_be_tried_again_by_another_cancellation() -> None:
    order = paid_order()
    order.cancel(BY_OWNER)
    order.fail_refund(order.refunds[0].refund_id)
    order.cancel(BY_OWNER)
    first, second = order.refunds
    assert first.refund_id != second.refund_id
    assert second.status is RefundStatus.APPROVED


def test_an_order_that_was_sent_cannot_be_cancelled() -> None:
    order = paid_order()
    order.ship(parcel("s1", ("sku1", 1)))
    with pytest.raises(IllegalTransition):
        order.cancel(BY_OWNER)


def test_readers_that_know_two_reasons_read_an_owners_cancellation() -> None:
    order = payable_order()
    [event] = contracts_of(order, order.cancel(BY_OWNER), NOW)
    assert isinstance(event, OrderCloseRequested)
    assert (event.reason, event.cancelled_by) == (CANCELLED_BY_BUYER, "owner")


def test_a_full_refund_after_a_part_shipment_says_what_was_never_sent() -> None:
    order = paid_order()
    order.lines = (*order.lines, line("sku2", 50, 1))
    order.ship(parcel("s1", ("sku1", 1)))
    order.request_refund("r1", None, "broken")
    order.approve_refund("r1", NOW)
    [refunded] = order.settle_refund("r1", NOW)
    assert isinstance(refunded, Refunded)
    assert (refunded.release_stock, refunded.unsent) == (False, (("sku1", 1), ("sku2", 1)))
