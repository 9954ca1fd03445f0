"""What cannot be published or read, comes in the wrong order, or is left by a process that stops."""

from __future__ import annotations

import asyncio
import json
import secrets
import signal
from datetime import UTC, datetime
from typing import Any

from contracts.catalog import StockReserved
from contracts.checkout import OrderCancelled, OrderPlaced
from runtime.kafka.publisher import Publisher, Record
from support.events import records_of, tell
from support.failpoints.places import ROOT
from support.failpoints.stories.shop import STOCK, open_shop
from support.failpoints.world import World

MORE_THAN_A_BATCH = 110
"""Orders: the relay reads outboxes in batches of a hundred."""


async def history_is_lost(world: World) -> None:
    """The relay finds no history to go on from: it reads all outboxes, and nothing is missing."""
    shop = await open_shop(world)
    await world.call(
        "catalog", "PUT", f"/v1/owner/skus/{shop.sku_id}/stock", {"available": 200}, headers=shop.owner
    )
    orders = await asyncio.gather(*(shop.place() for _ in range(MORE_THAN_A_BATCH)))
    unreadable = {"$set": {"token": {"_data": "00"}}}
    with world.frozen("checkout"):
        await world.db("checkout")["relay"].update_one({"_id": "outbox"}, unreadable)
        await world.restart("checkout")

    async def read_all() -> bool:
        found = await world.db("checkout")["relay"].find_one({"_id": "outbox"})
        assert found.get("token") != {"_data": "00"}, found
        return True

    await world.until(read_all, "a new position")
    for order in (orders[0], orders[-1]):
        await shop.until_published("orders", order["order_id"], "OrderPlaced", "OrderConfirmed")


async def event_cannot_be_published(world: World) -> None:
    """An entry that is no event holds up its own aggregate only, and none once it is mended."""
    shop = await open_shop(world)
    bought = await shop.buy()
    orders = world.db("checkout")[f"orders_{shop.mini_program_id}"]
    broken = f"{shop.mini_program_id}_{secrets.token_hex(13)}"
    entry = {"id": secrets.token_hex(8), "type": None, "time": datetime.now(UTC)}
    await orders.insert_one(
        {"_id": broken, "version": 1, "status": "completed", "outbox": {"00000001_000": entry}}
    )
    set_aside = world.db("checkout")["set_aside"]

    async def is_set_aside() -> bool:
        return await set_aside.find_one({"id": broken}) is not None

    await world.until(is_set_aside, "the broken entry is set aside")
    position = await world.db("checkout")["relay"].find_one({"_id": "outbox"})
    second = (await shop.place())["order_id"]
    await shop.pay(second)
    await shop.until_status(second, "paid")

    async def has_moved_on() -> bool:
        moved: bool = position != await world.db("checkout")["relay"].find_one({"_id": "outbox"})
        return moved

    await world.until(has_moved_on, "the relay's position is behind the broken entry")
    good = next(iter((await orders.find_one({"_id": bought}))["outbox"].values()))
    await orders.update_one({"_id": broken}, {"$set": {"outbox.00000001_000": good}})  # mended by hand
    await world.restart("checkout")

    async def is_released() -> bool:
        return await set_aside.find_one({"id": broken}) is None

    try:
        await world.until(is_released, "nothing is set aside any more")
    finally:
        await orders.delete_one({"_id": broken})


async def record_cannot_be_read(world: World) -> None:
    """A record that is no event goes to the dead letters, and the orders after it go on."""
    shop = await open_shop(world)
    key = secrets.token_hex(8)
    headers = (("ce_type", b"anchorage.StockReserved.v1"), ("ce_id", key.encode()))
    publisher = Publisher(world.kafka)
    await publisher.publish([Record(f"{world.prefix}stock", key.encode(), b"{}", headers)])
    await publisher.stop()

    async def is_there() -> bool:
        letters = await records_of(world.kafka, f"{world.prefix}stock.dlq")
        return any(letter.key == key.encode() for letter in letters)

    await world.until(is_there, "the dead letter")
    await shop.buy()


async def fact_is_about_nothing(world: World) -> None:
    """A fact about an order that checkout never had goes to the dead letters, and other orders go on."""
    shop = await open_shop(world)
    order_id = f"{shop.mini_program_id}_{secrets.token_hex(13)}"
    ours = {"order_id": order_id, "mini_program_id": shop.mini_program_id}
    await tell(world.kafka, world.prefix, StockReserved.model_validate(_sample("StockReserved") | ours))

    async def is_there() -> bool:
        letters = await records_of(world.kafka, f"{world.prefix}stock.dlq")
        mine = [dict(letter.headers) for letter in letters if letter.key == order_id.encode()]
        return any(b"checkout" in b"".join(headers.values()) for headers in mine)

    await world.until(is_there, "the dead letter")
    await shop.buy()


async def order_ends_before_it_is_known(world: World) -> None:
    """Catalog learns that an order is cancelled before it learns of the order: it never holds stock for it."""
    shop = await open_shop(world)
    order_id = f"{shop.mini_program_id}_{secrets.token_hex(13)}"
    ours = {"order_id": order_id, "mini_program_id": shop.mini_program_id}
    placed = _sample("OrderPlaced")
    lines = [placed["lines"][0] | {"product_id": shop.product_id, "sku_id": shop.sku_id}]
    cancelled = _sample("OrderCancelled")
    reservations = world.db("catalog")["reservations"]
    await tell(world.kafka, world.prefix, OrderCancelled.model_validate(cancelled | ours))
    await world.until(lambda: reservations.find_one({"_id": order_id}), "the cancellation")
    await tell(world.kafka, world.prefix, OrderPlaced.model_validate(placed | ours | {"lines": lines}))
    await shop.until_published("stock", order_id, "StockRejected")
    await shop.until_stock(available=STOCK)


def _sample(event: str) -> dict[str, Any]:
    samples = ROOT / "libs" / "contracts" / "samples"
    return dict(json.loads((samples / f"anchorage.{event}.v1.json").read_text(encoding="utf-8")))


async def checkout_stops_in_order(world: World) -> None:
    """SIGTERM, then the next process goes on."""
    shop = await open_shop(world)
    await shop.buy()  # so its relay leads
    order_id = (await shop.place())["order_id"]
    await world.restart("checkout", signal.SIGTERM)
    await shop.pay(order_id)
    await shop.until_status(order_id, "paid")
    await shop.until_published("orders", order_id, "OrderPlaced", "OrderPaid")


STORIES = (
    history_is_lost, event_cannot_be_published, record_cannot_be_read, fact_is_about_nothing,
    order_ends_before_it_is_known, checkout_stops_in_order,
)  # fmt: skip
