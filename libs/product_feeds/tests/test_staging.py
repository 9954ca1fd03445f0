"""Lines become products, wherever they stand in the feed."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from product_feeds_support import line

from product_feeds.lines import FeedLine
from product_feeds.staging import MAX_SKUS, Staging


@pytest.fixture
def staging(tmp_path: Path) -> Iterator[Staging]:
    with Staging(tmp_path / "lines.sqlite") as made:
        yield made


def good(**fields: str) -> FeedLine:
    found = line(**fields)
    assert isinstance(found, FeedLine)
    return found


def test_lines_of_a_group_are_one_product_in_the_order_of_ids(staging: Staging) -> None:
    for fields in (
        {"id": "z"},
        {"id": "a-24", "item_group_id": "a", "size": "24", "title": "First"},
        {"id": "b"},
        {"id": "a-28", "item_group_id": "a", "size": "28", "image_link": "https://shop.example/28.jpg"},
    ):
        assert staging.add(good(**fields)) is None
    assert list(staging.left_out()) == []
    found = list(staging.products())
    assert [(product.product_id, [sku.sku_id for sku in product.skus]) for product in found] == [
        ("a", ["a-24", "a-28"]),
        ("b", ["b"]),
        ("z", ["z"]),
    ]
    assert found[0].title == "First"
    assert found[0].images == ("https://shop.example/pot.jpg", "https://shop.example/28.jpg")
    assert (found[0].skus[1].attributes, found[0].skus[1].attributes_en) == ({"尺码": "28"}, {"Size": "28"})


def test_a_repeated_id_names_the_line_that_has_it(staging: Staging) -> None:
    staging.add(good())
    error = staging.add(good())
    assert error is not None
    assert (error.field, error.value) == ("id", "pot-1")
    assert "line 2 has the same id" in error.message


def test_skus_that_nothing_tells_apart_are_named(staging: Staging) -> None:
    staging.add(good(id="1", item_group_id="g", size="24"))
    staging.add(
        FeedLine(3, "g", "2", "t", "", "", "", "pots", ("https://a.example/1",), (("size", "24"),), 1, None)
    )
    [product], errors = staging.products(), list(staging.left_out())
    assert [sku.sku_id for sku in product.skus] == ["1"]
    assert [(error.line, error.field) for error in errors] == [(3, "color")]


def test_a_product_that_a_wrong_line_names_is_in_the_feed(staging: Staging) -> None:
    staging.add(good(id="1", item_group_id="g"))
    staging.add_wrong("h")
    staging.add_wrong("h")
    assert [staging.has(product_id) for product_id in ("g", "h", "1", "i")] == [True, True, False, False]


def test_a_feed_whose_lines_all_have_one_group_costs_no_more_memory_than_a_product(staging: Staging) -> None:
    description = "x" * 4000
    for number in range(20_000):
        staging.add(
            FeedLine(
                number, "g", str(number), "t", description, "", "", "pots", ("https://a.example/1",), (), 1, 0
            )
        )
    tracemalloc.start()
    errors = sum(1 for _ in staging.left_out())
    [product] = staging.products()
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (errors, len(product.skus)) == (19_999, 1)
    assert most < 8 * 1024**2


def test_a_product_takes_as_many_skus_as_the_platform_does(staging: Staging) -> None:
    for number in range(MAX_SKUS + 1):
        line = FeedLine(
            number,
            "g",
            str(number),
            "t",
            "",
            "",
            "",
            "pots",
            ("https://a.example/1",),
            (("size", str(number)),),
            1,
            0,
        )
        staging.add(line)
    [product], errors = staging.products(), list(staging.left_out())
    assert len(product.skus) == MAX_SKUS
    assert [error.field for error in errors] == ["item_group_id"]
