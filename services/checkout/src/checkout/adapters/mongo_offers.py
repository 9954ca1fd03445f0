"""What can be bought at which price: checkout's own projection of the products stream.

It may be stale. `expected_total` protects the buyer, and catalog, which reserves the stock, protects the owner.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from itertools import islice

from cachetools import LRUCache

from checkout.domain.account import ProductCard
from checkout.domain.purchase import Terms
from checkout.domain.shop import Offer
from contracts.catalog import ProductState
from runtime.mongo.client import Database, Document
from runtime.mongo.writes import keep_newest

MAX_AGE_SECONDS = 1.0
"""Many buyers want the same product at once. A change that this replica consumes counts immediately."""
READ_ALONG = 50
"""A read also fetches up to this many SKUs that were requested since the read before: of twenty SKUs that sell all the time,
each would otherwise cost a query a second."""
CACHE_SIZE = 2_000


class MongoOffers:
    """Implements the port Offers. `now` is a monotonic clock in seconds."""

    def __init__(self, db: Database, now: Callable[[], float] = time.monotonic) -> None:
        self._products = db["products"]
        self._now = now
        self._cache = LRUCache[str, tuple[float, Offer]](CACHE_SIZE)
        self._requested = LRUCache[str, set[str]](CACHE_SIZE)

    async def prepare(self) -> None:
        await self._products.create_index("skus.sku_id")

    async def find(self, mini_program_id: str, sku_ids: Iterable[str]) -> dict[str, Offer]:
        requested = set(sku_ids)
        offers = self._cached(mini_program_id, requested)
        missing = requested - offers.keys()
        before = self._requested.get(mini_program_id) or set()
        self._requested[mini_program_id] = requested if missing else before | requested
        if missing:
            read = await self._read(mini_program_id, missing | set(islice(before, READ_ALONG)))
            offers |= {sku_id: offer for sku_id, offer in read.items() if sku_id in missing}
        return offers

    def _cached(self, mini_program_id: str, sku_ids: Iterable[str]) -> dict[str, Offer]:
        oldest = self._now() - MAX_AGE_SECONDS
        entries = {sku_id: entry for sku_id in sku_ids if (entry := self._cache.get(sku_id)) is not None}
        return {
            sku_id: offer
            for sku_id, (read_at, offer) in entries.items()
            if read_at > oldest and offer.mini_program_id == mini_program_id
        }

    async def _read(self, mini_program_id: str, sku_ids: set[str]) -> dict[str, Offer]:
        read_at = self._now()
        offers: dict[str, Offer] = {}
        query = {"skus.sku_id": {"$in": list(sku_ids)}, "mini_program_id": mini_program_id}
        async for product in self._products.find(query):
            for sku in product["skus"]:
                if sku["sku_id"] in sku_ids:
                    offers[sku["sku_id"]] = _offer(product, sku)
        for sku_id, offer in offers.items():
            self._cache[sku_id] = (read_at, offer)
        return offers

    async def cards(self, product_ids: Sequence[str]) -> dict[str, ProductCard]:
        fields = {"title": 1, "image": 1, "skus.price": 1}
        query = {"_id": {"$in": list(product_ids)}, "listed": True}
        return {d["_id"]: _card(d) async for d in self._products.find(query, fields)}

    async def learn(self, products: Sequence[ProductState]) -> None:
        by_version = sorted(products, key=lambda product: int(product.version))
        await keep_newest(self._products, {product.product_id: _document(product) for product in by_version})
        for product in products:
            for sku in product.skus:
                self._cache.pop(sku.sku_id, None)


def _document(product: ProductState) -> Document:
    return {
        "mini_program_id": product.mini_program_id,
        "title": product.title,
        "image": product.images[0] if product.images else "",
        "listed": product.listed,
        "version": product.version,
        "terms": product.terms.model_dump(),
        "skus": [
            {"sku_id": sku.sku_id, "attributes": sku.attributes, "price": sku.price.amount}
            for sku in product.skus
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


def _card(product: Document) -> ProductCard:
    price = min(sku["price"] for sku in product["skus"])
    return ProductCard(product["_id"], product["title"], product["image"], price)
