"""Recently viewed products in MongoDB: one document for each viewer and mini program."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from pymongo import ASCENDING, UpdateOne

from checkout.domain.account import ProductView
from runtime.mongo.client import Database

MAX_VIEWS = 20
KEPT = timedelta(days=90)
"""From a viewer's last view."""

VIEWED_AT = {"viewed_at": {"$max": "$products.at"}}


class MongoRecentViews:
    """Implements the port RecentViews."""

    def __init__(self, db: Database) -> None:
        self._views = db["recent_views"]

    async def prepare(self) -> None:
        """Let documents expire, also those that do not say when they were viewed last."""
        await self._views.update_many({"viewed_at": None}, [{"$set": VIEWED_AT}])
        await self._views.create_index(
            [("viewed_at", ASCENDING)], expireAfterSeconds=int(KEPT.total_seconds())
        )

    async def of(self, mini_program_id: str, viewer: str) -> list[ProductView]:
        document = await self._views.find_one({"_id": f"{mini_program_id}:{viewer}"})
        products = document["products"] if document else []
        return [ProductView(mini_program_id, viewer, p["product_id"], p["at"]) for p in products]

    async def add(self, views: Sequence[ProductView]) -> None:
        by_viewer: dict[str, dict[str, datetime]] = defaultdict(dict)
        for view in views:
            products = by_viewer[f"{view.mini_program_id}:{view.viewer}"]
            products.pop(view.product_id, None)  # so that the latest view is last
            products[view.product_id] = view.at
        if by_viewer:
            writes = [_put_in_front(key, products) for key, products in by_viewer.items()]
            await self._views.bulk_write(writes, ordered=False)


def _put_in_front(key: str, products: dict[str, datetime]) -> UpdateOne:
    newest = [{"product_id": product_id, "at": at} for product_id, at in reversed(products.items())]
    earlier = {
        "$filter": {
            "input": {"$ifNull": ["$products", []]}, "as": "p",
            "cond": {"$not": [{"$in": ["$$p.product_id", list(products)]}]},
        }
    }  # fmt: skip
    kept = {"$slice": [{"$concatArrays": [{"$literal": newest}, earlier]}, MAX_VIEWS]}
    return UpdateOne({"_id": key}, [{"$set": {"products": kept}}, {"$set": VIEWED_AT}], upsert=True)
