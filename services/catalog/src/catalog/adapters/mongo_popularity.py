"""What sales and ratings are counted from: the stock, and the ratings of reviews as a projection of their topic."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from pymongo import ASCENDING

from catalog.domain.popularity import Popularity
from contracts.reviews import ReviewState
from runtime.mongo.client import Database, Document
from runtime.mongo.writes import keep_newest

OF_PRODUCT = [("product_id", ASCENDING), ("is_shown", ASCENDING), ("rating", ASCENDING)]


class MongoPopularity:
    """Implements `PopularityCounts`."""

    def __init__(self, db: Database) -> None:
        self._stock = db["stock"]
        self._ratings = db["ratings"]

    async def prepare(self) -> None:
        """Create the indexes; idempotent."""
        await self._stock.create_index([("product_id", ASCENDING)])
        await self._ratings.create_index(OF_PRODUCT)

    async def products_of(self, sku_ids: Collection[str]) -> set[str]:
        found = self._stock.find({"_id": {"$in": list(sku_ids)}}, {"product_id": 1})
        return {document["product_id"] async for document in found}

    async def learn(self, reviews: Sequence[ReviewState]) -> None:
        by_version = sorted(reviews, key=lambda review: int(review.version))
        await keep_newest(self._ratings, {review.review_id: _document(review) for review in by_version})

    async def of(self, product_id: str) -> Popularity:
        """Sums over the product's SKUs, and over an index of its reviews alone."""
        sold: list[Document] = [
            {"$match": {"product_id": product_id}},
            {"$group": {"_id": None, "sold": {"$sum": "$sold"}}},
        ]
        shown: list[Document] = [
            {"$match": {"product_id": product_id, "is_shown": True}},
            {"$group": {"_id": None, "reviews": {"$sum": 1}, "stars": {"$sum": "$rating"}}},
        ]
        sales = await (await self._stock.aggregate(sold)).to_list()
        ratings = await (await self._ratings.aggregate(shown, hint=dict(OF_PRODUCT))).to_list()
        return Popularity(
            sold=sales[0]["sold"] if sales else 0,
            reviews=ratings[0]["reviews"] if ratings else 0,
            stars=ratings[0]["stars"] if ratings else 0,
        )


def _document(review: ReviewState) -> Document:
    return {
        "product_id": review.product_id,
        "rating": review.rating,
        "is_shown": review.is_shown,
        "version": review.version,
    }
