"""The product feed: one line of CSV for each SKU, compressed with gzip. Stock is not in it: `pushing.py` sends that."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

COLUMNS = ("id", "item_group_id", "title", "description", "product_type", "price", "image_link", "size")


@dataclass(frozen=True)
class Offer:
    """A SKU as it is in the feed. `price` is in fen."""

    sku_id: str
    size: str
    price: int


@dataclass(frozen=True)
class Listing:
    """A product as it is in the feed."""

    product_id: str
    title: str
    description: str
    category: str
    picture_url: str
    offers: tuple[Offer, ...]


def yuan(fen: int) -> str:
    """An amount as a feed writes it: 12800 fen are `128.00`."""
    return f"{fen // 100}.{fen % 100:02}"


def rows_of(listing: Listing) -> list[tuple[str, ...]]:
    """The lines of a product, in the order of COLUMNS."""
    return [
        (
            offer.sku_id, listing.product_id, listing.title, listing.description, listing.category,
            f"{yuan(offer.price)} CNY", listing.picture_url, offer.size,
        )
        for offer in listing.offers
    ]  # fmt: skip


def mark_of(listing: Listing) -> str:
    """A short hash of a product's lines in the feed: it changes when the product must be sent again."""
    return hashlib.sha256(repr(rows_of(listing)).encode()).hexdigest()[:16]


def feed_file(listings: Iterable[Listing]) -> bytes:
    """The file to send. The same products give the same bytes."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(COLUMNS)
    for listing in listings:
        table.writerows(rows_of(listing))
    return gzip.compress(text.getvalue().encode(), mtime=0)


@dataclass(frozen=True)
class Push:
    """What to send of a shop: `full` has everything, and takes all else off sale; `incremental` has only what has changed."""

    mode: str
    listings: tuple[Listing, ...]


def what_to_push(listings: Sequence[Listing], sent: dict[str, str], *, complete: bool) -> Push | None:
    """None if Anchorage has everything. `sent` are the marks that it has, by product; `complete` says that it once got a full feed."""
    marks = {listing.product_id: mark_of(listing) for listing in listings}
    if not complete or sent.keys() - marks.keys():
        return Push("full", tuple(listings))
    changed = tuple(one for one in listings if sent.get(one.product_id) != marks[one.product_id])
    return Push("incremental", changed) if changed else None
