"""Goods count as received when the buyer has not said so in time, unless something holds it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from checkout_support.in_memory import InMemoryOrders, InMemoryReceiptDeadlines
from checkout_support.samples import NOW, TOTAL, line, paid_order, parcel

from checkout.application.receipts import CHECK_AGAIN, TimeOutReceipts
from checkout.domain.events import Completed
from checkout.domain.order import RECEIPT_AFTER, Order
from checkout.domain.status import Status
from contracts.checkout import OrderCompleted
from runtime.outbox.changes import Change

DUE = NOW + RECEIPT_AFTER


def sent_order() -> Order:
    order = paid_order()
    order.ship(parcel())
    return order


def test_goods_count_as_received_ten_days_after_the_last_parcel_and_not_before() -> None:
    order = sent_order()
    assert order.receive_by == DUE
    assert order.time_out_receipt(DUE - timedelta(seconds=1)) == []
    assert order.time_out_receipt(DUE) == [Completed("timeout")]
    assert (order.status, order.receive_by) == (Status.COMPLETED, None)
    assert order.time_out_receipt(DUE) == []


def test_a_later_parcel_moves_the_time_for_receipt() -> None:
    order = paid_order()
    order.ship(parcel("s1", ("sku1", 1)))
    order.ship(replace(parcel("s2"), shipped_at=NOW + timedelta(days=3)))
    assert order.receive_by == DUE + timedelta(days=3)


def test_an_open_refund_holds_the_receipt_until_it_is_decided() -> None:
    order = sent_order()
    order.request_refund("r1", 50, "a dent")
    assert order.time_out_receipt(DUE) == []
    order.approve_refund("r1", NOW)
    assert order.time_out_receipt(DUE) == []
    order.settle_refund("r1", NOW)
    assert order.time_out_receipt(DUE) == [Completed("timeout")]


def test_unsent_goods_hold_the_receipt_until_they_are_sent_or_paid_back() -> None:
    order = paid_order()
    order.lines = (*order.lines, line("sku2", 50, 1))
    order.ship(parcel("s1", ("sku1", 2)))
    assert order.time_out_receipt(DUE) == []
    order.request_refund("r1", 50, "out of stock")
    order.approve_refund("r1", NOW)
    order.settle_refund("r1", NOW)
    assert order.time_out_receipt(DUE) == [Completed("timeout")]


def test_a_refund_in_full_leaves_nothing_to_receive() -> None:
    order = sent_order()
    order.request_refund("r1", TOTAL, "broken")
    order.approve_refund("r1", NOW)
    order.settle_refund("r1", NOW)
    assert order.receive_by is None
    assert order.time_out_receipt(DUE) == []


async def test_what_is_due_is_completed_and_what_is_held_is_checked_again() -> None:
    orders, deadlines = InMemoryOrders(), InMemoryReceiptDeadlines()
    held, free, ended = (paid_order(f"mp000001_{name:A<26}") for name in ("HELD", "FREE", "ENDED"))
    held.ship(parcel())
    held.request_refund("r1", 50, "a dent")
    free.ship(parcel())
    ended.request_refund("r1", None, "late")
    ended.approve_refund("r1", NOW)
    ended.settle_refund("r1", NOW)
    await orders.insert([Change(order) for order in (held, free, ended)])
    for order in (held, free, ended):
        await deadlines.store(order.order_id, DUE)
    check = TimeOutReceipts(orders, deadlines, lambda: DUE)

    assert await check.complete_due(DUE) == 3
    completed = [event for event in orders.events if isinstance(event, OrderCompleted)]
    assert [(event.order_id, event.by) for event in completed] == [(free.order_id, "timeout")]
    assert await deadlines.due(DUE + CHECK_AGAIN, 9) == [held.order_id]
    assert await check.complete_due(DUE) == 0
