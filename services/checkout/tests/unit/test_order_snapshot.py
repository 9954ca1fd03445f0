"""What events carry of an order: what its owner reads, without what is personal, secret or the owner's alone."""

from __future__ import annotations

import json

import pytest
from checkout_support.samples import LINK, NOW, paid_order, placed_order

from checkout.application.contracts_out import contracts_of
from checkout.application.order_snapshot import MAX_LISTS_BYTES, snapshot_of
from checkout.domain.closing import Cancellation
from checkout.domain.order import Order
from checkout.domain.order_state import Note
from checkout.domain.shipments import Shipment
from checkout.http.order_views import owner_order_view
from contracts.checkout import OrderEvent, OrderRefundFailed

NEVER_CARRIED = {"address", "notes", "version"}
"""The version stands in the event that carries the order."""


def busy_order() -> Order:
    """Paid, cancelled by its owner, sent in part, with notes and refunds."""
    order = paid_order()
    order.add_note(Note("a difficult customer", NOW))
    order.ship(Shipment("s1", "sf", "SF1000", (), NOW))
    order.correct_shipment("s1", "yto", "YT2000", NOW)
    order.request_refund("r1", 1, "dent")
    order.reject_refund("r1", "it was sent whole")
    order.cancellation = Cancellation("owner", "out of season", NOW)
    return order


def test_a_snapshot_says_what_the_owner_reads() -> None:
    order = busy_order()
    read = json.loads(owner_order_view(order, with_address=False).model_dump_json())
    carried = json.loads(snapshot_of(order).model_dump_json())
    for link in ("cashier_url", "order_string", "qr_code"):
        read["payment"].pop(link)
    assert carried == {name: value for name, value in read.items() if name not in NEVER_CARRIED}


def test_a_snapshot_holds_no_address_no_note_and_no_payment_link() -> None:
    order = placed_order()
    order.request_payment(LINK, NOW)
    order.add_note(Note("a difficult customer", NOW))
    text = snapshot_of(order).model_dump_json()
    assert not any(
        secret in text
        for secret in ("Li Lei", "13800000000", "West Lake", "difficult", LINK.cashier_url or "?")
    )


def test_the_events_that_owners_are_told_of_carry_the_order_after_them() -> None:
    order = placed_order()
    placed = contracts_of(order, order.place(), NOW)
    confirmed = contracts_of(order, order.reserve_stock(NOW), NOW)
    order.request_payment(LINK, NOW)
    paid = contracts_of(order, order.settle_payment("t1", NOW), NOW)
    states = [event.order and event.order.status for event in _order_events(placed + confirmed + paid)]
    assert states == ["placed", None, "paid"]


def test_a_refund_that_failed_is_told_with_the_order_after_it() -> None:
    order = paid_order()
    order.request_refund("r1", 1, "dent")
    order.approve_refund("r1", NOW)
    [failed] = contracts_of(order, order.fail_refund("r1"), NOW)
    assert isinstance(failed, OrderRefundFailed)
    assert failed.order is not None
    assert failed.order.refunds is not None
    assert (failed.refund_id, failed.order.refunds[0].status) == ("r1", "failed")
    assert contracts_of(order, order.fail_refund("r1"), NOW) == []


@pytest.mark.parametrize("parcels", [1, 60])
def test_the_lists_of_an_order_that_is_too_large_for_events_are_left_out(parcels: int) -> None:
    order = paid_order()
    order.shipments = tuple(
        Shipment(f"s{n}", "x" * 200, f"N{n}", ((order.lines[0].sku_id, 1),), NOW) for n in range(parcels)
    )
    snapshot = snapshot_of(order)
    whole = parcels == 1
    assert [(listed is not None) for listed in (snapshot.lines, snapshot.shipments, snapshot.refunds)] == [
        whole
    ] * 3
    assert len(snapshot.model_dump_json()) < MAX_LISTS_BYTES + 16 * 1024


def _order_events(events: list[object]) -> list[OrderEvent]:
    return [event for event in events if isinstance(event, OrderEvent)]
