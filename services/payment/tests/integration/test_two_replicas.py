"""Two replicas change the same trades: each remembers what it wrote, and none decides on what has grown old."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio

from payment.adapters.mongo_trades import MongoTrades
from payment.application.ports import Opened
from payment.application.trades import Trades
from payment.domain.provider import Form
from payment.domain.shares import Line
from payment.domain.trade import Money, NotAsAgreed, Payee, State, Trade
from runtime.clock import system_clock
from runtime.ids import random_id
from runtime.mongo.client import connect, database
from runtime.outbox.recorder import Recorder

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
MONEY = Money("2026112200001", 12900, NOW)


def trade_of(order_id: str) -> Trade:
    return Trade(
        order_id=order_id, mini_program_id="demoshop01", openid="o-buyer", payee=Payee("alipay", "default", "app", "seller"),
        total=MONEY.amount, lines=(Line(MONEY.amount, 500, 1000),), creator_id=None, subject="Wine", product="wap",
        return_url=None, requested_at=NOW, expires_at=NOW + timedelta(minutes=15), due_at=NOW + timedelta(seconds=30),
    )  # fmt: skip


@dataclass
class Replica:
    """One process's side of the trades."""

    store: MongoTrades
    trades: Trades

    async def opened(self) -> str:
        """The order id of a new trade that this replica remembers."""
        order_id = f"demoshop01_{random_id()}"
        await self.store.add([Opened(trade_of(order_id), Form())])
        return order_id


@pytest_asyncio.fixture
async def replicas(mongodb_uri: str, prefix: str) -> AsyncIterator[tuple[Replica, Replica]]:
    client = connect(mongodb_uri)
    db = database(client, f"{prefix}payment")
    stores = [MongoTrades(db, Recorder(system_clock, random_id)) for _ in range(2)]
    first, second = (Replica(store, Trades(store)) for store in stores)
    yield first, second
    await client.close()


async def test_what_was_refused_on_an_old_memory_is_decided_on_what_the_other_wrote(
    replicas: tuple[Replica, Replica],
) -> None:
    here, there = replicas
    order_id = await here.opened()
    await there.trades.change(order_id, lambda trade: trade.receive(MONEY, NOW))
    after = await here.trades.change(order_id, lambda trade: trade.approve_refund("r1", 100, NOW))
    assert [refund.refund_id for refund in after.refunds] == ["r1"]


async def test_a_change_decided_on_an_old_memory_is_decided_anew_and_made_once(
    replicas: tuple[Replica, Replica],
) -> None:
    here, there = replicas
    order_id = await here.opened()
    await there.trades.change(order_id, lambda trade: trade.ask_to_close("cancelled_by_buyer", NOW))
    after = await here.trades.change(order_id, lambda trade: trade.receive(MONEY, NOW))
    assert (after.state, after.close_reason, after.version) == (State.SETTLED, "cancelled_by_buyer", 3)
    assert (await there.trades.change(order_id, lambda trade: trade.receive(MONEY, NOW))).version == 3


async def test_that_nothing_is_to_do_is_not_believed_of_an_old_memory(
    replicas: tuple[Replica, Replica],
) -> None:
    here, there = replicas
    order_id = await here.opened()
    await there.trades.change(order_id, lambda trade: trade.ask_to_close("cancelled_by_buyer", NOW))
    after = await here.trades.change(order_id, lambda trade: trade.close(NOW))
    assert after.state is State.CLOSED


async def test_what_is_refused_on_what_the_store_says_is_refused(replicas: tuple[Replica, Replica]) -> None:
    here, _ = replicas
    order_id = await here.opened()
    with pytest.raises(NotAsAgreed):
        await here.trades.change(order_id, lambda trade: trade.approve_refund("r1", 100, NOW))
