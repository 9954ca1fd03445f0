"""Stalled trades are found and the provider is asked; repeated requests are answered again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from payment_support.till import Till, reserved

from contracts.checkout import OrderCloseRequested
from contracts.event import Event
from contracts.topics import PAYMENTS
from payment.adapters.mongo_trades import MongoTrades
from payment.adapters.mongo_unfinished_trades import MongoUnfinishedTrades
from payment.application.stalled_trades import PATIENCE, StalledTrades
from payment.domain.trade import Money, Trade
from runtime.clock import system_clock
from runtime.consuming.records import headers_of
from runtime.outbox.changes import Change
from support.events import records_of, tell, types_of
from support.eventually import eventually


def stalled_trades(till: Till, advanced: list[str]) -> StalledTrades:
    service = till.service

    async def advance(trade: Trade) -> None:
        advanced.append(trade.order_id)

    unfinished, store = MongoUnfinishedTrades(service.db), MongoTrades(service.db, service.recorder)
    return StalledTrades(unfinished, store, advance)


async def test_a_trade_that_is_open_long_after_its_deadline_is_found_and_asked(till: Till) -> None:
    order, _ = await till.open()
    paid = await till.paid()
    advanced: list[str] = []
    source = stalled_trades(till, advanced)
    ours = {order.order_id, paid.order_id}

    async def found(at_least: timedelta) -> list[str]:
        now = system_clock() + at_least
        return [s.id async for s in source.find(now) if s.id in ours]

    assert await found(timedelta(0)) == []
    much_later = PATIENCE + timedelta(days=1)
    assert await found(much_later) == [order.order_id]
    [stalled] = [s async for s in source.find(system_clock() + much_later) if s.id == order.order_id]
    await source.ask_again(stalled)
    assert advanced == [order.order_id]


async def test_late_money_that_the_provider_refuses_to_return_waits_for_an_operator(till: Till) -> None:
    order, _ = await till.open()
    now = system_clock()
    store = MongoTrades(till.service.db, till.service.recorder)
    stored = await store.get(order.order_id)
    assert isinstance(stored, Trade)
    closed = stored.request_close("cancelled_by_buyer", now).trade.close(now).trade
    late = closed.receive(Money("t1", stored.total, now), now).trade
    refused = late.fail_refund(late.late_refund_id, "ACQ.TRADE_HAS_FINISHED", now, now).trade
    other = replace(refused, order_id=order.order_id + "x", version=1)
    assert await store.insert([Change(other)]) == [True]
    source = stalled_trades(till, [])
    [stalled] = [s async for s in source.find(now) if s.id == other.order_id]
    assert (stalled.kind, stalled.state) == ("refund", "late money refused")
    assert "by hand" in stalled.advice


async def answered_again(till: Till, order_id: str) -> list[str]:
    records = await records_of(till.service.settings.kafka, till.prefix + PAYMENTS.name)
    return types_of(
        [r for r in records if r.key == order_id.encode() and headers_of(r).get("ce_again") == "true"]
    )


async def ask(till: Till, event: Event) -> None:
    await tell(till.service.settings.kafka, till.prefix, event, again=True)


async def test_a_reservation_that_is_asked_again_gets_its_link_again(till: Till) -> None:
    order, _ = await till.open()
    await ask(till, reserved(order))
    assert await eventually(lambda: answered_again(till, order.order_id)) == ["PaymentRequested"]


async def test_a_close_that_is_asked_again_is_answered_again(till: Till) -> None:
    order, _ = await till.open(expires_in=900)
    await till.request_close(order, link_given=False)
    await till.wait_for(order.order_id, "PaymentClosed")
    again = OrderCloseRequested(
        version=3, order_id=order.order_id, mini_program_id=order.mini_program_id, at=order.at,
        reason="cancelled_by_buyer", expires_at=order.expires_at, link_given=False,
    )  # fmt: skip
    await ask(till, again)
    assert await eventually(lambda: answered_again(till, order.order_id)) == ["PaymentClosed"]
