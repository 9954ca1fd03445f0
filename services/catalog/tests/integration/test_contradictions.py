"""An event about an order that contradicts its reservation moves no stock, and the good ones next to it do."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import replace

import pytest
import pytest_asyncio
from catalog_support.warehouse import Warehouse

from catalog.application.order_facts import OrderFact
from runtime.errors import FactMismatch
from runtime.mongo.client import connect, database


@pytest_asyncio.fixture
async def warehouse(mongodb_uri: str, module_prefix: str) -> AsyncIterator[Warehouse]:
    client = connect(mongodb_uri)
    yield await Warehouse.of(database(client, f"{module_prefix}catalog"), 10, 10)
    await client.close()


def of_another_shop(fact: OrderFact) -> OrderFact:
    return replace(fact, mini_program_id="foodshop")


def of_fewer_pieces(fact: OrderFact) -> OrderFact:
    return replace(fact, lines=fact.lines[:1])


@pytest.mark.parametrize("forge", [of_another_shop, of_fewer_pieces])
async def test_a_payment_that_contradicts_the_reservation_sells_nothing(
    warehouse: Warehouse, forge: Callable[[OrderFact], OrderFact]
) -> None:
    forged, honest = warehouse.order(2, 1), warehouse.order(1, 0)
    await warehouse.reserving.handle([forged.placed, honest.placed])
    with pytest.raises(FactMismatch):
        await warehouse.reserving.handle([forge(forged.paid), honest.paid])
    assert await warehouse.counts() == [(7, 2, 1), (9, 1, 0)]
    assert (await warehouse.state(forged), await warehouse.state(honest)) == ("reserved", "committed")


async def test_another_shops_cancellation_releases_nothing(warehouse: Warehouse) -> None:
    order = warehouse.order(2, 1)
    await warehouse.reserving.handle([order.placed])
    with pytest.raises(FactMismatch, match="mini_program foodshop, our record says teashop1"):
        await warehouse.reserving.handle([of_another_shop(order.cancelled)])
    assert await warehouse.counts() == [(8, 2, 0), (9, 1, 0)]


async def test_a_refund_of_other_lines_returns_nothing(warehouse: Warehouse) -> None:
    order = warehouse.order(2, 1)
    await warehouse.reserving.handle([order.placed, order.paid])
    with pytest.raises(FactMismatch, match="lines"):
        await warehouse.reserving.handle([of_fewer_pieces(order.refunded)])
    assert await warehouse.counts() == [(8, 0, 2), (9, 0, 1)]
