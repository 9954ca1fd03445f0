"""What can be bought at which price: checkout's own projection of the products stream.

It may be stale. `expected_total` protects the buyer, and catalog, which reserves the stock, protects the owner.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence

from cachetools import TTLCache

from checkout.domain.account import ProductCard
from checkout.domain.purchase import Terms
from checkout.domain.shop import Offer
from contracts.catalog import ProductState
from runtime.mongo.client import Database, Document
from runtime.mongo.writes import keep_newest

MAX_AGE_SECONDS = 1.0
"""How long an offer is cached. A change that this replica consumes clears its entry."""
CACHE_SIZE = 2_000


class MongoOffers:
    """Implements the port Offers. `now` is a monotonic clock in seconds."""

    def __init__(self, db: Database, now: Callable[[], float] = time.monotonic) -> None:
        self._products = db["products"]
        self._learned = 0
        self._cache = TTLCache[str, Offer](CACHE_SIZE, ttl=MAX_AGE_SECONDS, timer=now)

    async def prepare(self) -> None:
        await self._products.create_index("skus.sku_id")

    async def find(self, mini_program_id: str, sku_ids: Iterable[str]) -> dict[str, Offer]:
        requested = set(sku_ids)
        cached = {sku_id: offer for sku_id in requested if (offer := self._cache.get(sku_id)) is not None}
        missing = requested - cached.keys()
        offers = cached | (await self._read(mini_program_id, missing) if missing else {})
        return {sku_id: offer for sku_id, offer in offers.items() if offer.mini_program_id == mini_program_id}

    async def _read(self, mini_program_id: str, sku_ids: set[str]) -> dict[str, Offer]:
        offers: dict[str, Offer] = {}
        learned = self._learned
        query = {"skus.sku_id": {"$in": list(sku_ids)}, "mini_program_id": mini_program_id}
        async for product in self._products.find(query):
            for sku in product["skus"]:
                if sku["sku_id"] in sku_ids:
                    offers[sku["sku_id"]] = _offer(product, sku)
        if learned == self._learned:  # else a newer state may have arrived while this was read
            self._cache.update(offers)
        return offers

    async def cards(self, product_ids: Sequence[str]) -> dict[str, ProductCard]:
        fields = {"title": 1, "title_en": 1, "image": 1, "skus.price": 1}
        query = {"_id": {"$in": list(product_ids)}, "listed": True}
        return {d["_id"]: _card(d) async for d in self._products.find(query, fields)}

    async def sells(self, mini_program_id: str, product_id: str) -> bool:
        query = {"_id": product_id, "mini_program_id": mini_program_id, "listed": True}
        return await self._products.find_one(query, {"_id": 1}) is not None

    async def learn(self, products: Sequence[ProductState]) -> None:
        by_version = sorted(products, key=lambda product: int(product.version))
        await keep_newest(self._products, {product.product_id: _document(product) for product in by_version})
        self._learned += 1
        for product in products:
            for sku in product.skus:
                self._cache.pop(sku.sku_id, None)


def _document(product: ProductState) -> Document:
    return {
        "mini_program_id": product.mini_program_id,
        "title": product.title,
        "title_en": product.title_en,
        "image": product.images[0] if product.images else "",
        "listed": product.listed,
        "version": product.version,
        "terms": product.terms.model_dump(),
        "skus": [
            {
                "sku_id": sku.sku_id,
                "attributes": sku.attributes,
                "attributes_en": sku.attributes_en,
                "price": sku.price.amount,
            }
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
        title_en=product.get("title_en", ""),
        attributes_en=sku.get("attributes_en", {}),
        image_url=product["image"],
    )


def _card(product: Document) -> ProductCard:
    price = min(sku["price"] for sku in product["skus"])
    return ProductCard(product["_id"], product["title"], product.get("title_en", ""), product["image"], price)
