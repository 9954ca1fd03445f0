"""A reservation that is held for too long is asked about, and a placed order that is asked again gets its answer again."""

from __future__ import annotations

from datetime import timedelta

from catalog_support.shop import Shop

from catalog.adapters.mongo_reservations import MongoReservations
from catalog.application.stalled_reservations import StalledReservations
from contracts.topics import STOCK
from runtime.clock import system_clock
from runtime.consuming.records import headers_of
from runtime.outbox.announcer import Announcer
from runtime.stalled import Stalled
from support.events import records_of, tell, types_of


async def asked_again(shop: Shop, order_id: str) -> list[str]:
    records = await records_of(shop.kafka, shop.prefix + STOCK.name)
    return types_of(
        [r for r in records if r.key == order_id.encode() and headers_of(r).get("ce_again") == "true"]
    )


async def test_checkout_is_asked_about_a_reservation_long_after_the_orders_deadline(shop: Shop) -> None:
    await shop.open()
    db = shop.service.db
    announcer = Announcer(lambda _: db["reservations"], shop.service.publisher, shop.prefix)
    source = StalledReservations(MongoReservations(db, shop.service.recorder), announcer)
    held, sold = shop.new_order(), shop.new_order()
    await shop.publish(shop.placed(held), shop.placed(sold), shop.paid(sold))
    await shop.expect_events("stock", held, "StockReserved")
    await shop.expect_events("stock", sold, "StockReserved", "StockCommitted")

    async def found(later: timedelta) -> list[Stalled]:
        return [s async for s in source.find(system_clock() + later) if s.id in (held, sold)]

    assert await found(timedelta(minutes=1)) == []
    [stalled] = await found(timedelta(days=30))
    assert (stalled.id, stalled.state) == (held, "reserved")
    await source.ask_again(stalled)
    assert await asked_again(shop, held) == ["StockReserved"]


async def test_a_placed_order_that_is_asked_again_is_answered_again_and_holds_no_more(shop: Shop) -> None:
    await shop.open()
    order_id = shop.new_order()
    placed = shop.placed(order_id)
    await shop.publish(placed)
    await shop.expect_events("stock", order_id, "StockReserved")
    before = await shop.stock()
    await tell(shop.kafka, shop.prefix, placed, again=True)
    answers = await shop.eventually(lambda: asked_again(shop, order_id), what="the answer to be given again")
    assert answers == ["StockReserved"]
    assert await shop.stock() == before
