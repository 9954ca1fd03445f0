"""An order costs catalog few round trips to MongoDB."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio
from catalog_support.warehouse import Warehouse
from pymongo import AsyncMongoClient
from pymongo.monitoring import (
    CommandFailedEvent,
    CommandListener,
    CommandStartedEvent,
    CommandSucceededEvent,
)

from catalog.application.order_facts import OrderFact
from runtime.mongo.client import Document, database


class Commands(CommandListener):
    """The names of the commands that were sent."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def started(self, event: CommandStartedEvent) -> None:
        self.names.append(event.command_name)

    def succeeded(self, event: CommandSucceededEvent) -> None: ...

    def failed(self, event: CommandFailedEvent) -> None: ...


@pytest_asyncio.fixture
async def counted(mongodb_uri: str, module_prefix: str) -> AsyncIterator[tuple[Warehouse, Commands]]:
    """A warehouse, and the commands that its client sends."""
    commands = Commands()
    client = AsyncMongoClient[Document](mongodb_uri, event_listeners=[commands])
    yield await Warehouse.of(database(client, f"{module_prefix}catalog"), 10, 10), commands
    await client.close()


async def test_each_step_of_an_order_costs_as_few_commands_as_possible(
    counted: tuple[Warehouse, Commands],
) -> None:
    warehouse, commands = counted

    async def sent(fact: OrderFact) -> list[str]:
        commands.names.clear()
        await warehouse.reserving.handle([fact])
        return list(commands.names)

    bought, cancelled, too_many = (warehouse.order(*q) for q in ((1, 1), (1, 1), (99, 1)))
    assert await sent(bought.placed) == ["aggregate", "update", "insert"]
    assert await sent(bought.paid) == ["find", "update", "update", "update"]
    assert await sent(cancelled.placed) == ["aggregate", "update", "insert"]
    assert await sent(cancelled.cancelled) == ["find", "update", "update"]
    assert await sent(bought.refunded) == ["find", "update", "update", "commitTransaction"]
    assert await sent(too_many.placed) == ["aggregate", "update", "find", "insert", "update"]


async def test_a_batch_costs_as_many_commands_as_one_order(counted: tuple[Warehouse, Commands]) -> None:
    warehouse, commands = counted
    orders = [warehouse.order(1, 0) for _ in range(5)]
    commands.names.clear()
    await warehouse.reserving.handle([order.placed for order in orders])
    await warehouse.reserving.handle([order.paid for order in orders])
    assert commands.names == ["aggregate", "update", "insert", "find", "update", "update", "update"]
