"""What happens to an order, and the events it returns."""

import copy
from datetime import timedelta

import pytest
from checkout_support.samples import LINK, NOW, TOTAL, line, paid_order, parcel, placed_order, with_coupon
from hypothesis import given
from hypothesis import strategies as st

from checkout.domain.coupon import CouponUse
from checkout.domain.errors import IllegalTransition, KeyReused, NothingToShip, RefundNotFound, RefundRefused
from checkout.domain.events import (
    CloseRequested,
    Completed,
    Confirmed,
    Paid,
    RefundApproved,
    Refunded,
    RefundFailed,
    RefundRejected,
    RefundWithdrawn,
    Shipped,
)
from checkout.domain.order import CANCELLED_BY_BUYER, Order
from checkout.domain.purchase import Amounts
from checkout.domain.status import Status


def statuses(order: Order) -> list[Status]:
    return [status for status, _ in order.history]


def test_an_order_goes_from_placed_to_completed() -> None:
    order = paid_order()
    assert order.ship(parcel()) == [Shipped("SF", True, "s1", (("sku1", 2),))]
    assert order.receive(NOW) == [Completed("viewer")]
    assert statuses(order) == [
        Status.PLACED, Status.CONFIRMED, Status.AWAITING_PAYMENT, Status.PAID, Status.SHIPPED, Status.COMPLETED,
    ]  # fmt: skip


def test_a_payment_link_that_arrives_before_the_reservation_confirms_the_order_too() -> None:
    order = placed_order()
    assert order.request_payment(LINK, NOW) == [Confirmed()]
    assert statuses(order) == [Status.PLACED, Status.CONFIRMED, Status.AWAITING_PAYMENT]
    before = copy.deepcopy(order)
    assert order.reserve_stock(NOW) == []
    assert order == before


def test_a_payment_link_that_arrives_while_closing_is_not_given_to_the_buyer() -> None:
    order = placed_order()
    order.close("cancelled_by_buyer", NOW)
    order.reserve_stock(NOW)
    order.request_payment(LINK, NOW)
    assert order.payment is None


def test_a_repeated_fact_changes_nothing_and_returns_no_event() -> None:
    order = paid_order()
    before = copy.deepcopy(order)
    assert order.settle_payment("T1", NOW + timedelta(hours=1)) == []
    assert order.reserve_stock(NOW + timedelta(hours=1)) == []
    assert order == before


def test_money_that_arrives_while_closing_wins() -> None:
    order = placed_order()
    order.reserve_stock(NOW)
    order.request_payment(LINK, NOW)
    assert order.close("payment_deadline", NOW) == [CloseRequested("payment_deadline")]
    assert order.settle_payment("T1", NOW) == [Paid()]
    assert order.status is Status.PAID
    assert order.reason is None


def test_stock_reserved_for_a_cancelled_order_changes_nothing() -> None:
    order = placed_order()
    order.close("cancelled_by_buyer", NOW)
    order.close_payment(NOW)
    before = copy.deepcopy(order)
    assert order.reserve_stock(NOW) == []
    assert order == before


def test_a_paid_order_cannot_be_cancelled() -> None:
    with pytest.raises(IllegalTransition):
        paid_order().close("cancelled_by_buyer", NOW)


def test_parcels_add_up_to_what_was_bought_and_no_more() -> None:
    order = paid_order()
    order.lines = (*order.lines, line("sku2", 50, 1))
    assert order.ship(parcel("s1", ("sku1", 1))) == [Shipped("SF", False, "s1", (("sku1", 1),))]
    with pytest.raises(NothingToShip):
        order.ship(parcel("s2", ("sku1", 2)))
    assert order.ship(parcel("s2")) == [Shipped("SF", True, "s2", (("sku1", 1), ("sku2", 1)))]
    assert order.shipments[1].lines == (("sku1", 1), ("sku2", 1))
    with pytest.raises(NothingToShip):
        order.ship(parcel("s3"))


def test_the_same_tracking_number_is_the_same_parcel() -> None:
    order = paid_order()
    order.ship(parcel("s1", ("sku1", 1)))
    before = copy.deepcopy(order)
    assert order.ship(parcel("s1", ("sku1", 1))) == []
    assert order == before


def test_a_full_refund_before_shipment_releases_the_stock() -> None:
    order = paid_order()
    order.request_refund("r1", TOTAL, "changed my mind")
    order.approve_refund("r1", NOW)
    version = order.version
    assert order.settle_refund("r1", NOW) == [Refunded("r1", TOTAL, True, (("sku1", 2),))]
    assert order.status is Status.REFUNDED
    assert order.version == version + 1


def test_an_order_whose_whole_refund_is_approved_is_not_sent() -> None:
    order = paid_order()
    order.request_refund("r1", 100, "a dent")
    order.request_refund("r2", None, "changed my mind")
    order.approve_refund("r1", NOW)
    order.ship(parcel("s1", ("sku1", 1)))
    order.approve_refund("r2", NOW)
    with pytest.raises(NothingToShip, match="refunded"):
        order.ship(parcel("s2"))
    order.fail_refund("r2")
    assert order.ship(parcel("s2")) == [Shipped("SF", True, "s2", (("sku1", 1),))]


def test_a_full_refund_returns_the_delivery_fee_and_not_the_discount() -> None:
    order = paid_order(amounts=Amounts(TOTAL, delivery_fee=80, discount=30))
    order.request_refund("r1", 100, "a dent")
    order.approve_refund("r1", NOW)
    order.settle_refund("r1", NOW)
    with pytest.raises(RefundRefused, match="At most 150"):
        order.request_refund("r2", 151, "too much")
    order.request_refund("r3", None, "changed my mind")
    order.approve_refund("r3", NOW)
    assert order.settle_refund("r3", NOW) == [Refunded("r3", 150, True, (("sku1", 2),))]
    assert order.status is Status.REFUNDED


@given(
    discount=st.integers(0, TOTAL - 1),
    fee=st.integers(0, 500),
    wanted=st.lists(st.integers(1, 700), max_size=6),
)
def test_refunds_of_any_size_never_exceed_what_was_paid_and_the_last_returns_the_rest(
    discount: int, fee: int, wanted: list[int]
) -> None:
    order = paid_order(amounts=Amounts(TOTAL, delivery_fee=fee, discount=discount))
    paid = TOTAL - discount + fee
    for n, amount in enumerate([*wanted, None]):
        left = paid - order.refunded_total
        try:
            order.request_refund(f"r{n}", amount, "broken")
        except (RefundRefused, IllegalTransition):
            assert left == 0 or (amount or 0) > left
            continue
        order.approve_refund(f"r{n}", NOW)
        order.settle_refund(f"r{n}", NOW)
    assert order.refunded_total == paid
    assert order.status is Status.REFUNDED


@pytest.mark.parametrize(("fee", "discount"), [(-1, 0), (0, -1), (80, TOTAL + 1)])
def test_a_discount_is_at_most_the_price_of_the_goods_and_no_amount_is_negative(
    fee: int, discount: int
) -> None:
    with pytest.raises(ValueError, match="no price"):
        Amounts(TOTAL, fee, discount)


def test_a_full_refund_after_shipment_leaves_the_stock_sold() -> None:
    order = paid_order()
    order.ship(parcel())
    order.request_refund("r1", TOTAL, "broken")
    order.approve_refund("r1", NOW)
    assert order.settle_refund("r1", NOW) == [Refunded("r1", TOTAL, release_stock=False)]


def test_a_refund_without_an_amount_is_for_all_that_is_left() -> None:
    order = paid_order()
    order.request_refund("r1", 100, "a dent")
    order.request_refund("r2", None, "changed my mind")
    assert [refund.amount for refund in order.refunds] == [100, TOTAL - 100]


def test_the_same_refund_request_is_a_repeat_and_another_one_under_its_key_is_refused() -> None:
    order = paid_order()
    order.request_refund("r1", None, "a dent", fingerprint="f1")
    assert order.request_refund("r1", None, "a dent", fingerprint="f1") == []
    with pytest.raises(KeyReused):
        order.request_refund("r1", None, "broken", fingerprint="f2")
    assert len(order.refunds) == 1


def test_a_refund_cannot_be_settled_before_it_is_approved() -> None:
    order = paid_order()
    order.request_refund("r1", 100, "late")
    with pytest.raises(RefundRefused):
        order.settle_refund("r1", NOW)


def test_a_rejected_refund_leaves_its_amount_refundable() -> None:
    order = paid_order()
    order.request_refund("r1", TOTAL, "late")
    assert order.reject_refund("r1", "used") == [RefundRejected("r1", TOTAL)]
    assert order.reject_refund("r1", "used") == []
    assert order.refundable == TOTAL
    assert order.refunds[0].rejection_reason == "used"


def test_a_withdrawn_refund_leaves_its_amount_refundable_and_cannot_be_approved() -> None:
    order = paid_order()
    order.request_refund("r1", TOTAL, "late")
    assert order.withdraw_refund("r1") == [RefundWithdrawn("r1", TOTAL)]
    assert order.withdraw_refund("r1") == []
    assert order.refundable == TOTAL
    with pytest.raises(RefundRefused):
        order.approve_refund("r1", NOW)


@pytest.mark.parametrize("decide", ["approve", "reject"])
def test_a_decided_refund_cannot_be_withdrawn(decide: str) -> None:
    order = paid_order()
    order.request_refund("r1", TOTAL, "late")
    order.approve_refund("r1", NOW) if decide == "approve" else order.reject_refund("r1", "used")
    before = copy.deepcopy(order)
    with pytest.raises(RefundRefused):
        order.withdraw_refund("r1")
    assert order == before


def test_a_failed_refund_can_be_requested_again() -> None:
    order = paid_order()
    order.request_refund("r1", TOTAL, "late")
    assert order.approve_refund("r1", NOW) == [RefundApproved("r1", TOTAL)]
    version = order.version
    assert order.fail_refund("r1") == [RefundFailed("r1", TOTAL)]
    assert order.version == version + 1
    assert order.refundable == TOTAL


def test_an_approval_that_is_repeated_after_the_money_was_sent_changes_nothing() -> None:
    order = paid_order()
    order.request_refund("r1", 10, "dent")
    order.approve_refund("r1", NOW)
    order.settle_refund("r1", NOW)
    before = copy.deepcopy(order)
    assert order.approve_refund("r1", NOW) == []
    assert order == before


def test_an_unknown_refund_is_not_found() -> None:
    with pytest.raises(RefundNotFound):
        paid_order().approve_refund("r1", NOW)


@given(st.lists(st.integers(min_value=-5, max_value=300), max_size=12), st.data())
def test_refunds_never_exceed_what_was_paid(amounts: list[int], data: st.DataObject) -> None:
    order = paid_order()
    for n, amount in enumerate(amounts):
        try:
            order.request_refund(f"r{n}", amount, "x")
        except RefundRefused:
            assert amount < 1 or amount > order.refundable or order.status is Status.REFUNDED
            continue
        if data.draw(st.booleans()):
            order.approve_refund(f"r{n}", NOW)
            order.settle_refund(f"r{n}", NOW)
        elif data.draw(st.booleans()):
            order.reject_refund(f"r{n}", "used")
        assert 0 <= order.refunded_total <= order.total
        assert order.refundable >= 0


def test_an_order_that_ends_unpaid_gives_its_coupon_back() -> None:
    rejected, cancelled = with_coupon(placed_order(), 3), with_coupon(placed_order(), 4)
    rejected.reject_stock("out_of_stock", NOW)
    cancelled.close(CANCELLED_BY_BUYER, NOW)
    assert cancelled.coupon == CouponUse("SUMMER", 4, 0), "the money may have come first"
    cancelled.close_payment(NOW)
    assert rejected.coupon == cancelled.coupon == CouponUse("SUMMER", None, None)


def test_an_order_that_was_paid_keeps_its_coupon_even_if_it_is_refunded() -> None:
    order = with_coupon(paid_order(), 3)
    order.request_refund("r1", None, "dent")
    order.approve_refund("r1", NOW)
    order.settle_refund("r1", NOW)
    assert (order.status, order.coupon) == (Status.REFUNDED, CouponUse("SUMMER", 3, 0))
