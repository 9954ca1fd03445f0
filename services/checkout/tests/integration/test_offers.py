"""What can be bought, read from checkout's own projection: rarely, and never older than a second."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator

import pytest_asyncio

from checkout.adapters.mongo_offers import MAX_AGE_SECONDS, MongoOffers
from runtime.mongo.client import Database, Document, connect, database

MINI_PROGRAM = "offershop1"


class Shop:
    """Offers in a database of the test's own, with a clock of its own."""

    def __init__(self, db: Database) -> None:
        self.seconds = 0.0
        self.products = db["products"]
        self.offers = MongoOffers(db, lambda: self.seconds)

    async def set_price(self, sku_id: str, price: int) -> None:
        terms = {"platform_bp": 100, "creator_bp": 500, "terms_version": 1}
        product = {
            "mini_program_id": MINI_PROGRAM, "title": "Tea", "image": "", "listed": True, "version": 1,
            "terms": terms, "skus": [{"sku_id": sku_id, "attributes": {}, "price": price}],
        }  # fmt: skip
        await self.products.replace_one({"_id": f"p_{sku_id}"}, product, upsert=True)

    async def prices(self, *sku_ids: str) -> dict[str, int]:
        offers = await self.offers.find(MINI_PROGRAM, sku_ids)
        return {sku_id: offer.price for sku_id, offer in offers.items()}


@pytest_asyncio.fixture
async def shop(mongodb_uri: str, prefix: str) -> AsyncIterator[Shop]:
    client = connect(mongodb_uri)
    db = database(client, prefix + secrets.token_hex(4))
    yield Shop(db)
    await client.drop_database(db.name)
    await client.close()


async def test_a_price_is_never_older_than_a_second(shop: Shop) -> None:
    await shop.set_price("a", 100)
    assert await shop.prices("a") == {"a": 100}
    await shop.set_price("a", 120)
    shop.seconds += MAX_AGE_SECONDS
    assert await shop.prices("a") == {"a": 120}


async def test_within_a_second_the_database_is_read_once(shop: Shop) -> None:
    await shop.set_price("a", 100)
    assert await shop.prices("a") == {"a": 100}
    await shop.products.delete_many({})
    assert await shop.prices("a") == {"a": 100}


async def test_a_sku_of_another_mini_program_is_unknown(shop: Shop) -> None:
    await shop.set_price("a", 100)
    assert await shop.prices("a") == {"a": 100}
    assert await shop.offers.find("othershop1", ["a"]) == {}


async def test_a_price_that_was_read_before_a_change_is_not_cached_after_it(shop: Shop) -> None:
    await shop.set_price("a", 100)
    products = shop.offers._products

    class ChangedMeanwhile:
        """Finds products, and learns of a change before it gives what it found."""

        async def find(self, query: Document) -> AsyncIterator[Document]:
            found = await products.find(query).to_list()
            shop.offers._products = products
            await shop.set_price("a", 120)
            await shop.offers.learn([])
            for product in found:
                yield product

    shop.offers._products = ChangedMeanwhile()  # type: ignore[assignment]
    assert await shop.prices("a") == {"a": 100}
    assert await shop.prices("a") == {"a": 120}
