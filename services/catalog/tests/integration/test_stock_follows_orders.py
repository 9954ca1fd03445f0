"""Stock follows orders over real Kafka and real MongoDB."""

from __future__ import annotations

import asyncio
import secrets
from typing import Any

from catalog_support.shop import Shop, a_product

from contracts.checkout import OrderPlaced


async def told_of(shop: Shop, order_id: str, *names: str) -> list[dict[str, Any]]:
    """The stock events of an order, once these are there."""

    async def there() -> list[dict[str, Any]]:
        events = await shop.told("stock", order_id)
        assert [e["event"] for e in events] == list(names), events
        return events

    return await shop.eventually(there, within=20, what=f"{names} for {order_id}")


async def test_a_placed_order_holds_its_pieces_and_a_paid_one_has_them(shop: Shop) -> None:
    await shop.open(stock=5)
    order_id = shop.new_order()
    placed = shop.placed(order_id, (shop.sku_id, 2))
    await shop.tell(placed)
    [reserved] = await told_of(shop, order_id, "StockReserved")
    assert reserved["lines"] == [{"sku_id": shop.sku_id, "quantity": 2}]
    assert reserved["order"] == placed.model_dump(mode="json", exclude_none=True)
    stock = await shop.stock()
    assert (stock["available"], stock["reserved"], stock["sold"]) == (3, 2, 0)

    await shop.tell(shop.paid(order_id, (shop.sku_id, 2)))
    await told_of(shop, order_id, "StockReserved", "StockCommitted")
    stock = await shop.stock()
    assert (stock["available"], stock["reserved"], stock["sold"]) == (3, 0, 2)


async def test_a_cancelled_order_gives_its_pieces_back_once(shop: Shop) -> None:
    await shop.open(stock=5)
    order_id = shop.new_order()
    placed, cancelled = shop.placed(order_id), shop.cancelled(order_id)
    await shop.tell(placed, cancelled, placed, cancelled)
    await told_of(shop, order_id, "StockReserved", "StockReleased")
    assert (await shop.stock())["available"] == 5


async def test_a_refund_before_shipment_puts_the_pieces_back_and_one_after_it_does_not(shop: Shop) -> None:
    await shop.open(stock=5)
    back, kept = shop.new_order(), shop.new_order()
    await shop.tell(*[shop.placed(o) for o in (back, kept)], *[shop.paid(o) for o in (back, kept)])
    await shop.tell(shop.refunded(kept, release_stock=False), shop.refunded(back), shop.refunded(back))
    await told_of(shop, back, "StockReserved", "StockCommitted", "StockReleased")
    stock = await shop.stock()
    assert (stock["available"], stock["sold"]) == (4, 1)


async def test_an_order_cancelled_before_it_was_seen_holds_nothing(shop: Shop) -> None:
    await shop.open(stock=5)
    order_id = shop.new_order()
    await shop.tell(shop.cancelled(order_id))
    await shop.tell(shop.placed(order_id))
    [rejected] = await told_of(shop, order_id, "StockRejected")
    assert rejected["reason"] == "cancelled_before"
    assert (await shop.stock())["available"] == 5


async def test_a_hundred_buyers_of_thirty_items_buy_exactly_thirty(shop: Shop) -> None:
    await shop.open(stock=30)
    orders = [shop.new_order() for _ in range(100)]
    await asyncio.gather(*(shop.tell(*map(shop.placed, orders[n::4])) for n in range(4)))

    async def decided() -> bool:
        found = shop.service.db["reservations"].find({"_id": {"$in": orders}}, {"state": 1})
        states = [d["state"] async for d in found]
        assert len(states) == 100, len(states)
        assert states.count("reserved") == 30
        assert states.count("rejected") == 70
        return True

    await shop.eventually(decided, within=20, what="100 decisions")
    stock = await shop.stock()
    assert (stock["available"], stock["reserved"]) == (0, 30)


async def test_an_order_gets_all_its_lines_or_none(shop: Shop) -> None:
    await shop.open(stock=5)
    scarce = "s" + secrets.token_hex(6)
    await shop.must("PUT", shop.product_path("p" + scarce), shop.as_owner, a_product(scarce, 1))
    order_id = shop.new_order()
    whole = shop.whole(order_id, (shop.sku_id, 2), (scarce, 2))
    lines = (whole["lines"][0], whole["lines"][1].model_copy(update={"product_id": "p" + scarce}))
    placed = shop.placed(order_id).model_copy(update={"lines": lines})
    assert isinstance(placed, OrderPlaced)
    await shop.tell(placed)
    [rejected] = await told_of(shop, order_id, "StockRejected")
    assert rejected["reason"] == "out_of_stock"

    async def all_back() -> bool:
        return (await shop.stock())["available"] == 5 and (await shop.stock(scarce))["available"] == 1

    await shop.eventually(all_back, what="the first line to be given back")


async def test_nothing_is_held_of_what_is_delisted_suspended_or_another_shops(shop: Shop) -> None:
    await shop.open()
    foreign = await Shop(shop.service, shop.issuer, shop.kafka, shop.prefix, shop.eventually).open()
    orders = {name: shop.new_order() for name in ("foreign", "unknown", "delisted", "suspended")}
    await shop.tell(
        shop.placed(orders["foreign"], (foreign.sku_id, 1), product_id=foreign.product_id),
        shop.placed(orders["unknown"], ("no-such-sku", 1)),
    )
    for name in ("foreign", "unknown"):
        [rejected] = await told_of(shop, orders[name], "StockRejected")
        assert rejected["reason"] == "delisted"
    await shop.must("DELETE", shop.product_path(), shop.as_owner)
    await shop.tell(shop.placed(orders["delisted"]))
    [rejected] = await told_of(shop, orders["delisted"], "StockRejected")
    assert rejected["reason"] == "delisted"
    await shop.must("PUT", shop.product_path(), shop.as_owner, a_product(shop.sku_id))
    suspension = f"/v1/ops/mini-programs/{shop.mini_program_id}/suspension"
    await shop.must("POST", suspension, shop.as_operator, {"reason": "counterfeits"})
    await shop.tell(shop.placed(orders["suspended"]))
    [rejected] = await told_of(shop, orders["suspended"], "StockRejected")
    assert rejected["reason"] == "suspended"
    assert (await shop.stock())["reserved"] == (await foreign.stock())["reserved"] == 0


async def test_an_event_that_can_never_be_legal_goes_to_the_dead_letters_and_the_rest_goes_on(
    shop: Shop,
) -> None:
    await shop.open()
    illegal, legal = shop.new_order(), shop.new_order()
    await shop.tell(shop.paid(illegal), shop.placed(legal))
    await told_of(shop, legal, "StockReserved")

    async def set_aside() -> bool:
        assert [e["event"] for e in await shop.told("orders.dlq", illegal)] == ["OrderPaid"]
        return True

    await shop.eventually(set_aside, within=20, what="the dead letter")
    assert (await shop.stock())["sold"] == 0
