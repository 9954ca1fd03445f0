"""Lists, counts and versions of orders in MongoDB."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from datetime import datetime

from pymongo import ASCENDING, DESCENDING

from checkout.adapters.mongo_coupons import prepare_coupon_slots
from checkout.adapters.mongo_order_search import WITH_REFUND, prepare_search
from checkout.adapters.mongo_orders import WITHOUT_OUTBOX, OrderCollections
from checkout.adapters.order_codec import order_of
from checkout.application.ports import Position
from checkout.domain.deadline import SPAN, Deadline
from checkout.domain.order import RECEIPT_AFTER, Order
from checkout.domain.order_id import mini_program_of
from checkout.domain.refunds import RefundStatus
from checkout.domain.status import OPEN, UNPAID, Status
from runtime.mongo.client import Document

log = logging.getLogger(__name__)

HOLDS_A_SLOT = {"unpaid_slot": {"$type": "int"}}
"""Orders that are neither paid nor ended. A unique index of them keeps two orders of a buyer out of one slot."""
REFUNDING = {"refunds.status": str(RefundStatus.APPROVED)}
"""Orders with a refund that payment is to send."""
ON_THE_WAY = {"receive_by": {"$type": "date"}}
"""Orders whose goods were sent and are not received."""
LAST_PARCEL = {"$last": "$shipments.shipped_at"}
WITHOUT_DEADLINE = {"status": str(Status.SHIPPED), "receive_by": None}


class MongoOrderQueries:
    """Implements the port OrderQueries."""

    def __init__(self, collections: OrderCollections) -> None:
        self._collections = collections

    async def prepare(self, mini_program_id: str) -> None:
        orders = self._collections.of(mini_program_id)
        await orders.create_index([("openid", ASCENDING), ("placed_at", DESCENDING), ("_id", DESCENDING)])
        await orders.create_index([("placed_at", DESCENDING), ("_id", DESCENDING)])
        await orders.create_index(
            [("openid", ASCENDING), ("unpaid_slot", ASCENDING)],
            unique=True,
            partialFilterExpression=HOLDS_A_SLOT,
        )
        await orders.create_index([("refunds.status", ASCENDING)], partialFilterExpression=REFUNDING)
        await orders.create_index([("receive_by", ASCENDING)], partialFilterExpression=ON_THE_WAY)
        await prepare_search(orders)
        await prepare_coupon_slots(orders)
        usual = {"$add": [LAST_PARCEL, int(RECEIPT_AFTER.total_seconds() * 1000)]}
        await orders.update_many(WITHOUT_DEADLINE, [{"$set": {"receive_by": usual}}])

    async def prepare_existing(self) -> None:
        """Create the indexes and fields of the collections that were made before these were added."""
        for mini_program_id in await self._collections.mini_programs():
            await self.prepare(mini_program_id)

    async def page(
        self,
        mini_program_id: str,
        *,
        openid: str | None,
        status: str | None,
        refund: str | None = None,
        after: Position | None,
        limit: int,
    ) -> list[Order]:
        query: Document = {}
        if openid is not None:
            query["openid"] = openid
        if status is not None:
            query["status"] = status
        if refund is not None:
            query |= WITH_REFUND[refund]
        if after is not None:
            placed_at, order_id = after
            query["$or"] = [
                {"placed_at": {"$lt": placed_at}},
                {"placed_at": placed_at, "_id": {"$lt": order_id}},
            ]
        newest_first = [("placed_at", DESCENDING), ("_id", DESCENDING)]
        found = self._collections.of(mini_program_id).find(query, WITHOUT_OUTBOX).sort(newest_first)
        return [order_of(document) async for document in found.limit(limit)]

    async def counts(self, mini_program_id: str, openid: str) -> dict[str, int]:
        # a refund is undecided until it is settled, rejected, withdrawn or failed
        undecided = {"$in": ["$$r.status", ["requested", "approved"]]}
        is_refunding = {"$anyElementTrue": {"$map": {"input": "$refunds", "as": "r", "in": undecided}}}
        group = {
            "_id": "$status",
            "orders": {"$sum": 1},
            "refunding": {"$sum": {"$cond": [is_refunding, 1, 0]}},
        }
        counts: dict[str, int] = {"refunding": 0}
        pipeline: list[Document] = [{"$match": {"openid": openid}}, {"$group": group}]
        async for row in await self._collections.of(mini_program_id).aggregate(pipeline):
            counts[row["_id"]] = row["orders"]
            counts["refunding"] += row["refunding"]
        return counts

    async def unpaid(self, mini_program_id: str, openid: str) -> dict[int, str]:
        found = self._collections.of(mini_program_id).find(
            {"openid": openid, **HOLDS_A_SLOT}, {"unpaid_slot": 1}
        )
        return {document["unpaid_slot"]: document["_id"] async for document in found}

    async def versions(self, order_ids: Iterable[str]) -> dict[str, int]:
        """One query for each mini program."""
        grouped: dict[str, list[str]] = defaultdict(list)
        for order_id in order_ids:
            if (mini_program_id := mini_program_of(order_id)) is not None:
                grouped[mini_program_id].append(order_id)
        versions: dict[str, int] = {}
        for mini_program_id, ids in grouped.items():
            async for document in self._collections.of(mini_program_id).find(
                {"_id": {"$in": ids}}, {"version": 1}
            ):
                versions[document["_id"]] = document["version"]
        return versions

    async def overdue(self, deadline: Deadline, limit: int, after: str = "") -> list[str]:
        """Orders of the deadline's second (see `domain/deadline.py`) that are neither paid nor closed."""
        query = {
            "placed_at": {"$gte": deadline.placed_at, "$lt": deadline.placed_at + SPAN},
            "expires_at": deadline.expires_at,
            "status": {"$in": [str(status) for status in OPEN]},
            "_id": {"$gt": after},
        }
        found = self._collections.of(deadline.mini_program_id).find(query, {"_id": 1}).sort("_id", ASCENDING)
        return [document["_id"] async for document in found.limit(limit)]

    async def waiting(self, now: datetime) -> AsyncIterator[Order]:
        for_others = {"status": {"$in": [str(status) for status in UNPAID - {Status.AWAITING_PAYMENT}]}}
        queries: list[Document] = [
            {**HOLDS_A_SLOT, "$or": [for_others, {"expires_at": {"$lt": now}}]},
            REFUNDING,
            {"receive_by": {"$type": "date", "$lt": now}},
        ]
        for mini_program_id in await self._collections.mini_programs():
            for query in queries:
                async for document in self._collections.of(mini_program_id).find(query, WITHOUT_OUTBOX):
                    try:
                        order = order_of(document)
                    except (KeyError, TypeError, ValueError):
                        log.exception("an order cannot be read", extra={"order_id": document["_id"]})
                    else:
                        yield order
