"""Searches of an owner's orders in MongoDB, over the collections of all their mini programs."""

from __future__ import annotations

import asyncio
import heapq
import re
from collections.abc import Iterable, Sequence
from itertools import chain

from pymongo import ASCENDING, DESCENDING

from checkout.adapters.mongo_orders import WITHOUT_OUTBOX, OrderCollections
from checkout.adapters.order_codec import order_of
from checkout.application.ports import OrderFilter, Position
from checkout.domain.order import Order
from checkout.domain.order_id import mini_program_of
from checkout.domain.refunds import RefundStatus
from runtime.mongo.client import Document
from runtime.outbox.versioned_store import Collection

OPEN_REFUND = {"refunds.status": str(RefundStatus.REQUESTED)}
"""Orders with a refund that nobody has decided."""
WITH_REFUND: dict[str, Document] = {"open": OPEN_REFUND, "any": {"refunds.0": {"$exists": True}}}
"""The condition of each `contracts.api.orders.RefundFilter`."""
CONCURRENT = 8
"""How many collections are read at the same time; at most (CONCURRENT + 1) × limit positions are in memory."""
UNUSED = {"phone_tail_1", "shipments.tracking_number_1"}
PHONE_TAIL = re.compile(r"[0-9]{4}")
TAIL_OF_PHONE = {
    "$let": {
        "vars": {
            "digits": {
                "$reduce": {
                    "input": {
                        "$regexFindAll": {"input": {"$ifNull": ["$address.phone", ""]}, "regex": "[0-9]"}
                    },
                    "initialValue": "",
                    "in": {"$concat": ["$$value", "$$this.match"]},
                }
            }
        },
        "in": {"$substrCP": ["$$digits", {"$max": [0, {"$subtract": [{"$strLenCP": "$$digits"}, 4]}]}, 4]},
    }
}


async def prepare_search(orders: Collection) -> None:
    """Create the indexes, and the searched fields of orders that were stored without them; idempotent.

    A text is looked for in titles too, which reads all orders: indexes of phones and tracking numbers would not be used, so
    those of earlier versions are dropped.
    """
    for unused in UNUSED & (await orders.index_information()).keys():
        await orders.drop_index(unused)
    newest_first = [("placed_at", DESCENDING), ("_id", DESCENDING)]
    await orders.create_index([("changed_at", ASCENDING), ("_id", ASCENDING)])
    await orders.create_index([("status", ASCENDING), *newest_first])
    await orders.create_index(
        [("refunds.status", ASCENDING), *newest_first], partialFilterExpression=OPEN_REFUND
    )
    await orders.create_index(newest_first, name="with_refund", partialFilterExpression=WITH_REFUND["any"])
    last_step = {"$ifNull": [{"$last": "$history.at"}, "$placed_at"]}
    await orders.update_many({"changed_at": None}, [{"$set": {"changed_at": last_step}}])
    await orders.update_many(
        {"phone_tail": None, "address.phone": {"$exists": True}},
        [{"$set": {"phone_tail": TAIL_OF_PHONE}}],
    )


class MongoOrderSearch:
    """Implements the port OrderSearch."""

    def __init__(self, collections: OrderCollections) -> None:
        self._collections = collections

    async def find(
        self, mini_program_ids: Sequence[str], filters: OrderFilter, *, after: Position | None, limit: int
    ) -> list[tuple[Position, Order]]:
        """Finds the positions first, each collection's first `limit` at most, and then reads the orders of the page."""
        by_change = filters.updated_since is not None
        named = mini_program_of(filters.text) if filters.text else None
        searched = [m for m in mini_program_ids if named in (None, m)]
        query, first = _query(filters, after), heapq.nsmallest if by_change else heapq.nlargest
        page: list[Position] = []
        for n in range(0, len(searched), CONCURRENT):
            some = searched[n : n + CONCURRENT]
            found = await asyncio.gather(*(self._positions(m, query, by_change, limit) for m in some))
            page = first(limit, chain(page, *found))
        orders = await self._read(order_id for _, order_id in page)
        return [(position, orders[position[1]]) for position in page if position[1] in orders]

    async def _positions(
        self, mini_program_id: str, query: Document, by_change: bool, limit: int
    ) -> list[Position]:
        time, direction = ("changed_at", ASCENDING) if by_change else ("placed_at", DESCENDING)
        found = self._collections.of(mini_program_id).find(query, {time: 1})
        found = found.sort([(time, direction), ("_id", direction)]).limit(limit)
        return [(document[time], document["_id"]) async for document in found]

    async def _read(self, order_ids: Iterable[str]) -> dict[str, Order]:
        grouped: dict[str, list[str]] = {}
        for order_id in order_ids:
            grouped.setdefault(mini_program_of(order_id) or "", []).append(order_id)
        orders: dict[str, Order] = {}
        for mini_program_id, ids in grouped.items():
            found = self._collections.of(mini_program_id).find({"_id": {"$in": ids}}, WITHOUT_OUTBOX)
            orders |= {document["_id"]: order_of(document) async for document in found}
        return orders


def _query(filters: OrderFilter, after: Position | None) -> Document:
    conditions: list[Document] = []
    if filters.status is not None:
        conditions.append({"status": filters.status})
    if filters.refund is not None:
        conditions.append(WITH_REFUND[filters.refund])
    if filters.placed_from is not None:
        conditions.append({"placed_at": {"$gte": filters.placed_from}})
    if filters.placed_before is not None:
        conditions.append({"placed_at": {"$lt": filters.placed_before}})
    if filters.updated_since is not None:
        conditions.append({"changed_at": {"$gte": filters.updated_since}})
    if filters.text is not None:
        conditions.append(_matches(filters.text, filters.by_phone))
    if after is not None:
        conditions.append(_after(after, by_change=filters.updated_since is not None))
    return {"$and": conditions} if conditions else {}


def _matches(text: str, by_phone: bool) -> Document:
    if mini_program_of(text) is not None:
        return {"_id": text}
    ways: list[Document] = [
        {"shipments.tracking_number": text},
        {"lines.title": {"$regex": re.escape(text), "$options": "i"}},
    ]
    if by_phone and PHONE_TAIL.fullmatch(text):
        ways.append({"phone_tail": text})
    return {"$or": ways}


def _after(after: Position, *, by_change: bool) -> Document:
    time, beyond = ("changed_at", "$gt") if by_change else ("placed_at", "$lt")
    at, order_id = after
    return {"$or": [{time: {beyond: at}}, {time: at, "_id": {beyond: order_id}}]}
