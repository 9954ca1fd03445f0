"""A file in one of the formats, as rows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from product_feeds.json_rows import json_rows
from product_feeds.rows import BadLine, Row
from product_feeds.source import open_text
from product_feeds.table_rows import table_rows
from product_feeds.xml_rows import xml_rows

Format = Literal["google_xml", "csv", "jsonl"]

_READERS = {"google_xml": xml_rows, "csv": table_rows, "jsonl": json_rows}


def read_rows(path: Path, written_as: Format) -> Iterator[Row | BadLine]:
    """Every line of the feed in the file, in order, in constant memory. Raises Unreadable, also after the first rows."""
    with open_text(path) as text:
        yield from _READERS[written_as](text)
