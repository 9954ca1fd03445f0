"""Coupons in MongoDB, and the slots of them that orders hold."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from dataclasses import asdict
from datetime import datetime

from cachetools import TTLCache
from pymongo import ASCENDING

from checkout.adapters.mongo_orders import OrderCollections
from checkout.application.ports import Position
from checkout.domain.coupon import Coupon, CouponTerms
from runtime.mongo.client import Database, Document
from runtime.mongo.documents import read_as
from runtime.outbox.codec import Codec
from runtime.outbox.recorder import OUTBOX_FIELD, Recorder
from runtime.outbox.shown import Shown
from runtime.outbox.versioned_store import Collection as DocumentCollection
from runtime.outbox.versioned_store import VersionedStore

HOLDS_A_SLOT = {"coupon.slot": {"$gte": 0}}
"""Orders that hold a coupon. Queries repeat it word for word, so that MongoDB sees that the partial indexes serve them."""
HOLDS_A_VIEWER_SLOT = {"coupon.viewer_slot": {"$gte": 0}}
MAX_AGE_SECONDS = 1.0
"""How long it is remembered that a coupon is used up: counting 100,000 uses for each who tries would be dear."""
CACHE_SIZE = 2_000
SHOWN = Shown("coupon", ("code", "terms", "removed"))


async def prepare_coupon_slots(orders: DocumentCollection) -> None:
    """The unique indexes that keep two orders out of one slot. Orders without a coupon are in none of them."""
    await orders.create_index(
        [("coupon.key", ASCENDING), ("coupon.slot", ASCENDING)],
        unique=True,
        partialFilterExpression=HOLDS_A_SLOT,
    )
    await orders.create_index(
        [("openid", ASCENDING), ("coupon.key", ASCENDING), ("coupon.viewer_slot", ASCENDING)],
        unique=True,
        partialFilterExpression=HOLDS_A_VIEWER_SLOT,
    )


class MongoCoupons(VersionedStore[Coupon]):
    """Implements the port Coupons."""

    def __init__(self, db: Database, recorder: Recorder) -> None:
        self._coupons = db["coupons"]
        super().__init__(Codec(_read, coupon_document), recorder, lambda _: self._coupons, shown=SHOWN)

    async def prepare(self) -> None:
        await self._coupons.create_index(
            [("mini_program_id", ASCENDING), ("changed_at", ASCENDING), ("_id", ASCENDING)]
        )

    async def page(
        self, mini_program_id: str, *, since: datetime | None, after: Position | None, limit: int
    ) -> list[Coupon]:
        query: Document = {"mini_program_id": mini_program_id, "removed": False}
        if since is not None:
            query["changed_at"] = {"$gte": since}
        if after is not None:
            changed_at, last = after
            query["$or"] = [
                {"changed_at": {"$gt": changed_at}},
                {"changed_at": changed_at, "_id": {"$gt": last}},
            ]
        found = self._coupons.find(query, {OUTBOX_FIELD: 0})
        return [_read(document) async for document in found.sort(["changed_at", "_id"]).limit(limit)]


class MongoCouponUses:
    """Implements the port CouponUses on the orders, of which each holds its slots itself. `now` is a monotonic clock in seconds."""

    def __init__(self, collections: OrderCollections, now: Callable[[], float] = time.monotonic) -> None:
        self._collections = collections
        self._used_up = TTLCache[tuple[str, str, int], bool](CACHE_SIZE, ttl=MAX_AGE_SECONDS, timer=now)

    async def used(self, mini_program_id: str, keys: Collection[str]) -> dict[str, int]:
        match = {"coupon.key": {"$in": list(keys)}, **HOLDS_A_SLOT}
        pipeline: list[Document] = [
            {"$match": match},
            {"$group": {"_id": "$coupon.key", "used": {"$sum": 1}}},
        ]
        orders = self._collections.of(mini_program_id)
        return {row["_id"]: row["used"] async for row in await orders.aggregate(pipeline)}

    async def is_used_up(self, mini_program_id: str, key: str, stock: int) -> bool:
        remembered = (mini_program_id, key, stock)
        if remembered not in self._used_up:
            if (await self.used(mini_program_id, [key])).get(key, 0) < stock:
                return False
            self._used_up[remembered] = True
        return True

    async def taken(
        self, mini_program_id: str, key: str, *, among: Collection[int] = (), beyond: int = 0
    ) -> set[int]:
        query: Document = {
            "coupon.key": key,
            **HOLDS_A_SLOT,
            "$or": [{"coupon.slot": {"$in": list(among)}}, {"coupon.slot": {"$gte": beyond}}],
        }
        return await self._slots(mini_program_id, query, "slot")

    async def taken_by_viewer(self, mini_program_id: str, key: str, openid: str) -> set[int]:
        query = {"openid": openid, "coupon.key": key, **HOLDS_A_VIEWER_SLOT}
        return await self._slots(mini_program_id, query, "viewer_slot")

    async def _slots(self, mini_program_id: str, query: Document, name: str) -> set[int]:
        """Read from an index alone."""
        found = self._collections.of(mini_program_id).find(query, {"_id": 0, f"coupon.{name}": 1})
        return {document["coupon"][name] async for document in found}


def coupon_document(coupon: Coupon) -> Document:
    return {
        "_id": coupon.coupon_id,
        "mini_program_id": coupon.mini_program_id,
        "code": coupon.code,
        "terms": asdict(coupon.terms),
        "version": coupon.version,
        "changed_at": coupon.changed_at,
        "removed": coupon.removed,
    }


def _read(d: Document) -> Coupon:
    return Coupon(
        d["mini_program_id"],
        d["code"],
        read_as(CouponTerms, d["terms"]),
        d["version"],
        d["changed_at"],
        d["removed"],
    )
