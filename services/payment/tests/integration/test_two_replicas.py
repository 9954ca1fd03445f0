"""Two replicas change the same trades. Each caches what it wrote, and neither relies on a stale copy."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio

from contracts.checkout import OrderCloseRequested
from payment.adapters.mongo_trades import MongoTrades
from payment.application.order_requests import OrderRequests
from payment.application.trades import Trades
from payment.domain.errors import NotAsAgreed
from payment.domain.shares import Line
from payment.domain.trade import Collector, Money, State, Trade, UnopenedTrade
from runtime.clock import system_clock
from runtime.ids import random_id
from runtime.mongo.client import Database, connect, database
from runtime.outbox.changes import Change
from runtime.outbox.recorder import Recorded, Recorder

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
MONEY = Money("2026112200001", 12900, NOW)


def trade_of(order_id: str) -> Trade:
    return Trade(
        order_id=order_id, mini_program_id="demoshop01", openid="o-buyer",
        collector=Collector("alipay", "default", "app", "seller"), total=MONEY.amount,
        lines=(Line(MONEY.amount, 500, 1000),), creator_id=None, subject="Wine", product="wap", return_url=None,
        requested_at=NOW, expires_at=NOW + timedelta(minutes=15), due_at=NOW + timedelta(seconds=30),
    )  # fmt: skip


def close_request(order_id: str) -> OrderCloseRequested:
    return OrderCloseRequested(
        version=3, order_id=order_id, mini_program_id="demoshop01", at=NOW, reason="cancelled_by_buyer",
        expires_at=NOW + timedelta(minutes=15),
    )  # fmt: skip


@dataclass
class Replica:
    """One process's side of the trades. `recorded` is what it reported for publishing at once."""

    db: Database
    recorded: list[Recorded] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.store = MongoTrades(self.db, Recorder(system_clock, random_id, self.recorded.append))
        self.trades = Trades(self.store)
        self.requests = OrderRequests(self.trades, lambda: NOW)

    async def open(self, order_id: str = "") -> str:
        """The order id of a new trade, which this replica has cached."""
        order_id = order_id or f"demoshop01_{random_id()}"
        await self.store.insert([Change(trade_of(order_id))])
        return order_id


@pytest_asyncio.fixture
async def replicas(mongodb_uri: str, prefix: str) -> AsyncIterator[tuple[Replica, Replica]]:
    client = connect(mongodb_uri)
    db = database(client, f"{prefix}payment")
    yield Replica(db), Replica(db)
    await client.drop_database(db.name)
    await client.close()


async def test_a_refusal_of_a_stale_copy_is_decided_again_on_the_newest(
    replicas: tuple[Replica, Replica],
) -> None:
    here, there = replicas
    order_id = await here.open()
    await there.trades.change(order_id, lambda trade: trade.receive(MONEY, NOW))
    after = await here.trades.change(order_id, lambda trade: trade.approve_refund("r1", 100, NOW))
    assert [refund.refund_id for refund in after.refunds] == ["r1"]


async def test_a_change_of_a_stale_copy_is_decided_again_and_made_once(
    replicas: tuple[Replica, Replica],
) -> None:
    here, there = replicas
    order_id = await here.open()
    await there.trades.change(order_id, lambda trade: trade.request_close("cancelled_by_buyer", NOW))
    after = await here.trades.change(order_id, lambda trade: trade.receive(MONEY, NOW))
    assert (after.state, after.close_reason, after.version) == (State.SETTLED, "cancelled_by_buyer", 3)
    assert (await there.trades.change(order_id, lambda trade: trade.receive(MONEY, NOW))).version == 3


async def test_a_decision_to_change_nothing_is_checked_on_the_newest(
    replicas: tuple[Replica, Replica],
) -> None:
    here, there = replicas
    order_id = await here.open()
    await there.trades.change(order_id, lambda trade: trade.request_close("cancelled_by_buyer", NOW))
    after = await here.trades.change(order_id, lambda trade: trade.close(NOW))
    assert after.state is State.CLOSED


async def test_a_refusal_of_the_newest_copy_stands(replicas: tuple[Replica, Replica]) -> None:
    here, _ = replicas
    order_id = await here.open()
    with pytest.raises(NotAsAgreed):
        await here.trades.change(order_id, lambda trade: trade.approve_refund("r1", 100, NOW))


async def test_an_order_without_a_trade_is_closed_once_and_stays_closed(
    replicas: tuple[Replica, Replica],
) -> None:
    here, there = replicas
    order_id = f"demoshop01_{random_id()}"
    await here.requests.close(close_request(order_id), None)
    await there.requests.close(close_request(order_id), None)
    await there.open(order_id)
    assert await there.store.get(order_id) == UnopenedTrade(order_id, "demoshop01", "cancelled_by_buyer", NOW)
    published = [
        entry["type"] for replica in replicas for recorded in replica.recorded for entry in recorded.entries
    ]
    assert [name.split(".")[1] for name in published] == ["PaymentClosed"]


async def test_a_close_that_meets_the_opening_of_its_trade_is_not_lost(
    replicas: tuple[Replica, Replica], monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = replicas
    order_id = f"demoshop01_{random_id()}"
    find = here.store._find

    async def find_then_lose_the_race(aggregate_ids: object) -> object:
        found = await find(aggregate_ids)  # type: ignore[arg-type]
        await there.open(order_id)
        return found

    monkeypatch.setattr(here.store, "_find", find_then_lose_the_race)
    await here.requests.close(close_request(order_id), None)
    stored = await there.store.get(order_id)
    assert isinstance(stored, Trade)
    assert stored.closing
