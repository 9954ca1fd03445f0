"""Payouts in MongoDB: one document each, with its event in the same document."""

from __future__ import annotations

from pymongo import ASCENDING, IndexModel

from payment.domain.payouts import Payout, PayoutStatus, Transfer
from runtime.mongo.client import Database, Document
from runtime.outbox.codec import Codec
from runtime.outbox.recorder import Recorder
from runtime.outbox.shown import Shown
from runtime.outbox.versioned_store import VersionedStore

COLLECTION = "payouts"
SHOWN = Shown("payout", ("statement", "amount", "transfer.reference"))


class MongoPayouts(VersionedStore[Payout]):
    """The `payouts` collection."""

    def __init__(self, db: Database, recorder: Recorder) -> None:
        self._payouts = db[COLLECTION]
        super().__init__(Codec(_read, _document), recorder, lambda _: self._payouts, shown=SHOWN)

    async def prepare(self) -> None:
        """Create the indexes by statement, of all and of those that no transfer has settled."""
        by_status = IndexModel([("transfer.reference", ASCENDING), ("statement", ASCENDING)])
        await self._payouts.create_indexes([IndexModel("statement"), by_status])

    async def find(
        self, *, status: PayoutStatus | None, day: str | None, after: str | None, limit: int
    ) -> list[Payout]:
        """Payouts in the order of their statements' ids, which begin with the day, after the statement `after`."""
        query: Document = {}
        if status is not None:
            query["transfer.reference"] = None if status is PayoutStatus.PENDING else {"$gt": ""}
        if day is not None:
            query["statement"] = {"$gt": f"{day}:", "$lt": f"{day};"}  # ";" comes next after ":"
        if after is not None:
            query.setdefault("statement", {})["$gt"] = after
        found = self._payouts.find(query).sort("statement", ASCENDING).limit(limit)
        return [_read(document) async for document in found]


def _document(payout: Payout) -> Document:
    document = {
        "_id": payout.payout_id,
        "version": payout.version,
        "statement": payout.statement_id,
        "amount": payout.amount,
        "payee": payout.payee,
        "at": payout.at,
    }
    if (transfer := payout.transfer) is not None:
        document["transfer"] = {"reference": transfer.reference, "key": transfer.key, "at": transfer.at}
    return document


def _read(document: Document) -> Payout:
    return Payout(
        document["_id"],
        document["statement"],
        document["amount"],
        document["payee"],
        document["at"],
        document["version"],
        Transfer(**document["transfer"]) if "transfer" in document else None,
    )
