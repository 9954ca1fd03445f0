"""Who gets the last pieces: an order is out of stock only if others got what it lacks."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from catalog_support.warehouse import RECORDER, Warehouse

from catalog.adapters.mongo_reservations import MongoReservations
from catalog.application.reserving import Reserving
from catalog.domain.reservation import Lines
from runtime.mongo.client import Database


class Overtaken(MongoReservations):
    """Its first call holds the first lines, lets `other` go on, and then holds the rest."""

    def __init__(self, db: Database, other: Callable[[], Awaitable[None]], tried: asyncio.Event) -> None:
        super().__init__(db, RECORDER)
        self._other, self._tried = other, tried

    async def hold(self, wanted: Mapping[str, Lines]) -> bool:
        if self._tried.is_set():
            return await super().hold(wanted)
        await super().hold({order_id: lines[:1] for order_id, lines in wanted.items()})
        await self._other()
        held = await super().hold({order_id: lines[1:] for order_id, lines in wanted.items()})
        self._tried.set()
        return held


async def test_of_two_orders_for_the_same_two_last_pieces_one_gets_both(db: Database) -> None:
    warehouse = await Warehouse.of(db, 1, 1)
    first, second = warehouse.order(1, 1), warehouse.order(1, 1)
    overtaken, tried = asyncio.Event(), asyncio.Event()

    class Overtaking(MongoReservations):
        async def held(self, wanted: Mapping[str, Lines]) -> dict[str, Lines]:
            held = await super().held(wanted)
            overtaken.set()  # it has the second piece, and is not decided before the first order was tried
            await tried.wait()
            return held

    async def overtake() -> None:
        others.append(asyncio.create_task(Reserving(Overtaking(db, RECORDER)).handle([second.placed])))
        await overtaken.wait()

    async def until_others_are_done() -> None:
        await asyncio.gather(*others)

    others: list[asyncio.Task[None]] = []
    await Reserving(Overtaken(db, overtake, tried), until_others_are_done).handle([first.placed])
    assert [await warehouse.state(order) for order in (first, second)] == ["reserved", "rejected"]
    assert await warehouse.counts() == [(0, 1, 0), (0, 1, 0)]


async def test_what_an_order_of_the_same_batch_gives_back_goes_to_the_next(db: Database) -> None:
    warehouse = await Warehouse.of(db, 1, 1)
    neither, both = warehouse.order(2, 1), warehouse.order(0, 1)
    await warehouse.reserving.handle([neither.placed, both.placed])
    assert [await warehouse.state(order) for order in (neither, both)] == ["rejected", "reserved"]
    assert await warehouse.counts() == [(1, 0, 0), (0, 1, 0)]


async def test_an_order_that_holds_a_part_gives_up_before_one_that_holds_nothing(
    db: Database,
) -> None:
    warehouse = await Warehouse.of(db, 1, 0)
    neither, other = warehouse.order(1, 1), warehouse.order(1, 0)
    await warehouse.reserving.handle([neither.placed, other.placed])
    assert [await warehouse.state(order) for order in (neither, other)] == ["rejected", "reserved"]


async def test_many_orders_of_two_replicas_leave_nothing_that_one_of_them_lacks(db: Database) -> None:
    warehouse = await Warehouse.of(db, 3, 3, 3)
    orders = [warehouse.order(*((1, 1, 0), (0, 1, 1), (1, 0, 1))[n % 3]) for n in range(12)]

    async def long_pause() -> None:
        await asyncio.sleep(0.5)

    reserving = Reserving(MongoReservations(db, RECORDER), long_pause)
    await asyncio.gather(*(reserving.handle([order.placed]) for order in orders))
    left = [available for available, _, _ in await warehouse.counts()]
    rejected = [order for order in orders if await warehouse.state(order) == "rejected"]
    servable = [
        order
        for order in rejected
        if all(left[warehouse.sku_ids.index(sku)] >= quantity for sku, quantity in order.lines)
    ]
    assert not servable, f"left: {left}"
