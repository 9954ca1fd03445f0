"""Every domain event has a contract, and no contract carries personal data."""

import pytest
from checkout_support.samples import LINK, NOW, paid_order, placed_order

from checkout.application.contracts_out import contract_of, contracts_of
from checkout.domain.coupon import CouponUse
from checkout.domain.events import (
    Cancelled,
    CloseRequested,
    Completed,
    Confirmed,
    OrderEvent,
    Paid,
    Placed,
    RefundApproved,
    Refunded,
    RefundFailed,
    RefundRejected,
    RefundRequested,
    RefundWithdrawn,
    Rejected,
    Shipped,
)
from checkout.domain.purchase import Amounts
from contracts.checkout import OrderCloseRequested, OrderEventWithLines
from contracts.money import cny


@pytest.mark.parametrize(
    "event",
    [
        Placed(), Confirmed(), CloseRequested("payment_deadline"), Paid(), Shipped("SF", True, "s1", (("sku1", 2),)), Completed("viewer"),
        Rejected("out_of_stock"), Cancelled("payment_deadline"), RefundRequested("r1", 10, "dent"),
        RefundApproved("r1", 10), RefundRejected("r1", 10), RefundWithdrawn("r1", 10), Refunded("r1", 10, False),
        RefundFailed("r1", 10),
    ],
)  # fmt: skip
def test_every_event_has_a_contract_with_the_orders_key_and_version(event: OrderEvent) -> None:
    order = paid_order()
    contract = contract_of(order, event, NOW)
    assert contract.key == order.order_id
    assert contract.version == order.version


@pytest.mark.parametrize("event", [Placed(), Confirmed(), Paid(), Refunded("r1", 10, False)])
def test_events_with_lines_say_what_the_total_is_made_of(event: OrderEvent) -> None:
    order = paid_order(amounts=Amounts(200, delivery_fee=80, discount=30))
    order.coupon = CouponUse("SPRING", 3, 0)
    contract = contract_of(order, event, NOW)
    assert isinstance(contract, OrderEventWithLines)
    told = (contract.subtotal, contract.delivery_fee, contract.discount, contract.coupon_code, contract.total)
    assert told == (cny(200), cny(80), cny(30), "SPRING", cny(250))


def test_a_close_request_says_whether_the_buyer_has_a_link() -> None:
    without_link, with_link = placed_order(), placed_order()
    with_link.request_payment(LINK, NOW)
    contracts = [
        contract
        for order in (without_link, with_link)
        for contract in contracts_of(order, order.close("cancelled_by_buyer", NOW), NOW)
    ]
    assert [c.link_given for c in contracts if isinstance(c, OrderCloseRequested)] == [False, True]


def test_of_the_address_only_the_region_is_in_an_event() -> None:
    order = placed_order()
    text = contract_of(order, Placed(), NOW).model_dump_json()
    assert "Zhejiang" in text
    assert not any(personal in text for personal in ("Li Lei", "13800000000", "West Lake"))
    assert not {"recipient", "phone", "street"} & set(text.replace('"', " ").split())
