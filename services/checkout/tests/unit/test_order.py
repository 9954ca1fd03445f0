"""The order itself: what it says of what happens to it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checkout.adapters.documents import changed_fields, document_of, order_of
from checkout.domain import events as said
from checkout.domain.order import Attribution, Line, NothingToShip, Order, Payment, Shipment, Terms
from checkout.domain.refunds import Refund, RefundRefused
from checkout.domain.status import IllegalTransition, Status
from checkout.messages import contract_of
from contracts.checkout import OrderCloseRequested

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
LINK = Payment("requested", "wap", "mp000001_X", cashier_url="https://pay.example/1")


def order(*lines: Line) -> Order:
    placed = Order(
        order_id="mp000001_X", mini_program_id="mp000001", host_id="host1", openid="o1",
        lines=lines or (line("sku1", 100, 2), line("sku2", 50, 1)), placed_at=NOW,
        expires_at=NOW + timedelta(minutes=15), region="Zhejiang", attribution=Attribution("direct"),
        merchant="default", payment_product="wap",
    )  # fmt: skip
    placed.place()
    return placed


def line(sku_id: str, price: int, quantity: int) -> Line:
    return Line(sku_id, "p" + sku_id, "Kettle", {"colour": "white"}, price, quantity, 3, Terms(100, 500, 1))


def paid() -> Order:
    one = order()
    one.reserve_stock(NOW)
    one.request_payment(LINK, NOW)
    one.settle_payment("T1", NOW)
    return one


def parcel(shipment_id: str = "s1", *lines: tuple[str, int]) -> Shipment:
    return Shipment(shipment_id, "SF", "N" + shipment_id, tuple(lines), NOW)


def test_an_order_goes_from_placed_to_completed() -> None:
    one = paid()
    assert one.ship(parcel()) == [said.Shipped("SF", complete=True)]
    assert one.receive(NOW) == [said.Completed()]
    assert [status for status, _ in one.history] == [
        Status.PLACED, Status.CONFIRMED, Status.AWAITING_PAYMENT, Status.PAID, Status.SHIPPED, Status.COMPLETED,
    ]  # fmt: skip


def test_what_an_update_sets_makes_the_stored_document_that_of_the_order() -> None:
    one = order()
    stored = document_of(one)
    for step in (
        lambda: one.reserve_stock(NOW), lambda: one.request_payment(LINK, NOW), lambda: one.settle_payment("T1", NOW),
        lambda: one.ask_refund(Refund("r1", 100, "torn")), lambda: one.approve_refund("r1"),
        lambda: one.ship(parcel("s1", ("sku1", 1))), lambda: one.ship(parcel("s2")), lambda: one.settle_refund("r1", NOW),
    ):  # fmt: skip
        step()
        changed = changed_fields(stored, one)
        assert "version" in changed
        stored = stored | changed
        assert stored == document_of(one)
    assert changed_fields(stored, one) == {}


def test_a_link_that_comes_before_the_reservation_is_heard_of_tells_of_both() -> None:
    one = order()
    assert one.request_payment(LINK, NOW) == [said.Confirmed()]
    assert [status for status, _ in one.history] == [
        Status.PLACED,
        Status.CONFIRMED,
        Status.AWAITING_PAYMENT,
    ]
    before = document_of(one)
    assert one.reserve_stock(NOW) == []
    assert document_of(one) == before


def test_who_asks_for_the_end_says_whether_the_buyer_was_given_a_link() -> None:
    early, late = order(), order()
    late.request_payment(LINK, NOW)
    told = [
        contract_of(one, event, NOW)
        for one in (early, late)
        for event in one.close("cancelled_by_buyer", NOW)
    ]
    assert [event.link_given for event in told if isinstance(event, OrderCloseRequested)] == [False, True]
    early.reserve_stock(NOW)
    early.request_payment(LINK, NOW)
    assert early.payment is None, "a link that comes after the end was asked for is given to nobody"


def test_a_repeated_fact_changes_nothing_and_says_nothing() -> None:
    one = paid()
    before = document_of(one)
    assert one.settle_payment("T1", NOW) == []
    assert one.reserve_stock(NOW) == []
    assert document_of(one) == before


def test_money_that_comes_while_closing_wins() -> None:
    one = order()
    one.reserve_stock(NOW)
    one.request_payment(LINK, NOW)
    assert one.close("payment_deadline", NOW) == [said.CloseRequested("payment_deadline")]
    assert one.settle_payment("T1", NOW) == [said.Paid()]
    assert one.status is Status.PAID
    assert one.reason is None


def test_stock_reserved_for_an_order_that_has_ended_is_answered_by_its_end_again() -> None:
    one = order()
    one.close("cancelled_by_buyer", NOW)
    one.close_payment(NOW)
    version = one.version
    assert one.reserve_stock(NOW) == [said.Cancelled("cancelled_by_buyer")]
    assert one.version == version + 1


def test_a_paid_order_cannot_be_cancelled() -> None:
    with pytest.raises(IllegalTransition):
        paid().close("cancelled_by_buyer", NOW)


def test_parcels_add_up_to_what_was_bought_and_to_no_more() -> None:
    one = paid()
    assert one.ship(parcel("s1", ("sku1", 1))) == [said.Shipped("SF", complete=False)]
    with pytest.raises(NothingToShip):
        one.ship(parcel("s2", ("sku1", 2)))
    assert one.ship(parcel("s2")) == [said.Shipped("SF", complete=True)]
    assert one.shipments[1].lines == (("sku1", 1), ("sku2", 1))
    with pytest.raises(NothingToShip):
        one.ship(parcel("s3"))


def test_a_full_refund_before_shipment_gives_the_stock_back() -> None:
    one = paid()
    one.ask_refund(Refund("r1", 250, "changed my mind"))
    one.approve_refund("r1")
    assert one.settle_refund("r1", NOW) == [said.Refunded("r1", 250, release_stock=True)]
    assert one.status is Status.REFUNDED


def test_a_full_refund_after_shipment_leaves_the_stock_sold() -> None:
    one = paid()
    one.ship(parcel())
    one.ask_refund(Refund("r1", 250, "broken"))
    one.approve_refund("r1")
    assert one.settle_refund("r1", NOW) == [said.Refunded("r1", 250, release_stock=False)]


def test_a_refund_cannot_be_settled_before_it_is_approved() -> None:
    one = paid()
    one.ask_refund(Refund("r1", 100, "late"))
    with pytest.raises(RefundRefused):
        one.settle_refund("r1", NOW)


@given(st.lists(st.integers(min_value=-5, max_value=300), max_size=12), st.data())
def test_refunds_never_exceed_what_was_paid(amounts: list[int], data: st.DataObject) -> None:
    one = paid()
    for n, amount in enumerate(amounts):
        try:
            one.ask_refund(Refund(f"r{n}", amount, "x"))
        except RefundRefused:
            assert amount < 1 or amount > one.refundable or one.status is Status.REFUNDED
            continue
        if data.draw(st.booleans()):
            one.approve_refund(f"r{n}")
            one.settle_refund(f"r{n}", NOW)
        elif data.draw(st.booleans()):
            one.decline_refund(f"r{n}")
        assert 0 <= one.refunded_total <= one.total
        assert one.refundable >= 0


def test_an_order_survives_its_document() -> None:
    one = paid()
    one.ship(parcel("s1", ("sku1", 1)))
    one.ask_refund(Refund("r1", 10, "dent"))
    assert document_of(order_of(document_of(one))) == document_of(one)


@pytest.mark.parametrize(
    "event",
    [
        said.Placed(), said.Confirmed(), said.CloseRequested("payment_deadline"), said.Paid(), said.Shipped("SF", True),
        said.Completed(), said.Rejected("out_of_stock"), said.Cancelled("payment_deadline"),
        said.RefundAsked("r1", 10, "dent"), said.RefundAllowed("r1", 10), said.RefundDeclined("r1", 10),
        said.Refunded("r1", 10, False),
    ],
)  # fmt: skip
def test_every_event_has_a_contract_with_the_orders_key_and_version(event: said.OrderEvent) -> None:
    one = paid()
    told = contract_of(one, event, NOW)
    assert told.key == one.order_id
    assert told.version == one.version


def test_no_event_carries_who_lives_where() -> None:
    one = replace(order(), region="Zhejiang")
    text = contract_of(one, said.Placed(), NOW).model_dump_json()
    assert "Zhejiang" in text
    assert not {"recipient", "phone", "street"} & set(text.replace('"', " ").split())
