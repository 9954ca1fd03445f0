"""Payments of owners in MongoDB: one document each, with its events in the same document."""

from __future__ import annotations

from datetime import date

from pymongo import ASCENDING, DESCENDING, IndexModel

from payment.application.owner_payments import Recorded
from payment.domain.owner_payments import OwnerPayment, Part, Received
from runtime.mongo.client import Database, Document
from runtime.mongo.writes import KeyTaken
from runtime.outbox.changes import Change
from runtime.outbox.codec import Codec
from runtime.outbox.recorder import Recorder
from runtime.outbox.shown import Shown
from runtime.outbox.versioned_store import VersionedStore

COLLECTION = "owner_payments"
SHOWN = Shown("owner_payment", ("amount", "reference", "paid_on", "parts"))


class MongoOwnerPayments(VersionedStore[OwnerPayment]):
    """The `owner_payments` collection."""

    def __init__(self, db: Database, recorder: Recorder) -> None:
        self._payments = db[COLLECTION]
        super().__init__(Codec(_read, _document), recorder, lambda _: self._payments, shown=SHOWN)

    async def prepare(self) -> None:
        """Create the index by owner and number: of two payments that were counted at once, one is stored."""
        by_number = IndexModel([("owner_id", ASCENDING), ("number", ASCENDING)], unique=True)
        await self._payments.create_indexes([by_number])

    async def add(self, new: Change[OwnerPayment]) -> bool:
        """Store a new payment; False if its reference exists, or another payment has the owner's number."""
        [outcome] = await self.insert([new])
        if isinstance(outcome, Exception) and not isinstance(outcome, KeyTaken):
            raise outcome
        return outcome is True

    async def recorded(self, owner_id: str) -> Recorded:
        """What the owner has paid so far."""
        pipeline: list[Document] = [
            {"$match": {"owner_id": owner_id}},
            {"$unwind": "$parts"},
            {
                "$group": {
                    "_id": "$parts.mini_program_id",
                    "paid": {"$sum": "$parts.amount"},
                    "number": {"$max": "$number"},
                }
            },
        ]
        rows = [row async for row in await self._payments.aggregate(pipeline)]
        return Recorded(max((row["number"] for row in rows), default=0), {r["_id"]: r["paid"] for r in rows})

    async def of(self, owner_id: str, before: int | None, limit: int) -> list[OwnerPayment]:
        """The owner's payments, newest first, before the number `before`."""
        query: Document = {"owner_id": owner_id} | ({"number": {"$lt": before}} if before is not None else {})
        found = self._payments.find(query).sort("number", DESCENDING).limit(limit)
        return [_read(document) async for document in found]


def _document(payment: OwnerPayment) -> Document:
    received = payment.received
    return {
        "_id": payment.payment_id,
        "version": payment.version,
        "owner_id": received.owner_id,
        "number": payment.number,
        "amount": received.amount,
        "reference": received.reference,
        "paid_on": received.paid_on.isoformat(),
        "parts": [{"mini_program_id": p.mini_program_id, "amount": p.amount} for p in payment.parts],
        "at": payment.at,
    }


def _read(document: Document) -> OwnerPayment:
    paid_on = date.fromisoformat(document["paid_on"])
    return OwnerPayment(
        Received(document["owner_id"], document["amount"], document["reference"], paid_on),
        document["number"],
        tuple(Part(**part) for part in document["parts"]),
        document["at"],
        document["version"],
    )
