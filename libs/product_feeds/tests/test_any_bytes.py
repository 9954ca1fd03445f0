"""Whatever a file holds, it gives rows or words, and the rows are lines or errors."""

from __future__ import annotations

import gzip
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st
from product_feeds_support import CATEGORIES, rows

from product_feeds.lines import FeedLine, read_line
from product_feeds.reading import Format
from product_feeds.rows import Row, Unreadable
from product_feeds.staging import Staging

PIECES = [
    b"<", b">", b"</", b"<rss>", b"<item>", b"</item>", b"</rss>", b"<g:id>", b"</g:id>", b"<![CDATA[", b"]]>", b"<!DOCTYPE", b"&amp;", b"&x;", b"&#0;",
    b"<?xml version='1.0' encoding='gbk'?>", b"id", b"title", b"price", b",", b";", b"\t", b"|", b'"', b'""', b"\r\n", b"\n", b"\r", b"\0", b"{", b"}", b"[", b"]",
    b'{"id":', b"null", b"1e999", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\x1f\x8b\x08", "锅".encode(), "锅".encode("gbk"), b"\xe8", b"12.00 CNY", b"sep=,",
    b"\\ud800", b"\xed\xa0\x80", b" ",
]  # fmt: skip
ANY_BYTES = st.binary(max_size=400) | st.lists(
    st.sampled_from(PIECES) | st.binary(max_size=4), max_size=40
).map(b"".join)
FORMATS = st.sampled_from(["google_xml", "csv", "jsonl"])
NAMES = ("id", "title", "description", "price", "product_type", "image_link", "additional_image_link", "availability", "quantity",
         "item_group_id", "color", "brand", "mpn")  # fmt: skip
VALUES = st.text(min_size=1, max_size=60) | st.sampled_from(
    ["1", "12 CNY", "锅具", "https://a.example/1", "in_stock", "<p>&lt;", "\u200b"]
)


@settings(deadline=None, max_examples=400)
@given(content=ANY_BYTES, written_as=FORMATS, packed=st.booleans())
def test_any_bytes_give_rows_or_words(content: bytes, written_as: Format, packed: bool) -> None:
    with TemporaryDirectory() as folder, suppress(Unreadable):
        for row in rows(Path(folder), gzip.compress(content) if packed else content, written_as):
            if isinstance(row, Row):
                read_line(row, CATEGORIES)


@settings(deadline=None, max_examples=300)
@given(st.lists(st.dictionaries(st.sampled_from(NAMES), VALUES), max_size=8))
def test_any_rows_give_products_or_errors_that_name_their_line(found: list[dict[str, str]]) -> None:
    with TemporaryDirectory() as folder, Staging(Path(folder) / "lines.sqlite") as staging:
        kept = set()
        for number, fields in enumerate(found, 1):
            line = read_line(Row(number, fields), CATEGORIES)
            if isinstance(line, FeedLine):
                if staging.add(line) is None:
                    kept.add(number)
            else:
                assert line
                assert all(error.line == number and error.message for error in line)
        told = [(sku.line for sku in product.skus) for product in staging.products()]
        left_out = {error.line for error in staging.left_out()}
        assert {number for lines in told for number in lines} | left_out == kept
