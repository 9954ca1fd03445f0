"""If the process dies at any step and Kafka delivers the batch again, stock is as if nothing had happened."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from catalog_support.warehouse import RECORDER, Interrupted, Interruptible, Warehouse, handle_until_done

from catalog.adapters.mongo_reservations import MongoReservations
from catalog.application.reserving import Reserving
from catalog.application.stalled_reservations import LeftOverHolds
from catalog.domain.reservation import State
from runtime.mongo.client import Database

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
POINTS = [
    pytest.param(name, after, id=f"{'after' if after else 'before'} {name}")
    for name in (
        "load_for_reserving",
        "hold",
        "held",
        "insert",
        "release_holds",
        "sell_holds",
        "forget_sold",
        "advance",
        "find",
        "return_sold",
    )
    for after in (False, True)
]


@pytest.mark.parametrize(("name", "after"), POINTS)
async def test_a_batch_that_is_interrupted_anywhere_and_repeated_has_its_effect_once(
    db: Database, name: str, after: bool
) -> None:
    """One batch with everything: held, held in part, sold, released, returned, and cancelled before it was placed."""
    warehouse = await Warehouse.of(db, 10, 3)
    reserved, rejected, bought, cancelled, returned = (
        warehouse.order(*q) for q in ((2, 2), (1, 2), (1, 0), (3, 1), (4, 0))
    )
    early = warehouse.order(1, 1)
    batch = [
        reserved.placed, bought.placed, cancelled.placed, rejected.placed, early.cancelled,
        bought.paid, cancelled.cancelled, early.placed,
    ]  # fmt: skip
    more = [returned.placed, returned.paid, returned.refunded]
    stores = [Interruptible(db, name, after=after) for _ in range(2)]
    await handle_until_done(warehouse, stores[0], batch)
    await handle_until_done(warehouse, stores[1], more)
    assert any(store.died for store in stores)
    await warehouse.reserving.handle([*batch, *more])

    assert await warehouse.counts() == [(7, 2, 1), (1, 2, 0)]
    assert await warehouse.events(reserved) == ["StockReserved"]
    assert await warehouse.events(rejected) == ["StockRejected"]
    assert await warehouse.events(bought) == ["StockReserved", "StockCommitted"]
    assert await warehouse.events(cancelled) == ["StockReserved", "StockReleased"]
    assert await warehouse.events(early) == ["StockRejected"]
    assert await warehouse.events(returned) == ["StockReserved", "StockCommitted", "StockReleased"]


@pytest.mark.parametrize(("name", "after"), POINTS[:12])
async def test_an_order_whose_product_is_delisted_between_two_deliveries_holds_nothing(
    db: Database, name: str, after: bool
) -> None:
    warehouse = await Warehouse.of(db, 5)
    order = warehouse.order(2)
    store = Interruptible(db, name, after=after)
    with suppress(Interrupted):  # `held` is not called if everything could be held
        await Reserving(store).handle([order.placed])
    decided = await warehouse.state(order)
    await db["products"].update_one({"_id": warehouse.product_id}, {"$set": {"listed": False}})
    await warehouse.reserving.handle([order.placed])
    expected = (3, 2, 0) if decided == "reserved" else (5, 0, 0)
    assert await warehouse.counts() == [expected]


async def test_two_replicas_that_handle_the_same_records_at_once_agree(db: Database) -> None:
    warehouse = await Warehouse.of(db, 20, 7)
    orders = [warehouse.order(n % 3 + 1, n % 2) for n in range(20)]
    batch = [o.placed for o in orders]
    await asyncio.gather(*(warehouse.reserving.handle(batch) for _ in range(3)))
    reserved = [o for o in orders if await warehouse.state(o) == "reserved"]
    [first, second] = await warehouse.counts()
    assert first[1] == sum(dict(o.lines)[warehouse.sku_ids[0]] for o in reserved)
    assert second[1] == sum(dict(o.lines).get(warehouse.sku_ids[1], 0) for o in reserved)


@pytest.mark.parametrize(
    ("facts", "counts", "state"),
    [
        (("placed", "cancelled"), (5, 0, 0), "released"),
        (("placed", "paid"), (3, 0, 2), "committed"),
        (("placed", "paid", "refunded"), (5, 0, 0), "returned"),
    ],
)
async def test_a_replica_that_was_paused_holds_nothing_for_an_order_that_has_moved_on(
    db: Database, facts: tuple[str, ...], counts: tuple[int, int, int], state: str
) -> None:
    warehouse = await Warehouse.of(db, 5)
    order = warehouse.order(2)

    class Sleepy(MongoReservations):
        """Between its read and its holds, another replica handles the whole order."""

        async def hold(self, wanted: Any) -> bool:
            await warehouse.reserving.handle([getattr(order, fact) for fact in facts])
            return await super().hold(wanted)

    await Reserving(Sleepy(db, RECORDER)).handle([order.placed])
    await warehouse.reserving.handle([order.paid] if "paid" in facts else [])
    assert await warehouse.counts() == [counts]
    assert await warehouse.state(order) == state


async def test_a_hold_that_a_dead_replica_left_behind_is_released_when_the_order_is_delivered_again(
    db: Database,
) -> None:
    warehouse = await Warehouse.of(db, 5)
    order = warehouse.order(2)
    await warehouse.reserving.handle([order.placed, order.paid])
    await MongoReservations(db, RECORDER).hold({order.order_id: order.lines})
    await warehouse.reserving.handle([order.placed])
    assert await warehouse.counts() == [(3, 0, 2)]


async def test_a_replica_that_is_late_cannot_hold_again_what_is_being_sold(db: Database) -> None:
    warehouse = await Warehouse.of(db, 5)
    order = warehouse.order(2)
    await warehouse.reserving.handle([order.placed])

    class Dying(MongoReservations):
        """After the sale, a late replica wants to hold; then this one dies."""

        async def advance(self, changes: Any, before: State) -> bool:
            await MongoReservations(db, RECORDER).hold({order.order_id: order.lines})
            raise Interrupted

    with suppress(Interrupted):
        await Reserving(Dying(db, RECORDER)).handle([order.paid])
    await warehouse.reserving.handle([order.paid])
    assert await warehouse.counts() == [(3, 0, 2)]
    assert await warehouse.holds() == [{}]


@pytest.mark.parametrize(
    ("facts", "counts"),
    [
        (("placed", "cancelled"), (9, 0, 0)),
        (("placed", "paid"), (7, 0, 2)),
        (("placed", "paid", "refunded"), (9, 0, 0)),
    ],
)
async def test_what_a_replica_held_too_late_before_it_died_is_released_at_the_next_check(
    db: Database, facts: tuple[str, ...], counts: tuple[int, int, int]
) -> None:
    warehouse = await Warehouse.of(db, 9)
    order, open_order, undecided = warehouse.order(2), warehouse.order(1), warehouse.order(1)
    store = MongoReservations(db, RECORDER)
    await warehouse.reserving.handle([getattr(order, fact) for fact in facts])
    await warehouse.reserving.handle([open_order.placed])
    await store.hold({o.order_id: o.lines for o in (order, undecided)})
    source = LeftOverHolds(store)
    found = [stalled async for stalled in source.find(NOW) if stalled.id == order.order_id]
    for stalled in found:
        await source.ask_again(stalled)
    available, reserved, sold = counts
    assert await warehouse.counts() == [(available - 2, reserved + 2, sold)]
    assert await warehouse.holds() == [{open_order.order_id: 1, undecided.order_id: 1}]
    assert [s async for s in source.find(NOW) if s.id in (order.order_id, open_order.order_id)] == []


async def test_an_event_continues_the_trace_of_the_fact_it_follows(db: Database) -> None:
    warehouse = await Warehouse.of(db, 5)
    order = warehouse.order(1)
    traces = {h: f"00-{n:032x}-{n:016x}-01" for n, h in enumerate(("placed", "paid", "refunded"), 1)}
    facts = [replace(getattr(order, h), traceparent=trace) for h, trace in traces.items()]
    await warehouse.reserving.handle(facts)
    document = await db["reservations"].find_one({"_id": order.order_id}) or {}
    recorded = [entry["traceparent"] for _, entry in sorted(document["outbox"].items())]
    assert recorded == list(traces.values())
