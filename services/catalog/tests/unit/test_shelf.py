"""The read model."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import orjson
import pytest
from catalog_support.samples import Item, a_level, a_product, a_program, put

from catalog.application.read_model.entries import Part, StoreFilter, StoreSort
from catalog.application.read_model.shelf import EPOCH, Shelf
from catalog.domain.product import Sku
from catalog.domain.stock import StockLevel
from contracts.api.products import ProductCard, ProductPage
from runtime.web.cursors import read_cursor, write_cursor

LIST = "a list"


def shelf_of(*items: Item) -> Shelf:
    shelf = Shelf(write_cursor)
    put(shelf, *items)
    return shelf


def ids(shelf: Shelf, category: str | None = None, **wanted: Any) -> list[str]:
    filters = StoreFilter(category, **wanted)
    page = orjson.loads(shelf.store(shelf.mini_programs["shop0001"], filters, Part(repr(filters), None, 100)))
    return [item["product_id"] for item in page["items"]]


def test_rendered_pages_have_the_shape_of_the_contracts() -> None:
    shelf = shelf_of(a_program(), a_product(), a_level("s1b", 4))
    page = orjson.loads(shelf.page(shelf.products["p1"]))
    read = ProductPage.model_validate(page)
    assert set(page) == set(ProductPage.model_fields)
    assert [sku.available for sku in read.skus] == [0, 4]
    assert read.price_from.amount == 100
    [card] = orjson.loads(shelf.store(shelf.mini_programs["shop0001"], StoreFilter(), Part(LIST, None, 20)))[
        "items"
    ]
    assert set(card) == set(ProductCard.model_fields)
    assert ProductCard.model_validate(card).in_stock


def test_an_older_version_never_replaces_a_newer_one() -> None:
    newer: list[Item] = [
        a_product(version=3, title="New"),
        a_program(version=3, slogan="New"),
        a_level("s1", 7, 3),
    ]
    older: list[Item] = [
        a_product(version=2, title="Old", listed=False),
        a_program(version=2, slogan="Old", state="suspended"),
        a_level("s1", 99, 2),
    ]
    for shelf in (shelf_of(*newer, *older), shelf_of(*older, *newer)):
        page = orjson.loads(shelf.page(shelf.products["p1"]))
        assert (page["title"], page["skus"][0]["available"]) == ("New", 7)
        assert shelf.mini_programs["shop0001"].state == "published"
        assert ids(shelf) == ["p1"]


def test_a_rendered_page_changes_with_its_level_and_a_store_when_a_product_sells_out() -> None:
    shelf = shelf_of(a_program(), a_product(), a_level("s1", 1))
    product, program = shelf.products["p1"], shelf.mini_programs["shop0001"]
    assert b'"available":1' in shelf.page(product)
    assert b'"in_stock":true' in shelf.store(program, StoreFilter(), Part(LIST, None, 20))
    shelf.put_level(StockLevel("s1", 0, 2))  # as a change stream has it: without the product
    assert b'"available":1' not in shelf.page(product)
    assert b'"in_stock":false' in shelf.store(program, StoreFilter(), Part(LIST, None, 20))


def test_a_product_moves_between_categories_and_leaves_when_delisted() -> None:
    shelf = shelf_of(a_program(), *(a_product(n) for n in (2, 1, 3)))
    assert ids(shelf) == ids(shelf, "tea") == ["p1", "p2", "p3"]
    put(shelf, a_product(2, version=2, category_id="pots"))
    assert (ids(shelf), ids(shelf, "tea"), ids(shelf, "pots")) == (["p1", "p2", "p3"], ["p1", "p3"], ["p2"])
    put(shelf, a_product(2, version=3, category_id="pots", listed=False))
    assert (ids(shelf), ids(shelf, "pots"), ids(shelf, "none")) == (["p1", "p3"], [], [])


def test_a_product_keeps_its_position_when_its_creation_time_is_read_back_in_milliseconds() -> None:
    shelf = Shelf(write_cursor)
    written = EPOCH + timedelta(seconds=1, microseconds=1_900)
    shelf.put_product(a_product(1), written)
    position = shelf.products["p1"].position
    shelf.put_product(a_product(1, version=2), EPOCH + timedelta(seconds=1, milliseconds=1))
    assert shelf.products["p1"].position == position


def test_products_are_sorted_and_filtered() -> None:
    cheap = (Sku("s2", (), 50),)
    shelf = shelf_of(
        a_program(),
        a_product(1, sales=9),
        a_product(2, skus=cheap, sales=1, category_id="pots"),
        a_product(3, sales=5),
        a_level("s2", 1),
        a_level("s3b", 1),
    )
    assert ids(shelf, sort="price_asc") == ["p2", "p1", "p3"]
    assert ids(shelf, sort="price_desc") == ["p1", "p3", "p2"]
    assert ids(shelf, sort="sales") == ["p1", "p3", "p2"]
    assert ids(shelf, sort="newest") == ["p3", "p2", "p1"]
    assert ids(shelf, "tea", sort="newest") == ["p3", "p1"]
    assert (ids(shelf, in_stock=True, sort="sales"), ids(shelf, in_stock=False)) == (["p3", "p2"], ["p1"])
    assert ids(shelf, product_ids=("p3", "none", "p1")) == ["p3", "p1"]
    assert ids(shelf, "pots", product_ids=("p3", "p2")) == ["p2"]


def test_a_sorted_list_follows_a_change() -> None:
    shelf = shelf_of(a_program(), a_product(1, sales=1), a_product(2, sales=2))
    assert (ids(shelf, sort="sales"), ids(shelf, in_stock=True)) == (["p2", "p1"], [])
    put(shelf, a_product(1, version=2, sales=3), a_level("s1", 1))
    assert (ids(shelf, sort="sales"), ids(shelf, in_stock=True)) == (["p1", "p2"], ["p1"])
    put(shelf, a_product(1, version=3, listed=False))
    assert ids(shelf, sort="sales") == ["p2"]


@pytest.mark.parametrize("sort", [None, "price_asc", "price_desc", "sales", "newest"])
def test_pages_of_each_sort_hold_each_product_once(sort: StoreSort | None) -> None:
    products = [a_product(n, sales=n % 3, skus=(Sku(f"s{n}", (), 100 + n % 2),)) for n in range(1, 8)]
    shelf = shelf_of(a_program(), *products, *(a_level(f"s{n}", 1) for n in range(1, 8)))
    wanted, listed, after = StoreFilter(in_stock=True, sort=sort), [], None
    while True:
        page = orjson.loads(shelf.store(shelf.mini_programs["shop0001"], wanted, Part(LIST, after, 2)))
        listed += [item["product_id"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        number, product_id = read_cursor(LIST, page["next_cursor"], int, str)
        after = (number, product_id)
    assert listed == ids(shelf, sort=sort)
    assert len(listed) == 7


def test_a_cursor_leads_to_the_next_products() -> None:
    shelf = shelf_of(a_program(), *(a_product(n) for n in (1, 2, 3)))
    program = shelf.mini_programs["shop0001"]
    first = orjson.loads(shelf.store(program, StoreFilter(), Part(LIST, None, 2)))
    after = read_cursor(LIST, first["next_cursor"], int, str)
    last = orjson.loads(shelf.store(program, StoreFilter(), Part(LIST, (after[0], after[1]), 2)))
    assert [item["product_id"] for item in (*first["items"], *last["items"])] == ["p1", "p2", "p3"]
    assert last["next_cursor"] is None
