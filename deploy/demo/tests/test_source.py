"""A slip in the tables is named, not loaded."""

from copy import deepcopy

import pytest

from anchorage_demo.products import build_product
from anchorage_demo.source import Glossary, SourceError, Table, read
from anchorage_demo.text import Text
from anchorage_demo.world import Category, Product

SHELF = read("stores/yunli/kitchen.toml")


def kettle(**changes: object) -> Product:
    entry: Table = deepcopy(SHELF["product"]["gooseneck_kettle"]) | changes
    category = Category("kitchen", Text("厨房", "Kitchen"), "#c9573c", "#efdfca")
    return build_product("kettle", entry, SHELF, category, read("stores/yunli/store.toml"), Glossary())


def test_colours_and_sizes_are_multiplied_out_in_the_order_of_the_stock_figures() -> None:
    product = kettle(colours=["white", "black"], sizes={"1 L": 100, "2 L": 200}, stock=[1, 2, 3, 4])
    assert [(sku.sku_id, sku.price_fen, sku.stock) for sku in product.skus] == [
        ("yl_kettle_white_1_l", 100, 1),
        ("yl_kettle_white_2_l", 200, 2),
        ("yl_kettle_black_1_l", 100, 3),
        ("yl_kettle_black_2_l", 200, 4),
    ]


def test_each_sku_shows_its_own_colour() -> None:
    product = kettle(colours=["white", "black"], sizes={"1 L": 100}, stock=[1, 2])
    assert [sku.image_name for sku in product.skus] == ["yl_kettle", "yl_kettle_black"]


def test_a_missing_stock_figure_is_refused() -> None:
    with pytest.raises(SourceError, match="yl_kettle has 6 SKUs and 1 stock figures"):
        kettle(stock=[1])


def test_an_unknown_colour_is_refused() -> None:
    with pytest.raises(SourceError, match=r"'puce' is not in colours\.toml"):
        kettle(colours=["puce"], stock=[1, 2])


def test_the_nearest_commission_wins() -> None:
    assert kettle().commission.creator_bps == read("stores/yunli/store.toml")["commission"]["creator_bps"]
    assert kettle(creator_bps=1234).commission.creator_bps == 1234
    assert kettle(creator_bps=0).commission.creator_bps == 0
