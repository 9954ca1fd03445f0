"""Pages over the orders of many mini programs."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio
from checkout_support.samples import NOW, placed_order

from checkout.adapters.mongo_order_search import CONCURRENT, WITH_REFUND, MongoOrderSearch, prepare_search
from checkout.adapters.mongo_orders import MongoOrders, OrderCollections
from checkout.application.ports import OrderFilter, Position
from runtime.clock import system_clock
from runtime.ids import random_id
from runtime.mongo.client import connect, database
from runtime.outbox.changes import Change
from runtime.outbox.recorder import Recorder

MINI_PROGRAMS = [f"mp{n:06d}" for n in range(2 * CONCURRENT + 1)]


@pytest_asyncio.fixture
async def collections(mongodb_uri: str, module_prefix: str) -> AsyncIterator[OrderCollections]:
    client = connect(mongodb_uri)
    try:
        yield OrderCollections(database(client, f"{module_prefix}search{secrets.token_hex(3)}"))
    finally:
        await client.close()


@pytest.mark.parametrize("filters", [OrderFilter(), OrderFilter(updated_since=NOW)])
async def test_pages_over_many_mini_programs_hold_every_order_once_and_in_order(
    collections: OrderCollections, filters: OrderFilter
) -> None:
    orders = [
        placed_order(
            f"{mini_program_id}_{secrets.token_hex(10)}",
            mini_program_id=mini_program_id,
            placed_at=NOW + timedelta(seconds=n % 3),
        )
        for mini_program_id in MINI_PROGRAMS
        for n in range(3)
    ]
    await MongoOrders(collections, Recorder(system_clock, random_id)).insert([Change(o) for o in orders])
    search, listed = MongoOrderSearch(collections), list[Position]()
    while page := await search.find(MINI_PROGRAMS, filters, after=listed[-1] if listed else None, limit=7):
        assert [order.order_id for _, order in page] == [order_id for (_, order_id), _ in page]
        listed += [position for position, _ in page]
    assert listed == sorted(listed, reverse=filters.updated_since is None)
    assert sorted(order_id for _, order_id in listed) == sorted(order.order_id for order in orders)


async def test_orders_with_a_refund_are_found_without_reading_the_others(
    collections: OrderCollections,
) -> None:
    [mini_program_id, *_] = MINI_PROGRAMS
    orders = [
        placed_order(
            f"{mini_program_id}_{secrets.token_hex(10)}",
            mini_program_id=mini_program_id,
            placed_at=NOW + timedelta(seconds=n),
        )
        for n in range(300)
    ]
    await MongoOrders(collections, Recorder(system_clock, random_id)).insert([Change(o) for o in orders])
    stored = collections.of(mini_program_id)
    await prepare_search(stored)
    await stored.update_one({"_id": orders[0].order_id}, {"$set": {"refunds": [{"status": "settled"}]}})
    found = stored.find(WITH_REFUND["any"]).sort([("placed_at", -1), ("_id", -1)]).limit(20)
    statistics = (await found.explain())["executionStats"]
    assert (statistics["nReturned"], statistics["totalDocsExamined"]) == (1, 1)
