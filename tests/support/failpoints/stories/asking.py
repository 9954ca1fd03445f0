"""Requests that are repeated, because an answer was lost or a service was paused."""

from __future__ import annotations

import secrets

from contracts.envelope import AGAIN
from runtime.kafka.publisher import Publisher, Record
from support.events import records_of, types_of, value_of
from support.failpoints.stories.shop import PRICE, STOCK, Shop, open_shop
from support.failpoints.world import World

HALF_AN_HOUR = 31 * 60
TOPICS = ("orders", "stock", "payments")


async def facts_are_asked_again(world: World) -> None:
    """Every event of a refunded and of a cancelled order is asked again: the answers are repeats, and nothing changes."""
    shop = await open_shop(world)
    refunded, cancelled = await shop.buy(), (await shop.place())["order_id"]
    await _refund_all(shop, refunded)
    await shop.link(cancelled)
    world.ahead("payment", 16 * 60)  # its link is dead
    try:
        await _cancel(shop, cancelled)
        await shop.until_status(cancelled, "cancelled")
    finally:
        world.ahead("payment", 0)
    before = [await _published(world, order_id) for order_id in (refunded, cancelled)]
    for order_id in (refunded, cancelled):
        for topic, types in (
            ("orders", {"OrderPlaced", "OrderCloseRequested", "RefundApproved"}),
            ("stock", {"StockReserved"}),
        ):
            counts = await _records(world, order_id)
            asked = await _ask_again(world, topic, order_id, types)
            assert asked, (topic, order_id)

            async def answered(order_id: str = order_id, more: int = counts + asked) -> bool:
                assert await _records(world, order_id) > more
                return True

            await world.until(answered, f"the answers about {order_id}")
    assert [await _published(world, order_id) for order_id in (refunded, cancelled)] == before
    await shop.until_stock(available=STOCK)


async def stock_does_not_answer(world: World) -> None:
    """Catalog is paused for minutes: checkout asks again, and the order goes on."""
    shop = await open_shop(world)
    with world.frozen("catalog"):
        order_id = (await shop.place())["order_id"]
        await _check(world, "checkout", 3 * 60)
        await _until_listed(world, order_id)
    await _no_longer_ahead(world, "checkout")
    await shop.pay(order_id)
    await shop.until_status(order_id, "paid")
    await shop.until_stock(available=STOCK - 1, sold=1)


async def payment_does_not_answer(world: World) -> None:
    """Payment is paused while an order is to be closed, and another's money is to be sent back."""
    shop = await open_shop(world)
    refunded = await shop.buy()
    with world.frozen("payment"):
        closing = (await shop.place())["order_id"]
        await _cancel(shop, closing)
        await _approve_refund(shop, refunded)
        await _check(world, "checkout", HALF_AN_HOUR)
        await _until_listed(world, closing)
        await _until_listed(world, f"{refunded}/")
    await _no_longer_ahead(world, "checkout")
    await shop.until_status(closing, "cancelled")
    await shop.until_status(refunded, "refunded")
    await shop.until_posted(refunded, 2)
    await shop.until_stock(available=STOCK)


async def deadline_is_lost(world: World) -> None:
    """The watch closes an order whose deadline is gone."""
    shop = await open_shop(world)
    order_id = (await shop.place())["order_id"]
    await shop.link(order_id)
    await world.db("checkout")["deadlines"].delete_many({"mini_program_id": shop.mini_program_id})
    world.ahead("payment", HALF_AN_HOUR)
    await _check(world, "checkout", HALF_AN_HOUR)
    try:
        await shop.until_status(order_id, "cancelled")
        await shop.until_stock(available=STOCK)
    finally:
        world.ahead("payment", 0)
        await _no_longer_ahead(world, "checkout")


async def receipt_deadline_is_lost(world: World) -> None:
    """The watch completes an order whose time for receipt has passed and whose deadline is gone."""
    shop = await open_shop(world)
    order_id = await shop.buy()
    await shop.ship(order_id)
    await world.db("checkout")["receipt_deadlines"].delete_one({"_id": order_id})
    await _check(world, "checkout", 11 * 24 * 60 * 60)

    async def completed() -> bool:
        orders = world.db("checkout")[f"orders_{shop.mini_program_id}"]
        return bool((await orders.find_one({"_id": order_id}))["status"] == "completed")

    try:
        await world.until(completed, f"{order_id} is completed")
    finally:
        await _no_longer_ahead(world, "checkout")


async def reservation_stays_held(world: World) -> None:
    """Checkout is paused: catalog asks again for the end of an order that it holds stock for."""
    shop = await open_shop(world)
    order_id = (await shop.place())["order_id"]
    await shop.link(order_id)
    with world.frozen("checkout"):
        await _check(world, "catalog", 60 * 60)

        async def asked() -> bool:
            records = await records_of(world.kafka, f"{world.prefix}stock")
            mine = [r for r in records if r.key == order_id.encode()]
            assert any(name == AGAIN[0] for r in mine for name, _ in r.headers), len(mine)
            return True

        await world.until(asked, "the reservation is announced again")
    await _no_longer_ahead(world, "catalog")
    await shop.pay(order_id)
    await shop.until_status(order_id, "paid")
    await shop.until_stock(available=STOCK - 1, sold=1)


async def _check(world: World, service: str, ahead: float) -> None:
    """Restart the service with a clock that is ahead: its `StalledWatch` checks at the start."""
    world.ahead(service, ahead)
    await world.db(service)["leases"].delete_many({"_id": "stalled"})
    await world.restart(service)


async def _no_longer_ahead(world: World, service: str) -> None:
    world.ahead(service, 0)


async def _until_listed(world: World, start: str) -> None:
    async def listed() -> bool:
        found = await world.db("checkout")["stalled"].find().to_list()
        assert any(start in str(document) for document in found), found
        return True

    await world.until(listed, f"{start} has stalled")


async def _ask_again(world: World, topic: str, order_id: str, types: set[str]) -> int:
    """Publish these events of the order again, asking for an answer; how many there are."""
    records = await records_of(world.kafka, f"{world.prefix}{topic}")
    first = {
        dict(r.headers)["ce_id"]: r
        for r, kind in zip(records, types_of(records), strict=True)
        if kind in types and value_of(r).get("order_id") == order_id
    }
    again = (AGAIN[0], AGAIN[1].encode())
    publisher = Publisher(world.kafka)
    await publisher.publish([Record(r.topic, r.key, r.value, (*r.headers, again)) for r in first.values()])
    await publisher.stop()
    return len(first)


async def _records(world: World, order_id: str) -> int:
    """All records about the order, repeats counted."""
    topics = [await records_of(world.kafka, f"{world.prefix}{topic}") for topic in TOPICS]
    return sum(record.key == order_id.encode() for records in topics for record in records)


async def _published(world: World, order_id: str) -> list[list[str]]:
    """The events about the order, repeats not counted."""
    return [await world.published(topic, order_id=order_id) for topic in TOPICS]


async def _cancel(shop: Shop, order_id: str) -> None:
    await shop.world.call(
        "checkout", "POST", f"{shop.orders_path}/{order_id}/cancellation", headers=shop.buyer
    )


async def _approve_refund(shop: Shop, order_id: str) -> None:
    body = {"reason": "a dent", "amount": {"amount": PRICE, "currency": "CNY"}}
    path = f"{shop.orders_path}/{order_id}/refunds"
    asked = await shop.world.call(
        "checkout", "POST", path, body, headers=shop.buyer, key=secrets.token_hex(8)
    )
    approval = f"/v1/owner/orders/{order_id}/refunds/{asked['refunds'][-1]['refund_id']}/approval"
    await shop.world.call("checkout", "POST", approval, headers=shop.owner, or_codes={"refused"})


async def _refund_all(shop: Shop, order_id: str) -> None:
    await _approve_refund(shop, order_id)
    await shop.until_status(order_id, "refunded")
    await shop.until_posted(order_id, 2)


STORIES = (
    facts_are_asked_again, stock_does_not_answer, payment_does_not_answer, deadline_is_lost, receipt_deadline_is_lost, reservation_stays_held,
)  # fmt: skip
