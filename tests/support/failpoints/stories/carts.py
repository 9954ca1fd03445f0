"""Stories of what a buyer is shown before an order: the delivery fee."""

from __future__ import annotations

from support.failpoints.stories.shop import ADDRESS, PRICE, open_shop
from support.failpoints.world import World


async def delivery_is_charged(world: World) -> None:
    """The terms that the owner was told are those of the next orders, and sent again they change nothing."""
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


STORIES = (delivery_is_charged,)
