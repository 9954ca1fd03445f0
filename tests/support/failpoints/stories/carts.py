"""Stories of what a buyer is shown before an order: the delivery fee, and the cart."""

from __future__ import annotations

from functools import partial

from support.failpoints.stories.shop import ADDRESS, PRICE, STOCK, open_shop
from support.failpoints.world import World


async def delivery_is_charged(world: World) -> None:
    """The terms in the answer to the owner are those of the next orders, and sent again they change nothing."""
    shop = await open_shop(world)
    path = f"{shop.program_path}/delivery-terms"
    fee, other = ({"amount": amount, "currency": "CNY"} for amount in (500, 900))
    terms = {"flat": other, "regions": [{"region": "四川省", "fee": fee}]}
    for _ in range(2):
        stored = await world.call("checkout", "PUT", path, terms, headers=shop.owner)
        assert stored["version"] == 1, stored
    near = await shop.place()
    far = await shop.place(address={**ADDRESS, "region": "Hubei"})
    assert [order["total"]["amount"] - PRICE for order in (near, far)] == [500, 900]


async def cart_is_kept(world: World) -> None:
    """A cart holds what the answer to its viewer said, with the stock of the moment, and an order takes its lines out once."""
    shop = await open_shop(world)
    path = f"/v1/mini-programs/{shop.mini_program_id}/cart"
    line = {"sku_id": shop.sku_id, "quantity": STOCK}
    for _ in range(2):
        cart = await world.call("checkout", "PUT", path, {"lines": [line]}, headers=shop.buyer)
        assert cart["version"] == 1, cart

    async def marked(obstacle: str | None) -> bool:
        [shown] = (await world.call("checkout", "GET", path, headers=shop.buyer))["lines"]
        assert (shown["quantity"], shown["obstacle"]) == (STOCK, obstacle), shown
        return True

    await world.until(partial(marked, None), "the stock is known")
    order = await shop.place(quantity=STOCK - 2, from_cart=True)
    await shop.until_status(order["order_id"], "awaiting_payment")
    [left] = (await world.call("checkout", "GET", path, headers=shop.buyer))["lines"]
    assert left["quantity"] == 2, left
    await world.call("checkout", "PUT", path, {"lines": [line]}, headers=shop.buyer)
    await world.until(partial(marked, "not_enough_stock"), "the rest of the stock is known")


STORIES = (delivery_is_charged, cart_is_kept)
