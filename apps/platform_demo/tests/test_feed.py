"""The feed says what is for sale, and only what has changed is sent."""

from __future__ import annotations

import csv
import gzip
import io
from dataclasses import replace

from platform_demo.feed import COLUMNS, Listing, Offer, feed_file, mark_of, what_to_push, yuan

CUP = Listing("cup", "茶杯", "一只杯子，\"釉\"下彩", "ceramics", "/media/pictures/1", (Offer("cup_1", "120 ml", 4805), Offer("cup_2", "200 ml", 6200)))  # fmt: skip
BOWL = Listing("bowl", "碗", "", "ceramics", "/media/pictures/2", (Offer("bowl_1", "", 100),))


def test_amounts_are_written_in_yuan() -> None:
    assert [yuan(fen) for fen in (1, 100, 4805, 1_234_567)] == ["0.01", "1.00", "48.05", "12345.67"]


def test_the_file_has_a_line_for_each_sku_under_its_product() -> None:
    table = list(csv.DictReader(io.StringIO(gzip.decompress(feed_file([CUP, BOWL])).decode())))
    assert tuple(table[0]) == COLUMNS
    assert [(row["id"], row["item_group_id"], row["price"]) for row in table] == [
        ("cup_1", "cup", "48.05 CNY"),
        ("cup_2", "cup", "62.00 CNY"),
        ("bowl_1", "bowl", "1.00 CNY"),
    ]
    assert table[0]["description"] == CUP.description
    assert feed_file([CUP]) == feed_file([CUP])


def test_the_first_push_is_full_and_the_next_one_has_what_changed() -> None:
    first = what_to_push([CUP, BOWL], {}, complete=False)
    assert first is not None
    assert (first.mode, first.listings) == ("full", (CUP, BOWL))
    sent = {listing.product_id: mark_of(listing) for listing in first.listings}
    assert what_to_push([CUP, BOWL], sent, complete=True) is None
    cheaper = replace(CUP, offers=(replace(CUP.offers[0], price=4500), CUP.offers[1]))
    second = what_to_push([cheaper, BOWL], sent, complete=True)
    assert second is not None
    assert (second.mode, second.listings) == ("incremental", (cheaper,))


def test_a_new_product_is_a_change_and_one_that_left_needs_a_full_feed() -> None:
    sent = {"cup": mark_of(CUP)}
    added = what_to_push([CUP, BOWL], sent, complete=True)
    assert added is not None
    assert (added.mode, added.listings) == ("incremental", (BOWL,))
    left = what_to_push([BOWL], sent | {"bowl": mark_of(BOWL)}, complete=True)
    assert left is not None
    assert (left.mode, left.listings) == ("full", (BOWL,))
