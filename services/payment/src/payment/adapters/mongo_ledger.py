"""The ledger in MongoDB: one document for each posting, under the posting's own id.

Legs never change. `statement` alone is added once: the day whose statement lists the posting.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import date, datetime

from pymongo import ASCENDING, IndexModel

from payment.domain.ledger import CURRENCY, Kind, Leg, Posting
from runtime.mongo.client import Database, Document
from runtime.mongo.writes import insert_new

COLLECTION = "ledger"


class MongoLedger:
    """The `ledger` collection."""

    def __init__(self, db: Database) -> None:
        self._ledger = db[COLLECTION]

    async def prepare(self) -> None:
        """Indexes by day and by statement."""
        by_day = IndexModel([("day", ASCENDING)])
        by_statement = IndexModel(
            [("statement", ASCENDING), ("mini_program_id", ASCENDING), ("_id", ASCENDING)]
        )
        await self._ledger.create_indexes([by_day, by_statement])

    async def append(self, postings: Sequence[Posting], now: datetime) -> None:
        """Add in one round trip those that are not there yet."""
        await insert_new(self._ledger, [_document(posting, now) for posting in postings])

    async def of_day(self, day: date) -> AsyncIterator[Posting]:
        """All postings of a business day."""
        async for document in self._ledger.find({"day": day.isoformat()}):
            yield _posting(document)


def _document(posting: Posting, now: datetime) -> Document:
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
