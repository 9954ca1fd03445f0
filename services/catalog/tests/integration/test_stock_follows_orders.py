"""Stock follows orders over real Kafka and real MongoDB."""

from __future__ import annotations

import asyncio
import secrets

from catalog_support.shop import Shop, a_product

from contracts.checkout import OrderPlaced


async def test_a_placed_order_holds_its_pieces_and_a_paid_one_buys_them(shop: Shop) -> None:
    await shop.open(stock=5)
    order_id = shop.new_order()
    placed = shop.placed(order_id, (shop.sku_id, 2))
    await shop.publish(placed)
    [reserved] = await shop.expect_events("stock", order_id, "StockReserved")
    assert reserved["lines"] == [{"sku_id": shop.sku_id, "quantity": 2}]
    assert reserved["order"] == placed.model_dump(mode="json", exclude_none=True)
    stock = await shop.stock()
    assert (stock["available"], stock["reserved"], stock["sold"]) == (3, 2, 0)

    await shop.publish(shop.paid(order_id, (shop.sku_id, 2)))
    await shop.expect_events("stock", order_id, "StockReserved", "StockCommitted")
    stock = await shop.stock()
    assert (stock["available"], stock["reserved"], stock["sold"]) == (3, 0, 2)


async def test_a_cancelled_order_releases_its_pieces_once(shop: Shop) -> None:
    await shop.open(stock=5)
    order_id = shop.new_order()
    placed, cancelled = shop.placed(order_id), shop.cancelled(order_id)
    await shop.publish(placed, cancelled, placed, cancelled)
    await shop.expect_events("stock", order_id, "StockReserved", "StockReleased")
    assert (await shop.stock())["available"] == 5


async def test_a_refund_before_shipment_returns_the_pieces_and_one_after_it_does_not(shop: Shop) -> None:
    await shop.open(stock=5)
    returned, shipped = shop.new_order(), shop.new_order()
    await shop.publish(
        *[shop.placed(o) for o in (returned, shipped)], *[shop.paid(o) for o in (returned, shipped)]
    )
    await shop.publish(
        shop.refunded(shipped, release_stock=False), shop.refunded(returned), shop.refunded(returned)
    )
    await shop.expect_events("stock", returned, "StockReserved", "StockCommitted", "StockReleased")
    stock = await shop.stock()
    assert (stock["available"], stock["sold"]) == (4, 1)


async def test_a_refund_in_full_after_a_part_was_sent_returns_the_pieces_that_were_not(shop: Shop) -> None:
    await shop.open(stock=5)
    order_id = shop.new_order()
    lines = ((shop.sku_id, 3),)
    refunded = shop.refunded(order_id, *lines, release_stock=False, unsent=[(shop.sku_id, 2)])
    await shop.publish(shop.placed(order_id, *lines), shop.paid(order_id, *lines), refunded, refunded)
    *_, released = await shop.expect_events(
        "stock", order_id, "StockReserved", "StockCommitted", "StockReleased"
    )
    assert released["lines"] == [{"sku_id": shop.sku_id, "quantity": 2}]
    stock = await shop.stock()
    assert (stock["available"], stock["sold"]) == (4, 1)


async def test_an_order_that_is_cancelled_before_it_is_placed_holds_nothing(shop: Shop) -> None:
    await shop.open(stock=5)
    order_id = shop.new_order()
    await shop.publish(shop.cancelled(order_id))
    await shop.publish(shop.placed(order_id))
    [rejected] = await shop.expect_events("stock", order_id, "StockRejected")
    assert rejected["reason"] == "cancelled_before"
    assert (await shop.stock())["available"] == 5


async def test_a_hundred_buyers_of_thirty_items_buy_exactly_thirty(shop: Shop) -> None:
    await shop.open(stock=30)
    orders = [shop.new_order() for _ in range(100)]
    await asyncio.gather(*(shop.publish(*map(shop.placed, orders[n::4])) for n in range(4)))

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
    fields = shop.order_fields(order_id, (shop.sku_id, 2), (scarce, 2))
    lines = (fields["lines"][0], fields["lines"][1].model_copy(update={"product_id": "p" + scarce}))
    placed = shop.placed(order_id).model_copy(update={"lines": lines})
    assert isinstance(placed, OrderPlaced)
    await shop.publish(placed)
    [rejected] = await shop.expect_events("stock", order_id, "StockRejected")
    assert rejected["reason"] == "out_of_stock"

    async def all_released() -> bool:
        return bool((await shop.stock())["available"] == 5 and (await shop.stock(scarce))["available"] == 1)

    await shop.eventually(all_released, what="the first line to be released")


async def test_delisted_suspended_and_other_shops_products_are_not_held(shop: Shop) -> None:
    await shop.open()
    foreign = await shop.neighbour().open()
    orders = {name: shop.new_order() for name in ("foreign", "unknown", "delisted", "suspended")}
    await shop.publish(
        shop.placed(orders["foreign"], (foreign.sku_id, 1), product_id=foreign.product_id),
        shop.placed(orders["unknown"], ("no-such-sku", 1)),
    )
    for name in ("foreign", "unknown"):
        [rejected] = await shop.expect_events("stock", orders[name], "StockRejected")
        assert rejected["reason"] == "delisted"
    await shop.must("DELETE", shop.product_path(), shop.as_owner)
    await shop.publish(shop.placed(orders["delisted"]))
    [rejected] = await shop.expect_events("stock", orders["delisted"], "StockRejected")
    assert rejected["reason"] == "delisted"
    await shop.must("PUT", shop.product_path(), shop.as_owner, a_product(shop.sku_id))
    suspension = f"/v1/ops/mini-programs/{shop.mini_program_id}/suspension"
    await shop.must("POST", suspension, shop.as_operator, {"reason": "counterfeits"})
    await shop.publish(shop.placed(orders["suspended"]))
    [rejected] = await shop.expect_events("stock", orders["suspended"], "StockRejected")
    assert rejected["reason"] == "suspended"
    assert (await shop.stock())["reserved"] == (await foreign.stock())["reserved"] == 0


async def test_an_event_that_can_never_be_legal_becomes_a_dead_letter_and_the_rest_goes_on(
    shop: Shop,
) -> None:
    await shop.open()
    illegal, legal = shop.new_order(), shop.new_order()
    await shop.publish(shop.paid(illegal), shop.placed(legal))
    await shop.expect_events("stock", legal, "StockReserved")

    async def dead_lettered() -> bool:
        assert [e["event"] for e in await shop.events_of("orders.dlq", illegal)] == ["OrderPaid"]
        return True

    await shop.eventually(dead_lettered, within=20, what="the dead letter")
    assert (await shop.stock())["sold"] == 0
