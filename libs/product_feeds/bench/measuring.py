"""Generated feeds, and what reading them costs."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator
from pathlib import Path

from product_feeds.lines import Categories, FeedLine, read_line
from product_feeds.reading import Format, read_rows
from product_feeds.rows import Row
from product_feeds.staging import Staging

FORMATS: tuple[Format, ...] = ("google_xml", "csv", "jsonl")
CATEGORIES = Categories({f"Category {number}": f"c{number}" for number in range(20)})
NAMES = (
    "id",
    "item_group_id",
    "title",
    "description",
    "price",
    "quantity",
    "brand",
    "mpn",
    "product_type",
    "image_link",
    "size",
    "link",
)
DESCRIPTION = "A pot of cast iron, heavy and black, for gas and induction. " * 4


def values(number: int) -> tuple[str, ...]:
    """The fields of one line; three lines are a product."""
    return (
        f"sku-{number}", f"product-{number // 3}", f"Iron pot {number}", DESCRIPTION, f"{number % 900 + 1}.50 CNY", str(number % 50),
        "Smith & Sons", f"M{number}", f"Home > Category {number % 20}", f"https://shop.example/pictures/{number}.jpg", str(number % 3),
        f"https://shop.example/{number}",
    )  # fmt: skip


def text(written_as: Format, lines: int) -> Iterator[str]:
    """The feed, line by line."""
    if written_as == "csv":
        yield ",".join(NAMES) + "\n"
    if written_as == "google_xml":
        yield '<rss xmlns:g="http://base.google.com/ns/1.0"><channel>\n'
    for number in range(lines):
        row = values(number)
        if written_as == "csv":
            yield ",".join(f'"{value}"' for value in row) + "\n"
        elif written_as == "jsonl":
            yield "{" + ", ".join(f'"{n}": "{v}"' for n, v in zip(NAMES, row, strict=True)) + "}\n"
        else:
            escaped = (value.replace("&", "&amp;").replace(">", "&gt;") for value in row)
            yield (
                "<item>"
                + "".join(f"<g:{n}>{v}</g:{n}>" for n, v in zip(NAMES, escaped, strict=True))
                + "</item>\n"
            )
    if written_as == "google_xml":
        yield "</channel></rss>\n"


def measure(written_as: Format, lines: int, folder: str) -> tuple[float, float, int, int]:
    """Seconds of CPU, MB of memory that reading adds to the process, MB of the file, and products found."""
    path = Path(folder) / "feed"
    with path.open("w", encoding="utf-8") as file:
        file.writelines(text(written_as, lines))
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    with Staging(Path(folder) / "lines.sqlite") as staging:
        for row in read_rows(path, written_as):
            line = read_line(row, CATEGORIES) if isinstance(row, Row) else None
            assert isinstance(line, FeedLine), row  # noqa: S101
            assert staging.add(line) is None  # noqa: S101
        products = sum(1 for _ in staging.products())
    seconds, after = time.process_time() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return seconds, (after - before) / 1024, path.stat().st_size // 1024**2, products
