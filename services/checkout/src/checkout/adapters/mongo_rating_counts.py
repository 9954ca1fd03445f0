"""How many shown reviews each product has by stars, in MongoDB.

Counted again after each change of a review, so that a product page reads one document however many reviews there are. Nothing is
added up: a repeated or late event counts once.
"""

from __future__ import annotations

from collections.abc import Collection

from checkout.adapters.mongo_reviews import BY_STAR
from checkout.adapters.mongo_reviews import COLLECTION as REVIEWS
from checkout.domain.review import STARS, RatingCounts
from runtime.errors import WriteConflict
from runtime.mongo.client import Database, Document
from runtime.mongo.writes import insert_new

MAX_ATTEMPTS = 10


class MongoRatingCounts:
    """Implements the port RatingCounter: the collection `rating_counts`, one document for each product."""

    def __init__(self, db: Database) -> None:
        self._reviews = db[REVIEWS]
        self._counts = db["rating_counts"]

    async def of(self, product_id: str) -> RatingCounts:
        """As last counted; counted now if they never were."""
        found = await self._counts.find_one({"_id": product_id})
        return (
            RatingCounts(_by_star(found["by_star"])) if found is not None else await self._count(product_id)
        )

    async def count_again(self, product_ids: Collection[str]) -> None:
        """Store the counts of these products. Counts that another process has stored since are counted again."""
        for product_id in product_ids:
            for _ in range(MAX_ATTEMPTS):
                if await self._store(product_id):
                    break
            else:
                raise WriteConflict(f"the reviews of {product_id} are being counted by others")

    async def _store(self, product_id: str) -> bool:
        """Count and store; False if others have stored counts in between."""
        before = await self._counts.find_one({"_id": product_id}, {"version": 1})
        counts = await self._count(product_id)
        fields: Document = {"by_star": {str(stars): number for stars, number in counts.by_star.items()}}
        if before is None:
            [is_new] = await insert_new(self._counts, [{"_id": product_id, "version": 1, **fields}])
            return is_new
        version = before["version"]
        stored = await self._counts.update_one(
            {"_id": product_id, "version": version}, {"$set": {"version": version + 1, **fields}}
        )
        return stored.matched_count == 1

    async def _count(self, product_id: str) -> RatingCounts:
        """In the index alone, without reading a review."""
        pipeline: list[Document] = [
            {"$match": {"product_id": product_id, "is_shown": True}},
            {"$group": {"_id": "$rating", "reviews": {"$sum": 1}}},
        ]
        rows = await self._reviews.aggregate(pipeline, hint=dict(BY_STAR))
        return RatingCounts(_by_star({str(row["_id"]): row["reviews"] async for row in rows}))


def _by_star(stored: Document) -> dict[int, int]:
    return {stars: stored.get(str(stars), 0) for stars in STARS}
