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
    "CREATE TABLE lines (sku_id TEXT PRIMARY KEY, product_id TEXT, line INTEGER, data BLOB) WITHOUT ROWID",
    "CREATE TABLE wrong (product_id TEXT PRIMARY KEY) WITHOUT ROWID",
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
        for table in _SCHEMA:
            self._db.execute(table)
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

    def add_wrong(self, product_id: str) -> None:
        """Keep that a line which is left out is about the product."""
        self._db.execute("INSERT INTO wrong VALUES (?) ON CONFLICT DO NOTHING", (product_id,))

    def has(self, product_id: str) -> bool:
        """Whether a line, right or wrong, names the product; fast once `left_out` or `products` has been called, which make the index."""
        for table in ("lines", "wrong"):
            found = self._db.execute(f"SELECT 1 FROM {table} WHERE product_id = ? LIMIT 1", (product_id,))  # noqa: S608
            if found.fetchone() is not None:
                return True
        return False

    def products(self) -> Iterator[FeedProduct]:
        """The products by id."""
        for lines in self._groups():
            group = _Group()
            for line in lines:
                group.add(line)
            yield group.product()

    def left_out(self) -> Iterator[LineError]:
        """What is wrong with lines that are in none of the `products`, product by product."""
        for lines in self._groups():
            group = _Group()
            for line in lines:
                if (error := group.add(line)) is not None:
                    yield error

    def _groups(self) -> Iterator[Iterator[FeedLine]]:
        """The lines of each product, which may be all of the feed."""
        self._db.execute("CREATE INDEX IF NOT EXISTS by_product ON lines (product_id, line)")
        rows = self._db.execute("SELECT product_id, data FROM lines ORDER BY product_id, line")
        for _, group in groupby(rows, key=lambda row: row[0]):
            yield (_line(data) for _, data in group)


class _Group:
    """Puts a product together, and keeps no more lines than it has SKUs."""

    def __init__(self) -> None:
        self._first: FeedLine | None = None
        self._skus: list[FeedSku] = []
        self._images: dict[str, None] = {}
        self._by_attributes: dict[tuple[tuple[str, str], ...], int] = {}

    def add(self, line: FeedLine) -> LineError | None:
        """Take the line, or say what is wrong with it. Its pictures are the product's in any case."""
        self._first = self._first or line
        for image in line.images:
            if len(self._images) < MAX_IMAGES:
                self._images.setdefault(image)
        if len(self._skus) == MAX_SKUS:
            message = f"a product has at most {MAX_SKUS} SKUs; give some lines another item_group_id"
            return _error(line, "item_group_id", line.product_id, message)
        if (twin := self._by_attributes.setdefault(line.attributes, line.line)) != line.line:
            message = f"line {twin} of the same item_group_id has the same; let {', '.join(ATTRIBUTES)} tell them apart"
            return _error(line, "color", dict(line.attributes).get("color", ""), message)
        self._skus.append(_sku(line))
        return None

    def product(self) -> FeedProduct:
        """The product of all lines that were taken; there must be one."""
        first = self._first
        if first is None:
            raise ValueError("a product has a line")
        return FeedProduct(
            first.product_id, first.title, first.description, first.brand, first.model, first.category_id,
            tuple(self._images), tuple(self._skus),
        )  # fmt: skip


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
