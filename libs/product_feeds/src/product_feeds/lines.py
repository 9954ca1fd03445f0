"""A row as a line of a product feed: one SKU, with the product that it belongs to; or what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from contracts.api.visible import BLANK
from product_feeds.rows import BadLine, Row
from product_feeds.values import plain_line, plain_text, read_availability, read_price, read_quantity

MAX_TITLE, MAX_DESCRIPTION, MAX_NAME, MAX_VALUE, MAX_ADDRESS = 200, 4000, 100, 100, 1024
"""Characters; the limits of a product (`contracts.api.products`)."""
MAX_IMAGES = 20
SHOWN = 100
"""Characters of a wrong value that are repeated."""

ATTRIBUTES = {
    "color": ("颜色", "Colour"),
    "size": ("尺码", "Size"),
    "material": ("材质", "Material"),
    "pattern": ("图案", "Pattern"),
}
"""The fields in which the SKUs of a product differ, each with its Chinese and English name for viewers."""
OTHER_NAMES = {
    "colour": "color", "sku": "id", "product_id": "id", "inventory": "quantity", "stock": "quantity", "image": "image_link",
    "image_url": "image_link", "additional_image_links": "additional_image_link", "category": "product_type",
    "product_types": "product_type", "sizes": "size",
}  # fmt: skip
"""Google's name of a field, by other names that feeds use for it."""

_ID = re.compile(r"[A-Za-z0-9_:-][A-Za-z0-9_.:-]{0,63}")
_ADDRESS = re.compile(r"(https?://|/media/)[^\s\"<>\\]+")
_BETWEEN_ADDRESSES = re.compile(r"\s*[,|\n]\s*(?=https?://|/media/)|\s+")
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class LineError:
    """What is wrong with a field of a line. `value` is what the line has, `message` what would be right."""

    line: int
    product_id: str
    field: str
    value: str
    message: str


@dataclass(frozen=True, slots=True)
class FeedLine:
    """One SKU. `quantity` None leaves the stock of a known SKU as it is; `price` in fen."""

    line: int
    product_id: str
    sku_id: str
    title: str
    description: str
    brand: str
    model: str
    category_id: str
    images: tuple[str, ...]
    attributes: tuple[tuple[str, str], ...]
    price: int
    quantity: int | None


class Categories:
    """The categories of a mini program, found by their id or name."""

    def __init__(self, ids_by_name: Mapping[str, str]) -> None:
        self._ids = {_folded(name): category_id for name, category_id in ids_by_name.items()}
        self._ids |= {_folded(category_id): category_id for category_id in ids_by_name.values()}
        self._known = ", ".join(dict.fromkeys(ids_by_name))[:300] or "none yet"

    def find(self, product_type: str) -> str:
        """The id of the category in a `product_type` such as `Home > Kitchen > Pots`: the last part that is one. Raises ValueError."""
        whole = self._ids.get(_folded(product_type))
        if whole is not None:
            return whole
        for part in reversed(product_type.replace("&gt;", ">").split(">")):
            if (found := self._ids.get(_folded(part))) is not None:
                return found
        raise ValueError(f"must be a category of the mini program, by its id or name; it has: {self._known}")


def read_line(row: Row, categories: Categories) -> FeedLine | list[LineError]:
    """The line, or everything that is wrong with it."""
    fields = {OTHER_NAMES.get(name, name): value for name, value in reversed(row.fields.items())}
    fields |= {name: row.fields[name] for name in fields if name in row.fields}  # Google's own name wins
    reader = _Reader(row.line, fields)
    sku_id = reader.required("id", _read_id)
    group = reader.optional("item_group_id", _read_id)
    in_stock = reader.optional("availability", read_availability)
    quantity = reader.optional("quantity", read_quantity)
    line = FeedLine(
        line=row.line,
        product_id=group or sku_id or "",
        sku_id=sku_id or "",
        title=reader.required("title", _one_line(MAX_TITLE)) or "",
        description=reader.optional("description", _read_description) or "",
        brand=reader.optional("brand", _one_line(MAX_NAME)) or "",
        model=reader.optional("mpn", _one_line(MAX_NAME)) or "",
        category_id=reader.required("product_type", categories.find) or "",
        images=_images(reader),
        attributes=tuple(
            (field, value) for field in ATTRIBUTES if (value := reader.optional(field, _one_line(MAX_VALUE)))
        ),
        price=reader.required("price", read_price) or 0,
        quantity=0 if in_stock is False else quantity,
    )
    return reader.errors or line


def unreadable_line(bad: BadLine) -> LineError:
    """The error of a line that cannot be read as a row."""
    return LineError(bad.line, "", "", "", bad.message)


class _Reader:
    """The fields of one row; collects what is wrong with them."""

    def __init__(self, line: int, fields: Mapping[str, str]) -> None:
        self._line = line
        self._fields = fields
        self.errors: list[LineError] = []

    def required(self, field: str, read: Callable[[str], V]) -> V | None:
        if field not in self._fields:
            self.errors.append(self._error(field, "", "must not be empty"))
            return None
        return self.optional(field, read)

    def optional(self, field: str, read: Callable[[str], V]) -> V | None:
        value = self._fields.get(field)
        if value is None:
            return None
        try:
            return read(value)
        except ValueError as error:
            self.errors.append(self._error(field, value, str(error)))
            return None

    def _error(self, field: str, value: str, message: str) -> LineError:
        product_id = self._fields.get("item_group_id") or self._fields.get("id", "")
        return LineError(self._line, product_id[:64], field, value[:SHOWN], message)


def _images(reader: _Reader) -> tuple[str, ...]:
    first = reader.required("image_link", _read_addresses) or ()
    more = reader.optional("additional_image_link", _read_addresses) or ()
    return tuple(dict.fromkeys((*first, *more)))[:MAX_IMAGES]


def _read_addresses(text: str) -> tuple[str, ...]:
    addresses = [part for part in _BETWEEN_ADDRESSES.split(text.strip().strip(",")) if part]
    if not addresses or any(len(one) > MAX_ADDRESS or not _ADDRESS.fullmatch(one) for one in addresses):
        raise ValueError(
            f"must be an http or https address, or the url of an uploaded picture, of at most {MAX_ADDRESS} characters"
        )
    return tuple(addresses)


def _read_id(text: str) -> str:
    if _ID.fullmatch(text) is None:
        raise ValueError("must have 1 to 64 of A-Z, a-z, 0-9 and _ . : - and not begin with a point")
    return text


def _one_line(most: int) -> Callable[[str], str]:
    return lambda text: _within(most, plain_line(text))


def _read_description(text: str) -> str:
    plain = plain_text(text)
    return _within(MAX_DESCRIPTION, plain) if BLANK.sub("", plain) else ""


def _within(most: int, text: str) -> str:
    if not BLANK.sub("", text):
        raise ValueError("must have a visible character")
    if len(text) > most:
        raise ValueError(f"has {len(text)} characters; at most {most} are allowed")
    return text


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()
