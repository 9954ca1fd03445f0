"""What payment's ports promise, on MongoDB and in memory, where the simulation uses them."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from payment_support.in_memory import Held, InMemoryLease, InMemoryLedger, InMemoryTrades

from payment.adapters.mongo_ledger import MongoLedger
from payment.adapters.mongo_trades import MongoTrades
from payment.domain import ledger
from payment.domain.ledger import PostedOrder, Receipt
from payment.domain.shares import Line, Shares
from payment.domain.trade import Collector, Trade, UnopenedTrade
from runtime.clock import system_clock
from runtime.ids import random_id
from runtime.mongo.client import connect, database
from runtime.mongo.lease import Lease
from runtime.outbox.changes import Change
from runtime.outbox.recorder import Recorder

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


@dataclass
class Ports:
    """One implementation. `leases` are two replicas' views of one lease."""

    trades: Any
    ledger: Any
    leases: list[Any]


@pytest_asyncio.fixture(params=["mongodb", "in_memory"])
async def ports(request: pytest.FixtureRequest, mongodb_uri: str, module_prefix: str) -> AsyncIterator[Ports]:
    if request.param == "in_memory":
        held = Held()
        yield Ports(
            InMemoryTrades(),
            InMemoryLedger(),
            [InMemoryLease(held, name, system_clock) for name in ("a", "b")],
        )
        return
    client = connect(mongodb_uri)
    db = database(client, f"{module_prefix}ports{secrets.token_hex(3)}")
    try:
        yield Ports(
            MongoTrades(db, Recorder(system_clock, random_id)),
            MongoLedger(db),
            [Lease(db, "work", name) for name in ("a", "b")],
        )
    finally:
        await client.drop_database(db.name)
        await client.close()


def trade(order_id: str, due: float | None) -> Trade:
    """A trade that is due so many seconds after NOW."""
    return Trade(
        order_id, "shop1", "o1", Collector("alipay", "default", "app", "account"), 100, (Line(100, 500, 0),), None, "Tea",
        "wap", None, NOW, NOW + timedelta(minutes=15), NOW + timedelta(seconds=due) if due is not None else None,
    )  # fmt: skip


async def test_a_posting_is_due_once_it_and_the_receipt_of_its_order_are_there(ports: Ports) -> None:
    orders = [PostedOrder(order_id, "shop1", "alipay:default", NOW) for order_id in ("o1", "o2")]
    first, second = (ledger.payment(order, Shares(90, 10, 0), None) for order in orders)
    received = [Receipt(order.order_id, NOW + timedelta(days=n)) for n, order in enumerate(orders)]
    today, tomorrow = first.day, first.day + timedelta(days=1)
    await ports.ledger.append([first], NOW)
    assert await ports.ledger.unclaimed_days(tomorrow) == []
    await ports.ledger.receive(received)
    await ports.ledger.append([second], NOW)
    assert await ports.ledger.unclaimed_days(tomorrow) == [today, tomorrow]


async def test_trades_are_due_the_longest_due_first(ports: Ports) -> None:
    new = [trade("later", 1), trade("late", -5), trade("now", 0), trade("idle", None), trade("running", -9)]
    unopened = UnopenedTrade("ended", "shop1", "cancelled_by_buyer", NOW)
    assert await ports.trades.insert([Change(t) for t in (*new, unopened)]) == [True] * 6
    due = await ports.trades.due(NOW, 9, but=["running"])
    assert [found.order_id for found in due] == ["late", "now"]
    assert [found.order_id for found in await ports.trades.due(NOW, 1, but=[])] == ["running"]
    assert due[1] == new[2]


async def test_what_is_stored_under_an_order_stays(ports: Ports) -> None:
    unopened = UnopenedTrade("o", "shop1", "cancelled_by_buyer", NOW)
    assert await ports.trades.insert([Change(unopened)]) == [True]
    assert await ports.trades.insert([Change(trade("o", 0))]) == [False]
    assert await ports.trades.get("o") == unopened


async def test_a_posting_is_appended_once_and_never_changed(ports: Ports) -> None:
    order = PostedOrder("o1", "shop1", "alipay.default", NOW)
    first = ledger.payment(order, Shares(90, 10, 0), None)
    changed = replace(first, legs=ledger.payment(order, Shares(80, 20, 0), None).legs)
    late = ledger.late_payment(replace(order, order_id="o2"), 7)
    await ports.ledger.append([first, changed], NOW)
    await ports.ledger.append([changed, late], NOW)
    assert await ports.ledger.balances() == {
        "clearing:alipay.default": 107, "owner:shop1": -90, "platform": -10, "refunds": -7,
    }  # fmt: skip


async def test_a_lease_has_one_holder_until_it_is_released(ports: Ports) -> None:
    first, second = ports.leases
    assert await first.acquire()
    assert await first.acquire()
    assert not await second.acquire()
    await second.release()
    assert not await second.acquire()
    await first.release()
    assert await second.acquire()
