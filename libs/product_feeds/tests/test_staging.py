"""Lines become products, wherever they stand in the feed."""

from __future__ import annotations

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
    found = [product for product, errors in staging.products() if not errors]
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
    [(product, errors)] = staging.products()
    assert [sku.sku_id for sku in product.skus] == ["1"]
    assert [(error.line, error.field) for error in errors] == [(3, "color")]


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
    [(product, errors)] = staging.products()
    assert len(product.skus) == MAX_SKUS
    assert [error.field for error in errors] == ["item_group_id"]
