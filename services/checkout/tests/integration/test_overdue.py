"""Deadlines on a real MongoDB, at moments that the test names."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from pymongo.errors import BulkWriteError

from checkout.adapters import deadlines as limits
from checkout.adapters.deadlines import LATE, Deadlines
from checkout.adapters.orders import Orders
from checkout.application import commands as application
from checkout.application.commands import Commands
from checkout.domain.order import CANCELLED_BY_BUYER, Attribution, Line, Order, Terms
from runtime.clock import system_clock
from runtime.ids import random_id
from runtime.mongo.client import Database, connect, database
from runtime.outbox.recorder import Recorder

PLACED = datetime(2026, 5, 4, 12, 0, 7, tzinfo=UTC)
TIME_TO_PAY = timedelta(minutes=15)
DUE = PLACED + timedelta(seconds=1) + TIME_TO_PAY
AWAITED = {"address": {}, "fingerprint": ""}


class Shop:
    """One mini program's orders in a database of the test's own."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.mini_program_id = "mp" + secrets.token_hex(4)
        self.deadlines = Deadlines(db)
        self.orders = Orders(db, Recorder(system_clock, random_id), system_clock, self.deadlines)
        self.commands = Commands(self.orders, self.deadlines, system_clock, random_id, "owner")

    async def place(self, *, after: float = 0.0) -> str:
        """A new order, placed `after` seconds from PLACED on."""
        placed_at = PLACED + timedelta(seconds=after)
        order = Order(
            order_id=f"{self.mini_program_id}_{secrets.token_hex(10)}", mini_program_id=self.mini_program_id,
            host_id="host1", openid="o1",
            lines=(Line("sku1", "p1", "Kettle", {}, 100, 1, 1, Terms(100, 0, 1)),), placed_at=placed_at,
            expires_at=placed_at.replace(microsecond=0) + timedelta(seconds=1) + TIME_TO_PAY, region="Hubei",
            attribution=Attribution("direct"), merchant="default", payment_product="wap",
        )  # fmt: skip
        assert await self.orders.insert(order, order.place(), AWAITED)
        return order.order_id

    async def statuses(self) -> dict[str, str]:
        found = self.db["orders_" + self.mini_program_id].find({}, {"status": 1})
        return {document["_id"]: document["status"] async for document in found}

    async def kept(self) -> list[dict[str, Any]]:
        return await self.db["deadlines"].find().to_list()


@pytest_asyncio.fixture
async def shop(mongodb_uri: str, module_prefix: str) -> AsyncIterator[Shop]:
    client = connect(mongodb_uri)
    try:
        one = Shop(database(client, f"{module_prefix}overdue{secrets.token_hex(3)}"))
        await one.deadlines.prepare()
        await one.orders.prepare(one.mini_program_id)
        yield one
    finally:
        await client.close()


async def test_orders_of_one_second_share_a_deadline_and_end_together(shop: Shop) -> None:
    first, *others = [await shop.place(after=after) for after in (0.1, 0.5, 0.9)]
    later = await shop.place(after=1.2)
    assert len(await shop.kept()) == 2
    await shop.commands.close_overdue(DUE)
    assert await shop.statuses() == {first: "closing", later: "placed"} | dict.fromkeys(others, "closing")


async def test_nothing_is_closed_before_it_is_due(shop: Shop) -> None:
    order_id = await shop.place(after=0.9)
    assert await shop.commands.close_overdue(DUE - timedelta(milliseconds=1)) == 0
    assert await shop.statuses() == {order_id: "placed"}


async def test_an_order_that_is_stored_after_it_was_due_is_closed_all_the_same(shop: Shop) -> None:
    await shop.place()
    await shop.commands.close_overdue(DUE)
    late = await shop.place()
    await shop.commands.close_overdue(DUE + LATE / 2)
    assert (await shop.statuses())[late] == "placed"
    await shop.commands.close_overdue(DUE + LATE)
    assert (await shop.statuses())[late] == "closing"
    assert await shop.kept() == []


async def test_an_order_that_has_ended_otherwise_stays_as_it_is(shop: Shop) -> None:
    order_id = await shop.place()
    loaded = (await shop.orders.load([order_id]))[order_id]
    loaded.events += loaded.order.close(CANCELLED_BY_BUYER, PLACED)
    await shop.orders.save([loaded])
    await shop.commands.close_overdue(DUE)
    [after] = [one.order for one in (await shop.orders.load([order_id])).values()]
    assert (after.status, after.reason) == ("closing", CANCELLED_BY_BUYER)


async def test_of_more_orders_than_are_read_at_once_all_are_closed(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (limits, application):
        monkeypatch.setattr(module, "AT_ONCE", 2)
    monkeypatch.setattr("checkout.adapters.orders.AT_ONCE", 2)
    placed = [await shop.place(after=after) for after in (0.1, 0.2, 0.3, 0.4, 0.5)]
    async with asyncio.timeout(10):
        while any(document["look_at"] <= DUE for document in await shop.kept()):
            await shop.commands.close_overdue(DUE)
    assert await shop.statuses() == dict.fromkeys(placed, "closing")


async def test_a_deadline_that_was_not_stored_is_stored_with_the_next_order(shop: Shop) -> None:
    refuse = {"look_at": {"$type": "string"}}
    await shop.db.command("collMod", "deadlines", validator=refuse)
    with pytest.raises(BulkWriteError):
        await shop.place(after=0.1)
    await shop.db.command("collMod", "deadlines", validator={})
    order_id = await shop.place(after=0.2)
    await shop.commands.close_overdue(DUE)
    assert await shop.statuses() == {order_id: "closing"}


async def test_an_order_that_cannot_be_read_holds_up_no_other(shop: Shop) -> None:
    broken, other = await shop.place(after=0.1), await shop.place(after=1.1)
    await shop.db["orders_" + shop.mini_program_id].update_one({"_id": broken}, {"$unset": {"lines": 1}})
    await shop.commands.close_overdue(DUE + timedelta(seconds=1))
    assert await shop.statuses() == {broken: "placed", other: "closing"}
