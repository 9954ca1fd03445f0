"""Feeds as texts, read whole."""

from __future__ import annotations

from pathlib import Path

from product_feeds.lines import Categories, FeedLine, LineError, read_line
from product_feeds.reading import Format, read_rows
from product_feeds.rows import BadLine, Row

CATEGORIES = Categories({"锅具": "pots", "Pots": "pots", "茶": "tea"})


def rows(folder: Path, content: bytes | str, written_as: Format) -> list[Row | BadLine]:
    """The rows of a file with this content."""
    path = folder / "feed"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return list(read_rows(path, written_as))


def fields(found: list[Row | BadLine]) -> list[dict[str, str]]:
    """The fields of each row; there must be no bad line."""
    assert [one for one in found if isinstance(one, BadLine)] == []
    return [row.fields for row in found if isinstance(row, Row)]


def line(**changes: str) -> FeedLine | list[LineError]:
    """A good line with some fields changed; an empty one is left out."""
    good = {
        "id": "pot-1", "title": "铸铁锅", "price": "129.00 CNY", "product_type": "锅具",
        "image_link": "https://shop.example/pot.jpg",
    }  # fmt: skip
    return read_line(Row(2, {name: value for name, value in (good | changes).items() if value}), CATEGORIES)
