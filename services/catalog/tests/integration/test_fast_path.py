"""Every durable change is reported to the relay with its events, so that they are published without being read back."""

from __future__ import annotations

import pytest
from catalog_support import samples
from catalog_support.warehouse import Warehouse

from catalog.adapters.mongo_mini_programs import MongoMiniPrograms
from catalog.adapters.mongo_owner_stock import MongoOwnerStock
from catalog.adapters.mongo_reservations import MongoReservations
from catalog.application.caller import Caller
from catalog.application.reserving import Reserving
from catalog.application.stock_keeping import Quantity, StockKeeping
from catalog.domain import mini_program
from catalog.domain.errors import Refused
from catalog.domain.stock import StockLevel
from runtime.clock import system_clock
from runtime.ids import random_id
from runtime.mongo.client import Database
from runtime.outbox.changes import Change
from runtime.outbox.recorder import Recorded, Recorder


def types(recorded: Recorded) -> list[str]:
    return [entry["type"] for entry in recorded.entries]


async def test_an_orders_changes_are_reported_in_the_order_of_its_versions(db: Database) -> None:
    reported: list[Recorded] = []
    warehouse = await Warehouse.of(db, 5)
    order = warehouse.order(2)
    store = MongoReservations(db, Recorder(system_clock, random_id, reported.append))
    for fact in (order.placed, order.paid, order.refunded, order.refunded):
        await Reserving(store).handle([fact])
    assert [(r.aggregate[1], r.before, r.version) for r in reported] == [
        (order.order_id, 0, 1),
        (order.order_id, 1, 2),
        (order.order_id, 2, 3),
    ]
    assert [types(r) for r in reported] == [
        ["anchorage.StockReserved.v1"],
        ["anchorage.StockCommitted.v1"],
        ["anchorage.StockReleased.v1"],
    ]


async def test_an_adjustment_is_reported_once_it_is_committed(db: Database) -> None:
    reported: list[Recorded] = []
    levels: list[StockLevel] = []
    recorder = Recorder(system_clock, random_id, reported.append)
    warehouse = await Warehouse.of(db, 5)
    programs, stock = MongoMiniPrograms(db, recorder), MongoOwnerStock(db, recorder, levels.append)
    program_id = "shop" + random_id()[:8]
    registered, _ = mini_program.register(program_id, samples.PROGRAM)
    await programs.change(program_id, lambda _: Change(registered))
    sku_id = warehouse.sku_ids[0]
    await db["stock"].update_one({"_id": sku_id}, {"$set": {"mini_program_id": program_id}})
    keeping = StockKeeping(stock, programs, system_clock, random_id)
    reported.clear()

    await keeping.adjust(Caller(None), Quantity(sku_id, 9, None), None)
    await keeping.adjust(Caller(None), Quantity(sku_id, 9, None), None)
    with pytest.raises(Refused):
        await keeping.adjust(Caller(None), Quantity(sku_id, None, -10), None)
    [adjusted] = reported
    stored = await db["adjustments"].find_one({"_id": adjusted.aggregate[1]}) or {}
    assert (stored["sku_id"], stored["change"]) == (sku_id, 4)
    assert types(adjusted) == ["anchorage.StockAdjusted.v2", "anchorage.StockAdjusted.v1"]
    assert [entry["key"] for entry in adjusted.entries] == [adjusted.aggregate[1]] * 2
    assert [(level.available, level.version) for level in levels] == [(9, stored["after"]["version"])]
