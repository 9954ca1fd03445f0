"""An owner's products."""

from __future__ import annotations

from catalog_support.shop import Shop, a_product


async def test_each_change_of_a_product_publishes_the_whole_product(shop: Shop) -> None:
    await shop.open()
    for _ in range(2):
        await shop.must("PUT", shop.product_path(), shop.as_owner, a_product(shop.sku_id, title="碧螺春"))
    for _ in range(2):
        view = await shop.must("DELETE", shop.product_path(), shop.as_owner)
    assert view["listed"] is False
    assert (await shop.call("GET", shop.page_path(), shop.as_host))[0] == 404
    await shop.must("PUT", shop.product_path(), shop.as_owner, a_product(shop.sku_id, title="碧螺春"))
    events = await shop.expect_events(
        "products",
        shop.product_id,
        "ProductListed",
        "ProductChanged",
        "ProductDelisted",
        "ProductListed",
    )
    assert [e["listed"] for e in events] == [True, True, False, True]
    assert events[-1]["skus"][0]["price"] == {"amount": 12900, "currency": "CNY"}
    assert events[-1]["terms"] == {"platform_bp": 100, "creator_bp": 500, "terms_version": 1}


async def test_a_sku_belongs_to_one_product_only(shop: Shop) -> None:
    await shop.open()
    other = shop.neighbour()
    await other.put_live()
    status, problem = await shop.call("PUT", other.product_path(), other.as_owner, a_product(shop.sku_id))
    assert (status, problem["code"]) == (409, "sku_taken")
    status, problem = await shop.call(
        "PUT", other.product_path(shop.product_id), other.as_owner, a_product(other.sku_id)
    )
    assert (status, problem["code"]) == (409, "product_id_taken")
    twice = a_product(shop.sku_id)
    twice["skus"] *= 2
    status, problem = await shop.call("PUT", shop.product_path(), shop.as_owner, twice)
    assert (status, problem["errors"][0]["field"]) == (422, "skus[1].sku_id")


async def test_new_terms_reach_the_products_that_have_none_of_their_own(shop: Shop) -> None:
    await shop.open()
    own = a_product(shop.sku_id + "o", terms={"platform_bp": 7, "creator_bp": 8})
    await shop.must("PUT", shop.product_path(shop.product_id + "o"), shop.as_owner, own)
    await shop.put_live(terms={"platform_bp": 100, "creator_bp": 900})
    events = await shop.expect_events("products", shop.product_id, "ProductListed", "ProductChanged")
    assert events[-1]["terms"] == {"platform_bp": 100, "creator_bp": 900, "terms_version": 2}
    [kept] = await shop.expect_events("products", shop.product_id + "o", "ProductListed")
    assert kept["terms"] == {"platform_bp": 7, "creator_bp": 8, "terms_version": 1}
