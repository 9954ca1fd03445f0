"""Events that differ from payment's own record move no money: they become dead letters, and a metric counts them."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from payment_support.till import ORDER_SECRET, SHOP, Till, reserved

from contracts.catalog import StockLine
from contracts.checkout import Attribution, OrderCloseRequested, OrderCompleted, OrderPlaced, RefundApproved
from contracts.event import Event
from contracts.money import cny
from contracts.payment import (
    CommissionAccrued,
    CommissionReversed,
    LatePaymentReceived,
    PayoutSettled,
    RefundSettled,
)
from contracts.tokens.order_seals import sealed
from contracts.topics import ORDERS, PAYMENTS, SETTLEMENTS, STOCK, Topic
from runtime import metrics
from runtime.clock import system_clock
from runtime.consuming.records import headers_of
from support.events import records_of
from support.eventually import eventually


async def letters(till: Till, topic: Topic) -> list[str]:
    found = await records_of(till.service.settings.kafka, f"{till.prefix}{topic.name}.dlq")
    return [headers_of(letter)["dlq_reason"] for letter in found]


async def refused(till: Till, topic: Topic, forged: Event, count: int = 1) -> None:
    """Publish the event, and wait until it is a dead letter."""
    await till.publish(forged)
    reasons = await eventually(
        lambda: _enough(till, topic, count), 30, f"{count} dead letters of {topic.name}"
    )
    assert all(reason.startswith("NotAsAgreed") for reason in reasons), reasons


def as_checkout(order: OrderPlaced, **other: Any) -> OrderPlaced:
    """The order with other fields, sealed again."""
    return sealed(order.model_copy(update=other), ORDER_SECRET)


async def _enough(till: Till, topic: Topic, count: int) -> list[str]:
    found = await letters(till, topic)
    return found if len(found) >= count else []


def accrued(order: OrderPlaced, **other: Any) -> CommissionAccrued:
    fields = {
        "version": 2, "order_id": order.order_id, "mini_program_id": SHOP, "at": order.at, "owner": cny(12255),
        "platform": cny(645), "creator": cny(0),
    }  # fmt: skip
    return CommissionAccrued.model_validate(fields | other)


async def test_money_that_no_trade_received_reaches_no_account(till: Till) -> None:
    unpaid, _ = await till.open()
    unknown = till.placed()
    common: dict[str, Any] = {
        "version": 2,
        "order_id": unpaid.order_id,
        "mini_program_id": SHOP,
        "at": unpaid.at,
    }
    late: dict[str, Any] = {"refund_id": "late_1", "amount": cny(12900)}
    await refused(till, SETTLEMENTS, accrued(unpaid))
    await refused(till, SETTLEMENTS, accrued(unknown), 2)
    reversed_ = {"refund_id": "r1", "owner": cny(1), "platform": cny(0), "creator": cny(0)}
    await refused(till, SETTLEMENTS, CommissionReversed.model_validate(common | reversed_), 3)
    paid_out = {
        "version": 1, "mini_program_id": SHOP, "at": unpaid.at, "payout_id": "p1", "payee": "me",
        "day": "2026-11-22", "amount": cny(100),
    }  # fmt: skip
    await refused(till, SETTLEMENTS, PayoutSettled.model_validate(paid_out), 4)
    await refused(till, PAYMENTS, LatePaymentReceived.model_validate(common | late | {"trade_no": "1"}))
    await refused(till, PAYMENTS, RefundSettled.model_validate(common | late | {"late": True}), 2)
    assert await till.service.db["ledger"].count_documents({}) == 0


@pytest.mark.parametrize(
    "other",
    [
        {"owner": cny(12256)},
        {"owner": cny(12254), "platform": cny(646)},
        {"mini_program_id": "demoshop02"},
        {"collector": "alipay.other"},
        {"creator_id": "c-9"},
        {"at": None},
    ],
)
async def test_a_fact_about_a_paid_order_that_differs_in_one_field_is_not_posted(
    till: Till, other: dict[str, Any]
) -> None:
    order = await till.paid()
    await till.posted(order.order_id, f"payment:{order.order_id}")
    [told] = till.events_of(order.order_id, "CommissionAccrued")
    await till.service.db["ledger"].delete_many({})  # so that the natural id stops nothing
    at = told.at - timedelta(days=1)
    await refused(till, SETTLEMENTS, told.model_copy(update=other if "at" not in other else {"at": at}))
    assert not await till.postings(order.order_id)
    await till.publish(told)
    await till.posted(order.order_id, f"payment:{order.order_id}")


async def test_good_facts_in_a_batch_with_a_forged_one_are_posted(till: Till) -> None:
    orders = [await till.paid() for _ in range(3)]
    for order in orders:
        await till.posted(order.order_id, f"payment:{order.order_id}")
    await till.service.db["ledger"].delete_many({})
    told = [till.events_of(order.order_id, "CommissionAccrued")[0] for order in orders]
    await till.publish(accrued(till.placed()), *told)
    for order in orders:
        await till.posted(order.order_id, f"payment:{order.order_id}")


async def test_a_request_in_the_name_of_another_mini_program_changes_no_trade(till: Till) -> None:
    order = await till.paid(amount=1000)
    unpaid, _ = await till.open()
    other: dict[str, Any] = {"version": 5, "mini_program_id": "demoshop02", "at": order.at}
    refund = {"order_id": order.order_id, "refund_id": "r1", "amount": cny(1000)}
    await refused(till, ORDERS, RefundApproved.model_validate(other | refund))
    for n, order_id in enumerate((unpaid.order_id, till.placed().order_id), start=2):
        close = {"order_id": order_id, "reason": "cancelled_by_buyer", "expires_at": order.expires_at}
        await refused(till, ORDERS, OrderCloseRequested.model_validate(other | close), n)
        assert "close_reason" not in await till.trade(order_id)
    assert (await till.trade(order.order_id))["refunds"] == []


async def test_a_refund_approved_again_with_another_amount_is_refused_and_the_first_stands(
    till: Till,
) -> None:
    order = await till.paid(amount=1000)
    refund_id = await till.approve_refund(order, 400)
    await till.wait_for(order.order_id, "RefundSettled")
    await till.approve_refund(order, 1000, refund_id)
    await eventually(lambda: _enough(till, ORDERS, 1), 30, "the dead letter")
    assert [refund["amount"] for refund in (await till.trade(order.order_id))["refunds"]] == [400]


@pytest.mark.parametrize(
    "other",
    [
        {"total": cny(1)},
        {"openid": "o-thief"},
        {"merchant": "other"},
        {"attribution": Attribution(surface="direct", creator_id="c-9")},
        {"expires_at": system_clock() + timedelta(days=30)},
        {"seal": None},
        {"seal": "1:" + "0" * 64},
    ],
)
async def test_a_forged_reservation_that_comes_first_sets_neither_price_nor_payee(
    till: Till, other: dict[str, Any]
) -> None:
    order = till.placed()
    await refused(till, STOCK, reserved(order.model_copy(update=other)))
    assert await till.trade(order.order_id) == {}
    await till.reserve(order)
    await till.wait_for(order.order_id, "PaymentRequested")
    opened = await till.trade(order.order_id)
    assert (opened["total"], opened["openid"]) == (order.total.amount, order.openid)


async def test_a_second_reservation_with_another_price_or_buyer_is_refused(till: Till) -> None:
    order, _ = await till.open()
    for count, other in enumerate(({"total": cny(1)}, {"openid": "o-thief"}), start=1):
        await refused(till, STOCK, reserved(as_checkout(order, **other)), count)
    assert (await till.trade(order.order_id))["total"] == order.total.amount


async def test_a_reservation_that_does_not_fit_its_order_opens_nothing(till: Till) -> None:
    order = till.placed()
    good = reserved(order)
    for count, other in enumerate(
        (
            {"order": None},
            {"mini_program_id": "demoshop02"},
            {"order": till.placed()},
            {"lines": (StockLine(sku_id="sku-1", quantity=9),)},
            {"order": as_checkout(order, delivery_fee=cny(1))},
            {"order": as_checkout(order, subtotal=cny(12900), discount=cny(1))},
        ),
        start=1,
    ):
        await refused(till, STOCK, good.model_copy(update=other), count)
    assert await till.trade(order.order_id) == {}
    await till.reserve(order)
    await till.wait_for(order.order_id, "PaymentRequested")


async def test_each_difference_raises_the_alarm(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    raised: list[str] = []
    counter = SimpleNamespace(add=lambda count, _, event: raised.append(event))
    monkeypatch.setattr(metrics, "facts_mismatched", counter)
    await refused(till, SETTLEMENTS, accrued(till.placed()))
    assert raised == ["CommissionAccrued"]


async def test_a_receipt_of_an_unpaid_order_or_in_another_mini_programs_name_settles_nothing(
    till: Till,
) -> None:
    paid = await till.paid()
    await till.posted(paid.order_id, f"payment:{paid.order_id}")
    unpaid, _ = await till.open()
    received: dict[str, Any] = {"version": 6, "mini_program_id": SHOP, "at": paid.at}
    await refused(till, ORDERS, OrderCompleted(order_id=unpaid.order_id, **received))
    await refused(till, ORDERS, OrderCompleted(order_id=till.placed().order_id, **received), 2)
    other = received | {"mini_program_id": "demoshop02"}
    await refused(till, ORDERS, OrderCompleted(order_id=paid.order_id, **other), 3)
    assert await till.service.db["receipts"].count_documents({}) == 0
    assert await till.service.db["ledger"].count_documents({"due": {"$exists": True}}) == 0
