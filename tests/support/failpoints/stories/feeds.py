"""Products that follow a feed."""

from __future__ import annotations

from contracts.feeds import ApplyFeedProduct, DelistFeedProduct, FeedSku
from contracts.money import cny
from support.events import records_of, tell, value_of
from support.failpoints.stories.shop import Shop, open_shop
from support.failpoints.world import World


async def _outcomes(world: World, shop: Shop, run_id: str) -> list[str]:
    """What became of the run's command, once it is known; a repeat is listed too."""
    mine = {"run_id": run_id, "product_id": shop.product_id}

    async def answered() -> list[str]:
        values = [value_of(record) for record in await records_of(world.kafka, f"{world.prefix}feed-results")]
        found = [v["outcome"] for v in values if mine.items() <= v.items() and "url" not in v]
        assert found
        return found

    found: list[str] = await world.until(answered, f"the outcome of {run_id}")
    return found


async def feed_changes_a_product(world: World) -> None:
    """A feed's command has one outcome, however often it is handled: texts, price, a new SKU, and stock that is set once."""
    shop = await open_shop(world)
    ids = {"mini_program_id": shop.mini_program_id, "owner_id": shop.owner_id, "product_id": shop.product_id}
    view = await world.call("catalog", "GET", shop.product_path, headers=shop.owner)
    run_id, new_sku = f"run-{shop.sku_id}", f"{shop.sku_id}-2"
    skus = (
        FeedSku(sku_id=shop.sku_id, price=cny(5_000), available=44),
        FeedSku(sku_id=new_sku, attributes={"颜色": "黑"}, price=cny(6_000), initial_stock=3),
    )
    title, images = f"Fed {shop.product_id}", ("https://shop.example/a.jpg",)
    command = ApplyFeedProduct(
        version=1,
        run_id=run_id,
        title=title,
        category_id=view["category_id"],
        images=images,
        skus=skus,
        **ids,
    )
    await tell(world.kafka, world.prefix, command)
    assert set(await _outcomes(world, shop, run_id)) == {"accepted"}
    view = await world.call("catalog", "GET", shop.product_path, headers=shop.owner)
    assert (view["title"], view["version"]) == (title, 2)
    assert [(sku["price"]["amount"], sku["available"]) for sku in view["skus"]] == [(5_000, 44), (6_000, 3)]
    await tell(world.kafka, world.prefix, DelistFeedProduct(version=1, run_id=f"{run_id}-2", **ids))
    assert set(await _outcomes(world, shop, f"{run_id}-2")) == {"removed"}
    view = await world.call("catalog", "GET", shop.product_path, headers=shop.owner)
    assert (view["listed"], view["version"]) == (False, 3)


STORIES = (feed_changes_a_product,)
