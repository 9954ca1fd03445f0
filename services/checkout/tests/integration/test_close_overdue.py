"""Deadlines on a real MongoDB, at moments that the test names."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from checkout_support.samples import placed_order
from pymongo.errors import BulkWriteError

from checkout.adapters.mongo_deadlines import MongoDeadlines
from checkout.adapters.mongo_order_queries import MongoOrderQueries
from checkout.adapters.mongo_orders import MongoOrders, OrderCollections
from checkout.application import close_overdue
from checkout.application.close_overdue import CloseOverdue
from checkout.application.new_orders import NewOrders
from checkout.domain.closing import CANCELLED_BY_BUYER
from checkout.domain.deadline import LATE
from checkout.domain.order import Order
from runtime.clock import system_clock
from runtime.ids import random_id
from runtime.mongo.client import Database, Document, connect, database
from runtime.outbox.changes import Change
from runtime.outbox.recorder import Recorder

PLACED = datetime(2026, 5, 4, 12, 0, 7, tzinfo=UTC)
TIME_TO_PAY = timedelta(minutes=15)
DUE = PLACED + timedelta(seconds=1) + TIME_TO_PAY


class Shop:
    """One mini program's orders in a database of the test's own."""

    def __init__(self, db: Database) -> None:
        self.mini_program_id = "mp" + secrets.token_hex(4)
        self.db = db
        self.collection = db["orders_" + self.mini_program_id]
        self.deadlines = MongoDeadlines(db)
        collections, recorder = OrderCollections(db), Recorder(system_clock, random_id)
        self.orders = MongoOrders(collections, recorder)
        self.queries = MongoOrderQueries(collections)
        self.new_orders = NewOrders(self.orders, self.deadlines)
        nothing_cached = MongoOrders(collections, recorder)
        self.monotonic = 0.0
        self.close_overdue = CloseOverdue(
            nothing_cached, self.queries, self.deadlines, system_clock, lambda: self.monotonic
        )

    async def place(self, *, after: float = 0.0) -> str:
        """A new order, placed `after` seconds after PLACED."""
        placed_at = PLACED + timedelta(seconds=after)
        expires_at = placed_at.replace(microsecond=0) + timedelta(seconds=1) + TIME_TO_PAY
        order = placed_order(
            f"{self.mini_program_id}_{secrets.token_hex(10)}", mini_program_id=self.mini_program_id,
            placed_at=placed_at, time_to_pay=expires_at - placed_at,
        )  # fmt: skip
        assert await self.new_orders.add(Change(order))
        return order.order_id

    async def statuses(self) -> dict[str, str]:
        return {document["_id"]: document["status"] async for document in self.collection.find()}

    async def stored_deadlines(self) -> list[Document]:
        return await self.db["deadlines"].find().to_list()


@pytest_asyncio.fixture
async def shop(mongodb_uri: str, module_prefix: str) -> AsyncIterator[Shop]:
    client = connect(mongodb_uri)
    try:
        shop = Shop(database(client, f"{module_prefix}overdue{secrets.token_hex(3)}"))
        await shop.deadlines.prepare()
        await shop.queries.prepare(shop.mini_program_id)
        yield shop
    finally:
        await client.close()


async def test_orders_of_one_second_share_a_deadline_and_are_closed_together(shop: Shop) -> None:
    first, *others = [await shop.place(after=after) for after in (0.1, 0.5, 0.9)]
    later = await shop.place(after=1.2)
    assert len(await shop.stored_deadlines()) == 2
    await shop.close_overdue.close_due(DUE)
    assert await shop.statuses() == {first: "closing", later: "placed"} | dict.fromkeys(others, "closing")


async def test_nothing_is_closed_before_it_is_due(shop: Shop) -> None:
    order_id = await shop.place(after=0.9)
    assert await shop.close_overdue.close_due(DUE - timedelta(milliseconds=1)) == 0
    assert await shop.statuses() == {order_id: "placed"}


async def test_an_order_that_is_stored_after_it_was_due_is_closed_too(shop: Shop) -> None:
    await shop.place()
    await shop.close_overdue.close_due(DUE)
    late = await shop.place()
    await shop.close_overdue.close_due(DUE + LATE / 2)
    assert (await shop.statuses())[late] == "placed"
    await shop.close_overdue.close_due(DUE + LATE)
    assert (await shop.statuses())[late] == "closing"
    assert await shop.stored_deadlines() == []


async def test_an_order_that_was_closed_for_another_reason_stays_as_it_is(shop: Shop) -> None:
    order_id = await shop.place()

    def cancel(order: Order | None) -> Change[Order]:
        assert order is not None
        order.close(CANCELLED_BY_BUYER, PLACED)
        return Change(order)

    await shop.orders.change(order_id, cancel)
    await shop.close_overdue.close_due(DUE)
    order = await shop.orders.get(order_id)
    assert order is not None
    assert (order.status, order.reason) == ("closing", CANCELLED_BY_BUYER)


async def test_more_orders_than_one_batch_are_all_closed(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(close_overdue, "MAX_BATCH", 2)
    order_ids = [await shop.place(after=after) for after in (0.1, 0.2, 0.3, 0.4, 0.5)]
    async with asyncio.timeout(10):
        while any(document["look_at"] <= DUE for document in await shop.stored_deadlines()):
            await shop.close_overdue.close_due(DUE)
    assert await shop.statuses() == dict.fromkeys(order_ids, "closing")


async def test_a_deadline_that_could_not_be_stored_is_stored_with_the_next_order(shop: Shop) -> None:
    await shop.db.command("collMod", "deadlines", validator={"look_at": {"$type": "string"}})
    with pytest.raises(BulkWriteError):
        await shop.place(after=0.1)
    await shop.db.command("collMod", "deadlines", validator={})
    order_id = await shop.place(after=0.2)
    await shop.close_overdue.close_due(DUE)
    assert await shop.statuses() == {order_id: "closing"}


async def test_deadlines_that_cannot_be_closed_hide_no_later_one(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(close_overdue, "MAX_BATCH", 2)
    broken = [await shop.place(after=after) for after in (0.1, 1.1, 2.1)]
    await shop.collection.update_many({"_id": {"$in": broken}}, {"$unset": {"lines": 1}})
    good = await shop.place(after=3.1)
    for _ in range(3):
        await shop.close_overdue.close_due(DUE + timedelta(seconds=3))
    assert (await shop.statuses())[good] == "closing"


async def test_a_deadline_that_could_not_be_closed_is_tried_again_after_a_pause(shop: Shop) -> None:
    order_id = await shop.place()
    await shop.collection.update_one({"_id": order_id}, {"$rename": {"lines": "away"}})
    await shop.close_overdue.close_due(DUE)
    await shop.collection.update_one({"_id": order_id}, {"$rename": {"away": "lines"}})
    await shop.close_overdue.close_due(DUE)
    assert await shop.statuses() == {order_id: "placed"}
    shop.monotonic += close_overdue.MIN_RETRY_SECONDS
    await shop.close_overdue.close_due(DUE)
    assert await shop.statuses() == {order_id: "closing"}


async def test_an_order_that_cannot_be_read_delays_none_of_its_second(shop: Shop) -> None:
    order_ids = [await shop.place(after=after / 10) for after in range(5)]
    broken = order_ids[2]
    await shop.collection.update_one({"_id": broken}, {"$unset": {"lines": 1}})
    await shop.close_overdue.close_due(DUE)
    assert await shop.statuses() == dict.fromkeys(order_ids, "closing") | {broken: "placed"}


async def test_an_order_that_cannot_be_read_delays_no_other(shop: Shop) -> None:
    broken, other = await shop.place(after=0.1), await shop.place(after=1.1)
    await shop.collection.update_one({"_id": broken}, {"$unset": {"lines": 1}})
    await shop.close_overdue.close_due(DUE + timedelta(seconds=1))
    assert await shop.statuses() == {broken: "placed", other: "closing"}
