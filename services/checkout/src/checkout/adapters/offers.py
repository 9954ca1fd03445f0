"""What can be bought at which price: checkout's own projection of the products stream.

It is stale by nature, and read once a second at most; the buyer is guarded by `expected_total`, the owner by catalog, which reserves.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from cachetools import LRUCache

from checkout.domain.order import Terms
from contracts.catalog import ProductState
from runtime.consuming.subscription import Delivery
from runtime.mongo.client import Database, Document
from runtime.mongo.writes import keep_newest

FRESH_SECONDS = 1.0
"""Many buy the same thing at once; a change that comes through this replica counts from that moment on."""
READ_ALONG = 50
"""What was asked for since the last reading is read along with what is needed, so many SKUs at most: of twenty SKUs that sell
all the time each would cost a query a second."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A SKU as it could be bought now."""

    sku_id: str
    product_id: str
    mini_program_id: str
    title: str
    attributes: dict[str, str]
    price: int
    product_version: int
    listed: bool
    terms: Terms


class Offers:
    """SKUs by id, and product cards for the account page."""

    def __init__(self, db: Database, now: Callable[[], float] = time.monotonic) -> None:
        self._products = db["products"]
        self._now = now
        self._recent = LRUCache[str, tuple[float, Offer]](2_000)
        self._asked = LRUCache[str, set[str]](2_000)

    async def prepare(self) -> None:
        """Indexes."""
        await self._products.create_index("skus.sku_id")

    async def of(self, mini_program_id: str, sku_ids: Iterable[str]) -> dict[str, Offer]:
        """The offers of these SKUs in this mini program, as they were within the last FRESH_SECONDS; what is not there is
        unknown."""
        wanted, since = set(sku_ids), self._now() - FRESH_SECONDS
        recent = {sku_id: kept for sku_id in wanted if (kept := self._recent.get(sku_id)) is not None}
        found = {
            sku_id: offer
            for sku_id, (read_at, offer) in recent.items()
            if read_at > since and offer.mini_program_id == mini_program_id
        }
        asked = self._asked.get(mini_program_id) or set()
        missing = wanted - found.keys()
        self._asked[mini_program_id] = wanted if missing else asked | wanted
        if missing:
            read = await self._read(mini_program_id, missing | set(islice(asked, READ_ALONG)))
            found |= {sku_id: offer for sku_id, offer in read.items() if sku_id in missing}
        return found

    async def _read(self, mini_program_id: str, wanted: set[str]) -> dict[str, Offer]:
        read_at = self._now()
        found: dict[str, Offer] = {}
        query = {"skus.sku_id": {"$in": list(wanted)}, "mini_program_id": mini_program_id}
        async for product in self._products.find(query):
            for sku in product["skus"]:
                if sku["sku_id"] in wanted:
                    found[sku["sku_id"]] = _offer(product, sku)
        for sku_id, offer in found.items():
            self._recent[sku_id] = (read_at, offer)
        return found

    async def cards(self, product_ids: Sequence[str]) -> dict[str, Document]:
        """Title, picture and lowest price of products, by id."""
        fields = {"title": 1, "image": 1, "mini_program_id": 1, "skus.price": 1}
        query = {"_id": {"$in": list(product_ids)}, "listed": True}
        return {d["_id"]: d async for d in self._products.find(query, fields)}

    async def on_products(self, deliveries: Sequence[Delivery]) -> None:
        """Keep the newest version of each product; an older one that comes late is ignored."""
        by_version = sorted((delivery.event for delivery in deliveries), key=_version)
        await keep_newest(self._products, {event.product_id: _document(event) for event in by_version})
        for event in by_version:
            for sku in event.skus:
                self._recent.pop(sku.sku_id, None)


def _version(event: ProductState) -> int:
    return event.version


def _document(event: ProductState) -> Document:
    return {
        "mini_program_id": event.mini_program_id,
        "title": event.title,
        "image": event.images[0] if event.images else "",
        "listed": event.listed,
        "version": event.version,
        "terms": event.terms.model_dump(),
        "skus": [
            {"sku_id": sku.sku_id, "attributes": sku.attributes, "price": sku.price.amount}
            for sku in event.skus
        ],
    }


def _offer(product: Document, sku: Document) -> Offer:
    return Offer(
        sku_id=sku["sku_id"],
        product_id=product["_id"],
        mini_program_id=product["mini_program_id"],
        title=product["title"],
        attributes=sku["attributes"],
        price=sku["price"],
        product_version=product["version"],
        listed=product["listed"],
        terms=Terms(**product["terms"]),
    )
