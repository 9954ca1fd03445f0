"""An owner's products."""

from __future__ import annotations

import asyncio
import secrets
from typing import Any

import pytest
from catalog_support.shop import Shop, a_product

EDITORS = 10


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
    await shop.must("PUT", shop.product_path(shop.product_id + "o"), shop.as_operator, own)
    await shop.put_live(terms={"platform_bp": 100, "creator_bp": 900})
    events = await shop.expect_events("products", shop.product_id, "ProductListed", "ProductChanged")
    assert events[-1]["terms"] == {"platform_bp": 100, "creator_bp": 900, "terms_version": 2}
    [kept] = await shop.expect_events("products", shop.product_id + "o", "ProductListed")
    assert kept["terms"] == {"platform_bp": 7, "creator_bp": 8, "terms_version": 1}


async def test_an_owner_reads_a_product_with_its_stock_and_version(shop: Shop) -> None:
    await shop.open(stock=7)
    view = await shop.must("GET", shop.product_path(), shop.as_owner)
    assert (view["title"], view["listed"], view["version"], view["sales"]) == ("龙井茶", True, 1, 0)
    assert [(sku["sku_id"], sku["available"]) for sku in view["skus"]] == [(shop.sku_id, 7)]
    other = shop.neighbour()
    for headers in (other.as_owner, shop.as_owner):
        path = shop.product_path() if headers == other.as_owner else shop.product_path("nothing")
        assert (await shop.call("GET", path, headers))[1]["code"] == "not_found"


@pytest.mark.parametrize(
    ("field", "value", "named"),
    [
        ("sales", 99_999_999, "sales"),
        ("rating", 5, "rating"),
        ("terms", {"platform_bp": 0, "creator_bp": 900}, "terms.platform_bp"),
    ],
)
async def test_what_is_the_platforms_is_not_an_owners_to_set(
    shop: Shop, field: str, value: Any, named: str
) -> None:
    await shop.open()
    body = a_product(shop.sku_id, **{field: value})
    for method, sent in (("PUT", body), ("PATCH", {field: value})):
        status, problem = await shop.call(method, shop.product_path(), shop.as_owner, sent)
        assert (status, problem["code"]) == (403, "not_your_field"), method
        assert [error["field"] for error in problem["errors"]] == [named]


async def test_an_owner_raises_the_creators_share_of_a_product_and_cannot_lower_it(shop: Shop) -> None:
    await shop.open()
    await shop.must("PATCH", shop.product_path(), shop.as_owner, {"terms": {"creator_bp": 900}})
    status, problem = await shop.call(
        "PATCH", shop.product_path(), shop.as_owner, {"terms": {"creator_bp": 499}}
    )
    assert (status, problem["errors"][0]["field"]) == (422, "terms.creator_bp")
    events = await shop.expect_events("products", shop.product_id, "ProductListed", "ProductChanged")
    assert events[-1]["terms"] == {"platform_bp": 100, "creator_bp": 900, "terms_version": 2}


async def test_a_share_that_the_owner_raised_follows_the_platforms_new_commission(shop: Shop) -> None:
    await shop.open()
    await shop.must("PATCH", shop.product_path(), shop.as_owner, {"terms": {"creator_bp": 900}})
    await shop.put_live(terms={"platform_bp": 300, "creator_bp": 500})
    events = await shop.expect_events(
        "products", shop.product_id, "ProductListed", "ProductChanged", "ProductChanged"
    )
    assert events[-1]["terms"] == {"platform_bp": 300, "creator_bp": 900, "terms_version": 3}


async def test_a_raised_share_is_never_below_the_mini_programs(shop: Shop) -> None:
    await shop.open()
    await shop.must("PATCH", shop.product_path(), shop.as_owner, {"terms": {"creator_bp": 600}})
    await shop.put_live(terms={"platform_bp": 100, "creator_bp": 900})
    events = await shop.expect_events(
        "products", shop.product_id, "ProductListed", "ProductChanged", "ProductChanged"
    )
    assert events[-1]["terms"] == {"platform_bp": 100, "creator_bp": 900, "terms_version": 3}


async def test_what_an_operator_set_stays_when_the_owner_edits(shop: Shop) -> None:
    await shop.open()
    seeded = a_product(shop.sku_id, sales=12, rating=4.5, terms={"platform_bp": 50, "creator_bp": 600})
    await shop.must("PUT", shop.product_path(), shop.as_operator, seeded)
    view = await shop.must("PUT", shop.product_path(), shop.as_owner, a_product(shop.sku_id, title="碧螺春"))
    assert (view["title"], view["sales"], view["rating"]) == ("碧螺春", 12, 4.5)
    assert view["terms"] == {"platform_bp": 50, "creator_bp": 600}


async def test_a_patch_changes_only_what_it_names(shop: Shop) -> None:
    await shop.open()
    view = await shop.must("PATCH", shop.product_path(), shop.as_owner, {"title": "碧螺春", "listed": False})
    assert (view["title"], view["title_en"], view["listed"], view["version"]) == (
        "碧螺春",
        "Longjing tea",
        False,
        2,
    )
    assert (await shop.call("GET", shop.page_path(), shop.as_host))[0] == 404
    view = await shop.must("PATCH", shop.product_path(), shop.as_owner, {"listed": True})
    assert (await shop.call("GET", shop.page_path(), shop.as_host))[0] == 200
    status, problem = await shop.call("PATCH", shop.product_path(), shop.as_owner, {"colour": "red"})
    assert (status, problem["errors"][0]["field"]) == (422, "colour")


async def test_editors_of_a_product_at_once_lose_no_change(shop: Shop) -> None:
    await shop.open()

    async def append(number: int) -> None:
        while True:
            view = await shop.must("GET", shop.product_path(), shop.as_owner)
            headers = shop.as_owner | {"If-Match": f'"{view["version"]}"'}
            body = {"description": f"{view['description']}{number},"}
            status, problem = await shop.call("PATCH", shop.product_path(), headers, body)
            if status == 200:
                return
            assert (status, problem["code"]) in ((412, "version_conflict"), (409, "conflict")), problem

    await asyncio.gather(*map(append, range(EDITORS)))
    view = await shop.must("GET", shop.product_path(), shop.as_owner)
    assert view["version"] == EDITORS + 1
    assert sorted(view["description"].removesuffix(",").split(",")) == sorted(map(str, range(EDITORS)))


async def test_products_that_change_while_they_are_listed_come_once_each(shop: Shop) -> None:
    await shop.open()
    ids = [f"p{secrets.token_hex(6)}" for _ in range(25)]
    for number, product_id in enumerate(ids):
        body = a_product(f"s{product_id}", title=f"Tea {number}", category_id="tea" if number % 2 else "pots")
        await shop.must("PUT", shop.product_path(product_id), shop.as_owner, body)
    products, seen, cursor = f"{shop.program_path}/products", list[str](), ""
    while True:
        page = await shop.must("GET", f"{products}?limit=7{cursor}", shop.as_owner)
        seen += [product["product_id"] for product in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
        await shop.must(
            "PATCH", shop.product_path(seen[0]), shop.as_owner, {"description": secrets.token_hex(4)}
        )
        await shop.must("DELETE", shop.product_path(ids[0]), shop.as_owner)
    assert seen == sorted({*ids, shop.product_id})

    async def found(query: str) -> set[str]:
        page = await shop.must("GET", f"{products}?limit=100&{query}", shop.as_owner)
        return {product["product_id"] for product in page["items"]}

    assert await found("listed=false") == {ids[0]}
    assert await found("category=pots") == set(ids[::2])
    assert await found("q=tea%2024") == {ids[24]}
    assert await found(f"q=s{ids[3]}") == {ids[3]}
    assert await found("q=.*") == set()


async def test_a_mini_program_without_categories_takes_no_product(shop: Shop) -> None:
    await shop.put_live(categories=[])
    status, problem = await shop.call("PUT", shop.product_path(), shop.as_owner, a_product(shop.sku_id))
    assert (status, problem["errors"][0]["field"]) == (422, "category_id")
    assert "give its draft `categories` first" in problem["errors"][0]["message"]


async def test_a_category_that_the_mini_program_does_not_have_is_refused(shop: Shop) -> None:
    await shop.open()
    status, problem = await shop.call(
        "PUT", shop.product_path(), shop.as_owner, a_product(shop.sku_id, category_id="shoes")
    )
    assert (status, problem["errors"][0]["field"]) == (422, "category_id")
