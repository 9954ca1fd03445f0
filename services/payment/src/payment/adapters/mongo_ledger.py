"""The ledger in MongoDB: one document for each posting, under the posting's natural id.

Legs never change. One field is added once: `statement`, the day whose statement lists the posting.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from datetime import date, datetime
from functools import partial

from pymongo import ASCENDING, IndexModel
from pymongo.asynchronous.client_session import AsyncClientSession

from payment.adapters.mongo_settlements import SETTLEMENTS
from payment.domain import ledger
from payment.domain.ledger import CURRENCY, Kind, Leg, Posting
from payment.domain.reconciliation import Movement
from payment.domain.statements import DayState, Totals
from runtime.mongo.client import Database, Document
from runtime.mongo.writes import insert_new

REFUND_KINDS = [Kind.REFUND.value, Kind.LATE_REFUND.value]
ORDER_KINDS = [Kind.PAYMENT.value, Kind.LATE_PAYMENT.value, *REFUND_KINDS]
CLAIMED_AT_ONCE = 1_000
"""Postings in one transaction: it stays short, and a day of any size needs a few of them."""
_PAYEE_ACCOUNTS = {"$regex": f"^({ledger.OWNER}|{ledger.CREATOR})"}


class MongoLedger:
    """The `ledger` collection."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._ledger = db["ledger"]

    async def prepare(self) -> None:
        """Create indexes by day and by statement."""
        by_day = IndexModel([("day", ASCENDING)])
        by_statement = IndexModel(
            [("statement", ASCENDING), ("mini_program_id", ASCENDING), ("_id", ASCENDING)]
        )
        await self._ledger.create_indexes([by_day, by_statement])

    async def append(self, postings: Sequence[Posting], now: datetime) -> None:
        """Add the postings whose id is new, in one round trip."""
        await insert_new(self._ledger, [posting_document(posting, now) for posting in postings])

    async def moved(self, day: date) -> set[tuple[str, str | None]]:
        """The payments and refunds of that day that are posted: order and refund ids."""
        query: Document = {"day": day.isoformat(), "kind": {"$in": ORDER_KINDS}}
        found = self._ledger.find(query, {"order_id": 1, "refund_id": 1})
        return {(posting["order_id"], posting.get("refund_id")) async for posting in found}

    async def unclaimed_days(self, until: date) -> list[date]:
        """Days up to and including `until` with postings that are in no statement."""
        days = await self._ledger.distinct("day", _unclaimed(until))
        return sorted(date.fromisoformat(day) for day in days)

    async def unclaimed_mini_programs(self, until: date) -> set[str]:
        """The mini programs of the postings up to and including `until` that are in no statement."""
        return set(await self._ledger.distinct("mini_program_id", _unclaimed(until)))

    async def claim(self, day: date, *, but: Collection[str]) -> None:
        """Assign every posting up to and including the day that is in no statement to the day's statements.

        Leaves out the mini programs in `but`. Each portion is one transaction with a write to the day, so that a run that
        slept assigns nothing to a day whose postings are final.
        """
        unclaimed = _unclaimed(day) | {"mini_program_id": {"$nin": list(but)}}
        while True:
            found = self._ledger.find(unclaimed, {"_id": 1}).limit(CLAIMED_AT_ONCE)
            if not (ids := [posting["_id"] async for posting in found]):
                return
            async with self._db.client.start_session() as session:
                if not await session.with_transaction(partial(self._claim, day, ids)):
                    return

    async def _claim(self, day: date, ids: list[str], session: AsyncClientSession) -> bool:
        """Assign these postings to the day; False if the day is not open."""
        is_open = {"_id": day.isoformat(), "state": DayState.OPEN.value}
        touched = await self._db[SETTLEMENTS].update_one(is_open, {"$inc": {"portions": 1}}, session=session)
        if not touched.matched_count:
            return False
        free = {"_id": {"$in": ids}, "statement": {"$exists": False}}
        await self._ledger.update_many(free, {"$set": {"statement": day.isoformat()}}, session=session)
        return True

    async def totals(self, day: date) -> list[Totals]:
        """The sums of the day's claimed postings for each payee: a credit (negative) is money owed (positive)."""
        is_refund = {"$in": ["$kind", REFUND_KINDS]}
        owed = {"$multiply": ["$legs.amount", -1]}
        pipeline: list[Document] = [
            {"$match": {"statement": day.isoformat()}},
            {"$unwind": "$legs"},
            {"$match": {"legs.account": _PAYEE_ACCOUNTS}},
            {
                "$group": {
                    "_id": {"mini_program_id": "$mini_program_id", "account": "$legs.account"},
                    "earned": {"$sum": {"$cond": [is_refund, 0, owed]}},
                    "reversed": {"$sum": {"$cond": [is_refund, owed, 0]}},
                    "payments": {"$sum": {"$cond": [is_refund, 0, 1]}},
                    "refunds": {"$sum": {"$cond": [is_refund, 1, 0]}},
                }
            },
            {"$sort": {"_id": 1}},
        ]
        return [
            Totals(
                row["_id"]["mini_program_id"],
                row["_id"]["account"],
                row["earned"],
                row["reversed"],
                row["payments"],
                row["refunds"],
            )
            async for row in await self._ledger.aggregate(pipeline)
        ]

    async def platform(self, day: date) -> int:
        """The platform's commission in the day's claimed postings."""
        return -(await self._sum({"statement": day.isoformat()}, ledger.PLATFORM))

    async def pending(self, account: str) -> int:
        """What a payee has earned that is in no statement yet."""
        return -(
            await self._sum({"statement": {"$exists": False}, "kind": {"$ne": Kind.PAYOUT.value}}, account)
        )

    async def balances(self) -> dict[str, int]:
        """The balance of every account; they sum to zero."""
        pipeline: list[Document] = [
            {"$unwind": "$legs"},
            {"$group": {"_id": "$legs.account", "amount": {"$sum": "$legs.amount"}}},
            {"$sort": {"_id": 1}},
        ]
        return {row["_id"]: row["amount"] async for row in await self._ledger.aggregate(pipeline)}

    async def claimed(
        self,
        day: str,
        accounts: Sequence[str],
        mini_program_ids: Sequence[str] | None,
        after: str | None,
        limit: int,
    ) -> list[Posting]:
        """The day's claimed postings on these accounts, ordered by id, after the id `after`."""
        query: Document = {"statement": day, "legs.account": {"$in": list(accounts)}}
        if mini_program_ids is not None:
            query["mini_program_id"] = {"$in": list(mini_program_ids)}
        if after is not None:
            query["_id"] = {"$gt": after}
        found = self._ledger.find(query).sort("_id", ASCENDING).limit(limit)
        return [_posting(document) async for document in found]

    async def movements(self, day: date, collector: str) -> AsyncIterator[Movement]:
        """Money of the collector that moved on that day."""
        account = ledger.CLEARING + collector
        async for found in self._ledger.find({"day": day.isoformat(), "legs.account": account}):
            amount = sum(leg["amount"] for leg in found["legs"] if leg["account"] == account)
            yield Movement(found["order_id"], found.get("refund_id"), amount)

    async def _sum(self, query: Document, account: str) -> int:
        pipeline: list[Document] = [
            {"$match": query | {"legs.account": account}},
            {"$unwind": "$legs"},
            {"$match": {"legs.account": account}},
            {"$group": {"_id": None, "amount": {"$sum": "$legs.amount"}}},
        ]
        found = await (await self._ledger.aggregate(pipeline)).to_list()
        return int(found[0]["amount"]) if found else 0


def _unclaimed(until: date) -> Document:
    """Payouts are never in a statement."""
    return {
        "statement": {"$exists": False},
        "day": {"$lte": until.isoformat()},
        "kind": {"$ne": Kind.PAYOUT.value},
    }


def posting_document(posting: Posting, now: datetime) -> Document:
    """The document of a posting that was written at `now`."""
    document: Document = {
        "_id": posting.id,
        "kind": posting.kind.value,
        "day": posting.day.isoformat(),
        "at": posting.at,
        "mini_program_id": posting.mini_program_id,
        "currency": CURRENCY,
        "legs": [{"account": leg.account, "amount": leg.amount} for leg in posting.legs],
        "posted_at": now,
    }
    origin = {"order_id": posting.order_id, "refund_id": posting.refund_id}
    return document | {name: value for name, value in origin.items() if value is not None}


def _posting(document: Document) -> Posting:
    return Posting(
        id=document["_id"],
        kind=Kind(document["kind"]),
        at=document["at"],
        mini_program_id=document["mini_program_id"],
        legs=tuple(Leg(leg["account"], leg["amount"]) for leg in document["legs"]),
        order_id=document.get("order_id"),
        refund_id=document.get("refund_id"),
    )
