"""The read model by itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import orjson
import pytest

from catalog.domain.errors import WrongContent
from catalog.pages.cursors import read_cursor, write_cursor
from catalog.pages.levels import REMEMBER_SECONDS, ChangedLevels
from catalog.pages.shelf import EPOCH, Shelf
from contracts.api.products import ProductCard, ProductPage


def program(version: int = 1, **changes: Any) -> dict[str, Any]:
    return {
        "_id": "shop0001", "version": version, "state": "published", "hosts": ["h1"], "name": "Shop", "name_en": "",
        "owner": {"owner_id": "o1", "name": "O", "kind": "brand"}, "logo_url": "/l", "banner_url": "", "slogan": "",
        "category": "e_commerce", "categories": [], "exposure_priority": 0, "sponsored": False,
    } | changes  # fmt: skip


def product(number: int = 1, version: int = 1, **changes: Any) -> dict[str, Any]:
    return {
        "_id": f"p{number}", "version": version, "mini_program_id": "shop0001", "title": "Tea", "title_en": "",
        "description": 'a "quoted" 茶', "brand": "", "category_id": "tea", "attributes": [["a.b", "c"]], "images": ["/i"],
        "skus": [
            {"sku_id": f"s{number}", "attributes": [["w", "1"]], "price": 200},
            {"sku_id": f"s{number}b", "attributes": [], "price": 100},
        ],
        "rating": 4.5, "sales": 3, "share_allowed": True, "listed": True, "terms": {"terms_version": 1},
        "created_at": EPOCH + timedelta(seconds=number),
    } | changes  # fmt: skip


def level(sku_id: str, available: int, version: int = 1) -> dict[str, Any]:
    return {
        "_id": sku_id, "product_id": sku_id[:2].replace("s", "p"), "mini_program_id": "shop0001", "available": available,
        "version": version,
    }  # fmt: skip


def shelf_of(*documents: tuple[str, dict[str, Any]]) -> Shelf:
    shelf = Shelf()
    for collection, document in documents:
        shelf.put(collection, document)
    return shelf


def ids(shelf: Shelf, category: str | None = None) -> list[str]:
    page = orjson.loads(shelf.store(shelf.mini_programs["shop0001"], category, None, 100))
    return [item["product_id"] for item in page["items"]]


def test_what_is_rendered_has_the_shape_of_the_contracts() -> None:
    shelf = shelf_of(("mini_programs", program()), ("products", product()), ("stock", level("s1b", 4)))
    page = orjson.loads(shelf.page(shelf.products["p1"]))
    read = ProductPage.model_validate(page)
    assert set(page) == set(ProductPage.model_fields)
    assert [sku.available for sku in read.skus] == [0, 4]
    assert read.price_from.amount == 100
    [card] = orjson.loads(shelf.store(shelf.mini_programs["shop0001"], None, None, 20))["items"]
    assert set(card) == set(ProductCard.model_fields)
    assert ProductCard.model_validate(card).in_stock


def test_an_older_version_never_replaces_a_newer_one() -> None:
    newer = [
        ("products", product(version=3, title="New")),
        ("mini_programs", program(version=3, slogan="New")),
        ("stock", level("s1", 7, 3)),
    ]
    older = [
        ("products", product(version=2, title="Old", listed=False)),
        ("mini_programs", program(version=2, slogan="Old", state="suspended")),
        ("stock", level("s1", 99, 2)),
    ]
    first, last = shelf_of(*newer, *older), shelf_of(*older, *newer)
    for shelf in (first, last):
        page = orjson.loads(shelf.page(shelf.products["p1"]))
        assert (page["title"], page["skus"][0]["available"]) == ("New", 7)
        assert shelf.mini_programs["shop0001"].state == "published"
        assert ids(shelf) == ["p1"]


def test_a_rendered_page_changes_with_its_number_and_a_store_with_being_sold_out() -> None:
    shelf = shelf_of(("mini_programs", program()), ("products", product()), ("stock", level("s1", 1)))
    entry, store = shelf.products["p1"], shelf.mini_programs["shop0001"]
    assert b'"available":1' in shelf.page(entry)
    assert b'"in_stock":true' in shelf.store(store, None, None, 20)
    shelf.put_level({"_id": "s1", "available": 0, "version": 2})
    assert b'"available":1' not in shelf.page(entry)
    assert b'"in_stock":false' in shelf.store(store, None, None, 20)


def test_a_product_moves_between_categories_and_leaves_when_delisted() -> None:
    shelf = shelf_of(("mini_programs", program()), *(("products", product(n)) for n in (2, 1, 3)))
    assert ids(shelf) == ids(shelf, "tea") == ["p1", "p2", "p3"]
    shelf.put("products", product(2, version=2, category_id="pots"))
    assert (ids(shelf), ids(shelf, "tea"), ids(shelf, "pots")) == (["p1", "p2", "p3"], ["p1", "p3"], ["p2"])
    shelf.put("products", product(2, version=3, category_id="pots", listed=False))
    assert (ids(shelf), ids(shelf, "pots"), ids(shelf, "none")) == (["p1", "p3"], [], [])


def test_a_cursor_is_read_back_and_garbage_is_not() -> None:
    assert read_cursor(write_cursor((1, "p1")), int, str) == (1, "p1")
    assert read_cursor(None, int, str) is None
    for wrong in ("", "x", "####", write_cursor(("1", "p1")), write_cursor((1,)), write_cursor((True, "p"))):
        with pytest.raises(WrongContent):
            read_cursor(wrong, int, str)


def test_a_replica_that_does_not_lead_remembers_changes_for_a_minute() -> None:
    class NoDatabase(dict[str, Any]):
        def __missing__(self, name: str) -> None:
            return None

    now = 0.0
    changed = ChangedLevels(NoDatabase(), lambda: now)  # type: ignore[arg-type]
    changed.mark(["a", "b"])
    now = 30.0
    changed.mark(["a"])
    now = REMEMBER_SECONDS + 1
    changed.forget_old()
    assert changed.take() == ["a"]
    assert changed.take() == []
