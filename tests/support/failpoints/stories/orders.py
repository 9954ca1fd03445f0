"""Orders: bought, refused, cancelled, shipped, refunded, left unpaid."""

from __future__ import annotations

import asyncio
import secrets
from datetime import UTC, datetime

from contracts.engagement import ProductViewed
from support.events import tell
from support.failpoints.stories.shop import ADDRESS, PRICE, STOCK, Shop, open_shop
from support.failpoints.world import World

WHOLE_ORDER = ("OrderPlaced", "OrderPaid")


async def order_is_bought(world: World) -> None:
    shop = await open_shop(world)
    order_id = await shop.buy(2)
    await shop.until_stock(available=STOCK - 2, sold=2)
    await shop.until_published("orders", order_id, *WHOLE_ORDER)
    await shop.until_published("stock", order_id, "StockReserved", "StockCommitted")
    await shop.until_published("payments", order_id, "PaymentRequested", "PaymentSettled")
    assert (await shop.at_alipay(order_id))["total_amount"] == f"{2 * PRICE / 100:.2f}"


async def order_finds_no_stock(world: World) -> None:
    """One SKU of the two is out of stock: the other is not held either."""
    shop = await open_shop(world)
    order_id = (await shop.place(STOCK + 1))["order_id"]
    await shop.until_status(order_id, "rejected")
    await shop.until_stock(available=STOCK)
    await shop.until_published("stock", order_id, "StockRejected")


async def order_is_cancelled(world: World) -> None:
    shop = await open_shop(world)
    order_id = (await shop.place())["order_id"]
    await shop.link(order_id)
    await _enter(shop, order_id)
    await _cancel(shop, order_id)
    await shop.until_status(order_id, "cancelled")
    await shop.until_stock(available=STOCK)
    await shop.until_published("orders", order_id, "OrderPlaced", "OrderCancelled")
    await shop.until_published("payments", order_id, "PaymentRequested", "PaymentClosed")
    assert (await shop.at_alipay(order_id))["trade_status"] == "TRADE_CLOSED"


async def order_is_cancelled_at_once(world: World) -> None:
    """Whoever comes first, stock or cancellation: in the end nothing is held and nothing can be paid."""
    shop = await open_shop(world)
    world.ahead("payment", 16 * 60)  # should it have been given a link, that is dead
    try:
        order_id = (await shop.place())["order_id"]
        await _cancel(shop, order_id)
        await shop.until_status(order_id, "cancelled")
        await shop.until_stock(available=STOCK)
    finally:
        world.ahead("payment", 0)


async def order_is_left_unpaid(world: World) -> None:
    shop = await open_shop(world)
    order_id = (await shop.place())["order_id"]
    await shop.link(order_id)
    await _enter(shop, order_id)
    try:
        for service in ("checkout", "payment"):
            world.ahead(service, 16 * 60)
        await shop.until_status(order_id, "cancelled")
        await shop.until_stock(available=STOCK)
        await shop.until_published("orders", order_id, "OrderPlaced", "OrderCancelled")
        world.ahead("checkout", 20 * 60)  # the last look at a deadline drops it
        await world.until(lambda: _no_deadline(shop), "the deadline is dropped")
    finally:
        for service in ("checkout", "payment"):
            world.ahead(service, 0)


async def order_is_refunded(world: World) -> None:
    """A part, then the rest: the money is sent back once each, and the stock returns with the last."""
    shop = await open_shop(world)
    order_id = await shop.buy()
    for part, amount in enumerate((1_000, PRICE - 1_000)):
        await _refund(shop, order_id, amount)
        await shop.until_posted(order_id, 2 + part)
    await shop.until_status(order_id, "refunded")
    await shop.until_stock(available=STOCK)
    trade = await shop.at_alipay(order_id)
    assert trade["refunded_amount"] == f"{PRICE / 100:.2f}", trade
    await shop.until_published("payments", order_id, "RefundSettled", "RefundSettled")
    await shop.until_published("orders", order_id, *WHOLE_ORDER, "OrderRefunded", "OrderRefunded")


async def late_money_returns(world: World) -> None:
    """Cancelled, then paid before the link is dead: the money is sent back, and the order stays cancelled."""
    shop = await open_shop(world)
    order_id = (await shop.place())["order_id"]
    link = await shop.link(order_id)
    await world.call(
        "alipay_sandbox", "POST", "/sandbox/faults",
        {"fault": "drop_notify", "count": 8, "out_trade_no": order_id},
    )  # fmt: skip
    world.ahead("payment", 16 * 60)
    try:
        await _cancel(shop, order_id)
        await shop.until_status(order_id, "cancelled")
        await shop.pay_link(link)

        async def returned() -> bool:
            assert (await shop.at_alipay(order_id))["refunded_amount"] == f"{PRICE / 100:.2f}"
            return True

        await world.until(returned, "the late money is sent back")
        await shop.until_posted(order_id, 2)
        await shop.until_stock(available=STOCK)
    finally:
        world.ahead("payment", 0)


async def late_money_is_returned_by_hand(world: World) -> None:
    """Alipay refused to send late money back and has none of the trade any more: the books say that it was returned."""
    shop = await open_shop(world)
    order_id = (await shop.place())["order_id"]
    link = await shop.link(order_id)
    world.ahead("payment", 16 * 60)
    try:
        await _cancel(shop, order_id)
        await shop.until_status(order_id, "cancelled")
        await shop.pay_link(link)
        await shop.until_posted(order_id, 2)
        trades = world.db("payment")["trades"]
        await trades.update_one(
            {"_id": order_id}, {"$set": {"refunds.0.state": "failed", "due_at": datetime.now(UTC)}}
        )
        await world.restart("payment")

        async def settled() -> bool:
            assert (await trades.find_one({"_id": order_id}))["refunds"][0]["state"] == "settled"
            return True

        await world.until(settled, "the refund is settled")
        await shop.until_posted(order_id, 2)
    finally:
        world.ahead("payment", 0)


async def order_is_shipped(world: World) -> None:
    shop = await open_shop(world)
    order_id = await shop.buy()
    await shop.ship(order_id)
    await world.call("checkout", "POST", f"{shop.orders_path}/{order_id}/receipt", headers=shop.buyer)
    order = await shop.until_status(order_id, "completed")
    assert len(order["shipments"]) == 1

    async def due() -> bool:
        posting = await world.db("payment")["ledger"].find_one({"_id": f"payment:{order_id}"})
        assert posting is not None
        assert "due" in posting, posting
        return True

    await world.until(due, "the order's money is due to be settled")
    await shop.until_published("orders", order_id, *WHOLE_ORDER, "OrderShipped", "OrderCompleted")


async def receipt_times_out(world: World) -> None:
    """A refund request holds the receipt; once it is withdrawn, the goods count as received."""
    shop = await open_shop(world)
    order_id = await shop.buy()
    refunds, body = f"{shop.orders_path}/{order_id}/refunds", {"reason": "a dent"}
    asked = await world.call("checkout", "POST", refunds, body, headers=shop.buyer, key=secrets.token_hex(8))
    await shop.ship(order_id)
    deadlines = world.db("checkout")["receipt_deadlines"]
    due = (await deadlines.find_one({"_id": order_id}))["look_at"]
    try:
        world.ahead("checkout", 11 * 24 * 60 * 60)

        async def checked() -> bool:
            return bool((await deadlines.find_one({"_id": order_id}))["look_at"] > due)

        await world.until(checked, "the receipt is checked again later")
        world.ahead("checkout", 0)
        refund = f"{refunds}/{asked['refunds'][0]['refund_id']}"
        await world.call("checkout", "DELETE", refund, headers=shop.buyer)
        world.ahead("checkout", 12 * 24 * 60 * 60)

        async def dropped() -> bool:
            return await deadlines.find_one({"_id": order_id}) is None

        await world.until(dropped, "the deadline of the receipt is dropped")
    finally:
        world.ahead("checkout", 0)
    await shop.until_status(order_id, "completed")
    await shop.until_published("orders", order_id, *WHOLE_ORDER, "OrderShipped", "OrderCompleted")


async def addresses_are_kept(world: World) -> None:
    shop = await open_shop(world)
    path = f"/v1/mini-programs/{shop.mini_program_id}/account/addresses"
    address = {"recipient": "Kai", "phone": "13700000000", "region": "Sichuan", "street": "Lane 5"}
    saved = await world.call("checkout", "POST", path, address, headers=shop.buyer)
    moved = address | {"street": "Lane 6"}
    await world.call("checkout", "PUT", f"{path}/{saved['address_id']}", moved, headers=shop.buyer)
    second = await world.call("checkout", "POST", path, address | {"street": "Lane 7"}, headers=shop.buyer)
    gone = f"{path}/{second['address_id']}"
    await world.call("checkout", "DELETE", gone, headers=shop.buyer, or_codes={"not_found"})
    found = (await world.call("checkout", "GET", path, headers=shop.buyer))["items"]
    streets = [entry["street"] for entry in found]
    assert "Lane 6" in streets, streets
    assert second["address_id"] not in [entry["address_id"] for entry in found]


async def single_addresses_move(world: World) -> None:
    """Addresses with a document each are in their buyer's book when checkout has started: each once, and nowhere else."""
    shop = await open_shop(world)
    own = {"openid": shop.openid, "mini_program_id": shop.mini_program_id}
    single = world.db("checkout")["addresses"]
    await single.insert_many(
        {
            "_id": f"{shop.product_id}-{n}",
            **own,
            **ADDRESS,
            "street": f"Lane {n}",
            "created_at": datetime(2026, 1, n, tzinfo=UTC),
        }
        for n in (1, 2)
    )
    undated = {
        "_id": f"{shop.mini_program_id}:nobody",
        "products": [{"product_id": "p", "at": datetime.now(UTC)}],
    }
    await world.db("checkout")["recent_views"].insert_one(undated)
    await world.restart("checkout")

    async def moved() -> bool:
        path = f"/v1/mini-programs/{shop.mini_program_id}/account/addresses"
        found = (await world.call("checkout", "GET", path, headers=shop.buyer))["items"]
        assert [address["street"] for address in found] == ["Lane 2", "Lane 1"], found
        assert await single.count_documents(own) == 0
        return True

    await world.until(moved, "the addresses are in the book")


async def views_are_kept(world: World) -> None:
    shop = await open_shop(world)
    viewer = f"viewer-{shop.product_id.removeprefix('p-')}"
    viewed = ProductViewed(
        mini_program_id=shop.mini_program_id, viewer=viewer, viewer_is_known=True, product_id=shop.product_id, host_id="host1",
        surface="direct",
    )  # fmt: skip
    await tell(world.kafka, world.prefix, viewed)

    async def kept() -> bool:
        path = f"/v1/mini-programs/{shop.mini_program_id}/account"
        account = await world.call("checkout", "GET", path, headers=shop.buyer)
        seen = [view["product_id"] for view in account["recently_viewed"]]
        assert seen == [shop.product_id], seen
        return True

    await world.until(kept, "the view on the account page")


async def relay_takes_over(world: World) -> None:
    """What a process wrote and could not publish is published by the next."""
    shop = await open_shop(world)
    orders = await asyncio.gather(*(shop.place() for _ in range(3)))
    await world.restart("checkout")
    for order in orders:
        order_id = order["order_id"]
        await shop.pay(order_id)
        await shop.until_status(order_id, "paid")
        await shop.until_published("orders", order_id, *WHOLE_ORDER)
    await shop.until_stock(available=STOCK - 3, sold=3)


async def _cancel(shop: Shop, order_id: str) -> None:
    await shop.world.call(
        "checkout", "POST", f"{shop.orders_path}/{order_id}/cancellation", headers=shop.buyer
    )


async def _enter(shop: Shop, order_id: str) -> None:
    """The buyer opens the cashier and does not pay: Alipay has a trade."""
    body = {"cashier_url": await shop.link(order_id), "result": "fail"}
    await shop.world.call("alipay_sandbox", "POST", "/sandbox/pay", body)


async def _refund(shop: Shop, order_id: str, amount: int) -> None:
    """Ask for money back, twice with one key, and have it approved and sent."""
    key, body = secrets.token_hex(8), {"reason": "a dent", "amount": {"amount": amount, "currency": "CNY"}}
    path = f"{shop.orders_path}/{order_id}/refunds"
    asked = [
        await shop.world.call("checkout", "POST", path, body, headers=shop.buyer, key=key) for _ in range(2)
    ]
    refund_id = asked[0]["refunds"][-1]["refund_id"]
    assert asked[1]["refunds"][-1]["refund_id"] == refund_id
    approval = f"/v1/owner/orders/{order_id}/refunds/{refund_id}/approval"
    await shop.world.call("checkout", "POST", approval, headers=shop.owner, or_codes={"refused"})

    async def settled() -> bool:
        found = (await shop.order(order_id))["refunds"]
        assert [r["status"] for r in found if r["refund_id"] == refund_id] == ["settled"], found
        return True

    await shop.world.until(settled, f"refund {refund_id}")


async def _no_deadline(shop: Shop) -> bool:
    mine = {"mini_program_id": shop.mini_program_id}
    return await shop.world.db("checkout")["deadlines"].find_one(mine) is None


STORIES = (
    order_is_bought, order_finds_no_stock, order_is_cancelled, order_is_cancelled_at_once, order_is_left_unpaid,
    order_is_refunded, late_money_returns, late_money_is_returned_by_hand, order_is_shipped, receipt_times_out, addresses_are_kept, single_addresses_move, views_are_kept, relay_takes_over,
)  # fmt: skip
