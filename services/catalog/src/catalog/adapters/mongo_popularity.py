"""What sales and ratings are counted from: the stock, the refunds in full, and the ratings of reviews."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from pymongo import ASCENDING
from pymongo.asynchronous.collection import AsyncCollection

from catalog.domain.popularity import Popularity
from contracts.reviews import ReviewState
from runtime.mongo.client import Database, Document
from runtime.mongo.writes import insert_new, keep_newest

OF_PRODUCT = [("product_id", ASCENDING), ("is_shown", ASCENDING), ("rating", ASCENDING)]


class MongoPopularity:
    """Implements `PopularityCounts`."""

    def __init__(self, db: Database) -> None:
        self._stock = db["stock"]
        self._given_back = db["given_back"]
        self._ratings = db["ratings"]

    async def prepare(self) -> None:
        """Create the indexes; idempotent."""
        await self._stock.create_index([("product_id", ASCENDING)])
        await self._given_back.create_index([("product_id", ASCENDING)])
        await self._ratings.create_index(OF_PRODUCT)

    async def products_of(self, sku_ids: Collection[str]) -> set[str]:
        found = self._stock.find({"_id": {"$in": list(sku_ids)}}, {"product_id": 1})
        return {document["product_id"] async for document in found}

    async def learn(self, reviews: Sequence[ReviewState]) -> None:
        by_version = sorted(reviews, key=lambda review: int(review.version))
        await keep_newest(self._ratings, {review.review_id: _document(review) for review in by_version})

    async def give_back(self, order_id: str, pieces: Mapping[str, int]) -> None:
        documents: list[Document] = [
            {"_id": f"{order_id}:{product_id}", "product_id": product_id, "pieces": number}
            for product_id, number in pieces.items()
        ]
        await insert_new(self._given_back, documents)

    async def of(self, product_id: str) -> Popularity:
        """Sums over the product's SKUs and refunds, and over an index of its reviews alone.

        A refund may be known before the sale is; then nothing is sold.
        """
        shown: list[Document] = [
            {"$match": {"product_id": product_id, "is_shown": True}},
            {"$group": {"_id": None, "reviews": {"$sum": 1}, "stars": {"$sum": "$rating"}}},
        ]
        sold = await _sum(self._stock, product_id, "sold") - await _sum(
            self._given_back, product_id, "pieces"
        )
        ratings = await (await self._ratings.aggregate(shown, hint=dict(OF_PRODUCT))).to_list()
        return Popularity(
            sold=max(0, sold),
            reviews=ratings[0]["reviews"] if ratings else 0,
            stars=ratings[0]["stars"] if ratings else 0,
        )


async def _sum(collection: AsyncCollection[Document], product_id: str, field: str) -> int:
    """Of a field, over the documents of a product."""
    pipeline: list[Document] = [
        {"$match": {"product_id": product_id}},
        {"$group": {"_id": None, "sum": {"$sum": f"${field}"}}},
    ]
    rows = await (await collection.aggregate(pipeline)).to_list()
    return int(rows[0]["sum"]) if rows else 0


def _document(review: ReviewState) -> Document:
    return {
        "product_id": review.product_id,
        "rating": review.rating,
        "is_shown": review.is_shown,
        "version": review.version,
    }
