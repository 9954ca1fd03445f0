"""What the values of a line mean, and the words for those that mean nothing."""

from __future__ import annotations

import pytest
from product_feeds_support import line

from product_feeds.lines import FeedLine, LineError
from product_feeds.values import plain_text, read_availability, read_price, read_quantity


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("12.00 CNY", 1200), ("12 CNY", 1200), ("CNY 12.5", 1250), ("¥12", 1200), ("￥ 12.34", 1234), ("12.34元", 1234), ("12.34 rmb", 1234),
        ("1,234.50 CNY", 123450), ("1,234,567", 123456700), ("0.01", 1), ("12.000", 1200), (" 7.10 ", 710), ("¥12.00 CNY", 1200),
    ],
)  # fmt: skip
def test_a_price_is_read_in_its_usual_spellings(text: str, fen: int) -> None:
    assert read_price(text) == fen


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("12.00 USD", "currency must be CNY"), ("$12", "currency must be CNY"), ("12,50 CNY", "point"), ("1.234,50", "point"), ("-1", "point"),
        ("12.345", "two digits"), ("0", "from 0.01"), ("", "point"), ("free", "CNY"), ("1e3", "point"), ("١٢", "point"), ("9" * 12, "to 1000000000"),
        ("9" * 400, "point"), ("12 CNY 13 CNY", "CNY"),
    ],
)  # fmt: skip
def test_a_wrong_price_says_what_would_be_right(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read_price(text)


@pytest.mark.parametrize(
    ("text", "is_there"),
    [
        ("in_stock", True), ("In Stock", True), ("in-stock", True), ("https://schema.org/InStock", True), ("http://schema.org/OutOfStock", False),
        ("有货", True), ("缺货", False), ("OUT OF STOCK", False), ("preorder", False), ("backorder", False),
    ],
)  # fmt: skip
def test_availability_is_read_in_its_usual_spellings(text: str, is_there: bool) -> None:
    assert read_availability(text) is is_there


@pytest.mark.parametrize(("text", "count"), [("5", 5), ("5.0", 5), ("1,000", 1000), ("0", 0), ("10.00", 10)])
def test_a_quantity_is_a_whole_number(text: str, count: int) -> None:
    assert read_quantity(text) == count


@pytest.mark.parametrize("text", ["-1", "5.5", "many", "²", "1" * 30, "10000001"])
def test_a_wrong_quantity_says_what_would_be_right(text: str) -> None:
    with pytest.raises(ValueError, match="whole number from 0 to"):
        read_quantity(text)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("<p>Heavy &amp; <b>black</b></p><p>Iron</p>", "Heavy & black\nIron"),
        ("&lt;p&gt;Twice escaped&lt;/p&gt;", "Twice escaped"),
        ("a<br/>b<script>alert(1)</script>", "a\nb"),
        ("5 < 6 and 7 > 2", "5 < 6 and 7 > 2"),
        ("tab\there\x00\u202e", "tab here"),
        ("a\u00a0&nbsp;b", "a b"),
    ],
)
def test_html_becomes_the_text_that_its_reader_sees(written: str, shown: str) -> None:
    assert plain_text(written) == shown


def test_a_good_line_is_a_sku_of_a_product() -> None:
    found = line(
        color="黑",
        size="24",
        quantity="3",
        additional_image_link="https://a.example/1.jpg, https://a.example/2.jpg,3",
    )
    assert found == FeedLine(
        2, "pot-1", "pot-1", "铸铁锅", "", "", "", "pots",
        ("https://shop.example/pot.jpg", "https://a.example/1.jpg", "https://a.example/2.jpg,3"),
        (("color", "黑"), ("size", "24")), 12900, 3,
    )  # fmt: skip


def test_the_group_names_the_product_and_the_id_the_sku() -> None:
    found = line(item_group_id="pots-of-iron")
    assert isinstance(found, FeedLine)
    assert (found.product_id, found.sku_id) == ("pots-of-iron", "pot-1")


@pytest.mark.parametrize(
    ("changes", "quantity"),
    [
        ({}, None),
        ({"availability": "in_stock"}, None),
        ({"quantity": "4"}, 4),
        ({"inventory": "4"}, 4),
        ({"availability": "out_of_stock", "quantity": "4"}, 0),
    ],
)
def test_stock_is_the_quantity_or_stays_as_it_is(changes: dict[str, str], quantity: int | None) -> None:
    found = line(**changes)
    assert isinstance(found, FeedLine)
    assert found.quantity == quantity


@pytest.mark.parametrize(
    "product_type", ["pots", "锅具", " POTS ", "Home > Kitchen > Pots", "家居 &gt; 锅具"]
)
def test_a_category_is_found_by_its_id_or_name(product_type: str) -> None:
    found = line(product_type=product_type)
    assert isinstance(found, FeedLine)
    assert found.category_id == "pots"


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"id": ""}, "id", "must not be empty"),
        ({"id": "a/b"}, "id", "must have 1 to 64"),
        ({"id": "x" * 65}, "id", "must have 1 to 64"),
        ({"title": ""}, "title", "must not be empty"),
        ({"title": "\u200b"}, "title", "visible"),
        ({"title": "锅" * 201}, "title", "has 201 characters; at most 200"),
        ({"description": "x" * 4001}, "description", "at most 4000"),
        ({"price": "12 USD"}, "price", "CNY"),
        ({"product_type": "Shoes"}, "product_type", "it has: 锅具, Pots, 茶"),
        ({"image_link": ""}, "image_link", "must not be empty"),
        ({"image_link": "pot.jpg"}, "image_link", "http"),
        ({"availability": "soon"}, "availability", "in_stock or out_of_stock"),
        ({"size": "x" * 101}, "size", "at most 100"),
    ],
)
def test_a_wrong_value_is_named_with_what_would_be_right(
    changes: dict[str, str], field: str, words: str
) -> None:
    found = line(**changes)
    assert isinstance(found, list)
    [error] = found
    assert isinstance(error, LineError)
    assert (error.line, error.field, error.value) == (2, field, next(iter(changes.values()))[:100])
    assert words in error.message


def test_all_that_is_wrong_with_a_line_is_said_at_once() -> None:
    found = line(id="a b", price="free", image_link="x")
    assert isinstance(found, list)
    assert {error.field for error in found} == {"id", "price", "image_link"}


def test_an_uploaded_picture_is_named_by_its_url() -> None:
    uploaded = f"/media/pictures/{'0' * 64}/1280.webp"
    found = line(image_link=uploaded, additional_image_link=f"https://a.example/1.jpg,{uploaded}?2")
    assert isinstance(found, FeedLine)
    assert found.images == (uploaded, "https://a.example/1.jpg", f"{uploaded}?2")
