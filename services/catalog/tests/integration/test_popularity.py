"""Sales follow the stock that was sold, ratings the reviews that are shown."""

from __future__ import annotations

import asyncio
import secrets
from datetime import UTC, datetime
from typing import Any

from catalog_support.shop import Shop, a_product

from contracts.money import cny
from contracts.reviews import ReviewChanged, ReviewPublished, ReviewState

AT = datetime(2026, 5, 4, tzinfo=UTC)


def a_review(
    shop: Shop, rating: int, *, review_id: str = "", version: int = 1, is_shown: bool = True
) -> ReviewState:
    kind = ReviewPublished if version == 1 else ReviewChanged
    return kind(
        version=version, review_id=review_id or secrets.token_hex(12), mini_program_id=shop.mini_program_id,
        product_id=shop.product_id, sku_id=shop.sku_id, rating=rating, is_shown=is_shown, at=AT,
    )  # fmt: skip


async def until_counted(shop: Shop, **counted: Any) -> dict[str, Any]:
    """Wait until the owner, the product's page and the store say this; the product as its owner sees it."""

    async def is_counted() -> dict[str, Any]:
        view = await shop.must("GET", shop.product_path(), shop.as_owner)
        assert {name: view[name] for name in counted} == counted, view
        page = await shop.must("GET", shop.page_path(), shop.as_host)
        assert {name: page[name] for name in counted} == counted, page
        [card] = (await shop.must("GET", shop.store_path, shop.as_host))["products"]["items"]
        assert counted.items() >= {name: card[name] for name in counted if name in card}.items(), card
        return view

    return dict(await shop.eventually(is_counted, within=20, what=f"{counted} to be counted"))


async def test_sales_are_what_was_sold_and_not_returned(shop: Shop) -> None:
    await shop.open(stock=9)
    sold, returned, unpaid = (shop.new_order() for _ in range(3))
    await shop.publish(*[shop.placed(o, (shop.sku_id, 2)) for o in (sold, returned, unpaid)])
    paid = [shop.paid(o, (shop.sku_id, 2)) for o in (sold, returned)]
    await shop.publish(*paid, *paid)
    await until_counted(shop, sales=4)
    await shop.publish(shop.refunded(returned, (shop.sku_id, 2)), shop.cancelled(unpaid))
    await until_counted(shop, sales=2)


async def test_what_was_sent_is_no_sale_once_its_order_is_refunded_in_full(shop: Shop) -> None:
    await shop.open(stock=9)
    kept, refunded, partly_sent = (shop.new_order() for _ in range(3))
    lines = (shop.sku_id, 2)
    orders = (kept, refunded, partly_sent)
    await shop.publish(*[shop.placed(o, lines) for o in orders], *[shop.paid(o, lines) for o in orders])
    await until_counted(shop, sales=6)
    sent = shop.refunded(refunded, lines, release_stock=False)
    half_sent = shop.refunded(partly_sent, lines, release_stock=False, unsent=[(shop.sku_id, 1)])
    in_part = shop.refunded(kept, lines, release_stock=False).model_copy(update={"refunded_total": cny(1)})
    await shop.publish(sent, half_sent, in_part, sent, half_sent)
    await until_counted(shop, sales=2)


async def test_sales_are_counted_from_the_operators_start(shop: Shop) -> None:
    await shop.open()
    body = a_product(shop.sku_id, sales=1200, rating=4.8)
    await shop.must("PUT", shop.product_path(), shop.as_operator, body)
    await until_counted(shop, sales=1200, rating=4.8, rating_count=0)
    order_id = shop.new_order()
    await shop.publish(shop.placed(order_id), shop.paid(order_id))
    await shop.publish(a_review(shop, 3))
    await until_counted(shop, sales=1201, rating=3.0, rating_count=1)
    await shop.must("PUT", shop.product_path(), shop.as_operator, body)  # the seed again
    await until_counted(shop, sales=1201, rating=3.0, rating_count=1)


async def test_each_review_counts_once_however_often_and_in_which_order_it_is_told(shop: Shop) -> None:
    await shop.open()
    five, two = a_review(shop, 5), a_review(shop, 2)
    hidden = a_review(shop, 2, review_id=two.review_id, version=2, is_shown=False)
    await shop.publish(hidden, five, two, five, hidden, two)
    await until_counted(shop, rating=5.0, rating_count=1)
    shown = a_review(shop, 2, review_id=two.review_id, version=3)
    await shop.publish(shown, hidden)
    await until_counted(shop, rating=3.5, rating_count=2)


async def test_many_reviews_at_once_are_all_counted(shop: Shop) -> None:
    await shop.open()
    await asyncio.gather(*(shop.publish(*[a_review(shop, 4) for _ in range(20)]) for _ in range(5)))
    await until_counted(shop, rating=4.0, rating_count=100)


async def test_a_review_of_an_unknown_product_waits_for_nothing(shop: Shop) -> None:
    review = a_review(shop, 4)
    await shop.publish(review)
    await shop.open()
    await shop.publish(a_review(shop, 5))
    await until_counted(shop, rating=4.5, rating_count=2)


async def test_a_sale_is_no_conflict_for_an_editor(shop: Shop) -> None:
    await shop.open()
    before = await shop.must("GET", shop.product_path(), shop.as_owner)
    order_id = shop.new_order()
    await shop.publish(shop.placed(order_id), shop.paid(order_id))
    after = await until_counted(shop, sales=1)
    assert after["version"] == before["version"]
    headers = shop.as_owner | {"If-Match": f'"{before["version"]}"'}
    edited = await shop.must("PATCH", shop.product_path(), headers, {"title": "碧螺春"})
    assert (edited["version"], edited["sales"]) == (before["version"] + 1, 1)


async def test_other_services_read_what_was_counted(shop: Shop) -> None:
    await shop.open()
    await shop.publish(a_review(shop, 4))
    await until_counted(shop, rating_count=1)

    async def is_told() -> bool:
        last = (await shop.events_of("products", shop.product_id))[-1]
        assert (last["rating"], last["rating_count"]) == (4.0, 1)
        return True

    await shop.eventually(is_told, what="the event")
