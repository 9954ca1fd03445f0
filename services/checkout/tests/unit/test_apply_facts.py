"""Facts of other services take effect on the orders concerned, and are published with the time at which they happened."""

from datetime import timedelta
from typing import Any

import pytest
from checkout_support.facts import (
    payment_closed,
    payment_requested,
    payment_settled,
    refund_failed,
    refund_settled,
    stock_reserved,
)
from checkout_support.in_memory import InMemoryOrders
from checkout_support.samples import MINI_PROGRAM, NOW, ORDER_ID, paid_order, placed_order

from checkout.application.apply_facts import ApplyFacts, Fact, OrderFact
from checkout.domain.errors import IllegalTransition, OrderNotFound
from checkout.domain.order import Order
from contracts.catalog import StockLine
from contracts.checkout import OrderCancelled, OrderConfirmed, OrderPaid
from contracts.money import cny
from runtime.errors import FactMismatch
from runtime.outbox.changes import Change

OTHER_ID = f"{MINI_PROGRAM}_BBBBBBBBBBBBBBBBBBBBBBBBBB"


async def orders_with(*placed: Order) -> InMemoryOrders:
    orders = InMemoryOrders()
    await orders.insert([Change(order) for order in placed])
    return orders


def at_minutes(*events: OrderFact) -> list[Fact]:
    """The facts, one minute apart."""
    return [Fact(event, NOW + timedelta(minutes=n)) for n, event in enumerate(events, start=1)]


async def test_each_event_has_the_time_of_the_fact_that_caused_it() -> None:
    order = placed_order()
    orders, order_id = await orders_with(order), order.order_id
    await ApplyFacts(orders)(
        at_minutes(stock_reserved(order_id), payment_requested(order_id), payment_settled(order_id))
    )
    confirmed, paid = orders.events
    assert isinstance(confirmed, OrderConfirmed)
    assert isinstance(paid, OrderPaid)
    stored = await orders.get(order_id)
    assert stored is not None
    history = {str(status): at for status, at in stored.history}
    assert confirmed.at == history["confirmed"] == NOW + timedelta(minutes=1)
    assert paid.at == history["paid"] == NOW + timedelta(minutes=3)
    assert (confirmed.version, paid.version) == (2, 4)


async def test_the_facts_of_a_batch_about_one_order_are_one_write() -> None:
    order = placed_order()
    orders = await orders_with(order)
    written: list[str] = []
    orders.on_saved(lambda saved: written.append(saved.aggregate.status))
    await ApplyFacts(orders)(at_minutes(stock_reserved(order.order_id), payment_requested(order.order_id)))
    assert written == ["awaiting_payment"]


async def test_facts_that_an_order_has_seen_change_nothing() -> None:
    order = placed_order()
    orders, facts = await orders_with(order), at_minutes(stock_reserved(order.order_id))
    await ApplyFacts(orders)(facts)
    before = await orders.get(order.order_id)
    await ApplyFacts(orders)(facts)
    assert await orders.get(order.order_id) == before
    assert len(orders.events) == 1


async def test_an_impossible_fact_is_refused_with_all_about_its_order_and_the_others_are_changed() -> None:
    refused, changed = placed_order(), placed_order(OTHER_ID)
    orders = await orders_with(refused, changed)
    facts = at_minutes(
        stock_reserved(refused.order_id), payment_closed(refused.order_id), stock_reserved(changed.order_id)
    )
    with pytest.raises(IllegalTransition):
        await ApplyFacts(orders)(facts)
    assert await orders.get(refused.order_id) == refused
    stored = await orders.get(changed.order_id)
    assert stored is not None
    assert stored.status == "confirmed"


async def test_a_fact_about_an_unknown_order_is_refused() -> None:
    with pytest.raises(OrderNotFound):
        await ApplyFacts(await orders_with())(at_minutes(stock_reserved(OTHER_ID)))


def forged(event: OrderFact, **changes: Any) -> OrderFact:
    return event.model_copy(update=changes)


@pytest.mark.parametrize(
    ("event", "field"),
    [
        (forged(payment_settled(ORDER_ID), amount=cny(1)), "amount"),
        (forged(payment_settled(ORDER_ID), mini_program_id="mp000002"), "mini_program"),
        (forged(payment_settled(ORDER_ID), collector="alipay.another"), "merchant"),
        (forged(payment_requested(ORDER_ID), mini_program_id="mp000002"), "mini_program"),
        (forged(payment_closed(ORDER_ID), mini_program_id="mp000002"), "mini_program"),
        (forged(stock_reserved(ORDER_ID), lines=(StockLine(sku_id="sku1", quantity=1),)), "lines"),
    ],
)
async def test_a_fact_that_contradicts_its_order_changes_nothing(event: OrderFact, field: str) -> None:
    order = placed_order()
    orders = await orders_with(order)
    with pytest.raises(FactMismatch, match=f"the event says {field} "):
        await ApplyFacts(orders)(at_minutes(event))
    assert await orders.get(ORDER_ID) == order
    assert orders.events == []


async def test_a_second_payment_of_a_paid_order_with_another_trade_number_is_a_contradiction() -> None:
    orders = await orders_with(paid_order())
    with pytest.raises(FactMismatch, match="trade_no T2, our record says T1"):
        await ApplyFacts(orders)(at_minutes(forged(payment_settled(ORDER_ID), trade_no="T2")))


async def test_late_money_that_cannot_be_sent_back_was_never_the_orders() -> None:
    order = placed_order()
    order.close("cancelled_by_buyer", NOW)
    order.close_payment(NOW)
    orders = await orders_with(order)
    await ApplyFacts(orders)(at_minutes(refund_failed(ORDER_ID, "late_1", late=True)))
    assert await orders.get(ORDER_ID) == order


async def test_a_refund_of_another_amount_than_was_approved_is_a_contradiction() -> None:
    order = paid_order()
    order.request_refund("r1", 100, "too late")
    order.approve_refund("r1", NOW)
    orders = await orders_with(order)
    with pytest.raises(FactMismatch, match="amount"):
        await ApplyFacts(orders)(at_minutes(refund_settled(ORDER_ID)))
    stored = await orders.get(ORDER_ID)
    assert stored is not None
    assert stored.refunded_total == 0


async def test_an_order_for_which_nobody_collects_is_cancelled_with_words_whichever_fact_comes_first() -> (
    None
):
    closed = payment_closed(ORDER_ID).model_copy(update={"reason": "merchant_unavailable"})
    for facts in ([closed, stock_reserved(ORDER_ID)], [stock_reserved(ORDER_ID), closed, closed]):
        orders = await orders_with(placed_order())
        await ApplyFacts(orders)(at_minutes(*facts))
        order = await orders.get(ORDER_ID)
        assert order is not None
        assert (order.status, order.reason) == ("cancelled", "merchant_unavailable")
        assert [event.reason for event in orders.events if isinstance(event, OrderCancelled)] == [
            order.reason
        ]
