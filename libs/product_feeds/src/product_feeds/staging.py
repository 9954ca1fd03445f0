"""Groups the lines of a feed into products. They are kept in a file, so that memory does not grow with the feed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import astuple, dataclass, replace
from itertools import groupby
from pathlib import Path
from types import TracebackType
from typing import Self

import orjson

from product_feeds.lines import ATTRIBUTES, MAX_IMAGES, FeedLine, LineError

MAX_SKUS = 200

_SCHEMA = (
    "CREATE TABLE lines (sku_id TEXT PRIMARY KEY, product_id TEXT, line INTEGER, data BLOB) WITHOUT ROWID"
)


@dataclass(frozen=True, slots=True)
class FeedSku:
    """A SKU of a product; `price` in fen. `quantity` None leaves the stock of a known SKU as it is."""

    line: int
    sku_id: str
    attributes: dict[str, str]
    attributes_en: dict[str, str]
    price: int
    quantity: int | None


@dataclass(frozen=True, slots=True)
class FeedProduct:
    """The lines of one `item_group_id`, or a single line without one. Texts and category are those of its first line."""

    product_id: str
    title: str
    description: str
    brand: str
    model: str
    category_id: str
    images: tuple[str, ...]
    skus: tuple[FeedSku, ...]


class Staging:
    """Lines by SKU in a SQLite file at `path`, which is made new."""

    def __init__(self, path: Path) -> None:
        path.unlink(missing_ok=True)
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode=OFF")
        self._db.execute("PRAGMA synchronous=OFF")
        self._db.execute("PRAGMA cache_size=-16000")
        self._db.execute(_SCHEMA)
        self._db.execute("BEGIN")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._db.close()

    def add(self, line: FeedLine) -> LineError | None:
        """Keep the line; returns an error instead if an earlier line has the same SKU."""
        values = (line.sku_id, line.product_id, line.line, orjson.dumps(astuple(line)))
        added = self._db.execute("INSERT INTO lines VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING", values)
        if added.rowcount:
            return None
        (first,) = self._db.execute("SELECT line FROM lines WHERE sku_id = ?", values[:1]).fetchone()
        return _error(
            line, "id", line.sku_id, f"line {first} has the same id; give each line an id of its own"
        )

    def has(self, product_id: str) -> bool:
        """Whether the product has a line; fast once `products` has been called, which makes the index."""
        found = self._db.execute("SELECT 1 FROM lines WHERE product_id = ? LIMIT 1", (product_id,))
        return found.fetchone() is not None

    def products(self) -> Iterator[tuple[FeedProduct, list[LineError]]]:
        """The products by id, each with what is wrong with those of its lines that are left out."""
        self._db.execute("CREATE INDEX IF NOT EXISTS by_product ON lines (product_id, line)")
        rows = self._db.execute("SELECT product_id, data FROM lines ORDER BY product_id, line")
        for _, group in groupby(rows, key=lambda row: row[0]):
            yield _product([_line(data) for _, data in group])


def _product(lines: list[FeedLine]) -> tuple[FeedProduct, list[LineError]]:
    first = lines[0]
    skus: list[FeedSku] = []
    errors: list[LineError] = []
    by_attributes: dict[tuple[tuple[str, str], ...], int] = {}
    for line in lines:
        if len(skus) == MAX_SKUS:
            message = f"a product has at most {MAX_SKUS} SKUs; give some lines another item_group_id"
            errors.append(_error(line, "item_group_id", line.product_id, message))
        elif (twin := by_attributes.setdefault(line.attributes, line.line)) != line.line:
            message = f"line {twin} of the same item_group_id has the same; let {', '.join(ATTRIBUTES)} tell them apart"
            errors.append(_error(line, "color", dict(line.attributes).get("color", ""), message))
        else:
            skus.append(_sku(line))
    images = tuple(dict.fromkeys(image for line in lines for image in line.images))[:MAX_IMAGES]
    product = FeedProduct(
        first.product_id, first.title, first.description, first.brand, first.model, first.category_id, images, tuple(skus)
    )  # fmt: skip
    return product, errors


def _sku(line: FeedLine) -> FeedSku:
    named = [(ATTRIBUTES[field], value) for field, value in line.attributes]
    return FeedSku(
        line.line,
        line.sku_id,
        {chinese: value for (chinese, _), value in named},
        {english: value for (_, english), value in named},
        line.price,
        line.quantity,
    )


def _line(data: bytes) -> FeedLine:
    line = FeedLine(*orjson.loads(data))
    return replace(line, images=tuple(line.images), attributes=tuple((n, v) for n, v in line.attributes))


def _error(line: FeedLine, field: str, value: str, message: str) -> LineError:
    return LineError(line.line, line.product_id, field, value, message)
