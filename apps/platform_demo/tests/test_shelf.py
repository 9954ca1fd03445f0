"""The shelf knows what Anchorage has, and which changes of stock it has to be told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from platform_demo.catalogue import BUILT_IN, WrongCatalogue, load_catalogue, read_catalogue
from platform_demo.database import Database
from platform_demo.pictures import SHAPES, draw
from platform_demo.shelf import Shelf, UnknownSku

CATALOGUE = read_catalogue("""
name = "店 / Store"
[[shop]]
mini_program_id = "mp1"
name = "铺 / Shop"
carrier = "sf"
[[shop.product]]
id = "cup"
title = "茶杯 / Cup"
about = "杯"
category = "c"
shape = "cup"
colour = "#336699"
sizes = { "S" = { price = 100, pieces = 5 }, "L" = { price = 200, pieces = 0 } }
""")


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    database = Database(tmp_path / "platform.sqlite")
    shelf = Shelf(database)
    shelf.add_new(CATALOGUE.shops)
    yield shelf
    database.close()


def waiting(shelf: Shelf) -> dict[str, tuple[int, int]]:
    return {row["sku_id"]: (row["allotted"], row["waiting"]) for row in shelf.skus("mp1")}


def test_the_catalogue_is_taken_in_once(shelf: Shelf) -> None:
    shelf.set_price("cup_1", 150)
    shelf.add_new(CATALOGUE.shops)
    [row] = shelf.products("mp1")
    assert (row["title"], row["title_en"]) == ("茶杯", "Cup")
    assert [sku["price"] for sku in shelf.skus("mp1")] == [150, 200]
    assert waiting(shelf) == {"cup_1": (5, 5), "cup_2": (0, 0)}


def test_a_stock_call_keeps_its_key_until_it_is_answered(shelf: Shelf) -> None:
    key, moves = shelf.next_moves("mp1", "key-1")
    assert (key, [(move.sku_id, move.change) for move in moves]) == ("key-1", [("cup_1", 5)])
    shelf.allot("cup_2", 7)  # comes while the call is under way, so it is no part of it
    assert shelf.next_moves("mp1", "key-2") == ("key-1", moves)
    shelf.answered(moves, failed=[])
    key, moves = shelf.next_moves("mp1", "key-2")
    assert (key, [(move.sku_id, move.change) for move in moves]) == ("key-2", [("cup_2", 7)])
    shelf.answered([], failed=moves)
    assert shelf.next_moves("mp1", "key-3") == ("key-3", moves)
    shelf.answered(moves, failed=[])
    assert shelf.next_moves("mp1", "key-4") == ("key-4", [])
    assert waiting(shelf) == {"cup_1": (5, 0), "cup_2": (7, 0)}


def test_mending_does_not_change_what_anchorage_should_have(shelf: Shelf) -> None:
    shelf.mend("cup_1", -2)
    assert waiting(shelf)["cup_1"] == (5, 3)


def test_a_sku_that_is_not_there_is_named(shelf: Shelf) -> None:
    with pytest.raises(UnknownSku):
        shelf.set_price("plate", 1)
    with pytest.raises(UnknownSku):
        shelf.allot("plate", 1)
    assert shelf.next_moves("mp1", "k")[1][0].sku_id == "cup_1"


def test_what_was_sent_is_remembered_until_it_must_be_sent_again(shelf: Shelf) -> None:
    assert shelf.listings("mp1") == []  # its picture is not uploaded yet
    shelf.database.run("UPDATE product SET picture_url = '/media/x'")
    [listing] = shelf.listings("mp1")
    shelf.sent("mp1", "full", [listing])
    assert shelf.marks_sent("mp1").keys() == {"cup"}
    shelf.send_again("cup")
    assert shelf.marks_sent("mp1") == {"cup": ""}
    shelf.withdraw("cup")
    assert (shelf.listings("mp1"), shelf.marks_sent("mp1")) == ([], {"cup": ""})
    shelf.sent("mp1", "full", [])
    assert shelf.marks_sent("mp1") == {}


@pytest.mark.parametrize("name", BUILT_IN)
def test_the_catalogues_of_the_package_are_complete_and_small(name: str) -> None:
    catalogue = load_catalogue(name)
    products = [product for shop in catalogue.shops for product in shop.products]
    assert len(catalogue.shops) == 2
    assert len(products) <= 30
    assert len({product.product_id for product in products}) == len(products)
    assert all(product.shape in SHAPES and product.skus and product.title.en for product in products)


def test_a_wrong_catalogue_says_what_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(WrongCatalogue, match="cannot be read"):
        load_catalogue(str(tmp_path / "none.toml"))
    with pytest.raises(WrongCatalogue, match="not TOML"):
        read_catalogue("name =")
    with pytest.raises(WrongCatalogue, match="carrier"):
        read_catalogue('name = "x"\n[[shop]]\nmini_program_id = "m"\nname = "n"')


def test_a_picture_is_a_png_of_its_colour() -> None:
    picture = draw("cup", "#336699")
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    assert bytes.fromhex("336699") in picture
    assert picture == draw("cup", "#336699") != draw("bowl", "#336699")
    assert len(picture) < 50_000
